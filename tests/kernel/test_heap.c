/* SPDX-License-Identifier: MIT */
/* Lua heaps as kernel objects: kernel/heap/. No Lua runs here. */
#include "tests/kernel/harness.h"

struct process {
    uint64_t vspace;
    uint64_t heap;
    uint64_t thread;
};

static struct process make_process(struct system *s)
{
    struct process p = {.vspace = make(s, ABI_TYPE_PAGE_TABLE, 0),
                        .heap = make(s, ABI_TYPE_LUA_HEAP, 16),
                        .thread = make_thread(s, (struct thread_options){.priority = 9})};

    EXPECT_OK(invoke(s, ROOT_ASID_POOL, ABI_ASID_POOL_ASSIGN, CAPS(p.vspace), NO_WORDS));
    EXPECT_OK(set_space(s, p.thread, (struct thread_spaces){.cnode = ROOT_CNODE,
                                                            .vspace = p.vspace}));
    return p;
}

static struct lua_heap *heap_at(struct system *s, uint64_t slot)
{
    return kernel_pointer(s->k, object_of(s, slot));
}

static void bind(struct system *s)
{
    struct process p = make_process(s);

    EXPECT(heap_of_thread(s->k, tcb_of(s, p.thread)) == NULL);
    EXPECT_OK(invoke(s, p.heap, ABI_HEAP_BIND, CAPS(p.vspace), NO_WORDS));
    EXPECT(heap_of_thread(s->k, tcb_of(s, p.thread)) == heap_at(s, p.heap));
    EXPECT_EQUAL(heap_at(s, p.heap)->vspace, object_of(s, p.vspace));
    EXPECT_EQUAL(heap_at(s, p.heap)->size_bits, 16);
}

static void unbind(struct system *s)
{
    struct process p = make_process(s);
    uint64_t serial;

    EXPECT_OK(invoke(s, p.heap, ABI_HEAP_BIND, CAPS(p.vspace), NO_WORDS));
    serial = heap_at(s, p.heap)->serial;
    heap_at(s, p.heap)->engine[0] = 1;
    EXPECT_OK(invoke(s, p.heap, ABI_HEAP_UNBIND, NO_CAPS, NO_WORDS));
    EXPECT_EQUAL(s->platform.heaps_destroyed, 1);
    EXPECT(heap_of_thread(s->k, tcb_of(s, p.thread)) == NULL);
    EXPECT_OK(invoke(s, p.heap, ABI_HEAP_BIND, CAPS(p.vspace), NO_WORDS));
    EXPECT(heap_at(s, p.heap)->serial > serial);
    EXPECT_EQUAL(heap_at(s, p.heap)->engine[0], 0);
}

static void stats(struct system *s)
{
    struct process p = make_process(s);

    EXPECT_OK(invoke(s, p.heap, ABI_HEAP_BIND, CAPS(p.vspace), NO_WORDS));
    EXPECT_OK(invoke(s, p.heap, ABI_HEAP_STATS, NO_CAPS, NO_WORDS));
    EXPECT_ANSWER(100, 101, 102, 103); /* as the platform says */
}

static void stats_unbound(struct system *s)
{
    struct process p = make_process(s);

    EXPECT_OK(invoke(s, p.heap, ABI_HEAP_STATS, NO_CAPS, NO_WORDS));
    EXPECT_EQUAL(s->reply.length, 4);
}

static void deleted_heap(struct system *s)
{
    struct process p = make_process(s);
    uint64_t copy = slot_new(s);

    EXPECT_OK(invoke(s, p.heap, ABI_HEAP_BIND, CAPS(p.vspace), NO_WORDS));
    EXPECT_OK(cnode_copy(s, copy, p.heap));
    EXPECT_OK(cnode_delete(s, p.heap));
    EXPECT_EQUAL(s->platform.heaps_destroyed, 0);
    EXPECT_OK(cnode_delete(s, copy));
    EXPECT_EQUAL(s->platform.heaps_destroyed, 1);
    EXPECT(heap_of_thread(s->k, tcb_of(s, p.thread)) == NULL);
}

static void deleted_vspace(struct system *s)
{
    struct process p = make_process(s);

    EXPECT_OK(invoke(s, p.heap, ABI_HEAP_BIND, CAPS(p.vspace), NO_WORDS));
    EXPECT_OK(cnode_revoke(s, p.vspace));
    EXPECT_OK(cnode_delete(s, p.thread));
    EXPECT_OK(cnode_delete(s, p.vspace));
    EXPECT_EQUAL(s->platform.heaps_destroyed, 1);
    EXPECT_EQUAL(heap_at(s, p.heap)->vspace, 0);
    EXPECT_EQUAL(s->k->bound_heaps, 0);
}

static void deleted_pool(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 12);
    uint64_t pool = slot_new(s);
    uint64_t vspace = make(s, ABI_TYPE_PAGE_TABLE, 0);
    uint64_t heap = make(s, ABI_TYPE_LUA_HEAP, 16);

    EXPECT_OK(invoke(s, ROOT_ASID_CONTROL, ABI_ASID_CONTROL_MAKE_POOL, CAPS(untyped, ROOT_CNODE),
                     WORDS(pool, 64)));
    EXPECT_OK(invoke(s, pool, ABI_ASID_POOL_ASSIGN, CAPS(vspace), NO_WORDS));
    EXPECT_OK(invoke(s, heap, ABI_HEAP_BIND, CAPS(vspace), NO_WORDS));
    EXPECT_OK(cnode_delete(s, pool));
    EXPECT_EQUAL(s->platform.heaps_destroyed, 1);
    EXPECT_EQUAL(heap_at(s, heap)->vspace, 0);
}

static void root_heap(struct system *s)
{
    struct lua_heap *heap = heap_of_thread(s->k, s->root);

    EXPECT(heap != NULL);
    EXPECT_EQUAL(heap->size_bits, 20);
}

/* Of three bound heaps the one in the middle goes, then the others: each time the rest is known. */
static void list_of_heaps(struct system *s)
{
    struct process p[3];

    for (unsigned i = 0; i < 3; i++) {
        p[i] = make_process(s);
        EXPECT_OK(invoke(s, p[i].heap, ABI_HEAP_BIND, CAPS(p[i].vspace), NO_WORDS));
    }
    EXPECT_EQUAL(heap_at(s, p[1].heap)->next, object_of(s, p[0].heap));
    EXPECT_OK(invoke(s, p[1].heap, ABI_HEAP_UNBIND, NO_CAPS, NO_WORDS));
    EXPECT_EQUAL(heap_at(s, p[2].heap)->next, object_of(s, p[0].heap));
    EXPECT_EQUAL(heap_at(s, p[0].heap)->previous, object_of(s, p[2].heap));
    EXPECT_OK(invoke(s, p[2].heap, ABI_HEAP_UNBIND, NO_CAPS, NO_WORDS));
    EXPECT_EQUAL(s->k->bound_heaps, object_of(s, p[0].heap));
}

/* What a program left in its heap is gone when the memory becomes something that a user can
   read. */
static void memory_is_cleared(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 16);
    uint64_t slot = slot_new(s);
    uint8_t *memory = kernel_pointer(s->k, object_of(s, untyped));

    EXPECT_OK(retype(s, untyped, ABI_TYPE_LUA_HEAP, 16, slot, 1));
    for (unsigned at = LUA_HEAP_HEADER_SIZE; at < 1 << 16; at++)
        memory[at] = 0x5a;
    EXPECT_OK(cnode_revoke(s, untyped));
    slot = slots_new(s, 16);
    EXPECT_OK(retype(s, untyped, ABI_TYPE_PAGE, 0, slot, 16));
    for (unsigned at = 0; at < 1 << 16; at++)
        EXPECT_EQUAL(memory[at], 0);
}

static void too_small(struct system *s)
{
    uint64_t slot = slot_new(s);

    EXPECT_EQUAL(retype(s, s->untyped, ABI_TYPE_LUA_HEAP, 15, slot, 1), ABI_RANGE_ERROR);
    EXPECT_EQUAL(retype(s, s->untyped, 0x4c01, 16, slot, 1), ABI_INVALID_ARGUMENT);
    EXPECT_ANSWER(0);
}

const struct test heap_tests[] = {
    TEST("Lua_Heap_Bind succeeds: the threads of the VSpace belong to the heap", bind),
    TEST("Lua_Heap_Unbind succeeds: the state is dropped, another serial follows", unbind),
    TEST("Lua_Heap_Stats succeeds: as the engine says", stats),
    TEST("Lua_Heap_Stats succeeds: of a heap that is not bound", stats_unbound),
    TEST("heap: the last capability drops the state", deleted_heap),
    TEST("heap: a VSpace that goes unbinds its heap", deleted_vspace),
    TEST("heap: an ASID pool that goes unbinds the heaps of its VSpaces", deleted_pool),
    TEST_ON("heap: the root task may start with one", root_heap, .heap_bits = 20),
    TEST("heap: bound ones are known, whichever goes first", list_of_heaps),
    TEST("heap: its memory is cleared before it becomes something else", memory_is_cleared),
    TEST("heap: less than 2^16 bytes is refused, and so is the next type number", too_small),
    TESTS_END};
