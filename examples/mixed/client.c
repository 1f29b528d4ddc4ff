/* SPDX-License-Identifier: MIT */
/* A client in C, of a server in Lua. Its argument says what it asks for. */
#include <sel4/sel4.h>
#include <stdio.h>

enum { SPELLER = 1 };

int main(seL4_Word number);
int main(seL4_Word number)
{
    seL4_MessageInfo_t info;

    seL4_SetMR(0, number);
    info = seL4_Call(SPELLER, seL4_MessageInfo_new(0, 0, 0, 1));
    printf("C client: %lu is ", number);
    for (seL4_Word i = 0; i < seL4_MessageInfo_get_length(info); i++)
        putchar((int)seL4_GetMR((int)i));
    printf("\n");
    return (int)number;
}
