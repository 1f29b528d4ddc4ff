/* SPDX-License-Identifier: MIT */
/* The system calls that programs make all day, for the case in which nothing unusual is the matter:
 *
 *     Call           a message of words to a thread that waits on the endpoint, which runs next
 *     ReplyRecv      an answer of words to a caller, which runs next, then waiting: nobody has sent
 *                    meanwhile
 *     Send, NBSend   a signal that nobody waits for
 *     NBRecv         of signals
 *     Yield          while no other thread would be chosen
 *
 * Each looks first and changes nothing until it is sure; in doubt it says no, and the call takes
 * the ordinary way (entry/syscall.c), which does the same in all cases.
 * tests/kernel/classic_test_fastpath.c compares the two ways. */
#include "kernel/ipc/fastpath.h"

#include "kernel/cap/cdt.h"
#include "kernel/classic/classic.h"

/* The entry ends with another current thread. */
static void switch_to(struct kernel *k, struct tcb *next)
{
    fast_switch(k, next);
    if (k->tick_deadline != UINT64_MAX || classic_tick_matters(k, next))
        classic_set_deadline(k);
}

static bool call(struct kernel *k, struct tcb *caller)
{
    const struct slot *slot = fast_slot(k, caller, REG_A0, CAP_ENDPOINT);
    struct endpoint *ep;
    struct tcb *receiver;

    if (slot == NULL)
        return false;
    ep = endpoint_at(k, slot->cap.endpoint.object);
    receiver = fast_receiver(k, ep, slot->cap);
    if (receiver == NULL || !fast_runs_next(k, caller, receiver))
        return false;

    fast_take_head(k, ep, receiver);
    fast_transfer(k, caller, receiver, slot->cap.endpoint.badge);
    cdt_insert_reply(k, cap_reply(k->current, false, receiver->can_grant),
                     &caller->slots[TCB_SLOT_REPLY], &receiver->slots[TCB_SLOT_CALLER]);
    caller->state = THREAD_BLOCKED_ON_REPLY;
    switch_to(k, receiver);
    return true;
}

/* Whether the thread is to be told of a signal before any message. */
static bool has_signal(struct kernel *k, const struct tcb *t)
{
    return t->bound_notification != 0 &&
           notification_at(k, t->bound_notification)->state == NOTIFICATION_ACTIVE;
}

static bool reply_receive(struct kernel *k, struct tcb *server)
{
    const struct slot *slot = fast_slot(k, server, REG_A0, CAP_ENDPOINT);
    struct slot *right = &server->slots[TCB_SLOT_CALLER];
    struct endpoint *ep;
    struct tcb *caller;

    if (slot == NULL || cap_type(right->cap) != CAP_REPLY || has_signal(k, server))
        return false;
    ep = endpoint_at(k, slot->cap.endpoint.object);
    if (ep->state == ENDPOINT_SEND || !(slot->cap.endpoint.rights & RIGHT_READ))
        return false;
    caller = tcb_at(k, right->cap.reply.object);
    if (caller->fault.kind != FAULT_NONE || !fast_runs_next(k, server, caller))
        return false;

    fast_transfer(k, server, caller, 0);
    cdt_remove(k, right);
    fast_await(k, ep, server, slot->cap);
    switch_to(k, caller);
    return true;
}

static bool signal(struct kernel *k, const struct tcb *t)
{
    const struct slot *slot = fast_signalled(k, t);

    if (slot == NULL)
        return false;
    fast_signal(k, slot);
    return true;
}

static bool poll(struct kernel *k, struct tcb *t)
{
    const struct slot *slot = fast_polled(k, t);

    if (slot == NULL)
        return false;
    fast_poll(k, slot, t);
    return true;
}

/* A choice would be made anew, and find nobody else: no equal, nor anyone above, who may have come
   from another domain without being woken; nor is the domain's time up. */
static bool yield(struct kernel *k, const struct tcb *t)
{
    kassert(t->domain == k->current_domain);
    if (scheduler_has_equals(k, t) || !scheduler_is_highest(k, t->priority) ||
        k->domain_time_ticks == 0)
        return false;
    fast_end(k);
    return true;
}

bool classic_fastpath(struct kernel *k, enum syscall number)
{
    struct tcb *t = tcb_at(k, k->current);

    if (!fast_is_plain(t))
        return false;
    kassert(!t->is_queued);
    switch (number) {
    case SYSCALL_CALL:
        return call(k, t);
    case SYSCALL_REPLY_RECV:
        return reply_receive(k, t);
    case SYSCALL_SEND:
    case SYSCALL_NB_SEND:
        return signal(k, t);
    case SYSCALL_NB_RECV:
        return poll(k, t);
    case SYSCALL_YIELD:
        return yield(k, t);
    default:
        return false;
    }
}
