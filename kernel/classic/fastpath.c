/* SPDX-License-Identifier: MIT */
/* The two system calls that servers and their clients make all day, for the case in which nothing
 * unusual is the matter:
 *
 *     Call                    a short message to a thread that waits on the endpoint
 *     ReplyRecv               a short answer to a caller, then waiting: nobody has sent meanwhile
 *
 * and the partner runs next. Each looks first and changes nothing until it is sure; in doubt it
 * says no, and the call takes the ordinary way (entry/syscall.c), which does the same in all cases.
 * tests/kernel/classic_test_fastpath.c compares the two ways. */
#include "kernel/cap/cdt.h"
#include "kernel/cap/lookup.h"
#include "kernel/classic/classic.h"
#include "kernel/ipc/endpoint.h"
#include "kernel/ipc/notification.h"

/* The endpoint that a0 names, and the capability to it; NULL: it names none, or not so simply. */
static struct endpoint *find_endpoint(struct kernel *k, const struct tcb *t, struct cap *cap)
{
    const struct slot *slot = lookup_one_level(k, t, t->registers[REG_A0]);

    if (slot == NULL || cap_type(slot->cap) != CAP_ENDPOINT)
        return NULL;
    *cap = slot->cap;
    return endpoint_at(k, cap->endpoint.object);
}

/* Whether the current thread, which stops, is followed by `next`, which has been waiting. */
static bool runs_next(struct kernel *k, const struct tcb *current, const struct tcb *next)
{
    return next->domain == k->current_domain &&
           (next->priority >= current->priority || scheduler_is_highest(k, next->priority));
}

/* The message lies in registers, and carries no capabilities. */
static void transfer_registers(const struct tcb *from, struct tcb *to, uint64_t badge)
{
    uint64_t info = thread_info(from);
    unsigned length = (unsigned)message_info_length(info);

    for (unsigned i = 0; i < length; i++)
        to->registers[REG_A2 + i] = from->registers[REG_A2 + i];
    to->registers[REG_A1] = message_info_make(message_info_label(info), 0, 0, length);
    to->registers[REG_A0] = badge;
}

/* The first of those who wait to receive. */
static void take_head(struct kernel *k, struct endpoint *ep, struct tcb *head)
{
    struct tcb *after = tcb_at(k, head->queue_next);

    ep->head = head->queue_next;
    if (after) {
        after->queue_previous = 0;
    } else {
        ep->tail = 0;
        ep->state = ENDPOINT_IDLE;
    }
    head->queue_next = 0;
    head->blocked_on = 0;
}

static bool call(struct kernel *k, struct tcb *caller)
{
    enum { ANSWERABLE = RIGHT_GRANT | RIGHT_GRANT_REPLY };
    struct cap cap;
    struct endpoint *ep = find_endpoint(k, caller, &cap);
    struct tcb *receiver;

    if (ep == NULL || ep->state != ENDPOINT_RECEIVE || !(cap.endpoint.rights & RIGHT_WRITE) ||
        !(cap.endpoint.rights & ANSWERABLE))
        return false;
    receiver = tcb_at(k, ep->head);
    if (!runs_next(k, caller, receiver))
        return false;

    take_head(k, ep, receiver);
    transfer_registers(caller, receiver, cap.endpoint.badge);
    cdt_insert(k, cap_reply(k->current, false, receiver->can_grant),
               &caller->slots[TCB_SLOT_REPLY], &receiver->slots[TCB_SLOT_CALLER]);
    caller->state = THREAD_BLOCKED_ON_REPLY;
    receiver->state = THREAD_RUNNING;
    k->current = kernel_address(k, receiver);
    return true;
}

/* Whether the thread is to be told of a signal before any message. */
static bool has_signal(struct kernel *k, const struct tcb *t)
{
    return t->bound_notification != 0 &&
           notification_at(k, t->bound_notification)->state == NOTIFICATION_ACTIVE;
}

/* Last in the queue of those who wait to receive. */
static void append(struct kernel *k, struct endpoint *ep, struct tcb *t)
{
    struct tcb *before = tcb_at(k, ep->tail);

    kassert(t->queue_next == 0 && t->blocked_on == 0);
    t->queue_previous = ep->tail;
    t->blocked_on = kernel_address(k, ep);
    if (before)
        before->queue_next = k->current;
    else
        ep->head = k->current;
    ep->tail = k->current & QUEUE_TAIL_MASK;
    ep->state = ENDPOINT_RECEIVE;
}

static bool reply_receive(struct kernel *k, struct tcb *server)
{
    struct slot *right = &server->slots[TCB_SLOT_CALLER];
    struct cap cap;
    struct endpoint *ep = find_endpoint(k, server, &cap);
    struct tcb *caller;

    if (ep == NULL || ep->state == ENDPOINT_SEND || !(cap.endpoint.rights & RIGHT_READ) ||
        cap_type(right->cap) != CAP_REPLY || has_signal(k, server))
        return false;
    caller = tcb_at(k, right->cap.reply.object);
    if (caller->fault.kind != FAULT_NONE || !runs_next(k, server, caller))
        return false;

    transfer_registers(server, caller, 0);
    cdt_remove(k, right);
    append(k, ep, server);
    server->can_grant = (cap.endpoint.rights & RIGHT_GRANT) != 0;
    server->state = THREAD_BLOCKED_ON_RECEIVE;
    caller->state = THREAD_RUNNING;
    k->current = kernel_address(k, caller);
    return true;
}

bool classic_fastpath(struct kernel *k, enum syscall number)
{
    struct tcb *t = tcb_at(k, k->current);

    if (number != SYSCALL_CALL && number != SYSCALL_REPLY_RECV)
        return false;
    if (!message_info_fits_registers(thread_info(t)) || t->fault.kind != FAULT_NONE)
        return false; /* a thread resumed while its fault waited still has it, and sends it */
    kassert(!t->is_queued);
    return number == SYSCALL_CALL ? call(k, t) : reply_receive(k, t);
}
