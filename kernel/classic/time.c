/* SPDX-License-Identifier: MIT */
/* Time in the classic configuration: ticks of 2 ms, and slices of five of them. */
#include "kernel/classic/classic.h"

/* Time is never a reason not to run. */
bool classic_has_time(struct kernel *k, const struct tcb *t)
{
    (void)k;
    (void)t;
    return true;
}

/* A slice is five ticks, and counts only while the thread runs. */
void classic_thread_init(struct kernel *k, struct tcb *t)
{
    (void)k;
    t->time_slice_ticks = TIME_SLICE_TICKS;
}

/* Behind the others of its priority. */
void classic_yield(struct kernel *k)
{
    struct tcb *t = tcb_at(k, k->current);

    kassert(!t->is_queued);
    scheduler_dequeue(k, t);
    scheduler_append(k, t);
    scheduler_reschedule(k);
}

/* One tick of the current thread's slice and of the domain's time. */
void classic_tick(struct kernel *k)
{
    struct tcb *t = tcb_at(k, k->current);

    k->tick_deadline = UINT64_MAX;
    if (t->state == THREAD_RUNNING) {
        if (t->time_slice_ticks > 1) {
            t->time_slice_ticks--;
        } else {
            t->time_slice_ticks = TIME_SLICE_TICKS;
            scheduler_append(k, t);
            scheduler_reschedule(k);
        }
    }
    if (k->domain_count > 1 && k->domain_time_ticks > 0 && --k->domain_time_ticks == 0)
        scheduler_reschedule(k);
}

/* Ticks fall on multiples of 2 ms. Those that nobody would notice are left out: a machine need not
   count instructions while one thread runs alone. */
void classic_set_deadline(struct kernel *k)
{
    uint64_t next = UINT64_MAX;

    if (classic_tick_matters(k, tcb_at(k, k->current))) {
        if (k->tick_deadline != UINT64_MAX)
            return;
        next = (platform_time(k->platform) / TICK_US + 1) * TICK_US;
    } else if (k->tick_deadline == UINT64_MAX) {
        return;
    }
    k->tick_deadline = next;
    platform_deadline(k->platform, next);
}
