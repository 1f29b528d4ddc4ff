/* SPDX-License-Identifier: MIT */
/* Page tables and frames: vspace/ */
#include <string.h>

#include "kernel/vspace/vspace.h"

#include "tests/kernel/harness.h"

#define RW (ABI_READ | ABI_WRITE)

enum { VADDR = 0x180000 };

/* A VSpace with tables for addresses from 0 on, and nothing in it. */
static uint64_t make_vspace(struct system *s)
{
    uint64_t vspace = make(s, ABI_TYPE_PAGE_TABLE, 0);
    uint64_t tables = slots_new(s, 2);

    EXPECT_OK(invoke(s, ROOT_ASID_POOL, ABI_ASID_POOL_ASSIGN, CAPS(vspace), NO_WORDS));
    EXPECT_OK(retype(s, s->untyped, ABI_TYPE_PAGE_TABLE, 0, tables, 2));
    for (unsigned i = 0; i < 2; i++)
        EXPECT_OK(invoke(s, tables + i, ABI_PAGE_TABLE_MAP, CAPS(vspace), WORDS(0x1000 * i, 0)));
    return vspace;
}

static uint64_t map(struct system *s, uint64_t frame, uint64_t vaddr, uint64_t rights,
                    uint64_t attributes)
{
    return invoke(s, frame, ABI_PAGE_MAP, CAPS(ROOT_VSPACE), WORDS(vaddr, rights, attributes));
}

static bool can(struct system *s, uint64_t vaddr, enum access access)
{
    kaddr address;

    return vspace_translate(s->k, s->root, vaddr, access, &address);
}

static void map_a_frame(struct system *s)
{
    uint64_t frame = make(s, ABI_TYPE_PAGE, 0);
    kaddr address = 0;

    EXPECT(!can(s, VADDR, ACCESS_LOAD));
    EXPECT_OK(map(s, frame, VADDR, RW, 0));
    EXPECT(vspace_translate(s->k, s->root, VADDR + 0x123, ACCESS_STORE, &address));
    EXPECT_EQUAL(address, object_of(s, frame) + 0x123);
    EXPECT(!can(s, VADDR + 0x1000, ACCESS_LOAD));
    EXPECT(!can(s, VADDR - 1, ACCESS_LOAD));
}

static void rights_of_a_mapping(struct system *s)
{
    static const struct { uint64_t rights, attributes; bool load, store, fetch; } rows[] = {
        {ABI_READ | ABI_WRITE, 0, true, true, true},
        {ABI_READ | ABI_WRITE, 1, true, true, false},
        {ABI_READ, 0, true, false, true},
        {ABI_READ, 1, true, false, false}};
    uint64_t frame = make(s, ABI_TYPE_PAGE, 0);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        EXPECT_OK(map(s, frame, VADDR, rows[i].rights, rows[i].attributes));
        EXPECT_EQUAL(can(s, VADDR, ACCESS_LOAD), rows[i].load);
        EXPECT_EQUAL(can(s, VADDR, ACCESS_STORE), rows[i].store);
        EXPECT_EQUAL(can(s, VADDR, ACCESS_FETCH), rows[i].fetch);
    }
}

/* Neither to be read, written nor executed: the place stays free, though the capability counts as
   mapped. */
static void mapping_without_rights(struct system *s)
{
    uint64_t frame = make(s, ABI_TYPE_PAGE, 0);
    uint64_t other = make(s, ABI_TYPE_PAGE, 0);

    EXPECT_OK(map(s, frame, VADDR, 0, 1));
    EXPECT_EQUAL(map(s, frame, VADDR + 0x1000, RW, 0), ABI_INVALID_ARGUMENT);
    EXPECT_OK(map(s, other, VADDR, RW, 0));
    EXPECT(can(s, VADDR, ACCESS_STORE));
}

static void execute_only(struct system *s)
{
    uint64_t frame = make(s, ABI_TYPE_PAGE, 0);

    EXPECT_OK(map(s, frame, VADDR, 0, 0));
    EXPECT(!can(s, VADDR, ACCESS_LOAD));
    EXPECT(!can(s, VADDR, ACCESS_STORE));
    EXPECT(can(s, VADDR, ACCESS_FETCH));
}

static void rights_of_the_capability(struct system *s)
{
    uint64_t frame = make(s, ABI_TYPE_PAGE, 0);
    uint64_t readable = slot_new(s);

    EXPECT_OK(cnode_mint(s, readable, frame, ABI_READ, 0));
    EXPECT_OK(map(s, readable, VADDR, RW, 0));
    EXPECT(can(s, VADDR, ACCESS_LOAD));
    EXPECT(!can(s, VADDR, ACCESS_STORE));
}

static void map_again_elsewhere(struct system *s)
{
    uint64_t frame = make(s, ABI_TYPE_PAGE, 0);
    uint64_t copy = slot_new(s);

    EXPECT_OK(map(s, frame, VADDR, RW, 0));
    EXPECT_OK(cnode_copy(s, copy, frame));
    EXPECT_OK(map(s, copy, VADDR + 0x1000, ABI_READ, 0));
    EXPECT(can(s, VADDR, ACCESS_STORE));
    EXPECT(!can(s, VADDR + 0x1000, ACCESS_STORE));
    EXPECT_OK(cnode_delete(s, frame));
    EXPECT(!can(s, VADDR, ACCESS_LOAD));
    EXPECT(can(s, VADDR + 0x1000, ACCESS_LOAD));
}

static void unmap_a_frame(struct system *s)
{
    uint64_t frame = make(s, ABI_TYPE_PAGE, 0);

    EXPECT_OK(map(s, frame, VADDR, RW, 0));
    EXPECT_OK(invoke(s, frame, ABI_PAGE_UNMAP, NO_CAPS, NO_WORDS));
    EXPECT(!can(s, VADDR, ACCESS_LOAD));
    EXPECT_OK(invoke(s, frame, ABI_PAGE_UNMAP, NO_CAPS, NO_WORDS));
    EXPECT_OK(map(s, frame, VADDR + 0x2000, RW, 0));
}

static void moved_capability_unmaps(struct system *s)
{
    uint64_t frame = make(s, ABI_TYPE_PAGE, 0);
    uint64_t moved = slot_new(s);

    EXPECT_OK(map(s, frame, VADDR, RW, 0));
    EXPECT_OK(cnode_move(s, moved, frame));
    EXPECT(can(s, VADDR, ACCESS_LOAD));
    EXPECT_OK(cnode_delete(s, moved));
    EXPECT(!can(s, VADDR, ACCESS_LOAD));
}

/* The place was given to another frame: the old capability must not take that one away. */
static void stale_mapping(struct system *s)
{
    uint64_t vspace = make_vspace(s);
    uint64_t a = make(s, ABI_TYPE_PAGE, 0);
    uint64_t b = make(s, ABI_TYPE_PAGE, 0);
    uint64_t again;
    const struct slot *slot;
    struct table_walk walk;

    EXPECT_OK(invoke(s, a, ABI_PAGE_MAP, CAPS(vspace), WORDS(0x5000, RW, 0)));
    EXPECT_OK(cnode_delete(s, vspace)); /* with it, its ASID; a still remembers both */
    again = make_vspace(s);
    EXPECT_OK(invoke(s, b, ABI_PAGE_MAP, CAPS(again), WORDS(0x5000, RW, 0)));
    EXPECT_OK(cnode_delete(s, a));
    slot = root_slot(s, again);
    walk = vspace_walk(s->k, slot->cap.page_table.object, 0x5000);
    EXPECT_EQUAL(walk.bits, 12);
    EXPECT_EQUAL(pte_address(*walk.entry), object_of(s, b));
}

static void mega_page(struct system *s)
{
    uint64_t vspace = make(s, ABI_TYPE_PAGE_TABLE, 0);
    uint64_t table = make(s, ABI_TYPE_PAGE_TABLE, 0);
    uint64_t frame = make(s, ABI_TYPE_MEGA_PAGE, 0);
    struct table_walk walk;

    EXPECT_OK(invoke(s, ROOT_ASID_POOL, ABI_ASID_POOL_ASSIGN, CAPS(vspace), NO_WORDS));
    EXPECT_OK(invoke(s, table, ABI_PAGE_TABLE_MAP, CAPS(vspace), WORDS(0, 0)));
    EXPECT_EQUAL(invoke(s, frame, ABI_PAGE_MAP, CAPS(vspace), WORDS(0x201000, RW, 0)),
                 ABI_ALIGNMENT_ERROR);
    EXPECT_OK(invoke(s, frame, ABI_PAGE_MAP, CAPS(vspace), WORDS(0x200000, RW, 0)));
    walk = vspace_walk(s->k, object_of(s, vspace), 0x3fffff);
    EXPECT_EQUAL(walk.bits, 21);
    EXPECT_EQUAL(pte_address(*walk.entry), object_of(s, frame));
    EXPECT_OK(cnode_delete(s, frame));
    EXPECT(!pte_is_valid(*vspace_walk(s->k, object_of(s, vspace), 0x3fffff).entry));
}

static void table_levels(struct system *s)
{
    uint64_t vspace = make_vspace(s);
    uint64_t third = make(s, ABI_TYPE_PAGE_TABLE, 0);

    EXPECT_EQUAL(invoke(s, third, ABI_PAGE_TABLE_MAP, CAPS(vspace), WORDS(0x3000, 0)),
                 ABI_DELETE_FIRST);
    EXPECT_OK(invoke(s, third, ABI_PAGE_TABLE_MAP, CAPS(vspace), WORDS(0x200123, 0)));
    EXPECT_EQUAL(root_slot(s, third)->cap.page_table.vaddr, 0x200000);
}

static void unmap_a_table(struct system *s)
{
    uint64_t vspace = make_vspace(s);
    uint64_t table = make(s, ABI_TYPE_PAGE_TABLE, 0);
    uint64_t frame = make(s, ABI_TYPE_PAGE, 0);

    EXPECT_OK(invoke(s, table, ABI_PAGE_TABLE_MAP, CAPS(vspace), WORDS(0x200000, 0)));
    EXPECT_OK(invoke(s, frame, ABI_PAGE_MAP, CAPS(vspace), WORDS(0x200000, RW, 0)));
    EXPECT_OK(invoke(s, table, ABI_PAGE_TABLE_UNMAP, NO_CAPS, NO_WORDS));
    EXPECT_OK(invoke(s, table, ABI_PAGE_TABLE_UNMAP, NO_CAPS, NO_WORDS));
    EXPECT(!pte_is_valid(*vspace_walk(s->k, object_of(s, vspace), 0x200000).entry));
    EXPECT_OK(invoke(s, table, ABI_PAGE_TABLE_MAP, CAPS(vspace), WORDS(0x200000, 0)));
    EXPECT(!pte_is_valid(*vspace_walk(s->k, object_of(s, vspace), 0x200000).entry));
}

static void deleted_table(struct system *s)
{
    uint64_t vspace = make_vspace(s);
    uint64_t table = make(s, ABI_TYPE_PAGE_TABLE, 0);

    EXPECT_OK(invoke(s, table, ABI_PAGE_TABLE_MAP, CAPS(vspace), WORDS(0x200000, 0)));
    EXPECT_OK(cnode_delete(s, table));
    EXPECT_EQUAL(vspace_walk(s->k, object_of(s, vspace), 0x200000).bits, 21);
}

/* A thread whose VSpace goes cannot touch anything any more. */
static void deleted_vspace(struct system *s)
{
    uint64_t vspace = make_vspace(s);
    uint64_t thread = make(s, ABI_TYPE_TCB, 0);
    uint64_t frame = make(s, ABI_TYPE_PAGE, 0);
    struct tcb *t = tcb_of(s, thread);
    kaddr address;

    EXPECT_OK(invoke(s, frame, ABI_PAGE_MAP, CAPS(vspace), WORDS(0x3000, RW, 0)));
    EXPECT_OK(set_space(s, thread, (struct thread_spaces){.cnode = ROOT_CNODE,
                                                          .vspace = vspace}));
    EXPECT(vspace_translate(s->k, t, 0x3000, ACCESS_LOAD, &address));
    EXPECT_OK(cnode_revoke(s, vspace));
    EXPECT_OK(cnode_delete(s, vspace));
    EXPECT(!vspace_translate(s->k, t, 0x3000, ACCESS_LOAD, &address) ||
           cap_type(t->slots[TCB_SLOT_VSPACE].cap) == CAP_PAGE_TABLE);
}

static void address_of_a_frame(struct system *s)
{
    uint64_t frame = make(s, ABI_TYPE_PAGE, 0);

    EXPECT_OK(invoke(s, frame, ABI_PAGE_GET_ADDRESS, NO_CAPS, NO_WORDS));
    EXPECT_ANSWER(object_of(s, frame));
}

static void device_frame(struct system *s)
{
    uint64_t device = boot_info_word(s, INFO_UNTYPED);
    uint64_t frame = slot_new(s);
    kaddr address = 1;

    while (!root_slot(s, device)->cap.untyped.is_device)
        device++;
    EXPECT_OK(retype(s, device, ABI_TYPE_PAGE, 0, frame, 1));
    EXPECT_OK(map(s, frame, VADDR, RW, 0));
    EXPECT(vspace_translate(s->k, s->root, VADDR, ACCESS_LOAD, &address));
    EXPECT_EQUAL(address, object_of(s, frame));
    EXPECT(address < RAM_BASE);
}

static void kernel_addresses(struct system *s)
{
    EXPECT(!can(s, ABI_USER_TOP, ACCESS_LOAD));
    EXPECT(!can(s, RAM_BASE, ACCESS_LOAD));
    EXPECT(!can(s, UINT64_MAX, ACCESS_LOAD));
    EXPECT(!can(s, UINT64_C(1) << 39, ACCESS_LOAD));
    /* Above the 39 bits that the tables translate, an address must not wrap to a valid one. */
    EXPECT(can(s, 0x10000, ACCESS_FETCH));
    EXPECT(!can(s, (UINT64_C(1) << 39) + 0x10000, ACCESS_FETCH));
    EXPECT(!can(s, (UINT64_C(1) << 63) + 0x10000, ACCESS_FETCH));
}

const struct test vspace_tests[] = {
    TEST("RISCV_Page_Map succeeds: the frame is at the address and nowhere else", map_a_frame),
    TEST("RISCV_Page_Map succeeds: again, with other rights", rights_of_a_mapping),
    TEST("RISCV_Page_Map succeeds: without any right it maps nothing", mapping_without_rights),
    TEST("RISCV_Page_Map succeeds: without rights but executable", execute_only),
    TEST("RISCV_Page_Map succeeds: with no more rights than the capability has",
         rights_of_the_capability),
    TEST("RISCV_Page_Map succeeds: a copy of the capability, elsewhere", map_again_elsewhere),
    TEST("RISCV_Page_Map succeeds: a mega page", mega_page),
    TEST("RISCV_Page_Map succeeds: device memory", device_frame),
    TEST("RISCV_Page_Unmap succeeds: mapped or not", unmap_a_frame),
    TEST("RISCV_Page_GetAddress succeeds: the physical address", address_of_a_frame),
    TEST("RISCV_PageTable_Map succeeds: at the highest level that has none", table_levels),
    TEST("RISCV_PageTable_Unmap succeeds: the table is empty when mapped again", unmap_a_table),
    TEST("vspace: a moved capability takes its mapping along", moved_capability_unmaps),
    TEST("vspace: a mapping of a VSpace that is gone does not touch another one", stale_mapping),
    TEST("vspace: a deleted table leaves its VSpace", deleted_table),
    TEST("vspace: a deleted VSpace leaves its threads without memory", deleted_vspace),
    TEST("vspace: addresses that are not the user's are never translated", kernel_addresses),
    TESTS_END};
