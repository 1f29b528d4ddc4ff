/* SPDX-License-Identifier: MIT */
/* For Linux, which qemu-riscv64 stands for: prints for each code of a table a 1 if it is no
 * instruction, else a 0, 64 of them in a line. */
#include "tests/rv64/sequences/runner.h"

#include <stdint.h>

enum { SIGNAL_ILLEGAL = 4, LINE = 64, ALTERNATE_STACK_SIZE = 65536 };
enum { SYSCALL_SIGALTSTACK = 132, SYSCALL_SIGACTION = 134 };
enum { FLAG_ON_STACK = 0x08000000, FLAG_NO_DEFER = 0x40000000 };

extern const uint32_t code_count, codes[];
extern uint16_t code_words[4];
extern void probe_run(void), probe_handler(void);

uint64_t probe_signal;   /* what ended the last code, */
uint64_t probe_distance; /* and 0 if that was at its start */

static char alternate_stack[ALTERNATE_STACK_SIZE] __attribute__((aligned(16)));

static void syscall(uint64_t number, uint64_t first, const void *second, uint64_t third,
                    uint64_t fourth)
{
    register uint64_t a0 __asm__("a0") = first;
    register const void *a1 __asm__("a1") = second;
    register uint64_t a2 __asm__("a2") = third;
    register uint64_t a3 __asm__("a3") = fourth;
    register uint64_t a7 __asm__("a7") = number;

    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a3), "r"(a7) : "memory");
}

static void catch_signals(void)
{
    static const uint8_t signals[] = {4, 5, 7, 8, 11};
    const uint64_t stack[] = {(uintptr_t)alternate_stack, 0, sizeof(alternate_stack)};
    const uint64_t action[] = {(uintptr_t)probe_handler, FLAG_ON_STACK | FLAG_NO_DEFER, 0, 0};

    syscall(SYSCALL_SIGALTSTACK, (uintptr_t)stack, 0, 0, 0);
    for (unsigned i = 0; i < sizeof(signals); i++)
        syscall(SYSCALL_SIGACTION, signals[i], action, 0, sizeof(uint64_t));
}

static char answer(uint32_t code)
{
    const uint16_t compressed_break = 0x9002;
    unsigned halfwords = (code & 3) == 3 ? 2 : 1;

    code_words[0] = (uint16_t)code;
    code_words[1] = halfwords == 2 ? (uint16_t)(code >> 16) : compressed_break;
    code_words[2] = code_words[3] = compressed_break;
    probe_run();
    return probe_signal == SIGNAL_ILLEGAL && probe_distance == 0 ? '1' : '0';
}

int main(void)
{
    catch_signals();
    for (uint32_t i = 0; i < code_count; i++) {
        output_char(answer(codes[i]));
        if (i % LINE == LINE - 1 || i == code_count - 1)
            output_char('\n');
    }
    output_finish();
}
