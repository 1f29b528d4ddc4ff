/* SPDX-License-Identifier: MIT */
/* Endpoints. A queue of those who came first, senders or receivers, never both:
 *
 *     IDLE  --send, nobody receives-->  SEND:     A <- B <- C     each woken by a receive
 *     IDLE  --receive, nobody sends-->  RECEIVE:  X <- Y          each woken by a send
 *
 * A thread in the queue keeps with it what its capability allowed when it came (badge, rights,
 * whether it calls), since the capability may be gone when the partner comes. */
#include "kernel/ipc/endpoint.h"

#include "kernel/entry/preemption.h"
#include "kernel/ipc/notification.h"
#include "kernel/ipc/transfer.h"

struct endpoint *endpoint_at(struct kernel *k, kaddr address)
{
    kassert(is_aligned(address, ENDPOINT_BITS));
    return kernel_pointer(k, address);
}

/* The queue as functions for queues take it. */
static struct thread_queue queue_of(const struct endpoint *ep)
{
    return (struct thread_queue){.head = ep->head, .tail = ep->tail};
}

/* Stores a changed queue; an empty one makes the endpoint idle. */
static void set_queue(struct endpoint *ep, struct thread_queue queue, enum endpoint_state state)
{
    ep->head = queue.head;
    ep->tail = queue.tail & QUEUE_TAIL_MASK;
    ep->state = (queue.head == 0 ? ENDPOINT_IDLE : state) & 3u;
}

/* A queue never has both senders and receivers: the first to come would have met. */
static void enqueue(struct kernel *k, struct endpoint *ep, struct tcb *t,
                    enum endpoint_state state)
{
    struct thread_queue queue = queue_of(ep);

    kassert(t->blocked_on == 0);
    kassert(ep->state == ENDPOINT_IDLE || ep->state == state);
    t->blocked_on = kernel_address(k, ep);
    queue_append(k, &queue, t);
    set_queue(ep, queue, state);
}

/* Takes a thread out of the queue; it waits for nothing then. */
static void dequeue(struct kernel *k, struct endpoint *ep, struct tcb *t)
{
    struct thread_queue queue = queue_of(ep);

    kassert(t->blocked_on == kernel_address(k, ep));
    kassert(ep->state != ENDPOINT_IDLE);
    queue_remove(k, &queue, t);
    set_queue(ep, queue, (enum endpoint_state)ep->state);
    t->blocked_on = 0;
}

/* --- what a capability allows ----------------------------------------------------------------- */

struct send_options endpoint_send_options(struct cap cap)
{
    return (struct send_options){
        .badge = cap.endpoint.badge,
        .can_grant = (cap.endpoint.rights & RIGHT_GRANT) != 0,
        .can_grant_reply = (cap.endpoint.rights & RIGHT_GRANT_REPLY) != 0,
    };
}

bool endpoint_takes_faults(struct cap cap)
{
    return cap_type(cap) == CAP_ENDPOINT && (cap.endpoint.rights & RIGHT_WRITE) &&
           (cap.endpoint.rights & (RIGHT_GRANT | RIGHT_GRANT_REPLY));
}

/* --- send and receive ------------------------------------------------------------------------- */

/* What its capability allowed is kept: the capability may be gone when the message is taken. */
static void block_sender(struct kernel *k, struct endpoint *ep, struct tcb *sender,
                         struct send_options o)
{
    scheduler_set_state(k, sender, THREAD_BLOCKED_ON_SEND);
    sender->badge = o.badge;
    sender->can_grant = o.can_grant;
    sender->can_grant_reply = o.can_grant_reply;
    sender->is_call = o.is_call;
    enqueue(k, ep, sender, ENDPOINT_SEND);
}

/* A message that nobody waits for is dropped unless the sender may wait. */
void endpoint_send(struct kernel *k, struct endpoint *ep, struct tcb *sender,
                   struct send_options o)
{
    struct transfer_options transfer = {.endpoint = kernel_address(k, ep),
                                        .badge = o.badge,
                                        .can_grant = o.can_grant};
    struct tcb *receiver;

    kassert(sender->blocked_on == 0);
    if (ep->state != ENDPOINT_RECEIVE) {
        if (o.is_blocking)
            block_sender(k, ep, sender, o);
        return;
    }
    receiver = tcb_at(k, ep->head);
    dequeue(k, ep, receiver);
    transfer_message(k, sender, receiver, transfer);
    k->flavour->message_arrived(k, sender, receiver, &o);
}

void endpoint_send_fault(struct kernel *k, struct tcb *t, struct cap cap, bool may_donate)
{
    struct send_options options = endpoint_send_options(cap);

    kassert(endpoint_takes_faults(cap) && t->fault.kind != FAULT_NONE);
    options.is_blocking = true;
    options.is_call = true;
    options.may_donate = may_donate;
    endpoint_send(k, endpoint_at(k, cap.endpoint.object), t, options);
}

/* The receiver waits. */
static void block_receiver(struct kernel *k, struct endpoint *ep, struct tcb *receiver,
                           const struct receive_options *o)
{
    scheduler_set_state(k, receiver, THREAD_BLOCKED_ON_RECEIVE);
    receiver->can_grant = (o->cap.endpoint.rights & RIGHT_GRANT) != 0;
    k->flavour->receive_blocked(k, receiver, o);
    enqueue(k, ep, receiver, ENDPOINT_RECEIVE);
}

/* The longest waiting one (MCS: of the highest priority). Its own badge and rights count. */
static void take_from_sender(struct kernel *k, struct endpoint *ep, struct tcb *receiver,
                             const struct receive_options *o)
{
    struct tcb *sender = tcb_at(k, ep->head);
    struct transfer_options transfer = {.endpoint = kernel_address(k, ep),
                                        .badge = sender->badge,
                                        .can_grant = sender->can_grant};

    kassert(ep->state == ENDPOINT_SEND && sender->state == THREAD_BLOCKED_ON_SEND);
    dequeue(k, ep, sender);
    transfer_message(k, sender, receiver, transfer);
    k->flavour->message_taken(k, sender, receiver, o);
}

/* True: the bound notification had a signal, which has been taken instead of a message. */
static bool take_bound_signal(struct kernel *k, struct tcb *receiver, bool is_blocking)
{
    struct notification *n;

    if (receiver->bound_notification == 0)
        return false;
    n = notification_at(k, receiver->bound_notification);
    if (n->state == NOTIFICATION_ACTIVE) {
        notification_complete(k, n, receiver);
        return true;
    }
    if (is_blocking)
        k->flavour->signal_awaited(k, receiver, n);
    return false;
}

/* A signal comes before a message, as the thread could not be told of it while it serves. */
void endpoint_receive(struct kernel *k, struct tcb *receiver, struct receive_options o)
{
    struct endpoint *ep = endpoint_at(k, o.cap.endpoint.object);

    kassert(cap_type(o.cap) == CAP_ENDPOINT && (o.cap.endpoint.rights & RIGHT_READ));
    kassert(receiver->blocked_on == 0);
    k->flavour->receive_prepare(k, receiver, &o);
    if (take_bound_signal(k, receiver, o.is_blocking))
        return;
    if (ep->state == ENDPOINT_SEND)
        take_from_sender(k, ep, receiver, &o);
    else if (o.is_blocking)
        block_receiver(k, ep, receiver, &o);
    else
        transfer_nothing(receiver);
}

/* --- cancelling ------------------------------------------------------------------------------- */

/* The state is set by who cancels; the queue is put right here. */
void endpoint_cancel(struct kernel *k, struct tcb *t)
{
    kassert(t->state == THREAD_BLOCKED_ON_SEND || t->state == THREAD_BLOCKED_ON_RECEIVE);
    kassert(t->blocked_on != 0);
    dequeue(k, endpoint_at(k, t->blocked_on), t);
    scheduler_set_state(k, t, THREAD_INACTIVE);
}

void endpoint_reorder(struct kernel *k, struct tcb *t)
{
    struct endpoint *ep = endpoint_at(k, t->blocked_on);
    enum endpoint_state state = (enum endpoint_state)ep->state;

    dequeue(k, ep, t);
    enqueue(k, ep, t, state);
}

/* Takes a thread out of the queue and lets it run into the same call. */
static void make_call_again(struct kernel *k, struct endpoint *ep, struct tcb *t)
{
    dequeue(k, ep, t);
    k->flavour->thread_cancelled(k, t);
}

/* Everyone runs into the missing capability by itself, and faults or not as its call says. */
void endpoint_cancel_all(struct kernel *k, struct endpoint *ep)
{
    if (ep->state == ENDPOINT_IDLE)
        return;
    while (ep->head != 0)
        make_call_again(k, ep, tcb_at(k, ep->head));
    scheduler_reschedule(k);
}

/* From the head each time: what has been cancelled is out of the queue, so a preempted call
   begins where it stopped. */
enum outcome endpoint_cancel_badged(struct kernel *k, struct endpoint *ep, uint64_t badge)
{
    struct tcb *t = ep->state == ENDPOINT_SEND ? tcb_at(k, ep->head) : NULL;
    bool has_cancelled = false;

    kassert(badge != 0);
    while (t) {
        struct tcb *next = tcb_at(k, t->queue_next);

        if (t->badge == badge) {
            make_call_again(k, ep, t);
            has_cancelled = true;
            if (preemption_point(k) == PREEMPTED) {
                scheduler_reschedule(k);
                return PREEMPTED;
            }
        }
        t = next;
    }
    if (has_cancelled)
        scheduler_reschedule(k);
    return DONE;
}
