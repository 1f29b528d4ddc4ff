/* SPDX-License-Identifier: MIT */
#include "kernel/ipc/queue.h"

#include "kernel/flavour.h"

/* The thread behind which `t` has its place; NULL: it comes first. */
static struct tcb *place_behind(struct kernel *k, const struct thread_queue *queue,
                                const struct tcb *t)
{
    struct tcb *before = tcb_at(k, queue->tail);

    while (k->flavour->queues_by_priority && before && before->priority < t->priority)
        before = tcb_at(k, before->queue_previous);
    return before;
}

void queue_append(struct kernel *k, struct thread_queue *queue, struct tcb *t)
{
    kaddr address = kernel_address(k, t);
    struct tcb *before = place_behind(k, queue, t);

    kassert(queue->head != address && queue->tail != address);
    kassert(t->queue_next == 0 && t->queue_previous == 0);
    kassert((queue->head == 0) == (queue->tail == 0));
    t->queue_previous = before ? kernel_address(k, before) : 0;
    t->queue_next = before ? before->queue_next : queue->head;
    if (before)
        before->queue_next = address;
    else
        queue->head = address;
    if (t->queue_next)
        tcb_at(k, t->queue_next)->queue_previous = address;
    else
        queue->tail = address;
}

/* From anywhere in the queue: threads leave when they are stopped, too. */
void queue_remove(struct kernel *k, struct thread_queue *queue, struct tcb *t)
{
    kassert(queue->head != 0);
    kassert(t->queue_previous != 0 || queue->head == kernel_address(k, t));
    kassert(t->queue_next != 0 || queue->tail == kernel_address(k, t));
    if (t->queue_previous)
        tcb_at(k, t->queue_previous)->queue_next = t->queue_next;
    else
        queue->head = t->queue_next;
    if (t->queue_next)
        tcb_at(k, t->queue_next)->queue_previous = t->queue_previous;
    else
        queue->tail = t->queue_previous;
    t->queue_next = 0;
    t->queue_previous = 0;
}
