/* SPDX-License-Identifier: MIT */
/* Interrupt lines: inactive until a handler capability is made for one, then a signal on the
   notification that the handler was given, once per acknowledgement. Manual section 8.1. */
#ifndef KERNEL_IRQ_H
#define KERNEL_IRQ_H

#include "kernel/kernel.h"

/* All interrupts that wait now. */
void irq_handle_pending(struct kernel *k);

/* The line may be handed out / has been given back. */
bool irq_is_active(const struct kernel *k, uint64_t irq);
void irq_activate(struct kernel *k, uint64_t irq);
void irq_deactivate(struct kernel *k, uint64_t irq);

#endif
