/* SPDX-License-Identifier: MIT */
#include "tests/kernel/mcs_threads.h"

struct sched_context *context_at(struct system *s, uint64_t cptr)
{
    return sched_context_at(s->k, object_of(s, cptr));
}

struct timed make_passive(struct system *s, uint8_t priority)
{
    struct timed timed = {.cap = make_thread(s, (struct thread_options){.priority = priority,
                                                                        .is_passive = true})};

    timed.t = tcb_of(s, timed.cap);
    return timed;
}

struct timed make_timed(struct system *s, uint8_t priority, struct context_options options)
{
    struct timed timed = make_passive(s, priority);

    timed.context = make_context(s, options);
    timed.sc = context_at(s, timed.context);
    EXPECT_OK(invoke(s, timed.context, ABI_SCHED_CONTEXT_BIND, CAPS(timed.cap), NO_WORDS));
    return timed;
}

uint64_t configure_context(struct system *s, uint64_t context, struct context_options o)
{
    return invoke(s, ROOT_SCHED_CONTROL, ABI_SCHED_CONTROL_CONFIGURE_FLAGS, CAPS(context),
                  WORDS(o.budget, o.period, o.extra_refills, o.badge, o.is_sporadic ? 1 : 0));
}

void receive_with(struct system *s, uint64_t cptr, uint64_t reply_slot)
{
    current(s)->registers[REG_A6] = reply_slot;
    trap_with(s, ABI_RECV, cptr, NULL);
}

void answer_with(struct system *s, uint64_t reply_slot, const struct message *m)
{
    trap_with(s, ABI_SEND, reply_slot, m);
}

uint64_t time_of(struct system *s, const struct tcb *t, uint64_t until)
{
    uint64_t sum = 0;

    while (s->platform.time_us < until) {
        uint64_t deadline = s->platform.deadline_us;
        uint64_t next = deadline < until ? deadline : until;

        if (next < s->platform.time_us)
            system_fail("the deadline lies in the past");
        if (current(s) == t)
            sum += next - s->platform.time_us;
        s->platform.time_us = next;
        interrupt(s);
    }
    return sum;
}

void pass_until(struct system *s, uint64_t time)
{
    time_of(s, NULL, time);
}
