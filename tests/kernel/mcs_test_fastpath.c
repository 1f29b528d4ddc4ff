/* SPDX-License-Identifier: MIT */
/* Random calls of servers and clients, each of them both ways: servers with time of their own and
 * without, calls from server to server, budgets that end. kernel/mcs/fastpath.c */
#include "tests/kernel/mcs_threads.h"
#include "tests/kernel/two_ways.h"

enum { SERVERS = 4, CLIENTS = 3, ENDPOINTS = 3, NOTIFICATIONS = 3, STEPS = 14000 };

struct server {
    struct timed thread;
    uint64_t reply;
};

/* What the threads can name. */
struct scene {
    struct server servers[SERVERS];
    struct timed clients[CLIENTS];
    uint64_t endpoints[ENDPOINTS][TWO_WAYS_COPIES]; /* with different rights and badges */
    uint64_t notifications[NOTIFICATIONS][TWO_WAYS_COPIES]; /* bound to the first server; to the
                                                               last, and lends it time; free */
    uint64_t spare;            /* a context */
};

/* The contexts of clients: plenty, a slice of a round, a budget that often ends. */
static const struct context_options client_contexts[CLIENTS] = {
    {.budget = 100000, .period = 200000},
    {.budget = 2000, .period = 2000},
    {.budget = 500, .period = 3000, .extra_refills = 4, .is_sporadic = true}};

/* The first client's faults go to a server. */
static void bind_all(struct system *s, struct scene *scene)
{
    uint64_t lent = make_context(s, (struct context_options){.budget = 3000, .period = 3000});

    scene->spare = make_context(s, (struct context_options){.budget = 3000, .period = 9000});
    EXPECT_OK(invoke(s, scene->servers[0].thread.cap, ABI_TCB_BIND_NOTIFICATION,
                     CAPS(scene->notifications[0][0]), NO_WORDS));
    EXPECT_OK(invoke(s, scene->servers[SERVERS - 1].thread.cap, ABI_TCB_BIND_NOTIFICATION,
                     CAPS(scene->notifications[1][0]), NO_WORDS));
    EXPECT_OK(invoke(s, lent, ABI_SCHED_CONTEXT_BIND, CAPS(scene->notifications[1][0]), NO_WORDS));
    EXPECT_OK(invoke(s, scene->clients[0].cap, ABI_TCB_SET_SPACE,
                     CAPS(scene->endpoints[0][0], ROOT_CNODE, ROOT_VSPACE), WORDS(0, 0)));
    if (s->k->domain_count > 1)
        EXPECT_OK(invoke(s, ROOT_DOMAIN, ABI_DOMAIN_SET_SET, CAPS(scene->clients[1].cap),
                         WORDS(1)));
}

static void make_scene(struct system *s, struct scene *scene)
{
    for (unsigned i = 0; i < ENDPOINTS; i++)
        two_ways_make(s, ABI_TYPE_ENDPOINT, scene->endpoints[i]);
    for (unsigned i = 0; i < NOTIFICATIONS; i++)
        two_ways_make(s, ABI_TYPE_NOTIFICATION, scene->notifications[i]);
    for (unsigned i = 0; i < CLIENTS; i++)
        scene->clients[i] = make_timed(s, (uint8_t)(50 + 5 * i), client_contexts[i]);
    for (unsigned i = 0; i < SERVERS; i++) {
        scene->servers[i].thread =
            make_timed(s, (uint8_t)(60 + i / 2 * 10),
                       (struct context_options){.budget = 4000, .period = 5000,
                                                .is_sporadic = i == 1});
        scene->servers[i].reply = make(s, ABI_TYPE_REPLY, 0);
    }
    bind_all(s, scene);
}

static const struct server *server_of(const struct scene *scene, const struct tcb *t)
{
    for (unsigned i = 0; i < SERVERS; i++)
        if (scene->servers[i].thread.t == t)
            return &scene->servers[i];
    return NULL;
}

/* Servers mostly answer and wait, clients mostly call; now and then anyone does anything. */
static int64_t random_call(bool serves)
{
    static const int8_t calls[] = {ABI_CALL, ABI_REPLY_RECV, ABI_RECV, ABI_SEND, ABI_NB_SEND,
                                   ABI_WAIT, ABI_YIELD};

    if (two_ways_random(20) == 0)
        return calls[two_ways_random(sizeof(calls))];
    return serves ? ABI_REPLY_RECV : ABI_CALL;
}

/* Mostly a signal or a poll; now and then somebody waits, and then both find a waiting thread. */
static int64_t random_notification_call(void)
{
    static const int8_t calls[] = {ABI_SEND, ABI_SEND, ABI_SEND, ABI_NB_WAIT, ABI_NB_WAIT,
                                   ABI_WAIT};

    return calls[two_ways_random(sizeof(calls))];
}

/* Registers of a random system call. */
static int64_t prepare_call(struct system *s, const struct scene *scene, struct tcb *t)
{
    unsigned copy = two_ways_random(3) == 0 ? (unsigned)two_ways_random(TWO_WAYS_COPIES) : 0;
    const struct server *server = server_of(scene, t);
    unsigned endpoint = (unsigned)two_ways_random(ENDPOINTS);
    bool serves = server && two_ways_random(3) != 0;

    two_ways_message(s);
    if (two_ways_random(8) == 0) {
        t->registers[REG_A0] = scene->notifications[two_ways_random(NOTIFICATIONS)]
                                                   [two_ways_random(TWO_WAYS_COPIES)];
        return random_notification_call();
    }
    t->registers[REG_A0] = scene->endpoints[endpoint][copy];
    if (two_ways_random(40) == 0)
        t->registers[REG_A0] |= UINT64_C(1) << two_ways_random(64);
    t->registers[REG_A6] = server ? server->reply : scene->endpoints[0][0];
    if (two_ways_random(40) == 0)
        t->registers[REG_A6] = scene->servers[two_ways_random(SERVERS)].reply;
    if (serves && two_ways_random(4) != 0) /* mostly its own */
        t->registers[REG_A0] = scene->endpoints[(server - scene->servers) % ENDPOINTS][copy];
    return random_call(serves);
}

/* A thread that waits for what will not come runs again, with its own context. */
static void restart(struct system *s, struct timed thread)
{
    if (two_ways_random(4) == 0)
        EXPECT_OK(invoke(s, thread.cap, ABI_TCB_SUSPEND, NO_CAPS, NO_WORDS));
    if (!thread_is_stopped(thread.t))
        return;
    if (thread.t->state != THREAD_BLOCKED_ON_RECEIVE && thread.t->sched_context == 0) {
        EXPECT_OK(invoke(s, thread.context, ABI_SCHED_CONTEXT_UNBIND, NO_CAPS, NO_WORDS));
        EXPECT_OK(invoke(s, thread.cap, ABI_TCB_SUSPEND, NO_CAPS, NO_WORDS));
        EXPECT_OK(invoke(s, thread.context, ABI_SCHED_CONTEXT_BIND, CAPS(thread.cap), NO_WORDS));
    }
    if (thread.t->state != THREAD_BLOCKED_ON_RECEIVE || two_ways_random(8) == 0)
        resume(s, thread.cap);
}

/* Its budget becomes another, or it gets a context while what it lent is elsewhere. */
static void change_time(struct system *s, const struct scene *scene, struct timed client)
{
    uint64_t budget = 100 + two_ways_random(2000);

    EXPECT_OK(configure_context(s, client.context, (struct context_options){
                                    .budget = budget, .period = budget + two_ways_random(3000),
                                    .is_sporadic = two_ways_random(2) == 0}));
    if (client.t->sched_context == 0 && client.t->state == THREAD_BLOCKED_ON_REPLY) {
        EXPECT_OK(invoke(s, scene->spare, ABI_SCHED_CONTEXT_UNBIND, NO_CAPS, NO_WORDS));
        EXPECT_OK(invoke(s, scene->spare, ABI_SCHED_CONTEXT_BIND, CAPS(client.cap), NO_WORDS));
    }
}

/* The first two servers keep their contexts, the others wait without. */
static void stir(struct system *s, const struct scene *scene)
{
    two_ways_wake_root(s);
    for (unsigned i = 0; i < CLIENTS; i++) {
        restart(s, scene->clients[i]);
        if (two_ways_random(3) == 0)
            change_time(s, scene, scene->clients[i]);
    }
    for (unsigned i = 0; i < SERVERS; i++) {
        struct timed server = scene->servers[i].thread;

        restart(s, server);
        if (i > 1 && server.t->state == THREAD_BLOCKED_ON_RECEIVE && server.t->sched_context != 0)
            invoke(s, server.context, ABI_SCHED_CONTEXT_UNBIND, NO_CAPS, NO_WORDS);
        if (two_ways_random(8) == 0)
            EXPECT_OK(invoke(s, server.cap, ABI_TCB_SET_PRIORITY, CAPS(ROOT_TCB),
                             WORDS(40 + two_ways_random(40))));
    }
    root_sleep(s);
}

/* A few microseconds, or to just before or behind the next deadline. */
static void let_time_pass(struct system *s)
{
    uint64_t deadline = s->platform.deadline_us;

    s->platform.time_us += two_ways_random(12);
    if (two_ways_random(8) == 0 && deadline > s->platform.time_us + 30 &&
        deadline < s->platform.time_us + 100000)
        s->platform.time_us = deadline - two_ways_random(30);
    if (s->platform.deadline_us <= s->platform.time_us)
        interrupt(s);
}

/* The current thread, if it is not the root thread, makes a random call both ways. */
static void step(struct two_ways *ways, const struct scene *scene)
{
    struct system *s = ways->s;

    let_time_pass(s);
    if (current(s) != NULL && current(s) != s->root)
        two_ways_trap(ways, prepare_call(s, scene, current(s)));
}

static void same_as_the_ordinary_way(struct system *s)
{
    struct scene scene;
    struct two_ways ways;

    make_scene(s, &scene);
    two_ways_begin(&ways, s);
    root_sleep(s);
    for (unsigned i = 0; i < STEPS; i++) {
        if (current(s) == NULL || i % 40 == 0)
            stir(s, &scene);
        step(&ways, &scene);
    }
    EXPECT(two_ways_taken(SYSCALL_CALL) + two_ways_taken(SYSCALL_REPLY_RECV) > STEPS / 20);
    EXPECT(two_ways_taken(SYSCALL_SEND) > STEPS / 200);
    EXPECT(two_ways_taken(SYSCALL_NB_WAIT) > STEPS / 200);
    two_ways_end(&ways);
}

/* A domain's time is counted in each entry, which the fast path leaves to the ordinary way. */
static void not_with_domains(struct system *s)
{
    struct scene scene;
    struct two_ways ways;

    make_scene(s, &scene);
    for (unsigned i = 0; i < SERVERS; i++)
        resume(s, scene.servers[i].thread.cap);
    for (unsigned i = 0; i < CLIENTS; i++)
        resume(s, scene.clients[i].cap);
    two_ways_begin(&ways, s);
    root_sleep(s);
    for (unsigned i = 0; i < 500; i++)
        step(&ways, &scene);
    for (enum syscall call = SYSCALL_NONE; call < SYSCALL_COUNT; call++)
        EXPECT(two_ways_taken(call) == 0);
    two_ways_end(&ways);
}

static const struct domain_entry two_domains[2] = {{0, 20000}, {1, 10000}};

const struct test mcs_fastpath_tests[] = {
    TEST_ON("fast path: it does what the ordinary way does", same_as_the_ordinary_way,
            .memory_mib = 2),
    TEST_ON("fast path: not with two domains", not_with_domains, .memory_mib = 2,
            .domain_count = 2, .schedule = two_domains, .schedule_length = 2),
    TESTS_END};
