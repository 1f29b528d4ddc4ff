/* SPDX-License-Identifier: MIT */
/* Notifications: a word of flags. Signalling sets flags; a thread that waits takes them all.
 *
 *     IDLE --signal--> ACTIVE (badge = all flags) --wait--> IDLE
 *     IDLE --wait----> WAITING: A <- B <- C         --signal--> A gets the badge
 *
 * A notification may be bound to one thread: when that thread waits for a message on an endpoint
 * and a signal comes, it receives the signal instead (manual section 5.2). */
#include "kernel/ipc/notification.h"

#include "kernel/flavour.h"
#include "kernel/ipc/transfer.h"

struct notification *notification_at(struct kernel *k, kaddr address)
{
    kassert(is_aligned(address, NOTIFICATION_BITS_CLASSIC));
    return kernel_pointer(k, address);
}

/* Stores a changed queue; an empty one makes the notification idle. */
static void set_queue(struct notification *n, struct thread_queue queue)
{
    n->head = queue.head;
    n->tail = queue.tail & QUEUE_TAIL_MASK;
    n->state = (queue.head == 0 ? NOTIFICATION_IDLE : NOTIFICATION_WAITING) & 3u;
}

/* Takes a thread out of the queue; it waits for nothing then. */
static void dequeue(struct kernel *k, struct notification *n, struct tcb *t)
{
    struct thread_queue queue = {.head = n->head, .tail = n->tail};

    kassert(n->state == NOTIFICATION_WAITING);
    kassert(t->blocked_on == kernel_address(k, n));
    queue_remove(k, &queue, t);
    set_queue(n, queue);
    t->blocked_on = 0;
}

/* Only the badge is written; what else a receive would return stays as it was. */
static void deliver(struct kernel *k, struct notification *n, struct tcb *t, uint64_t badge)
{
    kassert(t->blocked_on == 0);
    scheduler_set_state(k, t, THREAD_RUNNING);
    t->registers[REG_A0] = badge;
    k->flavour->signal_taken(k, t, n);
    scheduler_wake(k, t);
}

/* One waiting thread takes all; a bound thread that waits for a message is woken as well. */
void notification_signal(struct kernel *k, struct notification *n, uint64_t badge)
{
    struct tcb *t;

    if (notification_keeps_signal(k, n)) {
        notification_keep(n, badge);
        return;
    }
    if (n->state == NOTIFICATION_WAITING) {
        t = tcb_at(k, n->head);
        dequeue(k, n, t);
    } else {
        t = tcb_at(k, n->bound_thread);
        tcb_cancel_ipc(k, t);
    }
    deliver(k, n, t, badge);
}

void notification_complete(struct kernel *k, struct notification *n, struct tcb *t)
{
    kassert(n->state == NOTIFICATION_ACTIVE);
    t->registers[REG_A0] = notification_take(n);
    k->flavour->signal_taken(k, t, n);
}

/* The same for waiting and polling: only what happens when there is nothing differs. */
void notification_receive(struct kernel *k, struct tcb *t, struct notification *n,
                          bool is_blocking)
{
    struct thread_queue queue = {.head = n->head, .tail = n->tail};

    kassert(t->blocked_on == 0);
    if (n->state == NOTIFICATION_ACTIVE) {
        notification_complete(k, n, t);
        return;
    }
    if (!is_blocking) {
        transfer_nothing(t);
        return;
    }
    scheduler_set_state(k, t, THREAD_BLOCKED_ON_NOTIFICATION);
    t->blocked_on = kernel_address(k, n);
    k->flavour->signal_awaited(k, t, n);
    queue_append(k, &queue, t);
    set_queue(n, queue);
}

void notification_reorder(struct kernel *k, struct tcb *t)
{
    struct notification *n = notification_at(k, t->blocked_on);
    struct thread_queue queue = {.head = n->head, .tail = n->tail};

    queue_remove(k, &queue, t);
    queue_append(k, &queue, t);
    set_queue(n, queue);
}

void notification_bind(struct kernel *k, struct notification *n, struct tcb *t)
{
    kassert(n->bound_thread == 0 && t->bound_notification == 0);
    n->bound_thread = kernel_address(k, t);
    t->bound_notification = kernel_address(k, n);
}

void notification_unbind(struct kernel *k, struct notification *n)
{
    if (n->bound_thread == 0)
        return;
    tcb_at(k, n->bound_thread)->bound_notification = 0;
    n->bound_thread = 0;
}

void notification_unbind_thread(struct kernel *k, struct tcb *t)
{
    if (t->bound_notification != 0)
        notification_unbind(k, notification_at(k, t->bound_notification));
}

void notification_cancel(struct kernel *k, struct tcb *t)
{
    kassert(t->state == THREAD_BLOCKED_ON_NOTIFICATION);
    kassert(t->blocked_on != 0);
    dequeue(k, notification_at(k, t->blocked_on), t);
    scheduler_set_state(k, t, THREAD_INACTIVE);
}

/* The object is going: each thread makes its call again and finds nothing. */
void notification_cancel_all(struct kernel *k, struct notification *n)
{
    if (n->state != NOTIFICATION_WAITING)
        return;
    while (n->head != 0) {
        struct tcb *t = tcb_at(k, n->head);

        dequeue(k, n, t);
        k->flavour->thread_cancelled(k, t);
    }
    scheduler_reschedule(k);
}
