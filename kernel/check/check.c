/* SPDX-License-Identifier: MIT */
/* The invariants of the derivation tree, of threads and of queues. A walk stops at the first broken
 * one. Not covered yet: untyped nesting, page tables, interrupt handlers (ARCHITECTURE.md). */
#include "kernel/check/check.h"

#include "kernel/cap/cdt.h"
#include "kernel/ipc/endpoint.h"
#include "kernel/ipc/notification.h"

/* Says what is broken, with the address concerned. Returns false. */
static bool broken(struct check_report *report, const char *what, kaddr where)
{
    size_t at = 0;

    while (*what && at < CHECK_TEXT_SIZE - 20)
        report->text[at++] = *what++;
    report->text[at++] = ' ';
    for (int shift = 60; shift >= 0; shift -= 4)
        report->text[at++] = "0123456789abcdef"[where >> shift & 15];
    report->text[at] = '\0';
    return false;
}

/* --- the derivation tree -------------------------------------------------------------------------- */

static bool check_links(struct kernel *k, struct check_report *report)
{
    const struct slot *previous = &k->cdt_sentinel;
    uint64_t most = k->memory_size / sizeof(struct slot);

    for (struct slot *s = cdt_next(k, previous); s; s = cdt_next(k, s)) {
        kaddr at = kernel_address(k, s);

        if (++report->capabilities > most)
            return broken(report, "the list of capabilities has no end at", at);
        if (cap_is_null(s->cap))
            return broken(report, "an empty slot stands in the derivation tree:", at);
        if (s->node.previous != kernel_address(k, previous))
            return broken(report, "links of the derivation tree disagree at slot", at);
        previous = s;
    }
    return true;
}

/* --- queues ------------------------------------------------------------------------------------------- */

static bool check_ready_queue(struct kernel *k, struct check_report *report, unsigned domain,
                              unsigned priority)
{
    const struct ready_queues *r = (struct ready_queues *)kernel_pointer(k, k->ready) + domain;
    bool is_marked = (r->words[priority / 64] >> (priority % 64) & 1) != 0;
    kaddr previous = 0;

    if (is_marked != (r->queues[priority].head != 0))
        return broken(report, "a ready queue and its bit disagree, priority", priority);
    for (struct tcb *t = tcb_at(k, r->queues[priority].head); t; t = tcb_at(k, t->ready_next)) {
        kaddr at = kernel_address(k, t);

        if (!t->is_queued || !thread_is_runnable(t))
            return broken(report, "a thread that cannot run is in a ready queue:", at);
        if (t->domain != domain || t->priority != priority || t->ready_previous != previous)
            return broken(report, "a thread is in the wrong ready queue:", at);
        previous = at;
    }
    if (r->queues[priority].tail != previous)
        return broken(report, "a ready queue's tail is wrong, priority", priority);
    return true;
}

static bool check_ready_queues(struct kernel *k, struct check_report *report)
{
    for (unsigned domain = 0; domain < k->domain_count; domain++)
        for (unsigned priority = 0; priority < PRIORITY_COUNT; priority++)
            if (!check_ready_queue(k, report, domain, priority))
                return false;
    return true;
}

/* --- threads and what they wait for --------------------------------------------------------------- */

static bool check_thread(struct kernel *k, struct check_report *report, struct tcb *t)
{
    kaddr at = kernel_address(k, t);
    bool waits = t->state == THREAD_BLOCKED_ON_SEND || t->state == THREAD_BLOCKED_ON_RECEIVE ||
                 t->state == THREAD_BLOCKED_ON_NOTIFICATION;

    report->threads++;
    if (waits != (t->blocked_on != 0))
        return broken(report, "a thread's state and what it waits for disagree:", at);
    if (scheduler_can_run(k, t) && !t->is_queued && at != k->current)
        return broken(report, "a runnable thread is in no ready queue:", at);
    if (t->bound_notification != 0 &&
        notification_at(k, t->bound_notification)->bound_thread != at)
        return broken(report, "a bound notification does not know its thread:", at);
    return true;
}

static bool check_endpoint(struct kernel *k, struct check_report *report, kaddr address)
{
    const struct endpoint *ep = endpoint_at(k, address);
    enum thread_state state =
        ep->state == ENDPOINT_SEND ? THREAD_BLOCKED_ON_SEND : THREAD_BLOCKED_ON_RECEIVE;

    if ((ep->state == ENDPOINT_IDLE) != (ep->head == 0))
        return broken(report, "an endpoint's state and queue disagree:", address);
    for (struct tcb *t = tcb_at(k, ep->head); t; t = tcb_at(k, t->queue_next))
        if (t->state != state || t->blocked_on != address)
            return broken(report, "a thread in an endpoint's queue does not wait there:",
                          kernel_address(k, t));
    return true;
}

static bool check_objects(struct kernel *k, struct check_report *report)
{
    for (struct slot *s = cdt_next(k, &k->cdt_sentinel); s; s = cdt_next(k, s)) {
        struct cap cap = s->cap;

        if (cap_type(cap) == CAP_TCB && !check_thread(k, report, tcb_at(k, cap.tcb.object)))
            return false;
        if (cap_type(cap) == CAP_ENDPOINT && !check_endpoint(k, report, cap.endpoint.object))
            return false;
    }
    return true;
}

bool kernel_check(struct kernel *k, struct check_report *report)
{
    memset(report, 0, sizeof(*report));
    return check_links(k, report) && check_ready_queues(k, report) && check_objects(k, report);
}
