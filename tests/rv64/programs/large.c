/* SPDX-License-Identifier: MIT */
/* A root task of more than 2 MB: most of it code that runs straight through, the rest data. */
#include "support.h"

enum { STEPS = 32768, WORDS = 131072 };

/* One step: a0 = (a0 ^ a0 >> 7) + 5, [a1] += a0 atomically, fa0 = fa0 * fa1 + fa2, and a branch
   that depends on a0. It has instructions of both lengths. */
__asm__(".text\n.global steps\nsteps:\n"
        ".rept 32768\n"
        "srli a2, a0, 7\n"
        "xor a0, a0, a2\n"
        "addi a0, a0, 5\n"
        "amoadd.d zero, a0, (a1)\n"
        "fmadd.d fa0, fa0, fa1, fa2\n"
        "andi a3, a0, 64\n"
        "beqz a3, 1f\n"
        "addi a0, a0, -3\n"
        "lui a3, 0x12345\n"
        "add a0, a0, a3\n"
        "1: fence rw, rw\n"
        ".endr\n"
        "ret\n"
        ".section .data\n.balign 8\n.global table\ntable:\n"
        ".set value, 1\n"
        ".rept 131072\n"
        ".set value, (value * 25214903917 + 11) & 0xffffffffffff\n"
        ".quad value\n"
        ".endr\n"
        ".previous");
double steps(uint64_t start, uint64_t *sum, double fa0, double fa1, double fa2);
extern uint64_t table[WORDS];
extern char __executable_start[], _end[];

/* The same as steps(), step by step. */
static double expected_steps(uint64_t a0, uint64_t *sum, double x, double factor, double summand)
{
    for (int i = 0; i < STEPS; i++) {
        a0 = (a0 ^ a0 >> 7) + 5;
        *sum += a0;
        x = __builtin_fma(x, factor, summand);
        if (a0 & 64)
            a0 = a0 - 3 + 0x12345000;
    }
    return x;
}

static bool is_table_right(void)
{
    uint64_t value = 1;

    for (int i = 0; i < WORDS; i++) {
        value = (value * 25214903917ul + 11) & 0xffffffffffff;
        if (table[i] != value)
            return false;
        table[i] = ~value;
    }
    return table[0] == ~((25214903917ul + 11) & 0xffffffffffff);
}

int main(void)
{
    uint64_t sum = 0, expected_sum = 0;
    double result, expected;

    printf("more than 2 MB: %d\n", _end - __executable_start > 2000000);
    for (uint64_t start = 1; start <= 3; start++) {
        result = steps(start, &sum, 0.5, 0.75, (double)start);
        expected = expected_steps(start, &expected_sum, 0.5, 0.75, (double)start);
        printf("%d %d", result == expected, sum == expected_sum);
        printf(" %016lx\n", sum);
    }
    printf("the table: %d\n", is_table_right());
    return 0;
}
