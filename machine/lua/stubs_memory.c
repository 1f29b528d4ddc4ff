/* SPDX-License-Identifier: MIT */
/* Loads and stores, through the thread's page tables. An access that they do not allow is a fault of
 * the thread; when its handler lets it go on where it stands, the access is made again, and when it
 * sets pc to what follows, it is left out: a load then gives 0. */
#include <string.h>

#include "kernel/vspace/vspace.h"
#include "machine/lua/stubs.h"
#include "machine/lua/thread.h"
#include "machine/rv64/engine.h"

enum {
    PAGE_SIZE = 1 << PAGE_BITS,
    BYTE_BITS = 8,
    LENGTH_MAX = 1 << 30,
    CAUSE_LOAD_MISALIGNED = 4, /* numbers of the RISC-V privileged specification */
    CAUSE_STORE_MISALIGNED = 6
};

/* One of the functions; the upvalue of Load8 and kin. */
struct access_row {
    const char *name;
    unsigned size;
    bool is_store;
};

static const struct access_row access_rows[] = {
    {"Load8", 1, false},  {"Load16", 2, false},  {"Load32", 4, false},  {"Load64", 8, false},
    {"Store8", 1, true},  {"Store16", 2, true},  {"Store32", 4, true},  {"Store64", 8, true},
};

static int finish_load(lua_State *L, const struct operation *operation)
{
    (void)operation;
    lua_pushinteger(L, 0); /* the handler has left the load out */
    return 1;
}

static int finish_loaded(lua_State *L, const struct operation *operation)
{
    (void)operation;
    (void)L;
    return 1; /* the value is on top */
}

/* Whether the bytes [vaddr, vaddr + length) may be accessed; else the first address that may not. */
static bool range_is_mapped(struct kernel *k, struct tcb *t, uint64_t vaddr, uint64_t length,
                            enum access access, uint64_t *denied)
{
    uint64_t left = length;
    kaddr address;

    while (left > 0) {
        uint64_t in_page = PAGE_SIZE - (vaddr & (PAGE_SIZE - 1));

        if (!vspace_translate(k, t, vaddr, access, &address)) {
            *denied = vaddr;
            return false;
        }
        in_page = in_page < left ? in_page : left;
        vaddr += in_page;
        left -= in_page;
    }
    return true;
}

/* The bytes at vaddr, which are mapped, as far as the page goes; NULL: device memory. */
static uint8_t *bytes_at(struct kernel *k, struct tcb *t, uint64_t vaddr, enum access access,
                         uint64_t limit, uint64_t *length)
{
    uint64_t in_page = PAGE_SIZE - (vaddr & (PAGE_SIZE - 1));
    kaddr address = 0;

    *length = in_page < limit ? in_page : limit;
    if (!vspace_translate(k, t, vaddr, access, &address) || address < RAM_BASE)
        return NULL;
    return kernel_pointer(k, address);
}

/* Words are little endian whatever the host is. */
static uint64_t word_of_bytes(const uint8_t *bytes, unsigned size)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)bytes[i] << (i * BYTE_BITS);
    return value;
}

static void bytes_of_word(uint8_t *bytes, unsigned size, uint64_t value)
{
    for (unsigned i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> (i * BYTE_BITS));
}

/* RISC-V threads may have run what was there before. */
static void store_bytes_at(struct platform *p, uint8_t *to, const void *from, size_t length)
{
    memcpy(to, from, length);
    rv64_memory_written(p, kernel_address(p->kernel, to), length);
}

static int make_access(lua_State *L);

static const struct operation load_operation = {.finish = finish_load, .again = make_access};
static const struct operation store_operation = {.finish = trap_finish_nothing,
                                                 .again = make_access};
static const struct operation loaded_operation = {.finish = finish_loaded, .is_pause = true};
static const struct operation stored_operation = {.finish = trap_finish_nothing,
                                                  .is_pause = true};

/* The access faults. */
static int deny(lua_State *L, const struct access_row *row, uint64_t vaddr)
{
    trap_begin(L, row->name);
    return trap_vm_fault(L, row->is_store ? &store_operation : &load_operation, vaddr,
                         row->is_store ? CAUSE_STORE_ACCESS : CAUSE_LOAD_ACCESS);
}

/* An access of device memory, which may raise or settle interrupts. */
static int access_device(lua_State *L, const struct access_row *row, uint64_t vaddr, kaddr address)
{
    struct platform *p = process_of_state(L)->platform;
    uint64_t value = 0;

    if (vaddr % row->size != 0) {
        trap_begin(L, row->name);
        return trap_exception(L, row->is_store ? &store_operation : &load_operation,
                              row->is_store ? CAUSE_STORE_MISALIGNED : CAUSE_LOAD_MISALIGNED,
                              vaddr);
    }
    clock_now(p);
    if (row->is_store) {
        if (!device_store(p, address, row->size, stub_word(L, 2, row->name, "value")))
            return deny(L, row, vaddr);
        return trap_pause(L, &stored_operation);
    }
    if (!device_load(p, address, row->size, &value))
        return deny(L, row, vaddr);
    lua_pushinteger(L, (lua_Integer)value);
    return trap_pause(L, &loaded_operation);
}

/* An access that begins in one page and ends in the next. */
static int access_two_pages(lua_State *L, const struct access_row *row, uint64_t vaddr)
{
    struct kernel *k = process_kernel(process_of_state(L));
    struct tcb *t = trap_current(L);
    enum access access = row->is_store ? ACCESS_STORE : ACCESS_LOAD;
    uint8_t bytes[sizeof(uint64_t)];
    uint64_t denied = 0;

    if (!range_is_mapped(k, t, vaddr, row->size, access, &denied))
        return deny(L, row, denied);
    if (row->is_store)
        bytes_of_word(bytes, row->size, stub_word(L, 2, row->name, "value"));
    for (unsigned i = 0; i < row->size; i++) {
        uint64_t length;
        uint8_t *byte = bytes_at(k, t, vaddr + i, access, 1, &length);

        if (byte == NULL)
            return access_device(L, row, vaddr, 0);
        if (row->is_store)
            store_bytes_at(process_of_state(L)->platform, byte, &bytes[i], 1);
        else
            bytes[i] = *byte;
    }
    if (row->is_store)
        return 0;
    lua_pushinteger(L, (lua_Integer)word_of_bytes(bytes, row->size));
    return 1;
}

/* Load8 and kin: the upvalue is the row. */
static int make_access(lua_State *L)
{
    const struct access_row *row = lua_touserdata(L, lua_upvalueindex(1));
    struct kernel *k = process_kernel(process_of_state(L));
    struct tcb *t = trap_current(L);
    uint64_t vaddr = stub_word(L, 1, row->name, "vaddr");
    uint64_t value = row->is_store ? stub_word(L, 2, row->name, "value") : 0;
    kaddr address;

    if ((vaddr & (PAGE_SIZE - 1)) + row->size > PAGE_SIZE)
        return access_two_pages(L, row, vaddr);
    if (!vspace_translate(k, t, vaddr, row->is_store ? ACCESS_STORE : ACCESS_LOAD, &address))
        return deny(L, row, vaddr);
    if (address < RAM_BASE)
        return access_device(L, row, vaddr, address);
    if (row->is_store) {
        bytes_of_word(kernel_pointer(k, address), row->size, value);
        rv64_memory_written(k->platform, address, row->size);
        return 0;
    }
    lua_pushinteger(L, (lua_Integer)word_of_bytes(kernel_pointer(k, address), row->size));
    return 1;
}

/* --- many bytes ---------------------------------------------------------------------------------- */

static void refuse_device(lua_State *L, const char *name, uint64_t vaddr)
{
    luaL_error(L, "seL4.%s: device memory at address %p; use the functions for one word", name,
               (void *)(uintptr_t)vaddr);
}

static int finish_load_bytes(lua_State *L, const struct operation *operation)
{
    (void)operation;
    lua_pushliteral(L, ""); /* the handler has left the load out */
    return 1;
}

/* seL4.LoadBytes(vaddr, length) -> string */
static int load_bytes(lua_State *L)
{
    static const struct operation operation = {.finish = finish_load_bytes, .again = load_bytes};
    struct kernel *k = process_kernel(process_of_state(L));
    struct tcb *t = trap_current(L);
    uint64_t vaddr = stub_word(L, 1, "LoadBytes", "vaddr");
    uint64_t left = stub_number(L, 2, "LoadBytes", "length", LENGTH_MAX);
    uint64_t denied = 0;
    luaL_Buffer buffer;

    if (!range_is_mapped(k, t, vaddr, left, ACCESS_LOAD, &denied)) {
        trap_begin(L, "LoadBytes");
        return trap_vm_fault(L, &operation, denied, CAUSE_LOAD_ACCESS);
    }
    luaL_buffinit(L, &buffer);
    while (left > 0) {
        uint64_t length;
        const uint8_t *bytes = bytes_at(k, t, vaddr, ACCESS_LOAD, left, &length);

        if (bytes == NULL)
            refuse_device(L, "LoadBytes", vaddr);
        luaL_addlstring(&buffer, (const char *)bytes, length);
        vaddr += length;
        left -= length;
    }
    luaL_pushresult(&buffer);
    return 1;
}

/* seL4.StoreBytes(vaddr, string) */
static int store_bytes(lua_State *L)
{
    static const struct operation operation = {.finish = trap_finish_nothing, .again = store_bytes};
    struct kernel *k = process_kernel(process_of_state(L));
    struct tcb *t = trap_current(L);
    uint64_t vaddr = stub_word(L, 1, "StoreBytes", "vaddr");
    size_t left;
    const char *from = luaL_checklstring(L, 2, &left);
    uint64_t denied = 0;

    if (!range_is_mapped(k, t, vaddr, left, ACCESS_STORE, &denied)) {
        trap_begin(L, "StoreBytes");
        return trap_vm_fault(L, &operation, denied, CAUSE_STORE_ACCESS);
    }
    while (left > 0) {
        uint64_t length;
        uint8_t *bytes = bytes_at(k, t, vaddr, ACCESS_STORE, left, &length);

        if (bytes == NULL)
            refuse_device(L, "StoreBytes", vaddr);
        store_bytes_at(k->platform, bytes, from, length);
        from += length;
        vaddr += length;
        left -= length;
    }
    return 0;
}

void stubs_memory_set(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"LoadBytes", load_bytes},
        {"StoreBytes", store_bytes},
        {"Entry", entry_point_stub},
        {"GetBootInfo", stub_get_boot_info},
        {NULL, NULL},
    };

    luaL_setfuncs(L, functions, 0);
    for (size_t i = 0; i < sizeof(access_rows) / sizeof(access_rows[0]); i++) {
        lua_pushlightuserdata(L, (void *)(uintptr_t)&access_rows[i]);
        lua_pushcclosure(L, make_access, 1);
        lua_setfield(L, -2, access_rows[i].name);
    }
}
