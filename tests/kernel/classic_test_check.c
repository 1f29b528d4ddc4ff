/* SPDX-License-Identifier: MIT */
/* Each invariant that only the classic configuration has, broken on purpose: kernel_check says
 * so. */
#include "kernel/cap/cdt.h"
#include "tests/kernel/trouble.h"

static const struct message nothing;

/* A caller that the root thread has received from and can answer. */
static struct tcb *make_caller(struct system *s)
{
    uint64_t ep = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t caller = make_thread(s, (struct thread_options){.priority = 20});

    resume(s, caller);
    root_sleep(s);
    call(s, ep, &nothing);
    root_wake(s);
    receive(s, ep);
    EXPECT_EQUAL(tcb_of(s, caller)->state, THREAD_BLOCKED_ON_REPLY);
    return tcb_of(s, caller);
}

static struct slot *answer_of(struct system *s)
{
    return &s->root->slots[TCB_SLOT_CALLER];
}

static void test_answer_astray(struct system *s)
{
    make_caller(s);
    answer_of(s)->cap.reply.object = 0x1000;
    answer_of(s)->node.is_first_badged = 1;
    expect_trouble_slot(s, "a reply capability leads to no thread: slot", answer_of(s));
}

static void test_two_answers(struct system *s)
{
    struct tcb *caller = make_caller(s);
    struct slot *second = root_slot(s, slot_new(s));

    cdt_insert(s->k, cap_reply(kernel_address(s->k, caller), false, true), answer_of(s), second);
    expect_trouble_slot(s, "a caller has more than one reply capability: slot", second);
}

static void test_answer_to_running(struct system *s)
{
    make_caller(s)->state = THREAD_INACTIVE;
    expect_trouble_slot(s, "a thread can be answered but does not wait: slot", answer_of(s));
}

/* The right to answer may be gone while the caller waits. */
static void test_no_answer(struct system *s)
{
    struct check_report report;

    make_caller(s);
    cdt_remove(s->k, answer_of(s));
    EXPECT(kernel_check_all(s->k, &report));
}

static void test_master_elsewhere(struct system *s)
{
    struct slot *slot = root_slot(s, slot_new(s));

    cdt_move(s->k, s->root->slots[TCB_SLOT_REPLY].cap, &s->root->slots[TCB_SLOT_REPLY], slot);
    expect_trouble_slot(s, "a thread's reply master is not in its thread: slot", slot);
}

static void test_caller_without_master(struct system *s)
{
    struct tcb *caller = make_caller(s);

    cdt_remove(s->k, answer_of(s));
    cdt_remove(s->k, &caller->slots[TCB_SLOT_REPLY]);
    expect_trouble_thread(s, "a caller has no reply master:", caller);
}

static void test_wrong_reply_slot(struct system *s)
{
    struct slot *slot = &s->root->slots[TCB_SLOT_REPLY];

    cdt_remove(s->k, slot);
    cdt_insert(s->k, root_slot(s, ROOT_TCB)->cap, root_slot(s, ROOT_TCB), slot);
    expect_trouble_thread(s, "a thread's reply slot holds something else:", s->root);
}

static void test_wrong_caller_slot(struct system *s)
{
    cdt_insert(s->k, root_slot(s, ROOT_TCB)->cap, root_slot(s, ROOT_TCB), answer_of(s));
    expect_trouble_thread(s, "a thread's caller slot holds something else:", s->root);
}

static void test_time_slice(struct system *s)
{
    s->root->time_slice_ticks = 0;
    expect_trouble_thread(s, "a thread's time slice is impossible:", s->root);
}

const struct test classic_check_tests[] = {
    TEST("kernel_check: a reply capability that leads nowhere", test_answer_astray),
    TEST("kernel_check: two reply capabilities to one caller", test_two_answers),
    TEST("kernel_check: a reply capability to a thread that does not wait",
         test_answer_to_running),
    TEST("kernel_check: a caller that nobody can answer", test_no_answer),
    TEST("kernel_check: a reply master outside of its thread", test_master_elsewhere),
    TEST("kernel_check: a caller without a reply master", test_caller_without_master),
    TEST("kernel_check: a reply slot with something else", test_wrong_reply_slot),
    TEST("kernel_check: a caller slot with something else", test_wrong_caller_slot),
    TEST("kernel_check: a time slice of nothing", test_time_slice),
    TESTS_END};
