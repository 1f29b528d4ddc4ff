/* SPDX-License-Identifier: MIT */
/* Reply objects, and the stacks of calls that they form.
 *
 * A calls B and B calls C; B and C are passive, they have no scheduling context of their own.
 * A's goes along, and comes back with the answers:
 *
 *     thread          A  ------------>  B  ------------>  C   runs, with A's context
 *     waits for       reply R1          reply R2
 *
 *     call stack      context --> R2 (B waits)  --previous-->  R1 (A waits)
 *                       `--<--------' `--<----------next--------'
 *
 * C answers through R2: R2 leaves the stack, the context goes to B. When a reply in the middle
 * goes (R1 deleted, or A stopped), the stack breaks there: the part above keeps the context, and
 * who waits below is answered without getting it back. A callee that has a context of its own
 * runs with that; its caller's reply then stands in no stack.
 *
 * A reply object is tied to a thread from the moment that the thread receives with it (it is
 * waiting for a message to answer) and then to the thread whose message it was, until that is
 * answered. Manual section 4.2.4 (MCS). */
#include "kernel/ipc/endpoint.h"
#include "kernel/ipc/transfer.h"
#include "kernel/mcs/mcs.h"

/* --- thread and reply object ------------------------------------------------------------------ */

/* A receiver without a reply object can take messages, but nobody can wait for its answer. */
void reply_await(struct kernel *k, struct tcb *receiver, kaddr reply)
{
    kassert(receiver->reply == 0);
    receiver->reply = reply;
    if (reply != 0)
        reply_at(k, reply)->thread = kernel_address(k, receiver);
}

void reply_release(struct kernel *k, struct tcb *receiver)
{
    if (receiver->reply == 0)
        return;
    reply_at(k, receiver->reply)->thread = 0;
    receiver->reply = 0;
}

/* --- the stack -------------------------------------------------------------------------------- */

/* The reply becomes the topmost. */
void reply_stack_push(struct kernel *k, struct sched_context *sc, kaddr address)
{
    struct reply *reply = reply_at(k, address);

    kassert(reply->previous == 0 && reply->next == 0);
    reply->previous = sc->reply;
    if (reply->previous) {
        reply_at(k, reply->previous)->next = address;
        reply_at(k, reply->previous)->context = 0;
    }
    reply->context = kernel_address(k, sc);
    sc->reply = address;
}

/* The one below it is then the topmost. */
struct sched_context *reply_stack_pop(struct kernel *k, struct reply *reply)
{
    struct sched_context *sc = sched_context_at(k, reply->context);

    sc->reply = reply->previous;
    if (reply->previous) {
        reply_at(k, reply->previous)->next = 0;
        reply_at(k, reply->previous)->context = reply->context;
    }
    reply->previous = 0;
    reply->context = 0;
    return sc;
}

/* The link comes first, then the context moves: the callee may be the thread that runs next. */
void reply_push(struct kernel *k, struct tcb *caller, struct tcb *callee, kaddr address,
                bool may_donate)
{
    const struct reply *reply = reply_at(k, address);
    struct sched_context *sc = sched_context_of(k, caller);

    kassert(reply->thread == 0 && reply->previous == 0 && reply->next == 0);
    reply_await(k, caller, address);
    scheduler_set_state(k, caller, THREAD_BLOCKED_ON_REPLY);
    if (sc == NULL || callee->sched_context != 0 || !may_donate)
        return;
    reply_stack_push(k, sc, address);
    context_donate(k, sc, callee);
}

/* Breaks the stack at a reply: what is above it keeps the context, what is below loses it. */
static void break_stack(struct kernel *k, struct reply *reply)
{
    if (reply->context)
        sched_context_at(k, reply->context)->reply = 0;
    if (reply->next)
        reply_at(k, reply->next)->previous = 0;
    if (reply->previous) {
        reply_at(k, reply->previous)->next = 0;
        reply_at(k, reply->previous)->context = 0;
    }
    reply->previous = 0;
    reply->next = 0;
    reply->context = 0;
}

/* The caller is not waiting any more; what it lent comes back if its reply is the topmost. */
static void take_off(struct kernel *k, struct reply *reply, struct tcb *caller)
{
    kassert(caller->state == THREAD_BLOCKED_ON_REPLY);
    if (reply->context) {
        struct sched_context *sc = reply_stack_pop(k, reply);

        if (caller->sched_context == 0)
            context_donate(k, sc, caller);
    } else {
        break_stack(k, reply);
    }
    reply_release(k, caller);
    scheduler_set_state(k, caller, THREAD_INACTIVE);
}

/* Not a return: a thread that is being stopped has no use for time. */
void reply_cancel(struct kernel *k, struct tcb *caller)
{
    kassert(caller->state == THREAD_BLOCKED_ON_REPLY && caller->reply != 0);
    break_stack(k, reply_at(k, caller->reply));
    reply_release(k, caller);
    scheduler_set_state(k, caller, THREAD_INACTIVE);
}

void reply_forget_context(struct kernel *k, struct sched_context *sc)
{
    if (sc->reply == 0)
        return;
    reply_at(k, sc->reply)->context = 0;
    sc->reply = 0;
}

/* Deleted by someone who will not answer: the caller gets its time back, but no answer. */
void reply_finalise(struct kernel *k, struct reply *reply)
{
    struct tcb *t = tcb_at(k, reply->thread);

    if (!t)
        return;
    if (t->state == THREAD_BLOCKED_ON_REPLY)
        take_off(k, reply, t);
    else
        tcb_cancel_ipc(k, t);
}

/* --- answering -------------------------------------------------------------------------------- */

/* The answer has arrived; the caller goes on if it has time. One whose budget has meanwhile been
   used by others can tell its timeout handler, unless this was the answer to a timeout. */
static void let_go_on(struct kernel *k, struct tcb *caller, uint8_t fault_kind)
{
    struct sched_context *sc = sched_context_of(k, caller);

    if (!sc || !thread_is_runnable(caller))
        return;
    if (context_can_run(sc, k->now))
        scheduler_wake(k, caller);
    else if (timeout_is_handled(caller) && fault_kind != FAULT_TIMEOUT)
        timeout_raise(k, caller);
    else if (!caller->awaits_budget)
        context_postpone(k, sc);
}

/* Answering nobody is no error: the caller may have been stopped a moment before. */
void reply_transfer(struct kernel *k, struct tcb *sender, struct cap cap)
{
    struct reply *reply = reply_at(k, cap.reply_object.object);
    struct tcb *caller = tcb_at(k, reply->thread);
    struct transfer_options transfer = {.can_grant = cap.reply_object.can_grant};
    uint8_t fault_kind;

    kassert(cap_type(cap) == CAP_REPLY_OBJECT);
    if (!caller || caller->state != THREAD_BLOCKED_ON_REPLY)
        return; /* nobody waits: no error */
    take_off(k, reply, caller);
    context_unblock(k, caller);
    fault_kind = caller->fault.kind;
    if (fault_kind == FAULT_NONE) {
        transfer_message(k, sender, caller, transfer);
        scheduler_set_state(k, caller, THREAD_RUNNING);
    } else {
        scheduler_set_state(k, caller, fault_answer(k, caller, sender));
    }
    let_go_on(k, caller, fault_kind);
}

enum outcome mcs_reply_invoke(struct invocation *inv)
{
    reply_transfer(inv->kernel, inv->thread, inv->slot->cap);
    return DONE;
}
