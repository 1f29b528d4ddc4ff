/* SPDX-License-Identifier: MIT */
/* Each invariant of threads and queues, broken on purpose: kernel_check says so. */
#include <string.h>

#include "kernel/cap/cdt.h"
#include "kernel/ipc/endpoint.h"
#include "kernel/ipc/notification.h"
#include "tests/kernel/trouble.h"

enum { PRIORITY = 9 };

static struct tcb *make_ready(struct system *s)
{
    uint64_t thread = make_thread(s, (struct thread_options){.priority = PRIORITY});

    resume(s, thread);
    return tcb_of(s, thread);
}

static struct tcb *make_stopped(struct system *s)
{
    return tcb_of(s, make_thread(s, (struct thread_options){.priority = PRIORITY}));
}

/* All capabilities to the thread, and those that it holds, are gone; it does not know. */
static void forget(struct system *s, struct tcb *t)
{
    kaddr at = kernel_address(s->k, t);

    for (uint64_t slot = 1; slot < s->next_slot; slot++)
        if (cap_type(root_slot(s, slot)->cap) == CAP_TCB && object_of(s, slot) == at)
            cdt_remove(s->k, root_slot(s, slot));
    for (unsigned i = 0; i < TCB_SLOT_COUNT; i++)
        if (!cap_is_null(t->slots[i].cap))
            cdt_remove(s->k, &t->slots[i]);
}

static struct ready_queues *queues(struct system *s)
{
    return kernel_pointer(s->k, s->k->ready);
}

/* --- ready queues ----------------------------------------------------------------------------- */

static void test_ready_bit(struct system *s)
{
    make_ready(s);
    queues(s)->words[0] = 0;
    queues(s)->top = 0;
    expect_trouble(s, "a ready queue and its bit disagree, priority 0x9");
}

static void test_ready_word(struct system *s)
{
    make_ready(s);
    queues(s)->top = 2;
    expect_trouble(s, "a word of ready queues and its bit disagree, word 0x0");
}

static void test_ready_blocked(struct system *s)
{
    struct tcb *t = make_ready(s);

    t->state = THREAD_INACTIVE;
    expect_trouble_thread(s, "a thread that cannot run is in a ready queue:", t);
}

static void test_ready_wrong(struct system *s)
{
    struct tcb *t = make_ready(s);

    t->priority = PRIORITY + 1;
    expect_trouble_thread(s, "a thread is in the wrong ready queue:", t);
}

/* The name helps people. */
static void test_ready_named(struct system *s)
{
    struct tcb *t = make_ready(s);

    strcpy(t->name, "worker");
    t->ready_previous = kernel_address(s->k, s->root);
    expect_trouble_thread(s, "a thread is in the wrong ready queue:", t);
}

static void test_ready_tail(struct system *s)
{
    make_ready(s);
    queues(s)->queues[PRIORITY].tail = 0;
    expect_trouble(s, "a ready queue's tail is wrong, priority 0x9");
}

static void test_ready_astray(struct system *s)
{
    make_ready(s);
    queues(s)->queues[PRIORITY].head = 0x12345;
    expect_trouble(s, "a ready queue leads to no thread: 0x12345");
}

static void test_ready_without_cap(struct system *s)
{
    make_ready(s);
    forget(s, make_ready(s));
    expect_trouble(s, "threads with a capability and threads in ready queues differ: 0x2");
}

static void test_ready_nowhere(struct system *s)
{
    struct tcb *t = make_ready(s);

    queues(s)->queues[PRIORITY] = (struct ready_queue){0, 0};
    queues(s)->words[0] = 0;
    queues(s)->top = 0;
    t->is_queued = false;
    expect_trouble_thread(s, "a runnable thread is in no ready queue:", t);
}

/* --- one thread ------------------------------------------------------------------------------- */

static void test_unknown_state(struct system *s)
{
    struct tcb *t = make_stopped(s);

    t->state = 99;
    expect_trouble_thread(s, "a thread has an unknown state:", t);
}

static void test_unknown_domain(struct system *s)
{
    struct tcb *t = make_stopped(s);

    t->domain = 1;
    expect_trouble_thread(s, "a thread is in a domain that does not exist:", t);
}

static void test_waits_for_nothing(struct system *s)
{
    struct tcb *t = make_stopped(s);

    t->state = THREAD_BLOCKED_ON_SEND;
    expect_trouble_thread(s, "a thread's state and what it waits for disagree:", t);
}

static void test_stale_queue_link(struct system *s)
{
    struct tcb *t = make_stopped(s);

    t->queue_next = s->k->root_thread;
    expect_trouble_thread(s, "a thread that does not wait is linked into a queue:", t);
}

static void test_stale_ready_link(struct system *s)
{
    struct tcb *t = make_stopped(s);

    t->ready_previous = s->k->root_thread;
    expect_trouble_thread(s, "a thread that is not ready is linked into a ready queue:", t);
}

/* Empties a slot of the root thread, then puts the capability there. */
static void put(struct system *s, enum tcb_slot which, struct cap cap, uint64_t source)
{
    cdt_remove(s->k, &s->root->slots[which]);
    cdt_insert(s->k, cap, root_slot(s, source), &s->root->slots[which]);
}

static void test_wrong_cspace(struct system *s)
{
    put(s, TCB_SLOT_CSPACE, root_slot(s, ROOT_TCB)->cap, ROOT_TCB);
    expect_trouble_thread(s, "a thread's CSpace is not a CNode:", s->root);
}

static void test_wrong_vspace(struct system *s)
{
    put(s, TCB_SLOT_VSPACE, root_slot(s, ROOT_TCB)->cap, ROOT_TCB);
    expect_trouble_thread(s, "a thread's VSpace is not a page table with an ASID:", s->root);
}

/* The thread's capability to its buffer is an unmapped copy. */
static void test_mapped_buffer(struct system *s)
{
    put(s, TCB_SLOT_BUFFER, root_slot(s, ROOT_BUFFER)->cap, ROOT_BUFFER);
    expect_trouble_thread(s, "a thread's IPC buffer is not in a frame of RAM:", s->root);
}

static void test_buffer_alignment(struct system *s)
{
    s->root->buffer_address += 8;
    expect_trouble_thread(s, "a thread's IPC buffer is not aligned:", s->root);
}

/* --- who runs --------------------------------------------------------------------------------- */

static void test_current_blocked(struct system *s)
{
    s->root->state = THREAD_INACTIVE;
    expect_trouble_thread(s, "the current thread cannot run:", s->root);
}

static void test_current_queued(struct system *s)
{
    struct ready_queues *r = queues(s);
    kaddr at = s->k->root_thread;

    s->root->is_queued = true;
    r->queues[s->root->priority] = (struct ready_queue){at, at};
    r->words[s->root->priority / 64] |= UINT64_C(1) << (s->root->priority % 64);
    r->top |= UINT64_C(1) << (s->root->priority / 64);
    expect_trouble_thread(s, "the current thread is in a ready queue:", s->root);
}

static void test_current_without_cap(struct system *s)
{
    forget(s, s->root);
    expect_trouble_at(s, "the current thread has no capability:", s->k->root_thread);
}

static void test_current_domain(struct system *s)
{
    s->k->current_domain = 1;
    expect_trouble_thread(s, "the current thread is of another domain:", s->root);
    s->k->current_domain = 7;
    expect_trouble(s, "the current domain does not exist: 0x7");
}

static void test_idle(struct system *s)
{
    s->k->idle.state = THREAD_RUNNING;
    expect_trouble_at(s, "the idle thread is not idle, state", THREAD_RUNNING);
}

static void test_choice_open(struct system *s)
{
    s->k->action = CHOOSE_ANEW;
    expect_trouble_at(s, "a choice of who runs was not made, action", CHOOSE_ANEW);
}

/* --- queues of those who wait ----------------------------------------------------------------- */

/* A thread that waits at the endpoint or notification; returns it. */
static struct tcb *make_waiter(struct system *s, uint64_t cptr)
{
    uint64_t thread = make_thread(s, (struct thread_options){.priority = PRIORITY});

    resume(s, thread);
    root_sleep(s);
    receive(s, cptr);
    root_wake(s);
    return tcb_of(s, thread);
}

static struct endpoint *endpoint_of(struct system *s, uint64_t cptr)
{
    return endpoint_at(s->k, object_of(s, cptr));
}

static struct notification *notification_of(struct system *s, uint64_t cptr)
{
    return notification_at(s->k, object_of(s, cptr));
}

static void test_endpoint_state(struct system *s)
{
    uint64_t ep = make(s, ABI_TYPE_ENDPOINT, 0);

    endpoint_of(s, ep)->state = ENDPOINT_SEND;
    expect_trouble_at(s, "an endpoint's state and queue disagree:", object_of(s, ep));
}

static void test_endpoint_astray(struct system *s)
{
    uint64_t ep = make(s, ABI_TYPE_ENDPOINT, 0);

    endpoint_of(s, ep)->head = 0x4242;
    endpoint_of(s, ep)->state = ENDPOINT_SEND;
    expect_trouble(s, "a queue leads to no thread: 0x4242");
}

static void test_endpoint_tail(struct system *s)
{
    uint64_t ep = make(s, ABI_TYPE_ENDPOINT, 0);

    make_waiter(s, ep);
    endpoint_of(s, ep)->tail = 0;
    expect_trouble_at(s, "a queue's tail is wrong at", object_of(s, ep));
}

static void test_queue_links(struct system *s)
{
    uint64_t ep = make(s, ABI_TYPE_ENDPOINT, 0);
    struct tcb *first = make_waiter(s, ep);
    struct tcb *second = make_waiter(s, ep);
    struct tcb *third = make_waiter(s, ep);

    third->queue_previous = kernel_address(s->k, first);
    expect_trouble_thread(s, "a thread is not in the queue that it waits in:", third);
    third->queue_previous = kernel_address(s->k, second);
    first->queue_next = 0;
    expect_trouble_thread(s, "a thread is not in the queue that it waits in:", second);
}

/* Threads are older than the endpoint here, so that its queue is looked at before them. */
static void test_queue_members(struct system *s)
{
    struct tcb *last;
    uint64_t ep;

    make_ready(s);
    make_ready(s);
    ep = make(s, ABI_TYPE_ENDPOINT, 0);
    root_sleep(s);
    receive(s, ep);
    receive(s, ep);
    root_wake(s);
    last = tcb_at(s->k, endpoint_of(s, ep)->tail);
    last->queue_previous = 0;
    expect_trouble_thread(s, "links of a queue disagree at thread", last);
    last->blocked_on++;
    expect_trouble_thread(s, "a thread in a queue does not wait there:", last);
}

static void test_waits_nowhere(struct system *s)
{
    struct tcb *t = make_waiter(s, make(s, ABI_TYPE_ENDPOINT, 0));

    t->blocked_on = 0x1000;
    expect_trouble_thread(s, "a thread waits where nothing is:", t);
}

static void test_queue_forgotten(struct system *s)
{
    uint64_t ep = make(s, ABI_TYPE_ENDPOINT, 0);
    struct tcb *t = make_waiter(s, ep);

    memset(endpoint_of(s, ep), 0, sizeof(struct endpoint));
    expect_trouble_thread(s, "a thread is not in the queue that it waits in:", t);
}

static void test_endpoint_without_cap(struct system *s)
{
    uint64_t ep = make(s, ABI_TYPE_ENDPOINT, 0);
    struct tcb *t = make_waiter(s, ep);

    cdt_remove(s->k, root_slot(s, ep));
    expect_trouble_thread(s, "what a thread waits on has no capability:", t);
}

static void test_waiter_without_cap(struct system *s)
{
    forget(s, make_waiter(s, make(s, ABI_TYPE_ENDPOINT, 0)));
    expect_trouble(s, "a thread without a capability is in a queue; in queues are 0x1");
}

static void test_notification_state(struct system *s)
{
    uint64_t n = make(s, ABI_TYPE_NOTIFICATION, 0);

    notification_of(s, n)->state = NOTIFICATION_WAITING;
    expect_trouble_at(s, "a notification's state and queue disagree:", object_of(s, n));
}

static void test_notification_flags(struct system *s)
{
    uint64_t n = make(s, ABI_TYPE_NOTIFICATION, 0);

    notification_of(s, n)->badge = 4;
    expect_trouble_at(s, "a notification has flags without a signal:", object_of(s, n));
}

static void test_bound_one_way(struct system *s)
{
    s->root->bound_notification = object_of(s, make(s, ABI_TYPE_NOTIFICATION, 0));
    expect_trouble_thread(s, "a bound notification does not know its thread:", s->root);
}

static void test_bound_other_way(struct system *s)
{
    uint64_t n = make(s, ABI_TYPE_NOTIFICATION, 0);

    notification_of(s, n)->bound_thread = s->k->root_thread;
    expect_trouble_at(s, "a thread does not know its bound notification:", object_of(s, n));
}

static void test_bound_to_another(struct system *s)
{
    uint64_t n = make(s, ABI_TYPE_NOTIFICATION, 0);

    make_waiter(s, n);
    notification_of(s, n)->bound_thread = s->k->root_thread;
    s->root->bound_notification = object_of(s, n);
    expect_trouble_at(s, "another thread waits than the one that is bound:", object_of(s, n));
}

const struct test check_threads_tests[] = {
    TEST("kernel_check: a ready queue without its bit", test_ready_bit),
    TEST("kernel_check: a word of queues without its bit", test_ready_word),
    TEST("kernel_check: a stopped thread in a ready queue", test_ready_blocked),
    TEST("kernel_check: a thread in another priority's queue", test_ready_wrong),
    TEST("kernel_check: names of threads", test_ready_named),
    TEST("kernel_check: a ready queue without its tail", test_ready_tail),
    TEST("kernel_check: a ready queue that leads nowhere", test_ready_astray),
    TEST("kernel_check: a deleted thread in a ready queue", test_ready_without_cap),
    TEST("kernel_check: a runnable thread in no queue", test_ready_nowhere),
    TEST("kernel_check: an unknown thread state", test_unknown_state),
    TEST("kernel_check: a thread of a domain too many", test_unknown_domain),
    TEST("kernel_check: a thread that waits for nothing", test_waits_for_nothing),
    TEST("kernel_check: a link of a queue left behind", test_stale_queue_link),
    TEST("kernel_check: a link of a ready queue left behind", test_stale_ready_link),
    TEST("kernel_check: a thread whose CSpace is no CNode", test_wrong_cspace),
    TEST("kernel_check: a thread whose VSpace is no page table", test_wrong_vspace),
    TEST("kernel_check: an IPC buffer that claims a mapping", test_mapped_buffer),
    TEST("kernel_check: an IPC buffer that is not aligned", test_buffer_alignment),
    TEST("kernel_check: a current thread that is stopped", test_current_blocked),
    TEST("kernel_check: a current thread in a ready queue", test_current_queued),
    TEST("kernel_check: a current thread without a capability", test_current_without_cap),
    TEST_ON("kernel_check: a current thread of another domain", test_current_domain,
            .domain_count = 2),
    TEST("kernel_check: an idle thread that runs", test_idle),
    TEST("kernel_check: an entry without a choice", test_choice_open),
    TEST("kernel_check: an endpoint's state", test_endpoint_state),
    TEST("kernel_check: a queue that leads nowhere", test_endpoint_astray),
    TEST("kernel_check: a queue without its tail", test_endpoint_tail),
    TEST("kernel_check: a queue's links", test_queue_links),
    TEST("kernel_check: members of a queue", test_queue_members),
    TEST("kernel_check: a thread that waits outside of memory", test_waits_nowhere),
    TEST("kernel_check: a thread that its endpoint has forgotten", test_queue_forgotten),
    TEST("kernel_check: a thread that waits at a deleted endpoint", test_endpoint_without_cap),
    TEST("kernel_check: a deleted thread that waits", test_waiter_without_cap),
    TEST("kernel_check: a notification's state", test_notification_state),
    TEST("kernel_check: a notification's flags", test_notification_flags),
    TEST("kernel_check: a thread bound on its side only", test_bound_one_way),
    TEST("kernel_check: a notification bound on its side only", test_bound_other_way),
    TEST("kernel_check: a notification bound to another thread", test_bound_to_another),
    TESTS_END};
