/* SPDX-License-Identifier: MIT */
/* Messages between threads, without capabilities in them: ipc/endpoint.c and the system calls. */
#include <string.h>

#include "tests/kernel/harness.h"

/* Two threads and an endpoint; `a` runs first, being higher. */
struct pair {
    uint64_t endpoint;
    uint64_t a_cap, b_cap;
    struct tcb *a, *b;
};

static struct pair make_pair(struct system *s)
{
    struct pair p = {.endpoint = make(s, ABI_TYPE_ENDPOINT, 0)};

    p.a_cap = make_thread(s, (struct thread_options){.priority = 20});
    p.b_cap = make_thread(s, (struct thread_options){.priority = 10});
    p.a = tcb_of(s, p.a_cap);
    p.b = tcb_of(s, p.b_cap);
    resume(s, p.a_cap);
    resume(s, p.b_cap);
    root_sleep(s);
    EXPECT(current(s) == p.a);
    return p;
}

static struct message three_words(void)
{
    return (struct message){.label = 0xabcdef, .length = 3, .words = {11, 22, 33}};
}

static void expect_three_words(struct system *s, struct tcb *t, uint64_t badge)
{
    struct message m;

    message_read(s, t, &m);
    EXPECT_EQUAL(m.label, 0xabcdef);
    EXPECT_EQUAL(m.length, 3);
    EXPECT_EQUAL(m.badge, badge);
    EXPECT_EQUAL(m.words[0], 11);
    EXPECT_EQUAL(m.words[2], 33);
    EXPECT_EQUAL(m.extra_count, 0);
    EXPECT_EQUAL(m.unwrapped, 0);
}

static void receiver_first(struct system *s)
{
    struct pair p = make_pair(s);
    struct message m = three_words();

    receive(s, p.endpoint);
    EXPECT(current(s) == p.b);
    send(s, p.endpoint, &m);
    EXPECT(current(s) == p.a); /* higher: it goes on at once */
    expect_three_words(s, p.a, 0);
    EXPECT_EQUAL(p.b->state, THREAD_RUNNING);
}

static void sender_first(struct system *s)
{
    struct pair p = make_pair(s);
    struct message m = three_words();

    send(s, p.endpoint, &m);
    EXPECT_EQUAL(p.a->state, THREAD_BLOCKED_ON_SEND);
    receive(s, p.endpoint);
    expect_three_words(s, p.b, 0);
    EXPECT(current(s) == p.a);
}

static void badge_arrives(struct system *s)
{
    uint64_t badged = slot_new(s);
    struct pair p;
    struct message m = three_words();

    p.endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    EXPECT_OK(cnode_mint(s, badged, p.endpoint, ABI_WRITE, 0xfeed));
    p.a_cap = make_thread(s, (struct thread_options){.priority = 20});
    resume(s, p.a_cap);
    root_sleep(s);
    send(s, badged, &m);
    root_wake(s);
    receive(s, p.endpoint);
    expect_three_words(s, s->root, 0xfeed);
}

static void fifo(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    struct message m = {.length = 1};
    struct message received;

    for (unsigned i = 0; i < 5; i++)
        resume(s, make_thread(s, (struct thread_options){.priority = (uint8_t)(50 - i)}));
    root_sleep(s);
    for (unsigned i = 0; i < 5; i++) {
        m.words[0] = i;
        send(s, endpoint, &m);
    }
    root_wake(s);
    for (unsigned i = 0; i < 5; i++) {
        receive(s, endpoint);
        message_read(s, s->root, &received);
        EXPECT_EQUAL(received.words[0], i);
    }
}

static void nonblocking_send_is_dropped(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    struct message m = three_words();

    send_nonblocking(s, endpoint, &m);
    EXPECT(current(s) == s->root);
    receive_nonblocking(s, endpoint);
    EXPECT_EQUAL(s->root->registers[REG_A0], 0);
}

static void nonblocking_send_arrives(struct system *s)
{
    struct pair p = make_pair(s);
    struct message m = three_words();

    receive(s, p.endpoint);
    send_nonblocking(s, p.endpoint, &m);
    EXPECT(current(s) == p.a);
    expect_three_words(s, p.a, 0);
}

static void nonblocking_receive_takes(struct system *s)
{
    struct pair p = make_pair(s);
    struct message m = three_words();

    send(s, p.endpoint, &m);
    receive_nonblocking(s, p.endpoint);
    expect_three_words(s, p.b, 0);
}

/* Nothing there: badge 0, and the message info register is not written. */
static void nonblocking_receive_of_nothing(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);

    reply_choose(s);
    s->root->registers[REG_A1] = 0xdead000;
    s->root->registers[REG_A0] = endpoint;
    trap_to_end(s, ABI_NB_RECV);
    EXPECT_EQUAL(s->root->registers[REG_A0], 0);
    EXPECT_EQUAL(s->root->registers[REG_A1], 0xdead000);
}

static void call_and_reply(struct system *s)
{
    struct pair p = make_pair(s);
    struct message question = three_words();
    struct message answer = {.label = 5, .length = 2, .words = {1, 2}};
    struct message m;

    call(s, p.endpoint, &question);
    EXPECT(current(s) == p.b);
    receive(s, p.endpoint);
    expect_three_words(s, p.b, 0);
    EXPECT_EQUAL(p.a->state, THREAD_BLOCKED_ON_REPLY);
    reply(s, &answer);
    EXPECT(current(s) == p.a);
    message_read(s, p.a, &m);
    EXPECT_EQUAL(m.label, 5);
    EXPECT_EQUAL(m.length, 2);
    EXPECT_EQUAL(m.words[1], 2);
}

static void reply_receive_serves_two(struct system *s)
{
    struct pair p = make_pair(s);
    uint64_t server_cap;
    struct message m = three_words();
    struct message answer = {.label = 6};
    struct tcb *server;

    root_wake(s);
    server_cap = make_thread(s, (struct thread_options){.priority = 5});
    server = tcb_of(s, server_cap);
    resume(s, server_cap);
    receive(s, s->park);
    call(s, p.endpoint, &m);
    call(s, p.endpoint, &m);
    EXPECT(current(s) == server);
    receive(s, p.endpoint);
    reply_receive(s, p.endpoint, &answer);
    EXPECT(current(s) == p.a);
    EXPECT_EQUAL(abi_info_label(p.a->registers[REG_A1]), 6);
    EXPECT_EQUAL(p.b->state, THREAD_BLOCKED_ON_REPLY);
    EXPECT_EQUAL(server->state, THREAD_RUNNING);
    expect_three_words(s, server, 0);
}

/* A capability that may not send: nothing happens; one that may not receive is a fault. */
static void send_without_right(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t readable = slot_new(s);
    struct message m = three_words();

    EXPECT_OK(invoke(s, ROOT_CNODE, ABI_CNODE_COPY, CAPS(ROOT_CNODE),
                     WORDS(readable, 64, endpoint, 64, ABI_READ)));
    EXPECT_EQUAL(invoke(s, readable, 1, NO_CAPS, NO_WORDS), ABI_INVALID_CAPABILITY);
    EXPECT_ANSWER(0);
    send(s, readable, &m);
    EXPECT(current(s) == s->root);
}

static void receive_without_right(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t writable = slot_new(s);
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 9});

    EXPECT_OK(cnode_mint(s, writable, endpoint, ABI_WRITE, 1));
    resume(s, thread);
    root_sleep(s);
    receive(s, writable);
    EXPECT(current(s) == NULL);
    EXPECT_EQUAL(tcb_of(s, thread)->state, THREAD_INACTIVE);
    EXPECT(strstr(s->platform.console, "stopped") != NULL);
}

/* Neither grant nor grant-reply: the caller is stopped, for nobody could answer it. */
static void call_without_grant(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t writable = slot_new(s);
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 9});
    struct message m = three_words();

    EXPECT_OK(cnode_mint(s, writable, endpoint, ABI_WRITE, 1));
    resume(s, thread);
    receive(s, endpoint);
    call(s, writable, &m);
    EXPECT(current(s) == s->root);
    expect_three_words(s, s->root, 1);
    EXPECT_EQUAL(tcb_of(s, thread)->state, THREAD_INACTIVE);
}

static void four_and_more_words(struct system *s)
{
    struct pair p = make_pair(s);
    struct message m = {.length = ABI_MESSAGE_WORDS};
    struct message received;

    for (unsigned i = 0; i < ABI_MESSAGE_WORDS; i++)
        m.words[i] = i * i;
    send(s, p.endpoint, &m);
    receive(s, p.endpoint);
    message_read(s, p.b, &received);
    EXPECT_EQUAL(received.length, ABI_MESSAGE_WORDS);
    for (unsigned i = 0; i < ABI_MESSAGE_WORDS; i++)
        EXPECT_EQUAL(received.words[i], i * i);
}

/* Lengths 121 to 127 fit the field but not the buffer: 120 words arrive. */
static void too_long_length(struct system *s)
{
    struct pair p = make_pair(s);
    struct message m = {.length = ABI_MESSAGE_WORDS};

    message_write(s, p.a, &m);
    p.a->registers[REG_A0] = p.endpoint;
    p.a->registers[REG_A1] = abi_info(1, 0, 0, 127);
    trap_to_end(s, ABI_SEND);
    receive(s, p.endpoint);
    EXPECT_EQUAL(abi_info_length(p.b->registers[REG_A1]), ABI_MESSAGE_WORDS);
}

static void without_buffer(struct system *s)
{
    struct pair p = make_pair(s);
    struct message m = {.length = 10, .words = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}};
    struct message received;

    root_wake(s);
    EXPECT_OK(invoke(s, p.b_cap, ABI_TCB_SET_IPC_BUFFER, CAPS(ROOT_CNODE), WORDS(0)));
    receive(s, s->park);
    send(s, p.endpoint, &m);
    receive(s, p.endpoint);
    message_read(s, p.b, &received);
    EXPECT_EQUAL(received.length, ABI_MESSAGE_REGISTERS);
    EXPECT_EQUAL(received.words[3], 4);
}

static void send_to_nothing_is_a_fault(struct system *s)
{
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 9});
    struct message m = three_words();

    resume(s, thread);
    root_sleep(s);
    send(s, slot_new(s), &m); /* an empty slot is a null capability: nothing happens */
    EXPECT(current(s) == tcb_of(s, thread));
    send(s, UINT64_C(1) << 50, &m); /* the guard differs */
    EXPECT(current(s) == NULL);
    EXPECT_EQUAL(tcb_of(s, thread)->state, THREAD_INACTIVE);
}

/* Who waits for what a lower thread deletes runs at once, into the missing capability. */
static void deletion_wakes_higher(struct system *s, uint64_t type, bool is_sender)
{
    uint64_t object = make(s, type, 0);
    uint64_t high = make_thread(s, (struct thread_options){.priority = 100});
    uint64_t low = make_thread(s, (struct thread_options){.priority = 50});
    struct message m = three_words();

    resume(s, high);
    resume(s, low);
    root_sleep(s);
    EXPECT(current(s) == tcb_of(s, high));
    if (is_sender)
        send(s, object, &m);
    else
        receive(s, object);
    EXPECT(current(s) == tcb_of(s, low));
    cnode_delete(s, object);
    EXPECT(current(s) == tcb_of(s, high));
}

static void deleted_endpoint(struct system *s)
{
    deletion_wakes_higher(s, ABI_TYPE_ENDPOINT, true);
}

static void deleted_notification(struct system *s)
{
    deletion_wakes_higher(s, ABI_TYPE_NOTIFICATION, false);
}

const struct test endpoint_tests[] = {
    TEST("Send: to a waiting receiver, which goes on if it is higher", receiver_first),
    TEST("Recv: from a waiting sender, which goes on if it is higher", sender_first),
    TEST("Send: the badge of the capability arrives", badge_arrives),
    TEST("Recv: senders are served in the order they came, whatever their priority", fifo),
    TEST("NBSend: is dropped when nobody waits", nonblocking_send_is_dropped),
    TEST("NBSend: arrives when somebody waits", nonblocking_send_arrives),
    TEST("NBRecv: takes a message that is there", nonblocking_receive_takes),
    TEST("NBRecv: of nothing gives badge 0 and leaves the info alone",
         nonblocking_receive_of_nothing),
    TEST("Call: waits for the answer of Reply", call_and_reply),
    TEST("Reply: lets the caller go on", call_and_reply),
    TEST("ReplyRecv: answers one and receives from the next", reply_receive_serves_two),
    TEST("Send: without the right to send does nothing", send_without_right),
    TEST("Recv: without the right to receive is a fault", receive_without_right),
    TEST("Call: without the right to grant an answer stops the caller", call_without_grant),
    TEST("Send: 120 words arrive", four_and_more_words),
    TEST("Send: a length above 120 is cut", too_long_length),
    TEST("Recv: without IPC buffer only four words arrive", without_buffer),
    TEST("Send: on an empty slot does nothing, on a bad address is a fault",
         send_to_nothing_is_a_fault),
    TEST("endpoint: its deletion wakes senders, of whom a higher one runs", deleted_endpoint),
    TEST("notification: its deletion wakes waiters, of whom a higher one runs",
         deleted_notification),
    TESTS_END};
