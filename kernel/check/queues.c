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

static bool check_member(struct check *c, const struct queue_check *q, kaddr at, kaddr previous)
{
    const struct tcb *t;

    if (!check_is_memory(c, at, TCB_BITS, UINT64_C(1) << TCB_BITS))
        return check_broken(c, "a queue leads to no thread:", at);
    t = tcb_at(c->k, at);
    if (t->state != (uint8_t)q->state || t->blocked_on != q->object)
        return check_broken(c, "a thread in a queue does not wait there:", at);
    if (t->queue_previous != previous)
        return check_broken(c, "links of a queue disagree at thread", at);
    if (c->k->flavour->queues_by_priority && previous != 0 &&
        tcb_at(c->k, previous)->priority < t->priority)
        return check_broken(c, "a queue is not in order of priority at thread", at);
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

static bool check_endpoint(struct check *c, kaddr address, uint64_t *count)
{
    const struct endpoint *ep = endpoint_at(c->k, address);
    struct queue_check q = {.object = address, .head = ep->head, .tail = ep->tail};

    q.state = ep->state == ENDPOINT_SEND ? THREAD_BLOCKED_ON_SEND : THREAD_BLOCKED_ON_RECEIVE;
    if (ep->state > ENDPOINT_RECEIVE || (ep->state == ENDPOINT_IDLE) != (ep->head == 0))
        return check_broken(c, "an endpoint's state and queue disagree:", address);
    return check_queue(c, &q, count);
}

static bool check_notification(struct check *c, kaddr address, uint64_t *count)
{
    const struct notification *n = notification_at(c->k, address);
    struct queue_check q = {.object = address, .head = n->head, .tail = n->tail,
                            .state = THREAD_BLOCKED_ON_NOTIFICATION};

    if (n->state > NOTIFICATION_ACTIVE || (n->state == NOTIFICATION_WAITING) != (n->head != 0))
        return check_broken(c, "a notification's state and queue disagree:", address);
    if (n->bound_thread != 0 &&
        (!check_is_memory(c, n->bound_thread, TCB_BITS, UINT64_C(1) << TCB_BITS) ||
         tcb_at(c->k, n->bound_thread)->bound_notification != address))
        return check_broken(c, "a thread does not know its bound notification:", address);
    return check_queue(c, &q, count);
}

/* A capability's part: queues to count, or a thread that has to be in one. */
static bool check_part(struct check *c, struct cap cap, uint64_t *queued, uint64_t *blocked)
{
    if (cap_type(cap) == CAP_ENDPOINT)
        return check_endpoint(c, cap.endpoint.object, queued);
    if (cap_type(cap) == CAP_NOTIFICATION)
        return check_notification(c, cap.notification.object, queued);
    if (cap_type(cap) == CAP_TCB)
        *blocked += tcb_at(c->k, cap.tcb.object)->blocked_on != 0;
    return true;
}

bool check_wait_queues(struct check *c)
{
    uint64_t queued = 0;
    uint64_t blocked = 0;

    for (struct slot *s = check_next(c, &c->k->cdt_sentinel); s; s = check_next(c, s))
        if (check_is_first(c, s) && !check_part(c, s->cap, &queued, &blocked))
            return false;
    if (queued != blocked)
        return check_broken(c, "threads that wait and threads in queues differ; in queues are",
                            queued);
    return true;
}
