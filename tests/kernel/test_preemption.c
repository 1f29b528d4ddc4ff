/* SPDX-License-Identifier: MIT */
/* Long operations with an interrupt at every preemption point: they end all the same, and in
   between everything is consistent (kernel_check follows every entry). */
#include <string.h>

#include "tests/kernel/harness.h"

enum { STORM_LINE = 11 };

static void start_storm(struct system *s, uint32_t period)
{
    s->platform.storm_line = STORM_LINE;
    s->platform.storm_period = period;
}

static void stop_storm(struct system *s)
{
    s->platform.storm_line = IRQ_NONE;
}

static void revoke_in_a_storm(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 14);
    uint64_t slots = slots_new(s, 100);

    EXPECT_OK(retype(s, untyped, ABI_TYPE_ENDPOINT, 0, slots, 100));
    start_storm(s, 1);
    EXPECT_OK(cnode_revoke(s, untyped));
    EXPECT(s->k->preemptions >= 99);
    EXPECT_EQUAL(identify(s, slots), ABI_CAP_NULL);
    EXPECT_EQUAL(identify(s, slots + 99), ABI_CAP_NULL);
}

static void delete_cnode_in_a_storm(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 14);
    uint64_t cnode = make(s, ABI_TYPE_CNODE, 6);

    EXPECT_OK(invoke(s, untyped, ABI_UNTYPED_RETYPE, CAPS(cnode),
                     WORDS(ABI_TYPE_ENDPOINT, 0, 0, 0, 0, 64)));
    start_storm(s, 1);
    EXPECT_OK(cnode_delete(s, cnode));
    EXPECT(s->k->preemptions >= 32);
    EXPECT_EQUAL(identify(s, cnode), ABI_CAP_NULL);
}

static void delete_chain_in_a_storm(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 14);
    uint64_t chain = slots_new(s, 50);

    EXPECT_OK(retype(s, untyped, ABI_TYPE_CNODE, 2, chain, 50));
    for (unsigned i = 49; i > 0; i--)
        EXPECT_OK(invoke(s, chain + i - 1, ABI_CNODE_MOVE, CAPS(ROOT_CNODE),
                         WORDS(0, 2, chain + i, 64)));
    start_storm(s, 1);
    EXPECT_OK(cnode_delete(s, chain));
    EXPECT(s->k->preemptions > 49);
    EXPECT_EQUAL(identify(s, chain), ABI_CAP_NULL);
    EXPECT_OK(cnode_revoke(s, untyped));
    stop_storm(s);
    EXPECT_OK(retype(s, untyped, ABI_TYPE_UNTYPED, 14, chain, 1));
}

static void delete_cycle_in_a_storm(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 14);
    uint64_t a = slots_new(s, 3);

    EXPECT_OK(retype(s, untyped, ABI_TYPE_CNODE, 2, a, 3));
    for (unsigned i = 0; i < 3; i++)
        EXPECT_OK(invoke(s, a + (i + 1) % 3, ABI_CNODE_COPY, CAPS(ROOT_CNODE),
                         WORDS(i, 2, a + i, 64, ABI_ALL_RIGHTS)));
    for (unsigned i = 0; i < 3; i++)
        EXPECT_OK(cnode_delete(s, a + i));
    start_storm(s, 1);
    EXPECT_OK(cnode_revoke(s, untyped));
    stop_storm(s);
    EXPECT_OK(retype(s, untyped, ABI_TYPE_UNTYPED, 14, a, 1));
}

/* Clearing memory is preempted between chunks, and the memory is clean at the end. */
static void retype_in_a_storm(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 16);
    uint64_t slots = slots_new(s, 16);
    uint8_t *memory;

    EXPECT_OK(retype(s, untyped, ABI_TYPE_PAGE, 0, slots, 16));
    memory = kernel_pointer(s->k, object_of(s, slots));
    memset(memory, 0xee, 1 << 16);
    EXPECT_OK(cnode_revoke(s, untyped));
    start_storm(s, 1);
    EXPECT_OK(retype(s, untyped, ABI_TYPE_PAGE, 0, slots, 16));
    EXPECT(s->k->preemptions >= 15);
    for (unsigned i = 0; i < 1 << 16; i++)
        EXPECT(memory[i] == 0);
}

/* The same with memory that has never been used since the boot: what it holds is unknown. */
static void first_use_in_a_storm(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 16);
    uint64_t slots = slots_new(s, 16);
    uint8_t *memory = kernel_pointer(s->k, object_of(s, untyped));

    memset(memory, 0xee, 1 << 16);
    start_storm(s, 1);
    EXPECT_OK(retype(s, untyped, ABI_TYPE_PAGE, 0, slots, 16));
    EXPECT(s->k->preemptions >= 15);
    for (unsigned i = 0; i < 1 << 16; i++)
        EXPECT(memory[i] == 0);
}

static void cancel_sends_in_a_storm(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t badged = slot_new(s);
    uint64_t threads[20];
    struct message m = {.label = 9};

    EXPECT_OK(cnode_mint(s, badged, endpoint, ABI_ALL_RIGHTS, 1));
    for (unsigned i = 0; i < 20; i++) {
        threads[i] = make_thread(s, (struct thread_options){.priority = (uint8_t)(100 - i)});
        resume(s, threads[i]);
    }
    root_sleep(s);
    for (unsigned i = 0; i < 20; i++)
        send(s, i % 2 ? badged : endpoint, &m);
    root_wake(s);
    start_storm(s, 1);
    EXPECT_OK(invoke(s, ROOT_CNODE, ABI_CNODE_CANCEL_BADGED_SENDS, NO_CAPS, WORDS(badged, 64)));
    for (unsigned i = 0; i < 20; i++)
        EXPECT_EQUAL(tcb_of(s, threads[i])->state,
                     i % 2 ? THREAD_RESTART : THREAD_BLOCKED_ON_SEND);
}

/* The thread is preempted in the middle by the root thread, which does the same; each goes on. */
static void two_deleters(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 14);
    uint64_t cnode = make(s, ABI_TYPE_CNODE, 5);
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 100});

    EXPECT_OK(invoke(s, untyped, ABI_UNTYPED_RETYPE, CAPS(cnode),
                     WORDS(ABI_TYPE_ENDPOINT, 0, 0, 0, 0, 32)));
    resume(s, thread);
    root_sleep(s);
    s->platform.storm_line = 96; /* wakes the root thread */
    s->platform.storm_period = 5;
    EXPECT_EQUAL(cnode_delete(s, cnode), NOT_ANSWERED);
    EXPECT(current(s) == s->root);
    stop_storm(s);
    EXPECT_EQUAL(tcb_of(s, thread)->state, THREAD_RESTART);
    EXPECT_EQUAL(identify(s, cnode), ABI_CAP_ZOMBIE);
    EXPECT_OK(cnode_delete(s, cnode));
    EXPECT_EQUAL(identify(s, cnode), ABI_CAP_NULL);
    EXPECT_OK(retype(s, untyped, ABI_TYPE_UNTYPED, 14, cnode, 1));
    receive(s, s->park);
    EXPECT(current(s) == tcb_of(s, thread));
    EXPECT_EQUAL(current(s)->next_pc, current(s)->registers[REG_PC]);
}

/* A zombie is no object that one could use. */
static void zombie_is_no_service(struct system *s)
{
    uint64_t cnode = make(s, ABI_TYPE_CNODE, 5);
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 100});
    uint64_t other = slot_new(s);

    EXPECT_OK(invoke(s, cnode, ABI_CNODE_COPY, CAPS(ROOT_CNODE),
                     WORDS(31, 5, ROOT_TCB, 64, ABI_ALL_RIGHTS)));
    resume(s, thread);
    root_sleep(s);
    s->platform.storm_line = 96;
    s->platform.storm_period = 1;
    cnode_delete(s, cnode);
    stop_storm(s);
    EXPECT_EQUAL(identify(s, cnode), ABI_CAP_ZOMBIE);
    EXPECT_EQUAL(invoke(s, cnode, ABI_CNODE_DELETE, NO_CAPS, WORDS(0, 5)), ABI_INVALID_CAPABILITY);
    EXPECT_EQUAL(cnode_copy(s, other, cnode), ABI_ILLEGAL_OPERATION);
    EXPECT_EQUAL(identify(s, cnode), ABI_CAP_ZOMBIE);
}

static void no_interrupt_no_preemption(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 14);
    uint64_t slots = slots_new(s, 250);

    EXPECT_OK(retype(s, untyped, ABI_TYPE_ENDPOINT, 0, slots, 250));
    EXPECT_OK(cnode_revoke(s, untyped));
    EXPECT_EQUAL(s->k->preemptions, 0);
    EXPECT(s->platform.pending_questions >= 2 && s->platform.pending_questions <= 10);
}

/* From one deletion to the next is one unit, so an interrupt waits for 100 deletions at most. */
static void latency_of_a_revocation(struct system *s)
{
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 16);
    uint64_t slots = slots_new(s, 1000);

    for (unsigned i = 0; i < 4; i++)
        EXPECT_OK(retype(s, untyped, ABI_TYPE_ENDPOINT, 0, slots + 250 * i, 250));
    s->k->work_units = 0;
    start_storm(s, 1);
    EXPECT_OK(cnode_revoke(s, untyped));
    EXPECT_EQUAL(s->k->preemptions, 1000 / WORK_UNITS_PER_CHECK);
    EXPECT_EQUAL(s->platform.pending_questions, s->k->preemptions);
}

#define STORMY .work_units_per_check = 1

const struct test preemption_tests[] = {
    TEST_ON("preemption: revoking 100 objects", revoke_in_a_storm, STORMY),
    TEST_ON("preemption: deleting a CNode with 64 objects", delete_cnode_in_a_storm, STORMY),
    TEST_ON("preemption: deleting a chain of CNodes", delete_chain_in_a_storm, STORMY),
    TEST_ON("preemption: revoking CNodes that hold each other", delete_cycle_in_a_storm, STORMY),
    TEST_ON("preemption: retyping memory that has to be cleared", retype_in_a_storm, STORMY),
    TEST_ON("preemption: memory that is used for the first time", first_use_in_a_storm, STORMY),
    TEST_ON("preemption: cancelling the sends of a badge", cancel_sends_in_a_storm, STORMY),
    TEST_ON("preemption: the higher thread takes over a deletion", two_deleters, STORMY),
    TEST_ON("preemption: a half deleted object can only be deleted", zombie_is_no_service, STORMY),
    TEST("preemption: interrupts are looked for every 100 units of work",
         no_interrupt_no_preemption),
    TEST("preemption: an interrupt waits for 100 deletions at most", latency_of_a_revocation),
    TESTS_END};
