/* SPDX-License-Identifier: MIT */
/* Notifications: words of flags that a thread can wait for. Manual chapter 5. */
#ifndef KERNEL_NOTIFICATION_H
#define KERNEL_NOTIFICATION_H

#include "kernel/ipc/queue.h"

enum notification_state { NOTIFICATION_IDLE, NOTIFICATION_WAITING, NOTIFICATION_ACTIVE };

struct notification {
    kaddr head;          /* threads that wait */
    uint64_t tail : 62;
    uint64_t state : 2;
    uint64_t badge;      /* NOTIFICATION_ACTIVE: all badges signalled since, or'ed */
    kaddr bound_thread;  /* receives signals also while it waits for a message; or 0 */
};

_Static_assert(sizeof(struct notification) == 1 << NOTIFICATION_BITS_CLASSIC, "of seL4's size");

void notification_signal(struct kernel *k, struct notification *n, uint64_t badge);

/* The thread takes the signal or waits; not blocking and none there: it gets badge 0. */
void notification_receive(struct kernel *k, struct tcb *t, struct notification *n,
                          bool is_blocking);

/* The thread's bound notification is active: the thread takes it instead of a message. */
void notification_complete(struct kernel *k, struct notification *n, struct tcb *t);

void notification_bind(struct kernel *k, struct notification *n, struct tcb *t);

/* Each has no effect when nothing is bound. */
void notification_unbind(struct kernel *k, struct notification *n);
void notification_unbind_thread(struct kernel *k, struct tcb *t);

/* A waiting thread's priority has changed: it takes its new place in the queue. */
void notification_reorder(struct kernel *k, struct tcb *t);

void notification_cancel(struct kernel *k, struct tcb *t);
void notification_cancel_all(struct kernel *k, struct notification *n);

struct notification *notification_at(struct kernel *k, kaddr address);

#endif
