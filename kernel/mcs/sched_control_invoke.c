/* SPDX-License-Identifier: MIT */
/* SchedControl_ConfigureFlags: the right to say how much time a scheduling context has. Manual
 * section 6.1.4 (MCS). */
#include "kernel/entry/methods.h"
#include "kernel/mcs/mcs.h"

/* Message words. */
enum { WORD_BUDGET, WORD_PERIOD, WORD_EXTRA_REFILLS, WORD_BADGE, WORD_FLAGS, WORDS };

static const uint64_t flag_sporadic = 1 << 0;

struct parameters {
    uint64_t budget;
    uint64_t period; /* 0: round robin */
    uint32_t refills;
    uint64_t badge;
    bool is_sporadic;
};

static const char *const budget_why = "budget is too short or too long, in microseconds";
static const char *const period_why = "period is too short or too long, in microseconds";

static enum outcome check_time(struct invocation *inv, unsigned word)
{
    uint64_t time = invocation_word(inv, word);

    if (time < BUDGET_LEAST_US || time > PERIOD_MOST_US)
        return refuse_range(inv, BUDGET_LEAST_US, PERIOD_MOST_US,
                            word == WORD_BUDGET ? budget_why : period_why);
    return DONE;
}

/* Budget and period before the capability, refills after it: seL4's order. */
static enum outcome check(struct invocation *inv, struct parameters *p)
{
    uint64_t extra, room;
    struct cap cap;

    if (!inv->extra[0] || inv->length < WORDS)
        return refuse_truncated(inv);
    p->budget = invocation_word(inv, WORD_BUDGET);
    p->period = invocation_word(inv, WORD_PERIOD);
    p->badge = invocation_word(inv, WORD_BADGE);
    p->is_sporadic = (invocation_word(inv, WORD_FLAGS) & flag_sporadic) != 0;
    extra = invocation_word(inv, WORD_EXTRA_REFILLS);
    cap = inv->extra[0]->cap;

    TRY(check_time(inv, WORD_BUDGET));
    TRY(check_time(inv, WORD_PERIOD));
    if (p->budget > p->period)
        return refuse_range(inv, BUDGET_LEAST_US, p->period, "budget is above period");
    if (cap_type(cap) != CAP_SCHED_CONTEXT)
        return refuse_capability(inv, 1, "schedcontext is not a scheduling context");
    room = refill_most(cap.sched_context.size_bits) - REFILLS_LEAST;
    if (extra > room)
        return refuse_range(inv, 0, room, "extra_refills are more than schedcontext has room for");
    p->refills = (uint32_t)(extra + REFILLS_LEAST);
    if (p->budget == p->period) { /* always there: no need to say when it comes back */
        p->period = 0;
        p->refills = REFILLS_LEAST;
    }
    return DONE;
}

/* Parameters never change under a thread that stands in a queue: it is taken out and put back. */
static void configure(struct kernel *k, struct sched_context *sc, const struct parameters *p)
{
    struct tcb *t = tcb_at(k, sc->thread);

    sc->badge = p->badge;
    sc->is_sporadic = p->is_sporadic;
    if (t) {
        /* Its queue is in order of what changes here; and what it has used is at the old rate. */
        release_remove(k, t);
        scheduler_dequeue(k, t);
        if (kernel_address(k, sc) == k->current_context)
            budget_commit(k);
    }
    /* Round robin has no bandwidth to keep: it begins anew, even if its thread waits for time. */
    if (p->period != 0 && context_is_active(sc) && t && thread_is_runnable(t))
        refill_update(sc, p->refills, p->budget, p->period, k->now);
    else
        refill_new(sc, p->refills, p->budget, p->period, k->now);
    if (!t)
        return;
    context_resume(k, sc);
    if (kernel_address(k, t) == k->current)
        scheduler_reschedule(k);
    else if (thread_is_runnable(t))
        scheduler_wake(k, t);
}

enum outcome sched_control_invoke(struct invocation *inv)
{
    struct parameters p = {0};

    if (inv->method != METHOD_SCHED_CONTROL_CONFIGURE_FLAGS)
        return refuse_method(inv);
    TRY(check(inv, &p));
    configure(inv->kernel,
              sched_context_at(inv->kernel, inv->extra[0]->cap.sched_context.object), &p);
    return DONE;
}
