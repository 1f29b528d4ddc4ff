/* SPDX-License-Identifier: MIT */
/* Domains: whose turn it is, and the schedule. thread/scheduler.c and thread/domain_invoke.c */
#include "tests/kernel/harness.h"

static const struct domain_entry two_domains[2] = {{0, 10 * ABI_TURN}, {1, 20 * ABI_TURN}};
static const struct domain_entry one_domain[1] = {{0, 10 * ABI_TURN}};

#define TWO_DOMAINS .domain_count = 2, .schedule = two_domains, .schedule_length = 2
#define IDLE_DOMAIN .domain_count = 3, .schedule = one_domain, .schedule_length = 1

static struct tcb *thread_in_domain(struct system *s, uint64_t domain, uint8_t priority)
{
    uint64_t cap = make_thread(s, (struct thread_options){.priority = priority});

    EXPECT_OK(invoke(s, ROOT_DOMAIN, ABI_DOMAIN_SET_SET, CAPS(cap), WORDS(domain)));
    resume(s, cap);
    return tcb_of(s, cap);
}

/* Runs the timer until another domain's turn has come; how long that took. */
static uint64_t next_domain(struct system *s)
{
    uint32_t domain = s->k->current_domain;
    uint64_t start = s->platform.time_us;

    while (s->k->current_domain == domain) {
        EXPECT(s->platform.deadline_us != UINT64_MAX);
        s->platform.time_us = s->platform.deadline_us;
        interrupt(s);
    }
    return s->platform.time_us - start;
}

static void set_domain(struct system *s)
{
    struct tcb *t = thread_in_domain(s, 1, 254);

    EXPECT_EQUAL(t->domain, 1);
    root_sleep(s);
    EXPECT(current(s) == NULL); /* it is domain 0's turn, and nobody is in it */
}

/* Coming into the domain whose turn it is queues a thread, no more; a yield looks at the queues. */
static void yield_finds_who_came(struct system *s)
{
    uint64_t cap = make_thread(s, (struct thread_options){.priority = 200});

    EXPECT_OK(invoke(s, ROOT_DOMAIN, ABI_DOMAIN_SET_SET, CAPS(cap), WORDS(1)));
    resume(s, cap);
    EXPECT_OK(invoke(s, ROOT_TCB, ABI_TCB_SET_PRIORITY, CAPS(ROOT_TCB), WORDS(100)));
    EXPECT_OK(invoke(s, ROOT_DOMAIN, ABI_DOMAIN_SET_SET, CAPS(cap), WORDS(0)));
    EXPECT(current(s) == s->root);
    trap(s, ABI_YIELD);
    EXPECT(current(s) == tcb_of(s, cap));
}

static void domains_take_turns(struct system *s)
{
    struct tcb *zero = thread_in_domain(s, 0, 10);
    struct tcb *one = thread_in_domain(s, 1, 20);
    uint64_t first;

    root_sleep(s);
    first = next_domain(s);
    EXPECT(first <= 10 * TICK_US && first > 5 * TICK_US); /* part of it is over already */
    for (unsigned round = 0; round < 3; round++) {
        uint64_t time;

        EXPECT(current(s) == one);
        time = next_domain(s);
        EXPECT(time <= 20 * TICK_US && time > 19 * TICK_US);
        EXPECT(current(s) == zero);
        time = next_domain(s);
        EXPECT(time <= 10 * TICK_US && time > 9 * TICK_US);
    }
}

/* The turn of a domain without threads passes unused. */
static void empty_turn(struct system *s)
{
    struct tcb *one = thread_in_domain(s, 1, 10);

    root_sleep(s);
    EXPECT(current(s) == NULL);
    next_domain(s);
    EXPECT(current(s) == one);
    next_domain(s);
    EXPECT(current(s) == NULL);
}

/* A woken thread of a higher priority but another domain must wait for its turn. */
static void other_domain_does_not_preempt(struct system *s)
{
    uint64_t notification = make(s, ABI_TYPE_NOTIFICATION, 0);
    struct tcb *one = thread_in_domain(s, 1, 100);
    struct tcb *zero = thread_in_domain(s, 0, 10);

    root_sleep(s);
    next_domain(s);
    EXPECT(current(s) == one);
    receive(s, notification);
    EXPECT(current(s) == NULL);
    next_domain(s);
    EXPECT(current(s) == zero);
    signal_to(s, notification);
    EXPECT(current(s) == zero);
    next_domain(s);
    EXPECT(current(s) == one);
}

static void moving_the_running_thread(struct system *s)
{
    uint64_t cap = make_thread(s, (struct thread_options){.priority = 10});
    struct tcb *t = tcb_of(s, cap);

    resume(s, cap);
    root_sleep(s);
    EXPECT(current(s) == t);
    invoke(s, ROOT_DOMAIN, ABI_DOMAIN_SET_SET, CAPS(cap), WORDS(1));
    EXPECT_EQUAL(t->domain, 1);
    EXPECT(current(s) == NULL);
}

static void configure_schedule(struct system *s)
{
    EXPECT_OK(invoke(s, ROOT_DOMAIN, ABI_DOMAIN_SCHEDULE_CONFIGURE, NO_CAPS, WORDS(1, 0, 33)));
    EXPECT_EQUAL(s->k->schedule[1].domain, 0);
    EXPECT_EQUAL(s->k->schedule[1].duration_ticks, 33);
}

/* Entry 1 becomes the end: domain 0 runs for ever. */
static void shorten_schedule(struct system *s)
{
    EXPECT_OK(invoke(s, ROOT_DOMAIN, ABI_DOMAIN_SCHEDULE_CONFIGURE, NO_CAPS, WORDS(1, 0, 0)));
    EXPECT_EQUAL(s->k->schedule[1].duration_ticks, 0);
    EXPECT_EQUAL(invoke(s, ROOT_DOMAIN, ABI_DOMAIN_SCHEDULE_SET_START, NO_CAPS, WORDS(1)),
                 ABI_INVALID_ARGUMENT);
    EXPECT_ANSWER(0);
}

static void set_start(struct system *s)
{
    struct tcb *one = thread_in_domain(s, 1, 100);

    EXPECT_EQUAL(invoke(s, ROOT_DOMAIN, ABI_DOMAIN_SCHEDULE_SET_START, NO_CAPS, WORDS(1)),
                 ABI_NO_ERROR);
    EXPECT_EQUAL(s->k->schedule_start, 1);
    EXPECT_EQUAL(s->k->current_domain, 1);
    EXPECT(current(s) == one);
}

const struct test domain_tests[] = {
    TEST_ON("DomainSet_Set succeeds: the thread waits for its domain's turn", set_domain,
            IDLE_DOMAIN),
    TEST_ON("DomainSet_Set succeeds: of the running thread, which stops at once",
            moving_the_running_thread, IDLE_DOMAIN),
    TEST_ON("DomainSet_ScheduleConfigure succeeds: the entry is what was given",
            configure_schedule, TWO_DOMAINS),
    TEST_ON("DomainSet_ScheduleConfigure succeeds: an entry becomes the end", shorten_schedule,
            TWO_DOMAINS),
    TEST_ON("DomainSet_ScheduleSetStart succeeds: the schedule goes on there at once", set_start,
            TWO_DOMAINS),
    TEST_ON("domain: a yield finds a thread that has come into the domain", yield_finds_who_came,
            TWO_DOMAINS),
    TEST_ON("domains: take turns by the schedule", domains_take_turns, TWO_DOMAINS),
    TEST_ON("domains: the turn of an empty one passes unused", empty_turn, TWO_DOMAINS),
    TEST_ON("domains: a thread woken in another one waits", other_domain_does_not_preempt,
            TWO_DOMAINS),
    TESTS_END};
