/* SPDX-License-Identifier: MIT */
/* Endpoints: where senders and receivers of messages meet. Manual chapter 4. */
#ifndef KERNEL_ENDPOINT_H
#define KERNEL_ENDPOINT_H

#include "kernel/flavour.h"
#include "kernel/ipc/queue.h"

enum endpoint_state { ENDPOINT_IDLE, ENDPOINT_SEND, ENDPOINT_RECEIVE };

/* A queue either of senders or of receivers; the state says of which and agrees with emptiness. */
struct endpoint {
    kaddr head;
    uint64_t tail : 62;
    uint64_t state : 2;
};

_Static_assert(sizeof(struct endpoint) == 1 << ENDPOINT_BITS, "of seL4's size");

/* What an endpoint capability makes of its holder's messages: the badge, and the rights that they
   carry. How they are sent is left to be filled in. */
struct send_options endpoint_send_options(struct cap cap);

/* Whether the capability is one that faults can be sent to: as calls, so the handler must be able
   to answer. Manual section 6.2.1. */
bool endpoint_takes_faults(struct cap cap);

/* Sends the thread's fault as a call, on a capability that takes faults. MCS: `may_donate` lends a
   passive handler the thread's scheduling context. */
void endpoint_send_fault(struct kernel *k, struct tcb *t, struct cap cap, bool may_donate);

/* `sender`, which is not blocked, sends what its registers and buffer hold: to the first
   receiver in the queue, or it blocks, or the message is lost when options.is_blocking is
   false. Who calls and is received waits for the answer. */
void endpoint_send(struct kernel *k, struct endpoint *ep, struct tcb *sender,
                   struct send_options options);

/* The thread, which is not blocked, receives with the given endpoint capability, which has the
   right to: from the first sender in the queue, or it blocks, or it gets badge 0 when
   options.is_blocking is false. A signal on the thread's bound notification comes first. */
void endpoint_receive(struct kernel *k, struct tcb *receiver, struct receive_options options);

/* A blocked thread's priority has changed: it takes its new place in the queue. */
void endpoint_reorder(struct kernel *k, struct tcb *t);

/* Takes a thread that is blocked sending or receiving off its endpoint's queue; it is then
   inactive, and makes its call again when resumed. */
void endpoint_cancel(struct kernel *k, struct tcb *t);

/* Everyone in the queue makes its call again. When the endpoint goes. */
void endpoint_cancel_all(struct kernel *k, struct endpoint *ep);

/* Senders with this badge, which is not 0, make their call again. PREEMPTED: some may be left; call
   again. */
MUST_USE enum outcome endpoint_cancel_badged(struct kernel *k, struct endpoint *ep, uint64_t badge);

/* The endpoint at an address that a capability or a blocked thread names. */
struct endpoint *endpoint_at(struct kernel *k, kaddr address);

#endif
