/* SPDX-License-Identifier: MIT */
/* Interrupt lines: a line signals if and only if someone holds a handler capability for it. */
#include "kernel/check/walk.h"

static bool check_handlers(struct check *c, uint64_t *count)
{
    for (struct slot *s = check_next(c, &c->k->cdt_sentinel); s; s = check_next(c, s)) {
        kaddr at = kernel_address(c->k, s);

        if (cap_type(s->cap) != CAP_IRQ_HANDLER || !check_is_first(c, s))
            continue;
        if (s->cap.irq_handler.irq >= IRQ_COUNT ||
            c->k->irq_states[s->cap.irq_handler.irq] != IRQ_SIGNAL)
            return check_broken(c, "an interrupt handler's line is not active: slot", at);
        ++*count;
    }
    return true;
}

bool check_irqs(struct check *c)
{
    uint64_t handlers = 0;
    uint64_t lines = 0;

    if (!check_handlers(c, &handlers))
        return false;
    for (unsigned irq = 0; irq < IRQ_COUNT; irq++) {
        enum cap_type type = cap_type(c->k->irq_slots[irq].cap);

        if (type != CAP_NULL && type != CAP_NOTIFICATION)
            return check_broken(c, "an interrupt line signals something else, line", irq);
        if (type != CAP_NULL && c->k->irq_states[irq] != IRQ_SIGNAL)
            return check_broken(c, "an inactive interrupt line has a notification, line", irq);
        lines += c->k->irq_states[irq] == IRQ_SIGNAL;
    }
    if (lines != handlers)
        return check_broken(c, "interrupt lines are active without a handler:", lines);
    return true;
}
