/* SPDX-License-Identifier: MIT */
/* Reading, writing and copying the registers of threads: thread/tcb_registers.c */
#include "tests/kernel/harness.h"

/* Flags of CopyRegisters and of the others' first word. */
enum { SUSPEND = 1, RESUME = 2, FRAME = 4, INTEGER = 8, READ_SUSPEND = 1, WRITE_RESUME = 1 };

/* 32 registers, register i holds base + i. */
static void write_pattern(struct system *s, uint64_t tcb, uint64_t base)
{
    struct word_list words = {.count = 34, .items = {0, 32}};

    for (unsigned i = 0; i < 32; i++)
        words.items[2 + i] = base + i;
    EXPECT_OK(invoke(s, tcb, ABI_TCB_WRITE_REGISTERS, NO_CAPS, words));
}

static void write_and_read(struct system *s)
{
    uint64_t tcb = make(s, ABI_TYPE_TCB, 0);

    write_pattern(s, tcb, 1000);
    EXPECT_OK(invoke(s, tcb, ABI_TCB_READ_REGISTERS, NO_CAPS, WORDS(0, 32)));
    EXPECT_EQUAL(s->reply.length, 32);
    for (unsigned i = 0; i < 32; i++)
        EXPECT_EQUAL(s->reply.words[i], 1000 + i);
    EXPECT(s->platform.syncs > 0);
}

static void write_fewer(struct system *s)
{
    uint64_t tcb = make(s, ABI_TYPE_TCB, 0);

    write_pattern(s, tcb, 1000);
    EXPECT_OK(invoke(s, tcb, ABI_TCB_WRITE_REGISTERS, NO_CAPS, WORDS(0, 2, 7, 8)));
    EXPECT_OK(invoke(s, tcb, ABI_TCB_READ_REGISTERS, NO_CAPS, WORDS(0, 3)));
    EXPECT_ANSWER(7, 8, 1002);
}

static void write_none_and_resume(struct system *s)
{
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 50});

    EXPECT_OK(invoke(s, thread, ABI_TCB_WRITE_REGISTERS, NO_CAPS, WORDS(WRITE_RESUME, 0)));
    root_sleep(s);
    EXPECT(current(s) == tcb_of(s, thread));
}

/* A thread is sent elsewhere: it goes on at the pc written, whatever it waited for. */
static void write_pc_of_a_waiting_thread(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 50});

    resume(s, thread);
    root_sleep(s);
    receive(s, endpoint);
    root_wake(s);
    EXPECT_OK(invoke(s, thread, ABI_TCB_WRITE_REGISTERS, NO_CAPS, WORDS(WRITE_RESUME, 1, 0x4440)));
    receive(s, s->park);
    EXPECT(current(s) == tcb_of(s, thread));
    EXPECT_EQUAL(current(s)->next_pc, 0x4440);
    EXPECT_EQUAL(s->platform.releases, 0); /* it may be sent back to where it waited */
}

static void read_and_suspend(struct system *s)
{
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 50});

    resume(s, thread);
    EXPECT_OK(invoke(s, thread, ABI_TCB_READ_REGISTERS, NO_CAPS, WORDS(READ_SUSPEND, 1)));
    EXPECT_EQUAL(tcb_of(s, thread)->state, THREAD_INACTIVE);
}

static void copy_groups(struct system *s)
{
    uint64_t source = make(s, ABI_TYPE_TCB, 0);
    uint64_t target = make(s, ABI_TYPE_TCB, 0);

    write_pattern(s, source, 1000);
    EXPECT_OK(invoke(s, target, ABI_TCB_COPY_REGISTERS, CAPS(source), WORDS(FRAME)));
    EXPECT_OK(invoke(s, target, ABI_TCB_READ_REGISTERS, NO_CAPS, WORDS(0, 32)));
    for (unsigned i = 0; i < 32; i++)
        EXPECT_EQUAL(s->reply.words[i], i < 16 ? 1000 + i : 0);
    EXPECT_OK(invoke(s, target, ABI_TCB_COPY_REGISTERS, CAPS(source), WORDS(INTEGER)));
    EXPECT_OK(invoke(s, target, ABI_TCB_READ_REGISTERS, NO_CAPS, WORDS(0, 32)));
    for (unsigned i = 0; i < 32; i++)
        EXPECT_EQUAL(s->reply.words[i], 1000 + i);
}

static void copy_suspends_and_resumes(struct system *s)
{
    uint64_t source = make_thread(s, (struct thread_options){.priority = 50});
    uint64_t target = make_thread(s, (struct thread_options){.priority = 50});

    resume(s, source);
    EXPECT_OK(invoke(s, target, ABI_TCB_COPY_REGISTERS, CAPS(source),
                     WORDS(SUSPEND | RESUME | FRAME | INTEGER)));
    EXPECT_EQUAL(tcb_of(s, source)->state, THREAD_INACTIVE);
    EXPECT_EQUAL(tcb_of(s, target)->state, THREAD_RESTART);
    EXPECT_EQUAL(tcb_of(s, target)->registers[REG_PC], 0x10000);
}

/* Each flag does what it says and nothing else. */
static void copy_leaves_the_source(struct system *s)
{
    uint64_t source = make_thread(s, (struct thread_options){.priority = 50});
    uint64_t target = make_thread(s, (struct thread_options){.priority = 50});

    resume(s, source);
    EXPECT_OK(invoke(s, target, ABI_TCB_COPY_REGISTERS, CAPS(source), WORDS(FRAME | INTEGER)));
    EXPECT_EQUAL(tcb_of(s, source)->state, THREAD_RESTART);
    EXPECT_EQUAL(tcb_of(s, target)->state, THREAD_INACTIVE);
}

/* pc is a frame register: without them a thread goes on where it was to go on. */
static void copy_integers_keeps_the_place(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 50});
    uint64_t source = make(s, ABI_TYPE_TCB, 0);
    uint64_t address;

    resume(s, thread);
    root_sleep(s);
    receive(s, endpoint);
    address = tcb_of(s, thread)->next_pc;
    tcb_of(s, thread)->registers[REG_PC] = 0x4440; /* as if its engine knew better */
    root_wake(s);
    EXPECT_OK(invoke(s, thread, ABI_TCB_COPY_REGISTERS, CAPS(source), WORDS(INTEGER)));
    EXPECT_EQUAL(tcb_of(s, thread)->next_pc, address);
    EXPECT_OK(invoke(s, thread, ABI_TCB_COPY_REGISTERS, CAPS(source), WORDS(FRAME)));
    EXPECT_EQUAL(tcb_of(s, thread)->next_pc, 0);
}

static void tls_base(struct system *s)
{
    uint64_t tcb = make(s, ABI_TYPE_TCB, 0);

    EXPECT_OK(invoke(s, tcb, ABI_TCB_SET_TLS_BASE, NO_CAPS, WORDS(0x1234560)));
    EXPECT_EQUAL(tcb_of(s, tcb)->registers[REG_TP], 0x1234560);
}

/* A thread stopped after its call has come back goes on behind the call. */
static void suspended_while_running(struct system *s)
{
    uint64_t notification = make(s, ABI_TYPE_NOTIFICATION, 0);
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 50});
    uint64_t address;

    resume(s, thread);
    root_sleep(s);
    address = tcb_of(s, thread)->next_pc;
    signal_to(s, notification);
    root_wake(s);
    EXPECT_OK(invoke(s, thread, ABI_TCB_READ_REGISTERS, NO_CAPS, WORDS(READ_SUSPEND, 1)));
    EXPECT_ANSWER(address + 4);
    resume(s, thread);
    receive(s, s->park);
    EXPECT_EQUAL(current(s)->next_pc, address + 4);
}

/* The flags are in the first word, the count in the second. */
static void read_flags_and_count(struct system *s)
{
    uint64_t thread = make_thread(s, (struct thread_options){.priority = 50});

    resume(s, thread);
    EXPECT_OK(invoke(s, thread, ABI_TCB_READ_REGISTERS, NO_CAPS, WORDS(0, 1)));
    EXPECT_EQUAL(tcb_of(s, thread)->state, THREAD_RESTART);
    EXPECT_OK(invoke(s, thread, ABI_TCB_READ_REGISTERS, NO_CAPS, WORDS(READ_SUSPEND, 2)));
    EXPECT_EQUAL(tcb_of(s, thread)->state, THREAD_INACTIVE);
}

const struct test registers_tests[] = {
    TEST("TCB_ReadRegisters succeeds: all 32, in the order of UserContext", write_and_read),
    TEST("TCB_ReadRegisters succeeds: and suspends when asked", read_and_suspend),
    TEST("TCB_WriteRegisters succeeds: only as many as given", write_fewer),
    TEST("TCB_WriteRegisters succeeds: none, and the thread is resumed", write_none_and_resume),
    TEST("TCB_WriteRegisters succeeds: a waiting thread goes on at the new pc",
         write_pc_of_a_waiting_thread),
    TEST("TCB_CopyRegisters succeeds: frame and integer registers apart", copy_groups),
    TEST("TCB_CopyRegisters succeeds: it suspends the source and resumes the target",
         copy_suspends_and_resumes),
    TEST("TCB_CopyRegisters succeeds: it neither suspends nor resumes unasked",
         copy_leaves_the_source),
    TEST("TCB_CopyRegisters succeeds: integer registers alone leave a thread where it is",
         copy_integers_keeps_the_place),
    TEST("TCB_SetTLSBase succeeds: it sets register tp", tls_base),
    TEST("registers: a thread stopped between two calls goes on where it was",
         suspended_while_running),
    TEST("TCB_ReadRegisters succeeds: flags and count are two words", read_flags_and_count),
    TESTS_END};
