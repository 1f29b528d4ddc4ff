/* SPDX-License-Identifier: MIT */
/* Slots and the links between them: the list of all capabilities is whole, and the slots that hold
 * a capability are those that stand in it. */
#include "kernel/check/walk.h"

/* Where a slot may lie: in struct kernel itself, or in the memory of a CNode or thread. */
static bool is_slot_address(const struct check *c, kaddr address)
{
    return check_is_memory(c, address, 3, sizeof(struct slot));
}

bool check_links(struct check *c)
{
    const struct slot *previous = &c->k->cdt_sentinel;
    uint64_t most = c->k->memory_size / sizeof(struct slot);

    while (previous->node.next != 0) {
        kaddr at = previous->node.next;
        const struct slot *slot;

        if (!is_slot_address(c, at))
            return check_broken(c, "a link of the derivation tree leads to no slot:", at);
        slot = slot_at(c->k, at);
        if (++c->report->capabilities > most)
            return check_broken(c, "the list of capabilities has no end at", at);
        if (cap_is_null(slot->cap))
            return check_broken(c, "an empty slot stands in the derivation tree:", at);
        if (slot->node.previous != kernel_address(c->k, previous))
            return check_broken(c, "links of the derivation tree disagree at slot", at);
        previous = slot;
    }
    return true;
}

/* What has been counted: capabilities found in slots. */
static bool check_slot(struct check *c, const struct slot *slot, uint64_t *count)
{
    kaddr at = kernel_address(c->k, slot);
    bool has_node = slot->node.previous != 0;

    if (cap_type(slot->cap) >= CAP_TYPE_COUNT)
        return check_broken(c, "a capability has no known type: slot", at);
    if (cap_is_null(slot->cap)) {
        if (has_node || slot->node.next != 0 || slot->node.is_revocable ||
            slot->node.is_first_badged)
            return check_broken(c, "an empty slot has links: slot", at);
        return true;
    }
    if (!has_node)
        return check_broken(c, "a capability is not in the derivation tree: slot", at);
    ++*count;
    return true;
}

static bool check_row(struct check *c, kaddr first, uint64_t slots, uint64_t *count)
{
    if (!check_is_memory(c, first, SLOT_BITS, slots * sizeof(struct slot)))
        return check_broken(c, "slots lie outside of memory:", first);
    for (uint64_t i = 0; i < slots; i++)
        if (!check_slot(c, slot_at(c->k, first) + i, count))
            return false;
    return true;
}

/* The slots of the object that a capability stands for, if it has any. */
static bool check_slots_of(struct check *c, struct cap cap, uint64_t *count)
{
    if (cap_type(cap) == CAP_CNODE)
        return check_row(c, cap.cnode.object, UINT64_C(1) << cap.cnode.radix, count);
    if (cap_type(cap) == CAP_TCB)
        return check_row(c, cap.tcb.object, TCB_SLOT_COUNT, count);
    if (cap_type(cap) == CAP_ZOMBIE)
        return check_row(c, cap.zombie.object,
                         cap.zombie.is_tcb ? TCB_SLOT_COUNT : UINT64_C(1) << cap.zombie.radix,
                         count);
    return true;
}

bool check_slots(struct check *c)
{
    uint64_t count = 0;

    for (unsigned irq = 0; irq < IRQ_COUNT; irq++)
        if (!check_slot(c, &c->k->irq_slots[irq], &count))
            return false;
    for (struct slot *s = check_next(c, &c->k->cdt_sentinel); s; s = check_next(c, s))
        if (check_is_first(c, s) && !check_slots_of(c, s->cap, &count))
            return false;
    if (count != c->report->capabilities)
        return check_broken(c, "a capability stands in no slot of a live object; in slots are",
                            count);
    return true;
}
