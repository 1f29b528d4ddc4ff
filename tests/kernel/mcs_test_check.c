/* SPDX-License-Identifier: MIT */
/* Each invariant of the MCS configuration, broken on purpose: kernel_check says so. */
#include <string.h>

#include "kernel/ipc/notification.h"
#include "tests/kernel/mcs_threads.h"

static void expect_trouble(struct system *s, const char *text)
{
    struct check_report report;

    if (kernel_check_all(s->k, &report))
        system_fail("kernel_check finds nothing; expected: %s", text);
    if (strncmp(report.text, text, strlen(text)) != 0)
        system_fail("kernel_check says: %s; expected: %s", report.text, text);
}

static struct timed make_stopped(struct system *s)
{
    return make_timed(s, 10, (struct context_options){.budget = 300, .period = 1000,
                                                      .extra_refills = 3});
}

/* --- budgets ---------------------------------------------------------------------------------- */

static void too_many_refills(struct system *s)
{
    make_stopped(s).sc->refill_max = 11;
    expect_trouble(s, "an impossible number of refills: scheduling context");
}

static void head_outside(struct system *s)
{
    make_stopped(s).sc->head = 5;
    expect_trouble(s, "a refill outside of the ring: scheduling context");
}

static void missing_budget(struct system *s)
{
    refill_head(make_stopped(s).sc)->amount = 299;
    expect_trouble(s, "refills do not add up to the budget: scheduling context");
}

static void small_head(struct system *s)
{
    struct sched_context *sc = make_stopped(s).sc;

    refill_charge(sc, 200);
    refill_head(sc)->amount = 19;
    refill_tail(sc)->amount = 281;
    expect_trouble(s, "the first refill is too small: scheduling context");
}

static void overlapping_refills(struct system *s)
{
    struct sched_context *sc = make_stopped(s).sc;

    refill_charge(sc, 200);
    refill_tail(sc)->time = refill_head(sc)->time + 99;
    expect_trouble(s, "refills overlap or are not in order: scheduling context");
}

static void half_a_slice(struct system *s)
{
    struct timed timed = make_timed(s, 10, (struct context_options){.budget = 90, .period = 90});

    timed.sc->tail = timed.sc->head;
    expect_trouble(s, "a slice has no second refill: scheduling context");
}

static void charged_to_another(struct system *s)
{
    s->k->current_context = kernel_address(s->k, make_stopped(s).sc);
    expect_trouble(s, "time is charged to another's scheduling context:");
}

/* --- ties ------------------------------------------------------------------------------------- */

static void thread_one_way(struct system *s)
{
    make_stopped(s).t->sched_context = 0;
    expect_trouble(s, "a thread does not know its scheduling context:");
}

static void context_one_way(struct system *s)
{
    make_stopped(s).sc->thread = 0;
    expect_trouble(s, "a scheduling context does not know its thread:");
}

static void context_astray(struct system *s)
{
    struct timed passive = make_passive(s, 10);

    passive.t->sched_context = 0x1234;
    expect_trouble(s, "a scheduling context does not know its thread:");
}

static void notification_one_way(struct system *s)
{
    uint64_t n = make(s, ABI_TYPE_NOTIFICATION, 0);

    make_stopped(s).sc->notification = object_of(s, n);
    expect_trouble(s, "a notification does not know its scheduling context:");
}

static void notification_other_way(struct system *s)
{
    uint64_t n = make(s, ABI_TYPE_NOTIFICATION, 0);

    *notification_context(notification_at(s->k, object_of(s, n))) =
        kernel_address(s->k, make_stopped(s).sc);
    expect_trouble(s, "a scheduling context does not know its notification:");
}

static void yield_one_way(struct system *s)
{
    make_stopped(s).sc->yield_from = s->k->root_thread;
    expect_trouble(s, "a thread does not know whom it yields to: scheduling context");
}

static void yield_other_way(struct system *s)
{
    s->root->yield_to = kernel_address(s->k, make_stopped(s).sc);
    expect_trouble(s, "a scheduling context does not know who yields to it: thread");
}

/* --- reply objects ---------------------------------------------------------------------------- */

/* Two clients have called the root thread, which has time of its own; returns the reply objects. */
struct callers {
    struct tcb *threads[2];
    struct reply *replies[2];
    kaddr addresses[2];
};

static struct callers make_callers(struct system *s)
{
    static const struct message nothing;
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    struct callers c;

    for (unsigned i = 0; i < 2; i++) {
        uint64_t reply_slot = make(s, ABI_TYPE_REPLY, 0);
        struct timed timed = make_stopped(s);

        resume(s, timed.cap);
        receive_with(s, endpoint, reply_slot);
        call(s, endpoint, &nothing);
        EXPECT(current(s) == s->root);
        c.threads[i] = timed.t;
        c.addresses[i] = object_of(s, reply_slot);
        c.replies[i] = reply_at(s->k, c.addresses[i]);
    }
    return c;
}

static void reply_forgotten(struct system *s)
{
    make_callers(s).threads[0]->reply = 0;
    expect_trouble(s, "a thread waits for an answer without a reply object:");
}

static void reply_of_a_runner(struct system *s)
{
    s->root->reply = object_of(s, make(s, ABI_TYPE_REPLY, 0));
    expect_trouble(s, "a thread has a reply object and does not wait:");
}

static void reply_one_way(struct system *s)
{
    make_callers(s).replies[0]->thread = 0;
    expect_trouble(s, "a reply object does not know its thread:");
}

static void reply_other_way(struct system *s)
{
    struct callers c = make_callers(s);
    uint64_t third = make(s, ABI_TYPE_REPLY, 0);

    reply_at(s->k, object_of(s, third))->thread = kernel_address(s->k, c.threads[0]);
    expect_trouble(s, "a thread does not know its reply object:");
}

static void reply_in_stack_of_nobody(struct system *s)
{
    uint64_t reply_slot = make(s, ABI_TYPE_REPLY, 0);

    reply_at(s->k, object_of(s, reply_slot))->previous = object_of(s, reply_slot);
    expect_trouble(s, "nobody waits at a reply object in a call stack:");
}

static void stack_below(struct system *s)
{
    struct callers c = make_callers(s);

    c.replies[0]->previous = c.addresses[1];
    expect_trouble(s, "a call stack's links disagree below reply object");
}

static void stack_above(struct system *s)
{
    struct callers c = make_callers(s);

    c.replies[0]->next = c.addresses[1];
    expect_trouble(s, "a call stack's links disagree above reply object");
}

static void stack_circle(struct system *s)
{
    struct callers c = make_callers(s);

    for (unsigned i = 0; i < 2; i++)
        c.replies[i]->next = c.replies[i]->previous = c.addresses[1 - i];
    expect_trouble(s, "a call stack is a circle; reply objects in stacks are 0x2");
}

static void context_in_the_middle(struct system *s)
{
    struct callers c = make_callers(s);

    c.replies[0]->next = c.addresses[1];
    c.replies[1]->previous = c.addresses[0];
    c.replies[0]->context = kernel_address(s->k, sched_context_of(s->k, c.threads[0]));
    sched_context_of(s->k, c.threads[0])->reply = c.addresses[0];
    expect_trouble(s, "a reply object that is not the topmost has a context:");
}

static void top_one_way(struct system *s)
{
    struct callers c = make_callers(s);

    c.replies[0]->context = kernel_address(s->k, sched_context_of(s->k, c.threads[0]));
    expect_trouble(s, "a scheduling context does not know its reply object:");
}

static void top_other_way(struct system *s)
{
    struct callers c = make_callers(s);

    sched_context_of(s->k, c.threads[0])->reply = c.addresses[0];
    expect_trouble(s, "a reply object does not know its scheduling context:");
}

/* --- the release queue ------------------------------------------------------------------------ */

/* Threads that have used up their budgets; `first` is the root, the others are below it. */
struct waiting {
    struct timed first, left, right;
};

static struct waiting make_waiting(struct system *s)
{
    struct timed made[3] = {make_stopped(s), make_stopped(s), make_stopped(s)};
    struct waiting w = {.first = made[0]};

    for (unsigned i = 0; i < 3; i++)
        resume(s, made[i].cap);
    root_sleep(s);
    pass_until(s, s->platform.time_us + 900);
    EXPECT(current(s) == NULL);
    for (unsigned i = 0; i < 3; i++) {
        kaddr at = kernel_address(s->k, made[i].t);

        if (at == s->k->release_root)
            w.first = made[i];
        else if (tcb_at(s->k, s->k->release_root)->release.left == at)
            w.left = made[i];
        else
            w.right = made[i];
    }
    EXPECT(w.left.t != NULL && w.right.t != NULL);
    return w;
}

static void release_parent(struct system *s)
{
    make_waiting(s).right.t->release.parent = 0;
    expect_trouble(s, "the release queue's links disagree at thread");
}

static void release_root_parent(struct system *s)
{
    struct waiting w = make_waiting(s);

    w.first.t->release.parent = kernel_address(s->k, w.left.t);
    expect_trouble(s, "the release queue's links disagree at thread");
}

static void release_circle(struct system *s)
{
    struct waiting w = make_waiting(s);

    w.left.t->release.left = kernel_address(s->k, w.first.t);
    expect_trouble(s, "the release queue's links disagree at thread");
}

static void release_twice(struct system *s)
{
    struct waiting w = make_waiting(s);

    w.first.t->release.right = w.first.t->release.left;
    expect_trouble(s, "both of the release queue's links are the same at thread");
}

static void release_leaning(struct system *s)
{
    struct waiting w = make_waiting(s);

    w.first.t->release.left = 0;
    w.first.t->release.rank = 2;
    expect_trouble(s, "the release queue leans to the right at thread");
}

static void release_rank(struct system *s)
{
    make_waiting(s).first.t->release.rank = 1;
    expect_trouble(s, "a rank in the release queue is wrong: thread");
}

static void release_rank_of_a_leaf(struct system *s)
{
    make_waiting(s).left.t->release.rank = 2;
    expect_trouble(s, "a rank in the release queue is wrong: thread");
}

static void release_blocked(struct system *s)
{
    make_waiting(s).first.t->state = THREAD_INACTIVE;
    expect_trouble(s, "a thread that cannot run awaits its budget:");
}

static void release_not_waiting(struct system *s)
{
    struct waiting w = make_waiting(s);

    w.left.t->awaits_budget = false;
    w.left.t->state = THREAD_INACTIVE;
    expect_trouble(s, "a thread that does not await its budget is in the release queue:");
}

static void release_without_context(struct system *s)
{
    make_waiting(s).first.sc->refill_max = 0;
    expect_trouble(s, "a thread awaits its budget without a scheduling context:");
}

/* As if its context had been charged meanwhile. */
static void release_order(struct system *s)
{
    refill_head(make_waiting(s).first.sc)->time += 5000;
    expect_trouble(s, "the release queue is not in order at thread");
}

static void release_order_of_equals(struct system *s)
{
    struct waiting w = make_waiting(s);

    refill_head(w.right.sc)->time = refill_head(w.first.sc)->time;
    w.first.t->release.serial = w.right.t->release.serial;
    expect_trouble(s, "the release queue is not in order at thread");
}

static void release_serial(struct system *s)
{
    make_waiting(s).left.t->release.serial += 100;
    expect_trouble(s, "a thread has a serial number that the release queue never gave:");
}

static void release_no_serial(struct system *s)
{
    make_waiting(s).first.t->release.serial = 0;
    expect_trouble(s, "a thread has a serial number that the release queue never gave:");
}

static void release_ready(struct system *s)
{
    refill_head(make_waiting(s).first.sc)->time = 0;
    expect_trouble(s, "a thread awaits its budget and has it:");
}

static void release_forgotten(struct system *s)
{
    struct waiting w = make_waiting(s);

    w.first.t->release.right = 0;
    w.first.t->release.rank = 1;
    expect_trouble(s, "threads that await budget and the release queue differ; in it are 0x2");
}

static void release_remains(struct system *s)
{
    make_stopped(s).t->release.serial = 1;
    expect_trouble(s, "a thread that does not await its budget has a place in the release queue:");
}

static void release_astray(struct system *s)
{
    make_waiting(s);
    s->k->release_root = 0x1234;
    expect_trouble(s, "the release queue leads to no thread: 0x1234");
}

static void release_astray_below(struct system *s)
{
    make_waiting(s).left.t->release.left = 0x1234;
    expect_trouble(s, "the release queue leads to no thread: 0x1234");
}

const struct test mcs_check_tests[] = {
    TEST("kernel_check: more refills than the object holds", too_many_refills),
    TEST("kernel_check: a first refill outside of the ring", head_outside),
    TEST("kernel_check: refills that are less than the budget", missing_budget),
    TEST("kernel_check: a first refill that is too small", small_head),
    TEST("kernel_check: refills that overlap", overlapping_refills),
    TEST("kernel_check: a slice without its second refill", half_a_slice),
    TEST("kernel_check: time charged to a stranger", charged_to_another),
    TEST("kernel_check: a context that its thread does not know", thread_one_way),
    TEST("kernel_check: a thread that its context does not know", context_one_way),
    TEST("kernel_check: a thread whose context is none", context_astray),
    TEST("kernel_check: a context that its notification does not know", notification_one_way),
    TEST("kernel_check: a notification that its context does not know", notification_other_way),
    TEST("kernel_check: a YieldTo that the caller does not know", yield_one_way),
    TEST("kernel_check: a YieldTo that the context does not know", yield_other_way),
    TEST("kernel_check: a caller without a reply object", reply_forgotten),
    TEST("kernel_check: a running thread with a reply object", reply_of_a_runner),
    TEST("kernel_check: a caller that its reply object does not know", reply_one_way),
    TEST("kernel_check: a reply object that its caller does not know", reply_other_way),
    TEST("kernel_check: a reply object in a stack without a caller", reply_in_stack_of_nobody),
    TEST("kernel_check: a call stack's link down", stack_below),
    TEST("kernel_check: a call stack's link up", stack_above),
    TEST("kernel_check: a call stack that is a circle", stack_circle),
    TEST("kernel_check: a context in the middle of a call stack", context_in_the_middle),
    TEST("kernel_check: a reply object that its context does not know", top_one_way),
    TEST("kernel_check: a context that its reply object does not know", top_other_way),
    TEST("kernel_check: a parent that the release queue's child does not know", release_parent),
    TEST("kernel_check: the release queue's root with a parent", release_root_parent),
    TEST("kernel_check: a release queue that is a circle", release_circle),
    TEST("kernel_check: a thread twice in the release queue", release_twice),
    TEST("kernel_check: a release queue that leans to the right", release_leaning),
    TEST("kernel_check: a rank in the release queue", release_rank),
    TEST("kernel_check: a rank at the release queue's end", release_rank_of_a_leaf),
    TEST("kernel_check: a stopped thread in the release queue", release_blocked),
    TEST("kernel_check: a thread in the release queue that says it is not", release_not_waiting),
    TEST("kernel_check: a thread without context in the release queue", release_without_context),
    TEST("kernel_check: a time that changes in the release queue", release_order),
    TEST("kernel_check: the release queue's order of equal times", release_order_of_equals),
    TEST("kernel_check: a serial number that the release queue never gave", release_serial),
    TEST("kernel_check: no serial number in the release queue", release_no_serial),
    TEST("kernel_check: a thread in the release queue that has its budget", release_ready),
    TEST("kernel_check: a thread that the release queue has forgotten", release_forgotten),
    TEST("kernel_check: a thread that has left and keeps its number", release_remains),
    TEST("kernel_check: a release queue that leads nowhere", release_astray),
    TEST("kernel_check: a thread in the release queue that leads nowhere", release_astray_below),
    TESTS_END};
