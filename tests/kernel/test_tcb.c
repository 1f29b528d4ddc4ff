/* SPDX-License-Identifier: MIT */
/* What the methods of threads do when they are not refused; registers apart. */
#include "tests/kernel/harness.h"

static void configure(struct system *s)
{
    uint64_t tcb = make(s, ABI_TYPE_TCB, 0);
    uint64_t cnode = make(s, ABI_TYPE_CNODE, 4);
    uint64_t frame = make(s, ABI_TYPE_PAGE, 0);
    struct tcb *t = tcb_of(s, tcb);

    EXPECT_OK(configure_thread(s, tcb, (struct thread_spaces){.cnode = cnode,
                                                              .cnode_data = abi_guard(9, 60),
                                                              .vspace = ROOT_VSPACE,
                                                              .frame = frame,
                                                              .vaddr = 0x20400}));
    EXPECT_EQUAL(t->buffer_address, 0x20400);
    EXPECT_EQUAL(t->slots[TCB_SLOT_CSPACE].cap.cnode.guard_size, 60);
    EXPECT_EQUAL(t->slots[TCB_SLOT_CSPACE].cap.cnode.guard, 9);
    EXPECT(cap_type(t->slots[TCB_SLOT_VSPACE].cap) == CAP_PAGE_TABLE);
    EXPECT(cap_type(t->slots[TCB_SLOT_BUFFER].cap) == CAP_FRAME);
}

/* The new capabilities replace the old ones, which go. */
static void configure_again(struct system *s)
{
    uint64_t tcb = make(s, ABI_TYPE_TCB, 0);
    uint64_t cnodes = slots_new(s, 2);

    EXPECT_OK(retype(s, s->untyped, ABI_TYPE_CNODE, 4, cnodes, 2));
    for (unsigned i = 0; i < 2; i++)
        EXPECT_OK(set_space(s, tcb, (struct thread_spaces){.cnode = cnodes + i,
                                                           .vspace = ROOT_VSPACE}));
    EXPECT_EQUAL(tcb_of(s, tcb)->slots[TCB_SLOT_CSPACE].cap.any.object,
                 object_of(s, cnodes + 1));
    EXPECT_OK(cnode_revoke(s, cnodes));
    EXPECT(cap_type(tcb_of(s, tcb)->slots[TCB_SLOT_CSPACE].cap) == CAP_CNODE);
    EXPECT_OK(cnode_revoke(s, cnodes + 1));
    EXPECT(cap_type(tcb_of(s, tcb)->slots[TCB_SLOT_CSPACE].cap) == CAP_NULL);
}

static void buffer_of_a_thread(struct system *s)
{
    uint64_t tcb = make(s, ABI_TYPE_TCB, 0);
    uint64_t frame = make(s, ABI_TYPE_PAGE, 0);
    struct tcb *t = tcb_of(s, tcb);

    EXPECT_OK(invoke(s, tcb, ABI_TCB_SET_IPC_BUFFER, CAPS(frame), WORDS(0x20c00)));
    EXPECT_EQUAL(t->buffer_address, 0x20c00);
    EXPECT_EQUAL(t->slots[TCB_SLOT_BUFFER].cap.frame.object, object_of(s, frame));
    EXPECT_OK(invoke(s, tcb, ABI_TCB_SET_IPC_BUFFER, CAPS(ROOT_CNODE), WORDS(0)));
    EXPECT_EQUAL(t->buffer_address, 0);
    EXPECT(cap_type(t->slots[TCB_SLOT_BUFFER].cap) == CAP_NULL);
}

static void priorities(struct system *s)
{
    uint64_t tcb = make(s, ABI_TYPE_TCB, 0);
    struct tcb *t = tcb_of(s, tcb);

    EXPECT_OK(invoke(s, tcb, ABI_TCB_SET_PRIORITY, CAPS(ROOT_TCB), WORDS(17)));
    EXPECT_EQUAL(t->priority, 17);
    EXPECT_OK(invoke(s, tcb, ABI_TCB_SET_MCPRIORITY, CAPS(ROOT_TCB), WORDS(18)));
    EXPECT_EQUAL(t->max_controlled_priority, 18);
    EXPECT_OK(set_sched_params(s, tcb, 20, 19));
    EXPECT_EQUAL(t->max_controlled_priority, 20);
    EXPECT_EQUAL(t->priority, 19);
    /* The thread's own maximum does not bind another authority. */
    EXPECT_OK(invoke(s, tcb, ABI_TCB_SET_PRIORITY, CAPS(ROOT_TCB), WORDS(255)));
}

/* The authority's maximum counts, not that of the caller. */
static void authority_is_an_argument(struct system *s)
{
    uint64_t tcb = make(s, ABI_TYPE_TCB, 0);
    uint64_t authority = make(s, ABI_TYPE_TCB, 0);

    EXPECT_OK(invoke(s, authority, ABI_TCB_SET_MCPRIORITY, CAPS(ROOT_TCB), WORDS(30)));
    EXPECT_OK(invoke(s, tcb, ABI_TCB_SET_PRIORITY, CAPS(authority), WORDS(30)));
    EXPECT_EQUAL(invoke(s, tcb, ABI_TCB_SET_PRIORITY, CAPS(authority), WORDS(31)),
                 ABI_RANGE_ERROR);
    EXPECT_ANSWER(0, 30);
}

static void suspend_and_resume(struct system *s)
{
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 50});

    resume(s, thread);
    EXPECT_EQUAL(tcb_of(s, thread)->state, THREAD_RESTART);
    EXPECT_OK(invoke(s, thread, ABI_TCB_SUSPEND, NO_CAPS, NO_WORDS));
    EXPECT_EQUAL(tcb_of(s, thread)->state, THREAD_INACTIVE);
    root_sleep(s);
    EXPECT(current(s) == NULL);
    root_wake(s);
    resume(s, thread);
    root_sleep(s);
    EXPECT(current(s) == tcb_of(s, thread));
}

/* A thread that is suspended while it waits makes its call again when it is resumed. */
static void suspended_receiver(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 50});
    struct tcb *t = tcb_of(s, thread);
    uint64_t address;

    resume(s, thread);
    root_sleep(s);
    address = t->next_pc;
    receive(s, endpoint);
    root_wake(s);
    EXPECT_OK(invoke(s, thread, ABI_TCB_SUSPEND, NO_CAPS, NO_WORDS));
    resume(s, thread);
    receive(s, s->park);
    EXPECT(current(s) == t);
    EXPECT_EQUAL(t->next_pc, address);
    EXPECT_EQUAL(t->registers[REG_A7], (uint64_t)ABI_RECV);
    EXPECT_EQUAL(t->registers[REG_A0], endpoint);
}

static void suspend_oneself(struct system *s)
{
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 50});

    resume(s, thread);
    root_sleep(s);
    EXPECT_EQUAL(invoke(s, thread, ABI_TCB_SUSPEND, NO_CAPS, NO_WORDS), NOT_ANSWERED);
    EXPECT(current(s) == NULL);
}

static void bind_and_unbind(struct system *s)
{
    uint64_t tcb = make(s, ABI_TYPE_TCB, 0);
    uint64_t notification = make(s, ABI_TYPE_NOTIFICATION, 0);

    EXPECT_OK(invoke(s, tcb, ABI_TCB_BIND_NOTIFICATION, CAPS(notification), NO_WORDS));
    EXPECT_EQUAL(tcb_of(s, tcb)->bound_notification, object_of(s, notification));
    EXPECT_OK(invoke(s, tcb, ABI_TCB_UNBIND_NOTIFICATION, NO_CAPS, NO_WORDS));
    EXPECT_EQUAL(tcb_of(s, tcb)->bound_notification, 0);
    EXPECT_OK(invoke(s, tcb, ABI_TCB_BIND_NOTIFICATION, CAPS(notification), NO_WORDS));
}

static void flags(struct system *s)
{
    uint64_t tcb = make(s, ABI_TYPE_TCB, 0);

    EXPECT_OK(invoke(s, tcb, ABI_TCB_SET_FLAGS, NO_CAPS, WORDS(0, UINT64_MAX)));
    EXPECT_ANSWER(1);
    EXPECT_OK(invoke(s, tcb, ABI_TCB_SET_FLAGS, NO_CAPS, WORDS(0, 0)));
    EXPECT_ANSWER(1);
    EXPECT_OK(invoke(s, tcb, ABI_TCB_SET_FLAGS, NO_CAPS, WORDS(1, 0)));
    EXPECT_ANSWER(0);
    EXPECT_OK(invoke(s, tcb, ABI_TCB_SET_FLAGS, NO_CAPS, WORDS(1, 1)));
    EXPECT_ANSWER(1);
}

static void new_thread(struct system *s)
{
    uint64_t tcb = make(s, ABI_TYPE_TCB, 0);
    const struct tcb *t = tcb_of(s, tcb);

    EXPECT_EQUAL(t->state, THREAD_INACTIVE);
    EXPECT_EQUAL(t->priority, 0);
    EXPECT_EQUAL(t->max_controlled_priority, 0);
    EXPECT_EQUAL(t->domain, 0);
    for (unsigned i = 0; i < USER_REGISTER_COUNT; i++)
        EXPECT_EQUAL(t->registers[i], 0);
}

const struct test tcb_tests[] = {
    TEST("a new thread is stopped with everything zero", new_thread),
    TEST("TCB_Configure succeeds: it sets spaces and buffer", configure),
    TEST("TCB_SetSpace succeeds: new capabilities replace the old ones", configure_again),
    TEST("TCB_SetIPCBuffer succeeds: sets, and takes away with address 0", buffer_of_a_thread),
    TEST("TCB_SetPriority succeeds: up to the authority's maximum", authority_is_an_argument),
    TEST("TCB_SetMCPriority succeeds: the maximum is what was given", priorities),
    TEST("TCB_SetSchedParams succeeds: both values are what was given", priorities),
    TEST("TCB_Suspend succeeds: the thread runs no more", suspend_and_resume),
    TEST("TCB_Suspend succeeds: of the caller itself", suspend_oneself),
    TEST("TCB_Resume succeeds: a waiting thread makes its call again", suspended_receiver),
    TEST("TCB_BindNotification succeeds: and again after it was unbound", bind_and_unbind),
    TEST("TCB_UnbindNotification succeeds: the thread has none any more", bind_and_unbind),
    TEST("TCB_SetFlags succeeds: clears, then sets, unknown flags are dropped", flags),
    TESTS_END};
