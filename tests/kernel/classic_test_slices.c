/* SPDX-License-Identifier: MIT */
/* Time slices of five ticks: classic/time.c */
#include "tests/kernel/harness.h"

enum { SLICE_US = 5 * TICK_US };

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

static void new_time_slice(struct system *s)
{
    EXPECT_EQUAL(tcb_of(s, make(s, ABI_TYPE_TCB, 0))->time_slice_ticks, 5);
}

/* Classic: the handler is a CPtr that the thread itself would use. */
static void fault_handler_is_a_cptr(struct system *s)
{
    uint64_t tcb = make(s, ABI_TYPE_TCB, 0);

    EXPECT_OK(invoke(s, tcb, ABI_TCB_SET_SPACE, CAPS(ROOT_CNODE, ROOT_VSPACE), WORDS(77, 0, 0)));
    EXPECT_EQUAL(tcb_of(s, tcb)->fault_handler, 77);
    EXPECT_OK(invoke(s, tcb, ABI_TCB_CONFIGURE, CAPS(ROOT_CNODE, ROOT_VSPACE, 0),
                     WORDS(78, 0, 0, 0)));
    EXPECT_EQUAL(tcb_of(s, tcb)->fault_handler, 78);
}

static void slices(struct system *s)
{
    struct tcb *threads[2];
    uint64_t start;

    make_threads(s, 2, 10, threads);
    root_sleep(s);
    for (unsigned turn = 0; turn < 6; turn++) {
        struct tcb *t = current(s);

        start = s->platform.time_us;
        while (current(s) == t)
            EXPECT(pass_time(s));
        EXPECT(s->platform.time_us - start <= SLICE_US);
        EXPECT(s->platform.time_us - start > SLICE_US - TICK_US);
    }
}

/* Within a slice the same thread goes on. */
static void tick_is_no_slice(struct system *s)
{
    struct tcb *threads[2];
    struct tcb *t;

    make_threads(s, 2, 10, threads);
    root_sleep(s);
    t = current(s);
    while (s->platform.deadline_us < SLICE_US - TICK_US) {
        EXPECT(pass_time(s));
        EXPECT(current(s) == t);
    }
}

/* What is left of a slice is kept over a wait of another thread's doing. */
static void slices_are_kept(struct system *s)
{
    struct tcb *threads[2];
    struct tcb *t;
    uint64_t used;

    make_threads(s, 2, 10, threads);
    root_sleep(s);
    t = current(s);
    s->platform.time_us += 3 * TICK_US;
    interrupt(s);
    EXPECT(current(s) == t);
    used = s->platform.time_us;
    root_wake(s);
    receive(s, s->park);
    EXPECT(current(s) == t);
    while (current(s) == t)
        EXPECT(pass_time(s));
    EXPECT(s->platform.time_us - used <= SLICE_US);
}

/* A thread alone need not be interrupted: no instruction has to be counted. */
static void no_ticks_alone(struct system *s)
{
    struct tcb *threads[2];

    EXPECT_EQUAL(s->platform.deadline_us, UINT64_MAX);
    make_threads(s, 2, 10, threads);
    root_sleep(s);
    EXPECT(s->platform.deadline_us != UINT64_MAX);
    receive(s, s->park); /* one of them waits */
    EXPECT(current(s) == threads[0] || current(s) == threads[1]);
    EXPECT_EQUAL(s->platform.deadline_us, UINT64_MAX);
}

const struct test slices_tests[] = {
    TEST("a new thread has a slice of five ticks", new_time_slice),
    TEST("TCB_Configure succeeds: the fault handler is a CPtr", fault_handler_is_a_cptr),
    TEST("scheduler: threads of one priority take turns every five ticks", slices),
    TEST("scheduler: a tick within the slice changes nothing", tick_is_no_slice),
    TEST("scheduler: being preempted by a higher thread does not cost the turn", slices_are_kept),
    TEST("scheduler: a thread without equals has no ticks", no_ticks_alone),
    TESTS_END};
