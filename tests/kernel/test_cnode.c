/* SPDX-License-Identifier: MIT */
/* What the methods of CNodes do when they are not refused: cap/cnode_invoke.c. */
#include "tests/kernel/harness.h"

static struct cap cap_at(struct system *s, uint64_t slot)
{
    return root_slot(s, slot)->cap;
}

static void copy_masks_rights(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t copy = slots_new(s, 2);

    EXPECT_OK(invoke(s, ROOT_CNODE, ABI_CNODE_COPY, CAPS(ROOT_CNODE),
                     WORDS(copy, 64, endpoint, 64, ABI_READ | ABI_GRANT)));
    EXPECT_EQUAL(cap_at(s, copy).endpoint.rights, ABI_READ | ABI_GRANT);
    EXPECT_OK(cnode_copy(s, copy + 1, copy));
    EXPECT_EQUAL(cap_at(s, copy + 1).endpoint.rights, ABI_READ | ABI_GRANT);
}

static void mint_sets_badge(struct system *s)
{
    uint64_t notification = make(s, ABI_TYPE_NOTIFICATION, 0);
    uint64_t badged = slots_new(s, 2);

    EXPECT_OK(cnode_mint(s, badged, notification, ABI_WRITE, UINT64_MAX));
    EXPECT_EQUAL(cap_at(s, badged).notification.badge, UINT64_MAX);
    EXPECT_EQUAL(cap_at(s, badged).notification.rights, ABI_WRITE);
    /* Badge 0 on a badged capability would be no change, but seL4 refuses any. */
    EXPECT_EQUAL(cnode_mint(s, badged + 1, badged, ABI_WRITE, 0), ABI_ILLEGAL_OPERATION);
}

static void mint_sets_guard(struct system *s)
{
    uint64_t cnode = make(s, ABI_TYPE_CNODE, 4);
    uint64_t guarded = slots_new(s, 2);

    EXPECT_OK(cnode_mint(s, guarded, cnode, ABI_ALL_RIGHTS, abi_guard(0x1234, 16)));
    EXPECT_EQUAL(cap_at(s, guarded).cnode.guard, 0x1234);
    EXPECT_EQUAL(cap_at(s, guarded).cnode.guard_size, 16);
    EXPECT_OK(cnode_mint(s, guarded + 1, guarded, ABI_ALL_RIGHTS, 0));
    EXPECT_EQUAL(cap_at(s, guarded + 1).cnode.guard_size, 0);
}

static void mint_frame_rights(struct system *s)
{
    uint64_t frame = make(s, ABI_TYPE_PAGE, 0);
    uint64_t copies = slots_new(s, 3);

    EXPECT_OK(cnode_mint(s, copies, frame, ABI_READ, 0));
    EXPECT_OK(cnode_mint(s, copies + 1, frame, ABI_READ | ABI_WRITE, 0));
    EXPECT_OK(cnode_mint(s, copies + 2, frame, ABI_WRITE, 0));
    EXPECT_EQUAL(cap_at(s, copies).frame.rights, FRAME_READ_ONLY);
    EXPECT_EQUAL(cap_at(s, copies + 1).frame.rights, FRAME_READ_WRITE);
    EXPECT_EQUAL(cap_at(s, copies + 2).frame.rights, FRAME_KERNEL_ONLY);
}

static void move_empties_source(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t to = slot_new(s);
    struct cap before = cap_at(s, endpoint);

    EXPECT_OK(cnode_move(s, to, endpoint));
    EXPECT_EQUAL(identify(s, endpoint), ABI_CAP_NULL);
    EXPECT_EQUAL(cap_at(s, to).any.object, before.any.object);
    EXPECT_EQUAL(cap_at(s, to).endpoint.rights, ABI_ALL_RIGHTS);
}

static void mutate_sets_guard(struct system *s)
{
    uint64_t cnode = make(s, ABI_TYPE_CNODE, 4);
    uint64_t to = slot_new(s);

    EXPECT_OK(invoke(s, ROOT_CNODE, ABI_CNODE_MUTATE, CAPS(ROOT_CNODE),
                     WORDS(to, 64, cnode, 64, abi_guard(3, 5))));
    EXPECT_EQUAL(cap_at(s, to).cnode.guard, 3);
    EXPECT_EQUAL(cap_at(s, to).cnode.guard_size, 5);
    EXPECT_EQUAL(identify(s, cnode), ABI_CAP_NULL);
}

/* pivot -> destination, source -> pivot. */
static void rotate_three_slots(struct system *s)
{
    uint64_t destination = slot_new(s);
    uint64_t pivot = make(s, ABI_TYPE_TCB, 0);
    uint64_t source = make(s, ABI_TYPE_CNODE, 4);

    EXPECT_OK(invoke(s, ROOT_CNODE, ABI_CNODE_ROTATE, CAPS(ROOT_CNODE, ROOT_CNODE),
                     WORDS(destination, 64, 0, pivot, 64, abi_guard(1, 2), source, 64)));
    EXPECT_EQUAL(identify(s, destination), ABI_CAP_TCB);
    EXPECT_EQUAL(identify(s, pivot), ABI_CAP_CNODE);
    EXPECT_EQUAL(identify(s, source), ABI_CAP_NULL);
    EXPECT_EQUAL(cap_at(s, pivot).cnode.guard_size, 2);
}

static void rotate_swaps(struct system *s)
{
    uint64_t a = make(s, ABI_TYPE_TCB, 0);
    uint64_t b = make(s, ABI_TYPE_PAGE, 0);

    EXPECT_OK(invoke(s, ROOT_CNODE, ABI_CNODE_ROTATE, CAPS(ROOT_CNODE, ROOT_CNODE),
                     WORDS(a, 64, 0, b, 64, 0, a, 64)));
    EXPECT_EQUAL(identify(s, a), ABI_CAP_FRAME);
    EXPECT_EQUAL(identify(s, b), ABI_CAP_TCB);
}

static void delete_empties(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);

    EXPECT_OK(cnode_delete(s, endpoint));
    EXPECT_EQUAL(identify(s, endpoint), ABI_CAP_NULL);
    EXPECT_OK(cnode_delete(s, endpoint)); /* of an empty slot: nothing to do */
}

static void revoke_keeps_itself(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t copies = slots_new(s, 8);

    for (unsigned i = 0; i < 8; i++)
        EXPECT_OK(cnode_mint(s, copies + i, endpoint, ABI_ALL_RIGHTS, i));
    EXPECT_OK(cnode_revoke(s, endpoint));
    EXPECT_EQUAL(identify(s, endpoint), ABI_CAP_ENDPOINT);
    for (unsigned i = 0; i < 8; i++)
        EXPECT_EQUAL(identify(s, copies + i), ABI_CAP_NULL);
}

/* Senders of one badge go back to sending; the others stay in the queue. */
static void cancel_badged_sends(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t badged = slots_new(s, 2);
    uint64_t threads[4];
    struct message m = {.label = 9};

    EXPECT_OK(cnode_mint(s, badged, endpoint, ABI_ALL_RIGHTS, 1));
    EXPECT_OK(cnode_mint(s, badged + 1, endpoint, ABI_ALL_RIGHTS, 2));
    for (unsigned i = 0; i < 4; i++) {
        threads[i] = make_thread(s, (struct thread_options){.priority = (uint8_t)(100 - i)});
        resume(s, threads[i]);
    }
    root_sleep(s);
    for (unsigned i = 0; i < 4; i++)
        send(s, badged + i % 2, &m);
    EXPECT(current(s) == NULL);
    root_wake(s);
    EXPECT_OK(invoke(s, ROOT_CNODE, ABI_CNODE_CANCEL_BADGED_SENDS, NO_CAPS, WORDS(badged, 64)));
    for (unsigned i = 0; i < 4; i++)
        EXPECT_EQUAL(tcb_of(s, threads[i])->state,
                     i % 2 == 0 ? THREAD_RESTART : THREAD_BLOCKED_ON_SEND);
}

/* An unbadged capability would mean everyone: seL4 does nothing then. */
static void cancel_unbadged_sends(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 100});
    struct message m = {.label = 9};

    resume(s, thread);
    root_sleep(s);
    send(s, endpoint, &m);
    root_wake(s);
    EXPECT_OK(invoke(s, ROOT_CNODE, ABI_CNODE_CANCEL_BADGED_SENDS, NO_CAPS, WORDS(endpoint, 64)));
    EXPECT_EQUAL(tcb_of(s, thread)->state, THREAD_BLOCKED_ON_SEND);
}

const struct test cnode_tests[] = {
    TEST("CNode_Copy succeeds: it keeps at most the rights given", copy_masks_rights),
    TEST("CNode_Mint succeeds: it sets the badge of a notification", mint_sets_badge),
    TEST("CNode_Mint succeeds: it sets the guard of a CNode, also to none", mint_sets_guard),
    TEST("CNode_Mint succeeds: rights of frames, write-only is none", mint_frame_rights),
    TEST("CNode_Move succeeds: the source is empty, rights stay", move_empties_source),
    TEST("CNode_Mutate succeeds: it moves and sets a guard", mutate_sets_guard),
    TEST("CNode_Rotate succeeds: pivot to destination, source to pivot", rotate_three_slots),
    TEST("CNode_Rotate succeeds: with destination and source the same, it swaps", rotate_swaps),
    TEST("CNode_Delete succeeds: on full and empty slots", delete_empties),
    TEST("CNode_Revoke succeeds: all children go, the capability stays", revoke_keeps_itself),
    TEST("CNode_CancelBadgedSends succeeds: senders of that badge only", cancel_badged_sends),
    TEST("CNode_CancelBadgedSends succeeds: without a badge it cancels none",
         cancel_unbadged_sends),
    TESTS_END};
