/* SPDX-License-Identifier: MIT */
/* What goes with the last capability: objects, and all that objects hold. cap/delete.c */
#include "tests/kernel/harness.h"

enum { OBJECTS = 100000, COPIES = 3000 };

/* An untyped without children can be given out whole. */
static void expect_all_free(struct system *s, uint64_t untyped)
{
    unsigned bits = root_slot(s, untyped)->cap.untyped.size_bits;
    uint64_t slot = slot_new(s);

    EXPECT_OK(retype(s, untyped, ABI_TYPE_UNTYPED, bits, slot, 1));
    EXPECT_OK(cnode_delete(s, slot));
}

static void endpoint_with_senders(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 100});
    struct message m = {.label = 1};

    resume(s, thread);
    root_sleep(s);
    send(s, endpoint, &m);
    root_wake(s);
    EXPECT_EQUAL(tcb_of(s, thread)->state, THREAD_BLOCKED_ON_SEND);
    EXPECT_OK(cnode_delete(s, endpoint));
    EXPECT_EQUAL(tcb_of(s, thread)->state, THREAD_RESTART);
}

static void notification_with_waiters(struct system *s)
{
    uint64_t notification = make(s, ABI_TYPE_NOTIFICATION, 0);
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 100});

    resume(s, thread);
    root_sleep(s);
    receive(s, notification);
    root_wake(s);
    EXPECT_EQUAL(tcb_of(s, thread)->state, THREAD_BLOCKED_ON_NOTIFICATION);
    EXPECT_OK(cnode_delete(s, notification));
    EXPECT_EQUAL(tcb_of(s, thread)->state, THREAD_RESTART);
}

static void bound_notification(struct system *s)
{
    uint64_t notification = make(s, ABI_TYPE_NOTIFICATION, 0);
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 100});

    EXPECT_OK(invoke(s, thread, ABI_TCB_BIND_NOTIFICATION, CAPS(notification), NO_WORDS));
    EXPECT_OK(cnode_delete(s, notification));
    EXPECT_EQUAL(tcb_of(s, thread)->bound_notification, 0);
}

static void bound_thread(struct system *s)
{
    uint64_t notification = make(s, ABI_TYPE_NOTIFICATION, 0);
    uint64_t thread = make(s, ABI_TYPE_TCB, 0);
    uint64_t other = make(s, ABI_TYPE_TCB, 0);

    EXPECT_OK(invoke(s, thread, ABI_TCB_BIND_NOTIFICATION, CAPS(notification), NO_WORDS));
    EXPECT_OK(cnode_delete(s, thread));
    EXPECT_OK(invoke(s, other, ABI_TCB_BIND_NOTIFICATION, CAPS(notification), NO_WORDS));
}

static void cnode_takes_contents(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 12);
    uint64_t cnode = make(s, ABI_TYPE_CNODE, 4);

    for (unsigned i = 0; i < 16; i++)
        EXPECT_OK(invoke(s, untyped, ABI_UNTYPED_RETYPE, CAPS(cnode),
                         WORDS(ABI_TYPE_ENDPOINT, 0, 0, 0, i, 1)));
    EXPECT_OK(cnode_delete(s, cnode));
    EXPECT_EQUAL(identify(s, cnode), ABI_CAP_NULL);
    expect_all_free(s, untyped);
}

static void cnode_with_copy_stays(struct system *s)
{
    uint64_t cnode = make(s, ABI_TYPE_CNODE, 2);
    uint64_t copy = slots_new(s, 2);

    EXPECT_OK(cnode_copy(s, copy, cnode));
    EXPECT_OK(invoke(s, cnode, ABI_CNODE_COPY, CAPS(ROOT_CNODE),
                     WORDS(1, 2, ROOT_TCB, 64, ABI_ALL_RIGHTS)));
    EXPECT_OK(cnode_delete(s, cnode));
    EXPECT_OK(invoke(s, ROOT_CNODE, ABI_CNODE_MOVE, CAPS(copy), WORDS(copy + 1, 64, 1, 2)));
    EXPECT_EQUAL(identify(s, copy + 1), ABI_CAP_TCB);
}

/* A CNode whose last capability lies in a CNode that goes is emptied only as far as that needs no
   further step down: what is left of it can be reached through its untyped alone. */

/* CNodes of two slots, each with the only capability to the next one in slot `position`. */
static uint64_t make_chain(struct system *s, uint64_t untyped, unsigned length, uint64_t position)
{
    uint64_t first = slots_new(s, length);

    EXPECT_OK(retype(s, untyped, ABI_TYPE_CNODE, 1, first, length));
    for (unsigned i = length - 1; i > 0; i--)
        EXPECT_OK(invoke(s, first + i - 1, ABI_CNODE_MOVE, CAPS(ROOT_CNODE),
                         WORDS(position, 1, first + i, 64)));
    return first;
}

static void chain_by_first_slot(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 16);
    uint64_t chain = make_chain(s, untyped, 200, 0);

    EXPECT_OK(cnode_delete(s, chain));
    EXPECT_EQUAL(identify(s, chain), ABI_CAP_NULL);
    EXPECT_OK(cnode_revoke(s, untyped));
    expect_all_free(s, untyped);
}

static void chain_by_last_slot(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 16);
    uint64_t chain = make_chain(s, untyped, 200, 1);

    EXPECT_OK(cnode_delete(s, chain));
    EXPECT_OK(cnode_revoke(s, untyped));
    expect_all_free(s, untyped);
}

/* Only an unbounded stack could empty this one by plain recursion. */
static void long_chain(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 20);
    uint64_t chains = 0;
    uint64_t previous = 0;

    for (unsigned i = 0; i < 40; i++) {
        uint64_t chain = make_chain(s, untyped, 250, 1);

        if (previous)
            EXPECT_OK(invoke(s, chain, ABI_CNODE_MOVE, CAPS(ROOT_CNODE),
                             WORDS(0, 1, previous, 64)));
        previous = chain;
        chains = chain;
        s->next_slot = chain + 250 > 3500 ? 500 : chain + 250;
    }
    EXPECT_OK(cnode_delete(s, chains));
    EXPECT_EQUAL(identify(s, chains), ABI_CAP_NULL);
    EXPECT_OK(cnode_revoke(s, untyped));
    expect_all_free(s, untyped);
}

static void cnode_holding_itself(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 12);
    uint64_t cnode = slot_new(s);

    EXPECT_OK(retype(s, untyped, ABI_TYPE_CNODE, 2, cnode, 1));
    for (unsigned i = 0; i < 4; i++)
        EXPECT_OK(invoke(s, cnode, ABI_CNODE_COPY, CAPS(ROOT_CNODE),
                         WORDS(i, 2, cnode, 64, ABI_ALL_RIGHTS)));
    EXPECT_OK(cnode_delete(s, cnode));
    EXPECT_OK(cnode_revoke(s, untyped));
    expect_all_free(s, untyped);
}

/* The only capability to a CNode lies in it, in each of its slots in turn. */
static void cnode_with_its_only_capability(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 12);
    uint64_t cnode = slot_new(s);

    for (unsigned i = 0; i < 4; i++) {
        EXPECT_OK(retype(s, untyped, ABI_TYPE_CNODE, 2, cnode, 1));
        EXPECT_OK(invoke(s, cnode, ABI_CNODE_COPY, CAPS(ROOT_CNODE),
                         WORDS((i + 1) % 4, 2, ROOT_TCB, 64, ABI_ALL_RIGHTS)));
        EXPECT_OK(invoke(s, cnode, ABI_CNODE_MOVE, CAPS(ROOT_CNODE), WORDS(i, 2, cnode, 64)));
        EXPECT_OK(cnode_revoke(s, untyped));
        expect_all_free(s, untyped);
    }
}

/* A holds the only capability to B and B the only one to A. */
static void two_cnodes_holding_each_other(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 12);
    uint64_t a = slots_new(s, 2);

    for (unsigned i = 0; i < 4; i++) {
        EXPECT_OK(retype(s, untyped, ABI_TYPE_CNODE, 1, a, 2));
        EXPECT_OK(invoke(s, a, ABI_CNODE_COPY, CAPS(ROOT_CNODE),
                         WORDS(i & 1, 1, a + 1, 64, ABI_ALL_RIGHTS)));
        EXPECT_OK(invoke(s, a + 1, ABI_CNODE_MOVE, CAPS(ROOT_CNODE), WORDS(i >> 1, 1, a, 64)));
        EXPECT_OK(cnode_delete(s, a + 1));
        EXPECT_OK(cnode_revoke(s, untyped));
        expect_all_free(s, untyped);
    }
}

/* A holds the only capability to B; B holds a copy of A's. */
static void inner_holds_outer(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 12);
    uint64_t a = slots_new(s, 2);

    EXPECT_OK(retype(s, untyped, ABI_TYPE_CNODE, 1, a, 2));
    EXPECT_OK(invoke(s, a + 1, ABI_CNODE_COPY, CAPS(ROOT_CNODE),
                     WORDS(0, 1, a, 64, ABI_ALL_RIGHTS)));
    EXPECT_OK(invoke(s, a, ABI_CNODE_MOVE, CAPS(ROOT_CNODE), WORDS(0, 1, a + 1, 64)));
    EXPECT_OK(cnode_delete(s, a)); /* the copy in B keeps A */
    EXPECT_OK(cnode_revoke(s, untyped));
    expect_all_free(s, untyped);
}

static void thread_takes_its_slots(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 14);
    uint64_t slots = slots_new(s, 3);
    struct tcb *t;

    EXPECT_OK(retype(s, untyped, ABI_TYPE_TCB, 0, slots, 1));
    EXPECT_OK(retype(s, untyped, ABI_TYPE_CNODE, 4, slots + 1, 1));
    EXPECT_OK(retype(s, untyped, ABI_TYPE_PAGE, 0, slots + 2, 1));
    EXPECT_OK(configure_thread(s, slots, (struct thread_spaces){.cnode = slots + 1,
                                                                .vspace = ROOT_VSPACE,
                                                                .frame = slots + 2,
                                                                .vaddr = 0x200000}));
    EXPECT_OK(cnode_delete(s, slots + 1));
    EXPECT_OK(cnode_delete(s, slots + 2));
    t = tcb_of(s, slots);
    EXPECT(cap_type(t->slots[TCB_SLOT_CSPACE].cap) == CAP_CNODE);
    EXPECT_OK(cnode_delete(s, slots));
    EXPECT_EQUAL(s->platform.releases, 1);
    EXPECT_OK(cnode_revoke(s, untyped));
    expect_all_free(s, untyped);
}

/* The thread's only CSpace holds the thread's only capability. */
static void thread_in_its_own_cspace(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 14);
    uint64_t slots = slots_new(s, 2);

    EXPECT_OK(retype(s, untyped, ABI_TYPE_TCB, 0, slots, 1));
    EXPECT_OK(retype(s, untyped, ABI_TYPE_CNODE, 2, slots + 1, 1));
    EXPECT_OK(set_space(s, slots, (struct thread_spaces){.cnode = slots + 1,
                                                         .vspace = ROOT_VSPACE}));
    EXPECT_OK(invoke(s, slots + 1, ABI_CNODE_MOVE, CAPS(ROOT_CNODE), WORDS(2, 2, slots, 64)));
    EXPECT_OK(cnode_delete(s, slots + 1));
    EXPECT_OK(cnode_revoke(s, untyped));
    expect_all_free(s, untyped);
}

/* The current thread's own TCB goes while it runs: nobody runs after that. */
static void thread_deletes_itself(struct system *s)
{
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 100});

    resume(s, thread);
    root_sleep(s);
    EXPECT_EQUAL(cnode_delete(s, thread), NOT_ANSWERED);
    EXPECT(current(s) == NULL);
    root_wake(s);
    EXPECT_EQUAL(identify(s, thread), ABI_CAP_NULL);
}

static void revoke_of_everything(struct system *s)
{
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 100});
    uint64_t copy = slot_new(s);

    EXPECT_OK(cnode_copy(s, copy, thread));
    make(s, ABI_TYPE_CNODE, 8);
    EXPECT_OK(cnode_revoke(s, s->untyped));
    EXPECT_EQUAL(identify(s, thread), ABI_CAP_NULL);
    EXPECT_EQUAL(identify(s, copy), ABI_CAP_NULL);
    expect_all_free(s, s->untyped);
}

/* Root CNode of 2^17 slots; all of them filled with endpoints from one untyped. */
static void hundred_thousand(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 22);
    uint64_t first = s->next_slot;
    unsigned count = 0;

    while (count < OBJECTS) {
        EXPECT_OK(retype(s, untyped, ABI_TYPE_ENDPOINT, 0, slots_new(s, 250), 250));
        count += 250;
    }
    s->is_unchecked = false;
    EXPECT_OK(cnode_revoke(s, untyped));
    EXPECT_EQUAL(identify(s, first), ABI_CAP_NULL);
    EXPECT_EQUAL(identify(s, first + count - 1), ABI_CAP_NULL);
    expect_all_free(s, untyped);
}

/* Badged copies of one endpoint: here every one is a child of the first. */
static void many_copies(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t first = slots_new(s, COPIES);

    for (unsigned i = 0; i < COPIES; i++)
        EXPECT_OK(cnode_mint(s, first + i, endpoint, ABI_ALL_RIGHTS, i % 7));
    s->is_unchecked = false;
    EXPECT_OK(cnode_revoke(s, endpoint));
    EXPECT_EQUAL(identify(s, first), ABI_CAP_NULL);
    EXPECT_EQUAL(identify(s, first + COPIES - 1), ABI_CAP_NULL);
    EXPECT_EQUAL(identify(s, endpoint), ABI_CAP_ENDPOINT);
}

const struct test delete_revoke_tests[] = {
    TEST("delete: the last capability to an endpoint sends its senders back",
         endpoint_with_senders),
    TEST("delete: the last capability to a notification sends its waiters back",
         notification_with_waiters),
    TEST("delete: a bound notification goes and the thread is unbound", bound_notification),
    TEST("delete: a bound thread goes and the notification is unbound", bound_thread),
    TEST("delete: a CNode takes along what it holds", cnode_takes_contents),
    TEST("delete: a CNode with another capability to it stays", cnode_with_copy_stays),
    TEST("delete: a chain of 200 CNodes through their first slots", chain_by_first_slot),
    TEST("delete: a chain of 200 CNodes through their last slots", chain_by_last_slot),
    TEST_ON("delete: a chain of 10,000 CNodes", long_chain, .is_unchecked = true),
    TEST("delete: a CNode that holds copies of its own capability", cnode_holding_itself),
    TEST("delete: a CNode that holds its only capability", cnode_with_its_only_capability),
    TEST("delete: two CNodes that hold each other's only capability",
         two_cnodes_holding_each_other),
    TEST("delete: a CNode whose only inner CNode holds a copy of it", inner_holds_outer),
    TEST("delete: a thread takes along its CSpace, VSpace and buffer", thread_takes_its_slots),
    TEST("delete: a thread in the CSpace that it is the only holder of", thread_in_its_own_cspace),
    TEST("delete: a thread may delete itself", thread_deletes_itself),
    TEST("revoke: everything made from an untyped goes", revoke_of_everything),
    TEST_ON("revoke: 100,000 objects in one call", hundred_thousand, .memory_mib = 32,
            .cnode_bits = 17, .is_unchecked = true),
    TEST_ON("revoke: 3,000 badged copies in one call", many_copies, .is_unchecked = true),
    TESTS_END};
