/* SPDX-License-Identifier: MIT */
/* Queues of blocked threads at endpoints and notifications, and both ends of each tie. */
#include "kernel/check/walk.h"
#include "kernel/flavour.h"
#include "kernel/ipc/endpoint.h"
#include "kernel/ipc/notification.h"

/* One queue, and who is to be in it. */
struct queue_check {
    kaddr object;
    kaddr head;
    kaddr tail;
    enum thread_state state; /* of all its threads */
};

/* One thread of a queue: it waits there, behind the one before it. */
static bool check_member(struct check *c, const struct queue_check *q, kaddr at, kaddr previous)
{
    const struct tcb *t;

    if (!check_is_memory(c, at, TCB_BITS, UINT64_C(1) << TCB_BITS))
        return check_broken(c, "a queue leads to no thread:", at);
    t = tcb_at(c->k, at);
    if (t->state != (uint8_t)q->state || t->blocked_on != q->object)
        return check_broken_thread(c, "a thread in a queue does not wait there:", t);
    if (t->queue_previous != previous)
        return check_broken_thread(c, "links of a queue disagree at thread", t);
    if (c->k->flavour->queues_by_priority && previous != 0 &&
        tcb_at(c->k, previous)->priority < t->priority)
        return check_broken_thread(c, "a queue is not in order of priority at thread", t);
    return true;
}

/* Counts its threads; check_member has made sure that the walk ends, since each has one
   previous. */
static bool check_queue(struct check *c, const struct queue_check *q, uint64_t *count)
{
    kaddr previous = 0;

    for (kaddr at = q->head; at != 0; at = tcb_at(c->k, at)->queue_next) {
        if (!check_member(c, q, at, previous))
            return false;
        ++*count;
        previous = at;
    }
    if (previous != q->tail)
        return check_broken(c, "a queue's tail is wrong at", q->object);
    return true;
}

/* State and queue of an endpoint; counts who waits. */
static bool check_endpoint(struct check *c, kaddr address, uint64_t *count)
{
    const struct endpoint *ep = endpoint_at(c->k, address);
    struct queue_check q = {.object = address, .head = ep->head, .tail = ep->tail};

    q.state = ep->state == ENDPOINT_SEND ? THREAD_BLOCKED_ON_SEND : THREAD_BLOCKED_ON_RECEIVE;
    if (ep->state > ENDPOINT_RECEIVE || (ep->state == ENDPOINT_IDLE) != (ep->head == 0))
        return check_broken(c, "an endpoint's state and queue disagree:", address);
    return check_queue(c, &q, count);
}

/* State, queue and bound thread of a notification; counts who waits. */
static bool check_notification(struct check *c, kaddr address, uint64_t *count)
{
    const struct notification *n = notification_at(c->k, address);
    struct queue_check q = {.object = address, .head = n->head, .tail = n->tail,
                            .state = THREAD_BLOCKED_ON_NOTIFICATION};

    if (n->state > NOTIFICATION_ACTIVE || (n->state == NOTIFICATION_WAITING) != (n->head != 0))
        return check_broken(c, "a notification's state and queue disagree:", address);
    if (n->state != NOTIFICATION_ACTIVE && n->badge != 0)
        return check_broken(c, "a notification has flags without a signal:", address);
    if (n->bound_thread != 0 &&
        (!check_is_memory(c, n->bound_thread, TCB_BITS, UINT64_C(1) << TCB_BITS) ||
         tcb_at(c->k, n->bound_thread)->bound_notification != address))
        return check_broken(c, "a thread does not know its bound notification:", address);
    if (n->bound_thread != 0 && n->head != 0 &&
        (n->head != n->bound_thread || n->tail != n->bound_thread))
        return check_broken(c, "another thread waits than the one that is bound:", address);
    return check_queue(c, &q, count);
}

/* A thread's neighbours in the queue, or the queue's ends, know it. */
static bool check_waiting(struct check *c, kaddr address)
{
    const struct tcb *t = tcb_at(c->k, address);
    bool is_signal = t->state == THREAD_BLOCKED_ON_NOTIFICATION;
    unsigned bits = is_signal ? c->k->flavour->notification_bits : ENDPOINT_BITS;
    kaddr before;

    if (!check_is_memory(c, t->blocked_on, bits, UINT64_C(1) << bits))
        return check_broken_thread(c, "a thread waits where nothing is:", t);
    if (t->queue_previous == 0)
        before = is_signal ? notification_at(c->k, t->blocked_on)->head
                           : endpoint_at(c->k, t->blocked_on)->head;
    else if (check_is_memory(c, t->queue_previous, TCB_BITS, UINT64_C(1) << TCB_BITS))
        before = tcb_at(c->k, t->queue_previous)->queue_next;
    else
        before = 0;
    if (before != address)
        return check_broken_thread(c, "a thread is not in the queue that it waits in:", t);
    return true;
}

/* A capability's part: queues to count, or a thread that has to be in one. */
static bool check_part(struct check *c, struct cap cap, uint64_t *queued, uint64_t *blocked)
{
    if (cap_type(cap) == CAP_ENDPOINT)
        return check_endpoint(c, cap.endpoint.object, queued);
    if (cap_type(cap) == CAP_NOTIFICATION)
        return check_notification(c, cap.notification.object, queued);
    if (cap_type(cap) == CAP_TCB && tcb_at(c->k, cap.tcb.object)->blocked_on != 0) {
        ++*blocked;
        return check_waiting(c, cap.tcb.object);
    }
    return true;
}

/* The counts differ: somebody waits at an object that is gone, or is gone and still in a queue. */
static bool name_stranger(struct check *c, uint64_t queued)
{
    for (struct slot *s = check_next(c, &c->k->cdt_sentinel); s; s = check_next(c, s)) {
        const struct tcb *t = tcb_at(c->k, cap_type(s->cap) == CAP_TCB ? s->cap.tcb.object : 0);

        if (t && t->blocked_on != 0 && !check_find(c, CAP_ENDPOINT, t->blocked_on) &&
            !check_find(c, CAP_NOTIFICATION, t->blocked_on))
            return check_broken_thread(c, "what a thread waits on has no capability:", t);
    }
    return check_broken(c, "a thread without a capability is in a queue; in queues are", queued);
}

bool check_wait_queues(struct check *c)
{
    uint64_t queued = 0;
    uint64_t blocked = 0;

    for (struct slot *s = check_next(c, &c->k->cdt_sentinel); s; s = check_next(c, s))
        if (cdt_is_first(c->k, s) && !check_part(c, s->cap, &queued, &blocked))
            return false;
    if (queued != blocked)
        return name_stranger(c, queued);
    return true;
}
