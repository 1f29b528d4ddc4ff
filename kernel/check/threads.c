/* SPDX-License-Identifier: MIT */
/* Threads: their states, the ready queues, and who runs. */
#include "kernel/check/walk.h"
#include "kernel/ipc/notification.h"

/* Whether a thread could lie there. */
static bool is_thread_address(const struct check *c, kaddr address)
{
    return check_is_memory(c, address, TCB_BITS, UINT64_C(1) << TCB_BITS);
}

/* --- ready queues ----------------------------------------------------------------------------- */

/* Who is in one queue belongs there; counts them. */
static bool check_ready_queue(struct check *c, struct ready_queues *r, unsigned domain,
                              unsigned priority, uint64_t *count)
{
    bool is_marked = (r->words[priority / 64] >> (priority % 64) & 1) != 0;
    kaddr previous = 0;

    if (is_marked != (r->queues[priority].head != 0))
        return check_broken(c, "a ready queue and its bit disagree, priority", priority);
    for (kaddr at = r->queues[priority].head; at != 0;) {
        const struct tcb *t;

        if (!is_thread_address(c, at))
            return check_broken(c, "a ready queue leads to no thread:", at);
        t = tcb_at(c->k, at);
        if (!t->is_queued || !scheduler_can_run(c->k, t))
            return check_broken_thread(c, "a thread that cannot run is in a ready queue:", t);
        if (t->domain != domain || t->priority != priority || t->ready_previous != previous)
            return check_broken_thread(c, "a thread is in the wrong ready queue:", t);
        ++*count;
        previous = at;
        at = t->ready_next;
    }
    if (r->queues[priority].tail != previous)
        return check_broken(c, "a ready queue's tail is wrong, priority", priority);
    return true;
}

/* The upper level of the bits says which words of the lower one are not zero. */
static bool check_marks(struct check *c, const struct ready_queues *r)
{
    for (unsigned i = 0; i < PRIORITY_COUNT / 64; i++)
        if ((r->top >> i & 1) != (r->words[i] != 0))
            return check_broken(c, "a word of ready queues and its bit disagree, word", i);
    return true;
}

/* Threads that say they are in a ready queue. */
static uint64_t count_queued(const struct check *c)
{
    uint64_t count = 0;

    for (struct slot *s = check_next(c, &c->k->cdt_sentinel); s; s = check_next(c, s))
        if (cap_type(s->cap) == CAP_TCB && cdt_is_first(c->k, s))
            count += tcb_at(c->k, s->cap.tcb.object)->is_queued;
    return count;
}

bool check_ready_queues(struct check *c)
{
    struct ready_queues *r = kernel_pointer(c->k, c->k->ready);
    uint64_t count = 0;

    for (unsigned domain = 0; domain < c->k->domain_count; domain++) {
        if (!check_marks(c, &r[domain]))
            return false;
        for (unsigned priority = 0; priority < PRIORITY_COUNT; priority++)
            if (!check_ready_queue(c, &r[domain], domain, priority, &count))
                return false;
    }
    if (count != count_queued(c))
        return check_broken(c, "threads with a capability and threads in ready queues differ:",
                            count);
    return true;
}

/* --- one thread ------------------------------------------------------------------------------- */

/* Whether the thread stands in the queue of an endpoint or notification. */
static bool waits(const struct tcb *t)
{
    return t->state == THREAD_BLOCKED_ON_SEND || t->state == THREAD_BLOCKED_ON_RECEIVE ||
           t->state == THREAD_BLOCKED_ON_NOTIFICATION;
}

/* The state, and what follows from it for the queues. */
static bool check_state(struct check *c, const struct tcb *t)
{
    bool is_current = kernel_address(c->k, t) == c->k->current;

    if (t->state >= THREAD_IDLE)
        return check_broken_thread(c, "a thread has an unknown state:", t);
    if (t->domain >= c->k->domain_count)
        return check_broken_thread(c, "a thread is in a domain that does not exist:", t);
    if (waits(t) != (t->blocked_on != 0))
        return check_broken_thread(c, "a thread's state and what it waits for disagree:", t);
    if (scheduler_can_run(c->k, t) && !t->is_queued && !is_current)
        return check_broken_thread(c, "a runnable thread is in no ready queue:", t);
    if (is_current && t->is_queued)
        return check_broken_thread(c, "the current thread is in a ready queue:", t);
    return true;
}

/* Links are empty outside of queues. */
static bool check_no_links(struct check *c, const struct tcb *t)
{
    if (!waits(t) && (t->queue_next != 0 || t->queue_previous != 0))
        return check_broken_thread(c, "a thread that does not wait is linked into a queue:", t);
    if (!t->is_queued && (t->ready_next != 0 || t->ready_previous != 0))
        return check_broken_thread(c, "a thread that is not ready is linked into a ready queue:",
                                   t);
    return true;
}

/* The notification that a thread is bound to knows the thread. */
static bool check_bound(struct check *c, const struct tcb *t)
{
    kaddr n = t->bound_notification;

    if (n == 0)
        return true;
    if (!check_is_memory(c, n, NOTIFICATION_BITS_CLASSIC, sizeof(struct notification)) ||
        notification_at(c->k, n)->bound_thread != kernel_address(c->k, t))
        return check_broken_thread(c, "a bound notification does not know its thread:", t);
    return true;
}

/* What a thread holds in the slots of its own. Any of them may be empty: what the thread was given
   may have been revoked. The frame of its IPC buffer is a copy, which is not mapped itself, and the
   thread's VSpace may have lost its ASID, or have another frame at the buffer's address; the kernel
   reaches the buffer through the frame and needs no more of it than that it is RAM. */
static bool check_own_slots(struct check *c, const struct tcb *t)
{
    enum cap_type cspace = cap_type(t->slots[TCB_SLOT_CSPACE].cap);
    struct cap vspace = t->slots[TCB_SLOT_VSPACE].cap;
    struct cap buffer = t->slots[TCB_SLOT_BUFFER].cap;

    if (cspace != CAP_NULL && cspace != CAP_CNODE && cspace != CAP_ZOMBIE)
        return check_broken_thread(c, "a thread's CSpace is not a CNode:", t);
    if (!cap_is_null(vspace) &&
        (cap_type(vspace) != CAP_PAGE_TABLE || !vspace.page_table.is_mapped))
        return check_broken_thread(c, "a thread's VSpace is not a page table with an ASID:", t);
    if (cap_is_null(buffer))
        return true;
    if (cap_type(buffer) != CAP_FRAME || buffer.frame.is_device || buffer.frame.asid != 0)
        return check_broken_thread(c, "a thread's IPC buffer is not in a frame of RAM:", t);
    if (t->buffer_address == 0 || !is_aligned(t->buffer_address, IPC_BUFFER_BITS))
        return check_broken_thread(c, "a thread's IPC buffer is not aligned:", t);
    return true;
}

bool check_threads(struct check *c)
{
    for (struct slot *s = check_next(c, &c->k->cdt_sentinel); s; s = check_next(c, s)) {
        const struct tcb *t;

        if (cap_type(s->cap) != CAP_TCB || !cdt_is_first(c->k, s))
            continue;
        t = tcb_at(c->k, s->cap.tcb.object);
        c->report->threads++;
        c->has_current = c->has_current || s->cap.tcb.object == c->k->current;
        if (!check_state(c, t) || !check_no_links(c, t) || !check_bound(c, t) ||
            !check_own_slots(c, t))
            return false;
    }
    return true;
}

bool check_current(struct check *c)
{
    kaddr at = c->k->current;
    const struct tcb *t;

    if (c->k->action != KEEP_CURRENT || c->k->candidate != 0)
        return check_broken(c, "a choice of who runs was not made, action", c->k->action);
    if (c->k->current_domain >= c->k->domain_count)
        return check_broken(c, "the current domain does not exist:", c->k->current_domain);
    if (c->k->idle.state != THREAD_IDLE || c->k->idle.is_queued)
        return check_broken(c, "the idle thread is not idle, state", c->k->idle.state);
    if (at == kernel_address(c->k, &c->k->idle))
        return true;
    if (!c->has_current)
        return check_broken(c, "the current thread has no capability:", at);
    t = tcb_at(c->k, at);
    if (!scheduler_can_run(c->k, t))
        return check_broken_thread(c, "the current thread cannot run:", t);
    if (t->domain != c->k->current_domain)
        return check_broken_thread(c, "the current thread is of another domain:", t);
    return true;
}
