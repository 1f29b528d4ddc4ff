/* SPDX-License-Identifier: MIT */
/* Faults as messages, and what the answers do: entry/fault.c and ipc/fault_message.c */
#include <string.h>

#include "tests/kernel/harness.h"

/* A thread whose handler is the root thread, through an endpoint with badge 3. It is current. */
struct ward {
    uint64_t endpoint;
    uint64_t cap;
    struct tcb *t;
    uint64_t address; /* where it stands */
};

static struct ward make_ward(struct system *s)
{
    struct ward w = {.endpoint = make(s, ABI_TYPE_ENDPOINT, 0)};
    uint64_t handler = slot_new(s);

    EXPECT_OK(cnode_mint(s, handler, w.endpoint, ABI_WRITE | ABI_GRANT_REPLY, 3));
    w.cap = make_thread(s, (struct thread_options){.priority = 9, .fault_handler = handler});
    w.t = tcb_of(s, w.cap);
    resume(s, w.cap);
    receive(s, w.endpoint);
    EXPECT(current(s) == w.t);
    w.address = w.t->next_pc;
    return w;
}

static struct message root_message(struct system *s)
{
    struct message m;

    EXPECT(current(s) == s->root);
    message_read(s, s->root, &m);
    EXPECT_EQUAL(m.badge, 3);
    return m;
}

static void capability_fault(struct system *s)
{
    struct ward w = make_ward(s);
    struct message nothing = {0};
    struct message m;

    send(s, UINT64_C(5) << 40, &nothing);
    m = root_message(s);
    EXPECT_EQUAL(m.label, ABI_CAP_FAULT);
    EXPECT_EQUAL(m.length, 7);
    EXPECT_EQUAL(m.words[0], w.address);
    EXPECT_EQUAL(m.words[1], UINT64_C(5) << 40);
    EXPECT_EQUAL(m.words[2], 0);
    EXPECT_EQUAL(m.words[3], ABI_GUARD_MISMATCH);
    EXPECT_EQUAL(m.words[4], 64);
    EXPECT_EQUAL(m.words[5], 0);
    EXPECT_EQUAL(m.words[6], 52);
}

static void capability_fault_receiving(struct system *s)
{
    struct message m;

    make_ward(s);
    receive(s, slot_new(s));
    m = root_message(s);
    EXPECT_EQUAL(m.label, ABI_CAP_FAULT);
    EXPECT_EQUAL(m.length, 5);
    EXPECT_EQUAL(m.words[2], 1);
    EXPECT_EQUAL(m.words[3], ABI_MISSING_CAPABILITY);
    EXPECT_EQUAL(m.words[4], 0);
}

static void fault_here(struct system *s)
{
    struct tcb *t = current(s);

    t->registers[REG_PC] = t->next_pc;
    kernel_vm_fault(s->k, 0x40, CAUSE_STORE_ACCESS);
    system_check(s);
}

static void memory_fault(struct system *s)
{
    struct ward w = make_ward(s);
    struct message m;

    fault_here(s);
    m = root_message(s);
    EXPECT_EQUAL(m.label, ABI_VM_FAULT);
    EXPECT_EQUAL(m.length, 4);
    EXPECT_EQUAL(m.words[0], w.address);
    EXPECT_EQUAL(m.words[1], 0x40);
    EXPECT_EQUAL(m.words[2], 0);
    EXPECT_EQUAL(m.words[3], CAUSE_STORE_ACCESS);
}

static void fetch_fault(struct system *s)
{
    struct message m;

    make_ward(s);
    kernel_vm_fault(s->k, 0x40, CAUSE_FETCH_ACCESS);
    system_check(s);
    m = root_message(s);
    EXPECT_EQUAL(m.words[2], 1);
    EXPECT_EQUAL(m.words[3], CAUSE_FETCH_ACCESS);
}

static void unknown_call(struct system *s)
{
    struct ward w = make_ward(s);
    struct message m;

    for (unsigned i = 0; i < 7; i++)
        w.t->registers[REG_A0 + i] = 100 + i;
    w.t->registers[REG_SP] = 0x5000;
    w.t->registers[REG_RA] = 0x6000;
    trap(s, 1234);
    m = root_message(s);
    EXPECT_EQUAL(m.label, ABI_UNKNOWN_SYSCALL);
    EXPECT_EQUAL(m.length, 11);
    EXPECT_EQUAL(m.words[0], w.address);
    EXPECT_EQUAL(m.words[1], 0x5000);
    EXPECT_EQUAL(m.words[2], 0x6000);
    for (unsigned i = 0; i < 7; i++)
        EXPECT_EQUAL(m.words[3 + i], 100 + i);
    EXPECT_EQUAL(m.words[10], 1234);
}

/* The answer carries the registers that the thread goes on with. */
static void unknown_call_answered(struct system *s)
{
    struct ward w = make_ward(s);
    struct message m;

    trap(s, 1234);
    m = root_message(s);
    m.label = 0;
    m.words[0] = w.address + 4;
    m.words[3] = 777;
    reply_receive(s, w.endpoint, &m);
    EXPECT(current(s) == w.t);
    EXPECT_EQUAL(w.t->next_pc, w.address + 4);
    EXPECT_EQUAL(w.t->registers[REG_A0], 777);
}

static void answered_with_a_label(struct system *s)
{
    struct ward w = make_ward(s);
    struct message m = {.label = 1};

    trap(s, 1234);
    reply_receive(s, w.endpoint, &m);
    EXPECT(current(s) == NULL);
    EXPECT_EQUAL(w.t->state, THREAD_INACTIVE);
}

static void short_answer(struct system *s)
{
    struct ward w = make_ward(s);
    struct message m = {.length = 1, .words = {0x7770}};

    w.t->registers[REG_SP] = 0x5000;
    kernel_user_exception(s->k, 2, 9);
    system_check(s);
    reply_receive(s, w.endpoint, &m);
    EXPECT(current(s) == w.t);
    EXPECT_EQUAL(w.t->next_pc, 0x7770);
    EXPECT_EQUAL(w.t->registers[REG_SP], 0x5000);
}

/* Of a handler without a buffer only the words in registers are taken. */
static void answer_without_buffer(struct system *s)
{
    struct ward w = make_ward(s);
    struct message m = {.length = 7, .words = {0x7770, 0x1111, 0x2222, 0x3333, 0x4444}};

    w.t->registers[REG_A0 + 1] = 99;
    trap(s, 1234);
    EXPECT_OK(invoke(s, ROOT_TCB, ABI_TCB_SET_IPC_BUFFER, CAPS(ROOT_CNODE), WORDS(0)));
    reply_receive(s, w.endpoint, &m);
    EXPECT(current(s) == w.t);
    EXPECT_EQUAL(w.t->next_pc, 0x7770);
    EXPECT_EQUAL(w.t->registers[REG_A0], 0x3333);
    EXPECT_EQUAL(w.t->registers[REG_A0 + 1], 99);
}

static void user_exception(struct system *s)
{
    struct ward w = make_ward(s);
    struct message m;

    w.t->registers[REG_PC] = w.address;
    kernel_user_exception(s->k, 2, 9);
    system_check(s);
    m = root_message(s);
    EXPECT_EQUAL(m.label, ABI_USER_EXCEPTION);
    EXPECT_EQUAL(m.length, 4);
    EXPECT_EQUAL(m.words[0], w.address);
    EXPECT_EQUAL(m.words[2], 2);
    EXPECT_EQUAL(m.words[3], 9);
}

static void memory_fault_answered(struct system *s)
{
    struct ward w = make_ward(s);
    struct message nothing = {0};

    fault_here(s);
    reply_receive(s, w.endpoint, &nothing);
    EXPECT(current(s) == w.t);
    EXPECT_EQUAL(w.t->next_pc, w.address); /* the access again */
}

static void no_handler(struct system *s)
{
    uint64_t cap = make_thread(s, (struct thread_options){.priority = 9});

    resume(s, cap);
    root_sleep(s);
    fault_here(s);
    EXPECT(current(s) == NULL);
    EXPECT_EQUAL(tcb_of(s, cap)->state, THREAD_INACTIVE);
    EXPECT(tcb_of(s, cap)->is_abandoned);
    EXPECT(strstr(s->platform.console, "0x40") != NULL);
    root_wake(s);
    resume(s, cap);
    EXPECT(!tcb_of(s, cap)->is_abandoned);
}

/* Who calls without the right to be answered stops too, but there was no fault. */
static void unanswerable_call_is_no_fault(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t cap = make_thread(s, (struct thread_options){.priority = 9});
    uint64_t mute = slot_new(s);
    struct message nothing = {0};

    EXPECT_OK(cnode_mint(s, mute, endpoint, ABI_WRITE, 0));
    resume(s, cap);
    receive(s, endpoint);
    call(s, mute, &nothing);
    EXPECT_EQUAL(tcb_of(s, cap)->state, THREAD_INACTIVE);
    EXPECT(!tcb_of(s, cap)->is_abandoned);
}

/* Nobody receives yet: the faulter waits like a sender, and its fault is taken later. */
static void fault_waits(struct system *s)
{
    uint64_t endpoint = make(s, ABI_TYPE_ENDPOINT, 0);
    uint64_t cap = make_thread(s, (struct thread_options){.priority = 9,
                                                          .fault_handler = endpoint});

    resume(s, cap);
    root_sleep(s);
    fault_here(s);
    EXPECT_EQUAL(tcb_of(s, cap)->state, THREAD_BLOCKED_ON_SEND);
    root_wake(s);
    receive(s, endpoint);
    EXPECT_EQUAL(abi_info_label(s->root->registers[REG_A1]), ABI_VM_FAULT);
    EXPECT_EQUAL(tcb_of(s, cap)->state, THREAD_BLOCKED_ON_REPLY);
}

const struct test fault_tests[] = {
    TEST("fault: a capability that is not found while sending", capability_fault),
    TEST("fault: a capability that is not found while receiving", capability_fault_receiving),
    TEST("fault: an access that the page tables do not allow", memory_fault),
    TEST("fault: a fetch says that it is one", fetch_fault),
    TEST("fault: an unknown system call shows the registers", unknown_call),
    TEST("fault: the answer to an unknown system call sets the registers", unknown_call_answered),
    TEST("fault: an answer with another label than 0 leaves the thread stopped",
         answered_with_a_label),
    TEST("fault: a short answer sets only what it has", short_answer),
    TEST("fault: an answer of a handler without a buffer sets four registers",
         answer_without_buffer),
    TEST("fault: what the processor refuses", user_exception),
    TEST("fault: after the answer a memory access is made again", memory_fault_answered),
    TEST("fault: without a handler the thread stops and the console says why", no_handler),
    TEST("fault: a call that nobody may answer stops the caller, but is none",
         unanswerable_call_is_no_fault),
    TEST("fault: waits until the handler receives", fault_waits),
    TESTS_END};
