/* SPDX-License-Identifier: MIT */
/* The system calls of the classic configuration. */
#include "kernel/classic/classic.h"
#include "kernel/entry/syscall.h"

/* Answers the last caller; nobody to answer is no error. */
static void reply(struct kernel *k)
{
    struct tcb *t = kernel_current(k);
    struct slot *caller = &t->slots[TCB_SLOT_CALLER];

    if (cap_type(caller->cap) == CAP_REPLY && !caller->cap.reply.is_master)
        classic_reply_transfer(k, t, caller);
}

void classic_syscall(struct kernel *k, enum syscall call)
{
    switch (call) {
    case SYSCALL_SEND:
        syscall_send(k, (struct send_kind){.cptr_register = REG_A0, .is_blocking = true});
        break;
    case SYSCALL_NB_SEND:
        syscall_send(k, (struct send_kind){.cptr_register = REG_A0, .is_blocking = false});
        break;
    case SYSCALL_CALL:
        syscall_send(k, (struct send_kind){.cptr_register = REG_A0,
                                           .is_blocking = true,
                                           .is_call = true});
        break;
    case SYSCALL_RECV:
        syscall_receive(k, (struct receive_kind){.is_blocking = true});
        break;
    case SYSCALL_NB_RECV:
        syscall_receive(k, (struct receive_kind){.is_blocking = false});
        break;
    case SYSCALL_REPLY:
        reply(k);
        break;
    case SYSCALL_REPLY_RECV:
        reply(k);
        syscall_receive(k, (struct receive_kind){.is_blocking = true});
        break;
    case SYSCALL_YIELD:
        classic_yield(k);
        break;
    default:
        kassert(!"a call of this configuration");
        break;
    }
}
