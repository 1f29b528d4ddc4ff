/* SPDX-License-Identifier: MIT */
#include "kernel/mcs/mcs.h"
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

/* Most have a budget that ends now and then, and half of those a handler to be told. */
void random_prepare_thread(struct system *s, uint64_t tcb, uint64_t endpoint)
{
    uint64_t context = s->next_slot - 1; /* the last thing that make_thread makes */
    uint64_t budget = 100 + random_below(3000);

    if (random_once_in(4))
        return;
    need_success(s, invoke(s, ROOT_SCHED_CONTROL, ABI_SCHED_CONTROL_CONFIGURE_FLAGS, CAPS(context),
                           WORDS(budget, budget + random_below(5000), random_below(4), tcb,
                                 random_below(2))),
                 "configuring a caller's scheduling context");
    if (random_once_in(2))
        invoke(s, tcb, ABI_TCB_SET_TIMEOUT_ENDPOINT, CAPS(endpoint), NO_WORDS);
}

/* A slot from `first` on that holds a capability of the type, to the object if that is not 0. */
static uint64_t find(struct system *s, uint64_t first, enum cap_type type, kaddr object)
{
    while (first < SLOT_COUNT && (cap_type(root_slot(s, first)->cap) != type ||
                                  (object != 0 && object_of(s, first) != object)))
        first++;
    return first < SLOT_COUNT ? first : 0;
}

void random_start_servers(struct system *s)
{
    uint64_t tcb = PLAYGROUND;
    uint64_t endpoint = PLAYGROUND;
    uint64_t reply_slot = PLAYGROUND;

    for (unsigned i = 0; i < RANDOM_SERVERS; i++) {
        tcb = find(s, tcb + 1, CAP_TCB, 0);
        reply_slot = find(s, reply_slot + 1, CAP_REPLY_OBJECT, 0);
        root_wake(s);
        need_success(s, invoke(s, tcb, ABI_TCB_SET_PRIORITY, CAPS(ROOT_TCB), WORDS(100 + i)),
                     "raising a server's priority");
        resume(s, tcb);
        receive(s, s->park);
        if (current(s) != tcb_of(s, tcb))
            system_fail("a server does not run");
        current(s)->registers[REG_A6] = reply_slot;
        trap_with(s, ABI_RECV, endpoint, NULL);
        root_wake(s);
        need_success(s, invoke(s, find(s, 1, CAP_SCHED_CONTEXT, tcb_of(s, tcb)->sched_context),
                               ABI_SCHED_CONTEXT_UNBIND, NO_CAPS, NO_WORDS),
                     "making a server passive");
        receive(s, s->park);
        endpoint = find(s, endpoint + 1, CAP_ENDPOINT, 0);
    }
}

/* On borrowed time: mostly calls somebody else, or answers and waits for the next. False: not so
   this time. */
static bool behave_as_server(struct system *s, struct tcb *t, int64_t *call)
{
    struct sched_context *sc = sched_context_of(s->k, t);

    if (!sc || sc->reply == 0 || random_once_in(4))
        return false;
    t->registers[REG_A0] = random_cptr(s, C_ENDPOINT);
    t->registers[REG_A6] = find(s, PLAYGROUND, CAP_REPLY_OBJECT, sc->reply);
    *call = random_once_in(2) ? ABI_CALL : ABI_REPLY_RECV;
    return true;
}

int64_t random_message_call(struct system *s, struct tcb *t)
{
    static const int8_t calls[] = {ABI_CALL, ABI_CALL, ABI_CALL, ABI_SEND, ABI_NB_SEND, ABI_RECV,
                                   ABI_RECV, ABI_REPLY_RECV, ABI_REPLY_RECV, ABI_NB_SEND_RECV,
                                   ABI_NB_SEND_WAIT, ABI_WAIT, ABI_NB_RECV, ABI_NB_WAIT};
    int64_t call = calls[random_below(sizeof(calls))];
    bool sends_on_a6 = call == ABI_NB_SEND_WAIT || (call == ABI_REPLY_RECV && random_once_in(10));

    if (behave_as_server(s, t, &call))
        return call;
    t->registers[REG_A0] = random_cptr(s, C_MESSAGE);
    t->registers[REG_T0] = random_cptr(s, C_MESSAGE);
    t->registers[REG_A6] = random_cptr(s, sends_on_a6 ? C_MESSAGE : C_REPLY_OBJECT);
    return call;
}
