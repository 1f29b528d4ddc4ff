/* SPDX-License-Identifier: MIT */
/* Threads with time of their own, and time that passes, for tests of the MCS configuration. */
#ifndef TESTS_MCS_THREADS_H
#define TESTS_MCS_THREADS_H

#include "kernel/mcs/mcs.h"
#include "tests/kernel/harness.h"

struct timed {
    uint64_t cap;
    uint64_t context;
    struct tcb *t;
    struct sched_context *sc;
};

struct sched_context *context_at(struct system *s, uint64_t cptr);

/* A stopped thread with a context of its own. */
struct timed make_timed(struct system *s, uint8_t priority, struct context_options options);

/* A stopped thread without one. */
struct timed make_passive(struct system *s, uint8_t priority);

/* ConfigureFlags of a context in a slot; returns the error. */
uint64_t configure_context(struct system *s, uint64_t context, struct context_options options);

/* The current thread receives with the reply object in that slot. */
void receive_with(struct system *s, uint64_t cptr, uint64_t reply);

/* The current thread answers through the reply object, and its own time goes where it belongs. */
void answer_with(struct system *s, uint64_t reply, const struct message *m);

/* Time passes up to `time`; interrupts are taken when they are due. */
void pass_until(struct system *s, uint64_t time);

/* The same, and how much of it the thread has been running. */
uint64_t time_of(struct system *s, const struct tcb *t, uint64_t until);

#endif
