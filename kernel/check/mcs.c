/* SPDX-License-Identifier: MIT */
/* The MCS configuration: budgets, call stacks, and both ends of each tie between threads,
 * scheduling contexts, notifications and reply objects; at last the release queue
 * (release_queue.c). */
#include "kernel/check/walk.h"
#include "kernel/flavour.h"
#include "kernel/ipc/notification.h"
#include "kernel/mcs/mcs.h"

/* What the walk over all capabilities counts, to compare with what the stacks hold. */
struct counts {
    uint64_t linked;   /* reply objects in call stacks of more than one, or on top of one */
    uint64_t stacked;  /* the same, seen from the tops of the stacks */
};

static bool is_thread(const struct check *c, kaddr at)
{
    return check_is_memory(c, at, TCB_BITS, UINT64_C(1) << TCB_BITS);
}

static bool is_context(const struct check *c, kaddr at)
{
    return check_is_memory(c, at, MIN_SCHED_CONTEXT_BITS, UINT64_C(1) << MIN_SCHED_CONTEXT_BITS);
}

static bool is_notification(const struct check *c, kaddr at)
{
    return check_is_memory(c, at, NOTIFICATION_BITS_MCS, UINT64_C(1) << NOTIFICATION_BITS_MCS);
}

static bool is_reply(const struct check *c, kaddr at)
{
    return check_is_memory(c, at, REPLY_BITS, UINT64_C(1) << REPLY_BITS);
}

/* --- budgets ---------------------------------------------------------------------------------- */

/* Refills add up to the budget, and none begins before the one ahead of it would end. */
static bool check_refills(struct check *c, const struct sched_context *sc, kaddr at)
{
    uint64_t sum = sc->refills[sc->head].amount;

    for (uint32_t i = sc->head; i != sc->tail;) {
        uint32_t next = i + 1 == sc->refill_max ? 0 : i + 1;

        if (!context_is_round_robin(sc) &&
            sc->refills[i].time + sc->refills[i].amount > sc->refills[next].time)
            return check_broken(c, "refills overlap or are not in order: scheduling context", at);
        sum += sc->refills[next].amount;
        i = next;
    }
    if (sum != sc->budget)
        return check_broken(c, "refills do not add up to the budget: scheduling context", at);
    if (sc->refills[sc->head].amount < BUDGET_LEAST_US)
        return check_broken(c, "the first refill is too small: scheduling context", at);
    return true;
}

static bool check_budget(struct check *c, const struct sched_context *sc, struct cap cap, kaddr at)
{
    if (!context_is_active(sc))
        return true;
    if (sc->refill_max < REFILLS_LEAST ||
        sc->refill_max > refill_most(cap.sched_context.size_bits))
        return check_broken(c, "an impossible number of refills: scheduling context", at);
    if (sc->head >= sc->refill_max || sc->tail >= sc->refill_max)
        return check_broken(c, "a refill outside of the ring: scheduling context", at);
    if (context_is_round_robin(sc) && sc->head == sc->tail)
        return check_broken(c, "a slice has no second refill: scheduling context", at);
    return check_refills(c, sc, at);
}

/* --- ties ------------------------------------------------------------------------------------- */

static bool check_context(struct check *c, struct cap cap)
{
    kaddr at = cap.sched_context.object;
    struct sched_context *sc = sched_context_at(c->k, at);

    if (sc->thread != 0 && (!is_thread(c, sc->thread) ||
                            tcb_at(c->k, sc->thread)->sched_context != at))
        return check_broken(c, "a thread does not know its scheduling context:", at);
    if (sc->notification != 0 &&
        (!is_notification(c, sc->notification) ||
         *notification_context(notification_at(c->k, sc->notification)) != at))
        return check_broken(c, "a notification does not know its scheduling context:", at);
    if (sc->reply != 0 && (!is_reply(c, sc->reply) || reply_at(c->k, sc->reply)->context != at))
        return check_broken(c, "a reply object does not know its scheduling context:", at);
    if (sc->yield_from != 0 && (!is_thread(c, sc->yield_from) ||
                                tcb_at(c->k, sc->yield_from)->yield_to != at))
        return check_broken(c, "a thread does not know whom it yields to: scheduling context", at);
    return check_budget(c, sc, cap, at);
}

/* A reply object belongs to a thread that receives with it or waits to be answered through it. */
static bool check_reply_of(struct check *c, const struct tcb *t, kaddr at)
{
    bool waits = t->state == THREAD_BLOCKED_ON_REPLY;

    if (t->reply == 0 && waits)
        return check_broken(c, "a thread waits for an answer without a reply object:", at);
    if (t->reply == 0)
        return true;
    if (!waits && t->state != THREAD_BLOCKED_ON_RECEIVE)
        return check_broken(c, "a thread has a reply object and does not wait:", at);
    if (!is_reply(c, t->reply) || reply_at(c->k, t->reply)->thread != at)
        return check_broken(c, "a reply object does not know its thread:", at);
    return true;
}

static bool check_thread(struct check *c, kaddr at)
{
    const struct tcb *t = tcb_at(c->k, at);

    if (t->sched_context != 0 &&
        (!is_context(c, t->sched_context) || sched_context_of(c->k, t)->thread != at))
        return check_broken(c, "a scheduling context does not know its thread:", at);
    if (t->yield_to != 0 && (!is_context(c, t->yield_to) ||
                             sched_context_at(c->k, t->yield_to)->yield_from != at))
        return check_broken(c, "a scheduling context does not know who yields to it: thread", at);
    return check_reply_of(c, t, at);
}

static bool check_notification(struct check *c, kaddr at)
{
    kaddr context = *notification_context(notification_at(c->k, at));

    if (context != 0 && (!is_context(c, context) ||
                         sched_context_at(c->k, context)->notification != at))
        return check_broken(c, "a scheduling context does not know its notification:", at);
    return true;
}

/* --- call stacks ------------------------------------------------------------------------------ */

static bool check_neighbours(struct check *c, const struct reply *reply, kaddr at)
{
    if (reply->previous != 0 && (!is_reply(c, reply->previous) ||
                                 reply_at(c->k, reply->previous)->next != at))
        return check_broken(c, "a call stack's links disagree below reply object", at);
    if (reply->next != 0 && (!is_reply(c, reply->next) ||
                             reply_at(c->k, reply->next)->previous != at))
        return check_broken(c, "a call stack's links disagree above reply object", at);
    if (reply->context != 0 && reply->next != 0)
        return check_broken(c, "a reply object that is not the topmost has a context:", at);
    if (reply->context != 0 && (!is_context(c, reply->context) ||
                                sched_context_at(c->k, reply->context)->reply != at))
        return check_broken(c, "a scheduling context does not know its reply object:", at);
    return true;
}

/* Replies from the top of a stack down. Each has one above it, so the walk ends; a circle has no
   top, and its replies are missing in the count. */
static uint64_t count_stack(struct check *c, kaddr top)
{
    uint64_t count = 0;

    for (kaddr at = top; at != 0 && is_reply(c, at); at = reply_at(c->k, at)->previous)
        if (++count > c->k->memory_size >> REPLY_BITS)
            return 0;
    return count;
}

static bool check_reply(struct check *c, kaddr at, struct counts *counts)
{
    const struct reply *reply = reply_at(c->k, at);
    bool is_linked = reply->previous != 0 || reply->next != 0 || reply->context != 0;

    if (reply->thread != 0 && (!is_thread(c, reply->thread) ||
                               tcb_at(c->k, reply->thread)->reply != at))
        return check_broken(c, "a thread does not know its reply object:", at);
    if (is_linked && (reply->thread == 0 || tcb_at(c->k, reply->thread)->state !=
                                                THREAD_BLOCKED_ON_REPLY))
        return check_broken(c, "nobody waits at a reply object in a call stack:", at);
    counts->linked += is_linked;
    if (!check_neighbours(c, reply, at))
        return false;
    if (is_linked && reply->next == 0)
        counts->stacked += count_stack(c, at);
    return true;
}

/* --- everything ------------------------------------------------------------------------------- */

static bool check_part(struct check *c, struct cap cap, struct counts *counts)
{
    if (cap_type(cap) == CAP_SCHED_CONTEXT)
        return check_context(c, cap);
    if (cap_type(cap) == CAP_TCB)
        return check_thread(c, cap.tcb.object);
    if (cap_type(cap) == CAP_NOTIFICATION)
        return check_notification(c, cap.notification.object);
    if (cap_type(cap) == CAP_REPLY_OBJECT)
        return check_reply(c, cap.reply_object.object, counts);
    return true;
}

bool check_time_and_replies(struct check *c)
{
    struct counts counts = {0};

    for (struct slot *s = check_next(c, &c->k->cdt_sentinel); s; s = check_next(c, s))
        if (cdt_is_first(c->k, s) && !check_part(c, s->cap, &counts))
            return false;
    if (counts.linked != counts.stacked)
        return check_broken(c, "a call stack is a circle; reply objects in stacks are",
                            counts.linked);
    if (c->k->current_context != tcb_at(c->k, c->k->current)->sched_context)
        return check_broken(c, "time is charged to another's scheduling context:",
                            c->k->current_context);
    return check_release_queue(c);
}
