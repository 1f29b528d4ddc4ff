/* SPDX-License-Identifier: MIT */
/* A process that tests/user/riscv.lua makes: its first argument says what it does. */
#include <sel4runtime.h>
#include <stdio.h>

enum { RETURN, ABORT, READ, SEND, SPIN, SHARE };
enum { ENDPOINT = 1, NOTIFICATION = 2 };

static seL4_Word runs = 100;

int main(seL4_Word what, seL4_Word a, seL4_Word b, seL4_Word c);
int main(seL4_Word what, seL4_Word a, seL4_Word b, seL4_Word c)
{
    runs++;
    switch (what) {
    case RETURN:
        return (int)(a + b + c);
    case ABORT:
        abort();
    case READ:
        return (int)*(volatile seL4_Word *)a;
    case SEND:
        seL4_SetMR(0, runs);
        seL4_SetMR(1, (seL4_Word)seL4_GetBootInfo());
        seL4_Send(ENDPOINT, seL4_MessageInfo_new(a, 0, 0, 2));
        return 0;
    case SHARE:
        ((volatile seL4_Word *)a)[1] = *(volatile seL4_Word *)a * 2;
        seL4_Signal(NOTIFICATION);
        return 0;
    default:
        for (;;)
            ;
    }
}
