/* SPDX-License-Identifier: MIT */
#include "kernel/thread/tcb_change.h"

#include "kernel/cap/cdt.h"
#include "kernel/cap/delete.h"

const char *const change_priority_why =
    "priority is above the maximum controlled priority of authority";
const char *const change_mcp_why = "mcp is above the maximum controlled priority of authority";

/* --- checks ----------------------------------------------------------------------------------- */

/* Derived like a copy, so a capability that cannot be copied is refused. */
enum outcome change_check_buffer(struct invocation *inv, struct tcb_change *change,
                                 struct slot *source, uint64_t address)
{
    struct slot_change *buffer = &change->slots[TCB_SLOT_BUFFER];
    struct cap cap;

    buffer->is_wanted = true;
    change->buffer_address = address;
    if (address == 0)
        return DONE;
    TRY(cap_derive(inv, source, source->cap, &cap));
    if (cap_type(cap) != CAP_FRAME)
        return refuse_illegal(inv, "bufferFrame is not a frame");
    if (cap.frame.is_device)
        return refuse_illegal(inv, "bufferFrame is a device's frame; take one of RAM");
    if (!is_aligned(address, IPC_BUFFER_BITS))
        return refuse_alignment(inv, "buffer is not a multiple of 1024; round it");
    buffer->source = source;
    buffer->cap = cap;
    return DONE;
}

/* A root capability with its data word applied, if that is not 0. */
static enum outcome read_root(struct invocation *inv, struct slot *source, uint64_t data,
                              struct slot_change *root)
{
    struct cap cap = source->cap;

    if (data != 0)
        cap = cap_update_data(cap, data, MAY_SET_BADGE);
    TRY(cap_derive(inv, source, cap, &cap));
    *root = (struct slot_change){.is_wanted = true, .source = source, .cap = cap};
    return DONE;
}

/* A slot whose emptying would take long is not touched: the thread would stand without a CSpace
   meanwhile. */
enum outcome change_check_spaces(struct invocation *inv, struct tcb_change *change,
                                 struct new_spaces spaces)
{
    struct kernel *k = inv->kernel;
    struct tcb *t = change->thread;
    struct slot_change *cspace = &change->slots[TCB_SLOT_CSPACE];
    struct slot_change *vspace = &change->slots[TCB_SLOT_VSPACE];

    if (slot_deletes_long(k, &t->slots[TCB_SLOT_CSPACE]) ||
        slot_deletes_long(k, &t->slots[TCB_SLOT_VSPACE]))
        return refuse_illegal(inv,
                              "the thread holds the last capability to its CSpace or VSpace, whose "
                              "deletion takes long; delete that first");
    TRY(read_root(inv, spaces.cspace, spaces.cspace_data, cspace));
    if (cap_type(cspace->cap) != CAP_CNODE)
        return refuse_illegal(inv,
                              "cspace_root is not a CNode, or cspace_root_data is no guard that "
                              "fits it");
    TRY(read_root(inv, spaces.vspace, spaces.vspace_data, vspace));
    if (cap_type(vspace->cap) != CAP_PAGE_TABLE || !vspace->cap.page_table.is_mapped)
        return refuse_illegal(inv,
                              "vspace_root is not the root of a VSpace; make it one with "
                              "ASIDPool_Assign");
    return DONE;
}

enum outcome change_check_authority(struct invocation *inv)
{
    if (cap_type(inv->extra[0]->cap) != CAP_TCB)
        return refuse_capability(inv, 1, "authority is not a TCB");
    return DONE;
}

/* 256 is refused like any other number above the maximum. */
enum outcome change_read_priority(struct invocation *inv, unsigned word, uint8_t *priority,
                                  const char *why)
{
    const struct tcb *authority = tcb_at(inv->kernel, inv->extra[0]->cap.tcb.object);
    uint64_t wanted = invocation_word(inv, word);

    kassert(cap_type(inv->extra[0]->cap) == CAP_TCB);
    if (wanted > authority->max_controlled_priority)
        return refuse_range(inv, 0, authority->max_controlled_priority, why);
    *priority = (uint8_t)wanted;
    return DONE;
}

/* --- carrying out ----------------------------------------------------------------------------- */

/* Empties the slot, then fills it, unless emptying it has destroyed what was to be put there. */
static enum outcome change_slot(struct invocation *inv, struct tcb_change *change,
                                enum tcb_slot which)
{
    struct kernel *k = inv->kernel;
    const struct slot_change *new = &change->slots[which];
    struct slot *slot = &change->thread->slots[which];
    struct cap self = cap_tcb(kernel_address(k, change->thread));

    if (!new->is_wanted)
        return DONE;
    TRY(slot_delete(k, slot));
    if (which == TCB_SLOT_BUFFER)
        change->thread->buffer_address = change->buffer_address;
    if (new->source && cap_same_object(new->cap, new->source->cap) &&
        cap_same_object(self, inv->slot->cap))
        cdt_insert(k, new->cap, new->source, slot);
    return DONE;
}

/* One slot after the other; each is emptied before it is filled. */
enum outcome change_apply(struct invocation *inv, struct tcb_change *change)
{
    static const uint8_t order[] = {TCB_SLOT_FAULT, TCB_SLOT_TIMEOUT, TCB_SLOT_CSPACE,
                                    TCB_SLOT_VSPACE, TCB_SLOT_BUFFER};

    for (unsigned i = 0; i < sizeof(order); i++)
        TRY(change_slot(inv, change, (enum tcb_slot)order[i]));
    if (change->slots[TCB_SLOT_BUFFER].is_wanted && change->thread == inv->thread)
        scheduler_reschedule(inv->kernel);
    return DONE;
}
