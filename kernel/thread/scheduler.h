/* SPDX-License-Identifier: MIT */
/* Who runs: ready queues by domain and priority, and the rule for switching (scheduler.c). */
#ifndef KERNEL_SCHEDULER_H
#define KERNEL_SCHEDULER_H

#include "kernel/thread/tcb.h"

/* Threads of one domain and priority that could run but do not, first to run at the head. */
struct ready_queue {
    kaddr head;
    kaddr tail;
};

/* A domain's queues and which of them are not empty: a bit a priority, and a bit a word of bits. */
struct ready_queues {
    uint64_t top; /* bit i: words[i] is not zero */
    uint64_t words[PRIORITY_COUNT / 64];
    struct ready_queue queues[PRIORITY_COUNT];
};

/* One entry of the domain schedule; duration_ticks 0 marks the end. */
struct domain_entry {
    uint64_t domain;
    uint64_t duration_ticks;
};

/* What scheduler_run has to decide. */
enum schedule_action {
    KEEP_CURRENT,
    SWITCH_TO_CANDIDATE, /* k->candidate was woken and may be more important */
    CHOOSE_ANEW
};

/* Insert into or remove from the thread's ready queue; no effect when already so. */
void scheduler_enqueue(struct kernel *k, struct tcb *t); /* at the head */
void scheduler_append(struct kernel *k, struct tcb *t);  /* at the tail */
void scheduler_dequeue(struct kernel *k, struct tcb *t);

/* Sets the state; a current thread that can no longer run causes a new choice. */
void scheduler_set_state(struct kernel *k, struct tcb *t, enum thread_state state);

/* `t` has become runnable: it runs next if nothing more important can. */
void scheduler_wake(struct kernel *k, struct tcb *t);

/* The choice must be made anew at the end of this kernel entry. */
void scheduler_reschedule(struct kernel *k);

/* Runnable, and its configuration gives it time. */
bool scheduler_can_run(struct kernel *k, const struct tcb *t);

/* Nobody in the current domain is queued above this priority. */
bool scheduler_is_highest(struct kernel *k, unsigned priority);

/* Threads of the same domain and priority wait for their turn. */
bool scheduler_has_equals(struct kernel *k, const struct tcb *t);

/* Classic; in MCS queues of blocked threads change too (mcs/tcb_invoke.c). */
void scheduler_set_priority(struct kernel *k, struct tcb *t, uint8_t priority);
void scheduler_set_domain(struct kernel *k, struct tcb *t, uint8_t domain);

/* Whether a thread is queued in a domain that has a turn to come: one of the schedule from the
   current entry to its end, or from its start on. */
bool scheduler_has_later(struct kernel *k);

/* End of every kernel entry: decides who is k->current and makes it ready to run. */
void scheduler_run(struct kernel *k);

#endif
