/* SPDX-License-Identifier: MIT */
#include "kernel/irq/irq.h"

#include "kernel/cap/delete.h"
#include "kernel/flavour.h"
#include "kernel/ipc/notification.h"

/* A line fires: whoever handles it is told, and it stays masked until it is acknowledged. */
static void signal_handler(struct kernel *k, uint32_t irq)
{
    struct cap cap;

    kassert(irq >= 1 && irq <= IRQ_LINE_MAX);
    cap = k->irq_slots[irq].cap;
    if (k->irq_states[irq] == IRQ_SIGNAL && cap_type(cap) == CAP_NOTIFICATION &&
        (cap.notification.rights & RIGHT_WRITE))
        notification_signal(k, notification_at(k, cap.notification.object),
                            cap.notification.badge);
    platform_irq_mask(k->platform, irq, true);
}

void irq_handle_pending(struct kernel *k)
{
    uint32_t irq;

    /* Every line is masked when handled and the timer's deadline is set anew, so this ends. */
    while ((irq = platform_irq_next(k->platform)) != IRQ_NONE) {
        kassert(irq <= IRQ_TIMER);
        if (irq == IRQ_TIMER)
            k->flavour->tick(k);
        else
            signal_handler(k, irq);
    }
}

bool irq_is_active(const struct kernel *k, uint64_t irq)
{
    kassert(irq < IRQ_COUNT);
    return k->irq_states[irq] != IRQ_INACTIVE;
}

/* Lines begin masked: nobody could handle them before. */
void irq_activate(struct kernel *k, uint64_t irq)
{
    kassert(irq >= 1 && irq <= IRQ_LINE_MAX);
    kassert(k->irq_states[irq] == IRQ_INACTIVE);
    kassert(cap_is_null(k->irq_slots[irq].cap));
    k->irq_states[irq] = IRQ_SIGNAL;
    platform_irq_mask(k->platform, (uint32_t)irq, false);
}

/* The last handler is going: its notification is let go, and the line silenced. */
void irq_deactivate(struct kernel *k, uint64_t irq)
{
    kassert(irq >= 1 && irq <= IRQ_LINE_MAX);
    kassert(k->irq_states[irq] == IRQ_SIGNAL);
    slot_delete_one(k, &k->irq_slots[irq]);
    k->irq_states[irq] = IRQ_INACTIVE;
    platform_irq_mask(k->platform, (uint32_t)irq, true);
}
