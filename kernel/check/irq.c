/* SPDX-License-Identifier: MIT */
/* Interrupt lines: a line signals if and only if someone holds a handler capability for it. */
#include "kernel/check/walk.h"

/* Each handler is to an active line; counts lines that have one. */
static bool check_handlers(struct check *c, uint64_t *count)
{
    for (struct slot *s = check_next(c, &c->k->cdt_sentinel); s; s = check_next(c, s)) {
        if (cap_type(s->cap) != CAP_IRQ_HANDLER || !cdt_is_first(c->k, s))
            continue;
        if (c->k->irq_states[s->cap.irq_handler.irq] != IRQ_SIGNAL)
            return check_broken_slot(c, "an interrupt handler's line is not active: slot", s);
        ++*count;
    }
    return true;
}

/* More lines are active than have a handler, or a line has handlers apart from each other. */
static bool name_line(struct check *c)
{
    for (unsigned irq = 0; irq < IRQ_COUNT; irq++)
        if (c->k->irq_states[irq] == IRQ_SIGNAL && !check_find(c, CAP_IRQ_HANDLER, irq))
            return check_broken(c, "an interrupt line is active without a handler, line", irq);
    return check_broken(c, "interrupt handlers stand apart from others of their line:", 0);
}

/* Nobody would acknowledge a line that is nobody's: it must not interrupt. */
static bool check_masks(struct check *c)
{
    for (unsigned irq = 1; irq <= IRQ_LINE_MAX; irq++)
        if (c->k->irq_states[irq] == IRQ_INACTIVE &&
            !platform_irq_is_masked(c->k->platform, irq))
            return check_broken(c, "an inactive interrupt line is not masked, line", irq);
    return true;
}

bool check_irqs(struct check *c)
{
    uint64_t handlers = 0;
    uint64_t lines = 0;

    if (!check_handlers(c, &handlers))
        return false;
    for (unsigned irq = 0; irq < IRQ_COUNT; irq++) {
        struct cap cap = c->k->irq_slots[irq].cap;
        enum cap_type type = cap_type(cap);

        if (type != CAP_NULL && type != CAP_NOTIFICATION)
            return check_broken(c, "an interrupt line signals something else, line", irq);
        if (type != CAP_NULL && c->k->irq_states[irq] != IRQ_SIGNAL)
            return check_broken(c, "an inactive interrupt line has a notification, line", irq);
        if (type != CAP_NULL && !(cap.notification.rights & RIGHT_WRITE))
            return check_broken(c, "an interrupt line may not signal, line", irq);
        lines += c->k->irq_states[irq] == IRQ_SIGNAL;
    }
    if (c->k->irq_states[IRQ_TIMER] != IRQ_RESERVED)
        return check_broken(c, "the timer's line is not reserved, line", IRQ_TIMER);
    if (lines != handlers)
        return name_line(c);
    return check_masks(c);
}
