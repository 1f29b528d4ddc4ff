/* SPDX-License-Identifier: MIT */
/* For Linux, which qemu-riscv64 stands for: system calls write and exit. */
#include "tests/rv64/sequences/runner.h"

#include <stdint.h>

enum { SYSCALL_WRITE = 64, SYSCALL_EXIT = 93, STANDARD_OUTPUT = 1, LINE_MAX = 64 };

static char line[LINE_MAX];
static uint64_t length;

static void syscall(uint64_t number, uint64_t first, uint64_t second, uint64_t third)
{
    register uint64_t a0 __asm__("a0") = first;
    register uint64_t a1 __asm__("a1") = second;
    register uint64_t a2 __asm__("a2") = third;
    register uint64_t a7 __asm__("a7") = number;

    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
}

void output_char(char c)
{
    line[length++] = c;
    if (c == '\n' || length == LINE_MAX) {
        syscall(SYSCALL_WRITE, STANDARD_OUTPUT, (uintptr_t)line, length);
        length = 0;
    }
}

void output_finish(void)
{
    for (;;)
        syscall(SYSCALL_EXIT, 0, 0, 0);
}
