/* SPDX-License-Identifier: MIT */
/* Deleting: a capability is easy, the last capability to an object takes the object along, and the
 * objects that hold capabilities, CNodes and threads, must first be emptied, slot by slot.
 *
 * Emptying may take long and may be interrupted, so an object that is being emptied is kept as a
 * zombie: a capability in the place of the last one, that counts the slots which may still be full.
 *
 *     slot S:   CNode, 4 slots  ->  Zombie 4   ->  Zombie 3   ->  ...  ->  Zombie 0   ->  empty
 *                                   [a b c d]      [a b c .]               [. . . .]
 *
 * Each step (reduce) empties the zombie's last slot. What if that holds the last capability to
 * another CNode, B? Emptying B in its turn would take a stack as deep as the chain of CNodes. So a
 * zombie found inside a zombie changes places with what lies in its own first slot:
 *
 *     A: [a b B]    B: [x y z]    ->    A: [a b x]    B: [Zombie B  y z]
 *
 * and the step goes on with x. B now holds itself: no CPtr leads to it any more, and it waits there
 * until the untyped memory that it was made from is revoked, which finds it in the derivation tree
 * and empties it as it would any capability. (So does seL4: deleting is not recursive, revoking the
 * memory is thorough.)
 *
 * Deleting is exposed when a user sees the slot (CNode_Delete, revocation): it goes on until the
 * slot is empty. It is hidden for the last slot of a zombie, where a zombie that holds itself may
 * stay behind.
 *
 * Between two steps everything is consistent, so there the operation may be preempted; the caller
 * makes the same call again and finds the zombie as it was left. Every step empties a slot or puts
 * a zombie into its own first slot, where it stays, so it ends. Recursion is two deep: an exposed
 * deletion calls a hidden one, and that calls none. */
#include "kernel/cap/delete.h"

#include "kernel/cap/cdt.h"
#include "kernel/cap/names.h"
#include "kernel/entry/preemption.h"
#include "kernel/flavour.h"
#include "kernel/ipc/endpoint.h"
#include "kernel/ipc/notification.h"
#include "kernel/irq/irq.h"
#include "kernel/vspace/vspace.h"

/* --- what becomes of an object ---------------------------------------------------------------- */

/* The last capability to a thread is going. */
static struct cap finalise_tcb(struct kernel *k, struct cap cap)
{
    struct tcb *t = tcb_at(k, cap.tcb.object);

    kassert(cap_type(cap) == CAP_TCB);
    notification_unbind_thread(k, t);
    k->flavour->finalise(k, cap);
    tcb_suspend(k, t);
    platform_thread_release(k->platform, t);
    return cap_zombie(cap.tcb.object, true, TCB_SLOTS_RADIX, TCB_SLOT_COUNT);
}

/* Whoever waits makes its call again, and faults, as the capability it used is gone. */
static void finalise_notification(struct kernel *k, struct cap cap)
{
    struct notification *n = notification_at(k, cap.notification.object);

    kassert(cap_type(cap) == CAP_NOTIFICATION);
    notification_unbind(k, n);
    k->flavour->finalise(k, cap);
    notification_cancel_all(k, n);
}

/* The last capability to the object is going, or, for frames, any. Undoes what the object is part
   of and returns what stays in the slot: a zombie of what holds capabilities, else null. */
static struct cap finalise(struct kernel *k, struct cap cap, bool is_final)
{
    kassert(!cap_is_null(cap));
    if (cap_type(cap) == CAP_FRAME)
        vspace_unmap_frame(k, cap);
    if (cap_type(cap) == CAP_ZOMBIE)
        return cap;
    if (!is_final)
        return cap_null();

    name_forget(k, cap);
    switch (cap_type(cap)) {
    case CAP_ENDPOINT:
        endpoint_cancel_all(k, endpoint_at(k, cap.endpoint.object));
        break;
    case CAP_NOTIFICATION:
        finalise_notification(k, cap);
        break;
    case CAP_CNODE:
        return cap_zombie(cap.cnode.object, false, cap.cnode.radix,
                          UINT64_C(1) << cap.cnode.radix);
    case CAP_TCB:
        return finalise_tcb(k, cap);
    case CAP_IRQ_HANDLER:
        irq_deactivate(k, cap.irq_handler.irq);
        break;
    case CAP_PAGE_TABLE:
        vspace_finalise_table(k, cap);
        break;
    case CAP_ASID_POOL:
        asid_pool_finalise(k, cap);
        break;
    case CAP_LUA_HEAP:
        heap_unbind(k, kernel_pointer(k, cap.lua_heap.object));
        break;
    case CAP_REPLY_OBJECT:
    case CAP_SCHED_CONTEXT:
        k->flavour->finalise(k, cap);
        break;
    case CAP_NULL:
    case CAP_UNTYPED:
    case CAP_REPLY:
    case CAP_IRQ_CONTROL:
    case CAP_ZOMBIE:
    case CAP_DOMAIN:
    case CAP_FRAME:
    case CAP_ASID_CONTROL:
    case CAP_SCHED_CONTROL:
    case CAP_TYPE_COUNT:
        break;
    }
    return cap_null();
}

void slot_delete_one(struct kernel *k, struct slot *slot)
{
    struct cap left;

    if (cap_is_null(slot->cap))
        return;
    left = finalise(k, slot->cap, cdt_is_final(k, slot));
    kassert(cap_is_null(left));
    (void)left;
    cdt_remove(k, slot);
}

/* --- zombies ---------------------------------------------------------------------------------- */

/* The slots of what a zombie was; a thread's slots come first in it, too. */
static struct slot *zombie_slots(struct kernel *k, struct cap zombie)
{
    kassert(cap_type(zombie) == CAP_ZOMBIE);
    return slot_at(k, zombie.zombie.object);
}

/* The zombie in this slot lies in its own first slot. */
static bool holds_itself(struct kernel *k, struct cap cap, const struct slot *slot)
{
    return cap_type(cap) == CAP_ZOMBIE && zombie_slots(k, cap) == slot;
}

/* Nothing is left of the object but perhaps this slot. */
static bool is_done(struct kernel *k, struct cap left, const struct slot *slot)
{
    kassert(cap_is_null(left) || cap_type(left) == CAP_ZOMBIE);
    if (cap_is_null(left))
        return true;
    return left.zombie.count == 0 || (left.zombie.count == 1 && holds_itself(k, left, slot));
}

/* How far emptying a slot has come, when it was not preempted. */
enum emptied { MAY_BE_REMOVED, MUST_STAY };

/* The hidden form: never calls itself, leaves a zombie that holds itself in its place. */
static enum outcome finalise_hidden(struct kernel *k, struct slot *slot, enum emptied *emptied)
{
    while (!cap_is_null(slot->cap)) {
        struct cap left = finalise(k, slot->cap, cdt_is_final(k, slot));

        *emptied = MAY_BE_REMOVED;
        if (is_done(k, left, slot))
            return DONE;
        slot->cap = left;
        *emptied = MUST_STAY;
        if (holds_itself(k, left, slot))
            return DONE;
        struct slot *first = zombie_slots(k, left);
        cdt_swap(k, first->cap, first, slot->cap, slot);
        TRY(preemption_point(k));
    }
    *emptied = MAY_BE_REMOVED;
    return DONE;
}

/* Empties the last slot of the zombie in `slot` and counts it off. */
static enum outcome reduce(struct kernel *k, struct slot *slot)
{
    struct cap zombie = slot->cap;
    struct slot *last = zombie_slots(k, zombie) + (zombie.zombie.count - 1);
    enum emptied emptied;

    kassert(zombie.zombie.count > 0);
    TRY(finalise_hidden(k, last, &emptied));
    if (emptied == MAY_BE_REMOVED && !cap_is_null(last->cap))
        cdt_remove(k, last);

    /* Usually that emptied the slot. But a zombie may have moved into `slot`, where that is its own
       first slot: ours then lies elsewhere and the next round goes on with the new one. */
    if (cap_type(slot->cap) == CAP_ZOMBIE &&
        slot->cap.zombie.object == zombie.zombie.object &&
        slot->cap.zombie.count == zombie.zombie.count) {
        kassert(cap_is_null(last->cap));
        slot->cap.zombie.count = zombie.zombie.count - 1;
    } else {
        kassert(cap_is_null(slot->cap) || holds_itself(k, slot->cap, slot));
    }
    return DONE;
}

/* The exposed form: goes on until only the slot itself is left to be removed. */
static enum outcome finalise_exposed(struct kernel *k, struct slot *slot)
{
    while (!cap_is_null(slot->cap)) {
        struct cap left = finalise(k, slot->cap, cdt_is_final(k, slot));

        if (is_done(k, left, slot))
            return DONE;
        slot->cap = left;
        TRY(reduce(k, slot));
        TRY(preemption_point(k));
    }
    return DONE;
}

/* --- public ----------------------------------------------------------------------------------- */

/* Empties it in the exposed form, then takes it out of the tree. */
enum outcome slot_delete(struct kernel *k, struct slot *slot)
{
    TRY(finalise_exposed(k, slot));
    if (!cap_is_null(slot->cap))
        cdt_remove(k, slot);
    return DONE;
}

/* The next one is a descendant or there is none: the list shrinks from behind the slot. */
enum outcome slot_revoke(struct kernel *k, struct slot *slot)
{
    struct slot *child;

    while ((child = cdt_first_child(k, slot)) != NULL) {
        TRY(slot_delete(k, child));
        TRY(preemption_point(k));
    }
    return DONE;
}

/* Only the last capability to something that holds capabilities starts a long deletion. */
bool slot_deletes_long(struct kernel *k, const struct slot *slot)
{
    enum cap_type type = cap_type(slot->cap);

    if (type != CAP_TCB && type != CAP_CNODE && type != CAP_ZOMBIE)
        return false;
    return cdt_is_final(k, slot);
}
