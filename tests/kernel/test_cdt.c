/* SPDX-License-Identifier: MIT */
/* The derivation tree: who is whose child, and that it survives every kind of move. cap/cdt.c */
#include "kernel/cap/cdt.h"

#include "tests/kernel/harness.h"

static bool is_parent(struct system *s, uint64_t a, uint64_t b)
{
    return cdt_is_parent_of(root_slot(s, a), root_slot(s, b));
}

static bool is_final(struct system *s, uint64_t slot)
{
    return cdt_is_final(s->k, root_slot(s, slot));
}

static void object_is_child(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 12);
    uint64_t endpoint = slot_new(s);

    EXPECT(is_parent(s, s->untyped, untyped));
    EXPECT_OK(retype(s, untyped, ABI_TYPE_ENDPOINT, 0, endpoint, 1));
    EXPECT(is_parent(s, untyped, endpoint));
    EXPECT(is_parent(s, s->untyped, endpoint));
    EXPECT(!is_parent(s, endpoint, untyped));
}

static void badged_is_child(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t badged = slots_new(s, 2);

    EXPECT_OK(cnode_mint(s, badged, endpoint, ABI_ALL_RIGHTS, 5));
    EXPECT_OK(cnode_copy(s, badged + 1, badged));
    EXPECT(is_parent(s, endpoint, badged));
    EXPECT(is_parent(s, endpoint, badged + 1));
    EXPECT(is_parent(s, badged, badged + 1));
    EXPECT(!is_parent(s, badged + 1, badged));
}

static void copies_are_siblings(struct system *s)
{
    uint64_t tcb = make(s, ABI_TYPE_TCB, 0);
    uint64_t copies = slots_new(s, 2);

    EXPECT_OK(cnode_copy(s, copies, tcb));
    EXPECT_OK(cnode_copy(s, copies + 1, copies));
    EXPECT(is_parent(s, tcb, copies));
    EXPECT(is_parent(s, tcb, copies + 1));
    EXPECT(!is_parent(s, copies, copies + 1));
}

static void finality(struct system *s)
{
    uint64_t tcb = make(s, ABI_TYPE_TCB, 0);
    uint64_t copy = slot_new(s);

    EXPECT(is_final(s, tcb));
    EXPECT_OK(cnode_copy(s, copy, tcb));
    EXPECT(!is_final(s, tcb));
    EXPECT(!is_final(s, copy));
    EXPECT_OK(cnode_delete(s, tcb));
    EXPECT(is_final(s, copy));
}

static void badges_are_one_object(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t badged = slots_new(s, 2);

    EXPECT_OK(cnode_mint(s, badged, endpoint, ABI_ALL_RIGHTS, 5));
    EXPECT_OK(cnode_mint(s, badged + 1, endpoint, ABI_ALL_RIGHTS, 6));
    EXPECT_OK(cnode_delete(s, endpoint));
    EXPECT(!is_final(s, badged));
    EXPECT_OK(cnode_delete(s, badged));
    EXPECT(is_final(s, badged + 1));
}

/* The parent is moved between making and revoking; the children are still found. */
static void move_keeps_children(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t others = slots_new(s, 3);

    EXPECT_OK(cnode_mint(s, others, endpoint, ABI_ALL_RIGHTS, 5));
    EXPECT_OK(cnode_move(s, others + 1, endpoint));
    EXPECT_OK(cnode_move(s, others + 2, others));
    EXPECT(is_parent(s, others + 1, others + 2));
    EXPECT_OK(cnode_revoke(s, others + 1));
    EXPECT_EQUAL(identify(s, others + 2), ABI_CAP_NULL);
}

/* Two neighbours in the list change places, in both directions and with themselves as pivot. */
static void rotate_neighbours(struct system *s)
{
    uint64_t parent = make(s, ABI_TYPE_UNTYPED, 12);
    uint64_t child = slot_new(s);

    EXPECT_OK(retype(s, parent, ABI_TYPE_TCB, 0, child, 1));
    EXPECT_OK(invoke(s, ROOT_CNODE, ABI_CNODE_ROTATE, CAPS(ROOT_CNODE, ROOT_CNODE),
                     WORDS(parent, 64, 0, child, 64, 0, parent, 64)));
    EXPECT_EQUAL(identify(s, child), ABI_CAP_UNTYPED);
    EXPECT_EQUAL(identify(s, parent), ABI_CAP_TCB);
    EXPECT(is_parent(s, child, parent));
    EXPECT_OK(invoke(s, ROOT_CNODE, ABI_CNODE_ROTATE, CAPS(ROOT_CNODE, ROOT_CNODE),
                     WORDS(parent, 64, 0, child, 64, 0, parent, 64)));
    EXPECT(is_parent(s, parent, child));
    EXPECT_OK(cnode_revoke(s, parent));
    EXPECT_EQUAL(identify(s, child), ABI_CAP_NULL);
}

static void handler_is_child_of_control(struct system *s)
{
    uint64_t handler = slot_new(s);

    EXPECT_OK(invoke(s, ROOT_IRQ_CONTROL, ABI_IRQ_CONTROL_GET, CAPS(ROOT_CNODE),
                     WORDS(9, handler, 64)));
    EXPECT(is_parent(s, ROOT_IRQ_CONTROL, handler));
    EXPECT_OK(cnode_revoke(s, ROOT_IRQ_CONTROL));
    EXPECT_EQUAL(identify(s, handler), ABI_CAP_NULL);
    EXPECT_OK(invoke(s, ROOT_IRQ_CONTROL, ABI_IRQ_CONTROL_GET, CAPS(ROOT_CNODE),
                     WORDS(9, handler, 64)));
}

/* Deleting the first of a badged family must not lose the others to the family before it. */
static void badged_families_stay_apart(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t a = slots_new(s, 4);

    EXPECT_OK(cnode_mint(s, a, endpoint, ABI_ALL_RIGHTS, 5));
    EXPECT_OK(cnode_mint(s, a + 1, endpoint, ABI_ALL_RIGHTS, 5));
    EXPECT_OK(cnode_copy(s, a + 2, a));
    EXPECT_OK(cnode_copy(s, a + 3, a + 1));
    EXPECT_OK(cnode_delete(s, a));
    EXPECT_OK(cnode_revoke(s, a + 1));
    EXPECT_EQUAL(identify(s, a + 1), ABI_CAP_ENDPOINT);
    EXPECT_EQUAL(identify(s, a + 2), ABI_CAP_ENDPOINT);
    EXPECT_EQUAL(identify(s, a + 3), ABI_CAP_NULL);
}

const struct test cdt_tests[] = {
    TEST("cdt: an object is a child of its untyped, and of that one's parent", object_is_child),
    TEST("cdt: a badged capability is a child of the unbadged one, its copies are its children",
         badged_is_child),
    TEST("cdt: a copy's copy is its sibling", copies_are_siblings),
    TEST("cdt: a capability is final when it is the only one to its object", finality),
    TEST("cdt: badges do not make another object", badges_are_one_object),
    TEST("cdt: a moved capability keeps its children and its parent", move_keeps_children),
    TEST("cdt: parent and child can change places", rotate_neighbours),
    TEST("cdt: handlers are children of the IRQControl capability", handler_is_child_of_control),
    TEST("cdt: two families of one badge stay apart when one loses its first",
         badged_families_stay_apart),
    TESTS_END};
