/* SPDX-License-Identifier: MIT */
/* Queues of blocked threads, first in first out (MCS: within a priority, the
 * higher first), linked through the threads. */
#ifndef KERNEL_QUEUE_H
#define KERNEL_QUEUE_H

#include "kernel/kernel.h"

/* Endpoints and notifications keep the tail in 62 bits, beside their state. */
#define QUEUE_TAIL_MASK ((UINT64_C(1) << 62) - 1)

/* The ends; both 0 when it is empty. */
struct thread_queue {
    kaddr head;
    kaddr tail;
};

/* Puts a thread that is in no such queue at the tail; MCS: behind the last thread of no less
   priority. */
void queue_append(struct kernel *k, struct thread_queue *queue, struct tcb *t);
/* Takes out a thread that is in this queue. */
void queue_remove(struct kernel *k, struct thread_queue *queue, struct tcb *t);

#endif
