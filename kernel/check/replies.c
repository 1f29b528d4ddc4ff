/* SPDX-License-Identifier: MIT */
/* Reply capabilities of the classic configuration: at most one to a caller, behind its master, and
 * the caller waits for it. */
#include "kernel/check/walk.h"

static bool check_reply(struct check *c, const struct slot *slot)
{
    kaddr at = kernel_address(c->k, slot);
    struct cap cap = slot->cap;
    const struct slot *previous = cdt_previous(c->k, slot);

    if (!check_is_memory(c, cap.reply.object, TCB_BITS, UINT64_C(1) << TCB_BITS))
        return check_broken(c, "a reply capability leads to no thread: slot", at);
    if (cap.reply.is_master) {
        if (slot != &tcb_at(c->k, cap.reply.object)->slots[TCB_SLOT_REPLY])
            return check_broken(c, "a thread's reply master is not in its thread: slot", at);
        return true;
    }
    if (!previous || cap_type(previous->cap) != CAP_REPLY || !previous->cap.reply.is_master ||
        previous->cap.reply.object != cap.reply.object)
        return check_broken(c, "a caller has more than one reply capability: slot", at);
    if (tcb_at(c->k, cap.reply.object)->state != THREAD_BLOCKED_ON_REPLY)
        return check_broken(c, "a thread can be answered but does not wait: slot", at);
    return true;
}

bool check_replies(struct check *c)
{
    for (struct slot *s = check_next(c, &c->k->cdt_sentinel); s; s = check_next(c, s))
        if (cap_type(s->cap) == CAP_REPLY && !check_reply(c, s))
            return false;
    return true;
}
