/* SPDX-License-Identifier: MIT */
/* Time that passes, and who is charged for it: mcs/budget.c, release_queue.c and fault.c */
#include <string.h>

#include "tests/kernel/mcs_threads.h"

static const struct message nothing;

static struct timed make_periodic(struct system *s, uint8_t priority, uint64_t budget,
                                  uint64_t period)
{
    struct timed timed = make_timed(s, priority, (struct context_options){.budget = budget,
                                                                          .period = period,
                                                                          .badge = 77});

    resume(s, timed.cap);
    return timed;
}

/* --- periods ---------------------------------------------------------------------------------- */

static void three_of_ten(struct system *s)
{
    struct timed timed = make_periodic(s, 10, 3000, 10000);

    root_sleep(s);
    EXPECT_EQUAL(time_of(s, timed.t, s->platform.time_us + 1000000), 300000);
}

static void three_of_ten_among_others(struct system *s)
{
    struct timed high = make_periodic(s, 20, 1000, 5000);
    struct timed timed = make_periodic(s, 10, 3000, 10000);

    make_periodic(s, 5, 10000, 10000);
    root_sleep(s);
    EXPECT_EQUAL(time_of(s, timed.t, 1000000), 300000);
    EXPECT_EQUAL(time_of(s, high.t, 2000000), 200000);
}

/* Whatever it does in between: system calls do not lose time, nor gain any. */
static void three_of_ten_with_calls(struct system *s)
{
    struct timed timed = make_periodic(s, 10, 3000, 10000);
    uint64_t ran = 0;

    root_sleep(s);
    while (s->platform.time_us < 1000000) {
        uint64_t step = 137;
        bool was_current = current(s) == timed.t;

        if (!was_current) {
            pass_until(s, s->platform.deadline_us);
            continue;
        }
        if (s->platform.deadline_us - s->platform.time_us < step)
            step = s->platform.deadline_us - s->platform.time_us;
        s->platform.time_us += step;
        ran += step;
        trap(s, ABI_DEBUG_CAP_IDENTIFY);
        interrupt(s);
    }
    EXPECT(ran <= 300000 && ran > 290000);
}

static void wakes_exactly(struct system *s)
{
    struct timed timed = make_periodic(s, 10, 3000, 10000);
    uint64_t start = s->platform.time_us;

    root_sleep(s);
    pass_until(s, start + 3000);
    EXPECT(current(s) == NULL && timed.t->awaits_budget);
    EXPECT_EQUAL(s->platform.deadline_us, start + 10000);
    pass_until(s, start + 9989);
    EXPECT(current(s) == NULL);
    kernel_interrupt(s->k); /* one too early changes nothing */
    EXPECT(current(s) == NULL);
    pass_until(s, start + 10000);
    EXPECT(current(s) == timed.t && !timed.t->awaits_budget);
}

static void release_order(struct system *s)
{
    struct timed late = make_periodic(s, 30, 1000, 50000);
    struct timed early = make_periodic(s, 20, 1000, 10000);
    struct timed middle = make_periodic(s, 10, 1000, 30000);

    root_sleep(s);
    pass_until(s, s->platform.time_us + 3000);
    EXPECT(current(s) == NULL);
    EXPECT_EQUAL(s->k->release_root, kernel_address(s->k, early.t));
    root_wake(s);
    EXPECT_OK(invoke(s, middle.cap, ABI_TCB_SUSPEND, NO_CAPS, NO_WORDS));
    EXPECT(!middle.t->awaits_budget);
    resume(s, middle.cap);
    EXPECT(middle.t->awaits_budget);
    EXPECT_OK(invoke(s, early.cap, ABI_TCB_SUSPEND, NO_CAPS, NO_WORDS));
    EXPECT_EQUAL(s->k->release_root, kernel_address(s->k, middle.t));
    EXPECT_OK(invoke(s, middle.cap, ABI_TCB_SUSPEND, NO_CAPS, NO_WORDS));
    EXPECT_EQUAL(s->k->release_root, kernel_address(s->k, late.t));
}

/* --- turns ------------------------------------------------------------------------------------ */

static void round_robin_turns(struct system *s)
{
    struct timed a = make_periodic(s, 10, 2000, 2000);
    struct timed b = make_periodic(s, 10, 2000, 2000);

    root_sleep(s);
    for (unsigned turn = 0; turn < 4; turn++) {
        EXPECT(current(s) == (turn % 2 ? b.t : a.t) || current(s) == (turn % 2 ? a.t : b.t));
        EXPECT_EQUAL(time_of(s, current(s), s->platform.time_us + 2000), 2000);
    }
    EXPECT_EQUAL(time_of(s, a.t, s->platform.time_us + 40000), 20000);
}

/* What is left of the first refill is given up; only what was used counts as used. */
static void yield_gives_up_the_head(struct system *s)
{
    struct timed timed = make_periodic(s, 10, 3000, 10000);
    uint64_t start = s->platform.time_us;

    root_sleep(s);
    s->platform.time_us += 500;
    trap(s, ABI_YIELD);
    EXPECT(current(s) == NULL && timed.t->awaits_budget);
    EXPECT_EQUAL(s->platform.deadline_us, start + 10000);
    EXPECT_EQUAL(timed.sc->consumed, 500);
}

static void yield_round_robin(struct system *s)
{
    struct timed a = make_periodic(s, 10, 2000, 2000);
    struct timed b = make_periodic(s, 10, 2000, 2000);
    struct tcb *first;

    root_sleep(s);
    first = current(s);
    s->platform.time_us += 700;
    trap(s, ABI_YIELD);
    EXPECT(current(s) != first && current(s) != NULL);
    trap(s, ABI_YIELD);
    EXPECT(current(s) == first);
    EXPECT_EQUAL(s->platform.deadline_us, s->platform.time_us + 2000); /* a whole slice again */
    EXPECT_EQUAL(a.sc->consumed + b.sc->consumed, 700);
}

/* --- charging --------------------------------------------------------------------------------- */

/* The thread that is stopped by a higher one is charged for its own time only. */
static void preempted_thread_is_charged(struct system *s)
{
    struct timed timed = make_periodic(s, 10, 3000, 10000);

    root_sleep(s);
    s->platform.time_us += 1000;
    root_wake(s);
    EXPECT_EQUAL(timed.sc->consumed, 1000);
    s->platform.time_us += 5000;
    receive(s, s->park);
    EXPECT(current(s) == timed.t);
    EXPECT_EQUAL(timed.sc->consumed, 1000);
    EXPECT_EQUAL(s->platform.deadline_us, s->platform.time_us + 2000);
}

/* Too little is left for another entry: the call is made again in the next period. */
static void no_time_for_a_call(struct system *s)
{
    struct timed timed = make_periodic(s, 10, 3000, 10000);
    uint64_t start = s->platform.time_us;
    uint64_t address;

    root_sleep(s);
    s->platform.time_us = start + 2985;
    timed.t->registers[REG_A0] = ROOT_TCB;
    address = trap(s, ABI_DEBUG_CAP_IDENTIFY);
    EXPECT(current(s) == NULL);
    EXPECT_EQUAL(timed.t->registers[REG_A0], ROOT_TCB);
    pass_until(s, start + 10000);
    EXPECT(current(s) == timed.t);
    EXPECT_EQUAL(timed.t->next_pc, address);
    trap(s, ABI_DEBUG_CAP_IDENTIFY);
    EXPECT_EQUAL(timed.t->registers[REG_A0], ABI_CAP_TCB);
}

/* A long operation uses up the budget at a preemption point and goes on in the next period. */
static void budget_ends_in_an_operation(struct system *s)
{
    struct timed timed = make_periodic(s, 10, 3000, 10000);
    uint64_t untyped = make(s, ABI_TYPE_UNTYPED, 12);
    uint64_t slots = slots_new(s, 20);

    EXPECT_OK(retype(s, untyped, ABI_TYPE_ENDPOINT, 0, slots, 20));
    root_sleep(s);
    s->platform.time_us += 2900;
    s->platform.storm_line = 5;
    s->platform.storm_period = 4;
    s->platform.time_per_question_us = 40;
    EXPECT_EQUAL(cnode_revoke(s, untyped), NOT_ANSWERED);
    s->platform.storm_line = IRQ_NONE;
    s->platform.time_per_question_us = 0;
    EXPECT(current(s) == NULL && timed.t->awaits_budget);
    EXPECT(timed.sc->consumed > 2980);
    pass_until(s, s->platform.deadline_us);
    EXPECT(current(s) == timed.t);
    trap_to_end(s, ABI_CALL);
    EXPECT_EQUAL(identify(s, slots), ABI_CAP_NULL);
}

static const struct domain_entry two_domains[2] = {{0, 10000}, {1, 5000}};

static void domains_cut_time(struct system *s)
{
    struct timed timed = make_periodic(s, 10, 20000, 20000);
    struct timed other = make_periodic(s, 10, 20000, 20000);

    EXPECT_OK(invoke(s, ROOT_DOMAIN, ABI_DOMAIN_SET_SET, CAPS(other.cap), WORDS(1)));
    root_sleep(s);
    EXPECT_EQUAL(time_of(s, timed.t, 150000), 100000);
    EXPECT_EQUAL(time_of(s, other.t, 300000), 50000);
    EXPECT(timed.sc->consumed >= 200000 - 10000);
}

static void exit_is_charged(struct system *s)
{
    struct timed timed = make_periodic(s, 10, 3000, 10000);

    root_sleep(s);
    s->platform.time_us += 1000;
    kernel_thread_exit(s->k);
    EXPECT_EQUAL(timed.sc->consumed, 1000);
}

static void exit_without_budget(struct system *s)
{
    struct timed timed = make_periodic(s, 10, 3000, 10000);

    root_sleep(s);
    s->platform.time_us += 2990;
    kernel_thread_exit(s->k);
    system_check(s);
    EXPECT(current(s) == NULL && timed.t->has_ended && !timed.t->awaits_budget);
    EXPECT_EQUAL(timed.t->state, THREAD_INACTIVE);
    EXPECT_EQUAL(s->k->release_root, 0);
}

/* --- timeouts --------------------------------------------------------------------------------- */

/* The root thread handles the thread's timeouts; the thread runs. */
static uint64_t handle_timeouts(struct system *s, struct timed timed)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);

    EXPECT_OK(invoke(s, timed.cap, ABI_TCB_SET_TIMEOUT_ENDPOINT, CAPS(endpoint), NO_WORDS));
    receive(s, endpoint);
    EXPECT(current(s) == timed.t);
    return endpoint;
}

static void timeout_message(struct system *s)
{
    struct timed timed = make_periodic(s, 10, 3000, 10000);
    struct message m;

    handle_timeouts(s, timed);
    pass_until(s, s->platform.time_us + 3000);
    EXPECT(current(s) == s->root);
    message_read(s, s->root, &m);
    EXPECT_EQUAL(m.label, ABI_TIMEOUT_FAULT);
    EXPECT_EQUAL(m.length, 2);
    EXPECT_EQUAL(m.words[0], 77);
    EXPECT_EQUAL(m.words[1], 3000);
    EXPECT_EQUAL(timed.t->state, THREAD_BLOCKED_ON_REPLY);
    EXPECT(s->root->sched_context != kernel_address(s->k, timed.sc)); /* nothing is lent */
}

/* The answer may set all registers; the thread goes on when it has time again. */
static void timeout_answer(struct system *s)
{
    struct timed timed = make_periodic(s, 10, 3000, 10000);
    uint64_t start = s->platform.time_us;
    struct message m = {.length = 32};

    handle_timeouts(s, timed);
    pass_until(s, start + 3000);
    for (unsigned i = 0; i < 32; i++)
        m.words[i] = 0x1000 + 4 * i;
    reply(s, &m);
    EXPECT(timed.t->awaits_budget);
    root_sleep(s);
    pass_until(s, start + 10000);
    EXPECT(current(s) == timed.t);
    EXPECT_EQUAL(timed.t->next_pc, 0x1000);
    EXPECT_EQUAL(timed.t->registers[REG_SP], 0x1008);
    EXPECT_EQUAL(timed.t->registers[REG_TP], 0x1000 + 4 * 31);
}

/* A thread that has computed goes on where it was interrupted. */
static void timeout_between_calls(struct system *s)
{
    struct timed timed = make_periodic(s, 10, 3000, 10000);
    uint64_t start = s->platform.time_us;
    uint64_t address;

    handle_timeouts(s, timed);
    address = timed.t->next_pc;
    timed.t->registers[REG_PC] = address - 4; /* its last call */
    pass_until(s, start + 3000);
    reply(s, &nothing);
    root_sleep(s);
    pass_until(s, start + 10000);
    EXPECT(current(s) == timed.t);
    EXPECT_EQUAL(timed.t->next_pc, address);
}

/* One whose time ends as it makes a call has not made it yet. */
static void timeout_at_a_call(struct system *s)
{
    struct timed timed = make_periodic(s, 10, 3000, 10000);
    uint64_t start = s->platform.time_us;
    uint64_t address;

    handle_timeouts(s, timed);
    s->platform.time_us = start + 2990;
    address = trap(s, ABI_DEBUG_CAP_IDENTIFY);
    EXPECT(current(s) == s->root);
    EXPECT_EQUAL(abi_info_label(s->root->registers[REG_A1]), ABI_TIMEOUT_FAULT);
    reply(s, &nothing);
    root_sleep(s);
    pass_until(s, start + 10000);
    EXPECT(current(s) == timed.t);
    EXPECT_EQUAL(timed.t->next_pc, address);
}

static void no_timeout_for_round_robin(struct system *s)
{
    struct timed timed = make_periodic(s, 10, 3000, 3000);

    handle_timeouts(s, timed);
    pass_until(s, s->platform.time_us + 9000);
    EXPECT(current(s) == timed.t);
}

/* A server's borrowed budget ends: its own handler is told of it. */
static void timeout_of_a_server(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    struct timed client = make_periodic(s, 10, 3000, 10000);
    struct timed server = make_timed(s, 20, (struct context_options){.budget = 1000,
                                                                     .period = 1000});
    uint64_t handler = make(s, ABI_TYPE_ENDPOINT, 0);

    EXPECT_OK(invoke(s, server.cap, ABI_TCB_SET_TIMEOUT_ENDPOINT, CAPS(handler), NO_WORDS));
    resume(s, server.cap);
    root_sleep(s);
    receive(s, endpoint);
    root_wake(s);
    EXPECT_OK(invoke(s, server.context, ABI_SCHED_CONTEXT_UNBIND, NO_CAPS, NO_WORDS));
    receive(s, handler);
    EXPECT(current(s) == client.t);
    call(s, endpoint, &nothing);
    EXPECT(current(s) == server.t);
    pass_until(s, s->platform.time_us + 3000);
    EXPECT(current(s) == s->root);
    EXPECT_EQUAL(s->root->registers[REG_A2], 77);
    EXPECT_EQUAL(server.t->state, THREAD_BLOCKED_ON_REPLY);
    EXPECT_EQUAL(client.t->state, THREAD_BLOCKED_ON_REPLY);
    EXPECT(server.t->sched_context == kernel_address(s->k, client.sc));
}

/* The slice ends at a call instead of the timer: the next one has its own end. */
static void slice_ends_at_a_call(struct system *s)
{
    struct timed a = make_periodic(s, 10, 2000, 2000);

    kernel_count_time(s->k); /* so that the ends of slices are watched */
    root_sleep(s);
    s->platform.time_us += 1995;
    trap(s, ABI_YIELD + 100); /* none: its time is up before anybody looks */
    EXPECT(current(s) == a.t);
    EXPECT_EQUAL(s->platform.deadline_us, s->platform.time_us + 2000);
}

const struct test budget_tests[] = {
    TEST("budget: 3 ms every 10 ms are 300 ms in a second", three_of_ten),
    TEST("budget: the same with higher and lower threads", three_of_ten_among_others),
    TEST("budget: never more than that, with system calls in between", three_of_ten_with_calls),
    TEST("budget: a thread wakes when its refill is due", wakes_exactly),
    TEST("release queue: the earliest first; suspended threads leave it", release_order),
    TEST("budget: round robin slices take turns", round_robin_turns),
    TEST("Yield: gives up the first refill and tells the time used rightly",
         yield_gives_up_the_head),
    TEST("Yield: a round robin thread goes behind its equals", yield_round_robin),
    TEST("budget: a preempted thread is charged for its own time", preempted_thread_is_charged),
    TEST("budget: a call without time left is made again later", no_time_for_a_call),
    TEST_ON("budget: an operation is interrupted when the budget ends",
            budget_ends_in_an_operation, .work_units_per_check = 1),
    TEST_ON("budget: is charged across the turns of domains", domains_cut_time,
            .domain_count = 2, .schedule = two_domains, .schedule_length = 2),
    TEST("budget: a thread that ends has paid", exit_is_charged),
    TEST("budget: a thread ends with no budget left", exit_without_budget),
    TEST("timeout: the message tells badge and time used, and lends nothing", timeout_message),
    TEST("timeout: the answer sets all registers", timeout_answer),
    TEST("timeout: an interrupted thread goes on where it was", timeout_between_calls),
    TEST("timeout: a call that could not be made is made after the answer", timeout_at_a_call),
    TEST("timeout: round robin threads have none", no_timeout_for_round_robin),
    TEST("timeout: a server that runs on borrowed time has its own handler",
         timeout_of_a_server),
    TEST("TCB_SetTimeoutEndpoint succeeds: the handler is told", timeout_message),
    TEST("budget: a slice that ends at a call is followed by a whole one", slice_ends_at_a_call),
    TESTS_END};
