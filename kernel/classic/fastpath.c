/* SPDX-License-Identifier: MIT */
/* The two system calls that servers and their clients make all day, for the case in which nothing
 * unusual is the matter:
 *
 *     Call           a message of words to a thread that waits on the endpoint
 *     ReplyRecv      an answer of words to a caller, then waiting: nobody has sent meanwhile
 *
 * and the partner runs next. Each looks first and changes nothing until it is sure; in doubt it
 * says no, and the call takes the ordinary way (entry/syscall.c), which does the same in all cases.
 * tests/kernel/classic_test_fastpath.c compares the two ways. */
#include "kernel/ipc/fastpath.h"

#include "kernel/cap/cdt.h"
#include "kernel/classic/classic.h"

static bool call(struct kernel *k, struct tcb *caller)
{
    struct cap cap;
    struct endpoint *ep = fast_endpoint(k, caller, &cap);
    struct tcb *receiver = ep ? fast_receiver(k, ep, cap) : NULL;

    if (receiver == NULL || !fast_runs_next(k, caller, receiver))
        return false;

    fast_take_head(k, ep, receiver);
    fast_transfer(k, caller, receiver, cap.endpoint.badge);
    cdt_insert_reply(k, cap_reply(k->current, false, receiver->can_grant),
                     &caller->slots[TCB_SLOT_REPLY], &receiver->slots[TCB_SLOT_CALLER]);
    caller->state = THREAD_BLOCKED_ON_REPLY;
    fast_switch(k, receiver);
    classic_set_deadline(k);
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
    struct slot *right = &server->slots[TCB_SLOT_CALLER];
    struct cap cap;
    struct endpoint *ep = fast_endpoint(k, server, &cap);
    struct tcb *caller;

    if (ep == NULL || ep->state == ENDPOINT_SEND || !(cap.endpoint.rights & RIGHT_READ) ||
        cap_type(right->cap) != CAP_REPLY || has_signal(k, server))
        return false;
    caller = tcb_at(k, right->cap.reply.object);
    if (caller->fault.kind != FAULT_NONE || !fast_runs_next(k, server, caller))
        return false;

    fast_transfer(k, server, caller, 0);
    cdt_remove(k, right);
    fast_await(k, ep, server, cap);
    fast_switch(k, caller);
    classic_set_deadline(k);
    return true;
}

bool classic_fastpath(struct kernel *k, enum syscall number)
{
    struct tcb *t = tcb_at(k, k->current);

    if (!fast_is_plain(t))
        return false;
    kassert(!t->is_queued);
    if (number == SYSCALL_CALL)
        return call(k, t);
    return number == SYSCALL_REPLY_RECV && reply_receive(k, t);
}
