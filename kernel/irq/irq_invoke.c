/* SPDX-License-Identifier: MIT */
/* Methods of the IRQControl capability and of interrupt handlers. Manual section 8.1. */
#include "kernel/cap/cdt.h"
#include "kernel/cap/delete.h"
#include "kernel/cap/lookup.h"
#include "kernel/entry/methods.h"
#include "kernel/irq/irq.h"

/* Words: line, [trigger,] index, depth; the CNode is the first capability. */
static enum outcome get_handler(struct invocation *inv, bool has_trigger)
{
    unsigned index_word = has_trigger ? 2 : 1;
    struct slot *slot;
    uint64_t irq;

    if (inv->length < index_word + 2 || inv->extra[0] == NULL)
        return refuse_truncated(inv);
    irq = invocation_word(inv, 0);
    if (irq < 1 || irq > IRQ_LINE_MAX)
        return refuse_range(inv, 1, IRQ_LINE_MAX, "irq is no interrupt line");
    if (irq_is_active(inv->kernel, irq))
        return refuse_revoke_first(inv, "irq already has a handler; delete that first, or copy it");

    struct lookup_target target = {.root = inv->extra[0]->cap,
                                   .index = invocation_word(inv, index_word),
                                   .depth = invocation_word(inv, index_word + 1),
                                   .side = SIDE_TARGET,
                                   .role = ROLE_ROOTED};
    TRY(lookup_target(inv, target, &slot));
    if (!cap_is_null(slot->cap))
        return refuse_occupied(inv, slot, target.index, "index");

    if (has_trigger)
        platform_irq_trigger(inv->kernel->platform, (uint32_t)irq,
                             invocation_word(inv, 1) ? TRIGGER_EDGE : TRIGGER_LEVEL);
    irq_activate(inv->kernel, irq);
    cdt_insert(inv->kernel, cap_irq_handler(irq), inv->slot, slot);
    return DONE;
}

enum outcome irq_control_invoke(struct invocation *inv)
{
    if (inv->method == METHOD_IRQ_ISSUE_IRQ_HANDLER)
        return get_handler(inv, false);
    if (inv->method == METHOD_RISCV_IRQ_ISSUE_IRQ_HANDLER_TRIGGER)
        return get_handler(inv, true);
    return refuse_method(inv);
}

static enum outcome set_notification(struct invocation *inv, struct slot *own)
{
    struct cap cap;

    if (inv->extra[0] == NULL)
        return refuse_truncated(inv);
    cap = inv->extra[0]->cap;
    if (cap_type(cap) != CAP_NOTIFICATION)
        return refuse_capability(inv, 0, "notification is not a Notification");
    if (!(cap.notification.rights & RIGHT_WRITE))
        return refuse_capability(inv, 0,
                                 "notification lacks the right to signal; copy it with right "
                                 "Write");
    slot_delete_one(inv->kernel, own);
    cdt_insert(inv->kernel, cap, inv->extra[0], own);
    return DONE;
}

enum outcome irq_handler_invoke(struct invocation *inv)
{
    uint32_t irq = (uint32_t)inv->slot->cap.irq_handler.irq;
    struct kernel *k = inv->kernel;

    kassert(cap_type(inv->slot->cap) == CAP_IRQ_HANDLER);
    if (inv->method == METHOD_IRQ_ACK_IRQ) {
        platform_irq_ack(k->platform, irq);
        platform_irq_mask(k->platform, irq, false);
        return DONE;
    }
    if (inv->method == METHOD_IRQ_SET_IRQ_HANDLER)
        return set_notification(inv, &k->irq_slots[irq]);
    if (inv->method == METHOD_IRQ_CLEAR_IRQ_HANDLER) {
        slot_delete_one(k, &k->irq_slots[irq]);
        return DONE;
    }
    return refuse_method(inv);
}
