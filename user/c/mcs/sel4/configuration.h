/* SPDX-License-Identifier: MIT */
/* How a program for the MCS kernel notices that it runs in the classic one: where its boot
   information tells of one slot for each processor, that one's tells of untyped memory. */
#ifndef SEL4_CONFIGURATION_H
#define SEL4_CONFIGURATION_H

#include <sel4/bootinfo.h>

#define SEL4_WRONG_KERNEL "this program is for the MCS kernel; run it with --mcs\n"

static inline seL4_Bool sel4_is_wrong_kernel(const seL4_BootInfo *info)
{
    return info->schedcontrol.end - info->schedcontrol.start != info->numNodes;
}

#endif
