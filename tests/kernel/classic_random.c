/* SPDX-License-Identifier: MIT */
#include "tests/kernel/random_calls.h"

const struct shape configuration_shapes[] = {
    {ABI_CNODE_SAVE_CALLER, C_CNODE, 0, 2, {0}, {W_SLOT, W_DEPTH}},
    {ABI_TCB_CONFIGURE, C_TCB, 3, 4, {C_CSPACE, C_SPACE, C_FRAME},
     {W_SLOT, W_GUARD, W_ANY, W_BUFFER}},
    {ABI_TCB_SET_SPACE, C_TCB, 2, 3, {C_CSPACE, C_SPACE}, {W_SLOT, W_GUARD, W_ANY}},
    {ABI_TCB_SET_SCHED_PARAMS, C_TCB, 1, 2, {C_TCB}, {W_PRIORITY, W_PRIORITY}},
    {0}};

void random_populate(struct system *s)
{
    (void)s;
}

void random_prepare_thread(struct system *s, uint64_t tcb, uint64_t endpoint)
{
    (void)s;
    (void)tcb;
    (void)endpoint;
}

void random_start_servers(struct system *s)
{
    unsigned started = 0;

    root_wake(s);
    for (uint64_t slot = PLAYGROUND; slot < SLOT_COUNT && started < RANDOM_SERVERS; slot++) {
        if (cap_type(root_slot(s, slot)->cap) == CAP_TCB) {
            resume(s, slot);
            started++;
        }
    }
    receive(s, s->park);
}

int64_t random_message_call(struct system *s, struct tcb *t)
{
    static const int8_t calls[] = {ABI_CALL, ABI_CALL, ABI_SEND, ABI_NB_SEND, ABI_RECV, ABI_RECV,
                                   ABI_REPLY_RECV, ABI_REPLY_RECV, ABI_REPLY, ABI_NB_RECV};

    t->registers[REG_A0] = random_cptr(s, C_MESSAGE);
    return calls[random_below(sizeof(calls))];
}
