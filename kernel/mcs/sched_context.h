/* SPDX-License-Identifier: MIT */
/* Scheduling contexts: the right to processor time, as an object. Manual chapter 6 (MCS); Lyons,
 * McLeod, Almatary and Heiser, "Scheduling-context capabilities", EuroSys 2018.
 *
 * A thread runs only with a context that is configured, and is charged to it. A context lends
 * itself along with a call, so a server may have none of its own: reply.c has that picture,
 * refill.c the one of budget and time, budget.c that of charging. */
#ifndef KERNEL_SCHED_CONTEXT_H
#define KERNEL_SCHED_CONTEXT_H

#include "kernel/ipc/notification.h"

/* A part of the budget: `amount` microseconds, from `time` on. */
struct refill {
    uint64_t time;
    uint64_t amount;
};

enum {
    SCHED_CONTEXT_CORE_SIZE = 96, /* bytes before the refills, as in seL4 */
    REFILLS_LEAST = 2,            /* refills that every context has */
    KERNEL_WCET_US = 10,          /* what one kernel entry is taken to last at most */
    BUDGET_LEAST_US = 2 * KERNEL_WCET_US
};

/* The longest budget or period: so that times cannot overflow in seL4's timer ticks, of which there
   are 10 to a microsecond. */
#define PERIOD_MOST_US (UINT64_MAX / 10 / 8)

/* No refill is moved behind this time: sums of times stay within 64 bits. */
#define RELEASE_TIME_MOST (INT64_MAX - 5 * PERIOD_MOST_US)

struct sched_context {
    uint64_t period;     /* microseconds; 0: round robin, the budget is back once used */
    uint64_t consumed;   /* used since this was last asked for */
    kaddr thread;        /* that runs with it, or would; or 0 */
    kaddr notification;  /* bound: lends it to a thread that takes a signal; or 0 */
    kaddr reply;         /* top of its call stack: who has lent it last; or 0 */
    kaddr yield_from;    /* thread that waits in YieldTo; or 0 */
    uint64_t badge;      /* told to timeout handlers */
    uint32_t refill_max; /* refills in use at most; 0: not configured, nobody runs with it */
    uint32_t head;       /* index of the first refill */
    uint32_t tail;       /* index of the last */
    bool is_sporadic;
    uint64_t budget;     /* microseconds: what all refills add up to */
    uint64_t unused[2];
    struct refill refills[]; /* a ring */
};

_Static_assert(sizeof(struct sched_context) == SCHED_CONTEXT_CORE_SIZE, "of seL4's size");

static inline struct sched_context *sched_context_at(struct kernel *k, kaddr address)
{
    return address == 0 ? NULL : kernel_pointer(k, address);
}

static inline struct sched_context *sched_context_of(struct kernel *k, const struct tcb *t)
{
    return sched_context_at(k, t->sched_context);
}

/* Refills that an object of 2^size_bits bytes holds. */
uint64_t refill_most(unsigned size_bits);

/* --- refill.c: budget and time; `now` is in microseconds -------------------------------------- */

static inline bool context_is_active(const struct sched_context *sc)
{
    return sc->refill_max > 0;
}

static inline bool context_is_round_robin(const struct sched_context *sc)
{
    return sc->period == 0;
}

static inline struct refill *refill_head(struct sched_context *sc)
{
    return &sc->refills[sc->head];
}

static inline struct refill *refill_tail(struct sched_context *sc)
{
    return &sc->refills[sc->tail];
}

/* The head may be used now, or so soon that it makes no difference. */
static inline bool refill_is_ready(struct sched_context *sc, uint64_t now)
{
    return refill_head(sc)->time <= now + KERNEL_WCET_US;
}

/* After `usage` more, enough of the head is left to run with: less would be used up by the entry
   that finds it out. */
static inline bool refill_is_sufficient(struct sched_context *sc, uint64_t usage)
{
    uint64_t amount = refill_head(sc)->amount;

    return amount >= usage && amount - usage >= BUDGET_LEAST_US;
}

/* Ready and sufficient, and configured at all. */
static inline bool context_can_run(struct sched_context *sc, uint64_t now)
{
    return context_is_active(sc) && refill_is_ready(sc, now) && refill_is_sufficient(sc, 0);
}

/* Sets all up anew, the whole budget usable now. period 0: round robin. */
void refill_new(struct sched_context *sc, uint32_t max, uint64_t budget, uint64_t period,
                uint64_t now);

/* New parameters for a context in use, so that its rate is never exceeded: no more than what the
   head holds can be used at once, the rest comes a period later. */
void refill_update(struct sched_context *sc, uint32_t max, uint64_t budget, uint64_t period,
                   uint64_t now);

/* Takes `usage` from the front and schedules it to come back a period later. Not for round
   robin. */
void refill_charge(struct sched_context *sc, uint64_t usage);

/* The thread was blocked and goes on, or begins: time that passed unused is not saved up. True
   if the head has moved. */
bool refill_unblock(struct sched_context *sc, uint64_t now);

/* Round robin: moves `usage` from head to tail; makes the head whole again. */
void refill_use_slice(struct sched_context *sc, uint64_t usage);
void refill_reset_slice(struct sched_context *sc);

/* --- release_queue.c: threads whose budget comes back later, the earliest first --------------- */

/* Its time is the one of its context's head refill, which must not change before it is removed. */
void release_enqueue(struct kernel *k, struct tcb *t);
void release_remove(struct kernel *k, struct tcb *t); /* no effect when it is not there */

/* Threads whose time has come become runnable. */
void release_wake(struct kernel *k);

/* --- sched_context.c: who has it -------------------------------------------------------------- */

void context_bind_thread(struct kernel *k, struct sched_context *sc, struct tcb *t);
void context_unbind_thread(struct kernel *k, struct sched_context *sc); /* no effect without one */
void context_bind_notification(struct kernel *k, struct sched_context *sc, struct notification *n);
void context_unbind_notification(struct kernel *k, struct sched_context *sc); /* likewise */

/* Threads, notification and call stack: everything that has it or would get it back. */
void context_unbind_all(struct kernel *k, struct sched_context *sc);

/* `to`, which has none, gets it; whoever has it now does not any longer. */
void context_donate(struct kernel *k, struct sched_context *sc, struct tcb *to);

/* The thread has become runnable with this context: one without budget now waits for it. */
void context_resume(struct kernel *k, struct sched_context *sc);

/* Its thread waits until the head refill is due. */
void context_postpone(struct kernel *k, struct sched_context *sc);

/* A thread with a sporadic context goes on after having been blocked. */
void context_unblock(struct kernel *k, struct tcb *t);

/* Time used since the last such question, in microseconds. */
uint64_t context_take_consumed(struct sched_context *sc);

/* The thread that waits in YieldTo for this context gets its answer; the wait of a thread is
   dropped without one. No effect when there is none. */
void context_complete_yield(struct kernel *k, struct tcb *yielder);
void context_cancel_yield(struct kernel *k, struct tcb *yielder);

/* A notification with a context lends it to a thread that takes its signal, and takes it back when
   the thread waits again. */
kaddr *notification_context(struct notification *n);
void context_lend_for_signal(struct kernel *k, struct tcb *t, struct notification *n);
void context_return_to(struct kernel *k, struct tcb *t, struct notification *n);

/* The last capability to it is going. */
void context_finalise(struct kernel *k, struct sched_context *sc);

#endif
