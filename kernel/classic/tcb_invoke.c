/* SPDX-License-Identifier: MIT */
/* TCB methods whose parameters are the classic configuration's: Configure, SetSpace, SetIPCBuffer and
 * the priorities. What a call changes is collected, checked, and then carried out in seL4's order. */
#include "kernel/cap/cdt.h"
#include "kernel/cap/delete.h"
#include "kernel/classic/classic.h"
#include "kernel/entry/methods.h"

/* A capability for one of the thread's slots, and where it comes from. */
struct slot_change {
    struct slot *source; /* NULL: the slot is only emptied */
    struct cap cap;
};

/* What one call changes. */
struct tcb_change {
    struct tcb *thread;
    bool changes_space;
    uint64_t fault_handler;
    struct slot_change cspace, vspace;
    bool changes_buffer;
    uint64_t buffer_address;
    struct slot_change buffer;
};

/* --- carrying out ------------------------------------------------------------------------------- */

/* Empties the slot, then fills it, unless emptying it has destroyed what was to be put there. */
static enum outcome change_slot(struct invocation *inv, struct tcb_change *change,
                                enum tcb_slot which, struct slot_change *new)
{
    struct kernel *k = inv->kernel;
    struct slot *slot = &change->thread->slots[which];
    struct cap self = cap_tcb(kernel_address(k, change->thread));

    TRY(slot_delete(k, slot));
    if (which == TCB_SLOT_BUFFER)
        change->thread->buffer_address = change->buffer_address;
    if (new->source && cap_same_object(new->cap, new->source->cap) &&
        cap_same_object(self, inv->slot->cap))
        cdt_insert(k, new->cap, new->source, slot);
    return DONE;
}

/* PREEMPTED in the middle is harmless: the same call sets the same again. */
static enum outcome apply(struct invocation *inv, struct tcb_change *change)
{
    if (change->changes_space) {
        change->thread->fault_handler = change->fault_handler;
        TRY(change_slot(inv, change, TCB_SLOT_CSPACE, &change->cspace));
        TRY(change_slot(inv, change, TCB_SLOT_VSPACE, &change->vspace));
    }
    if (change->changes_buffer) {
        TRY(change_slot(inv, change, TCB_SLOT_BUFFER, &change->buffer));
        if (change->thread == inv->thread)
            scheduler_reschedule(inv->kernel);
    }
    return DONE;
}

/* --- checks ------------------------------------------------------------------------------------- */

static enum outcome check_buffer(struct invocation *inv, struct slot *source, uint64_t address,
                                 struct tcb_change *change)
{
    struct cap cap;

    change->changes_buffer = true;
    change->buffer_address = address;
    if (address == 0)
        return DONE; /* no buffer: whatever the capability is */
    TRY(cap_derive(inv, source, source->cap, &cap));
    if (cap_type(cap) != CAP_FRAME)
        return refuse_illegal(inv, "the IPC buffer must lie in a page");
    if (cap.frame.is_device)
        return refuse_illegal(inv, "the IPC buffer cannot lie in device memory");
    if (!is_aligned(address, IPC_BUFFER_BITS))
        return refuse_alignment(inv, "the IPC buffer's address must be a multiple of 1024");
    change->buffer = (struct slot_change){.source = source, .cap = cap};
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
    *root = (struct slot_change){.source = source, .cap = cap};
    return DONE;
}

/* Message words: fault handler, CSpace data, VSpace data. Capabilities: CSpace, VSpace. */
static enum outcome check_space(struct invocation *inv, struct tcb_change *change)
{
    struct kernel *k = inv->kernel;
    struct tcb *t = change->thread;

    change->changes_space = true;
    change->fault_handler = invocation_word(inv, 0);
    if (slot_deletes_long(k, &t->slots[TCB_SLOT_CSPACE]) ||
        slot_deletes_long(k, &t->slots[TCB_SLOT_VSPACE]))
        return refuse_illegal(inv, "the thread holds the last capability to its CSpace or VSpace");
    TRY(read_root(inv, inv->extra[0], invocation_word(inv, 1), &change->cspace));
    if (cap_type(change->cspace.cap) != CAP_CNODE)
        return refuse_illegal(inv, "the CSpace root is not a CNode, or its guard does not fit");
    TRY(read_root(inv, inv->extra[1], invocation_word(inv, 2), &change->vspace));
    if (cap_type(change->vspace.cap) != CAP_PAGE_TABLE || !change->vspace.cap.page_table.is_mapped)
        return refuse_illegal(inv, "the VSpace root is not a page table that has an ASID");
    return DONE;
}

/* The priority that message word `word` asks for, which the authority's MCP must cover. */
static enum outcome read_priority(struct invocation *inv, unsigned word, uint8_t *priority,
                                  const char *why)
{
    const struct tcb *authority = tcb_at(inv->kernel, inv->extra[0]->cap.tcb.object);
    uint64_t wanted = invocation_word(inv, word);

    if (wanted > authority->max_controlled_priority)
        return refuse_range(inv, 0, authority->max_controlled_priority, why);
    *priority = (uint8_t)wanted;
    return DONE;
}

static const char *const priority_why = "the priority is above the authority's maximum";
static const char *const mcp_why = "the maximum is above the authority's own";

/* --- methods --------------------------------------------------------------------------------------- */

static enum outcome configure(struct invocation *inv, struct tcb *t)
{
    struct tcb_change change = {.thread = t};

    if (inv->length < 4 || !inv->extra[0] || !inv->extra[1] || !inv->extra[2])
        return refuse_truncated(inv);
    TRY(check_buffer(inv, inv->extra[2], invocation_word(inv, 3), &change));
    TRY(check_space(inv, &change));
    return apply(inv, &change);
}

static enum outcome set_space(struct invocation *inv, struct tcb *t)
{
    struct tcb_change change = {.thread = t};

    if (inv->length < 3 || !inv->extra[0] || !inv->extra[1])
        return refuse_truncated(inv);
    TRY(check_space(inv, &change));
    return apply(inv, &change);
}

static enum outcome set_ipc_buffer(struct invocation *inv, struct tcb *t)
{
    struct tcb_change change = {.thread = t};

    if (inv->length < 1 || !inv->extra[0])
        return refuse_truncated(inv);
    TRY(check_buffer(inv, inv->extra[0], invocation_word(inv, 0), &change));
    return apply(inv, &change);
}

/* SetPriority, SetMCPriority and SetSchedParams: words and the authority's TCB. */
static enum outcome set_priorities(struct invocation *inv, struct tcb *t)
{
    bool is_both = inv->method == METHOD_TCB_SET_SCHED_PARAMS;
    bool sets_mcp = is_both || inv->method == METHOD_TCB_SET_MC_PRIORITY;
    bool sets_priority = is_both || inv->method == METHOD_TCB_SET_PRIORITY;
    uint8_t mcp = t->max_controlled_priority;
    uint8_t priority = t->priority;

    if (inv->length < (is_both ? 2u : 1u) || !inv->extra[0])
        return refuse_truncated(inv);
    if (cap_type(inv->extra[0]->cap) != CAP_TCB)
        return refuse_capability(inv, 1, "the authority is not a TCB");
    if (sets_mcp)
        TRY(read_priority(inv, 0, &mcp, mcp_why));
    if (sets_priority)
        TRY(read_priority(inv, is_both ? 1 : 0, &priority, priority_why));

    t->max_controlled_priority = mcp;
    if (sets_priority)
        scheduler_set_priority(inv->kernel, t, priority);
    return DONE;
}

enum outcome classic_tcb_invoke(struct invocation *inv)
{
    struct tcb *t = tcb_at(inv->kernel, inv->slot->cap.tcb.object);

    if (inv->method == METHOD_TCB_CONFIGURE)
        return configure(inv, t);
    if (inv->method == METHOD_TCB_SET_SPACE)
        return set_space(inv, t);
    if (inv->method == METHOD_TCB_SET_IPC_BUFFER)
        return set_ipc_buffer(inv, t);
    if (inv->method == METHOD_TCB_SET_PRIORITY || inv->method == METHOD_TCB_SET_MC_PRIORITY ||
        inv->method == METHOD_TCB_SET_SCHED_PARAMS)
        return set_priorities(inv, t);
    return tcb_invoke_common(inv);
}
