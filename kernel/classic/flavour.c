/* SPDX-License-Identifier: MIT */
/* The classic configuration as a table: numbers, time slices, fault handlers by CPtr. */
#include "kernel/flavour.h"

#include "abi/classic.h"
#include "kernel/cap/lookup.h"
#include "kernel/check/walk.h"
#include "kernel/classic/classic.h"
#include "kernel/ipc/endpoint.h"

/* --- time: threads never lack it -------------------------------------------------------------- */

static bool goes_on(struct kernel *k)
{
    (void)k;
    return true;
}

static void nothing_to_do(struct kernel *k)
{
    (void)k;
}

/* --- threads ---------------------------------------------------------------------------------- */

static void boot_thread(struct kernel *k, struct tcb *t, kaddr sched_context)
{
    (void)k;
    (void)t;
    (void)sched_context;
}

/* Queued first: should it not run at once, it is the first of its priority, as in seL4. */
static void thread_resumed(struct kernel *k, struct tcb *t)
{
    scheduler_enqueue(k, t);
    scheduler_wake(k, t);
}

static void thread_stopped(struct kernel *k, struct tcb *t)
{
    (void)k;
    (void)t;
}

/* It makes its call again, and finds the capability gone. */
static void thread_cancelled(struct kernel *k, struct tcb *t)
{
    scheduler_set_state(k, t, THREAD_RESTART);
    scheduler_enqueue(k, t);
}

/* Nobody may answer a thread that has been stopped; other waits end by leaving the queue. */
static void wait_cancelled(struct kernel *k, struct tcb *t)
{
    if (t->state != THREAD_BLOCKED_ON_REPLY)
        return;
    t->fault.kind = FAULT_NONE;
    classic_reply_cancel(k, t);
}

/* --- messages --------------------------------------------------------------------------------- */

/* A caller whose message has arrived waits for the answer, if its capability allows it one. */
static void await_reply(struct kernel *k, struct tcb *caller, struct tcb *receiver,
                        bool may_be_answered, bool can_grant)
{
    if (may_be_answered)
        classic_reply_setup(k, caller, receiver, can_grant);
    else
        scheduler_set_state(k, caller, THREAD_INACTIVE);
}

/* The receiver is woken first, then the sender stops: in this order it runs at once. */
static void message_arrived(struct kernel *k, struct tcb *sender, struct tcb *receiver,
                            const struct send_options *o)
{
    kassert(sender != receiver && receiver->blocked_on == 0);
    scheduler_set_state(k, receiver, THREAD_RUNNING);
    scheduler_wake(k, receiver);
    if (o->is_call)
        await_reply(k, sender, receiver, o->can_grant || o->can_grant_reply, receiver->can_grant);
}

/* The right to grant in an answer comes from the capability that the receiver used. */
static void message_taken(struct kernel *k, struct tcb *sender, struct tcb *receiver,
                          const struct receive_options *o)
{
    kassert(sender != receiver && sender->blocked_on == 0);
    if (sender->is_call) {
        await_reply(k, sender, receiver, sender->can_grant || sender->can_grant_reply,
                    (o->cap.endpoint.rights & RIGHT_GRANT) != 0);
    } else {
        scheduler_set_state(k, sender, THREAD_RUNNING);
        scheduler_wake(k, sender);
    }
}

static void receive_blocked(struct kernel *k, struct tcb *t, const struct receive_options *o)
{
    (void)k;
    (void)t;
    (void)o;
}

static void signal_passed(struct kernel *k, struct tcb *t, struct notification *n)
{
    (void)k;
    (void)t;
    (void)n;
}

/* There are no timeouts. */
static uint64_t take_consumed(struct kernel *k, struct tcb *t)
{
    (void)k;
    (void)t;
    return 0;
}

static void finalise(struct kernel *k, struct cap cap)
{
    (void)k;
    (void)cap;
}

/* --- faults ----------------------------------------------------------------------------------- */

/* The handler is named by a CPtr in the faulter's own CSpace; the message goes there as a call. */
static bool fault_send(struct kernel *k, struct tcb *t, const char **why_not)
{
    struct lookup found = lookup_in_thread(k, t, t->fault_handler);

    *why_not = "it has no fault handler";
    if (!found.slot || cap_is_null(found.slot->cap))
        return false;
    *why_not = "its fault handler is not an endpoint with rights to send and to grant a reply";
    if (!endpoint_takes_faults(found.slot->cap))
        return false;
    endpoint_send_fault(k, t, found.slot->cap, false);
    return true;
}

/* --- the table -------------------------------------------------------------------------------- */

const struct flavour classic_flavour = {
    .name = "classic",
    .configuration = CONFIGURATION_CLASSIC,
    .method_of_label = classic_method_of_label,
    .object_of_number = classic_object_of_number,
    .syscall_of_number = classic_syscall_of_number,
    .fault_labels = classic_fault_label,
    .label_count = CLASSIC_LABEL_COUNT,
    .object_number_count = CLASSIC_OBJECT_NUMBER_COUNT,
    .syscall_number_count = CLASSIC_SYSCALL_NUMBER_COUNT,
    .notification_bits = NOTIFICATION_BITS_CLASSIC,
    .boot_info_untyped = BOOT_INFO_UNTYPED_CLASSIC,
    .syscall = classic_syscall,
    .fastpath = classic_fastpath,
    .begin_entry = goes_on,
    .time_lasts = goes_on,
    .preempted = nothing_to_do,
    .tick = classic_tick,
    .has_time = classic_has_time,
    .before_choice = nothing_to_do,
    .end_entry = classic_set_deadline,
    .count_time = nothing_to_do,
    .boot_thread = boot_thread,
    .thread_init = classic_thread_init,
    .thread_prepare = classic_reply_prepare,
    .thread_resumed = thread_resumed,
    .thread_stopped = thread_stopped,
    .thread_cancelled = thread_cancelled,
    .wait_cancelled = wait_cancelled,
    .message_arrived = message_arrived,
    .message_taken = message_taken,
    .receive_prepare = classic_receive_prepare,
    .receive_blocked = receive_blocked,
    .reply_invoke = classic_reply_invoke,
    .signal_taken = signal_passed,
    .signal_awaited = signal_passed,
    .fault_send = fault_send,
    .take_consumed = take_consumed,
    .finalise = finalise,
    .tcb_invoke = classic_tcb_invoke,
    .sched_context_invoke = refuse_method, /* there are no such capabilities */
    .sched_control_invoke = refuse_method,
    .check = check_replies,
};
