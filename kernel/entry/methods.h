/* SPDX-License-Identifier: MIT */
/* The decoders: one per type of capability that understands methods. Each reads inv->method,
   checks the message in seL4's order, and acts. inv->slot holds a capability of the decoder's
   type. The outcome is REFUSED, with the error in inv->error and nothing changed; DONE, with
   the answer's words set; or, where it says so, PREEMPTED. */
#ifndef KERNEL_METHODS_H
#define KERNEL_METHODS_H

#include "kernel/entry/invocation.h"

/* Revoke, Delete, CancelBadgedSends, Copy, Mint, Move, Mutate, Rotate, SaveCaller. May be
   PREEMPTED. */
enum outcome cnode_invoke(struct invocation *inv);

/* Retype. May be PREEMPTED. */
enum outcome untyped_invoke(struct invocation *inv);

/* Get a handler for a line, with or without choosing its trigger. */
enum outcome irq_control_invoke(struct invocation *inv);

/* Ack, SetNotification, Clear. */
enum outcome irq_handler_invoke(struct invocation *inv);

/* Set a thread's domain; ScheduleConfigure, ScheduleSetStart. */
enum outcome domain_invoke(struct invocation *inv);

/* Map, Unmap, GetAddress. */
enum outcome frame_invoke(struct invocation *inv);

/* Map, Unmap. */
enum outcome page_table_invoke(struct invocation *inv);

/* MakePool. May be PREEMPTED while the pool's memory is cleared. */
enum outcome asid_control_invoke(struct invocation *inv);

/* Assign an ASID to a page table, which becomes a VSpace root. */
enum outcome asid_pool_invoke(struct invocation *inv);

/* Bind, Unbind, Stats. */
enum outcome heap_invoke(struct invocation *inv);

/* TCB methods whose parameters are the same in both configurations; the others are refused. */
enum outcome tcb_invoke_common(struct invocation *inv);

/* ReadRegisters, WriteRegisters and CopyRegisters on the thread that inv->slot names. */
enum outcome tcb_read_registers(struct invocation *inv, struct tcb *t);
enum outcome tcb_write_registers(struct invocation *inv, struct tcb *t);
enum outcome tcb_copy_registers(struct invocation *inv, struct tcb *t);

#endif
