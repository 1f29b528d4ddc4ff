/* SPDX-License-Identifier: MIT */
/* Interrupt lines: inactive until a handler capability is made for one, then a signal on the
   notification that the handler was given, once per acknowledgement. Manual section 8.1. */
#ifndef KERNEL_IRQ_H
#define KERNEL_IRQ_H

#include "kernel/kernel.h"

/* Takes all interrupts that wait now: the timer's is a tick, another line's a signal to its
   handler. The line is then masked until the handler acknowledges it. */
void irq_handle_pending(struct kernel *k);

/* Whether the line, below IRQ_COUNT, has a handler or is the kernel's own. */
bool irq_is_active(const struct kernel *k, uint64_t irq);

/* The first handler capability of an inactive line, 1 to IRQ_LINE_MAX, is being made: unmasks
   it. */
void irq_activate(struct kernel *k, uint64_t irq);

/* The last handler capability of an active line is going: forgets the notification, masks it. */
void irq_deactivate(struct kernel *k, uint64_t irq);

#endif
