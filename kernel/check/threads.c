/* SPDX-License-Identifier: MIT */
/* Threads: their states, the ready queues, and who runs. */
#include "kernel/check/walk.h"
#include "kernel/ipc/notification.h"

static bool is_thread_address(const struct check *c, kaddr address)
{
    return check_is_memory(c, address, TCB_BITS, UINT64_C(1) << TCB_BITS);
}

/* --- ready queues ----------------------------------------------------------------------------- */

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
            return check_broken(c, "a thread that cannot run is in a ready queue:", at);
        if (t->domain != domain || t->priority != priority || t->ready_previous != previous)
            return check_broken(c, "a thread is in the wrong ready queue:", at);
        ++*count;
        previous = at;
        at = t->ready_next;
    }
    if (r->queues[priority].tail != previous)
        return check_broken(c, "a ready queue's tail is wrong, priority", priority);
    return true;
}

static bool check_marks(struct check *c, const struct ready_queues *r)
{
    for (unsigned i = 0; i < PRIORITY_COUNT / 64; i++)
        if ((r->top >> i & 1) != (r->words[i] != 0))
            return check_broken(c, "a word of ready queues and its bit disagree, word", i);
    return true;
}

static uint64_t count_queued(const struct check *c)
{
    uint64_t count = 0;

    for (struct slot *s = check_next(c, &c->k->cdt_sentinel); s; s = check_next(c, s))
        if (cap_type(s->cap) == CAP_TCB && check_is_first(c, s))
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

static bool waits(const struct tcb *t)
{
    return t->state == THREAD_BLOCKED_ON_SEND || t->state == THREAD_BLOCKED_ON_RECEIVE ||
           t->state == THREAD_BLOCKED_ON_NOTIFICATION;
}

static bool check_state(struct check *c, const struct tcb *t, kaddr at)
{
    if (t->state >= THREAD_IDLE)
        return check_broken(c, "a thread has an unknown state:", at);
    if (waits(t) != (t->blocked_on != 0))
        return check_broken(c, "a thread's state and what it waits for disagree:", at);
    if (scheduler_can_run(c->k, t) && !t->is_queued && at != c->k->current)
        return check_broken(c, "a runnable thread is in no ready queue:", at);
    if (at == c->k->current && t->is_queued)
        return check_broken(c, "the current thread is in a ready queue:", at);
    return true;
}

static bool check_bound(struct check *c, const struct tcb *t, kaddr at)
{
    kaddr n = t->bound_notification;

    if (n == 0)
        return true;
    if (!check_is_memory(c, n, NOTIFICATION_BITS_CLASSIC, sizeof(struct notification)) ||
        notification_at(c->k, n)->bound_thread != at)
        return check_broken(c, "a bound notification does not know its thread:", at);
    return true;
}

/* What a thread holds in the slots of its own. Any of them may be empty. */
static bool check_own_slots(struct check *c, const struct tcb *t, kaddr at)
{
    enum cap_type cspace = cap_type(t->slots[TCB_SLOT_CSPACE].cap);
    enum cap_type vspace = cap_type(t->slots[TCB_SLOT_VSPACE].cap);
    struct cap buffer = t->slots[TCB_SLOT_BUFFER].cap;

    if (cspace != CAP_NULL && cspace != CAP_CNODE && cspace != CAP_ZOMBIE)
        return check_broken(c, "a thread's CSpace is not a CNode:", at);
    if (vspace != CAP_NULL && vspace != CAP_PAGE_TABLE)
        return check_broken(c, "a thread's VSpace is not a page table:", at);
    if (!cap_is_null(buffer) && (cap_type(buffer) != CAP_FRAME || buffer.frame.is_device))
        return check_broken(c, "a thread's IPC buffer is not in a frame of RAM:", at);
    if (cap_type(buffer) == CAP_FRAME && !is_aligned(t->buffer_address, IPC_BUFFER_BITS))
        return check_broken(c, "a thread's IPC buffer is not aligned:", at);
    return true;
}

bool check_threads(struct check *c)
{
    for (struct slot *s = check_next(c, &c->k->cdt_sentinel); s; s = check_next(c, s)) {
        const struct tcb *t;
        kaddr at = s->cap.tcb.object;

        if (cap_type(s->cap) != CAP_TCB || !check_is_first(c, s))
            continue;
        t = tcb_at(c->k, at);
        c->report->threads++;
        if (!check_state(c, t, at) || !check_bound(c, t, at) || !check_own_slots(c, t, at))
            return false;
    }
    return true;
}

bool check_current(struct check *c)
{
    kaddr at = c->k->current;
    kaddr idle = kernel_address(c->k, &c->k->idle);

    if (c->k->action != KEEP_CURRENT || c->k->candidate != 0)
        return check_broken(c, "a choice of who runs was not made, action", c->k->action);
    if (at == idle)
        return true;
    if (!is_thread_address(c, at) || !scheduler_can_run(c->k, tcb_at(c->k, at)))
        return check_broken(c, "the current thread cannot run:", at);
    return true;
}
