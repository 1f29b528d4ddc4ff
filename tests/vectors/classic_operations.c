/* SPDX-License-Identifier: MIT */
#include "tests/vectors/script_operations.h"

static void prepare_reply(struct system *s, struct worker *w, const cJSON *op, int64_t number)
{
    struct message m = message_argument(w, op, 1);

    prepare_message(s, w, 0, &m, number);
}

const struct operation operations[] = {
    {"Send", prepare_send, ABI_SEND, RESULT_NOTHING},
    {"NBSend", prepare_send, ABI_NB_SEND, RESULT_NOTHING},
    {"Call", prepare_send, ABI_CALL, RESULT_ANSWER},
    {"Recv", prepare_receive, ABI_RECV, RESULT_ECHOED},
    {"NBRecv", prepare_receive, ABI_NB_RECV, RESULT_ECHOED},
    {"ReplyRecv", prepare_send, ABI_REPLY_RECV, RESULT_ECHOED},
    {"Reply", prepare_reply, ABI_REPLY, RESULT_NOTHING},
    {"Signal", prepare_signal, ABI_SEND, RESULT_NOTHING},
    {"Wait", prepare_receive, ABI_RECV, RESULT_MESSAGE},
    {"Poll", prepare_receive, ABI_NB_RECV, RESULT_MESSAGE},
    {"Yield", prepare_yield, ABI_YIELD, RESULT_NOTHING},
    {"SetPriority", prepare_priorities, ABI_TCB_SET_PRIORITY, RESULT_ERROR},
    {"SetSchedParams", prepare_priorities, ABI_TCB_SET_SCHED_PARAMS, RESULT_ERROR},
    {"Suspend", prepare_tcb, ABI_TCB_SUSPEND, RESULT_ERROR},
    {"Resume", prepare_tcb, ABI_TCB_RESUME, RESULT_ERROR},
    {"BindNotification", prepare_bind, ABI_TCB_BIND_NOTIFICATION, RESULT_ERROR},
    {"UnbindNotification", prepare_tcb, ABI_TCB_UNBIND_NOTIFICATION, RESULT_ERROR},
    {"CancelBadgedSends", prepare_slot, ABI_CNODE_CANCEL_BADGED_SENDS, RESULT_ERROR},
    {"Delete", prepare_slot, ABI_CNODE_DELETE, RESULT_ERROR},
    {"SaveCaller", prepare_slot, ABI_CNODE_SAVE_CALLER, RESULT_ERROR},
    {"Mint", prepare_mint, ABI_CNODE_MINT, RESULT_ERROR},
    {"VMFault", prepare_vm_fault, 0, RESULT_NOTHING},
    {"UnknownSyscall", prepare_unknown, 0, RESULT_NOTHING},
    {"UserException", prepare_exception, 0, RESULT_NOTHING},
};

const size_t operation_count = sizeof(operations) / sizeof(operations[0]);
