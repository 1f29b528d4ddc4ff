/* SPDX-License-Identifier: MIT */
/* What the fast paths of both configurations have in common: classic/fastpath.c, mcs/fastpath.c.
 * In line, as a message has to be passed in a few hundred instructions. */
#ifndef KERNEL_FASTPATH_H
#define KERNEL_FASTPATH_H

#include "kernel/cap/lookup.h"
#include "kernel/ipc/endpoint.h"
#include "kernel/ipc/notification.h"
#include "kernel/ipc/transfer.h"

/* Whether what the current thread sends is nothing but words. A thread resumed while its fault
   waited still has that, and sends it instead. */
static inline bool fast_is_plain(const struct tcb *t)
{
    return message_info_extra_caps(thread_info(t)) == 0 && t->fault.kind == FAULT_NONE;
}

/* The slot that a register names, with a capability of this type; NULL: it names none, or not so
   simply. */
static inline const struct slot *fast_slot(struct kernel *k, const struct tcb *t,
                                           enum context_register where, enum cap_type type)
{
    const struct slot *slot = lookup_one_level(k, t, t->registers[where]);

    return slot != NULL && cap_type(slot->cap) == type ? slot : NULL;
}

/* The slot of the capability that a0 names, if it is one to signal and nobody waits for that;
   likewise NULL. */
static inline const struct slot *fast_signalled(struct kernel *k, const struct tcb *t)
{
    const struct slot *slot = fast_slot(k, t, REG_A0, CAP_NOTIFICATION);

    if (slot == NULL || !(slot->cap.notification.rights & RIGHT_WRITE) ||
        !notification_keeps_signal(k, notification_at(k, slot->cap.notification.object)))
        return NULL;
    return slot;
}

/* The same, if it is one to take signals with. */
static inline const struct slot *fast_polled(struct kernel *k, const struct tcb *t)
{
    const struct slot *slot = fast_slot(k, t, REG_A0, CAP_NOTIFICATION);

    if (slot == NULL || !(slot->cap.notification.rights & RIGHT_READ) ||
        !notification_is_for(notification_at(k, slot->cap.notification.object), k->current))
        return NULL;
    return slot;
}

/* The first of those who wait to receive, if the capability allows a call; NULL: nobody, or it does
   not. */
static inline struct tcb *fast_receiver(struct kernel *k, const struct endpoint *ep,
                                        struct cap cap)
{
    enum { ANSWERABLE = RIGHT_GRANT | RIGHT_GRANT_REPLY };

    if (ep->state != ENDPOINT_RECEIVE || !(cap.endpoint.rights & RIGHT_WRITE) ||
        !(cap.endpoint.rights & ANSWERABLE))
        return NULL;
    return tcb_at(k, ep->head);
}

/* Whether the current thread, which stops, is followed by `next`, which has been waiting. */
static inline bool fast_runs_next(struct kernel *k, const struct tcb *current,
                                  const struct tcb *next)
{
    return next->domain == k->current_domain &&
           (next->priority >= current->priority || scheduler_is_highest(k, next->priority));
}

IN_LINE void fast_transfer(struct kernel *k, struct tcb *from, struct tcb *to, uint64_t badge)
{
    uint64_t info = thread_info(from);
    unsigned length = (unsigned)message_info_length(info);

    if (length == MESSAGE_REGISTER_COUNT) /* known to the compiler, so without a loop */
        memcpy(&to->registers[REG_A2], &from->registers[REG_A2],
               MESSAGE_REGISTER_COUNT * sizeof(to->registers[0]));
    else if (length < MESSAGE_REGISTER_COUNT)
        for (unsigned i = 0; i < length; i++)
            to->registers[REG_A2 + i] = from->registers[REG_A2 + i];
    else
        length = transfer_words(k, from, to);
    to->registers[REG_A1] = message_info_make(message_info_label(info), 0, 0, length);
    to->registers[REG_A0] = badge;
}

/* The first of those who wait to receive waits no longer. */
static inline void fast_take_head(struct kernel *k, struct endpoint *ep, struct tcb *head)
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

/* The current thread waits to receive, as the last in the queue, with the capability's rights. */
static inline void fast_await(struct kernel *k, struct endpoint *ep, struct tcb *t, struct cap cap)
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
    t->can_grant = (cap.endpoint.rights & RIGHT_GRANT) != 0;
    t->state = THREAD_BLOCKED_ON_RECEIVE;
}

/* The entry ends, and there is no choice to be made. */
static inline void fast_end(struct kernel *k)
{
    kassert(k->action == KEEP_CURRENT);
    k->entries++;
    k->work_units = 0;
}

/* It ends, and the signal is kept. */
static inline void fast_signal(struct kernel *k, const struct slot *slot)
{
    notification_keep(notification_at(k, slot->cap.notification.object),
                      slot->cap.notification.badge);
    fast_end(k);
}

/* It ends, and the thread has what signals there were. */
static inline void fast_poll(struct kernel *k, const struct slot *slot, struct tcb *t)
{
    t->registers[REG_A0] =
        notification_take(notification_at(k, slot->cap.notification.object));
    fast_end(k);
}

/* It ends with another current thread. */
static inline void fast_switch(struct kernel *k, struct tcb *next)
{
    next->state = THREAD_RUNNING;
    k->current = kernel_address(k, next);
    fast_end(k);
}

#endif
