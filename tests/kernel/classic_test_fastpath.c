/* SPDX-License-Identifier: MIT */
/* The fast path and the ordinary one: before each random system call the arena is copied, the call
 * is made in both, in one of them without the fast path, and the two must be the same afterwards,
 * byte for byte. kernel/classic/fastpath.c */
#include <stdlib.h>
#include <string.h>

#include "kernel/classic/classic.h"
#include "tests/kernel/harness.h"

enum { THREADS = 6, ENDPOINTS = 3, STEPS = 1200, EPISODES = 4, COPIES = 4 };

static uint64_t taken; /* calls that went the fast way */

static bool counted_fastpath(struct kernel *k, enum syscall call)
{
    bool is_done = classic_fastpath(k, call);

    taken += is_done;
    return is_done;
}

static bool no_fastpath(struct kernel *k, enum syscall call)
{
    (void)k;
    (void)call;
    return false;
}

static uint64_t random_state;

static uint64_t random_below(uint64_t limit)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (random_state >> 33) % limit;
}

/* What the threads can name. */
struct scene {
    uint64_t threads[THREADS];
    uint64_t endpoints[ENDPOINTS][COPIES]; /* with different rights and badges */
    uint64_t notification;
    struct flavour fast;
    struct flavour slow;
    struct platform other;  /* of the copy */
    struct kernel *copy;
};

static const uint64_t rights_of_copies[COPIES] = {ABI_ALL_RIGHTS, ABI_ALL_RIGHTS,
                                                  ABI_READ | ABI_WRITE,
                                                  ABI_WRITE | ABI_GRANT_REPLY};

static void make_scene(struct system *s, struct scene *scene)
{
    *scene = (struct scene){.fast = classic_flavour, .slow = classic_flavour};
    scene->fast.fastpath = counted_fastpath;
    scene->slow.fastpath = no_fastpath;
    scene->notification = make(s, ABI_TYPE_NOTIFICATION, 0);
    for (unsigned i = 0; i < ENDPOINTS; i++) {
        scene->endpoints[i][0] = make(s, ABI_TYPE_ENDPOINT, 0);
        for (unsigned copy = 1; copy < COPIES; copy++) {
            scene->endpoints[i][copy] = slot_new(s);
            EXPECT_OK(cnode_mint(s, scene->endpoints[i][copy], scene->endpoints[i][0],
                                 rights_of_copies[copy], copy));
        }
    }
    for (unsigned i = 0; i < THREADS; i++) {
        scene->threads[i] = make_thread(s, (struct thread_options){
                                               .priority = (uint8_t)(50 + i / 2 * 10),
                                               .fault_handler = scene->endpoints[0][0]});
        resume(s, scene->threads[i]);
    }
    EXPECT_OK(invoke(s, scene->threads[0], ABI_TCB_BIND_NOTIFICATION,
                     CAPS(scene->notification), NO_WORDS));
    if (s->k->domain_count > 1)
        EXPECT_OK(invoke(s, ROOT_DOMAIN, ABI_DOMAIN_SET_SET, CAPS(scene->threads[2]), WORDS(1)));
    scene->copy = aligned_alloc(4096, s->k->memory_size);
    if (scene->copy == NULL)
        system_fail("the host has no memory");
    s->k->flavour = &scene->fast;
}

/* Servers mostly answer and wait, clients mostly call; now and then anyone does anything. */
static int64_t random_call(bool is_server)
{
    static const int8_t calls[] = {ABI_CALL, ABI_REPLY_RECV, ABI_RECV, ABI_SEND, ABI_NB_SEND,
                                   ABI_REPLY, ABI_YIELD};

    if (random_below(8) == 0)
        return calls[random_below(sizeof(calls))];
    return is_server ? ABI_REPLY_RECV : ABI_CALL;
}

/* Registers of a random system call. */
static int64_t prepare_call(struct system *s, struct scene *scene, struct tcb *t)
{
    unsigned copy = random_below(3) == 0 ? (unsigned)random_below(COPIES) : 0;
    unsigned extra = random_below(8) == 0;
    bool is_server = false;

    for (unsigned i = 0; i < THREADS; i += 2)
        is_server = is_server || t == tcb_of(s, scene->threads[i]);
    t->registers[REG_A0] = scene->endpoints[random_below(ENDPOINTS)][copy];
    if (random_below(20) == 0)
        t->registers[REG_A0] = scene->notification;
    if (random_below(40) == 0)
        t->registers[REG_A0] |= UINT64_C(1) << random_below(64);
    t->registers[REG_A1] = random_below(1000) << 12 | extra << 7 | random_below(6);
    for (unsigned i = 0; i < 4; i++)
        t->registers[REG_A2 + i] = random_below(UINT64_MAX);
    return random_call(is_server);
}

/* Lets every thread run again that waits for what will not come. */
static void stir(struct system *s, struct scene *scene)
{
    do { /* the root thread's domain has its turn */
        s->platform.time_us += 2000;
        interrupt(s);
    } while (s->k->current_domain != 0);
    if (current(s) != s->root)
        root_wake(s);
    for (unsigned i = 0; i < THREADS; i++) {
        struct tcb *t = tcb_of(s, scene->threads[i]);

        if (random_below(2) == 0)
            EXPECT_OK(invoke(s, scene->threads[i], ABI_TCB_SUSPEND, NO_CAPS, NO_WORDS));
        if (random_below(4) == 0)
            EXPECT_OK(invoke(s, scene->threads[i], ABI_TCB_SET_PRIORITY, CAPS(ROOT_TCB),
                             WORDS(40 + random_below(40))));
        if (thread_is_stopped(t))
            resume(s, scene->threads[i]);
    }
    root_sleep(s);
}

/* The call in both; the copy's host pointers are made the original's again, to be compared. */
static void step(struct system *s, struct scene *scene)
{
    struct kernel *k = s->k;
    int64_t number = prepare_call(s, scene, current(s));

    current(s)->registers[REG_PC] = current(s)->next_pc;
    current(s)->next_pc += 4;
    memcpy(scene->copy, k, k->memory_size);
    scene->other = s->platform;
    scene->copy->flavour = &scene->slow;
    scene->copy->platform = &scene->other;
    kernel_syscall(scene->copy, number);
    kernel_syscall(k, number);
    system_check(s);
    scene->copy->flavour = k->flavour;
    scene->copy->platform = k->platform;
    if (memcmp(scene->copy, k, k->memory_size) != 0)
        system_fail("call %lld of %llu differs", (long long)number,
                    (unsigned long long)k->entries);
}

static void same_as_the_ordinary_way(struct system *s)
{
    struct scene scene;

    make_scene(s, &scene);
    taken = 0;
    for (unsigned i = 0; i < STEPS * EPISODES; i++) {
        if (current(s) == NULL || i % 40 == 0)
            stir(s, &scene);
        if (random_below(8) == 0) {
            s->platform.time_us += 2000;
            interrupt(s);
        }
        if (current(s) != NULL && current(s) != s->root)
            step(s, &scene);
    }
    EXPECT(taken > STEPS * EPISODES / 20);
    s->k->flavour = &classic_flavour;
    free(scene.copy);
}

static const struct domain_entry two_domains[2] = {{0, 10}, {1, 10}};

const struct test fastpath_tests[] = {
    TEST_ON("fast path: it does what the ordinary way does", same_as_the_ordinary_way,
            .memory_mib = 2),
    TEST_ON("fast path: threads of two domains", same_as_the_ordinary_way, .memory_mib = 2,
            .domain_count = 2, .schedule = two_domains, .schedule_length = 2),
    TESTS_END};
