/* SPDX-License-Identifier: MIT */
/* What processes.c carries and makes processes of: it answers with what it was given, having used
 * data, bss, its stack and floating point. */
#include <sel4runtime.h>

enum { ENDPOINT = 1, WORDS = 4000 };

static seL4_Word counter = 1000;
static seL4_Word zeroes[WORDS];

int main(seL4_Word number, seL4_Word factor);
int main(seL4_Word number, seL4_Word factor)
{
    volatile double product = (double)number * (double)factor;
    seL4_Word sum = 0;

    for (int i = 0; i < WORDS; i++) {
        sum += zeroes[i];
        zeroes[i] = number;
    }
    seL4_SetMR(0, number);
    seL4_SetMR(1, (seL4_Word)product);
    seL4_SetMR(2, counter++ + sum);
    seL4_SetMR(3, seL4_GetBootInfo() == NULL);
    seL4_Send(ENDPOINT, seL4_MessageInfo_new(1, 0, 0, 4));
    for (;;)
        seL4_Yield();
}
