/* SPDX-License-Identifier: MIT */
/* The right to answer, as the classic kernel keeps it in threads: classic/reply.c */
#include "tests/kernel/harness.h"

static const struct message nothing;

/* Two callers, both above the server; the server (root thread) has received from the first. */
struct calls {
    uint64_t endpoint;
    uint64_t caps[2];
    struct tcb *callers[2];
};

static struct calls make_calls(struct system *s)
{
    struct calls c = {.endpoint = make(s, ABI_TYPE_ENDPOINT, 0)};

    for (unsigned i = 0; i < 2; i++) {
        c.caps[i] = make_thread(s, (struct thread_options){.priority = (uint8_t)(20 - i)});
        c.callers[i] = tcb_of(s, c.caps[i]);
        resume(s, c.caps[i]);
    }
    root_sleep(s);
    call(s, c.endpoint, &nothing);
    call(s, c.endpoint, &nothing);
    root_wake(s);
    receive(s, c.endpoint);
    EXPECT_EQUAL(c.callers[0]->state, THREAD_BLOCKED_ON_REPLY);
    EXPECT_EQUAL(c.callers[1]->state, THREAD_BLOCKED_ON_SEND);
    return c;
}

static void reply_without_caller(struct system *s)
{
    reply(s, &nothing);
    EXPECT(current(s) == s->root);
}

static void second_reply(struct system *s)
{
    struct calls c = make_calls(s);

    reply(s, &nothing);
    EXPECT_EQUAL(c.callers[0]->state, THREAD_RUNNING);
    reply(s, &nothing);
    EXPECT_EQUAL(c.callers[1]->state, THREAD_BLOCKED_ON_SEND);
}

/* The next receive drops the right to answer the one before. */
static void receive_drops_caller(struct system *s)
{
    struct calls c = make_calls(s);

    receive(s, c.endpoint);
    reply(s, &nothing);
    EXPECT_EQUAL(c.callers[0]->state, THREAD_BLOCKED_ON_REPLY);
    EXPECT_EQUAL(c.callers[1]->state, THREAD_RUNNING);
}

static void saved_caller_survives(struct system *s)
{
    struct calls c = make_calls(s);
    uint64_t saved = slot_new(s);

    EXPECT_OK(invoke(s, ROOT_CNODE, ABI_CNODE_SAVE_CALLER, NO_CAPS, WORDS(saved, 64)));
    receive(s, c.endpoint);
    reply(s, &nothing);
    EXPECT_EQUAL(c.callers[1]->state, THREAD_RUNNING);
    send(s, saved, &nothing);
    EXPECT_EQUAL(c.callers[0]->state, THREAD_RUNNING);
    EXPECT_EQUAL(identify(s, saved), ABI_CAP_NULL);
}

static void saved_caller_moves_but_is_not_copied(struct system *s)
{
    uint64_t saved = 0;
    struct calls c = make_calls(s);

    saved = slots_new(s, 3);
    EXPECT_OK(invoke(s, ROOT_CNODE, ABI_CNODE_SAVE_CALLER, NO_CAPS, WORDS(saved, 64)));
    EXPECT_EQUAL(cnode_copy(s, saved + 1, saved), ABI_ILLEGAL_OPERATION);
    EXPECT_OK(cnode_move(s, saved + 2, saved));
    send(s, saved + 2, &nothing);
    EXPECT_EQUAL(c.callers[0]->state, THREAD_RUNNING);
}

/* The caller is resumed meanwhile: it calls again, and the old right is gone. */
static void resumed_caller(struct system *s)
{
    struct calls c = make_calls(s);
    uint64_t saved = slot_new(s);

    EXPECT_OK(invoke(s, ROOT_CNODE, ABI_CNODE_SAVE_CALLER, NO_CAPS, WORDS(saved, 64)));
    resume(s, c.caps[0]);
    EXPECT_EQUAL(identify(s, saved), ABI_CAP_NULL);
    EXPECT_EQUAL(c.callers[0]->state, THREAD_RESTART);
}

static void deleted_caller(struct system *s)
{
    struct calls c = make_calls(s);
    uint64_t saved = slot_new(s);

    EXPECT_OK(invoke(s, ROOT_CNODE, ABI_CNODE_SAVE_CALLER, NO_CAPS, WORDS(saved, 64)));
    EXPECT_OK(cnode_delete(s, c.caps[0]));
    EXPECT_EQUAL(identify(s, saved), ABI_CAP_NULL);
}

/* The server goes while it owes an answer: the caller waits on, nothing is left pointing at it. */
static void deleted_server(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t caller = make_thread(s, (struct thread_options){.priority = 20});
    uint64_t server = make_thread(s, (struct thread_options){.priority = 10});

    resume(s, caller);
    resume(s, server);
    root_sleep(s);
    call(s, endpoint, &nothing);
    receive(s, endpoint);
    root_wake(s);
    EXPECT_OK(cnode_delete(s, server));
    EXPECT_EQUAL(tcb_of(s, caller)->state, THREAD_BLOCKED_ON_REPLY);
    resume(s, caller);
    EXPECT_EQUAL(tcb_of(s, caller)->state, THREAD_RESTART);
}

/* A call on a reply capability answers, and then waits for nobody. */
static void call_on_reply_capability(struct system *s)
{
    struct calls c = make_calls(s);
    uint64_t saved = slot_new(s);
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 30});

    EXPECT_OK(invoke(s, ROOT_CNODE, ABI_CNODE_SAVE_CALLER, NO_CAPS, WORDS(saved, 64)));
    resume(s, thread);
    receive(s, s->park);
    EXPECT(current(s) == tcb_of(s, thread));
    call(s, saved, &nothing);
    EXPECT_EQUAL(c.callers[0]->state, THREAD_RUNNING);
    EXPECT(current(s) == tcb_of(s, thread));
}

static void save_caller_takes_reply(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 100});
    uint64_t saved = slots_new(s, 2);
    struct message question = {.label = 3};
    struct message answer = {.label = 4, .length = 1, .words = {77}};
    struct message received;

    resume(s, thread);
    receive(s, endpoint);
    call(s, endpoint, &question);
    EXPECT(current(s) == s->root);
    EXPECT_OK(invoke(s, ROOT_CNODE, ABI_CNODE_SAVE_CALLER, NO_CAPS, WORDS(saved, 64)));
    EXPECT_EQUAL(identify(s, saved), ABI_CAP_REPLY);
    EXPECT_OK(invoke(s, ROOT_CNODE, ABI_CNODE_SAVE_CALLER, NO_CAPS, WORDS(saved + 1, 64)));
    EXPECT_EQUAL(identify(s, saved + 1), ABI_CAP_NULL);
    send(s, saved, &answer);
    EXPECT_EQUAL(identify(s, saved), ABI_CAP_NULL);
    message_read(s, tcb_of(s, thread), &received);
    EXPECT_EQUAL(received.words[0], 77);
}

/* The answer may carry capabilities only if the receiver's endpoint capability had the right to
   grant. */
static void answer_without_grant(struct system *s)
{
    struct message question = {.label = 1};
    struct message answer = {.label = 2, .extra_count = 1, .caps = {ROOT_VSPACE}};
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 9});
    uint64_t *buffer = buffer_of(s, tcb_of(s, thread));
    uint64_t into = slots_new(s, 2);

    EXPECT_OK(cnode_mint(s, into + 1, endpoint, ABI_READ, 1));
    resume(s, thread);
    receive(s, into + 1);
    buffer[BUFFER_RECEIVE_CNODE] = ROOT_CNODE;
    buffer[BUFFER_RECEIVE_INDEX] = into;
    buffer[BUFFER_RECEIVE_DEPTH] = 64;
    call(s, endpoint, &question);
    reply(s, &answer);
    EXPECT_EQUAL(abi_info_label(tcb_of(s, thread)->registers[REG_A1]), 2);
    EXPECT_EQUAL(identify(s, into), ABI_CAP_NULL);
    EXPECT_EQUAL(abi_info_extra(tcb_of(s, thread)->registers[REG_A1]), 0);
}

/* A handler that may neither grant nor answer is none. */
static void handler_without_rights(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t handler = slot_new(s);
    uint64_t cap;

    EXPECT_OK(cnode_mint(s, handler, endpoint, ABI_WRITE, 3));
    cap = make_thread(s, (struct thread_options){.priority = 9, .fault_handler = handler});
    resume(s, cap);
    receive(s, endpoint);
    kernel_vm_fault(s->k, 0x40, CAUSE_STORE_ACCESS);
    system_check(s);
    EXPECT(current(s) == NULL);
    EXPECT_EQUAL(tcb_of(s, cap)->state, THREAD_INACTIVE);
}

const struct test reply_tests[] = {
    TEST("CNode_SaveCaller succeeds: the reply capability goes to the slot",
         save_caller_takes_reply),
    TEST("Reply: without a caller does nothing", reply_without_caller),
    TEST("Reply: answers only once", second_reply),
    TEST("reply: the next receive drops the caller before", receive_drops_caller),
    TEST("reply: a saved caller can be answered later", saved_caller_survives),
    TEST("reply: a saved caller can be moved but not copied",
         saved_caller_moves_but_is_not_copied),
    TEST("reply: a caller that is resumed takes back the right", resumed_caller),
    TEST("reply: a caller that is deleted takes back the right", deleted_caller),
    TEST("reply: a server that is deleted leaves the caller waiting", deleted_server),
    TEST("reply: a call on a reply capability answers and goes on", call_on_reply_capability),
    TEST("reply: an answer brings no capability if the receiver's capability may not grant",
         answer_without_grant),
    TEST("fault: a handler capability without rights is none", handler_without_rights),
    TESTS_END};
