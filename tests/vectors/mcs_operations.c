/* SPDX-License-Identifier: MIT */
#include "tests/vectors/script_operations.h"

/* [cptr, reply] */
static void prepare_receive_with(struct system *s, struct worker *w, const cJSON *op,
                                 int64_t number)
{
    prepare_receive(s, w, op, number);
    w->tcb->registers[REG_A6] = argument(op, 2);
}

/* [cptr, label, words, reply] */
static void prepare_reply_receive(struct system *s, struct worker *w, const cJSON *op,
                                  int64_t number)
{
    prepare_send(s, w, op, number);
    w->tcb->registers[REG_A6] = argument(op, 4);
}

/* [destination, label, words, source, reply] */
static void prepare_send_receive(struct system *s, struct worker *w, const cJSON *op,
                                 int64_t number)
{
    struct message m = message_argument(w, op, 2);

    prepare_message(s, w, argument(op, 4), &m, number);
    w->tcb->registers[REG_T0] = argument(op, 1);
    w->tcb->registers[REG_A6] = argument(op, 5);
}

/* [destination, label, words, source] */
static void prepare_send_wait(struct system *s, struct worker *w, const cJSON *op, int64_t number)
{
    struct message m = message_argument(w, op, 2);

    prepare_message(s, w, argument(op, 4), &m, number);
    w->tcb->registers[REG_A6] = argument(op, 1);
}

/* [tcb, mcp, priority, scheduling context, fault endpoint] */
static void prepare_params(struct system *s, struct worker *w, const cJSON *op, int64_t label)
{
    struct message m = {.label = (uint64_t)label, .length = 2, .extra_count = 3,
                        .words = {argument(op, 2), argument(op, 3)},
                        .caps = {SLOT_TCB + w->index, argument(op, 4), argument(op, 5)}};

    prepare_invocation(s, w, argument(op, 1), &m);
}

const struct operation operations[] = {
    {"Send", prepare_send, ABI_SEND, RESULT_NOTHING},
    {"NBSend", prepare_send, ABI_NB_SEND, RESULT_NOTHING},
    {"Call", prepare_send, ABI_CALL, RESULT_ANSWER},
    {"Recv", prepare_receive_with, ABI_RECV, RESULT_ECHOED},
    {"NBRecv", prepare_receive_with, ABI_NB_RECV, RESULT_ECHOED},
    {"ReplyRecv", prepare_reply_receive, ABI_REPLY_RECV, RESULT_ECHOED},
    {"Signal", prepare_signal, ABI_SEND, RESULT_NOTHING},
    {"Wait", prepare_receive, ABI_WAIT, RESULT_MESSAGE},
    {"Poll", prepare_receive, ABI_NB_WAIT, RESULT_MESSAGE},
    {"Yield", prepare_yield, ABI_YIELD, RESULT_NOTHING},
    {"SetPriority", prepare_priorities, ABI_TCB_SET_PRIORITY, RESULT_ERROR},
    {"SetSchedParams", prepare_params, ABI_TCB_SET_SCHED_PARAMS, RESULT_ERROR},
    {"Suspend", prepare_tcb, ABI_TCB_SUSPEND, RESULT_ERROR},
    {"Resume", prepare_tcb, ABI_TCB_RESUME, RESULT_ERROR},
    {"BindNotification", prepare_bind, ABI_TCB_BIND_NOTIFICATION, RESULT_ERROR},
    {"UnbindNotification", prepare_tcb, ABI_TCB_UNBIND_NOTIFICATION, RESULT_ERROR},
    {"CancelBadgedSends", prepare_slot, ABI_CNODE_CANCEL_BADGED_SENDS, RESULT_ERROR},
    {"Delete", prepare_slot, ABI_CNODE_DELETE, RESULT_ERROR},
    {"Mint", prepare_mint, ABI_CNODE_MINT, RESULT_ERROR},
    {"VMFault", prepare_vm_fault, 0, RESULT_NOTHING},
    {"UnknownSyscall", prepare_unknown, 0, RESULT_NOTHING},
    {"UserException", prepare_exception, 0, RESULT_NOTHING},
    {"NBSendRecv", prepare_send_receive, ABI_NB_SEND_RECV, RESULT_ECHOED},
    {"NBSendWait", prepare_send_wait, ABI_NB_SEND_WAIT, RESULT_ECHOED},
    {"SCBind", prepare_bind, ABI_SCHED_CONTEXT_BIND, RESULT_ERROR},
    {"SCUnbind", prepare_tcb, ABI_SCHED_CONTEXT_UNBIND, RESULT_ERROR},
    {"SCUnbindObject", prepare_bind, ABI_SCHED_CONTEXT_UNBIND_OBJECT, RESULT_ERROR},
    {"YieldTo", prepare_tcb, ABI_SCHED_CONTEXT_YIELD_TO, RESULT_ERROR},
};

const size_t operation_count = sizeof(operations) / sizeof(operations[0]);
