/* SPDX-License-Identifier: MIT */
/* Methods of SchedContext. Manual section 6.1 (MCS). */
#include "kernel/entry/methods.h"
#include "kernel/mcs/mcs.h"

/* seL4 refuses this, so that a blocked thread with a context can always leave the kernel. */
bool context_would_strand(struct kernel *k, struct sched_context *sc, const struct tcb *t)
{
    bool is_blocked = t->state == THREAD_BLOCKED_ON_RECEIVE || t->state == THREAD_BLOCKED_ON_SEND ||
                      t->state == THREAD_BLOCKED_ON_REPLY ||
                      t->state == THREAD_BLOCKED_ON_NOTIFICATION;

    return is_blocked && !context_can_run(sc, k->now);
}

/* --- binding ---------------------------------------------------------------------------------- */

static const char *const own_why =
    "a thread cannot give up its own scheduling context; let another thread do it";
static const char *const bindable_why = "cap is neither a TCB nor a Notification";

/* One context a thread, and one thread a context. */
static enum outcome bind_thread(struct invocation *inv, struct sched_context *sc, struct tcb *t)
{
    if (sc->thread != 0)
        return refuse_illegal(inv,
                              "the scheduling context already has a thread; unbind that first");
    if (t->sched_context != 0)
        return refuse_illegal(inv,
                              "cap is a thread that already has a scheduling context; unbind that "
                              "first");
    if (context_would_strand(inv->kernel, sc, t))
        return refuse_illegal(inv,
                              "cap is a thread that is blocked, and the scheduling context has no "
                              "time now; configure it first");
    context_bind_thread(inv->kernel, sc, t);
    return DONE;
}

static enum outcome bind_notification(struct invocation *inv, struct sched_context *sc,
                                      struct notification *n)
{
    if (sc->notification != 0)
        return refuse_illegal(inv,
                              "the scheduling context already has a notification; unbind that "
                              "first");
    if (*notification_context(n) != 0)
        return refuse_illegal(inv,
                              "cap is a notification that already has a scheduling context; unbind "
                              "that first");
    context_bind_notification(inv->kernel, sc, n);
    return DONE;
}

/* A context may have a thread and a notification, but only one of each. */
static enum outcome invoke_bind(struct invocation *inv, struct sched_context *sc)
{
    struct kernel *k = inv->kernel;
    struct cap cap;

    if (!inv->extra[0])
        return refuse_truncated(inv);
    cap = inv->extra[0]->cap;
    if (cap_type(cap) == CAP_TCB)
        return bind_thread(inv, sc, tcb_at(k, cap.tcb.object));
    if (cap_type(cap) == CAP_NOTIFICATION)
        return bind_notification(inv, sc, notification_at(k, cap.notification.object));
    return refuse_capability(inv, 1, bindable_why);
}

static enum outcome unbind_this_thread(struct invocation *inv, struct sched_context *sc,
                                       kaddr thread)
{
    if (sc->thread != thread)
        return refuse_illegal(inv, "cap is a thread that is not bound to this scheduling context");
    if (thread == kernel_address(inv->kernel, inv->thread))
        return refuse_illegal(inv, own_why);
    context_unbind_thread(inv->kernel, sc);
    return DONE;
}

static enum outcome invoke_unbind_object(struct invocation *inv, struct sched_context *sc)
{
    struct cap cap;

    if (!inv->extra[0])
        return refuse_truncated(inv);
    cap = inv->extra[0]->cap;
    if (cap_type(cap) == CAP_TCB)
        return unbind_this_thread(inv, sc, cap.tcb.object);
    if (cap_type(cap) != CAP_NOTIFICATION)
        return refuse_capability(inv, 1, bindable_why);
    if (sc->notification != cap.notification.object)
        return refuse_illegal(inv,
                              "cap is a notification that is not bound to this scheduling context");
    context_unbind_notification(inv->kernel, sc);
    return DONE;
}

/* Takes away thread, notification and call stack at once. */
static enum outcome invoke_unbind(struct invocation *inv, struct sched_context *sc)
{
    if (sc->thread == kernel_address(inv->kernel, inv->thread))
        return refuse_illegal(inv, own_why);
    context_unbind_all(inv->kernel, sc);
    return DONE;
}

/* --- time ------------------------------------------------------------------------------------- */

/* Asking resets the count. */
static void answer_consumed(struct invocation *inv, struct sched_context *sc)
{
    inv->kernel->all_time_counts = true; /* the end of this entry sees to the rest */
    invocation_answer(inv, 0, context_take_consumed(sc));
    invocation_answer_length(inv, 1);
}

/* The caller must be allowed to give the target its priority, as it lets it run. */
static enum outcome check_yield(struct invocation *inv, struct sched_context *sc)
{
    const struct tcb *t = tcb_at(inv->kernel, sc->thread);

    if (!t)
        return refuse_illegal(inv, "no thread is bound to the scheduling context; bind one first");
    if (t == inv->thread)
        return refuse_illegal(inv, "it is the caller's own scheduling context; Yield is for that");
    if (t->priority > inv->thread->max_controlled_priority)
        return refuse_illegal(inv,
                              "its thread's priority is above the caller's maximum controlled "
                              "priority");
    if (inv->thread->yield_to != 0)
        return refuse_illegal(inv, "the caller already waits in another YieldTo");
    return DONE;
}

/* The context's thread goes before all others of its priority. One of less priority than the caller
   only takes its place; otherwise it runs, and the caller has its answer when it runs again. */
static enum outcome invoke_yield_to(struct invocation *inv, struct sched_context *sc)
{
    struct kernel *k = inv->kernel;
    struct tcb *t = tcb_at(k, sc->thread);

    TRY(check_yield(inv, sc));
    k->all_time_counts = true;
    if (sc->yield_from)
        context_complete_yield(k, tcb_at(k, sc->yield_from));
    context_resume(k, sc);
    if (scheduler_can_run(k, t) && t->priority >= inv->thread->priority) {
        inv->thread->yield_to = kernel_address(k, sc);
        sc->yield_from = kernel_address(k, inv->thread);
        scheduler_dequeue(k, t);
        scheduler_enqueue(k, inv->thread);
        scheduler_enqueue(k, t);
        scheduler_reschedule(k);
        return DONE;
    }
    if (scheduler_can_run(k, t)) {
        scheduler_dequeue(k, t);
        scheduler_enqueue(k, t);
    }
    answer_consumed(inv, sc);
    return DONE;
}

enum outcome sched_context_invoke(struct invocation *inv)
{
    struct sched_context *sc = sched_context_at(inv->kernel, inv->slot->cap.sched_context.object);

    if (inv->method == METHOD_SCHED_CONTEXT_BIND)
        return invoke_bind(inv, sc);
    if (inv->method == METHOD_SCHED_CONTEXT_UNBIND)
        return invoke_unbind(inv, sc);
    if (inv->method == METHOD_SCHED_CONTEXT_UNBIND_OBJECT)
        return invoke_unbind_object(inv, sc);
    if (inv->method == METHOD_SCHED_CONTEXT_YIELD_TO)
        return invoke_yield_to(inv, sc);
    if (inv->method != METHOD_SCHED_CONTEXT_CONSUMED)
        return refuse_method(inv);
    answer_consumed(inv, sc);
    return DONE;
}
