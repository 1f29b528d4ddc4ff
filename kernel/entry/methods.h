/* SPDX-License-Identifier: MIT */
/* The decoders: one per type of capability that understands methods. Each reads inv->method, checks
   the message in seL4's order, and acts. */
#ifndef KERNEL_METHODS_H
#define KERNEL_METHODS_H

#include "kernel/entry/invocation.h"

enum outcome cnode_invoke(struct invocation *inv);
enum outcome untyped_invoke(struct invocation *inv);
enum outcome irq_control_invoke(struct invocation *inv);
enum outcome irq_handler_invoke(struct invocation *inv);
enum outcome domain_invoke(struct invocation *inv);
enum outcome frame_invoke(struct invocation *inv);
enum outcome page_table_invoke(struct invocation *inv);
enum outcome asid_control_invoke(struct invocation *inv);
enum outcome asid_pool_invoke(struct invocation *inv);
enum outcome heap_invoke(struct invocation *inv);

/* TCB methods whose parameters are the same in both configurations; the others are refused. */
enum outcome tcb_invoke_common(struct invocation *inv);
enum outcome tcb_read_registers(struct invocation *inv, struct tcb *t);
enum outcome tcb_write_registers(struct invocation *inv, struct tcb *t);
enum outcome tcb_copy_registers(struct invocation *inv, struct tcb *t);

#endif
