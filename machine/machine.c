/* SPDX-License-Identifier: MIT */
/* Making and freeing machines. One block comes from the host state's allocator:
 *
 *     struct platform | up to the next page | arena */
#include "machine/machine.h"

#include "kernel/cap/names.h"
#include "kernel/flavour.h"
#include "machine/image.h"
#include "machine/rv64/engine.h"

#define IMAGE_VADDR UINT64_C(0x10000)

enum { PAGE_SIZE = 1 << PAGE_BITS, KIB_BITS = 10, MIB_BITS = 20, GIB_BITS = 30 };

static const kaddr device_pages[] = {DEVICE_RTC_ADDRESS, DEVICE_UART_ADDRESS};

/* --- texts ------------------------------------------------------------------------------------ */

/* Pushes a size as people write it: "64M". */
static const char *push_size(lua_State *L, uint64_t bytes)
{
    if (bytes != 0 && is_aligned(bytes, GIB_BITS))
        return lua_pushfstring(L, "%dG", (int)(bytes >> GIB_BITS));
    if (bytes != 0 && is_aligned(bytes, MIB_BITS))
        return lua_pushfstring(L, "%dM", (int)(bytes >> MIB_BITS));
    return lua_pushfstring(L, "%dK", (int)((bytes + mask_bits(KIB_BITS)) >> KIB_BITS));
}

/* Pushes why there is no machine of this size. */
static void push_no_host_memory(lua_State *L, uint64_t memory_size)
{
    lua_pushfstring(L, "the host has no %s of memory to give", push_size(L, memory_size));
    lua_replace(L, -2);
}

/* Memory with which the boot succeeds: a little more than the least. A heap begins at a multiple of
   its size, so what lies below it takes as much again, or a multiple. */
static uint64_t sufficient_memory(const struct machine_options *o)
{
    uint64_t heap = o->heap_bits == 0 ? 0 : UINT64_C(1) << o->heap_bits;
    unsigned cnode_bits = o->cnode_bits == 0 ? ROOT_CNODE_BITS_DEFAULT : o->cnode_bits;
    uint64_t kernel = sizeof(struct kernel) + o->domain_count * sizeof(struct ready_queues);
    uint64_t root = (UINT64_C(1) << (cnode_bits + SLOT_BITS)) + 16 * PAGE_SIZE;
    uint64_t tables = (o->image_size >> 9) + o->memory_size / (8 * PAGE_SIZE) + PAGE_SIZE;
    uint64_t below = 2 * (kernel + root) + o->image_size + tables;
    unsigned step_bits = o->heap_bits > MIB_BITS ? o->heap_bits : MIB_BITS;

    return align_up(below, step_bits) + align_up(heap, step_bits);
}

static void push_no_memory(lua_State *L, const struct machine_options *o)
{
    int base = lua_gettop(L);
    const char *given = push_size(L, o->memory_size);
    const char *program = push_size(L, o->image_size);
    const char *heap = push_size(L, UINT64_C(1) << o->heap_bits);
    const char *needed = push_size(L, sufficient_memory(o));

    if (o->heap_bits == 0)
        lua_pushfstring(L, "%s of memory is too little: the kernel and the program (%siB) need %s",
                        given, program, needed);
    else
        lua_pushfstring(L, "%s of memory is too little: the kernel, the program (%siB) and its "
                           "heap of %s need %s", given, program, heap, needed);
    lua_replace(L, base + 1);
    lua_settop(L, base + 1);
}

/* Pushes the text for a boot that did not succeed. */
static void push_boot_failure(lua_State *L, enum boot_result result,
                              const struct machine_options *o)
{
    switch (result) {
    case BOOT_OK:
        break;
    case BOOT_NO_MEMORY:
        push_no_memory(L, o);
        break;
    case BOOT_BAD_OPTIONS:
        lua_pushstring(L, "the kernel cannot boot with these options: check memory (a multiple of "
                          "4K), heap, domains and schedule");
        break;
    case BOOT_CNODE_FULL:
        lua_pushfstring(L, "the program is too long: the root task's CNode of %d slots has no room "
                           "for capabilities to all its pages; choose more root-cnode-bits",
                        1 << (o->cnode_bits == 0 ? ROOT_CNODE_BITS_DEFAULT : o->cnode_bits));
        break;
    }
}

/* --- making ----------------------------------------------------------------------------------- */

static void init_platform(struct platform *p, lua_State *host, const struct machine_options *o)
{
    memset(p, 0, sizeof(*p));
    p->clock = o->clock;
    if (o->clock == CLOCK_HOST && o->timer != NULL) {
        p->ticks.timer = o->timer;
        p->ticks.origin_ns = o->timer->now_ns();
        p->ticks.period_ns = o->tick_period_ns;
    }
    p->host = host;
    p->deadline_ns = UINT64_MAX;
    p->stop_time_ns = UINT64_MAX;
    p->lines.masked[0] = UINT64_MAX;
    p->lines.masked[1] = UINT64_MAX;
    clock_note(p);
}

/* A block with platform and arena; NULL if the host has not that much. The arena's content is of no
   interest to the kernel, so it is not cleared: the host gives pages when they are used. */
static struct platform *allocate(lua_State *host, const struct machine_options *o)
{
    uint64_t size = sizeof(struct platform) + PAGE_SIZE + o->memory_size;
    void *user;
    lua_Alloc allocator = lua_getallocf(host, &user);
    struct platform *p = NULL;

    if (size <= SIZE_MAX / 2)
        p = allocator(user, NULL, 0, (size_t)size);
    if (p == NULL)
        return NULL;
    init_platform(p, host, o);
    p->block = p;
    p->block_size = size;
    p->kernel = (struct kernel *)align_up((uintptr_t)(p + 1), PAGE_BITS);
    return p;
}

/* Objects that may have names at a time: 48 bytes each. */
enum { NAME_CAPACITY = 512 };

static enum boot_result boot(struct platform *p, const struct machine_options *o)
{
    uint64_t vaddr = o->is_riscv ? o->image_vaddr : IMAGE_VADDR;
    struct boot_options options = {
        .flavour = o->is_mcs ? &mcs_flavour : &classic_flavour,
        .platform = p,
        .memory_size = o->memory_size,
        .domain_count = o->domain_count,
        .schedule = o->schedule,
        .schedule_length = o->schedule_length,
        .traces_errors = o->traces_errors,
        .name_capacity = NAME_CAPACITY,
        .image = o->image,
        .image_size = o->image_size,
        .image_vaddr = vaddr,
        .entry = o->is_riscv ? o->entry : vaddr,
        .heap_bits = o->heap_bits,
        .cnode_bits = o->cnode_bits,
        .extra = o->extra,
        .extra_size = o->extra_size,
        .device_pages = device_pages,
        .device_page_count = sizeof(device_pages) / sizeof(device_pages[0]),
    };

    return kernel_boot(p->kernel, &options);
}

/* What the root task has from the start, for explanations and dumps. Its thread is named by the
   kernel. */
static void name_initial_objects(struct kernel *k)
{
    static const struct {
        unsigned slot;
        const char *name;
        size_t length;
    } names[] = {
#define NAME(slot, name) {slot, name, sizeof(name) - 1}
        NAME(INIT_CAP_CNODE, "root CNode"),
        NAME(INIT_CAP_VSPACE, "root VSpace"),
        NAME(INIT_CAP_ASID_POOL, "initial ASID pool"),
        NAME(INIT_CAP_IPC_BUFFER, "rootserver's IPC buffer"),
        NAME(INIT_CAP_BOOT_INFO, "boot information"),
        NAME(INIT_CAP_SCHED_CONTEXT, "rootserver's time"),
        NAME(INIT_CAP_LUA_HEAP, "rootserver's heap"),
#undef NAME
    };
    struct slot *slots = slot_at(k, k->root_cnode);

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        (void)!name_set(k, slots[names[i].slot].cap, names[i].name, names[i].length);
}

struct platform *machine_create(lua_State *host, const struct machine_options *o)
{
    const char *fault = o->is_riscv ? NULL : image_fault(o->image, o->image_size);
    struct platform *p;
    enum boot_result result;

    if (fault != NULL) {
        lua_pushfstring(host, "this is no program image: %s", fault);
        return NULL;
    }
    p = allocate(host, o);
    if (p == NULL) {
        push_no_host_memory(host, o->memory_size);
        return NULL;
    }
    result = boot(p, o);
    p->host = NULL;
    if (result == BOOT_OK) {
        name_initial_objects(p->kernel);
        return p;
    }
    machine_free(host, p);
    push_boot_failure(host, result, o);
    return NULL;
}

void machine_free(lua_State *host, struct platform *p)
{
    void *user;
    lua_Alloc allocator = lua_getallocf(host, &user);

    rv64_engine_free(host, p);
    allocator(user, p->block, (size_t)p->block_size, 0);
}
