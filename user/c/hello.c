/* SPDX-License-Identifier: MIT */
#include <sel4/sel4.h>
#include <stdio.h>

int main(void)
{
    const seL4_BootInfo *info = seL4_GetBootInfo();

    printf("Hello from RISC-V code.\n");
    printf("%lu free slots, %lu pieces of untyped memory\n", info->empty.end - info->empty.start,
           info->untyped.end - info->untyped.start);
    return 0;
}
