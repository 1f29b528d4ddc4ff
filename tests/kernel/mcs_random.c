/* SPDX-License-Identifier: MIT */
#include "tests/kernel/random_calls.h"

const struct shape configuration_shapes[] = {
    {ABI_TCB_CONFIGURE, C_TCB, 3, 3, {C_CSPACE, C_SPACE, C_FRAME}, {W_GUARD, W_ANY, W_BUFFER}},
    {ABI_TCB_SET_SPACE, C_TCB, 3, 2, {C_HANDLER, C_CSPACE, C_SPACE}, {W_GUARD, W_ANY}},
    {ABI_TCB_SET_SCHED_PARAMS, C_TCB, 3, 2, {C_TCB, C_CONTEXT, C_HANDLER},
     {W_PRIORITY, W_PRIORITY}},
    {ABI_TCB_SET_TIMEOUT_ENDPOINT, C_TCB, 1, 0, {C_HANDLER}, {0}},
    {ABI_SCHED_CONTROL_CONFIGURE_FLAGS, C_SCHED_CONTROL, 1, 5, {C_CONTEXT},
     {W_BUDGET, W_PERIOD, W_SMALL, W_BADGE, W_BIT}},
    {ABI_SCHED_CONTROL_CONFIGURE_FLAGS, C_SCHED_CONTROL, 1, 5, {C_CONTEXT},
     {W_BUDGET, W_PERIOD, W_SMALL, W_BADGE, W_BIT}},
    {ABI_SCHED_CONTEXT_BIND, C_CONTEXT, 1, 0, {C_TCB}, {0}},
    {ABI_SCHED_CONTEXT_BIND, C_CONTEXT, 1, 0, {C_TCB}, {0}},
    {ABI_SCHED_CONTEXT_BIND, C_CONTEXT, 1, 0, {C_NOTIFICATION}, {0}},
    {ABI_SCHED_CONTEXT_UNBIND, C_CONTEXT, 0, 0, {0}, {0}},
    {ABI_SCHED_CONTEXT_UNBIND_OBJECT, C_CONTEXT, 1, 0, {C_TCB}, {0}},
    {ABI_SCHED_CONTEXT_UNBIND_OBJECT, C_CONTEXT, 1, 0, {C_NOTIFICATION}, {0}},
    {ABI_SCHED_CONTEXT_CONSUMED, C_CONTEXT, 0, 0, {0}, {0}},
    {ABI_SCHED_CONTEXT_YIELD_TO, C_CONTEXT, 0, 0, {0}, {0}},
    {ABI_SCHED_CONTEXT_YIELD_TO, C_CONTEXT, 0, 0, {0}, {0}},
    {0}};

void random_populate(struct system *s)
{
    for (unsigned i = 0; i < 3; i++)
        make_context(s, (struct context_options){.budget = 1000 << i, .period = 10000,
                                                 .extra_refills = i, .badge = i,
                                                 .is_sporadic = i == 2});
    for (unsigned i = 0; i < 6; i++)
        make(s, ABI_TYPE_REPLY, 0);
}

int64_t random_message_call(struct system *s, struct tcb *t)
{
    static const int8_t calls[] = {ABI_CALL, ABI_CALL, ABI_CALL, ABI_SEND, ABI_NB_SEND, ABI_RECV,
                                   ABI_RECV, ABI_REPLY_RECV, ABI_REPLY_RECV, ABI_NB_SEND_RECV,
                                   ABI_NB_SEND_WAIT, ABI_WAIT, ABI_NB_RECV, ABI_NB_WAIT};
    int64_t call = calls[random_below(sizeof(calls))];
    bool sends_on_a6 = call == ABI_NB_SEND_WAIT || (call == ABI_REPLY_RECV && random_once_in(10));

    t->registers[REG_A0] = random_cptr(s, C_MESSAGE);
    t->registers[REG_T0] = random_cptr(s, C_MESSAGE);
    t->registers[REG_A6] = random_cptr(s, sends_on_a6 ? C_MESSAGE : C_REPLY_OBJECT);
    return call;
}
