/* SPDX-License-Identifier: MIT */
#include "tests/kernel/two_ways.h"

#include <stdlib.h>
#include <string.h>

static bool (*counted)(struct kernel *k, enum syscall call);
static uint64_t taken[SYSCALL_COUNT];
static uint64_t random_state;

static bool counted_fastpath(struct kernel *k, enum syscall call)
{
    bool is_done = counted(k, call);

    taken[call] += is_done;
    return is_done;
}

static bool no_fastpath(struct kernel *k, enum syscall call)
{
    (void)k;
    (void)call;
    return false;
}

void two_ways_begin(struct two_ways *w, struct system *s)
{
    const struct flavour *own = s->k->flavour;

    *w = (struct two_ways){.s = s, .own = own, .fast = *own, .slow = *own};
    counted = w->fast.fastpath;
    w->fast.fastpath = counted_fastpath;
    w->slow.fastpath = no_fastpath;
    w->copy = aligned_alloc(4096, s->k->memory_size);
    if (w->copy == NULL)
        system_fail("the host has no memory");
    s->k->flavour = &w->fast;
    memset(taken, 0, sizeof(taken));
}

void two_ways_end(struct two_ways *w)
{
    w->s->k->flavour = w->own;
    free(w->copy);
}

/* The copy's host pointers are made the original's again, to be compared. */
void two_ways_trap(struct two_ways *w, int64_t number)
{
    struct system *s = w->s;
    struct kernel *k = s->k;

    current(s)->registers[REG_PC] = current(s)->next_pc;
    current(s)->next_pc += 4;
    memcpy(w->copy, k, k->memory_size);
    w->other = s->platform;
    w->copy->flavour = &w->slow;
    w->copy->platform = &w->other;
    kernel_syscall(w->copy, number);
    kernel_syscall(k, number);
    system_check(s);
    w->copy->flavour = k->flavour;
    w->copy->platform = k->platform;
    if (memcmp(w->copy, k, k->memory_size) != 0)
        system_fail("call %lld of %llu differs", (long long)number,
                    (unsigned long long)k->entries);
    if (w->other.deadline_us != s->platform.deadline_us)
        system_fail("the deadline after call %lld of %llu differs", (long long)number,
                    (unsigned long long)k->entries);
}

uint64_t two_ways_taken(enum syscall call)
{
    return taken[call];
}

uint64_t two_ways_random(uint64_t limit)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (random_state >> 33) % limit;
}

void two_ways_make(struct system *s, uint64_t type, uint64_t copies[TWO_WAYS_COPIES])
{
    static const uint64_t rights[TWO_WAYS_COPIES] = {ABI_ALL_RIGHTS, ABI_ALL_RIGHTS,
                                                     ABI_READ | ABI_WRITE,
                                                     ABI_WRITE | ABI_GRANT_REPLY, ABI_READ};

    copies[0] = make(s, type, 0);
    for (unsigned i = 1; i < TWO_WAYS_COPIES; i++) {
        copies[i] = slot_new(s);
        EXPECT_OK(cnode_mint(s, copies[i], copies[0], rights[i], i));
    }
}

void two_ways_message(struct system *s)
{
    struct tcb *t = current(s);
    uint64_t *buffer = buffer_of(s, t);
    unsigned extra = two_ways_random(8) == 0;

    t->registers[REG_A1] = two_ways_random(1000) << 12 | extra << 7 |
                           (two_ways_random(3) ? two_ways_random(6) : two_ways_random(128));
    for (unsigned i = 0; i < 4; i++)
        t->registers[REG_A2 + i] = two_ways_random(UINT64_MAX);
    for (unsigned i = 5; buffer && i < 125; i += 7)
        buffer[i] = two_ways_random(UINT64_MAX);
}

void two_ways_wake_root(struct system *s)
{
    do { /* its domain has its turn */
        s->platform.time_us += 2000;
        interrupt(s);
    } while (s->k->current_domain != 0);
    if (current(s) != s->root)
        root_wake(s);
}
