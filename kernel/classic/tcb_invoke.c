/* SPDX-License-Identifier: MIT */
/* TCB methods whose parameters are the classic configuration's: Configure, SetSpace,
 * SetIPCBuffer and the priorities. */
#include "kernel/classic/classic.h"
#include "kernel/entry/methods.h"
#include "kernel/thread/tcb_change.h"

/* Message words: fault handler, CSpace data, VSpace data. Capabilities: CSpace, VSpace. */
static enum outcome check_spaces(struct invocation *inv, struct tcb_change *change)
{
    return change_check_spaces(inv, change,
                               (struct new_spaces){.cspace = inv->extra[0],
                                                   .cspace_data = invocation_word(inv, 1),
                                                   .vspace = inv->extra[1],
                                                   .vspace_data = invocation_word(inv, 2)});
}

/* The handler is only a number here: it is looked up when there is a fault. */
static enum outcome apply_with_handler(struct invocation *inv, struct tcb_change *change)
{
    change->thread->fault_handler = invocation_word(inv, 0);
    return change_apply(inv, change);
}

static enum outcome configure(struct invocation *inv, struct tcb *t)
{
    struct tcb_change change = {.thread = t};

    if (inv->length < 4 || !inv->extra[0] || !inv->extra[1] || !inv->extra[2])
        return refuse_truncated(inv);
    TRY(change_check_buffer(inv, &change, inv->extra[2], invocation_word(inv, 3)));
    TRY(check_spaces(inv, &change));
    return apply_with_handler(inv, &change);
}

static enum outcome set_space(struct invocation *inv, struct tcb *t)
{
    struct tcb_change change = {.thread = t};

    if (inv->length < 3 || !inv->extra[0] || !inv->extra[1])
        return refuse_truncated(inv);
    TRY(check_spaces(inv, &change));
    return apply_with_handler(inv, &change);
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
    TRY(change_check_authority(inv));
    if (sets_mcp)
        TRY(change_read_priority(inv, 0, &mcp, change_mcp_why));
    if (sets_priority)
        TRY(change_read_priority(inv, is_both ? 1 : 0, &priority, change_priority_why));

    t->max_controlled_priority = mcp;
    if (sets_priority)
        scheduler_set_priority(inv->kernel, t, priority);
    return DONE;
}

/* What is not special to this configuration is in thread/tcb_invoke.c. */
enum outcome classic_tcb_invoke(struct invocation *inv)
{
    struct tcb *t = tcb_at(inv->kernel, inv->slot->cap.tcb.object);

    if (inv->method == METHOD_TCB_CONFIGURE)
        return configure(inv, t);
    if (inv->method == METHOD_TCB_SET_SPACE)
        return set_space(inv, t);
    if (inv->method == METHOD_TCB_SET_PRIORITY || inv->method == METHOD_TCB_SET_MC_PRIORITY ||
        inv->method == METHOD_TCB_SET_SCHED_PARAMS)
        return set_priorities(inv, t);
    return tcb_invoke_common(inv);
}
