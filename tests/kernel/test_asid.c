/* SPDX-License-Identifier: MIT */
/* ASIDs and their pools: vspace/asid.c */
#include <string.h>

#include "kernel/vspace/vspace.h"

#include "tests/kernel/harness.h"

static uint64_t make_pool(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 12);
    uint64_t pool = slot_new(s);

    EXPECT_OK(invoke(s, ROOT_ASID_CONTROL, ABI_ASID_CONTROL_MAKE_POOL, CAPS(untyped, ROOT_CNODE),
                     WORDS(pool, 64)));
    return pool;
}

static uint64_t asid_of(struct system *s, uint64_t table)
{
    return root_slot(s, table)->cap.page_table.asid;
}

static void pool_numbers(struct system *s)
{
    uint64_t first = make_pool(s);
    uint64_t second = make_pool(s);

    EXPECT_EQUAL(root_slot(s, first)->cap.asid_pool.asid_base, 512);
    EXPECT_EQUAL(root_slot(s, second)->cap.asid_pool.asid_base, 1024);
    EXPECT_OK(cnode_delete(s, first));
    first = make_pool(s);
    EXPECT_EQUAL(root_slot(s, first)->cap.asid_pool.asid_base, 512);
}

static void assign(struct system *s)
{
    uint64_t tables = slots_new(s, 3);

    EXPECT_OK(retype(s, s->untyped, ABI_TYPE_PAGE_TABLE, 0, tables, 3));
    for (unsigned i = 0; i < 3; i++) {
        EXPECT_OK(invoke(s, ROOT_ASID_POOL, ABI_ASID_POOL_ASSIGN, CAPS(tables + i), NO_WORDS));
        EXPECT_EQUAL(asid_of(s, tables + i), 2 + i); /* the root task has 1 */
        EXPECT_EQUAL(asid_root(s->k, 2 + i), object_of(s, tables + i));
    }
    EXPECT_OK(cnode_delete(s, tables + 1));
    EXPECT_EQUAL(asid_root(s->k, 3), 0);
    EXPECT_OK(retype(s, s->untyped, ABI_TYPE_PAGE_TABLE, 0, tables + 1, 1));
    EXPECT_OK(invoke(s, ROOT_ASID_POOL, ABI_ASID_POOL_ASSIGN, CAPS(tables + 1), NO_WORDS));
    EXPECT_EQUAL(asid_of(s, tables + 1), 3);
}

static void first_of_a_new_pool(struct system *s)
{
    uint64_t pool = make_pool(s);
    uint64_t table = make(s, ABI_TYPE_PAGE_TABLE, 0);

    EXPECT_OK(invoke(s, pool, ABI_ASID_POOL_ASSIGN, CAPS(table), NO_WORDS));
    EXPECT_EQUAL(asid_of(s, table), 512);
}

/* The VSpaces of a deleted pool are void: mapping in them fails, threads in them have no memory. */
static void deleted_pool(struct system *s)
{
    uint64_t pool = make_pool(s);
    uint64_t table = make(s, ABI_TYPE_PAGE_TABLE, 0);
    uint64_t inner = make(s, ABI_TYPE_PAGE_TABLE, 0);

    EXPECT_OK(invoke(s, pool, ABI_ASID_POOL_ASSIGN, CAPS(table), NO_WORDS));
    EXPECT_OK(cnode_delete(s, pool));
    EXPECT_EQUAL(invoke(s, inner, ABI_PAGE_TABLE_MAP, CAPS(table), WORDS(0, 0)),
                 ABI_FAILED_LOOKUP);
    EXPECT_ANSWER(0, ABI_INVALID_ROOT);
    EXPECT_OK(cnode_delete(s, table));
}

static void all_pools(struct system *s)
{
    uint64_t untyped = slots_new(s, 128);
    uint64_t pools = slots_new(s, 128);

    EXPECT_OK(retype(s, s->untyped, ABI_TYPE_UNTYPED, 12, untyped, 128));
    for (unsigned i = 0; i < 127; i++)
        EXPECT_OK(invoke(s, ROOT_ASID_CONTROL, ABI_ASID_CONTROL_MAKE_POOL,
                         CAPS(untyped + i, ROOT_CNODE), WORDS(pools + i, 64)));
    EXPECT_EQUAL(invoke(s, ROOT_ASID_CONTROL, ABI_ASID_CONTROL_MAKE_POOL,
                        CAPS(untyped + 127, ROOT_CNODE), WORDS(pools + 127, 64)),
                 ABI_DELETE_FIRST);
    EXPECT_OK(cnode_revoke(s, untyped + 60));
    EXPECT_OK(invoke(s, ROOT_ASID_CONTROL, ABI_ASID_CONTROL_MAKE_POOL,
                     CAPS(untyped + 127, ROOT_CNODE), WORDS(pools + 127, 64)));
    EXPECT_EQUAL(root_slot(s, pools + 127)->cap.asid_pool.asid_base, 61 * 512);
}

/* 511 of a new pool's, with the first used: 512 in all. */
static void full_pool(struct system *s)
{
    uint64_t pool = make_pool(s);
    uint64_t table = slots_new(s, 513);

    for (unsigned i = 0; i < 513; i += 171)
        EXPECT_OK(retype(s, s->untyped, ABI_TYPE_PAGE_TABLE, 0, table + i, 171));
    for (unsigned i = 0; i < 512; i++)
        EXPECT_OK(invoke(s, pool, ABI_ASID_POOL_ASSIGN, CAPS(table + i), NO_WORDS));
    EXPECT_EQUAL(invoke(s, pool, ABI_ASID_POOL_ASSIGN, CAPS(table + 512), NO_WORDS),
                 ABI_DELETE_FIRST);
}

/* What a frame has left behind is no VSpace. */
static void pool_of_used_memory(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 12);
    uint64_t frame = slot_new(s);
    uint64_t pool = slot_new(s);
    uint64_t table = make(s, ABI_TYPE_PAGE_TABLE, 0);

    EXPECT_OK(retype(s, untyped, ABI_TYPE_PAGE, 0, frame, 1));
    memset(kernel_pointer(s->k, object_of(s, frame)), 0x5a, 4096);
    EXPECT_OK(cnode_revoke(s, untyped));
    EXPECT_OK(invoke(s, ROOT_ASID_CONTROL, ABI_ASID_CONTROL_MAKE_POOL, CAPS(untyped, ROOT_CNODE),
                     WORDS(pool, 64)));
    EXPECT_EQUAL(asid_root(s->k, 512), 0);
    EXPECT_OK(invoke(s, pool, ABI_ASID_POOL_ASSIGN, CAPS(table), NO_WORDS));
    EXPECT_EQUAL(asid_of(s, table), 512);
}

/* A thread in a VSpace whose ASID is gone has no memory; who caches translations is told. */
static void thread_without_asid(struct system *s)
{
    uint64_t pool = make_pool(s);
    uint64_t table = make(s, ABI_TYPE_PAGE_TABLE, 0);
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 50});
    uint64_t changes;

    EXPECT_OK(invoke(s, pool, ABI_ASID_POOL_ASSIGN, CAPS(table), NO_WORDS));
    EXPECT_OK(set_space(s, thread, (struct thread_spaces){.cnode = ROOT_CNODE, .vspace = table}));
    EXPECT_EQUAL(vspace_of_thread(s->k, tcb_of(s, thread)), object_of(s, table));
    changes = s->platform.mapping_changes;
    EXPECT_OK(cnode_delete(s, pool));
    EXPECT_EQUAL(vspace_of_thread(s->k, tcb_of(s, thread)), 0);
    EXPECT_EQUAL(s->platform.mapping_changes, changes + 1);
}

const struct test asid_tests[] = {
    TEST("RISCV_ASIDControl_MakePool succeeds: the lowest free pool number", pool_numbers),
    TEST("RISCV_ASIDControl_MakePool succeeds: 127 times", all_pools),
    TEST("RISCV_ASIDPool_Assign succeeds: the lowest free ASID of the pool", assign),
    TEST("RISCV_ASIDPool_Assign succeeds: a new pool begins with its first ASID",
         first_of_a_new_pool),
    TEST("RISCV_ASIDPool_Assign succeeds: for all 512 ASIDs of a pool", full_pool),
    TEST("asid: the VSpaces of a deleted pool are void", deleted_pool),
    TEST("RISCV_ASIDControl_MakePool succeeds: of memory that has been used",
         pool_of_used_memory),
    TEST("ASID: a thread in a VSpace that has lost its own has no memory", thread_without_asid),
    TESTS_END};
