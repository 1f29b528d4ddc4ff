/* SPDX-License-Identifier: MIT */
/* Budget and time: mcs/refill.c, called directly. */
#include "tests/kernel/mcs_threads.h"

/* A context of ten refills at most that no thread has. */
static struct sched_context *make_refills(struct system *s, uint32_t max, uint64_t budget,
                                          uint64_t period)
{
    struct sched_context *sc = context_at(s, make(s, ABI_TYPE_SCHED_CONTEXT, 8));

    refill_new(sc, max, budget, period, 1000);
    return sc;
}

static void expect_refill(const struct sched_context *sc, unsigned index, uint64_t time,
                          uint64_t amount)
{
    unsigned at = (unsigned)((sc->head + index) % sc->refill_max);

    EXPECT_EQUAL(sc->refills[at].time, time);
    EXPECT_EQUAL(sc->refills[at].amount, amount);
}

static unsigned refill_count(const struct sched_context *sc)
{
    return (sc->tail + sc->refill_max - sc->head) % sc->refill_max + 1;
}

static void new_budget(struct system *s)
{
    struct sched_context *sc = make_refills(s, 4, 500, 2000);

    EXPECT_EQUAL(refill_count(sc), 1);
    expect_refill(sc, 0, 1000, 500);
    EXPECT(context_can_run(sc, 1000));
}

/* What was used comes back a period after it began to be used. */
static void split(struct system *s)
{
    struct sched_context *sc = make_refills(s, 4, 500, 2000);

    refill_charge(sc, 200);
    EXPECT_EQUAL(refill_count(sc), 2);
    expect_refill(sc, 0, 1200, 300);
    expect_refill(sc, 1, 3000, 200);
}

/* What touches the last refill is joined to it. */
static void join_at_the_end(struct system *s)
{
    struct sched_context *sc = make_refills(s, 4, 500, 2000);

    refill_charge(sc, 200);
    refill_charge(sc, 100);
    EXPECT_EQUAL(refill_count(sc), 2);
    expect_refill(sc, 0, 1300, 200);
    expect_refill(sc, 1, 3000, 300);
}

static void used_up(struct system *s)
{
    struct sched_context *sc = make_refills(s, 4, 500, 2000);

    refill_charge(sc, 500);
    EXPECT_EQUAL(refill_count(sc), 1);
    expect_refill(sc, 0, 3000, 500);
    EXPECT(!refill_is_ready(sc, 2989));
    EXPECT(refill_is_ready(sc, 2990)); /* an entry's length makes no difference */
}

/* Using more than there is moves what comes next back by as much. */
static void overrun(struct system *s)
{
    struct sched_context *sc = make_refills(s, 4, 500, 2000);

    refill_charge(sc, 530);
    expect_refill(sc, 0, 3030, 470);
    expect_refill(sc, 1, 5000, 30);
}

static void overrun_of_periods(struct system *s)
{
    struct sched_context *sc = make_refills(s, 4, 500, 2000);

    refill_charge(sc, 3 * 500 + 100);
    expect_refill(sc, 0, 7100, 400);
    expect_refill(sc, 1, 9000, 100);
}

/* A rest that is too small to run with waits for the next refill, and ends when that would. */
static void small_rest(struct system *s)
{
    struct sched_context *sc = make_refills(s, 4, 500, 2000);

    refill_charge(sc, 481);
    EXPECT_EQUAL(refill_count(sc), 1);
    expect_refill(sc, 0, 3000 - 19, 500);
}

/* Two refills only: the third piece is put together with the last, and comes later. */
static void full_ring(struct system *s)
{
    struct sched_context *sc = make_refills(s, 2, 500, 2000);

    refill_charge(sc, 100);
    expect_refill(sc, 1, 3000, 100);
    EXPECT(refill_unblock(sc, 1500));
    expect_refill(sc, 0, 1500, 400);
    refill_charge(sc, 50);
    EXPECT_EQUAL(refill_count(sc), 2);
    expect_refill(sc, 0, 1550, 350);
    expect_refill(sc, 1, 3500 - 100, 150);
}

/* Time that passes while a thread is blocked is not saved up. */
static void unblock_moves_head(struct system *s)
{
    struct sched_context *sc = make_refills(s, 4, 500, 2000);

    EXPECT(refill_unblock(sc, 1700));
    expect_refill(sc, 0, 1700, 500);
    refill_charge(sc, 500);
    EXPECT(!refill_unblock(sc, 2000)); /* nothing is ready */
    expect_refill(sc, 0, 3700, 500);
}

/* The head has moved over what follows: one refill now. */
static void unblock_joins(struct system *s)
{
    struct sched_context *sc = make_refills(s, 4, 500, 2000);

    refill_charge(sc, 200); /* 300 from 1200, 200 from 3000 */
    EXPECT(refill_unblock(sc, 2699));
    EXPECT_EQUAL(refill_count(sc), 2);
    EXPECT(refill_unblock(sc, 2700));
    EXPECT_EQUAL(refill_count(sc), 1);
    expect_refill(sc, 0, 2700, 500);
}

static void update_to_less(struct system *s)
{
    struct sched_context *sc = make_refills(s, 4, 500, 2000);

    refill_charge(sc, 100);
    refill_update(sc, 3, 300, 1000, 1500);
    EXPECT_EQUAL(refill_count(sc), 1);
    expect_refill(sc, 0, 1500, 300);
    EXPECT_EQUAL(sc->refill_max, 3);
}

/* No more at once than the head holds; the rest a period later. */
static void update_to_more(struct system *s)
{
    struct sched_context *sc = make_refills(s, 4, 500, 2000);

    refill_charge(sc, 100);
    refill_update(sc, 4, 900, 1000, 1500);
    EXPECT_EQUAL(refill_count(sc), 2);
    expect_refill(sc, 0, 1500, 400);
    expect_refill(sc, 1, 2500, 500);
}

static void update_before_ready(struct system *s)
{
    struct sched_context *sc = make_refills(s, 4, 500, 2000);

    refill_charge(sc, 500);
    refill_update(sc, 4, 600, 1000, 1500);
    expect_refill(sc, 0, 3000, 500); /* it does not come earlier */
    expect_refill(sc, 1, 4000, 100);
}

static void round_robin(struct system *s)
{
    struct sched_context *sc = make_refills(s, 2, 500, 0);

    EXPECT_EQUAL(refill_count(sc), 2);
    refill_use_slice(sc, 100);
    expect_refill(sc, 0, 1000, 400);
    expect_refill(sc, 1, 1000, 100);
    EXPECT(!refill_unblock(sc, 5000));
    refill_reset_slice(sc);
    expect_refill(sc, 0, 1000, 500);
    expect_refill(sc, 1, 1000, 0);
}

static void sufficiency(struct system *s)
{
    struct sched_context *sc = make_refills(s, 4, 500, 2000);

    EXPECT(refill_is_sufficient(sc, 480));
    EXPECT(!refill_is_sufficient(sc, 481));
    EXPECT(!refill_is_sufficient(sc, 501));
    sc->refill_max = 0;
    EXPECT(!context_can_run(sc, 1000));
}

const struct test refill_tests[] = {
    TEST("refill: a new budget can be used at once", new_budget),
    TEST("refill: what was used comes back a period later", split),
    TEST("refill: pieces that touch are joined", join_at_the_end),
    TEST("refill: a budget that is used up comes back as a whole", used_up),
    TEST("refill: using too much moves the next refill back", overrun),
    TEST("refill: using several budgets at once", overrun_of_periods),
    TEST("refill: a rest below the least budget waits for the next refill", small_rest),
    TEST("refill: a full ring joins pieces at the later time", full_ring),
    TEST("refill: waiting does not save up time", unblock_moves_head),
    TEST("refill: a head that moves over the next is joined with it", unblock_joins),
    TEST("refill: a smaller budget takes effect at once", update_to_less),
    TEST("refill: what a larger budget adds comes a period later", update_to_more),
    TEST("refill: an update brings no refill forward", update_before_ready),
    TEST("refill: round robin moves what is used to the second refill", round_robin),
    TEST("refill: enough is the least budget after what was used", sufficiency),
    TESTS_END};
