/* SPDX-License-Identifier: MIT */
/* Fault and timeout handlers: capabilities that a thread holds in slots of its own. */
#include "kernel/ipc/endpoint.h"
#include "kernel/mcs/mcs.h"

/* Checked when it is set, so that a fault can always be sent. */
bool handler_is_valid(struct cap cap)
{
    return cap_is_null(cap) || endpoint_takes_faults(cap);
}

/* The handler may be passive: then it works on the faulter's time. */
bool mcs_fault_send(struct kernel *k, struct tcb *t, const char **why_not)
{
    struct cap cap = t->slots[TCB_SLOT_FAULT].cap;

    *why_not = "it has no fault handler";
    if (!endpoint_takes_faults(cap))
        return false;
    endpoint_send_fault(k, t, cap, t->sched_context != 0);
    return true;
}

bool timeout_is_handled(const struct tcb *t)
{
    return cap_type(t->slots[TCB_SLOT_TIMEOUT].cap) == CAP_ENDPOINT;
}

/* The message tells the context's badge. The handler runs on its own time: the context that has run
   out is of no use to it. */
void timeout_raise(struct kernel *k, struct tcb *t)
{
    kassert(timeout_is_handled(t) && t->sched_context != 0);
    platform_thread_sync(k->platform, t);
    t->fault = (struct fault){.kind = FAULT_TIMEOUT, .address = sched_context_of(k, t)->badge};
    endpoint_send_fault(k, t, t->slots[TCB_SLOT_TIMEOUT].cap, false);
}
