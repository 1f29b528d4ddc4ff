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

/* The sender's message, or its fault if it has one, arrives at the receiver, another thread: words,
   capabilities if options.can_grant, message info and badge. Neither's state changes. */
void transfer_message(struct kernel *k, struct tcb *sender, struct tcb *receiver,
                      struct transfer_options options);

/* The words alone; returns how many of them arrive. */
unsigned transfer_words(struct kernel *k, struct tcb *sender, struct tcb *receiver);

/* Nothing was there to receive, and the receiver does not wait: it sees badge 0. */
void transfer_nothing(struct tcb *receiver);

/* The message of a thread that has a fault, as if it had been sent: words into the receiver's
   message registers and buffer, which may be NULL. Returns the message info. */
uint64_t fault_write_message(struct kernel *k, struct tcb *faulter, struct tcb *receiver,
                             struct ipc_buffer *buffer);

/* The handler has answered the faulter's fault, which is over; the words of the answer may be new
   values of the faulter's registers. Returns the state that the faulter is to be in:
   THREAD_RESTART, or THREAD_INACTIVE when the label of the answer says that it stays stopped. */
enum thread_state fault_answer(struct kernel *k, struct tcb *faulter, struct tcb *handler);

#endif
