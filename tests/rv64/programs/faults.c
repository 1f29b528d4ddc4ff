/* SPDX-License-Identifier: MIT */
/* Faults of threads, told to a handler that lets them go on with other registers or memory. */
#include "support.h"

enum {
    WORKER_BADGE = 3,
    UNMAPPED = 0x50000000,
    READ_ONLY = 0x50001000,
    UNKNOWN_NUMBER = 1234,
    EMPTY_SLOT = 4000,
    NOWHERE = 1 << 20, /* more than the slots there are */
    LONG_JUMP = 4 /* bytes of the illegal instructions and calls below */
};

static seL4_CPtr faults, done;

/* --- the faulting threads --------------------------------------------------------------------- */

static void touch(seL4_Word address)
{
    volatile seL4_Word *word = (volatile seL4_Word *)address;
    seL4_Word before = *word;

    *word = before + 1;
    printf("  the thread read %lx, then %lx\n", before, *word);
    seL4_Signal(done);
    thread_end();
}

static void execute_nothing(seL4_Word address)
{
    ((void (*)(void))address)(); /* the handler sends it elsewhere */
}

static void after_fetch(void)
{
    printf("  the thread is elsewhere\n");
    seL4_Signal(done);
    thread_end();
}

static void execute_illegal(seL4_Word unused)
{
    (void)unused;
    __asm__ volatile(".option push\n.option norvc\n.word 0\n.option pop");
    printf("  the thread is behind the instruction\n");
    seL4_Signal(done);
    thread_end();
}

static void execute_break(seL4_Word unused)
{
    (void)unused;
    __asm__ volatile(".option push\n.option norvc\nebreak\n.option pop");
    printf("  the thread is behind the break\n");
    seL4_Signal(done);
    thread_end();
}

static void call_unknown(seL4_Word unused)
{
    register seL4_Word a0 __asm__("a0") = 10;
    register seL4_Word a1 __asm__("a1") = 11;
    register seL4_Word a2 __asm__("a2") = 12;
    register seL4_Word a6 __asm__("a6") = 16;
    register seL4_Word a7 __asm__("a7") = UNKNOWN_NUMBER;

    (void)unused;
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a6) : "r"(a7) : "memory");
    printf("  the thread has %lu %lu %lu %lu\n", a0, a1, a2, a6);
    seL4_Signal(done);
    thread_end();
}

static void send_nowhere(seL4_Word cptr)
{
    seL4_Send(cptr, seL4_MessageInfo_new(0, 0, 0, 0));
}

static void receive_missing(seL4_Word slot)
{
    seL4_MessageInfo_t info = receive(slot, NULL);

    printf("  the thread has received %lu\n", seL4_MessageInfo_get_label(info));
    seL4_Signal(done);
    thread_end();
}

/* --- the handler ------------------------------------------------------------------------------ */

/* Runs a thread up to its fault. */
static seL4_Fault_t fault_of(void (*function)(seL4_Word), seL4_Word argument)
{
    struct thread *t = thread_make(function, argument, 100);
    seL4_Word badge;
    seL4_MessageInfo_t info;

    thread_set_fault_endpoint(t, faults);
    thread_start(t);
    info = receive(faults, &badge);
    printf("fault %lu with %lu words, badge %lu\n", seL4_MessageInfo_get_label(info),
           seL4_MessageInfo_get_length(info), badge);
    return seL4_getFault(info);
}

static void resume(seL4_Word word_count)
{
    reply(seL4_MessageInfo_new(0, 0, 0, word_count));
    wait_for(done);
}

static void print_vm_fault(seL4_Fault_t f)
{
    printf("  VM fault at %lx, prefetch %lu, cause %lu\n", seL4_Fault_VMFault_get_Addr(f),
           seL4_Fault_VMFault_get_PrefetchFault(f), seL4_Fault_VMFault_get_FSR(f));
}

static void test_memory(void)
{
    seL4_CPtr page = new_object(seL4_RISCV_4K_Page, 0);

    print_vm_fault(fault_of(touch, UNMAPPED + 8));
    map_new(UNMAPPED);
    resume(0);

    map_at(seL4_CapInitThreadVSpace, page, READ_ONLY, seL4_CanRead);
    print_vm_fault(fault_of(touch, READ_ONLY));
    map_at(seL4_CapInitThreadVSpace, page, READ_ONLY, seL4_ReadWrite);
    resume(0);
}

/* A fault of fetching: the handler writes another pc with WriteRegisters instead of answering. */
static void test_fetch(void)
{
    struct thread *t = thread_make(execute_nothing, 0x60000000, 100);
    seL4_UserContext regs;
    seL4_Word badge;

    thread_set_fault_endpoint(t, faults);
    thread_start(t);
    print_vm_fault(seL4_getFault(receive(faults, &badge)));
    CHECK(seL4_TCB_ReadRegisters(t->tcb, false, 0, 32, &regs));
    printf("  pc %lx, a0 %lx\n", regs.pc, regs.a0);
    regs.pc = (seL4_Word)after_fetch;
    CHECK(seL4_TCB_WriteRegisters(t->tcb, true, 0, 32, &regs));
    wait_for(done);
}

static void test_exception(void (*function)(seL4_Word))
{
    seL4_Fault_t f = fault_of(function, 0);

    printf("  number %lu, code %lu\n", seL4_Fault_UserException_get_Number(f),
           seL4_Fault_UserException_get_Code(f));
    seL4_SetMR(seL4_UserException_FaultIP, seL4_Fault_UserException_get_FaultIP(f) + LONG_JUMP);
    seL4_SetMR(seL4_UserException_SP, seL4_Fault_UserException_get_SP(f));
    resume(2);
}

static void test_unknown_call(void)
{
    seL4_Fault_t f = fault_of(call_unknown, 0);

    printf("  call %lu, a0 %lu, a2 %lu, a6 %lu\n", seL4_Fault_UnknownSyscall_get_Syscall(f),
           seL4_Fault_UnknownSyscall_get_A0(f), seL4_Fault_UnknownSyscall_get_A2(f),
           seL4_Fault_UnknownSyscall_get_A6(f));
    for (int i = 0; i < seL4_UnknownSyscall_Syscall; i++)
        seL4_SetMR(i, f.words[i + 1]);
    seL4_SetMR(seL4_UnknownSyscall_FaultIP, f.words[1] + LONG_JUMP);
    seL4_SetMR(seL4_UnknownSyscall_A0, 20);
    seL4_SetMR(seL4_UnknownSyscall_A1, 21);
    seL4_SetMR(seL4_UnknownSyscall_A6, 26);
    resume(seL4_UnknownSyscall_Syscall);
}

static void print_cap_fault(seL4_Fault_t f)
{
    printf("  slot %lu, receiving %lu, lookup failure %lu, bits left %lu\n",
           seL4_Fault_CapFault_get_Addr(f), seL4_Fault_CapFault_get_InRecvPhase(f),
           seL4_Fault_CapFault_get_LookupFailureType(f), seL4_Fault_CapFault_get_MR4(f));
}

/* The thread receives from a slot that is empty, and again when it no longer is. */
static void test_missing_cap(void)
{
    print_cap_fault(fault_of(send_nowhere, NOWHERE));
    print_cap_fault(fault_of(receive_missing, EMPTY_SLOT));
    CHECK(seL4_CNode_Copy(seL4_CapInitThreadCNode, EMPTY_SLOT, seL4_WordBits,
                          seL4_CapInitThreadCNode, new_object(seL4_EndpointObject, 0),
                          seL4_WordBits, seL4_AllRights));
    reply(seL4_MessageInfo_new(0, 0, 0, 0));
    seL4_Send(EMPTY_SLOT, seL4_MessageInfo_new(8, 0, 0, 0));
    wait_for(done);
}

int main(void)
{
    faults = badged(new_object(seL4_EndpointObject, 0), WORKER_BADGE);
    done = new_object(seL4_NotificationObject, 0);
    test_memory();
    test_fetch();
    test_exception(execute_illegal);
    test_exception(execute_break);
    test_unknown_call();
    test_missing_cap();
    return 0;
}
