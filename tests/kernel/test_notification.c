/* SPDX-License-Identifier: MIT */
/* Signals: ipc/notification.c */
#include <string.h>

#include "kernel/ipc/notification.h"

#include "tests/kernel/harness.h"

static uint64_t make_badged(struct system *s, uint64_t notification, uint64_t badge)
{
    uint64_t slot = slot_new(s);

    EXPECT_OK(cnode_mint(s, slot, notification, ABI_ALL_RIGHTS, badge));
    return slot;
}

static void signals_are_kept(struct system *s)
{
    uint64_t notification = make(s, ABI_TYPE_NOTIFICATION, 0);

    signal_to(s, make_badged(s, notification, 1));
    signal_to(s, make_badged(s, notification, 4));
    signal_to(s, make_badged(s, notification, 4));
    receive(s, notification);
    EXPECT_EQUAL(s->root->registers[REG_A0], 5);
    receive_nonblocking(s, notification);
    EXPECT_EQUAL(s->root->registers[REG_A0], 0);
}

static void unbadged_signal(struct system *s)
{
    uint64_t notification = make(s, ABI_TYPE_NOTIFICATION, 0);

    signal_to(s, notification);
    receive(s, notification); /* does not wait */
    EXPECT(current(s) == s->root);
    EXPECT_EQUAL(s->root->registers[REG_A0], 0);
}

static void waiters_in_order(struct system *s)
{
    uint64_t notification = make(s, ABI_TYPE_NOTIFICATION, 0);
    struct tcb *threads[3];

    for (unsigned i = 0; i < 3; i++) {
        uint64_t cap = make_thread(s, (struct thread_options){.priority = (uint8_t)(9 - i)});

        threads[i] = tcb_of(s, cap);
        resume(s, cap);
    }
    root_sleep(s);
    for (unsigned i = 0; i < 3; i++)
        receive(s, notification);
    root_wake(s);
    for (unsigned i = 0; i < 3; i++) {
        signal_to(s, notification);
        EXPECT_EQUAL(threads[i]->state, THREAD_RUNNING);
    }
}

/* A signal reaches a thread that waits for a message on some endpoint. */
static void bound_while_receiving(struct system *s)
{
    uint64_t notification = make(s, ABI_TYPE_NOTIFICATION, 0);
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 9});
    struct tcb *t = tcb_of(s, thread);

    EXPECT_OK(invoke(s, thread, ABI_TCB_BIND_NOTIFICATION, CAPS(notification), NO_WORDS));
    resume(s, thread);
    root_sleep(s);
    receive(s, endpoint);
    root_wake(s);
    signal_to(s, make_badged(s, notification, 0x30));
    EXPECT_EQUAL(t->state, THREAD_RUNNING);
    EXPECT_EQUAL(t->registers[REG_A0], 0x30);
}

/* A signal that is there already comes before a message. */
static void bound_before_message(struct system *s)
{
    uint64_t notification = make(s, ABI_TYPE_NOTIFICATION, 0);
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 9});
    struct message m = {.label = 3};

    EXPECT_OK(invoke(s, ROOT_TCB, ABI_TCB_BIND_NOTIFICATION, CAPS(notification), NO_WORDS));
    resume(s, thread);
    root_sleep(s);
    send(s, endpoint, &m);
    root_wake(s);
    signal_to(s, make_badged(s, notification, 2));
    receive(s, endpoint);
    EXPECT_EQUAL(s->root->registers[REG_A0], 2);
    receive(s, endpoint);
    EXPECT_EQUAL(abi_info_label(s->root->registers[REG_A1]), 3);
}

/* While the bound thread waits to send or for an answer, the signal waits too. */
static void bound_while_sending(struct system *s)
{
    uint64_t notification = make(s, ABI_TYPE_NOTIFICATION, 0);
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 9});
    struct message m = {.label = 3};
    const struct notification *n;

    EXPECT_OK(invoke(s, thread, ABI_TCB_BIND_NOTIFICATION, CAPS(notification), NO_WORDS));
    resume(s, thread);
    root_sleep(s);
    send(s, endpoint, &m);
    root_wake(s);
    signal_to(s, make_badged(s, notification, 2));
    EXPECT_EQUAL(tcb_of(s, thread)->state, THREAD_BLOCKED_ON_SEND);
    n = kernel_pointer(s->k, object_of(s, notification));
    EXPECT_EQUAL(n->state, NOTIFICATION_ACTIVE);
    EXPECT_EQUAL(n->badge, 2);
}

/* Only the bound thread may wait on a bound notification. */
static void stranger_on_bound_notification(struct system *s)
{
    uint64_t notification = make(s, ABI_TYPE_NOTIFICATION, 0);
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 9});
    uint64_t stranger = make_thread(s, (struct thread_options){.priority = 8});

    EXPECT_OK(invoke(s, thread, ABI_TCB_BIND_NOTIFICATION, CAPS(notification), NO_WORDS));
    resume(s, stranger);
    root_sleep(s);
    receive(s, notification);
    EXPECT(current(s) == NULL);
    EXPECT_EQUAL(tcb_of(s, stranger)->state, THREAD_INACTIVE);
    EXPECT(strstr(s->platform.console, "stopped") != NULL);
}

static void message_info_is_not_written(struct system *s)
{
    uint64_t notification = make(s, ABI_TYPE_NOTIFICATION, 0);

    signal_to(s, notification);
    s->root->registers[REG_A0] = notification;
    s->root->registers[REG_A1] = 0xdead000;
    trap_to_end(s, ABI_RECV);
    EXPECT_EQUAL(s->root->registers[REG_A1], 0xdead000);
}

static void no_right_to_signal(struct system *s)
{
    uint64_t notification = make(s, ABI_TYPE_NOTIFICATION, 0);
    uint64_t readable = slot_new(s);

    EXPECT_OK(cnode_mint(s, readable, notification, ABI_READ, 1));
    signal_to(s, readable);
    receive_nonblocking(s, notification);
    EXPECT_EQUAL(s->root->registers[REG_A0], 0);
}

/* The refusal names the capability itself, and is no message: its badge is 0. */
static void call_without_right(struct system *s)
{
    uint64_t notification = make(s, ABI_TYPE_NOTIFICATION, 0);
    uint64_t readable = slot_new(s);

    EXPECT_OK(cnode_mint(s, readable, notification, ABI_READ, 3));
    EXPECT_EQUAL(invoke(s, readable, 0, NO_CAPS, NO_WORDS), ABI_INVALID_CAPABILITY);
    EXPECT_ANSWER(0);
    EXPECT_EQUAL(s->root->registers[REG_A0], 0);
}

const struct test notification_tests[] = {
    TEST("notification: badges signalled are or'ed until somebody takes them", signals_are_kept),
    TEST("notification: a signal without badge is one all the same", unbadged_signal),
    TEST("notification: each signal wakes one waiter, in the order they came", waiters_in_order),
    TEST("notification: a bound one reaches a thread that waits for a message",
         bound_while_receiving),
    TEST("notification: of a bound one and a message the signal comes first",
         bound_before_message),
    TEST("notification: a bound one does not disturb a sender", bound_while_sending),
    TEST("notification: a stranger that waits on a bound one faults",
         stranger_on_bound_notification),
    TEST("notification: a signal leaves the message info alone", message_info_is_not_written),
    TEST("notification: without the right to signal nothing happens", no_right_to_signal),
    TEST("notification: a call without the right to signal is refused", call_without_right),
    TESTS_END};
