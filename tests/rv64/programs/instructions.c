/* SPDX-License-Identifier: MIT */
/* Instructions as compiled code uses them; tests against another processor are elsewhere. */
#include "support.h"

enum { ADDERS = 3, ADDITIONS = 20000 };

/* --- misaligned accesses ---------------------------------------------------------------------- */

static void test_misaligned(void)
{
    unsigned char *bytes = map_new(0x50000000);
    seL4_Word sum = 0;

    map_new(0x50001000);
    for (int offset = PAGE_SIZE - 16; offset < PAGE_SIZE + 8; offset++) {
        volatile uint64_t *wide = (volatile uint64_t *)(void *)(bytes + offset);
        volatile uint32_t *word = (volatile uint32_t *)(void *)(bytes + offset);
        volatile int16_t *half = (volatile int16_t *)(void *)(bytes + offset);
        volatile double *real = (volatile double *)(void *)(bytes + offset);

        *wide = 0x1122334455667788ul + (seL4_Word)offset;
        sum = sum * 31 + *word + bytes[offset + 7];
        *half = (int16_t)(-offset);
        sum = sum * 31 + (seL4_Word)*half + *wide;
        *real = 1.5 * offset;
        sum = sum * 31 + *wide;
        *word = 7;
        sum = sum * 31 + *wide;
    }
    printf("misaligned: %016lx\n", sum);
}

/* --- atomic instructions ---------------------------------------------------------------------- */

static uint64_t reserved;

static void test_reservations(void)
{
    seL4_Word failed[4], got;

    __asm__ volatile("lr.d %0, (%2)\n sc.d %1, %3, (%2)"
                     : "=&r"(got), "=&r"(failed[0]) : "r"(&reserved), "r"(5ul) : "memory");
    __asm__ volatile("sc.d %0, %2, (%1)"
                     : "=&r"(failed[1]) : "r"(&reserved), "r"(6ul) : "memory");
    __asm__ volatile("lr.d %0, (%2)" : "=&r"(got), "=m"(reserved) : "r"(&reserved));
    seL4_Yield();
    __asm__ volatile("sc.d %0, %2, (%1)"
                     : "=&r"(failed[2]) : "r"(&reserved), "r"(7ul) : "memory");
    __asm__ volatile("lr.w %0, (%2)\n sc.w %1, %3, (%2)"
                     : "=&r"(got), "=&r"(failed[3]) : "r"(&reserved), "r"(-2l) : "memory");
    printf("sc: %d %d %d %d, value %lx\n", failed[0] == 0, failed[1] == 0, failed[2] == 0,
           failed[3] == 0, reserved);
}

static void test_atomics(void)
{
    uint64_t wide = 100;
    uint32_t word = 100;
    int32_t least = -5;

    printf("amo: %lu", __atomic_fetch_add(&wide, 7, __ATOMIC_SEQ_CST));
    printf(" %lu", __atomic_fetch_or(&wide, 0xf00, __ATOMIC_ACQUIRE));
    printf(" %lu", __atomic_fetch_and(&wide, 0xff0, __ATOMIC_RELEASE));
    printf(" %lu", __atomic_fetch_xor(&wide, 3, __ATOMIC_RELAXED));
    printf(" %lu", __atomic_exchange_n(&wide, 9, __ATOMIC_SEQ_CST));
    printf(" %u", __atomic_fetch_add(&word, 0xffffffffu, __ATOMIC_SEQ_CST));
    __asm__ volatile("amomin.w zero, %1, %0" : "+A"(least) : "r"(-9l));
    __asm__ volatile("amomaxu.w zero, %1, %0" : "+A"(word) : "r"(0x80000000ul));
    printf(" %lu %u %d\n", wide, word, least);
}

/* Threads that are preempted at any place add to one word. */
static volatile seL4_Word total, locked_total;
static volatile int running = ADDERS;
static int lock;

static void add(seL4_Word unused)
{
    (void)unused;
    for (int i = 0; i < ADDITIONS; i++) {
        int expected = 0;

        __atomic_fetch_add(&total, 1, __ATOMIC_RELAXED);
        while (!__atomic_compare_exchange_n(&lock, &expected, 1, false, __ATOMIC_ACQUIRE,
                                            __ATOMIC_RELAXED)) {
            expected = 0;
            seL4_Yield();
        }
        locked_total = locked_total + 1;
        __atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
    }
    __atomic_fetch_sub(&running, 1, __ATOMIC_SEQ_CST);
    thread_end();
}

static void test_threads(void)
{
    for (int i = 0; i < ADDERS; i++)
        thread_run(add, 0, 255);
    while (running > 0)
        seL4_Yield();
    printf("threads added %lu and %lu\n", total, locked_total);
}

/* --- floating point --------------------------------------------------------------------------- */

static void print_double(const char *name, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    printf("%s %016lx\n", name, bits);
}

static double square_root(double value)
{
    __asm__ volatile("fsqrt.d %0, %0" : "+f"(value));
    return value;
}

static void test_floating_point(void)
{
    volatile double zero = 0.0, one = 1.0, huge = 1e300, tenth = 0.1;
    volatile float third = 1.0f / 3.0f;
    seL4_Word flags;

    __asm__ volatile("csrw fflags, zero");
    print_double("0.1 + 0.2", tenth + 0.2);
    print_double("1 / 0", one / zero);
    print_double("0 / 0", zero / zero);
    print_double("overflow", huge * huge);
    print_double("square root", square_root(tenth + one));
    print_double("fused", __builtin_fma(tenth, 10.0, -1.0));
    print_double("from single", (double)third);
    __asm__ volatile("csrr %0, fflags" : "=r"(flags));
    printf("flags %lx\n", flags);
    printf("to integers %ld %lu %d\n", (long)(huge * zero - 2.75 * one), (seL4_Word)(7.99 * one),
           (int)(-2.5 * one));
}

/* --- counters, and code that is written ------------------------------------------------------- */

static seL4_Word instructions(void)
{
    seL4_Word count;

    __asm__ volatile("rdinstret %0" : "=r"(count));
    return count;
}

static void test_counters(void)
{
    seL4_Word first = instructions(), second = instructions(), time, later;

    __asm__ volatile("rdtime %0" : "=r"(time));
    for (volatile int i = 0; i < 1000; i++)
        ;
    __asm__ volatile("rdtime %0" : "=r"(later));
    printf("instructions count one by one: %d, time passes: %d\n",
           second - first >= 1 && second - first < 4, later > time);
}

static void test_new_code(void)
{
    /* addi a0, a0, N; ret */
    static uint32_t code[2] = {0x00050513, 0x00008067};
    seL4_Word sum = 0;

    for (uint32_t i = 0; i < 5; i++) {
        code[0] = 0x00050513 | i << 20;
        __asm__ volatile("fence.i" ::: "memory");
        sum += ((seL4_Word(*)(seL4_Word))(void *)code)(100);
    }
    printf("new code: %lu\n", sum);
}

int main(void)
{
    test_misaligned();
    test_reservations();
    test_atomics();
    test_threads();
    test_floating_point();
    test_counters();
    test_new_code();
    return 0;
}
