/* SPDX-License-Identifier: MIT */
/* Notifications: words of flags that a thread can wait for. Manual chapter 5. */
#ifndef KERNEL_NOTIFICATION_H
#define KERNEL_NOTIFICATION_H

#include "kernel/ipc/queue.h"

enum notification_state { NOTIFICATION_IDLE, NOTIFICATION_WAITING, NOTIFICATION_ACTIVE };

/* Flags that have been signalled, or else the queue of those who wait for some. */
struct notification {
    kaddr head;          /* threads that wait */
    uint64_t tail : 62;
    uint64_t state : 2;
    uint64_t badge;      /* NOTIFICATION_ACTIVE: all badges signalled since, or'ed; else 0 */
    kaddr bound_thread;  /* receives signals also while it waits for a message; or 0 */
};

_Static_assert(sizeof(struct notification) == 1 << NOTIFICATION_BITS_CLASSIC, "of seL4's size");

/* Whether a signal wakes nobody: none waits, nor does the thread that it may be bound to. */
static inline bool notification_keeps_signal(struct kernel *k, const struct notification *n)
{
    const struct tcb *bound = tcb_at(k, n->bound_thread);

    if (n->state != NOTIFICATION_IDLE)
        return n->state == NOTIFICATION_ACTIVE;
    return bound == NULL || bound->state != THREAD_BLOCKED_ON_RECEIVE;
}

/* Whether the thread at the address may take signals: a bound notification is for its thread
   alone. */
static inline bool notification_is_for(const struct notification *n, kaddr thread)
{
    return n->bound_thread == 0 || n->bound_thread == thread;
}

/* Nobody waits for the signal: it adds up with those that are kept already. */
static inline void notification_keep(struct notification *n, uint64_t badge)
{
    kassert(n->state != NOTIFICATION_WAITING);
    n->badge |= badge;
    n->state = NOTIFICATION_ACTIVE & 3u;
}

/* All signals that are kept, which are so no longer; 0: none are. */
static inline uint64_t notification_take(struct notification *n)
{
    uint64_t badge = n->badge;

    if (n->state == NOTIFICATION_ACTIVE)
        n->state = NOTIFICATION_IDLE & 3u;
    n->badge = 0;
    return badge;
}

/* Sets the flags in `badge`: the first thread that waits takes them, else the bound thread if
   it waits for a message, else they are kept and added to those that are there. Never blocks. */
void notification_signal(struct kernel *k, struct notification *n, uint64_t badge);

/* The thread takes the signal or waits; not blocking and none there: it gets badge 0. */
void notification_receive(struct kernel *k, struct tcb *t, struct notification *n,
                          bool is_blocking);

/* The thread's bound notification is active: the thread takes it instead of a message. */
void notification_complete(struct kernel *k, struct notification *n, struct tcb *t);

/* Ties the two, neither of which is tied yet. */
void notification_bind(struct kernel *k, struct notification *n, struct tcb *t);

/* Unties a notification from its thread, or a thread from its notification. Each has no effect when
   nothing is bound. */
void notification_unbind(struct kernel *k, struct notification *n);
void notification_unbind_thread(struct kernel *k, struct tcb *t);

/* A waiting thread's priority has changed: it takes its new place in the queue. */
void notification_reorder(struct kernel *k, struct tcb *t);

/* Takes a waiting thread off the queue; it is then inactive. */
void notification_cancel(struct kernel *k, struct tcb *t);
/* All who wait make their call again. When the notification goes. */
void notification_cancel_all(struct kernel *k, struct notification *n);

/* The notification at an address that a capability or a blocked thread names. */
struct notification *notification_at(struct kernel *k, kaddr address);

#endif
