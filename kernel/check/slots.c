/* SPDX-License-Identifier: MIT */
/* Slots and the links between them: the list of all capabilities is whole, and the slots that hold
 * a capability are those that stand in it. */
#include "kernel/check/walk.h"

/* Where a slot may lie: in the interrupt table, or in the memory of a CNode or thread. */
static bool is_slot_address(const struct check *c, kaddr address)
{
    kaddr table = kernel_address(c->k, c->k->irq_slots);

    if (address >= table && address < table + sizeof(c->k->irq_slots))
        return (address - table) % sizeof(struct slot) == 0;
    return address >= c->k->free_start &&
           check_is_memory(c, address, SLOT_BITS, sizeof(struct slot));
}

/* The walk ends: to come back to a slot, it would have to find there another previous one. */
bool check_links(struct check *c)
{
    const struct slot *previous = &c->k->cdt_sentinel;

    while (previous->node.next != 0) {
        kaddr at = previous->node.next;
        const struct slot *slot;

        if (!is_slot_address(c, at))
            return check_broken(c, "a link of the derivation tree leads to no slot:", at);
        slot = slot_at(c->k, at);
        if (cap_is_null(slot->cap))
            return check_broken(c, "an empty slot stands in the derivation tree:", at);
        if (slot->node.previous != kernel_address(c->k, previous))
            return check_broken_slot(c, "links of the derivation tree disagree at slot", slot);
        c->report->capabilities++;
        previous = slot;
    }
    return true;
}

/* Counts the capabilities that are found in slots. */
static bool check_slot(struct check *c, const struct slot *slot, uint64_t *count)
{
    bool has_node = slot->node.previous != 0;

    if (cap_is_null(slot->cap)) {
        if (has_node || slot->node.next != 0 || slot->node.is_revocable ||
            slot->node.is_first_badged)
            return check_broken_slot(c, "an empty slot has links: slot", slot);
        return true;
    }
    if (!has_node)
        return check_broken_slot(c, "a capability is not in the derivation tree: slot", slot);
    ++*count;
    return true;
}

/* A row of slots; counts the capabilities in them. */
static bool check_row(struct check *c, kaddr first, uint64_t slots, uint64_t *count)
{
    for (uint64_t i = 0; i < slots; i++)
        if (!check_slot(c, slot_at(c->k, first) + i, count))
            return false;
    return true;
}

/* What a zombie no longer counts has been emptied. */
static bool check_zombie(struct check *c, struct cap zombie)
{
    uint64_t slots = zombie.zombie.is_tcb ? (uint64_t)TCB_SLOT_COUNT
                                          : UINT64_C(1) << zombie.zombie.radix;

    for (uint64_t i = zombie.zombie.count; i < slots; i++) {
        const struct slot *slot = slot_at(c->k, zombie.zombie.object) + i;

        if (!cap_is_null(slot->cap))
            return check_broken_slot(c, "a zombie holds more than it counts: slot", slot);
    }
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
        return check_zombie(c, cap) &&
               check_row(c, cap.zombie.object,
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
        if (cdt_is_first(c->k, s) && !check_slots_of(c, s->cap, &count))
            return false;
    if (count != c->report->capabilities)
        return check_broken(c, "a capability stands in no slot of a live object; in slots are",
                            count);
    return true;
}
