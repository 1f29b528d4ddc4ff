/* SPDX-License-Identifier: MIT */
/* How a program for the classic kernel notices that it runs in the MCS kernel: where its boot
   information tells of untyped memory, that one's tells of one slot for each processor. */
#ifndef SEL4_CONFIGURATION_H
#define SEL4_CONFIGURATION_H

#include <sel4/bootinfo.h>

#define SEL4_WRONG_KERNEL "this program is for the classic kernel; run it without --mcs\n"

static inline seL4_Bool sel4_is_wrong_kernel(const seL4_BootInfo *info)
{
    return info->untyped.end - info->untyped.start == info->numNodes;
}

#endif
