/* SPDX-License-Identifier: MIT */
/* Charging: how the time that passes becomes the time that a context has used.
 *
 *     entry                 entry             entry
 *       |   thread A runs     |   A runs        |   B runs
 *     ==+=====================+=================+==============>
 *       now                   now               now
 *       `--- consumed ---------------> charged to A's context when B takes over
 *
 * Each entry begins by noting the time; what has passed since the last one is k->consumed, on
 * account of k->current_context. It is charged only when something depends on it: when another
 * context takes over, when the timer is set anew, or when the head refill has not enough left
 * for another entry. In that last case the slice is over: a thread whose entry is a system call
 * makes the call again when it has time again.
 *
 * The timer is set to the end of the head refill, the first thread of the release queue, or the end
 * of the domain's time, whichever is first; but not for the end of a slice that nobody waits for
 * (slice_can_wait). Manual section 6.1.2 to 6.1.6 (MCS). */
#include "kernel/mcs/mcs.h"

static struct sched_context *current_context(struct kernel *k)
{
    return sched_context_at(k, k->current_context);
}

/* A thread without a context is passive: it runs when somebody lends it one. */
bool budget_has_time(struct kernel *k, const struct tcb *t)
{
    struct sched_context *sc = sched_context_of(k, t);

    return sc && context_is_active(sc) && !t->awaits_budget;
}

static bool domain_is_over(const struct kernel *k)
{
    return k->domain_count > 1 && k->domain_time_ticks == 0;
}

/* --- noting the time -------------------------------------------------------------------------- */

/* A domain's time ends a little early rather than in the middle of what follows. */
static void note_time(struct kernel *k)
{
    uint64_t before = k->now;
    uint64_t passed;

    k->now = platform_time(k->platform);
    passed = k->now - before;
    k->consumed += passed;
    if (k->domain_count > 1)
        k->domain_time_ticks = passed + BUDGET_LEAST_US >= k->domain_time_ticks
                                   ? 0
                                   : k->domain_time_ticks - passed;
}

/* --- charging --------------------------------------------------------------------------------- */

/* Nothing is charged to a context that has been deconfigured meanwhile. */
void budget_commit(struct kernel *k)
{
    struct sched_context *sc = current_context(k);
    uint64_t consumed = k->consumed;

    k->consumed = 0;
    if (consumed == 0 || !sc || !context_is_active(sc))
        return;
    sc->consumed += consumed;
    if (context_is_round_robin(sc))
        refill_use_slice(sc, consumed);
    else
        refill_charge(sc, consumed);
}

/* One that was interrupted will go on where it was; one that came for something does so again. */
static void time_out(struct kernel *k, struct tcb *t)
{
    if (t->state == THREAD_RUNNING)
        t->registers[REG_PC] = t->next_pc;
    timeout_raise(k, t);
}

/* A handler comes before waiting; a round-robin thread only goes to the end of its queue. */
static void end_slice(struct kernel *k, enum timeout_policy policy)
{
    struct tcb *t = tcb_at(k, k->current);
    struct sched_context *sc = current_context(k);

    if (policy == MAY_TIME_OUT && !context_is_round_robin(sc) && timeout_is_handled(t))
        time_out(k, t);
    else if (context_can_run(sc, k->now))
        scheduler_append(k, t);
    else
        context_postpone(k, sc);
}

/* The thread may have been stopped meanwhile: its context is charged all the same. */
void budget_charge(struct kernel *k, uint64_t usage, enum timeout_policy policy)
{
    struct tcb *t = tcb_at(k, k->current);
    struct sched_context *sc = current_context(k);

    if (sc) {
        if (context_is_round_robin(sc))
            refill_reset_slice(sc);
        else
            refill_charge(sc, usage);
        sc->consumed += usage;
    }
    k->consumed = 0;
    if (sc && scheduler_can_run(k, t)) {
        end_slice(k, policy);
        scheduler_reschedule(k);
        k->sets_deadline = true;
    }
}

/* Slices whose ends nobody has watched have ended all the same, each when it was over: what counts
   now is the part of the last one. */
static void charge_unwatched_slices(struct kernel *k, struct sched_context *sc)
{
    uint64_t over;

    if (!k->slice_can_wait || !context_is_round_robin(sc) || k->consumed < refill_head(sc)->amount)
        return;
    over = (k->consumed - refill_head(sc)->amount) % sc->budget;
    refill_reset_slice(sc);
    sc->consumed += k->consumed - over;
    k->consumed = over;
}

/* Whether the slice has enough left for another entry. */
static bool slice_lasts(struct kernel *k, struct sched_context *sc)
{
    if (!refill_is_sufficient(sc, k->consumed))
        charge_unwatched_slices(k, sc);
    return refill_is_sufficient(sc, k->consumed);
}

/* Whether the current thread may go on. */
static bool check(struct kernel *k)
{
    struct sched_context *sc = current_context(k);

    if (!sc || slice_lasts(k, sc))
        return !domain_is_over(k);
    budget_charge(k, k->consumed, MAY_TIME_OUT);
    return false;
}

bool budget_begin_entry(struct kernel *k)
{
    note_time(k);
    return check(k);
}

/* Whether a long operation may go on: its thread's context may be what it has deleted. What it has
   used up is charged when it has stopped. */
bool budget_lasts(struct kernel *k)
{
    struct sched_context *sc = current_context(k);

    note_time(k);
    return sc && context_is_active(sc) && !domain_is_over(k) && slice_lasts(k, sc);
}

/* Preempted deletions may have taken thread or context away: each is looked at anew. */
void budget_preempted(struct kernel *k)
{
    struct tcb *t = tcb_at(k, k->current);
    struct sched_context *sc = current_context(k);

    note_time(k);
    if (scheduler_can_run(k, t))
        check(k);
    else if (sc && context_is_active(sc))
        budget_charge(k, k->consumed, NEVER_TIME_OUT);
    else
        k->consumed = 0;
}

/* All that is left of the head is given up; only what was really used counts as consumed. */
void budget_yield(struct kernel *k)
{
    struct sched_context *sc = current_context(k);
    uint64_t consumed;

    kassert(sc != NULL && context_is_active(sc));
    consumed = sc->consumed + k->consumed;
    budget_charge(k, refill_head(sc)->amount, NEVER_TIME_OUT);
    sc->consumed = consumed;
}

/* The slice was ended at the beginning of the entry; only the timer has to be set. That may be to
   the time it was set to before: on a machine whose time has passed since that beginning, the slice
   is not over for this entry, and the platform has no deadline any more. */
void budget_tick(struct kernel *k)
{
    k->deadline = UINT64_MAX;
    k->sets_deadline = true;
}

/* --- the end of an entry ---------------------------------------------------------------------- */

/* After everything else, so that who was woken by its budget competes with who was woken by a
   message. */
void budget_before_choice(struct kernel *k)
{
    release_wake(k);
    if (domain_is_over(k)) {
        k->sets_deadline = true;
        scheduler_reschedule(k);
    }
}

/* A context that was left is charged before the next one begins; one that has time again begins
   now. */
static void switch_context(struct kernel *k, const struct tcb *t, struct sched_context *sc)
{
    if (k->current_context != t->sched_context) {
        k->sets_deadline = true;
        if (sc && !sc->is_sporadic)
            refill_unblock(sc, k->now);
    }
    if (k->sets_deadline)
        budget_commit(k);
    k->current_context = t->sched_context;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The end of a round robin slice gives the processor to the next of its priority. If nobody is
   there, the slice begins anew and nobody notices; then it is enough that the next entry, whenever
   that is, charges what has been used. A machine need not count instructions while such a thread
   runs alone. But any entry may wake threads that are due a little later, so with one of those, or
   with domains, no entry is left out. */
static bool slice_can_wait(struct kernel *k, const struct tcb *t, const struct sched_context *sc)
{
    return sc && context_is_round_robin(sc) && !k->all_time_counts && k->release_root == 0 &&
           k->domain_count == 1 && !scheduler_has_equals(k, t);
}

/* Where a slice can wait, there is nothing else to wait for. */
static uint64_t next_deadline(struct kernel *k, struct sched_context *sc)
{
    uint64_t next = UINT64_MAX;

    if (k->slice_can_wait)
        return next;
    if (sc)
        next = k->now - k->consumed + refill_head(sc)->amount;
    if (k->domain_count > 1)
        next = least(next, k->now + k->domain_time_ticks);
    if (k->release_root)
        next = least(next, refill_head(sched_context_of(k, tcb_at(k, k->release_root)))->time);
    return next;
}

/* Only what has changed is told to the platform. */
static void set_deadline(struct kernel *k, const struct tcb *t, struct sched_context *sc)
{
    bool can_wait = slice_can_wait(k, t, sc);
    uint64_t next;

    if (!k->sets_deadline && can_wait == k->slice_can_wait)
        return;
    k->sets_deadline = false;
    k->slice_can_wait = can_wait;
    next = next_deadline(k, sc);
    if (next == k->deadline)
        return;
    k->deadline = next;
    platform_deadline(k->platform, next);
}

/* A thread that waited in YieldTo runs again: it has its answer before it goes on. */
void budget_end_entry(struct kernel *k)
{
    struct tcb *t = tcb_at(k, k->current);
    struct sched_context *sc = sched_context_of(k, t);

    switch_context(k, t, sc);
    if (t->yield_to != 0)
        context_complete_yield(k, t); /* tells also what has just been charged */
    set_deadline(k, t, sc);
}

void budget_count_time(struct kernel *k)
{
    const struct tcb *t = tcb_at(k, k->current);

    k->all_time_counts = true;
    set_deadline(k, t, sched_context_of(k, t));
}
