/* SPDX-License-Identifier: MIT */
/* Budgets: a list of refills, each an amount of time and the moment from which it may be used.
 *
 *     now: v                 amounts add up to the budget, always
 *          |#####|        |###|              |##########|
 *          head                               tail
 *          usable now     later               later still
 *
 * What a thread uses is cut from the head and comes back one period after it began:
 *
 *     before:   |head 10|                          used 4 from time 100, period 50
 *     after:        |head 6|  ...  |tail 4|        tail's time is 150
 *
 * So within any window of one period no more than the budget is used, whatever the thread does:
 * that is a sporadic server. The ring holds refill_max refills. When it is full, or a piece
 * would be too small to be worth a switch, pieces are merged, and a merged piece always comes at
 * the later of its times: the thread can lose time by that, never gain.
 *
 * Round robin contexts (period 0) have two refills: the head is what is left of the slice, the
 * tail what has been used of it; at its end they are joined again.
 *
 * Source: Lyons et al., EuroSys 2018, section 4.2; Stanovich et al., "Defects of the POSIX
 * sporadic server", RTAS 2010; the rules for merging are those of the verified kernel. */
#include "kernel/mcs/sched_context.h"

/* --- the ring --------------------------------------------------------------------------------- */

/* The ring is as long as the context was configured for, not as the object would allow. */
static uint32_t next_index(const struct sched_context *sc, uint32_t index)
{
    return index + 1 == sc->refill_max ? 0 : index + 1;
}

static bool is_single(const struct sched_context *sc)
{
    return sc->head == sc->tail;
}

static bool is_full(const struct sched_context *sc)
{
    return next_index(sc, sc->tail) == sc->head;
}

static struct refill pop_head(struct sched_context *sc)
{
    struct refill old = *refill_head(sc);

    kassert(!is_single(sc));
    sc->head = next_index(sc, sc->head);
    return old;
}

static void add_tail(struct sched_context *sc, struct refill new)
{
    kassert(!is_full(sc));
    sc->tail = next_index(sc, sc->tail);
    *refill_tail(sc) = new;
}

/* Round robin needs a place to note what has been used. */
static void add_used_part(struct sched_context *sc, uint64_t now)
{
    if (context_is_round_robin(sc))
        add_tail(sc, (struct refill){.time = now, .amount = 0});
}

/* --- questions -------------------------------------------------------------------------------- */

uint64_t refill_most(unsigned size_bits)
{
    return ((UINT64_C(1) << size_bits) - SCHED_CONTEXT_CORE_SIZE) / sizeof(struct refill);
}

/* --- setting up ------------------------------------------------------------------------------- */

/* All of it can be used at once, as nothing has been used yet. */
void refill_new(struct sched_context *sc, uint32_t max, uint64_t budget, uint64_t period,
                uint64_t now)
{
    kassert(max >= REFILLS_LEAST && budget >= BUDGET_LEAST_US);
    sc->budget = budget;
    sc->period = period;
    sc->refill_max = max;
    sc->head = 0;
    sc->tail = 0;
    *refill_head(sc) = (struct refill){.time = now, .amount = budget};
    add_used_part(sc, now);
}

/* What the head has left stays usable, up to the new budget; a future refill holds the rest. */
void refill_update(struct sched_context *sc, uint32_t max, uint64_t budget, uint64_t period,
                   uint64_t now)
{
    struct refill head = *refill_head(sc);

    kassert(context_is_active(sc) && max >= REFILLS_LEAST && budget >= BUDGET_LEAST_US);
    sc->head = 0;
    sc->tail = 0;
    sc->refill_max = max;
    sc->budget = budget;
    sc->period = period;
    if (head.time <= now + KERNEL_WCET_US)
        head.time = now;
    if (head.amount >= budget) {
        head.amount = budget;
        *refill_head(sc) = head;
        add_used_part(sc, now);
        return;
    }
    *refill_head(sc) = head;
    add_tail(sc, (struct refill){.time = head.time + period, .amount = budget - head.amount});
}

/* --- using ------------------------------------------------------------------------------------ */

/* Puts a used part at the end, as a refill of its own only where it neither touches the last one
   nor lacks a place. */
static void schedule_used(struct sched_context *sc, struct refill used)
{
    struct refill *last = refill_tail(sc);

    if (last->time + last->amount >= used.time) {
        last->amount += used.amount;
    } else if (!is_full(sc)) {
        add_tail(sc, used);
    } else {
        last->time = used.time - last->amount;
        last->amount += used.amount;
    }
}

/* Whole refills that have been used up come back a period later. Returns what is left of
   `usage`. */
static uint64_t charge_whole(struct sched_context *sc, uint64_t usage)
{
    kassert(context_is_active(sc) && sc->head < sc->refill_max && sc->tail < sc->refill_max);
    while (refill_head(sc)->amount <= usage && refill_head(sc)->time < RELEASE_TIME_MOST) {
        usage -= refill_head(sc)->amount;
        if (is_single(sc)) {
            refill_head(sc)->time += sc->period;
        } else {
            struct refill old = pop_head(sc);

            old.time += sc->period;
            schedule_used(sc, old);
        }
    }
    return usage;
}

static void charge_part(struct sched_context *sc, uint64_t usage)
{
    struct refill used = {.time = refill_head(sc)->time + sc->period, .amount = usage};

    kassert(refill_head(sc)->amount > usage);
    refill_head(sc)->amount -= usage;
    refill_head(sc)->time += usage;
    schedule_used(sc, used);
}

/* Whoever is woken must have enough to run with. The joined refill ends when its second part would
   have ended, so none of it comes early. */
static void join_small_head(struct sched_context *sc)
{
    while (refill_head(sc)->amount < BUDGET_LEAST_US) {
        struct refill small = pop_head(sc);

        refill_head(sc)->amount += small.amount;
        refill_head(sc)->time -= small.amount;
    }
}

/* More than the head holds may have been used, if the timer came late: the overrun is taken
   from what comes next. */
void refill_charge(struct sched_context *sc, uint64_t usage)
{
    kassert(context_is_active(sc) && !context_is_round_robin(sc));
    usage = charge_whole(sc, usage);
    if (usage > 0 && refill_head(sc)->time < RELEASE_TIME_MOST)
        charge_part(sc, usage);
    join_small_head(sc);
}

/* The second refill begins before the first, used from its time on without a pause, would end. */
static bool head_overlaps(struct sched_context *sc)
{
    const struct refill *head = refill_head(sc);

    return !is_single(sc) &&
           sc->refills[next_index(sc, sc->head)].time <= head->time + head->amount;
}

/* Time that passed unused is lost: the head begins now, and swallows what it would overlap. */
bool refill_unblock(struct sched_context *sc, uint64_t now)
{
    if (context_is_round_robin(sc) || !refill_is_ready(sc, now))
        return false;
    refill_head(sc)->time = now;
    while (head_overlaps(sc)) {
        struct refill old = pop_head(sc);

        refill_head(sc)->time = old.time;
        refill_head(sc)->amount += old.amount;
    }
    return true;
}

void refill_use_slice(struct sched_context *sc, uint64_t usage)
{
    kassert(context_is_round_robin(sc) && refill_head(sc)->amount >= usage);
    refill_head(sc)->amount -= usage;
    refill_tail(sc)->amount += usage;
}

void refill_reset_slice(struct sched_context *sc)
{
    kassert(context_is_round_robin(sc));
    refill_head(sc)->amount += refill_tail(sc)->amount;
    refill_tail(sc)->amount = 0;
}
