/* SPDX-License-Identifier: MIT */
/* A server in C: it collects numbers in memory that it never asks for. Each page is missing when it
 * is first touched, and somebody who knows gives it. */
#include <sel4/sel4.h>
#include <stdio.h>

enum { REQUESTS = 1, ADD = 1, TOTAL = 2, ROOM = 0x50000000, STEP = 1024 };

int main(void)
{
    seL4_Word *numbers = (seL4_Word *)ROOM;
    seL4_Word count = 0, client;
    seL4_MessageInfo_t info = seL4_Recv(REQUESTS, &client);

    for (;;) {
        double sum = 0.0;

        if (seL4_MessageInfo_get_label(info) == ADD) {
            numbers[count++ * STEP / sizeof(seL4_Word)] = seL4_GetMR(0);
            printf("C server: client %lu adds %lu\n", client, seL4_GetMR(0));
        }
        for (seL4_Word i = 0; i < count; i++)
            sum += (double)numbers[i * STEP / sizeof(seL4_Word)];
        seL4_SetMR(0, count);
        seL4_SetMR(1, (seL4_Word)(sum * 100.0 / (double)(count > 0 ? count : 1)));
        info = seL4_ReplyRecv(REQUESTS, seL4_MessageInfo_new(0, 0, 0, 2), &client);
    }
}
