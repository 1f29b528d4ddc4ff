/* SPDX-License-Identifier: MIT */
/* Capabilities in messages: ipc/transfer.c. The root thread receives, a thread sends. */
#include "tests/kernel/harness.h"

struct post {
    uint64_t endpoint; /* all rights */
    uint64_t badged;   /* badge 5, all rights */
    uint64_t thread_cap;
    struct tcb *thread;
    uint64_t into;     /* slot where the root thread receives */
};

/* The thread is current, the root thread sleeps. */
static struct post make_post(struct system *s)
{
    struct post p = {.endpoint = make(s, ABI_TYPE_ENDPOINT, 0), .badged = slot_new(s)};
    uint64_t *buffer = buffer_of(s, s->root);

    EXPECT_OK(cnode_mint(s, p.badged, p.endpoint, ABI_ALL_RIGHTS, 5));
    p.thread_cap = make_thread(s, (struct thread_options){.priority = 9});
    p.thread = tcb_of(s, p.thread_cap);
    p.into = slot_new(s);
    buffer[BUFFER_RECEIVE_CNODE] = ROOT_CNODE;
    buffer[BUFFER_RECEIVE_INDEX] = p.into;
    buffer[BUFFER_RECEIVE_DEPTH] = 64;
    resume(s, p.thread_cap);
    return p;
}

/* The thread sends `caps` on cptr, the root thread receives. */
static struct message post(struct system *s, const struct post *p, uint64_t cptr,
                           struct cap_list caps)
{
    struct message m = {.label = 7, .length = 1, .words = {99}, .extra_count = caps.count};
    struct message received;

    for (unsigned i = 0; i < caps.count; i++)
        m.caps[i] = caps.items[i];
    root_sleep(s);
    EXPECT(current(s) == p->thread);
    send(s, cptr, &m);
    root_wake(s);
    receive(s, p->endpoint);
    message_read(s, s->root, &received);
    EXPECT_EQUAL(received.words[0], 99);
    return received;
}

static void one_capability(struct system *s)
{
    struct post p = make_post(s);
    uint64_t frame = make(s, ABI_TYPE_PAGE, 0);
    struct message m = post(s, &p, p.endpoint, CAPS(frame));

    EXPECT_EQUAL(m.extra_count, 1);
    EXPECT_EQUAL(m.unwrapped, 0);
    EXPECT_EQUAL(identify(s, p.into), ABI_CAP_FRAME);
    EXPECT_EQUAL(identify(s, frame), ABI_CAP_FRAME); /* a copy */
}

static void only_one_arrives(struct system *s)
{
    struct post p = make_post(s);
    uint64_t tcb = make(s, ABI_TYPE_TCB, 0);
    struct message m = post(s, &p, p.endpoint, CAPS(tcb, ROOT_VSPACE));

    EXPECT_EQUAL(m.extra_count, 1);
    EXPECT_EQUAL(identify(s, p.into), ABI_CAP_TCB);
}

/* A capability to the endpoint itself arrives as its badge, even when there is no slot. */
static void unwrapping(struct system *s)
{
    struct post p = make_post(s);
    struct message m = post(s, &p, p.endpoint, CAPS(p.badged));

    EXPECT_EQUAL(m.extra_count, 1);
    EXPECT_EQUAL(m.unwrapped, 1);
    EXPECT_EQUAL(m.caps[0], 5);
    EXPECT_EQUAL(identify(s, p.into), ABI_CAP_NULL);
}

static void unwrapped_and_copied(struct system *s)
{
    struct post p = make_post(s);
    struct message m = post(s, &p, p.endpoint, CAPS(p.badged, ROOT_TCB, p.badged));

    EXPECT_EQUAL(m.extra_count, 3);
    EXPECT_EQUAL(m.unwrapped, 5);
    EXPECT_EQUAL(m.caps[0], 5);
    EXPECT_EQUAL(m.caps[2], 5);
    EXPECT_EQUAL(identify(s, p.into), ABI_CAP_TCB);
}

static void no_grant_no_capability(struct system *s)
{
    struct post p = make_post(s);
    uint64_t plain = slot_new(s);
    struct message m;

    EXPECT_OK(cnode_mint(s, plain, p.endpoint, ABI_WRITE, 3));
    m = post(s, &p, plain, CAPS(ROOT_TCB));
    EXPECT_EQUAL(m.badge, 3);
    EXPECT_EQUAL(m.extra_count, 0);
    EXPECT_EQUAL(identify(s, p.into), ABI_CAP_NULL);
}

static void full_slot(struct system *s)
{
    struct post p = make_post(s);
    struct message m;

    EXPECT_OK(cnode_copy(s, p.into, ROOT_VSPACE));
    m = post(s, &p, p.endpoint, CAPS(ROOT_TCB));
    EXPECT_EQUAL(m.extra_count, 0);
    EXPECT_EQUAL(identify(s, p.into), ABI_CAP_PAGE_TABLE);
}

static void no_receive_path(struct system *s)
{
    struct post p = make_post(s);

    buffer_of(s, s->root)[BUFFER_RECEIVE_DEPTH] = 0;
    EXPECT_EQUAL(post(s, &p, p.endpoint, CAPS(ROOT_TCB)).extra_count, 0);
    buffer_of(s, s->root)[BUFFER_RECEIVE_DEPTH] = 64;
    buffer_of(s, s->root)[BUFFER_RECEIVE_CNODE] = ROOT_TCB;
    EXPECT_EQUAL(post(s, &p, p.endpoint, CAPS(ROOT_TCB)).extra_count, 0);
}

/* What cannot be copied is not transferred, and ends the transfer. */
static void not_copied(struct system *s)
{
    struct post p = make_post(s);
    uint64_t table = make(s, ABI_TYPE_PAGE_TABLE, 0);
    struct message m = post(s, &p, p.endpoint, CAPS(table, ROOT_TCB));

    EXPECT_EQUAL(m.extra_count, 0);
    EXPECT_EQUAL(identify(s, p.into), ABI_CAP_NULL);
}

/* The sender faults when it names a capability that is not found. */
static void bad_extra_capability(struct system *s)
{
    struct post p = make_post(s);
    struct message m = {.extra_count = 1, .caps = {UINT64_C(1) << 60}};

    root_sleep(s);
    send(s, p.endpoint, &m);
    EXPECT(current(s) == NULL);
    EXPECT_EQUAL(p.thread->state, THREAD_INACTIVE);
}

/* A message that the sender left waiting is read when it is taken. */
static void read_when_taken(struct system *s)
{
    struct post p = make_post(s);
    struct message m = {.length = 6, .words = {0, 0, 0, 0, 1, 2}};
    struct message received;

    root_sleep(s);
    send(s, p.endpoint, &m);
    buffer_of(s, p.thread)[BUFFER_WORDS + 5] = 42;
    root_wake(s);
    receive(s, p.endpoint);
    message_read(s, s->root, &received);
    EXPECT_EQUAL(received.words[5], 42);
}

/* A capability also travels with an answer, when the caller could grant. */
static void with_an_answer(struct system *s)
{
    struct post p = make_post(s);
    struct message question = {.label = 1};
    struct message answer = {.label = 2, .extra_count = 1, .caps = {ROOT_VSPACE}};
    uint64_t *buffer = buffer_of(s, p.thread);
    uint64_t into = slot_new(s);

    receive(s, p.endpoint);
    buffer[BUFFER_RECEIVE_CNODE] = ROOT_CNODE;
    buffer[BUFFER_RECEIVE_INDEX] = into;
    buffer[BUFFER_RECEIVE_DEPTH] = 64;
    call(s, p.endpoint, &question);
    reply(s, &answer);
    EXPECT_EQUAL(identify(s, into), ABI_CAP_PAGE_TABLE);
    EXPECT_EQUAL(abi_info_extra(p.thread->registers[REG_A1]), 1);
}

const struct test transfer_tests[] = {
    TEST("transfer: a capability is copied to the receive slot", one_capability),
    TEST("transfer: of two capabilities the first arrives", only_one_arrives),
    TEST("transfer: a capability to the endpoint itself arrives as its badge", unwrapping),
    TEST("transfer: unwrapped and copied ones in one message", unwrapped_and_copied),
    TEST("transfer: without the right to grant no capability arrives", no_grant_no_capability),
    TEST("transfer: into a slot in use none arrives", full_slot),
    TEST("transfer: without a receive slot none arrives", no_receive_path),
    TEST("transfer: what cannot be copied does not arrive", not_copied),
    TEST("transfer: a capability that is not found is the sender's fault", bad_extra_capability),
    TEST("transfer: the buffer is read when the message is taken", read_when_taken),
    TEST("transfer: an answer may bring a capability", with_an_answer),
    TESTS_END};
