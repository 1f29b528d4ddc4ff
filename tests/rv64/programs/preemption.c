/* SPDX-License-Identifier: MIT */
/* Threads of equal priority that compute take turns, and keep their floating-point registers. */
#include "support.h"

enum { ROUNDS = 400000, PRIORITY = 100 };

static seL4_CPtr done; /* thread i signals bit i */
static volatile seL4_Word counts[2];
static volatile bool must_stop;

static seL4_CPtr signals[4];

static void finish(seL4_Word index)
{
    seL4_Signal(signals[index]);
    thread_end();
}

/* Until all bits have been signalled. */
static void wait_for_all(seL4_Word bits)
{
    for (seL4_Word got = 0; got != bits;)
        got |= wait_for(done);
}

static void count(seL4_Word index)
{
    while (!must_stop)
        counts[index]++;
    finish(index);
}

/* Two threads get about the same; neither gives up its turn. */
static void test_turns(void)
{
    seL4_Word least = 0, most = 0;

    thread_run(count, 0, PRIORITY);
    thread_run(count, 1, PRIORITY);
    CHECK(seL4_TCB_SetPriority(seL4_CapInitThreadTCB, seL4_CapInitThreadTCB, PRIORITY));
    while (counts[0] < ROUNDS || counts[1] < ROUNDS)
        ;
    least = counts[0] < counts[1] ? counts[0] : counts[1];
    most = counts[0] < counts[1] ? counts[1] : counts[0];
    must_stop = true;
    CHECK(seL4_TCB_SetPriority(seL4_CapInitThreadTCB, seL4_CapInitThreadTCB, 255));
    wait_for_all(3);
    printf("both computed, and neither three times as much: %d\n", most < 3 * least);
}

/* --- floating point --------------------------------------------------------------------------- */

static double results[3];

/* A sum whose value depends on every bit of a register that lives all the while. */
static void sum(seL4_Word index)
{
    double a = (double)(index + 1), b = 0.0;
    register double kept __asm__("fs3") = (double)index * 1.25 + 0.125;

    for (int i = 1; i <= 100000; i++) {
        b += a / i;
        __asm__ volatile("fadd.d %0, %0, %1" : "+f"(kept) : "f"(1.0));
    }
    results[index] = b * 1e6 + (kept - 100000.0);
    finish(index);
}

/* The rounding mode is a thread's own, too. */
static void round_down(seL4_Word index)
{
    volatile double three = 3.0;

    __asm__ volatile("csrw frm, %0" ::"r"(2ul));
    for (int i = 0; i < 100000; i++)
        results[index] = 1.0 / three + 1.0 / three;
    finish(index);
}

static void test_floating_point(void)
{
    uint64_t bits;

    thread_run(sum, 0, PRIORITY);
    thread_run(sum, 1, PRIORITY);
    thread_run(round_down, 2, PRIORITY);
    wait_for_all(7);
    for (int i = 0; i < 3; i++) {
        memcpy(&bits, &results[i], sizeof(bits));
        printf("result %d: %016lx\n", i, bits);
    }
}

/* --- without floating point ------------------------------------------------------------------- */

static void use_floating_point(seL4_Word unused)
{
    volatile double one = 1.0;

    (void)unused;
    one = one + one;
    printf("  after the flag was cleared: %d\n", one == 2.0);
    finish(3);
}

static void test_flag(void)
{
    struct thread *t = thread_make(use_floating_point, 0, PRIORITY);
    seL4_CPtr faults = new_object(seL4_EndpointObject, 0);
    seL4_Fault_t fault;
    seL4_TCB_SetFlags_t flags =
        seL4_TCB_SetFlags(t->tcb, seL4_TCBFlag_NoFlag, seL4_TCBFlag_fpuDisabled);

    printf("flags %lu, error %d\n", flags.flags, flags.error);
    thread_set_fault_endpoint(t, faults);
    thread_start(t);
    fault = seL4_getFault(receive(faults, NULL));
    printf("fault %lu, number %lu\n", seL4_Fault_get_seL4_FaultType(fault),
           seL4_Fault_UserException_get_Number(fault));
    flags = seL4_TCB_SetFlags(t->tcb, seL4_TCBFlag_fpuDisabled, seL4_TCBFlag_NoFlag);
    printf("flags %lu\n", flags.flags);
    reply(seL4_MessageInfo_new(0, 0, 0, 0));
    wait_for_all(8);
}

int main(void)
{
    done = new_object(seL4_NotificationObject, 0);
    for (seL4_Word i = 0; i < 4; i++)
        signals[i] = badged(done, 1ul << i);
    test_turns();
    test_floating_point();
    test_flag();
    return 0;
}
