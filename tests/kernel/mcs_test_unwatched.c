/* SPDX-License-Identifier: MIT */
/* Slices whose end nobody waits for: no deadline is set for them, and nothing comes out
 * differently. kernel/mcs/budget.c */
#include "tests/kernel/mcs_threads.h"

enum { PRIORITY = 10, SLICE = 2000 };

/* A thread that runs in slices; it is stopped. */
static struct timed make_slicer(struct system *s, uint8_t priority)
{
    return make_timed(s, priority, (struct context_options){.budget = SLICE, .period = SLICE});
}

static struct timed run_slicer(struct system *s)
{
    struct timed a = make_slicer(s, PRIORITY);

    resume(s, a.cap);
    root_sleep(s);
    EXPECT(current(s) == a.t);
    return a;
}

static void alone_unwatched(struct system *s)
{
    run_slicer(s);
    EXPECT_EQUAL(s->platform.deadline_us, UINT64_MAX);
}

static void below_unwatched(struct system *s)
{
    resume(s, make_slicer(s, PRIORITY - 1).cap);
    run_slicer(s);
    EXPECT_EQUAL(s->platform.deadline_us, UINT64_MAX);
}

static void equal_watched(struct system *s)
{
    resume(s, make_slicer(s, PRIORITY).cap);
    resume(s, make_slicer(s, PRIORITY).cap);
    root_sleep(s);
    EXPECT_EQUAL(s->platform.deadline_us, s->platform.time_us + SLICE);
}

static void sporadic_watched(struct system *s)
{
    struct timed a = make_timed(s, PRIORITY, (struct context_options){.budget = SLICE,
                                                                      .period = 2 * SLICE});

    resume(s, a.cap);
    root_sleep(s);
    EXPECT_EQUAL(s->platform.deadline_us, s->platform.time_us + SLICE);
}

/* Whoever waits for budget might be woken a little early at the slice's end. */
static void release_watched(struct system *s)
{
    struct timed high = make_timed(s, PRIORITY + 1, (struct context_options){.budget = SLICE,
                                                                             .period = 9 * SLICE});
    struct timed a = make_slicer(s, PRIORITY);
    uint64_t start = s->platform.time_us;

    resume(s, high.cap);
    resume(s, a.cap);
    root_sleep(s);
    pass_until(s, start + SLICE);
    EXPECT(current(s) == a.t && high.t->awaits_budget);
    EXPECT_EQUAL(s->platform.deadline_us, start + 2 * SLICE);
}

/* Two and a half slices: an equal has its turn, then half a slice is left. */
static void parts_are_exact(struct system *s)
{
    struct timed b = make_slicer(s, PRIORITY);
    struct timed a = run_slicer(s);
    uint64_t woken = s->platform.time_us + 2 * SLICE + SLICE / 2; /* no entry in between */

    s->platform.time_us = woken;
    root_wake(s);
    resume(s, b.cap);
    root_sleep(s);
    EXPECT(current(s) == b.t);
    EXPECT_EQUAL(s->platform.deadline_us, woken + SLICE);
    pass_until(s, woken + SLICE);
    EXPECT(current(s) == a.t);
    EXPECT_EQUAL(s->platform.deadline_us, woken + SLICE + SLICE / 2);
}

/* What has been used before the equal came counts, too, though nothing has been charged yet. */
static void equal_comes(struct system *s)
{
    struct timed a = make_slicer(s, PRIORITY);
    struct timed b = make_slicer(s, PRIORITY);
    uint64_t notification = make(s, ABI_TYPE_NOTIFICATION, 0);
    uint64_t start;

    resume(s, a.cap);
    resume(s, b.cap);
    root_sleep(s);
    EXPECT(current(s) == b.t);
    receive(s, notification);
    EXPECT(current(s) == a.t);
    EXPECT_EQUAL(s->platform.deadline_us, UINT64_MAX);
    start = s->platform.time_us;
    s->platform.time_us += 500;
    trap_with(s, ABI_SEND, notification, NULL);
    EXPECT(current(s) == a.t && thread_is_runnable(b.t));
    EXPECT_EQUAL(s->platform.deadline_us, start + SLICE);
}

/* The end of a slice falls into the entry's own time: it ends early, as always. */
static void end_falls_into_entry(struct system *s)
{
    struct timed a = run_slicer(s);

    s->platform.time_us += 3 * SLICE - BUDGET_LEAST_US + 1;
    trap(s, ABI_YIELD + 100); /* none: its time is up before anybody looks */
    EXPECT(current(s) == a.t && a.t->fault.kind == FAULT_NONE);
    EXPECT_EQUAL(refill_head(a.sc)->amount, SLICE);
    EXPECT_EQUAL(a.sc->consumed, 3 * SLICE - BUDGET_LEAST_US + 1);
}

/* A slice's end that comes between the beginning of an interrupt and its being taken: the timer has
   been heard, and nothing was over yet. */
static void end_comes_in_entry(struct system *s)
{
    struct timed b = make_slicer(s, PRIORITY);
    struct timed a;

    resume(s, b.cap);
    a = run_slicer(s);
    s->platform.time_us += 100;
    s->platform.time_in_entry_us = SLICE;
    kernel_interrupt(s->k);
    EXPECT(current(s) == a.t);
    EXPECT(s->platform.deadline_us <= s->platform.time_us);
    interrupt(s);
    EXPECT(current(s) == b.t);
}

static void consumption_is_whole(struct system *s)
{
    struct timed a = run_slicer(s);

    s->platform.time_us += 7 * SLICE + 123;
    root_wake(s);
    EXPECT_OK(invoke(s, a.context, ABI_SCHED_CONTEXT_CONSUMED, NO_CAPS, NO_WORDS));
    EXPECT_EQUAL(s->root->registers[REG_A2], 7 * SLICE + 123);
}

static void question_watches(struct system *s)
{
    struct timed a = run_slicer(s);

    root_wake(s);
    EXPECT_OK(invoke(s, a.context, ABI_SCHED_CONTEXT_CONSUMED, NO_CAPS, NO_WORDS));
    root_sleep(s);
    EXPECT_EQUAL(s->platform.deadline_us, s->platform.time_us + SLICE);
}

static void announcement_watches(struct system *s)
{
    kernel_count_time(s->k);
    run_slicer(s);
    EXPECT_EQUAL(s->platform.deadline_us, s->platform.time_us + SLICE);
}

static void domains_watched(struct system *s)
{
    run_slicer(s);
    EXPECT(s->k->domain_count > 1);
    EXPECT(s->platform.deadline_us != UINT64_MAX);
}

const struct test unwatched_tests[] = {
    TEST("slice: nobody watches that of a thread that runs alone", alone_unwatched),
    TEST("slice: nor if only lower ones are ready", below_unwatched),
    TEST("slice: it is watched while an equal is ready", equal_watched),
    TEST("slice: the end of a budget is always watched", sporadic_watched),
    TEST("slice: it is watched while somebody waits for budget", release_watched),
    TEST("slice: unwatched ones have ended to the microsecond", parts_are_exact),
    TEST("slice: an equal that comes waits for the rest of it", equal_comes),
    TEST("slice: one that ends during an entry ends early", end_falls_into_entry),
    TEST("slice: one that ends before the timer is taken has ended", end_comes_in_entry),
    TEST("slice: what was used unwatched is counted", consumption_is_whole),
    TEST("slice: after the first question all are watched", question_watches),
    TEST("slice: a machine can see the question coming", announcement_watches),
    TEST_ON("slice: domains have their own ends", domains_watched, .domain_count = 2),
    TESTS_END};
