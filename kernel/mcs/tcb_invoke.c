/* SPDX-License-Identifier: MIT */
/* TCB methods whose parameters are the MCS configuration's: Configure, SetSpace, the handlers, the
 * priorities and the scheduling context. */
#include "kernel/entry/methods.h"
#include "kernel/ipc/endpoint.h"
#include "kernel/mcs/mcs.h"
#include "kernel/thread/tcb_change.h"

/* A handler's capability for its slot; the empty capability means none. */
static void take_handler(struct tcb_change *change, enum tcb_slot which, struct slot *source)
{
    change->slots[which] = (struct slot_change){.is_wanted = true,
                                                .source = source,
                                                .cap = source->cap};
}

static const char *const handler_why =
    "fault_ep is neither empty nor an endpoint with rights to send and to grant a reply";
static const char *const timeout_handler_why =
    "timeout_fault_ep is neither empty nor an endpoint with rights to send and to grant a reply";

/* --- spaces ----------------------------------------------------------------------------------- */

/* Words: CSpace data, VSpace data, buffer address. Capabilities: CSpace, VSpace, buffer frame. */
static enum outcome configure(struct invocation *inv, struct tcb *t)
{
    struct tcb_change change = {.thread = t};

    if (inv->length < 3 || !inv->extra[0] || !inv->extra[1] || !inv->extra[2])
        return refuse_truncated(inv);
    TRY(change_check_buffer(inv, &change, inv->extra[2], invocation_word(inv, 2)));
    TRY(change_check_spaces(inv, &change,
                            (struct new_spaces){.cspace = inv->extra[0],
                                                .cspace_data = invocation_word(inv, 0),
                                                .vspace = inv->extra[1],
                                                .vspace_data = invocation_word(inv, 1)}));
    return change_apply(inv, &change);
}

/* Words: CSpace data, VSpace data. Capabilities: fault handler, CSpace, VSpace. */
static enum outcome set_space(struct invocation *inv, struct tcb *t)
{
    struct tcb_change change = {.thread = t};

    if (inv->length < 2 || !inv->extra[0] || !inv->extra[1] || !inv->extra[2])
        return refuse_truncated(inv);
    TRY(change_check_spaces(inv, &change,
                            (struct new_spaces){.cspace = inv->extra[1],
                                                .cspace_data = invocation_word(inv, 0),
                                                .vspace = inv->extra[2],
                                                .vspace_data = invocation_word(inv, 1)}));
    if (!handler_is_valid(inv->extra[0]->cap))
        return refuse_capability(inv, 1, handler_why);
    take_handler(&change, TCB_SLOT_FAULT, inv->extra[0]);
    return change_apply(inv, &change);
}

/* An empty capability takes the handler away. */
static enum outcome set_timeout_endpoint(struct invocation *inv, struct tcb *t)
{
    struct tcb_change change = {.thread = t};

    if (!inv->extra[0])
        return refuse_truncated(inv);
    if (!handler_is_valid(inv->extra[0]->cap))
        return refuse_capability(inv, 1, timeout_handler_why);
    take_handler(&change, TCB_SLOT_TIMEOUT, inv->extra[0]);
    return change_apply(inv, &change);
}

/* --- priorities ------------------------------------------------------------------------------- */

/* Queues of blocked threads are in order of priority, so one that waits takes its new place. */
static void set_priority(struct kernel *k, struct tcb *t, uint8_t priority)
{
    bool is_queued = t->is_queued || kernel_address(k, t) == k->current;

    if (thread_is_runnable(t) && is_queued) {
        scheduler_dequeue(k, t);
        t->priority = priority;
        scheduler_enqueue(k, t);
        scheduler_reschedule(k);
        return;
    }
    t->priority = priority;
    if (t->state == THREAD_BLOCKED_ON_RECEIVE || t->state == THREAD_BLOCKED_ON_SEND)
        endpoint_reorder(k, t);
    else if (t->state == THREAD_BLOCKED_ON_NOTIFICATION)
        notification_reorder(k, t);
}

/* The authority's maximum bounds both; nothing relates a thread's own two. */
static enum outcome set_one_priority(struct invocation *inv, struct tcb *t)
{
    bool is_mcp = inv->method == METHOD_TCB_SET_MC_PRIORITY;
    uint8_t value;

    if (inv->length < 1 || !inv->extra[0])
        return refuse_truncated(inv);
    TRY(change_check_authority(inv));
    TRY(change_read_priority(inv, 0, &value, is_mcp ? change_mcp_why : change_priority_why));
    if (is_mcp)
        t->max_controlled_priority = value;
    else
        set_priority(inv->kernel, t, value);
    return DONE;
}

/* --- SetSchedParams --------------------------------------------------------------------------- */

/* A scheduling context for the thread, or, with the empty capability, none any more. */
static enum outcome check_context(struct invocation *inv, struct tcb *t, struct cap cap,
                                  struct sched_context **sc)
{
    bool is_own;

    *sc = NULL;
    if (cap_is_null(cap)) {
        if (t == inv->thread)
            return refuse_illegal(inv,
                                  "sched_context is empty, and a thread cannot give up its own "
                                  "scheduling context; let another thread do it");
        return DONE;
    }
    if (cap_type(cap) != CAP_SCHED_CONTEXT)
        return refuse_capability(inv, 2, "sched_context is neither empty nor a scheduling context");
    *sc = sched_context_at(inv->kernel, cap.sched_context.object);
    is_own = *sc == sched_context_of(inv->kernel, t);
    if (!is_own && t->sched_context != 0)
        return refuse_illegal(inv,
                              "the thread already has another scheduling context than "
                              "sched_context; unbind that first");
    if (!is_own && (*sc)->thread != 0)
        return refuse_illegal(inv, "sched_context is already bound to a thread; unbind it first");
    if (context_would_strand(inv->kernel, *sc, t))
        return refuse_illegal(inv,
                              "the thread is blocked, and sched_context has no time now; configure "
                              "it first");
    return DONE;
}

/* Everything is checked before anything changes. The handler comes first, as setting it may be
   preempted. */
static enum outcome set_sched_params(struct invocation *inv, struct tcb *t)
{
    struct kernel *k = inv->kernel;
    struct tcb_change change = {.thread = t};
    struct sched_context *sc;
    uint8_t mcp, priority;

    if (inv->length < 2 || !inv->extra[0] || !inv->extra[1] || !inv->extra[2])
        return refuse_truncated(inv);
    TRY(change_check_authority(inv));
    TRY(change_read_priority(inv, 0, &mcp, change_mcp_why));
    TRY(change_read_priority(inv, 1, &priority, change_priority_why));
    TRY(check_context(inv, t, inv->extra[1]->cap, &sc));
    if (!handler_is_valid(inv->extra[2]->cap))
        return refuse_capability(inv, 3, handler_why);
    take_handler(&change, TCB_SLOT_FAULT, inv->extra[2]);

    TRY(change_apply(inv, &change));
    t->max_controlled_priority = mcp;
    set_priority(k, t, priority);
    if (sc && sc != sched_context_of(k, t))
        context_bind_thread(k, sc, t);
    else if (!sc && t->sched_context != 0)
        context_unbind_thread(k, sched_context_of(k, t));
    return DONE;
}

enum outcome mcs_tcb_invoke(struct invocation *inv)
{
    struct tcb *t = tcb_at(inv->kernel, inv->slot->cap.tcb.object);

    if (inv->method == METHOD_TCB_CONFIGURE)
        return configure(inv, t);
    if (inv->method == METHOD_TCB_SET_SPACE)
        return set_space(inv, t);
    if (inv->method == METHOD_TCB_SET_TIMEOUT_ENDPOINT)
        return set_timeout_endpoint(inv, t);
    if (inv->method == METHOD_TCB_SET_PRIORITY || inv->method == METHOD_TCB_SET_MC_PRIORITY)
        return set_one_priority(inv, t);
    if (inv->method == METHOD_TCB_SET_SCHED_PARAMS)
        return set_sched_params(inv, t);
    return tcb_invoke_common(inv);
}
