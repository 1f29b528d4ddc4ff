/* SPDX-License-Identifier: MIT */
#include "kernel/ipc/queue.h"

void queue_append(struct kernel *k, struct thread_queue *queue, struct tcb *t)
{
    kaddr address = kernel_address(k, t);

    t->queue_next = 0;
    t->queue_previous = queue->tail;
    if (queue->tail)
        tcb_at(k, queue->tail)->queue_next = address;
    else
        queue->head = address;
    queue->tail = address;
}

void queue_remove(struct kernel *k, struct thread_queue *queue, struct tcb *t)
{
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
