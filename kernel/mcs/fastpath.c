/* SPDX-License-Identifier: MIT */
/* The system calls that programs make all day, for the case in which nothing unusual is the matter:
 *
 *     Call           a message of words to a thread that waits on the endpoint with a reply object
 *     ReplyRecv      an answer of words through a reply object, then waiting with it again: nobody
 *                    has sent meanwhile
 *     Send, NBSend   a signal that nobody waits for
 *     NBWait         of signals
 *
 * After the first two the partner runs next: with the time that came along with the call, or with
 * its own. Each looks first and changes nothing until it is sure; in doubt it says no, and the call
 * takes the ordinary way (entry/syscall.c), which does the same in all cases.
 * tests/kernel/mcs_test_fastpath.c compares the two ways. */
#include "kernel/ipc/fastpath.h"

#include "kernel/mcs/mcs.h"

/* --- time ------------------------------------------------------------------------------------- */

/* Whether a thread that has been waiting for its budget has it now. */
static bool somebody_is_due(struct kernel *k, uint64_t now)
{
    const struct tcb *first = tcb_at(k, k->release_root);

    return first != NULL && refill_is_ready(sched_context_of(k, first), now);
}

/* Notes the time, as every entry does. False, and nothing is noted: the current thread's budget, or
   that of the one to run next, is not enough, or somebody's comes back just now. */
IN_LINE bool begin(struct kernel *k, struct sched_context *next)
{
    uint64_t now = platform_time(k->platform);
    uint64_t consumed = k->consumed + (now - k->now);

    if (!refill_is_sufficient(sched_context_at(k, k->current_context), consumed) ||
        !context_can_run(next, now) || somebody_is_due(k, now))
        return false;
    k->now = now;
    k->consumed = consumed;
    return true;
}

/* A thread without a context runs on with the current one's. Who waits for a message or an answer
   does not wait for budget as well. */
static struct sched_context *context_to_run(struct kernel *k, const struct tcb *next)
{
    kassert(!next->awaits_budget);
    return sched_context_at(k, next->sched_context ? next->sched_context : k->current_context);
}

/* The current thread's context goes to one that has none. */
static void pass_context(struct kernel *k, struct tcb *from, struct tcb *to)
{
    to->sched_context = from->sched_context;
    sched_context_of(k, to)->thread = kernel_address(k, to);
    from->sched_context = 0;
}

/* --- calls ------------------------------------------------------------------------------------ */

static bool call(struct kernel *k, struct tcb *caller)
{
    const struct slot *slot = fast_slot(k, caller, REG_A0, CAP_ENDPOINT);
    struct endpoint *ep;
    struct tcb *receiver;

    if (slot == NULL)
        return false;
    ep = endpoint_at(k, slot->cap.endpoint.object);
    receiver = fast_receiver(k, ep, slot->cap);
    if (receiver == NULL || receiver->reply == 0 || !fast_runs_next(k, caller, receiver) ||
        !begin(k, context_to_run(k, receiver)))
        return false;

    fast_take_head(k, ep, receiver);
    fast_transfer(k, caller, receiver, slot->cap.endpoint.badge);
    caller->reply = receiver->reply;
    receiver->reply = 0;
    reply_at(k, caller->reply)->thread = k->current;
    caller->state = THREAD_BLOCKED_ON_REPLY;
    if (receiver->sched_context == 0) {
        reply_stack_push(k, sched_context_of(k, caller), caller->reply);
        pass_context(k, caller, receiver);
    }
    context_unblock(k, receiver);
    fast_switch(k, receiver);
    budget_end_entry(k);
    return true;
}

/* Whether a thread that waits would be told of a signal first, or give a context back. */
static bool has_duties(struct kernel *k, const struct tcb *t)
{
    struct notification *n;

    if (t->bound_notification == 0)
        return false;
    n = notification_at(k, t->bound_notification);
    return n->state == NOTIFICATION_ACTIVE || *notification_context(n) != 0;
}

/* Whether the server's answer brings the caller's time back, or neither has lent any. */
static bool returns_simply(const struct reply *reply, const struct tcb *server,
                           const struct tcb *caller)
{
    if (reply->context != 0)
        return reply->context == server->sched_context && caller->sched_context == 0;
    return reply->next == 0 && reply->previous == 0 && caller->sched_context != 0;
}

/* Threads of higher priority come first in the queue. */
static bool is_last(struct kernel *k, const struct endpoint *ep, const struct tcb *t)
{
    return ep->tail == 0 || tcb_at(k, ep->tail)->priority >= t->priority;
}

static bool reply_receive(struct kernel *k, struct tcb *server)
{
    const struct slot *slot = fast_slot(k, server, REG_A0, CAP_ENDPOINT);
    const struct slot *right = fast_slot(k, server, REG_A6, CAP_REPLY_OBJECT);
    struct endpoint *ep;
    struct reply *reply;
    struct tcb *caller;

    if (slot == NULL || right == NULL || has_duties(k, server))
        return false;
    ep = endpoint_at(k, slot->cap.endpoint.object);
    if (ep->state == ENDPOINT_SEND || !(slot->cap.endpoint.rights & RIGHT_READ) ||
        !is_last(k, ep, server))
        return false;
    reply = reply_at(k, right->cap.reply_object.object);
    caller = tcb_at(k, reply->thread);
    if (caller == NULL || caller->state != THREAD_BLOCKED_ON_REPLY ||
        caller->fault.kind != FAULT_NONE || !returns_simply(reply, server, caller) ||
        !fast_runs_next(k, server, caller) || !begin(k, context_to_run(k, caller)))
        return false;

    fast_transfer(k, server, caller, 0);
    if (reply->context != 0) {
        reply_stack_pop(k, reply);
        pass_context(k, server, caller);
    }
    caller->reply = 0;
    context_unblock(k, caller);
    fast_await(k, ep, server, slot->cap);
    server->reply = right->cap.reply_object.object;
    reply->thread = k->current;
    fast_switch(k, caller);
    budget_end_entry(k);
    return true;
}

static bool signal(struct kernel *k, struct tcb *t)
{
    const struct slot *slot = fast_signalled(k, t);

    if (slot == NULL || !begin(k, sched_context_of(k, t)))
        return false;
    fast_signal(k, slot);
    budget_end_entry(k);
    return true;
}

/* A thread that runs has time: the notification lends it none. */
static bool poll(struct kernel *k, struct tcb *t)
{
    const struct slot *slot = fast_polled(k, t);

    if (slot == NULL || !begin(k, sched_context_of(k, t)))
        return false;
    fast_poll(k, slot, t);
    budget_end_entry(k);
    return true;
}

bool mcs_fastpath(struct kernel *k, enum syscall number)
{
    struct tcb *t = tcb_at(k, k->current);

    if (!fast_is_plain(t) || k->domain_count > 1)
        return false;
    kassert(!t->is_queued && t->sched_context == k->current_context);
    switch (number) {
    case SYSCALL_CALL:
        return call(k, t);
    case SYSCALL_REPLY_RECV:
        return reply_receive(k, t);
    case SYSCALL_SEND:
    case SYSCALL_NB_SEND:
        return signal(k, t);
    case SYSCALL_NB_WAIT:
        return poll(k, t);
    default:
        return false;
    }
}
