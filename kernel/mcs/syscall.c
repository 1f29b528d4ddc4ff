/* SPDX-License-Identifier: MIT */
/* The system calls of the MCS configuration. Those that send and then receive never block in the
 * first part, and methods that could take long are not called there. */
#include "kernel/entry/syscall.h"
#include "kernel/mcs/mcs.h"

static void send(struct kernel *k, bool is_blocking, bool is_call)
{
    syscall_send(k, (struct send_kind){.cptr_register = REG_A0,
                                       .is_blocking = is_blocking,
                                       .is_call = is_call,
                                       .may_donate = is_call});
}

/* The first part: sends on the capability that the register names. */
static void send_and_receive(struct kernel *k, enum context_register destination,
                             enum reply_use reply)
{
    enum outcome outcome = syscall_send(k, (struct send_kind){.cptr_register = destination,
                                                              .may_donate = true,
                                                              .is_first_phase = true});

    if (outcome != PREEMPTED)
        syscall_receive(k, (struct receive_kind){.is_blocking = true, .reply = reply});
}

static void receive(struct kernel *k, bool is_blocking, enum reply_use reply)
{
    syscall_receive(k, (struct receive_kind){.is_blocking = is_blocking, .reply = reply});
}

/* Receiving takes a reply object or not; that is all the difference between Recv and Wait. */
void mcs_syscall(struct kernel *k, enum syscall call)
{
    switch (call) {
    case SYSCALL_SEND:
        send(k, true, false);
        break;
    case SYSCALL_NB_SEND:
        send(k, false, false);
        break;
    case SYSCALL_CALL:
        send(k, true, true);
        break;
    case SYSCALL_RECV:
        receive(k, true, REPLY_IN_A6);
        break;
    case SYSCALL_NB_RECV:
        receive(k, false, REPLY_IN_A6);
        break;
    case SYSCALL_WAIT:
        receive(k, true, REPLY_NONE);
        break;
    case SYSCALL_NB_WAIT:
        receive(k, false, REPLY_NONE);
        break;
    case SYSCALL_REPLY_RECV:
        send_and_receive(k, REG_A6, REPLY_IN_A6);
        break;
    case SYSCALL_NB_SEND_RECV:
        send_and_receive(k, REG_T0, REPLY_IN_A6);
        break;
    case SYSCALL_NB_SEND_WAIT:
        send_and_receive(k, REG_A6, REPLY_NONE); /* no reply object is needed, so a6 is free */
        break;
    case SYSCALL_YIELD:
        budget_yield(k);
        break;
    default:
        kassert(!"a call of this configuration");
        break;
    }
}
