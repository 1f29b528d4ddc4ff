/* SPDX-License-Identifier: MIT */
/* Who has a scheduling context: threads by Bind or donation, notifications, and the wait of
   YieldTo. */
#include "kernel/mcs/sched_context.h"

#include "kernel/mcs/mcs.h"

static bool is_current_context(struct kernel *k, const struct sched_context *sc)
{
    return kernel_address(k, sc) == k->current_context;
}

/* --- budget of the one who has it ------------------------------------------------------------- */

/* From now on the release queue holds it, not a ready queue. */
void context_postpone(struct kernel *k, struct sched_context *sc)
{
    struct tcb *t = tcb_at(k, sc->thread);

    kassert(t && t->sched_context == kernel_address(k, sc));
    scheduler_dequeue(k, t);
    release_enqueue(k, t);
}

/* Called whenever a thread becomes runnable: from then on runnable and not waiting means ready
   to run. */
void context_resume(struct kernel *k, struct sched_context *sc)
{
    struct tcb *t = sc ? tcb_at(k, sc->thread) : NULL;

    if (t && scheduler_can_run(k, t) && !context_can_run(sc, k->now))
        context_postpone(k, sc);
}

/* The one that is being charged runs already: its head is where it is. */
static void unblock(struct kernel *k, struct sched_context *sc)
{
    if (!is_current_context(k, sc) && refill_unblock(sc, k->now))
        k->sets_deadline = true;
}

/* Constant-bandwidth contexts are adjusted when they are switched to instead. */
void context_unblock(struct kernel *k, struct tcb *t)
{
    struct sched_context *sc = sched_context_of(k, t);

    if (sc && sc->is_sporadic && context_is_active(sc))
        unblock(k, sc);
}

uint64_t context_take_consumed(struct sched_context *sc)
{
    uint64_t consumed = sc->consumed;

    sc->consumed = 0;
    return consumed;
}

/* --- threads ---------------------------------------------------------------------------------- */

/* It may be runnable, so it competes at once. */
void context_bind_thread(struct kernel *k, struct sched_context *sc, struct tcb *t)
{
    kassert(sc->thread == 0 && t->sched_context == 0);
    t->sched_context = kernel_address(k, sc);
    sc->thread = kernel_address(k, t);
    context_unblock(k, t);
    context_resume(k, sc);
    if (scheduler_can_run(k, t)) {
        scheduler_enqueue(k, t);
        scheduler_reschedule(k);
    }
}

/* The thread stands still at once, wherever it is queued. */
static void take_from(struct kernel *k, struct tcb *t)
{
    kaddr address = kernel_address(k, t);

    if (address == k->current || (k->action == SWITCH_TO_CANDIDATE && address == k->candidate))
        scheduler_reschedule(k);
    scheduler_dequeue(k, t);
    release_remove(k, t);
    t->sched_context = 0;
}

void context_unbind_thread(struct kernel *k, struct sched_context *sc)
{
    kassert(sc->thread == 0 || tcb_at(k, sc->thread)->sched_context == kernel_address(k, sc));
    if (sc->thread == 0)
        return;
    take_from(k, tcb_at(k, sc->thread));
    sc->thread = 0;
}

/* Whoever had it stands still from now on: a context runs one thread. */
void context_donate(struct kernel *k, struct sched_context *sc, struct tcb *to)
{
    kassert(sc->thread != kernel_address(k, to));
    kassert(to->sched_context == 0);
    context_unbind_thread(k, sc);
    sc->thread = kernel_address(k, to);
    to->sched_context = kernel_address(k, sc);
}

/* --- notifications ---------------------------------------------------------------------------- */

/* Notifications of this configuration are twice as large; the context stands behind the common
   part. */
kaddr *notification_context(struct notification *n)
{
    return (kaddr *)(n + 1);
}

void context_bind_notification(struct kernel *k, struct sched_context *sc, struct notification *n)
{
    kassert(sc->notification == 0 && *notification_context(n) == 0);
    sc->notification = kernel_address(k, n);
    *notification_context(n) = kernel_address(k, sc);
}

void context_unbind_notification(struct kernel *k, struct sched_context *sc)
{
    if (sc->notification == 0)
        return;
    *notification_context(notification_at(k, sc->notification)) = 0;
    sc->notification = 0;
}

/* Only to a passive thread, and only if nobody else has the context just now. */
void context_lend_for_signal(struct kernel *k, struct tcb *t, struct notification *n)
{
    struct sched_context *sc = sched_context_at(k, *notification_context(n));

    if (t->sched_context == 0 && sc && sc->thread == 0) {
        context_donate(k, sc, t);
        if (context_is_active(sc))
            unblock(k, sc);
        context_resume(k, sc);
    }
    context_unblock(k, t);
}

/* The thread waits again, so the context is free for the next signal. */
void context_return_to(struct kernel *k, struct tcb *t, struct notification *n)
{
    struct sched_context *sc = sched_context_at(k, *notification_context(n));

    if (sc && t->sched_context == kernel_address(k, sc))
        context_unbind_thread(k, sc);
}

/* --- YieldTo ---------------------------------------------------------------------------------- */

void context_cancel_yield(struct kernel *k, struct tcb *yielder)
{
    kassert(yielder->yield_to == 0 ||
            sched_context_at(k, yielder->yield_to)->yield_from == kernel_address(k, yielder));
    if (yielder->yield_to == 0)
        return;
    sched_context_at(k, yielder->yield_to)->yield_from = 0;
    yielder->yield_to = 0;
}

/* The answer goes straight into registers: the caller's call has long ended. */
void context_complete_yield(struct kernel *k, struct tcb *yielder)
{
    struct sched_context *sc = sched_context_at(k, yielder->yield_to);

    if (!sc)
        return;
    yielder->registers[REG_A2] = context_take_consumed(sc);
    yielder->registers[REG_A1] = message_info_make(0, 0, 0, 1);
    context_cancel_yield(k, yielder);
}

/* --- the end of it ---------------------------------------------------------------------------- */

void context_unbind_all(struct kernel *k, struct sched_context *sc)
{
    context_unbind_thread(k, sc);
    context_unbind_notification(k, sc);
    reply_forget_context(k, sc);
}

/* Nothing may run with it again, so it is deconfigured, too. */
void context_finalise(struct kernel *k, struct sched_context *sc)
{
    context_unbind_all(k, sc);
    if (sc->yield_from)
        context_complete_yield(k, tcb_at(k, sc->yield_from));
    sc->refill_max = 0;
}
