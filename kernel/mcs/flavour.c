/* SPDX-License-Identifier: MIT */
/* The MCS configuration as a table: numbers, budgets, reply objects, queues in order of
   priority. */
#include "kernel/flavour.h"

#include "abi/mcs.h"
#include "kernel/cap/lookup.h"
#include "kernel/check/walk.h"
#include "kernel/ipc/endpoint.h"
#include "kernel/mcs/mcs.h"

/* --- threads ---------------------------------------------------------------------------------- */

static void thread_init(struct kernel *k, struct tcb *t)
{
    (void)k;
    (void)t; /* it has no time of its own */
}

static void thread_prepare(struct kernel *k, struct tcb *t)
{
    (void)k;
    (void)t;
}

/* A context without budget now sends the thread to the release queue instead. */
static void thread_resumed(struct kernel *k, struct tcb *t)
{
    context_unblock(k, t);
    context_resume(k, sched_context_of(k, t));
    scheduler_wake(k, t);
}

/* It neither waits for budget nor for the answer to a YieldTo any more. */
static void thread_stopped(struct kernel *k, struct tcb *t)
{
    release_remove(k, t);
    context_cancel_yield(k, t);
}

/* What it waited for is going: it makes its call again, but a fault is not raised again. */
static void thread_cancelled(struct kernel *k, struct tcb *t)
{
    reply_release(k, t);
    if (t->fault.kind != FAULT_NONE) {
        scheduler_set_state(k, t, THREAD_INACTIVE);
        return;
    }
    scheduler_set_state(k, t, THREAD_RESTART);
    context_unblock(k, t);
    scheduler_wake(k, t);
}

/* The thread stops waiting for whatever it waits for; a fault is not handled any more. */
static void wait_cancelled(struct kernel *k, struct tcb *t)
{
    t->fault.kind = FAULT_NONE;
    if (t->state == THREAD_BLOCKED_ON_REPLY)
        reply_cancel(k, t);
    else
        reply_release(k, t);
}

/* --- messages --------------------------------------------------------------------------------- */

/* A caller waits for the answer; one that may not be answered, or whose receiver holds no reply
   object, stops. */
static void await_answer(struct kernel *k, struct tcb *caller, struct tcb *receiver, kaddr reply,
                         bool may_be_answered, bool may_donate)
{
    if (reply != 0 && may_be_answered)
        reply_push(k, caller, receiver, reply, may_donate);
    else
        scheduler_set_state(k, caller, THREAD_INACTIVE);
}

/* The receiver was waiting; the message comes from the current thread, or is a fault. */
static void message_arrived(struct kernel *k, struct tcb *sender, struct tcb *receiver,
                            const struct send_options *o)
{
    kaddr reply = receiver->reply;

    reply_release(k, receiver);
    if (o->is_call)
        await_answer(k, sender, receiver, reply, o->can_grant || o->can_grant_reply,
                     o->may_donate);
    else if (o->may_donate && receiver->sched_context == 0 && sender->sched_context != 0)
        context_donate(k, sched_context_of(k, sender), receiver);
    scheduler_set_state(k, receiver, THREAD_RUNNING);
    context_unblock(k, receiver);
    scheduler_wake(k, receiver);
}

/* The sender was waiting; its message has been taken by the current thread. */
static void message_taken(struct kernel *k, struct tcb *sender, struct tcb *receiver,
                          const struct receive_options *o)
{
    context_unblock(k, sender);
    if (sender->is_call) {
        await_answer(k, sender, receiver, o->reply, sender->can_grant || sender->can_grant_reply,
                     sender->fault.kind != FAULT_TIMEOUT);
        return;
    }
    scheduler_set_state(k, sender, THREAD_RUNNING);
    scheduler_wake(k, sender);
}

/* Whoever still waits to be answered through the reply object is not answered any more. */
static void receive_prepare(struct kernel *k, struct tcb *t, const struct receive_options *o)
{
    struct reply *reply = reply_at(k, o->reply);

    if (reply && reply->thread != 0 && reply->thread != kernel_address(k, t))
        tcb_cancel_ipc(k, tcb_at(k, reply->thread));
}

static void receive_blocked(struct kernel *k, struct tcb *t, const struct receive_options *o)
{
    reply_await(k, t, o->reply);
}

static uint64_t take_consumed(struct kernel *k, struct tcb *t)
{
    return context_take_consumed(sched_context_of(k, t));
}

/* --- objects ---------------------------------------------------------------------------------- */

/* Whoever yielded to it has its answer now: it never will run again. */
static void finalise_thread(struct kernel *k, struct tcb *t)
{
    struct sched_context *sc = sched_context_of(k, t);

    if (!sc)
        return;
    context_unbind_thread(k, sc);
    if (sc->yield_from)
        context_complete_yield(k, tcb_at(k, sc->yield_from));
}

static void finalise(struct kernel *k, struct cap cap)
{
    struct sched_context *sc;
    struct notification *n;

    if (cap_type(cap) == CAP_TCB) {
        finalise_thread(k, tcb_at(k, cap.tcb.object));
    } else if (cap_type(cap) == CAP_NOTIFICATION) {
        n = notification_at(k, cap.notification.object);
        sc = sched_context_at(k, *notification_context(n));
        if (sc)
            context_unbind_notification(k, sc);
    } else if (cap_type(cap) == CAP_REPLY_OBJECT) {
        reply_finalise(k, reply_at(k, cap.reply_object.object));
    } else if (cap_type(cap) == CAP_SCHED_CONTEXT) {
        context_finalise(k, sched_context_at(k, cap.sched_context.object));
    }
}

/* --- boot ------------------------------------------------------------------------------------- */

/* Round robin with the full processor: the root task is what gives time to others. */
static void boot_thread(struct kernel *k, struct tcb *t, kaddr context)
{
    struct sched_context *sc = sched_context_at(k, context);

    k->now = platform_time(k->platform);
    refill_new(sc, REFILLS_LEAST, BOOT_BUDGET_US, 0, k->now);
    sc->thread = kernel_address(k, t);
    t->sched_context = context;
    k->current_context = context;
    k->sets_deadline = true;
}

/* --- the table -------------------------------------------------------------------------------- */

const struct flavour mcs_flavour = {
    .name = "mcs",
    .configuration = CONFIGURATION_MCS,
    .method_of_label = mcs_method_of_label,
    .object_of_number = mcs_object_of_number,
    .syscall_of_number = mcs_syscall_of_number,
    .fault_labels = mcs_fault_label,
    .label_count = MCS_LABEL_COUNT,
    .object_number_count = MCS_OBJECT_NUMBER_COUNT,
    .syscall_number_count = MCS_SYSCALL_NUMBER_COUNT,
    .notification_bits = NOTIFICATION_BITS_MCS,
    .boot_info_untyped = BOOT_INFO_UNTYPED_MCS,
    .has_sched_contexts = true,
    .queues_by_priority = true,
    .syscall = mcs_syscall,
    .fastpath = mcs_fastpath,
    .begin_entry = budget_begin_entry,
    .time_lasts = budget_lasts,
    .preempted = budget_preempted,
    .tick = budget_tick,
    .has_time = budget_has_time,
    .before_choice = budget_before_choice,
    .end_entry = budget_end_entry,
    .count_time = budget_count_time,
    .boot_thread = boot_thread,
    .thread_init = thread_init,
    .thread_prepare = thread_prepare,
    .thread_resumed = thread_resumed,
    .thread_stopped = thread_stopped,
    .thread_cancelled = thread_cancelled,
    .wait_cancelled = wait_cancelled,
    .message_arrived = message_arrived,
    .message_taken = message_taken,
    .receive_prepare = receive_prepare,
    .receive_blocked = receive_blocked,
    .reply_invoke = mcs_reply_invoke,
    .signal_taken = context_lend_for_signal,
    .signal_awaited = context_return_to,
    .fault_send = mcs_fault_send,
    .take_consumed = take_consumed,
    .finalise = finalise,
    .tcb_invoke = mcs_tcb_invoke,
    .sched_context_invoke = sched_context_invoke,
    .sched_control_invoke = sched_control_invoke,
    .check = check_time_and_replies,
};
