/* SPDX-License-Identifier: MIT */
/* Random calls of servers and clients, each of them both ways. kernel/classic/fastpath.c */
#include "tests/kernel/two_ways.h"

enum { THREADS = 6, ENDPOINTS = 3, NOTIFICATIONS = 2, STEPS = 6000 };

/* What the threads can name. */
struct scene {
    uint64_t threads[THREADS];
    uint64_t endpoints[ENDPOINTS][TWO_WAYS_COPIES]; /* with different rights and badges */
    uint64_t notifications[NOTIFICATIONS][TWO_WAYS_COPIES]; /* one of them bound */
};

static void make_scene(struct system *s, struct scene *scene)
{
    for (unsigned i = 0; i < NOTIFICATIONS; i++)
        two_ways_make(s, ABI_TYPE_NOTIFICATION, scene->notifications[i]);
    for (unsigned i = 0; i < ENDPOINTS; i++)
        two_ways_make(s, ABI_TYPE_ENDPOINT, scene->endpoints[i]);
    for (unsigned i = 0; i < THREADS; i++) {
        scene->threads[i] = make_thread(s, (struct thread_options){
                                               .priority = (uint8_t)(50 + i / 2 * 10),
                                               .fault_handler = scene->endpoints[0][0]});
        resume(s, scene->threads[i]);
    }
    EXPECT_OK(invoke(s, scene->threads[0], ABI_TCB_BIND_NOTIFICATION,
                     CAPS(scene->notifications[0][0]), NO_WORDS));
    if (s->k->domain_count > 1)
        EXPECT_OK(invoke(s, ROOT_DOMAIN, ABI_DOMAIN_SET_SET, CAPS(scene->threads[2]), WORDS(1)));
}

/* Servers mostly answer and wait, clients mostly call; now and then anyone does anything. */
static int64_t random_call(bool is_server)
{
    static const int8_t calls[] = {ABI_CALL, ABI_REPLY_RECV, ABI_RECV, ABI_SEND, ABI_NB_SEND,
                                   ABI_REPLY, ABI_YIELD, ABI_NB_RECV};

    if (two_ways_random(8) == 0)
        return calls[two_ways_random(sizeof(calls))];
    return is_server ? ABI_REPLY_RECV : ABI_CALL;
}

/* Mostly a signal or a poll; now and then somebody waits, and then both find a waiting thread. */
static int64_t random_notification_call(void)
{
    static const int8_t calls[] = {ABI_SEND, ABI_SEND, ABI_SEND, ABI_NB_RECV, ABI_NB_RECV,
                                   ABI_RECV};

    return calls[two_ways_random(sizeof(calls))];
}

/* Registers of a random system call. */
static int64_t prepare_call(struct system *s, const struct scene *scene, struct tcb *t)
{
    unsigned copy = two_ways_random(3) == 0 ? (unsigned)two_ways_random(TWO_WAYS_COPIES) : 0;
    bool is_server = false;

    for (unsigned i = 0; i < THREADS; i += 2)
        is_server = is_server || t == tcb_of(s, scene->threads[i]);
    two_ways_message(s);
    t->registers[REG_A0] = scene->notifications[two_ways_random(NOTIFICATIONS)]
                                               [two_ways_random(TWO_WAYS_COPIES)];
    if (two_ways_random(8) == 0)
        return random_notification_call();
    if (two_ways_random(20) != 0)
        t->registers[REG_A0] = scene->endpoints[two_ways_random(ENDPOINTS)][copy];
    if (two_ways_random(40) == 0)
        t->registers[REG_A0] |= UINT64_C(1) << two_ways_random(64);
    return random_call(is_server);
}

/* Lets every thread run again that waits for what will not come. */
static void stir(struct system *s, const struct scene *scene)
{
    two_ways_wake_root(s);
    for (unsigned i = 0; i < THREADS; i++) {
        struct tcb *t = tcb_of(s, scene->threads[i]);

        if (two_ways_random(2) == 0)
            EXPECT_OK(invoke(s, scene->threads[i], ABI_TCB_SUSPEND, NO_CAPS, NO_WORDS));
        if (two_ways_random(4) == 0)
            EXPECT_OK(invoke(s, scene->threads[i], ABI_TCB_SET_PRIORITY, CAPS(ROOT_TCB),
                             WORDS(40 + two_ways_random(40))));
        if (thread_is_stopped(t))
            resume(s, scene->threads[i]);
        if (s->k->domain_count > 1 && two_ways_random(4) == 0)
            EXPECT_OK(invoke(s, ROOT_DOMAIN, ABI_DOMAIN_SET_SET, CAPS(scene->threads[i]),
                             WORDS(two_ways_random(2))));
    }
    root_sleep(s);
}

static void same_as_the_ordinary_way(struct system *s)
{
    struct scene scene;
    struct two_ways ways;

    make_scene(s, &scene);
    two_ways_begin(&ways, s);
    for (unsigned i = 0; i < STEPS; i++) {
        if (current(s) == NULL || i % 40 == 0)
            stir(s, &scene);
        if (two_ways_random(8) == 0) {
            s->platform.time_us += 2000;
            interrupt(s);
        }
        if (current(s) != NULL && current(s) != s->root)
            two_ways_trap(&ways, prepare_call(s, &scene, current(s)));
    }
    EXPECT(two_ways_taken(SYSCALL_CALL) + two_ways_taken(SYSCALL_REPLY_RECV) > STEPS / 20);
    EXPECT(two_ways_taken(SYSCALL_SEND) > STEPS / 200);
    EXPECT(two_ways_taken(SYSCALL_NB_RECV) > STEPS / 200);
    EXPECT(two_ways_taken(SYSCALL_YIELD) > STEPS / 400);
    two_ways_end(&ways);
}

static const struct domain_entry two_domains[2] = {{0, 10}, {1, 10}};

const struct test fastpath_tests[] = {
    TEST_ON("fast path: it does what the ordinary way does", same_as_the_ordinary_way,
            .memory_mib = 2),
    TEST_ON("fast path: threads of two domains", same_as_the_ordinary_way, .memory_mib = 2,
            .domain_count = 2, .schedule = two_domains, .schedule_length = 2),
    TESTS_END};
