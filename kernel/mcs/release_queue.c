/* SPDX-License-Identifier: MIT */
/* Threads that could run but for their budget, in the order in which it comes back:
 *
 *     k->release_head -> A (at 1200) -> B (at 1200) -> C (at 5000)
 *
 * A thread is here or in a ready queue, never in both. The timer is set to the first one's time. */
#include "kernel/mcs/sched_context.h"

static uint64_t release_time(struct kernel *k, const struct tcb *t)
{
    return refill_head(sched_context_of(k, t))->time;
}

/* Equal times keep the order in which they came. */
void release_enqueue(struct kernel *k, struct tcb *t)
{
    uint64_t time = release_time(k, t);
    struct tcb *before = NULL;
    struct tcb *after = tcb_at(k, k->release_head);
    kaddr address = kernel_address(k, t);

    kassert(!t->is_queued && !t->awaits_budget);
    while (after && release_time(k, after) <= time) {
        before = after;
        after = tcb_at(k, after->ready_next);
    }
    t->awaits_budget = true;
    t->ready_previous = before ? kernel_address(k, before) : 0;
    t->ready_next = after ? kernel_address(k, after) : 0;
    if (after)
        after->ready_previous = address;
    if (before)
        before->ready_next = address;
    else
        k->release_head = address;
    k->sets_deadline = true;
}

void release_remove(struct kernel *k, struct tcb *t)
{
    kassert(!t->awaits_budget || !t->is_queued);
    if (!t->awaits_budget)
        return;
    if (t->ready_previous)
        tcb_at(k, t->ready_previous)->ready_next = t->ready_next;
    else
        k->release_head = t->ready_next;
    if (t->ready_next)
        tcb_at(k, t->ready_next)->ready_previous = t->ready_previous;
    t->awaits_budget = false;
    t->ready_next = 0;
    t->ready_previous = 0;
    k->sets_deadline = true;
}

/* The current thread is never here: it has budget, or it would not run. */
void release_wake(struct kernel *k)
{
    struct tcb *t;

    while ((t = tcb_at(k, k->release_head)) != NULL &&
           refill_is_ready(sched_context_of(k, t), k->now)) {
        kassert(kernel_address(k, t) != k->current);
        release_remove(k, t);
        scheduler_wake(k, t);
    }
}
