/* SPDX-License-Identifier: MIT */
/* seL4.GetBootInfo: the boot information frame as a table, by libsel4's names. */
#include "kernel/flavour.h"
#include "kernel/vspace/vspace.h"
#include "machine/lua/stubs.h"

enum { WORD_SIZE = 8, BYTE_BITS = 8, SIZE_BITS_OFFSET = 8, IS_DEVICE_OFFSET = 9 };

/* Fields that are words, and fields that are regions, by their byte offsets. */
struct field {
    const char *name;
    uint64_t offset;
};

static const struct field word_fields[] = {
    {"extraLen", BOOT_INFO_EXTRA_LEN},
    {"nodeID", BOOT_INFO_NODE_ID},
    {"numNodes", BOOT_INFO_NUM_NODES},
    {"numIOPTLevels", BOOT_INFO_NUM_IOPT_LEVELS},
    {"ipcBuffer", BOOT_INFO_IPC_BUFFER},
    {"initThreadCNodeSizeBits", BOOT_INFO_INIT_CNODE_BITS},
    {"initThreadDomain", BOOT_INFO_INIT_DOMAIN},
};

static const struct field region_fields[] = {
    {"empty", BOOT_INFO_EMPTY},
    {"sharedFrames", BOOT_INFO_SHARED_FRAMES},
    {"userImageFrames", BOOT_INFO_USER_IMAGE_FRAMES},
    {"userImagePaging", BOOT_INFO_USER_IMAGE_PAGING},
    {"ioSpaceCaps", BOOT_INFO_IO_SPACE_CAPS},
    {"extraBIPages", BOOT_INFO_EXTRA_BI_PAGES},
};

/* A byte of the boot information, as the running thread may load it. */
static uint64_t byte_at(lua_State *L, uint64_t offset)
{
    const struct process *process = process_of_state(L);
    struct kernel *k = process_kernel(process);
    kaddr address;

    if (!vspace_translate(k, trap_current(L), process->boot_info + offset, ACCESS_LOAD, &address) ||
        address < RAM_BASE)
        luaL_error(L, "no boot information at the address that the program was started with: the "
                      "frame is not mapped there (any more)");
    return *(const uint8_t *)kernel_pointer(k, address);
}

static uint64_t word_at(lua_State *L, uint64_t offset)
{
    uint64_t word = 0;

    for (int i = WORD_SIZE - 1; i >= 0; i--)
        word = word << BYTE_BITS | byte_at(L, offset + (unsigned)i);
    return word;
}

static void set_word(lua_State *L, const char *name, uint64_t word)
{
    lua_pushinteger(L, (lua_Integer)word);
    lua_setfield(L, -2, name);
}

/* { start, stop }: the first slot and the one after the last; libsel4's `end` is a keyword here. */
static void set_region(lua_State *L, const char *name, uint64_t offset)
{
    lua_createtable(L, 0, 2);
    set_word(L, "start", word_at(L, offset));
    set_word(L, "stop", word_at(L, offset + WORD_SIZE));
    lua_setfield(L, -2, name);
}

static void set_untyped_list(lua_State *L, uint64_t region)
{
    uint64_t count = word_at(L, region + WORD_SIZE) - word_at(L, region);
    uint64_t offset = region + 2 * WORD_SIZE;

    if (count > UNTYPED_LIST_MAX)
        luaL_error(L, "the boot information is damaged: it lists too many untyped capabilities");
    lua_createtable(L, (int)count, 0);
    for (uint64_t i = 0; i < count; i++) {
        lua_createtable(L, 0, 3);
        set_word(L, "paddr", word_at(L, offset));
        set_word(L, "sizeBits", byte_at(L, offset + SIZE_BITS_OFFSET));
        lua_pushboolean(L, byte_at(L, offset + IS_DEVICE_OFFSET) != 0);
        lua_setfield(L, -2, "isDevice");
        lua_rawseti(L, -2, (lua_Integer)i + 1);
        offset += BOOT_INFO_UNTYPED_ENTRY_SIZE;
    }
    lua_setfield(L, -2, "untypedList");
}

int stub_get_boot_info(lua_State *L)
{
    const struct process *process = process_of_state(L);
    uint64_t untyped = process_kernel(process)->flavour->boot_info_untyped;

    if (process->boot_info == 0)
        luaL_error(L, "no boot information: only the root task has it");
    lua_newtable(L);
    for (size_t i = 0; i < sizeof(word_fields) / sizeof(word_fields[0]); i++)
        set_word(L, word_fields[i].name, word_at(L, word_fields[i].offset));
    for (size_t i = 0; i < sizeof(region_fields) / sizeof(region_fields[0]); i++)
        set_region(L, region_fields[i].name, region_fields[i].offset);
    if (untyped == BOOT_INFO_UNTYPED_MCS)
        set_region(L, "schedcontrol", BOOT_INFO_SCHEDCONTROL_MCS);
    set_region(L, "untyped", untyped);
    set_untyped_list(L, untyped);
    return 1;
}
