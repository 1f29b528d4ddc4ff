/* SPDX-License-Identifier: MIT */
/* Guarded lookup through several CNodes: cap/lookup.c. The figures of failures are in
   test_errors_cnode.c; here is what is found. */
#include "tests/kernel/harness.h"

/* slot `at` of the root CNode: a CNode of 2^4 slots, guard 0xa5 of 8 bits; slot 3 of it: another of
   2^2 slots, guard 0 of 2 bits; slot 1 of that: an endpoint. 8+4 + 2+2 = 16 bits below `at`. */
static uint64_t make_two_levels(struct system *s)
{
    uint64_t outer = make(s, ABI_TYPE_CNODE, 4);
    uint64_t inner = make(s, ABI_TYPE_CNODE, 2);
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t at = slot_new(s);

    EXPECT_OK(cnode_mint(s, at, outer, ABI_ALL_RIGHTS, abi_guard(0xa5, 8)));
    EXPECT_OK(invoke(s, at, ABI_CNODE_MINT, CAPS(ROOT_CNODE),
                     WORDS(0xa53, 12, inner, 64, ABI_ALL_RIGHTS, abi_guard(0, 2))));
    EXPECT_OK(invoke(s, at, ABI_CNODE_COPY, CAPS(ROOT_CNODE),
                     WORDS(0xa531, 16, endpoint, 64, ABI_ALL_RIGHTS)));
    return at;
}

static void two_levels(struct system *s)
{
    uint64_t at = make_two_levels(s);
    uint64_t found = slot_new(s);

    EXPECT_OK(invoke(s, ROOT_CNODE, ABI_CNODE_COPY, CAPS(at),
                     WORDS(found, 64, 0xa531, 16, ABI_ALL_RIGHTS)));
    EXPECT_EQUAL(identify(s, found), ABI_CAP_ENDPOINT);
}

static void stops_at_depth(struct system *s)
{
    uint64_t at = make_two_levels(s);
    uint64_t found = slot_new(s);

    EXPECT_OK(invoke(s, ROOT_CNODE, ABI_CNODE_COPY, CAPS(at),
                     WORDS(found, 64, 0xa53, 12, ABI_ALL_RIGHTS)));
    EXPECT_EQUAL(identify(s, found), ABI_CAP_CNODE);
}

static void bits_above_depth_are_ignored(struct system *s)
{
    uint64_t at = make_two_levels(s);
    uint64_t found = slot_new(s);

    EXPECT_OK(invoke(s, ROOT_CNODE, ABI_CNODE_COPY, CAPS(at),
                     WORDS(found, 64, UINT64_C(0xffff00000000a531), 16, ABI_ALL_RIGHTS)));
    EXPECT_EQUAL(identify(s, found), ABI_CAP_ENDPOINT);
}

/* A system call needs no depth: it stops at the first capability that is no CNode, whatever bits of
   the CPtr are left. */
static void cptr_with_bits_left(struct system *s)
{
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 100});
    uint64_t small = make(s, ABI_TYPE_CNODE, 4);
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);

    EXPECT_OK(invoke(s, small, ABI_CNODE_COPY, CAPS(ROOT_CNODE),
                     WORDS(3, 4, endpoint, 64, ABI_ALL_RIGHTS)));
    EXPECT_OK(set_space(s, thread, (struct thread_spaces){.cnode = small,
                                                          .vspace = ROOT_VSPACE}));
    resume(s, thread);
    root_sleep(s);
    EXPECT_EQUAL(identify(s, UINT64_C(3) << 60), ABI_CAP_ENDPOINT);
    EXPECT_EQUAL(identify(s, UINT64_C(3) << 60 | 12345), ABI_CAP_ENDPOINT);
    EXPECT_EQUAL(identify(s, UINT64_C(4) << 60), ABI_CAP_NULL);
}

/* A CNode that holds itself: every level takes its bits, so the lookup ends. */
static void cyclic_cspace(struct system *s)
{
    uint64_t cnode = make(s, ABI_TYPE_CNODE, 1);
    uint64_t found = slot_new(s);

    EXPECT_OK(invoke(s, cnode, ABI_CNODE_COPY, CAPS(ROOT_CNODE),
                     WORDS(1, 1, cnode, 64, ABI_ALL_RIGHTS)));
    EXPECT_OK(invoke(s, ROOT_CNODE, ABI_CNODE_COPY, CAPS(cnode),
                     WORDS(found, 64, UINT64_MAX, 64, ABI_ALL_RIGHTS)));
    EXPECT_EQUAL(identify(s, found), ABI_CAP_CNODE);
}

static void full_guard(struct system *s)
{
    uint64_t cnode = make(s, ABI_TYPE_CNODE, 6);
    uint64_t guarded = slots_new(s, 2);

    EXPECT_OK(cnode_mint(s, guarded, cnode, ABI_ALL_RIGHTS, abi_guard(0x3ffffffffffffff, 58)));
    EXPECT_OK(invoke(s, guarded, ABI_CNODE_COPY, CAPS(ROOT_CNODE),
                     WORDS(UINT64_MAX, 64, ROOT_TCB, 64, ABI_ALL_RIGHTS)));
    EXPECT_OK(invoke(s, ROOT_CNODE, ABI_CNODE_COPY, CAPS(cnode),
                     WORDS(guarded + 1, 64, 63, 6, ABI_ALL_RIGHTS)));
    EXPECT_EQUAL(identify(s, guarded + 1), ABI_CAP_TCB);
}

const struct test lookup_tests[] = {
    TEST("lookup goes through two CNodes with guards", two_levels),
    TEST("lookup with a depth stops at a CNode", stops_at_depth),
    TEST("lookup ignores address bits above the depth", bits_above_depth_are_ignored),
    TEST("lookup of a CPtr ignores the bits left at a capability that is no CNode",
         cptr_with_bits_left),
    TEST("lookup in a CNode that holds itself ends", cyclic_cspace),
    TEST("lookup compares a guard of 58 bits", full_guard),
    TESTS_END};
