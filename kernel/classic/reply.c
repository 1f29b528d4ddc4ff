/* SPDX-License-Identifier: MIT */
/* The right to answer a caller, in the classic configuration.
 *
 * Each thread that may call holds a master reply capability in a slot of its own. A call makes a
 * child of it, a reply capability, in the receiver's caller slot, where Reply finds it; SaveCaller
 * may move it elsewhere.
 *
 *     caller's REPLY slot:  master reply (original)
 *                              `-- receiver's CALLER slot: reply      at most one child at a time
 *
 * So the caller finds its one reply capability by looking at its master's child, wherever it went:
 * that is how it is cancelled when the caller is suspended or deleted. Manual section 4.2.4. */
#include "kernel/cap/cdt.h"
#include "kernel/cap/delete.h"
#include "kernel/classic/classic.h"
#include "kernel/ipc/transfer.h"

/* Made when a thread is first resumed, as in seL4; it stays until the thread is deleted. */
void classic_reply_prepare(struct kernel *k, struct tcb *t)
{
    struct slot *master = &t->slots[TCB_SLOT_REPLY];

    if (cap_is_null(master->cap))
        cdt_insert_root(k, cap_reply(kernel_address(k, t), true, true), master);
}

/* The right to answer replaces whatever the receiver's caller slot held: receive_prepare has
   emptied it. */
void classic_reply_setup(struct kernel *k, struct tcb *caller, struct tcb *receiver,
                         bool can_grant)
{
    struct slot *master = &caller->slots[TCB_SLOT_REPLY];

    kassert(cap_type(master->cap) == CAP_REPLY && master->cap.reply.is_master);
    kassert(cdt_first_child(k, master) == NULL);
    scheduler_set_state(k, caller, THREAD_BLOCKED_ON_REPLY);
    cdt_insert_reply(k, cap_reply(kernel_address(k, caller), false, can_grant), master,
                     &receiver->slots[TCB_SLOT_CALLER]);
}

/* Wherever the reply capability went, it is the master's only child. */
void classic_reply_cancel(struct kernel *k, struct tcb *caller)
{
    struct slot *child = cdt_first_child(k, &caller->slots[TCB_SLOT_REPLY]);

    if (child)
        slot_delete_one(k, child);
}

/* A new message replaces the right to answer an earlier one. */
void classic_receive_prepare(struct kernel *k, struct tcb *t, const struct receive_options *o)
{
    (void)o;
    slot_delete_one(k, &t->slots[TCB_SLOT_CALLER]);
}

/* The capability is used up before the caller runs: it can be answered only once. */
void classic_reply_transfer(struct kernel *k, struct tcb *sender, struct slot *slot)
{
    struct tcb *receiver = tcb_at(k, slot->cap.reply.object);
    struct transfer_options transfer = {.endpoint = 0, .badge = 0,
                                        .can_grant = slot->cap.reply.can_grant};
    enum thread_state state = THREAD_RUNNING;

    kassert(cap_type(slot->cap) == CAP_REPLY && !slot->cap.reply.is_master);
    kassert(receiver->state == THREAD_BLOCKED_ON_REPLY);
    if (receiver->fault.kind == FAULT_NONE)
        transfer_message(k, sender, receiver, transfer);
    else
        state = fault_answer(k, receiver, sender);
    slot_delete_one(k, slot);
    scheduler_set_state(k, receiver, state);
    if (thread_is_runnable(receiver))
        scheduler_wake(k, receiver);
}

enum outcome classic_reply_invoke(struct invocation *inv)
{
    if (inv->slot->cap.reply.is_master)
        return refuse_capability(inv, 0, "a thread's own reply master answers nobody");
    classic_reply_transfer(inv->kernel, inv->thread, inv->slot);
    return DONE;
}
