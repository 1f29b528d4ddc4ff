/* SPDX-License-Identifier: MIT */
/* The release queue by itself: its order, and how much of it an operation looks at.
   mcs/release_queue.c; what threads see of it is in mcs_test_budget.c. */
#include <string.h>

#include "tests/kernel/mcs_threads.h"

enum { SOON = 100000 }; /* microseconds: later than all that the tests do */

static uint64_t random_number(uint64_t *state, uint64_t limit)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (*state >> 33) % limit;
}

/* --- a few threads, looked at after each step ------------------------------------------------- */

static void make_waiters(struct system *s, struct timed *waiters, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        waiters[i] = make_timed(s, 10, (struct context_options){.budget = 300, .period = 1000});
}

static void enter(struct system *s, struct timed w, uint64_t time)
{
    refill_head(w.sc)->time = time;
    w.t->state = THREAD_RUNNING;
    s->k->sets_deadline = false;
    release_enqueue(s->k, w.t);
    EXPECT(w.t->awaits_budget && s->k->sets_deadline);
    s->k->sets_deadline = false;
}

static void leave(struct system *s, struct timed w)
{
    static const struct release_node nowhere;

    s->k->sets_deadline = false;
    release_remove(s->k, w.t);
    w.t->state = THREAD_INACTIVE;
    EXPECT(!w.t->awaits_budget && s->k->sets_deadline);
    EXPECT(memcmp(&w.t->release, &nowhere, sizeof(nowhere)) == 0);
    s->k->sets_deadline = false;
}

static void expect_order_holds(struct system *s)
{
    struct check_report report;

    if (!kernel_check(s->k, &report))
        system_fail("%s", report.text);
}

/* Takes the first one out until nobody is there; they are these, in this order. */
static void expect_waiting(struct system *s, const struct timed *waiters, const unsigned *order,
                           unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        EXPECT_EQUAL(s->k->release_root, kernel_address(s->k, waiters[order[i]].t));
        leave(s, waiters[order[i]]);
        expect_order_holds(s);
    }
    EXPECT_EQUAL(s->k->release_root, 0);
}

static void earliest_first(struct system *s)
{
    static const uint64_t times[8] = {50, 20, 70, 10, 80, 30, 60, 40};
    static const unsigned order[8] = {3, 1, 5, 7, 0, 6, 2, 4};
    struct timed waiters[8];

    make_waiters(s, waiters, 8);
    for (unsigned i = 0; i < 8; i++) {
        enter(s, waiters[i], SOON + times[i]);
        expect_order_holds(s);
    }
    expect_waiting(s, waiters, order, 8);
}

static void equal_times(struct system *s)
{
    static const unsigned order[7] = {0, 2, 4, 6, 1, 3, 5};
    struct timed waiters[7];

    make_waiters(s, waiters, 7);
    for (unsigned i = 0; i < 7; i++)
        enter(s, waiters[i], SOON + i % 2);
    expect_waiting(s, waiters, order, 7);
}

/* Who comes back has lost its place among its equals. */
static void equal_times_again(struct system *s)
{
    static const unsigned order[4] = {0, 2, 3, 1};
    struct timed waiters[4];

    make_waiters(s, waiters, 4);
    for (unsigned i = 0; i < 4; i++)
        enter(s, waiters[i], SOON);
    leave(s, waiters[1]);
    enter(s, waiters[1], SOON);
    expect_waiting(s, waiters, order, 4);
}

/* The root, leaves, and all that are between; times in an order that makes a bushy heap. */
static void any_of_them_leaves(struct system *s)
{
    enum { COUNT = 15 };
    struct timed waiters[COUNT];
    unsigned order[COUNT];

    make_waiters(s, waiters, COUNT);
    for (unsigned gone = 0; gone < COUNT; gone++) {
        unsigned count = 0;

        for (unsigned i = 0; i < COUNT; i++)
            enter(s, waiters[i * 7 % COUNT], SOON + i * 7 % COUNT);
        leave(s, waiters[gone]);
        expect_order_holds(s);
        for (unsigned i = 0; i < COUNT; i++)
            if (i != gone)
                order[count++] = i;
        expect_waiting(s, waiters, order, count);
    }
}

static void leaving_twice(struct system *s)
{
    struct timed waiters[2];

    make_waiters(s, waiters, 2);
    enter(s, waiters[0], SOON);
    release_remove(s->k, waiters[1].t); /* was never there */
    EXPECT(!s->k->sets_deadline);
    EXPECT_EQUAL(s->k->release_root, kernel_address(s->k, waiters[0].t));
    leave(s, waiters[0]);
    release_remove(s->k, waiters[0].t);
    EXPECT(!s->k->sets_deadline);
}

/* Each one woken goes to the head of the ready queue, so the last is found there first. */
static void waking_order(struct system *s)
{
    static const uint64_t times[5] = {2, 1, 2, 1, 9000};
    static const unsigned order[4] = {2, 0, 3, 1};
    struct ready_queues *ready = kernel_pointer(s->k, s->k->ready);
    struct timed waiters[5];
    struct tcb *t;

    make_waiters(s, waiters, 5);
    for (unsigned i = 0; i < 5; i++)
        enter(s, waiters[i], SOON + times[i]);
    s->platform.time_us = SOON + 5;
    EXPECT_EQUAL(identify(s, ROOT_TCB), ABI_CAP_TCB);
    EXPECT_EQUAL(s->k->release_root, kernel_address(s->k, waiters[4].t));
    t = tcb_at(s->k, ready->queues[10].head);
    for (unsigned i = 0; i < 4; i++) {
        EXPECT(t == waiters[order[i]].t && !t->awaits_budget);
        t = tcb_at(s->k, t->ready_next);
    }
    EXPECT(t == NULL);
}

/* --- random steps, beside a sorted list ------------------------------------------------------- */

enum { WAITERS = 40, STEPS = 4000, TIMES = 25, DRAIN_EVERY = 500 };

struct reference {
    struct timed waiters[WAITERS];
    uint64_t times[WAITERS];
    unsigned order[WAITERS]; /* of those that wait */
    unsigned count;
    uint64_t random;
};

static void reference_insert(struct reference *r, unsigned waiter, uint64_t time)
{
    unsigned at = r->count++;

    r->times[waiter] = time;
    for (; at > 0 && r->times[r->order[at - 1]] > time; at--)
        r->order[at] = r->order[at - 1];
    r->order[at] = waiter;
}

static unsigned reference_remove(struct reference *r, unsigned at)
{
    unsigned waiter = r->order[at];

    r->count--;
    for (; at < r->count; at++)
        r->order[at] = r->order[at + 1];
    return waiter;
}

/* Often fills, often empties, in waves; the first leaves as often as any other. */
static void random_step(struct system *s, struct reference *r, unsigned step)
{
    unsigned waiter = (unsigned)random_number(&r->random, WAITERS);
    bool fills = random_number(&r->random, 4) != 0;
    unsigned at;

    if (step / 100 % 2 != 0)
        fills = !fills;
    if (fills && !r->waiters[waiter].t->awaits_budget) {
        uint64_t time = SOON + random_number(&r->random, TIMES);

        enter(s, r->waiters[waiter], time);
        reference_insert(r, waiter, time);
    } else if (!fills && r->count > 0) {
        at = random_number(&r->random, 2) ? 0 : (unsigned)random_number(&r->random, r->count);
        leave(s, r->waiters[reference_remove(r, at)]);
    }
}

static void compare_first(struct system *s, const struct reference *r, uint64_t seed, unsigned step)
{
    kaddr first = r->count ? kernel_address(s->k, r->waiters[r->order[0]].t) : 0;
    struct check_report report;

    if (s->k->release_root != first)
        system_fail("seed %llu, step %u: another thread is the first", (unsigned long long)seed,
                    step);
    if (!kernel_check(s->k, &report))
        system_fail("seed %llu, step %u: %s", (unsigned long long)seed, step, report.text);
}

/* All of them leave in the list's order, and come back in it. */
static void compare_all(struct system *s, struct reference *r, uint64_t seed, unsigned step)
{
    struct reference all = *r;

    while (r->count > 0) {
        compare_first(s, r, seed, step);
        leave(s, r->waiters[reference_remove(r, 0)]);
    }
    compare_first(s, r, seed, step);
    for (unsigned i = 0; i < all.count; i++)
        enter(s, all.waiters[all.order[i]], all.times[all.order[i]]);
    *r = all;
}

static void like_a_sorted_list(struct system *s)
{
    struct reference r = {.count = 0};

    make_waiters(s, r.waiters, WAITERS);
    for (uint64_t seed = 1; seed <= 3; seed++) {
        r.random = seed;
        for (unsigned step = 0; step < STEPS; step++) {
            random_step(s, &r, step);
            compare_first(s, &r, seed, step);
            if (step % DRAIN_EVERY == DRAIN_EVERY / 5) /* at the top of a wave */
                compare_all(s, &r, seed, step);
        }
    }
}

/* --- how much an operation looks at ----------------------------------------------------------- */

/* Threads as the queue sees them, in memory that has not been given out. Before an operation all
 * but those that it may look at are made unfit: whoever follows a link of one of them, or asks for
 * its time, fails an assertion. */
enum { CROWD = 10000, CROWD_OFFSET = 1 << 20, CROWD_STRIDE = (1 << TCB_BITS) + 128 };

static const kaddr unfit = 1; /* as a link */

struct crowd {
    struct system *s;
    unsigned count;
    kaddr start;
    bool may_look[CROWD];
    struct release_node nodes[CROWD]; /* as they were when some were made unfit */
};

static struct tcb *member(const struct crowd *c, unsigned i)
{
    return tcb_at(c->s->k, c->start + (uint64_t)i * CROWD_STRIDE);
}

static unsigned member_index(const struct crowd *c, kaddr address)
{
    return (unsigned)((address - c->start) / CROWD_STRIDE);
}

/* Its context lies behind the thread; its time is the given one. */
static void make_member(const struct crowd *c, unsigned i, uint64_t time)
{
    struct tcb *t = member(c, i);
    kaddr context = kernel_address(c->s->k, t) + (1 << TCB_BITS);

    memset(t, 0, CROWD_STRIDE);
    t->state = THREAD_RUNNING;
    t->sched_context = context;
    sched_context_at(c->s->k, context)->refill_max = REFILLS_LEAST;
    refill_head(sched_context_at(c->s->k, context))->time = time;
}

/* The longest a right spine, or a chain of ranks that grow by one, can be. */
static unsigned log2_of(unsigned count)
{
    unsigned log = 0;

    while ((UINT64_C(2) << log) <= (uint64_t)count + 1)
        log++;
    return log;
}

static unsigned allow_spine(struct crowd *c, kaddr at)
{
    unsigned length = 0;

    for (; at != 0; at = tcb_at(c->s->k, at)->release.right) {
        c->may_look[member_index(c, at)] = true;
        length++;
    }
    return length;
}

/* Who is to be removed, and as many above it as ranks can change. */
static void allow_above(struct crowd *c, kaddr at)
{
    for (unsigned i = 0; i <= log2_of(c->count) + 1 && at != 0; i++) {
        c->may_look[member_index(c, at)] = true;
        at = tcb_at(c->s->k, at)->release.parent;
    }
}

static void make_unfit(struct crowd *c)
{
    for (unsigned i = 0; i < CROWD; i++) {
        struct tcb *t = member(c, i);

        c->nodes[i] = t->release;
        if (c->may_look[i] || !t->awaits_budget)
            continue;
        t->release.parent = t->release.left = t->release.right = unfit;
        t->sched_context = 0;
    }
}

static void make_fit(struct crowd *c)
{
    for (unsigned i = 0; i < CROWD; i++) {
        struct tcb *t = member(c, i);

        if (t->awaits_budget && t->sched_context == 0) {
            EXPECT(t->release.parent == unfit && t->release.rank == c->nodes[i].rank);
            t->release = c->nodes[i];
            t->sched_context = kernel_address(c->s->k, t) + (1 << TCB_BITS);
        }
        c->may_look[i] = false;
    }
}

static void crowd_insert(struct crowd *c, unsigned i)
{
    EXPECT(allow_spine(c, c->s->k->release_root) <= log2_of(c->count));
    make_unfit(c);
    release_enqueue(c->s->k, member(c, i));
    c->count++;
    make_fit(c);
}

static void crowd_remove(struct crowd *c, kaddr address)
{
    struct tcb *t = tcb_at(c->s->k, address);

    EXPECT(allow_spine(c, t->release.left) + allow_spine(c, t->release.right) <=
           2 * log2_of(c->count));
    allow_above(c, address);
    make_unfit(c);
    release_remove(c->s->k, t);
    c->count--;
    make_fit(c);
}

/* The end of the longest way on the left: as deep as there are threads if each came before all. */
static kaddr leftmost(const struct crowd *c)
{
    kaddr at = c->s->k->release_root;

    while (tcb_at(c->s->k, at)->release.left != 0)
        at = tcb_at(c->s->k, at)->release.left;
    return at;
}

/* One leaves and comes back at another time: first, last or between. */
static void crowd_move(struct crowd *c, kaddr address, uint64_t time)
{
    crowd_remove(c, address);
    make_member(c, member_index(c, address), time);
    crowd_insert(c, member_index(c, address));
}

static uint64_t time_in_order(unsigned i, unsigned count, unsigned order, uint64_t *random)
{
    if (order == 0)
        return SOON + i;
    return order == 1 ? SOON + count - i : SOON + random_number(random, count);
}

/* Threads that came in ascending, descending or random order of times. */
static void crowd_try(struct crowd *c, unsigned count, unsigned order)
{
    uint64_t random = 5;

    c->s->k->release_root = 0;
    c->count = count;
    for (unsigned i = 0; i < CROWD; i++)
        make_member(c, i, time_in_order(i, count, order, &random));
    for (unsigned i = 0; i < count; i++)
        release_enqueue(c->s->k, member(c, i));
    for (unsigned i = 0; i < 20; i++) {
        kaddr any = c->start + random_number(&random, count) * CROWD_STRIDE;

        crowd_move(c, c->s->k->release_root, SOON + random_number(&random, count));
        crowd_move(c, leftmost(c), SOON + random_number(&random, count));
        crowd_move(c, any, SOON + random_number(&random, count));
    }
    crowd_move(c, leftmost(c), 1);
    crowd_move(c, leftmost(c), UINT64_MAX);
}

static void looks_at_few(struct system *s)
{
    static struct crowd c; /* too large for the stack */

    c = (struct crowd){.s = s, .start = object_of(s, s->untyped) + CROWD_OFFSET};
    for (unsigned order = 0; order < 3; order++) {
        crowd_try(&c, 10, order);
        crowd_try(&c, CROWD, order);
    }
}

const struct test release_tests[] = {
    TEST("release queue: who is due earliest is the first", earliest_first),
    TEST("release queue: equal times keep the order in which they came", equal_times),
    TEST("release queue: who comes back is behind its equals", equal_times_again),
    TEST("release queue: any thread can leave, and the order of the others stays",
         any_of_them_leaves),
    TEST("release queue: leaving has no effect on one that is not there", leaving_twice),
    TEST("release queue: threads wake in its order", waking_order),
    TEST_ON("release queue: in random steps it is like a sorted list", like_a_sorted_list,
            .memory_mib = 2),
    TEST_ON("release queue: an operation looks at few of 10,000 threads", looks_at_few,
            .memory_mib = 64, .is_unchecked = true),
    TESTS_END};
