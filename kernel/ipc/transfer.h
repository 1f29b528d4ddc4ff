/* SPDX-License-Identifier: MIT */
/* Carrying a message, its capabilities, or a fault from one thread to another. */
#ifndef KERNEL_TRANSFER_H
#define KERNEL_TRANSFER_H

#include "kernel/kernel.h"

/* How a message travels. `endpoint`: capabilities to it arrive as badges; 0 for an answer. */
struct transfer_options {
    kaddr endpoint;
    uint64_t badge;
    bool can_grant;
};

/* The sender's message, or its fault if it has one, arrives at the receiver. */
void transfer_message(struct kernel *k, struct tcb *sender, struct tcb *receiver,
                      struct transfer_options options);

/* Nothing was there to receive: badge 0. */
void transfer_nothing(struct tcb *receiver);

/* The fault's message, as if it had been sent: words into the receiver's message registers. Returns
   the message info. */
uint64_t fault_write_message(struct kernel *k, struct tcb *faulter, struct tcb *receiver,
                             struct ipc_buffer *buffer);

/* The handler has answered the faulter's fault. True: the faulter is to run again. */
bool fault_apply_reply(struct kernel *k, struct tcb *faulter, struct tcb *handler);

#endif
