/* SPDX-License-Identifier: MIT */
/* Methods of TCBs that are the same in both configurations. Manual section 6.3. */
#include "kernel/entry/methods.h"
#include "kernel/ipc/notification.h"
#include "kernel/thread/tcb_change.h"

/* Neither may be bound yet, and nobody may wait: the signal is to go to one thread. */
static enum outcome bind_notification(struct invocation *inv, struct tcb *t)
{
    struct cap cap;
    struct notification *n;

    if (inv->extra[0] == NULL)
        return refuse_truncated(inv);
    if (t->bound_notification != 0)
        return refuse_illegal(inv,
                              "the thread already has a bound notification; unbind that first");
    cap = inv->extra[0]->cap;
    if (cap_type(cap) != CAP_NOTIFICATION)
        return refuse_illegal(inv, "notification is not a Notification");
    if (!(cap.notification.rights & RIGHT_READ))
        return refuse_illegal(inv, "notification lacks the right to wait; copy it with right Read");
    n = notification_at(inv->kernel, cap.notification.object);
    if (n->head != 0 || n->bound_thread != 0)
        return refuse_illegal(inv,
                              "threads wait on notification, or it is bound to one; unbind it "
                              "there first");
    notification_bind(inv->kernel, n, t);
    return DONE;
}

static enum outcome unbind_notification(struct invocation *inv, struct tcb *t)
{
    if (t->bound_notification == 0)
        return refuse_illegal(inv,
                              "the thread has no bound notification; there is nothing to undo");
    notification_unbind_thread(inv->kernel, t);
    return DONE;
}

static enum outcome set_ipc_buffer(struct invocation *inv, struct tcb *t)
{
    struct tcb_change change = {.thread = t};

    if (inv->length < 1 || !inv->extra[0])
        return refuse_truncated(inv);
    TRY(change_check_buffer(inv, &change, inv->extra[0], invocation_word(inv, 0)));
    return change_apply(inv, &change);
}

/* tp is a register like any other, but a thread may set its own only so. */
static enum outcome set_tls_base(struct invocation *inv, struct tcb *t)
{
    if (inv->length < 1)
        return refuse_truncated(inv);
    t->registers[REG_TP] = invocation_word(inv, 0);
    if (t == inv->thread)
        scheduler_reschedule(inv->kernel);
    return DONE;
}

/* Words: flags to clear, flags to set. Answers with what is set then; unknown flags are ignored. */
static enum outcome set_flags(struct invocation *inv, struct tcb *t)
{
    uint64_t flags;

    if (inv->length < 2)
        return refuse_truncated(inv);
    flags = (t->flags & ~invocation_word(inv, 0)) | invocation_word(inv, 1);
    t->flags = (uint8_t)(flags & TCB_FLAGS_MASK);
    invocation_answer(inv, 0, t->flags);
    invocation_answer_length(inv, 1);
    return DONE;
}

/* A method of the other configuration ends here, as one that does not exist. */
enum outcome tcb_invoke_common(struct invocation *inv)
{
    struct tcb *t = tcb_at(inv->kernel, inv->slot->cap.tcb.object);

    if (inv->method == METHOD_TCB_READ_REGISTERS)
        return tcb_read_registers(inv, t);
    if (inv->method == METHOD_TCB_WRITE_REGISTERS)
        return tcb_write_registers(inv, t);
    if (inv->method == METHOD_TCB_COPY_REGISTERS)
        return tcb_copy_registers(inv, t);
    if (inv->method == METHOD_TCB_BIND_NOTIFICATION)
        return bind_notification(inv, t);
    if (inv->method == METHOD_TCB_UNBIND_NOTIFICATION)
        return unbind_notification(inv, t);
    if (inv->method == METHOD_TCB_SET_IPC_BUFFER)
        return set_ipc_buffer(inv, t);
    if (inv->method == METHOD_TCB_SET_TLS_BASE)
        return set_tls_base(inv, t);
    if (inv->method == METHOD_TCB_SET_FLAGS)
        return set_flags(inv, t);
    if (inv->method == METHOD_TCB_SUSPEND) {
        tcb_suspend(inv->kernel, t);
        return DONE;
    }
    if (inv->method == METHOD_TCB_RESUME) {
        tcb_restart(inv->kernel, t);
        return DONE;
    }
    return refuse_method(inv);
}
