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

void reply_choose(struct system *s)
{
    (void)s;
}

void reply(struct system *s, const struct message *m)
{
    trap_with(s, ABI_REPLY, 0, m);
}
