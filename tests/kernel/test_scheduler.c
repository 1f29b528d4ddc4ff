/* SPDX-License-Identifier: MIT */
/* Who runs: priorities and turns. thread/scheduler.c */
#include "tests/kernel/harness.h"

/* `count` threads of one priority, resumed in order. */
static void make_threads(struct system *s, unsigned count, uint8_t priority, struct tcb **threads)
{
    for (unsigned i = 0; i < count; i++) {
        uint64_t cap = make_thread(s, (struct thread_options){.priority = priority});

        threads[i] = tcb_of(s, cap);
        resume(s, cap);
    }
}

/* Time passes until the kernel wants to look, and it looks. False: it never wants to. */
static bool pass_time(struct system *s)
{
    if (s->platform.deadline_us == UINT64_MAX)
        return false;
    s->platform.time_us = s->platform.deadline_us;
    interrupt(s);
    return true;
}

/* Threads of all priorities but the root thread's, without buffers; each runs once, then stops
   itself. Numbered by priority. */
static void all_priorities(struct system *s)
{
    uint64_t slots = slots_new(s, 255);

    EXPECT_OK(retype(s, s->untyped, ABI_TYPE_TCB, 0, slots, 255));
    for (unsigned i = 0; i < 255; i++) {
        unsigned priority = (i * 7) % 255; /* in some other order than they run in */
        uint64_t tcb = slots + priority;

        EXPECT_OK(set_space(s, tcb, (struct thread_spaces){.cnode = ROOT_CNODE,
                                                           .vspace = ROOT_VSPACE}));
        give_time(s, tcb);
        EXPECT_OK(invoke(s, tcb, ABI_TCB_SET_PRIORITY, CAPS(ROOT_TCB), WORDS(priority)));
        resume(s, tcb);
    }
    root_sleep(s);
    for (unsigned i = 255; i-- > 0;) {
        EXPECT(current(s) == tcb_at(s->k, root_slot(s, slots + i)->cap.tcb.object));
        invoke(s, slots + i, ABI_TCB_SUSPEND, NO_CAPS, NO_WORDS);
    }
    EXPECT(current(s) == NULL);
}

static void higher_preempts(struct system *s)
{
    uint64_t low = make_thread(s, (struct thread_options){.priority = 10});
    uint64_t high = make_thread(s, (struct thread_options){.priority = 20});
    uint64_t notification = make(s, ABI_TYPE_NOTIFICATION, 0);

    resume(s, low);
    resume(s, high);
    root_sleep(s);
    EXPECT(current(s) == tcb_of(s, high));
    receive(s, notification);
    EXPECT(current(s) == tcb_of(s, low));
    signal_to(s, notification);
    EXPECT(current(s) == tcb_of(s, high));
    EXPECT_EQUAL(tcb_of(s, low)->state, THREAD_RUNNING);
}

static void yield_takes_turns(struct system *s)
{
    struct tcb *threads[3];

    make_threads(s, 3, 10, threads);
    root_sleep(s);
    for (unsigned round = 0; round < 3; round++) {
        struct tcb *first = current(s);

        trap(s, ABI_YIELD);
        EXPECT(current(s) != first);
        trap(s, ABI_YIELD);
        EXPECT(current(s) != first);
        trap(s, ABI_YIELD);
        EXPECT(current(s) == first);
    }
}

static void yield_alone(struct system *s)
{
    struct tcb *threads[1];

    make_threads(s, 1, 10, threads);
    root_sleep(s);
    trap(s, ABI_YIELD);
    EXPECT(current(s) == threads[0]);
}

/* With nobody to take over, the timer need not disturb: then there is no deadline, or ticks that
   change nothing. */
static void alone_no_change(struct system *s)
{
    struct tcb *threads[1];

    make_threads(s, 1, 10, threads);
    root_sleep(s);
    for (unsigned i = 0; i < 20 && pass_time(s); i++)
        EXPECT(current(s) == threads[0]);
}

static void lower_does_not_preempt(struct system *s)
{
    uint64_t low = make_thread(s, (struct thread_options){.priority = 10});
    struct tcb *high[1];

    make_threads(s, 1, 20, high);
    resume(s, low);
    root_sleep(s);
    for (unsigned i = 0; i < 20 && pass_time(s); i++)
        EXPECT(current(s) == high[0]);
}

/* The priority of the thread that runs sinks: another one runs. */
static void sinking_priority(struct system *s)
{
    uint64_t a = make_thread(s, (struct thread_options){.priority = 20});
    uint64_t b = make_thread(s, (struct thread_options){.priority = 10});

    resume(s, a);
    resume(s, b);
    root_sleep(s);
    EXPECT(current(s) == tcb_of(s, a));
    EXPECT_EQUAL(invoke(s, a, ABI_TCB_SET_PRIORITY, CAPS(ROOT_TCB), WORDS(5)), ABI_NO_ERROR);
    EXPECT(current(s) == tcb_of(s, b));
}

/* The priority of a thread that waits its turn rises. */
static void rising_priority(struct system *s)
{
    uint64_t a = make_thread(s, (struct thread_options){.priority = 20});
    uint64_t b = make_thread(s, (struct thread_options){.priority = 10});

    resume(s, a);
    resume(s, b);
    root_sleep(s);
    EXPECT_EQUAL(invoke(s, b, ABI_TCB_SET_PRIORITY, CAPS(ROOT_TCB), WORDS(30)), ABI_NO_ERROR);
    EXPECT(current(s) == tcb_of(s, b));
}

static void nobody_runs(struct system *s)
{
    root_sleep(s);
    EXPECT(current(s) == NULL);
    kernel_interrupt(s->k);
    system_check(s);
    EXPECT(current(s) == NULL);
    root_wake(s);
    EXPECT(current(s) == s->root);
}

static void thread_exit(struct system *s)
{
    struct tcb *threads[2];
    struct tcb *first;

    make_threads(s, 2, 10, threads);
    root_sleep(s);
    first = current(s);
    kernel_thread_exit(s->k);
    system_check(s);
    EXPECT(first->has_ended);
    EXPECT_EQUAL(first->state, THREAD_INACTIVE);
    EXPECT(current(s) != first && current(s) != NULL);
    EXPECT_EQUAL(s->platform.console_length, 0);
    tcb_restart(s->k, first); /* it may be given something new to do */
    EXPECT(!first->has_ended);
    scheduler_run(s->k);
    system_check(s);
}

const struct test scheduler_tests[] = {
    TEST("scheduler: of 255 priorities the highest runs, then the next", all_priorities),
    TEST("scheduler: a woken thread of higher priority runs at once", higher_preempts),
    TEST("Yield: threads of one priority take turns", yield_takes_turns),
    TEST("Yield: a thread that is alone goes on", yield_alone),
    TEST("scheduler: the timer does not stop a thread that is alone", alone_no_change),
    TEST("scheduler: the timer does not help lower priorities", lower_does_not_preempt),
    TEST("scheduler: lowering the running thread's priority lets another run", sinking_priority),
    TEST("scheduler: raising a waiting thread's priority lets it run", rising_priority),
    TEST("scheduler: with nobody to run the machine waits for interrupts", nobody_runs),
    TEST("scheduler: a thread whose function returns stops without a fault", thread_exit),
    TESTS_END};
