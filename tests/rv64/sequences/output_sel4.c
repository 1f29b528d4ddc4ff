/* SPDX-License-Identifier: MIT */
/* For a root task of the classic configuration: debug system calls. */
#include "tests/rv64/sequences/runner.h"

#include <stdint.h>

enum { SYSCALL_DEBUG_PUT_CHAR = -9, SYSCALL_DEBUG_HALT = -11 };

static void syscall(int64_t number, uint64_t argument)
{
    register uint64_t a0 __asm__("a0") = argument;
    register int64_t a7 __asm__("a7") = number;

    __asm__ volatile("ecall" : "+r"(a0) : "r"(a7) : "memory");
}

void output_char(char c)
{
    syscall(SYSCALL_DEBUG_PUT_CHAR, (unsigned char)c);
}

void output_finish(void)
{
    for (;;)
        syscall(SYSCALL_DEBUG_HALT, 0);
}
