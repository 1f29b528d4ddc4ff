/* SPDX-License-Identifier: MIT */
#include "tests/kernel/system.h"

enum { TEST_BUDGET_US = 1000000 };

/* All reply objects, in consecutive slots: a thread takes one when it first receives. */
void root_prepare(struct system *s)
{
    uint64_t first = slots_new(s, SYSTEM_THREADS_MAX);

    need_success(s, retype(s, s->untyped, ABI_TYPE_REPLY, 0, first, SYSTEM_THREADS_MAX),
                 "making reply objects");
    for (unsigned i = 0; i < SYSTEM_THREADS_MAX; i++)
        s->reply_slots[i] = first + i;
}

uint64_t make_context(struct system *s, struct context_options o)
{
    uint64_t context = make(s, ABI_TYPE_SCHED_CONTEXT, o.size_bits ? o.size_bits : 8);

    need_success(s, invoke(s, ROOT_SCHED_CONTROL, ABI_SCHED_CONTROL_CONFIGURE_FLAGS, CAPS(context),
                           WORDS(o.budget, o.period, o.extra_refills, o.badge,
                                 o.is_sporadic ? 1 : 0)),
                 "configuring a scheduling context");
    return context;
}

void thread_set_up(struct system *s, uint64_t tcb, struct thread_setup setup)
{
    uint64_t context = 0;

    need_success(s, invoke(s, tcb, ABI_TCB_CONFIGURE, CAPS(setup.cnode, ROOT_VSPACE, setup.frame),
                           WORDS(0, 0, setup.vaddr)),
                 "configuring a thread");
    if (!setup.is_passive)
        context = make_context(s, (struct context_options){.budget = TEST_BUDGET_US,
                                                           .period = TEST_BUDGET_US});
    need_success(s, invoke(s, tcb, ABI_TCB_SET_SCHED_PARAMS,
                           CAPS(ROOT_TCB, context, setup.handler),
                           WORDS(setup.mcp, setup.priority)),
                 "giving a thread its priority, time and handler");
}

uint64_t configure_thread(struct system *s, uint64_t tcb, struct thread_spaces spaces)
{
    return invoke(s, tcb, ABI_TCB_CONFIGURE, CAPS(spaces.cnode, spaces.vspace, spaces.frame),
                  WORDS(spaces.cnode_data, 0, spaces.vaddr));
}

uint64_t set_space(struct system *s, uint64_t tcb, struct thread_spaces spaces)
{
    return invoke(s, tcb, ABI_TCB_SET_SPACE, CAPS(0, spaces.cnode, spaces.vspace),
                  WORDS(spaces.cnode_data, 0));
}

/* A slot with the thread's context, which SetSchedParams is to name; 0: it has none. */
static uint64_t slot_of_context(struct system *s, uint64_t tcb)
{
    kaddr context = tcb_of(s, tcb)->sched_context;

    for (uint64_t slot = 1; context != 0 && slot < s->next_slot; slot++) {
        struct cap cap = root_slot(s, slot)->cap;

        if (cap_type(cap) == CAP_SCHED_CONTEXT && cap.sched_context.object == context)
            return slot;
    }
    return 0;
}

uint64_t set_sched_params(struct system *s, uint64_t tcb, uint64_t mcp, uint64_t priority)
{
    return invoke(s, tcb, ABI_TCB_SET_SCHED_PARAMS, CAPS(ROOT_TCB, slot_of_context(s, tcb), 0),
                  WORDS(mcp, priority));
}

void give_time(struct system *s, uint64_t tcb)
{
    uint64_t context = make_context(s, (struct context_options){.budget = TEST_BUDGET_US,
                                                                .period = TEST_BUDGET_US});

    need_success(s, invoke(s, context, ABI_SCHED_CONTEXT_BIND, CAPS(tcb), NO_WORDS),
                 "binding a scheduling context");
}

/* The reply object of the current thread. */
static uint64_t reply_slot(struct system *s)
{
    struct tcb *t = current(s);
    unsigned i = 0;

    while (i < s->reply_count && s->reply_users[i] != t)
        i++;
    if (i == SYSTEM_THREADS_MAX)
        system_fail("more than %d threads receive", SYSTEM_THREADS_MAX);
    if (i == s->reply_count) {
        s->reply_users[i] = t;
        s->reply_count++;
    }
    return s->reply_slots[i];
}

void reply_choose(struct system *s)
{
    if (current(s))
        current(s)->registers[REG_A6] = reply_slot(s);
}

void reply(struct system *s, const struct message *m)
{
    trap_with(s, ABI_SEND, reply_slot(s), m);
}
