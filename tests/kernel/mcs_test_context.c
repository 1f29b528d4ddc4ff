/* SPDX-License-Identifier: MIT */
/* Scheduling contexts as objects: parameters, bindings, YieldTo, notifications that lend one, and
 * the order of queues. mcs/sched_control_invoke.c, sched_context_invoke.c, sched_context.c */
#include "kernel/ipc/endpoint.h"
#include "kernel/ipc/notification.h"
#include "tests/kernel/mcs_threads.h"

#define PERIOD_MOST UINT64_C(0x333333333333333)

static const struct message nothing;

static struct timed make_slice(struct system *s, uint8_t priority)
{
    struct timed timed = make_timed(s, priority, (struct context_options){.budget = 5000,
                                                                          .period = 5000});

    resume(s, timed.cap);
    return timed;
}

/* --- parameters ------------------------------------------------------------------------------- */

static void configure(struct system *s)
{
    uint64_t context = make(s, ABI_TYPE_SCHED_CONTEXT, 9);
    struct sched_context *sc = context_at(s, context);

    EXPECT(!context_is_active(sc));
    EXPECT_OK(configure_context(s, context, (struct context_options){
                                                .budget = 20, .period = PERIOD_MOST,
                                                .extra_refills = 24, .badge = 9,
                                                .is_sporadic = true}));
    EXPECT_EQUAL(sc->refill_max, 26);
    EXPECT_EQUAL(sc->period, PERIOD_MOST);
    EXPECT_EQUAL(sc->badge, 9);
    EXPECT(sc->is_sporadic);
    EXPECT_EQUAL(refill_head(sc)->amount, 20);
    EXPECT_OK(configure_context(s, context, (struct context_options){
                                                .budget = PERIOD_MOST, .period = PERIOD_MOST,
                                                .extra_refills = 24}));
    EXPECT(context_is_round_robin(sc) && !sc->is_sporadic);
    EXPECT_EQUAL(sc->refill_max, 2);
}

/* What the running thread has used is charged at the old rate first. */
static void configure_in_use(struct system *s)
{
    struct timed timed = make_timed(s, 10, (struct context_options){.budget = 3000,
                                                                    .period = 10000});

    resume(s, timed.cap);
    root_sleep(s);
    s->platform.time_us += 1000;
    EXPECT_OK(configure_context(s, timed.context, (struct context_options){.budget = 4000,
                                                                           .period = 20000}));
    EXPECT_EQUAL(timed.sc->consumed, 1000);
    EXPECT_EQUAL(refill_head(timed.sc)->amount, 2000);
    EXPECT_EQUAL(refill_tail(timed.sc)->amount, 2000);
    EXPECT_EQUAL(refill_tail(timed.sc)->time, s->platform.time_us + 20000);
    EXPECT(current(s) == timed.t);
}

/* A stopped thread's context is as new. */
static void configure_while_stopped(struct system *s)
{
    struct timed timed = make_timed(s, 10, (struct context_options){.budget = 3000,
                                                                    .period = 10000});

    resume(s, timed.cap);
    root_sleep(s);
    pass_until(s, s->platform.time_us + 3000);
    root_wake(s);
    EXPECT_OK(invoke(s, timed.cap, ABI_TCB_SUSPEND, NO_CAPS, NO_WORDS));
    EXPECT_OK(configure_context(s, timed.context, (struct context_options){.budget = 4000,
                                                                           .period = 20000}));
    EXPECT_EQUAL(refill_head(timed.sc)->amount, 4000);
    resume(s, timed.cap);
    root_sleep(s);
    EXPECT(current(s) == timed.t);
}

/* A sporadic context begins its budget when its thread wakes, a constant one when it runs. */
static void sporadic_wakes(struct system *s)
{
    uint64_t notification = make(s, ABI_TYPE_NOTIFICATION, 0);
    struct timed timed = make_timed(s, 10, (struct context_options){.budget = 3000,
                                                                    .period = 10000,
                                                                    .is_sporadic = true});

    resume(s, timed.cap);
    root_sleep(s);
    receive(s, notification);
    root_wake(s);
    s->platform.time_us += 50000;
    signal_to(s, notification);
    EXPECT_EQUAL(refill_head(timed.sc)->time, s->platform.time_us);
    s->platform.time_us += 700;
    receive(s, s->park);
    EXPECT(current(s) == timed.t);
    EXPECT_EQUAL(refill_head(timed.sc)->time, s->platform.time_us - 700);
}

static void constant_runs(struct system *s)
{
    uint64_t notification = make(s, ABI_TYPE_NOTIFICATION, 0);
    struct timed timed = make_timed(s, 10, (struct context_options){.budget = 3000,
                                                                    .period = 10000});

    resume(s, timed.cap);
    root_sleep(s);
    receive(s, notification);
    root_wake(s);
    s->platform.time_us += 50000;
    signal_to(s, notification);
    s->platform.time_us += 700;
    receive(s, s->park);
    EXPECT(current(s) == timed.t);
    EXPECT_EQUAL(refill_head(timed.sc)->time, s->platform.time_us);
}

/* --- binding ---------------------------------------------------------------------------------- */

static void bind_makes_it_run(struct system *s)
{
    struct timed timed = make_passive(s, 10);
    uint64_t context = make_context(s, (struct context_options){.budget = 20, .period = 40});

    resume(s, timed.cap);
    root_sleep(s);
    EXPECT(current(s) == NULL);
    root_wake(s);
    EXPECT_OK(invoke(s, context, ABI_SCHED_CONTEXT_BIND, CAPS(timed.cap), NO_WORDS));
    receive(s, s->park);
    EXPECT(current(s) == timed.t);
}

static void unbind(struct system *s)
{
    struct timed timed = make_slice(s, 10);
    uint64_t notification = make(s, ABI_TYPE_NOTIFICATION, 0);

    EXPECT_OK(invoke(s, timed.context, ABI_SCHED_CONTEXT_BIND, CAPS(notification), NO_WORDS));
    EXPECT_OK(invoke(s, timed.context, ABI_SCHED_CONTEXT_UNBIND, NO_CAPS, NO_WORDS));
    EXPECT_EQUAL(timed.t->sched_context, 0);
    EXPECT_EQUAL(timed.sc->notification, 0);
    EXPECT(!timed.t->is_queued);
    root_sleep(s);
    EXPECT(current(s) == NULL);
}

static void unbind_object(struct system *s)
{
    struct timed timed = make_slice(s, 10);
    uint64_t notification = make(s, ABI_TYPE_NOTIFICATION, 0);

    EXPECT_OK(invoke(s, timed.context, ABI_SCHED_CONTEXT_BIND, CAPS(notification), NO_WORDS));
    EXPECT_OK(invoke(s, timed.context, ABI_SCHED_CONTEXT_UNBIND_OBJECT, CAPS(notification),
                     NO_WORDS));
    EXPECT_EQUAL(timed.sc->notification, 0);
    EXPECT(timed.t->sched_context != 0);
    EXPECT_OK(invoke(s, timed.context, ABI_SCHED_CONTEXT_UNBIND_OBJECT, CAPS(timed.cap),
                     NO_WORDS));
    EXPECT_EQUAL(timed.t->sched_context, 0);
}

static void consumed(struct system *s)
{
    struct timed timed = make_slice(s, 10);

    root_sleep(s);
    s->platform.time_us += 1234;
    root_wake(s);
    EXPECT_OK(invoke(s, timed.context, ABI_SCHED_CONTEXT_CONSUMED, NO_CAPS, NO_WORDS));
    EXPECT_ANSWER(1234);
    EXPECT_OK(invoke(s, timed.context, ABI_SCHED_CONTEXT_CONSUMED, NO_CAPS, NO_WORDS));
    EXPECT_ANSWER(0);
}

/* --- YieldTo ---------------------------------------------------------------------------------- */

static void yield_to_lower(struct system *s)
{
    struct timed a = make_slice(s, 10);
    struct timed b = make_slice(s, 10);

    EXPECT_OK(invoke(s, b.context, ABI_SCHED_CONTEXT_YIELD_TO, NO_CAPS, NO_WORDS));
    EXPECT_ANSWER(0);
    root_sleep(s);
    EXPECT(current(s) == b.t); /* now before its equal */
    EXPECT(a.t->is_queued);
}

/* The caller has its answer when it runs again: what the other one has used meanwhile. */
static struct timed start_yield(struct system *s, struct timed *caller)
{
    struct timed target = make_slice(s, 10);

    EXPECT_OK(invoke(s, target.cap, ABI_TCB_SUSPEND, NO_CAPS, NO_WORDS));
    *caller = make_slice(s, 10);
    resume(s, target.cap);
    EXPECT_OK(invoke(s, caller->cap, ABI_TCB_SET_MCPRIORITY, CAPS(ROOT_TCB), WORDS(10)));
    EXPECT_OK(invoke(s, caller->context, ABI_SCHED_CONTEXT_YIELD_TO, NO_CAPS, NO_WORDS));
    root_sleep(s);
    EXPECT(current(s) == caller->t);
    trap_with(s, ABI_CALL, target.context,
              &(struct message){.label = ABI_SCHED_CONTEXT_YIELD_TO});
    EXPECT(current(s) == target.t);
    EXPECT_EQUAL(target.sc->yield_from, kernel_address(s->k, caller->t));
    EXPECT_EQUAL(caller->t->yield_to, kernel_address(s->k, target.sc));
    return target;
}

static void yield_to_equal(struct system *s)
{
    struct timed caller;
    struct timed target = start_yield(s, &caller);

    s->platform.time_us += 300;
    receive(s, s->park + 1000); /* faults: the target stops */
    EXPECT(current(s) == caller.t);
    EXPECT_EQUAL(caller.t->registers[REG_A2], 300);
    EXPECT_EQUAL(abi_info_length(caller.t->registers[REG_A1]), 1);
    EXPECT_EQUAL(caller.t->yield_to, 0);
    EXPECT_EQUAL(target.sc->yield_from, 0);
}

static void yield_and_suspend(struct system *s)
{
    struct timed caller;
    struct timed target = start_yield(s, &caller);

    root_wake(s);
    EXPECT_OK(invoke(s, caller.cap, ABI_TCB_SUSPEND, NO_CAPS, NO_WORDS));
    EXPECT_EQUAL(caller.t->yield_to, 0);
    EXPECT_EQUAL(target.sc->yield_from, 0);
}

static void yield_and_delete_context(struct system *s)
{
    struct timed caller;
    struct timed target = start_yield(s, &caller);

    s->platform.time_us += 300;
    root_wake(s);
    EXPECT_OK(cnode_delete(s, target.context));
    EXPECT_EQUAL(caller.t->yield_to, 0);
    EXPECT_EQUAL(caller.t->registers[REG_A2], 300);
    EXPECT_EQUAL(target.t->sched_context, 0);
}

static void yield_and_delete_thread(struct system *s)
{
    struct timed caller;
    struct timed target = start_yield(s, &caller);

    root_wake(s);
    EXPECT_OK(cnode_delete(s, target.cap));
    EXPECT_EQUAL(caller.t->yield_to, 0);
    EXPECT_EQUAL(target.sc->thread, 0);
}

/* A second caller: the first has its answer at once. */
static void yield_twice(struct system *s)
{
    struct timed caller;
    struct timed target = start_yield(s, &caller);

    root_wake(s);
    EXPECT_OK(invoke(s, target.context, ABI_SCHED_CONTEXT_YIELD_TO, NO_CAPS, NO_WORDS));
    EXPECT_EQUAL(caller.t->yield_to, 0);
    EXPECT_EQUAL(abi_info_length(caller.t->registers[REG_A1]), 1);
    EXPECT_EQUAL(target.sc->yield_from, 0);
}

/* A target without time gets none by it, and the caller goes on. */
static void yield_to_waiting(struct system *s)
{
    struct timed timed = make_timed(s, 255, (struct context_options){.budget = 1000,
                                                                     .period = 90000});

    resume(s, timed.cap);
    root_sleep(s);
    pass_until(s, s->platform.time_us + 1000);
    EXPECT(timed.t->awaits_budget);
    root_wake(s);
    EXPECT_OK(invoke(s, timed.context, ABI_SCHED_CONTEXT_YIELD_TO, NO_CAPS, NO_WORDS));
    EXPECT_ANSWER(1000);
    EXPECT(current(s) == s->root && timed.t->awaits_budget);
}

/* --- notifications that lend a context ------------------------------------------------------- */

static void signal_lends(struct system *s)
{
    struct timed timed = make_slice(s, 10);
    uint64_t notification = make(s, ABI_TYPE_NOTIFICATION, 0);

    EXPECT_OK(invoke(s, timed.context, ABI_SCHED_CONTEXT_BIND, CAPS(notification), NO_WORDS));
    root_sleep(s);
    EXPECT(current(s) == timed.t);
    receive(s, notification); /* gives it back */
    EXPECT_EQUAL(timed.t->sched_context, 0);
    EXPECT_EQUAL(timed.sc->thread, 0);
    root_wake(s);
    signal_to(s, notification);
    EXPECT_EQUAL(timed.sc->thread, kernel_address(s->k, timed.t));
    receive(s, s->park);
    EXPECT(current(s) == timed.t);
    receive(s, notification);
    EXPECT_EQUAL(timed.t->sched_context, 0);
    root_wake(s);
    EXPECT_OK(cnode_delete(s, notification));
    EXPECT_EQUAL(timed.sc->notification, 0);
}

/* A context that has rested meanwhile has its whole budget again, in one piece and from now on. */
static void lent_after_a_rest(struct system *s)
{
    struct timed timed = make_timed(s, 10, (struct context_options){.budget = 3000,
                                                                    .period = 10000});
    uint64_t notification = make(s, ABI_TYPE_NOTIFICATION, 0);

    resume(s, timed.cap);
    EXPECT_OK(invoke(s, timed.context, ABI_SCHED_CONTEXT_BIND, CAPS(notification), NO_WORDS));
    root_sleep(s);
    s->platform.time_us += 1000;
    receive(s, notification);
    root_wake(s);
    s->platform.time_us += 50000;
    signal_to(s, notification);
    EXPECT_EQUAL(refill_head(timed.sc)->amount, 3000);
    EXPECT_EQUAL(refill_head(timed.sc)->time, s->platform.time_us);
}

/* A thread that polls keeps it. */
static void poll_keeps(struct system *s)
{
    struct timed timed = make_slice(s, 10);
    uint64_t notification = make(s, ABI_TYPE_NOTIFICATION, 0);

    EXPECT_OK(invoke(s, timed.context, ABI_SCHED_CONTEXT_BIND, CAPS(notification), NO_WORDS));
    root_sleep(s);
    trap_with(s, ABI_NB_WAIT, notification, NULL);
    EXPECT(current(s) == timed.t);
    EXPECT_EQUAL(timed.t->registers[REG_A0], 0);
    EXPECT(timed.t->sched_context != 0);
}

/* --- order of queues, priorities ------------------------------------------------------------- */

static void queue_by_priority(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    struct timed threads[3];
    struct endpoint *ep = endpoint_at(s->k, object_of(s, endpoint));

    for (unsigned i = 0; i < 3; i++) {
        threads[i] = make_slice(s, (uint8_t)(10 + i));
        root_sleep(s);
        send(s, endpoint, &nothing);
        root_wake(s);
    }
    EXPECT_EQUAL(ep->head, kernel_address(s->k, threads[2].t));
    EXPECT_EQUAL(ep->tail, kernel_address(s->k, threads[0].t));
    EXPECT_OK(invoke(s, threads[0].cap, ABI_TCB_SET_PRIORITY, CAPS(ROOT_TCB), WORDS(20)));
    EXPECT_EQUAL(ep->head, kernel_address(s->k, threads[0].t));
    EXPECT_OK(set_sched_params(s, threads[0].cap, 20, 5));
    EXPECT_EQUAL(ep->tail, kernel_address(s->k, threads[0].t));
}

static void signal_queue_by_priority(struct system *s)
{
    uint64_t notification = make(s, ABI_TYPE_NOTIFICATION, 0);
    struct timed low = make_slice(s, 10);
    struct timed high;

    root_sleep(s);
    receive(s, notification);
    root_wake(s);
    high = make_slice(s, 11);
    root_sleep(s);
    receive(s, notification);
    root_wake(s);
    EXPECT_OK(invoke(s, low.cap, ABI_TCB_SET_PRIORITY, CAPS(ROOT_TCB), WORDS(12)));
    signal_to(s, notification);
    EXPECT_EQUAL(low.t->state, THREAD_RUNNING);
    EXPECT_EQUAL(high.t->state, THREAD_BLOCKED_ON_NOTIFICATION);
}

static void params_bind(struct system *s)
{
    struct timed timed = make_passive(s, 10);
    uint64_t context = make_context(s, (struct context_options){.budget = 20, .period = 40});
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    struct cap handler;

    for (unsigned i = 0; i < 2; i++) { /* the second time nothing changes */
        EXPECT_OK(invoke(s, timed.cap, ABI_TCB_SET_SCHED_PARAMS,
                         CAPS(ROOT_TCB, context, endpoint), WORDS(9, 8)));
        EXPECT_EQUAL(timed.t->sched_context, object_of(s, context));
        handler = timed.t->slots[TCB_SLOT_FAULT].cap;
        EXPECT_EQUAL(handler.any.object, object_of(s, endpoint));
    }
    EXPECT_EQUAL(timed.t->priority, 8);
    EXPECT_OK(invoke(s, timed.cap, ABI_TCB_SET_SCHED_PARAMS, CAPS(ROOT_TCB, 0, 0), WORDS(9, 8)));
    EXPECT_EQUAL(timed.t->sched_context, 0);
    EXPECT(cap_is_null(timed.t->slots[TCB_SLOT_FAULT].cap));
}

static void boot_context(struct system *s)
{
    enum { INFO_SCHED_CONTROL = 152 };
    struct sched_context *sc = context_at(s, ROOT_SCHED_CONTEXT);

    EXPECT_EQUAL(boot_info_word(s, INFO_SCHED_CONTROL), ROOT_SCHED_CONTROL);
    EXPECT_EQUAL(boot_info_word(s, INFO_SCHED_CONTROL + 8), ROOT_SCHED_CONTROL + 1);
    EXPECT_EQUAL(identify(s, ROOT_SCHED_CONTROL), ABI_CAP_SCHED_CONTROL);
    EXPECT_EQUAL(s->root->sched_context, kernel_address(s->k, sc));
    EXPECT(context_is_active(sc) && context_is_round_robin(sc));
}

/* New parameters do not bring a thread's time back. */
static void configure_while_waiting(struct system *s)
{
    struct timed timed = make_timed(s, 10, (struct context_options){.budget = 1000,
                                                                    .period = 5000});

    resume(s, timed.cap);
    root_sleep(s);
    pass_until(s, s->platform.time_us + 1500);
    EXPECT(timed.t->awaits_budget);
    root_wake(s);
    EXPECT_OK(configure_context(s, timed.context, (struct context_options){.budget = 2000,
                                                                           .period = 5000}));
    EXPECT(timed.t->awaits_budget);
    root_sleep(s);
    EXPECT(current(s) == NULL);
}

const struct test context_tests[] = {
    TEST("boot gives the root task a context and the right to configure others", boot_context),
    TEST("SchedControl_ConfigureFlags succeeds: from the least to the most", configure),
    TEST("SchedControl_ConfigureFlags succeeds: of the running thread's context",
         configure_in_use),
    TEST("SchedControl_ConfigureFlags succeeds: of a stopped thread's, which is as new",
         configure_while_stopped),
    TEST("sporadic: the budget begins when the thread wakes", sporadic_wakes),
    TEST("constant bandwidth: the budget begins when the thread runs", constant_runs),
    TEST("SchedContext_Bind succeeds: the thread can run", bind_makes_it_run),
    TEST("SchedContext_Unbind succeeds: thread and notification", unbind),
    TEST("SchedContext_UnbindObject succeeds: one of them", unbind_object),
    TEST("SchedContext_Consumed succeeds: the time since the last question", consumed),
    TEST("SchedContext_YieldTo succeeds: a lower thread comes before its equals",
         yield_to_lower),
    TEST("SchedContext_YieldTo succeeds: an equal runs, the answer comes after that",
         yield_to_equal),
    TEST("SchedContext_YieldTo succeeds: a thread without time still waits", yield_to_waiting),
    TEST("YieldTo: a caller that is suspended waits no more", yield_and_suspend),
    TEST("YieldTo: is answered when the context goes", yield_and_delete_context),
    TEST("YieldTo: is answered when the thread goes", yield_and_delete_thread),
    TEST("YieldTo: a second caller lets the first go", yield_twice),
    TEST("notification: its context is lent with a signal and back when waiting", signal_lends),
    TEST("notification: a context that is lent after a rest is whole", lent_after_a_rest),
    TEST("notification: a thread that polls keeps the context", poll_keeps),
    TEST("NBWait: of nothing comes back with badge 0", poll_keeps),
    TEST("endpoint: its queue is in order of priority, also after changes", queue_by_priority),
    TEST("notification: its queue is in order of priority", signal_queue_by_priority),
    TEST("TCB_SetSchedParams succeeds: binds context and handler, and takes them away",
         params_bind),
    TEST("SchedControl_ConfigureFlags succeeds: of a thread that waits for budget",
         configure_while_waiting),
    TESTS_END};
