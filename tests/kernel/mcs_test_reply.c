/* SPDX-License-Identifier: MIT */
/* Reply objects and call stacks: mcs/reply.c, and the calls that send and receive at once. */
#include "tests/kernel/mcs_threads.h"

static const struct message nothing;

enum { SERVERS = 3 };

/* A client with time, and passive servers that wait with a reply object each; the client runs. Each
   server is higher than the one that calls it. */
struct chain {
    struct timed client;
    struct timed servers[SERVERS];
    uint64_t endpoints[SERVERS];
    uint64_t replies[SERVERS];
};

static struct timed start_server(struct system *s, uint8_t priority, uint64_t endpoint,
                                 uint64_t reply_slot)
{
    struct timed server = make_timed(s, priority, (struct context_options){.budget = 9000,
                                                                           .period = 9000});

    resume(s, server.cap);
    root_sleep(s);
    EXPECT(current(s) == server.t);
    receive_with(s, endpoint, reply_slot);
    root_wake(s);
    EXPECT_OK(invoke(s, server.context, ABI_SCHED_CONTEXT_UNBIND, NO_CAPS, NO_WORDS));
    return server;
}

static struct chain make_chain(struct system *s)
{
    struct chain c;

    for (unsigned i = 0; i < SERVERS; i++) {
        c.endpoints[i] = make(s, ABI_TYPE_ENDPOINT, 0);
        c.replies[i] = make(s, ABI_TYPE_REPLY, 0);
        c.servers[i] = start_server(s, (uint8_t)(20 + i), c.endpoints[i], c.replies[i]);
    }
    c.client = make_timed(s, 10, (struct context_options){.budget = 9000, .period = 20000});
    resume(s, c.client.cap);
    root_sleep(s);
    EXPECT(current(s) == c.client.t);
    return c;
}

/* The client calls the first server, that the second, that the third, which runs. */
static struct chain make_calls(struct system *s)
{
    struct chain c = make_chain(s);

    for (unsigned i = 0; i < SERVERS; i++) {
        call(s, c.endpoints[i], &nothing);
        EXPECT(current(s) == c.servers[i].t);
    }
    return c;
}

static struct reply *reply_of(struct system *s, uint64_t cptr)
{
    return reply_at(s->k, object_of(s, cptr));
}

static bool has_time_of(struct system *s, const struct tcb *t, const struct chain *c)
{
    return t->sched_context == kernel_address(s->k, c->client.sc);
}

static void nested_calls(struct system *s)
{
    struct chain c = make_calls(s);

    EXPECT(has_time_of(s, c.servers[2].t, &c));
    EXPECT_EQUAL(c.client.t->sched_context, 0);
    EXPECT_EQUAL(c.servers[0].t->sched_context, 0);
    EXPECT_EQUAL(c.client.sc->reply, object_of(s, c.replies[2]));
    EXPECT_EQUAL(reply_of(s, c.replies[2])->previous, object_of(s, c.replies[1]));
    EXPECT_EQUAL(reply_of(s, c.replies[0])->previous, 0);
    for (unsigned i = SERVERS; i-- > 0;) {
        s->platform.time_us += 100;
        trap_with(s, ABI_DEBUG_CAP_IDENTIFY, 0, NULL);
        s->root->registers[REG_A6] = 0;
        current(s)->registers[REG_A6] = c.replies[i];
        trap_with(s, ABI_REPLY_RECV, c.endpoints[i], &nothing);
        EXPECT(current(s) == (i == 0 ? c.client.t : c.servers[i - 1].t));
        EXPECT(has_time_of(s, current(s), &c));
    }
    EXPECT_EQUAL(c.client.sc->reply, 0);
    s->platform.time_us += 100;
    root_wake(s);
    EXPECT_EQUAL(c.client.sc->consumed, 400); /* the servers' time is the client's */
}

/* The stack breaks at the reply that goes: who waits below is answered without the context. */
static void middle_reply_deleted(struct system *s)
{
    struct chain c = make_calls(s);

    root_wake(s);
    EXPECT_OK(cnode_delete(s, c.replies[1]));
    EXPECT_EQUAL(c.servers[0].t->state, THREAD_INACTIVE);
    EXPECT_EQUAL(c.client.t->state, THREAD_BLOCKED_ON_REPLY);
    EXPECT_EQUAL(reply_of(s, c.replies[2])->previous, 0);
    EXPECT_EQUAL(reply_of(s, c.replies[0])->next, 0);
    receive(s, s->park);
    EXPECT(current(s) == c.servers[2].t);
    answer_with(s, c.replies[2], &nothing);
    EXPECT(has_time_of(s, c.servers[1].t, &c));
    EXPECT(current(s) == c.servers[1].t);
}

/* The topmost reply goes: the one who waits there gets the context back, and stays stopped. */
static void top_reply_deleted(struct system *s)
{
    struct chain c = make_calls(s);

    root_wake(s);
    EXPECT_OK(cnode_delete(s, c.replies[2]));
    EXPECT_EQUAL(c.servers[1].t->state, THREAD_INACTIVE);
    EXPECT(has_time_of(s, c.servers[1].t, &c));
    EXPECT_EQUAL(c.servers[2].t->sched_context, 0);
    EXPECT_EQUAL(c.client.sc->reply, object_of(s, c.replies[1]));
    receive(s, s->park);
    EXPECT(current(s) == NULL);
}

static void caller_suspended(struct system *s)
{
    struct chain c = make_calls(s);

    root_wake(s);
    EXPECT_OK(invoke(s, c.servers[0].cap, ABI_TCB_SUSPEND, NO_CAPS, NO_WORDS));
    EXPECT_EQUAL(reply_of(s, c.replies[1])->thread, 0);
    EXPECT_EQUAL(reply_of(s, c.replies[2])->previous, 0);
    EXPECT_EQUAL(reply_of(s, c.replies[0])->thread, kernel_address(s->k, c.client.t));
    receive(s, s->park);
    EXPECT(current(s) == c.servers[2].t && has_time_of(s, current(s), &c));
}

static void top_caller_suspended(struct system *s)
{
    struct chain c = make_calls(s);

    root_wake(s);
    EXPECT_OK(invoke(s, c.servers[1].cap, ABI_TCB_SUSPEND, NO_CAPS, NO_WORDS));
    EXPECT_EQUAL(c.client.sc->reply, 0);
    EXPECT(has_time_of(s, c.servers[2].t, &c));
}

static void client_deleted(struct system *s)
{
    struct chain c = make_calls(s);

    root_wake(s);
    EXPECT_OK(cnode_delete(s, c.client.cap));
    EXPECT_EQUAL(reply_of(s, c.replies[0])->thread, 0);
    receive(s, s->park);
    EXPECT(current(s) == c.servers[2].t);
    answer_with(s, c.replies[2], &nothing);
    current(s)->registers[REG_A6] = c.replies[1];
    trap_with(s, ABI_REPLY_RECV, c.endpoints[1], &nothing);
    EXPECT(current(s) == c.servers[0].t && has_time_of(s, current(s), &c));
    answer_with(s, c.replies[0], &nothing); /* nobody waits: no effect */
    EXPECT(current(s) == c.servers[0].t);
}

/* The server that runs goes: the context is nobody's, the callers wait on. */
static void server_deleted(struct system *s)
{
    struct chain c = make_calls(s);

    root_wake(s);
    EXPECT_OK(cnode_delete(s, c.servers[2].cap));
    EXPECT_EQUAL(c.client.sc->thread, 0);
    EXPECT_EQUAL(c.servers[1].t->state, THREAD_BLOCKED_ON_REPLY);
    answer_with(s, c.replies[2], &nothing); /* by someone else */
    EXPECT(has_time_of(s, c.servers[1].t, &c));
    EXPECT_EQUAL(c.servers[1].t->state, THREAD_RUNNING);
}

static void context_deleted(struct system *s)
{
    struct chain c = make_calls(s);

    root_wake(s);
    EXPECT_OK(cnode_delete(s, c.client.context));
    EXPECT_EQUAL(c.servers[2].t->sched_context, 0);
    EXPECT_EQUAL(reply_of(s, c.replies[2])->context, 0);
    receive(s, s->park);
    EXPECT(current(s) == NULL);
}

static void context_taken_away(struct system *s)
{
    struct chain c = make_calls(s);

    root_wake(s);
    EXPECT_OK(invoke(s, c.client.context, ABI_SCHED_CONTEXT_UNBIND, NO_CAPS, NO_WORDS));
    EXPECT_EQUAL(c.client.sc->reply, 0);
    EXPECT_EQUAL(c.client.sc->thread, 0);
    answer_with(s, c.replies[2], &nothing);
    EXPECT_EQUAL(c.servers[1].t->state, THREAD_RUNNING);
    EXPECT_EQUAL(c.servers[1].t->sched_context, 0);
}

/* A server receives again with the object through which it still owes an answer. */
static void reply_used_again(struct system *s)
{
    struct chain c = make_calls(s);

    receive_with(s, c.endpoints[2], c.replies[2]);
    EXPECT_EQUAL(c.servers[1].t->state, THREAD_INACTIVE);
    EXPECT_EQUAL(c.servers[2].t->state, THREAD_BLOCKED_ON_RECEIVE);
    EXPECT_EQUAL(reply_of(s, c.replies[2])->thread, kernel_address(s->k, c.servers[2].t));
    EXPECT(has_time_of(s, c.servers[2].t, &c)); /* nobody has it back */
}

static void waiting_reply_deleted(struct system *s)
{
    struct chain c = make_chain(s);

    root_wake(s);
    EXPECT_OK(cnode_delete(s, c.replies[0]));
    EXPECT_EQUAL(c.servers[0].t->state, THREAD_INACTIVE);
    EXPECT_EQUAL(c.servers[0].t->reply, 0);
}

/* --- other ways to send ----------------------------------------------------------------------- */

static void send_lends_nothing(struct system *s)
{
    struct chain c = make_chain(s);

    send_nonblocking(s, c.endpoints[0], &nothing);
    EXPECT(current(s) == c.client.t);
    EXPECT_EQUAL(c.servers[0].t->state, THREAD_RUNNING);
    EXPECT_EQUAL(c.servers[0].t->sched_context, 0);
    send(s, c.endpoints[1], &nothing);
    EXPECT_EQUAL(c.servers[1].t->sched_context, 0);
    EXPECT(has_time_of(s, c.client.t, &c));
}

/* The sender gives its time away for good and waits for its own turn. */
static void send_wait_gives(struct system *s)
{
    struct chain c = make_chain(s);
    uint64_t notification = c.endpoints[2];

    c.client.t->registers[REG_A6] = c.endpoints[0];
    trap_with(s, ABI_NB_SEND_WAIT, notification, &nothing);
    EXPECT(current(s) == c.servers[0].t && has_time_of(s, current(s), &c));
    EXPECT_EQUAL(c.client.t->state, THREAD_BLOCKED_ON_RECEIVE);
    EXPECT_EQUAL(c.client.sc->reply, 0);
}

static void send_receive_gives(struct system *s)
{
    struct chain c = make_chain(s);
    uint64_t reply_slot;

    root_wake(s);
    reply_slot = make(s, ABI_TYPE_REPLY, 0);
    receive(s, s->park);
    c.client.t->registers[REG_T0] = c.endpoints[0];
    c.client.t->registers[REG_A6] = reply_slot;
    trap_with(s, ABI_NB_SEND_RECV, c.endpoints[2], &nothing);
    EXPECT(current(s) == c.servers[0].t && has_time_of(s, current(s), &c));
    EXPECT_EQUAL(reply_of(s, reply_slot)->thread, kernel_address(s->k, c.client.t));
    call(s, c.endpoints[1], &nothing);
    EXPECT(current(s) == c.servers[1].t && has_time_of(s, current(s), &c));
}

/* Who waits without a reply object cannot answer: the caller stops. */
static void wait_without_reply(struct system *s)
{
    struct chain c = make_chain(s);
    uint64_t endpoint;

    root_wake(s);
    endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    trap_with(s, ABI_WAIT, endpoint, NULL);
    call(s, endpoint, &nothing);
    EXPECT(current(s) == s->root);
    EXPECT_EQUAL(c.client.t->state, THREAD_INACTIVE);
    EXPECT(has_time_of(s, c.client.t, &c));
}

/* A server with time of its own keeps it, and the caller keeps what it has. */
static void active_server(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    struct timed client = make_timed(s, 10, (struct context_options){.budget = 90, .period = 90});

    resume(s, client.cap);
    receive(s, endpoint);
    call(s, endpoint, &nothing);
    EXPECT(current(s) == s->root);
    EXPECT_EQUAL(client.t->sched_context, kernel_address(s->k, client.sc));
    EXPECT_EQUAL(client.sc->reply, 0);
    reply(s, &nothing);
    EXPECT_EQUAL(client.t->state, THREAD_RUNNING);
}

/* A reply capability may be minted without the right to grant. */
static void answer_without_grant(struct system *s)
{
    struct chain c = make_chain(s);
    struct message answer = {.label = 2, .extra_count = 1, .caps = {ROOT_VSPACE}};
    uint64_t *buffer = buffer_of(s, c.client.t);
    uint64_t into, weak;

    root_wake(s);
    into = slot_new(s);
    weak = slot_new(s);
    EXPECT_OK(cnode_mint(s, weak, c.replies[0], ABI_WRITE, 0));
    receive(s, s->park);
    buffer[BUFFER_RECEIVE_CNODE] = ROOT_CNODE;
    buffer[BUFFER_RECEIVE_INDEX] = into;
    buffer[BUFFER_RECEIVE_DEPTH] = 64;
    call(s, c.endpoints[0], &nothing);
    answer_with(s, weak, &answer);
    EXPECT_EQUAL(abi_info_label(c.client.t->registers[REG_A1]), 2);
    EXPECT_EQUAL(abi_info_extra(c.client.t->registers[REG_A1]), 0);
    EXPECT_EQUAL(identify(s, into), ABI_CAP_NULL);
}

/* Methods that could take long, or the caller's time, are not for the first part of a call. */
static void first_part_is_short(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t reply_slot = make(s, ABI_TYPE_REPLY, 0);
    struct timed victim = make_timed(s, 10, (struct context_options){.budget = 90, .period = 90});
    struct timed caller = make_timed(s, 20, (struct context_options){.budget = 90, .period = 90});
    struct message suspend = {.label = ABI_TCB_SUSPEND};
    struct message unbind = {.label = ABI_SCHED_CONTEXT_UNBIND};

    resume(s, victim.cap);
    resume(s, caller.cap);
    root_sleep(s);
    for (unsigned i = 0; i < 2; i++) {
        EXPECT(current(s) == caller.t);
        message_write(s, caller.t, i == 0 ? &suspend : &unbind);
        caller.t->registers[REG_A0] = endpoint;
        caller.t->registers[REG_T0] = i == 0 ? victim.cap : victim.context;
        caller.t->registers[REG_A6] = reply_slot;
        trap(s, ABI_NB_SEND_RECV);
        EXPECT_EQUAL(caller.t->state, THREAD_BLOCKED_ON_RECEIVE);
        EXPECT(current(s) == victim.t);
        send(s, endpoint, &nothing);
    }
}

/* The budget that comes back with the answer is used up: the caller waits for its refill. */
static void answer_without_budget(struct system *s)
{
    struct chain c = make_chain(s);
    uint64_t start = s->platform.time_us;

    call(s, c.endpoints[0], &nothing);
    pass_until(s, start + 9000);
    EXPECT(current(s) == NULL && c.servers[0].t->awaits_budget);
    root_wake(s);
    answer_with(s, c.replies[0], &nothing);
    EXPECT(c.client.t->awaits_budget && !c.servers[0].t->awaits_budget);
    EXPECT(has_time_of(s, c.client.t, &c));
    receive(s, s->park);
    pass_until(s, start + 20000);
    EXPECT(current(s) == c.client.t);
}

const struct test mcs_reply_tests[] = {
    TEST("NBSendRecv: methods of threads and contexts are not for its first part",
         first_part_is_short),
    TEST("reply: three nested calls lend the context and give it back", nested_calls),
    TEST("reply: one that is deleted breaks the call stack", middle_reply_deleted),
    TEST("reply: the topmost that is deleted gives the context back", top_reply_deleted),
    TEST("reply: a caller that is suspended breaks the call stack", caller_suspended),
    TEST("reply: the last caller that is suspended gets nothing back", top_caller_suspended),
    TEST("reply: a client that is deleted is answered without effect", client_deleted),
    TEST("reply: a server that is deleted can be answered for", server_deleted),
    TEST("reply: a context that is deleted leaves all without time", context_deleted),
    TEST("SchedContext_Unbind succeeds: a lent context does not come back", context_taken_away),
    TEST("reply: receiving with it again drops the caller", reply_used_again),
    TEST("reply: a receiver whose reply object goes stops waiting", waiting_reply_deleted),
    TEST("NBSend: lends nothing, nor does Send", send_lends_nothing),
    TEST("NBSendWait: gives the context to a passive receiver", send_wait_gives),
    TEST("NBSendRecv: gives the context to a passive receiver", send_receive_gives),
    TEST("Wait: a caller cannot be answered and stops", wait_without_reply),
    TEST("reply: a server with time of its own borrows none", active_server),
    TEST("reply: a capability without grant brings no capability", answer_without_grant),
    TEST("reply: a caller whose budget was used up waits for the refill", answer_without_budget),
    TESTS_END};
