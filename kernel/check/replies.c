/* SPDX-License-Identifier: MIT */
/* The classic configuration: reply capabilities, at most one to a caller, behind its master, and
 * the caller waits for it; time slices. */
#include "kernel/check/walk.h"

/* One reply capability: a master in its thread, or the one right to answer. */
static bool check_reply(struct check *c, const struct slot *slot)
{
    struct cap cap = slot->cap;
    const struct slot *previous = cdt_previous(c->k, slot);

    if (!check_is_memory(c, cap.reply.object, TCB_BITS, UINT64_C(1) << TCB_BITS))
        return check_broken_slot(c, "a reply capability leads to no thread: slot", slot);
    if (cap.reply.is_master) {
        if (slot != &tcb_at(c->k, cap.reply.object)->slots[TCB_SLOT_REPLY])
            return check_broken_slot(c, "a thread's reply master is not in its thread: slot", slot);
        return true;
    }
    if (!previous || cap_type(previous->cap) != CAP_REPLY || !previous->cap.reply.is_master ||
        previous->cap.reply.object != cap.reply.object)
        return check_broken_slot(c, "a caller has more than one reply capability: slot", slot);
    if (tcb_at(c->k, cap.reply.object)->state != THREAD_BLOCKED_ON_REPLY)
        return check_broken_slot(c, "a thread can be answered but does not wait: slot", slot);
    return true;
}

/* The two slots for answers, and the time slice. A caller keeps waiting when the right to answer it
   is deleted, so that a thread which waits need not have a reply capability. */
static bool check_thread(struct check *c, const struct tcb *t)
{
    struct cap master = t->slots[TCB_SLOT_REPLY].cap;
    struct cap caller = t->slots[TCB_SLOT_CALLER].cap;

    if (!cap_is_null(master) && (cap_type(master) != CAP_REPLY || !master.reply.is_master))
        return check_broken_thread(c, "a thread's reply slot holds something else:", t);
    if (!cap_is_null(caller) && (cap_type(caller) != CAP_REPLY || caller.reply.is_master))
        return check_broken_thread(c, "a thread's caller slot holds something else:", t);
    if (t->state == THREAD_BLOCKED_ON_REPLY && cap_is_null(master))
        return check_broken_thread(c, "a caller has no reply master:", t);
    if (t->time_slice_ticks < 1 || t->time_slice_ticks > TIME_SLICE_TICKS)
        return check_broken_thread(c, "a thread's time slice is impossible:", t);
    return true;
}

bool check_replies(struct check *c)
{
    for (struct slot *s = check_next(c, &c->k->cdt_sentinel); s; s = check_next(c, s)) {
        if (cap_type(s->cap) == CAP_REPLY && !check_reply(c, s))
            return false;
        if (cap_type(s->cap) == CAP_TCB && cdt_is_first(c->k, s) &&
            !check_thread(c, tcb_at(c->k, s->cap.tcb.object)))
            return false;
    }
    return true;
}
