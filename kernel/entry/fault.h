/* SPDX-License-Identifier: MIT */
/* A thread that cannot go on: what it did becomes a message to its fault handler (manual ch. 6). */
#ifndef KERNEL_FAULT_H
#define KERNEL_FAULT_H

#include "kernel/kernel.h"

/* The thread has the fault. It waits for its handler's answer, or stops when it has no handler; the
   console then says which thread, what, and why nobody was told. */
void fault_raise(struct kernel *k, struct tcb *t, struct fault fault);

/* The fault of a lookup that failed while sending or receiving. */
struct fault fault_of_lookup(uint64_t cptr, struct lookup_fault lookup, bool in_receive_phase);

#endif
