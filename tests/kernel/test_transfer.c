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

/* The shortest path to a slot has one bit. */
static void into_a_small_cnode(struct system *s)
{
    struct post p = make_post(s);
    uint64_t cnode = make(s, ABI_TYPE_CNODE, 1);
    uint64_t *buffer = buffer_of(s, s->root);

    buffer[BUFFER_RECEIVE_CNODE] = cnode;
    buffer[BUFFER_RECEIVE_INDEX] = 1;
    buffer[BUFFER_RECEIVE_DEPTH] = 1;
    EXPECT_EQUAL(post(s, &p, p.endpoint, CAPS(ROOT_TCB)).extra_count, 1);
    EXPECT(cap_type(slot_at(s->k, object_of(s, cnode))[1].cap) == CAP_TCB);
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

/* The same once the sender waits is nobody's fault: the message arrives without any. */
static void extra_capability_gone(struct system *s)
{
    struct post p = make_post(s);
    uint64_t frame = make(s, ABI_TYPE_PAGE, 0);
    struct message m = {.length = 1, .words = {5}, .extra_count = 2, .caps = {ROOT_TCB, frame}};
    struct message received;

    root_sleep(s);
    send(s, p.endpoint, &m);
    root_wake(s);
    EXPECT_OK(cnode_delete(s, frame));
    buffer_of(s, p.thread)[BUFFER_CAPS + 1] = UINT64_C(1) << 60;
    receive(s, p.endpoint);
    message_read(s, s->root, &received);
    EXPECT_EQUAL(received.words[0], 5);
    EXPECT_EQUAL(received.extra_count, 0);
    EXPECT_EQUAL(identify(s, p.into), ABI_CAP_NULL);
}

/* The thread's buffer is on a frame of which its capability has these rights. */
static void set_buffer(struct system *s, const struct post *p, unsigned rights)
{
    uint64_t frame = make(s, ABI_TYPE_PAGE, 0);
    uint64_t weak = slot_new(s);

    EXPECT_OK(cnode_mint(s, weak, frame, rights, 0));
    EXPECT_OK(invoke(s, p->thread_cap, ABI_TCB_SET_IPC_BUFFER, CAPS(weak), WORDS(0x20000)));
}

/* A message of six words from the thread to the root thread and one back: how long they were. */
static void there_and_back(struct system *s, unsigned rights, unsigned there, unsigned back)
{
    struct post p = make_post(s);
    struct message m = {.length = 6, .words = {20, 21, 22, 23, 24, 25}};
    struct message received;

    set_buffer(s, &p, rights);
    root_sleep(s);
    send(s, p.endpoint, &m);
    root_wake(s);
    receive(s, p.endpoint);
    message_read(s, s->root, &received);
    EXPECT_EQUAL(received.length, there);
    EXPECT_EQUAL(received.words[4], there > 4 ? 24 : 0);

    root_sleep(s);
    receive(s, p.endpoint);
    root_wake(s);
    send(s, p.endpoint, &m);
    EXPECT_EQUAL(abi_info_length(p.thread->registers[REG_A1]), back);
}

static void buffer_to_read(struct system *s)
{
    there_and_back(s, ABI_READ, 6, 4);
}

/* An error's fifth word has no place there, and the frame is left as it is. */
static void error_without_room(struct system *s)
{
    struct post p = make_post(s);
    uint64_t guarded = slot_new(s);
    uint64_t cnode = make(s, ABI_TYPE_CNODE, 4);
    const struct message m = {.label = ABI_CNODE_DELETE, .length = 2, .words = {0x40, 12}};

    EXPECT_OK(invoke(s, ROOT_CNODE, ABI_CNODE_MINT, CAPS(ROOT_CNODE),
                     WORDS(guarded, 64, cnode, 64, ABI_ALL_RIGHTS, 5 << 6 | 8)));
    set_buffer(s, &p, ABI_READ);
    root_sleep(s);
    call(s, guarded, &m);
    EXPECT_EQUAL(abi_info_label(p.thread->registers[REG_A1]), ABI_FAILED_LOOKUP);
    EXPECT_EQUAL(abi_info_length(p.thread->registers[REG_A1]), 4);
}

static void buffer_of_no_use(struct system *s)
{
    there_and_back(s, ABI_WRITE, 4, 4); /* to write without reading is no right of a frame */
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
    TEST("transfer: a slot at depth 1", into_a_small_cnode),
    TEST("transfer: of two capabilities the first arrives", only_one_arrives),
    TEST("transfer: a capability to the endpoint itself arrives as its badge", unwrapping),
    TEST("transfer: unwrapped and copied ones in one message", unwrapped_and_copied),
    TEST("transfer: without the right to grant no capability arrives", no_grant_no_capability),
    TEST("transfer: into a slot in use none arrives", full_slot),
    TEST("transfer: without a receive slot none arrives", no_receive_path),
    TEST("transfer: what cannot be copied does not arrive", not_copied),
    TEST("transfer: a capability that is not found is the sender's fault", bad_extra_capability),
    TEST("transfer: a capability that has gone since does not arrive", extra_capability_gone),
    TEST("transfer: a buffer that may only be read takes no words", buffer_to_read),
    TEST("transfer: a refusal is cut where the buffer can only be read", error_without_room),
    TEST("transfer: a buffer of a frame without rights is none", buffer_of_no_use),
    TEST("transfer: the buffer is read when the message is taken", read_when_taken),
    TEST("transfer: an answer may bring a capability", with_an_answer),
    TESTS_END};
