/* SPDX-License-Identifier: MIT */
#include "tests/kernel/system.h"

void root_prepare(struct system *s)
{
    (void)s;
}

void thread_set_up(struct system *s, uint64_t tcb, struct thread_setup setup)
{
    need_success(s, invoke(s, tcb, ABI_TCB_CONFIGURE, CAPS(setup.cnode, ROOT_VSPACE, setup.frame),
                           WORDS(setup.handler_inside, 0, 0, setup.vaddr)),
                 "configuring a thread");
    need_success(s, invoke(s, tcb, ABI_TCB_SET_SCHED_PARAMS, CAPS(ROOT_TCB),
                           WORDS(setup.mcp, setup.priority)),
                 "giving a thread a priority");
}

uint64_t configure_thread(struct system *s, uint64_t tcb, struct thread_spaces spaces)
{
    return invoke(s, tcb, ABI_TCB_CONFIGURE, CAPS(spaces.cnode, spaces.vspace, spaces.frame),
                  WORDS(0, spaces.cnode_data, 0, spaces.vaddr));
}

uint64_t set_space(struct system *s, uint64_t tcb, struct thread_spaces spaces)
{
    return invoke(s, tcb, ABI_TCB_SET_SPACE, CAPS(spaces.cnode, spaces.vspace),
                  WORDS(0, spaces.cnode_data, 0));
}

uint64_t set_sched_params(struct system *s, uint64_t tcb, uint64_t mcp, uint64_t priority)
{
    return invoke(s, tcb, ABI_TCB_SET_SCHED_PARAMS, CAPS(ROOT_TCB), WORDS(mcp, priority));
}

void give_time(struct system *s, uint64_t tcb)
{
    (void)s;
    (void)tcb;
}

void reply_choose(struct system *s)
{
    (void)s;
}

void reply(struct system *s, const struct message *m)
{
    trap_with(s, ABI_REPLY, 0, m);
}
