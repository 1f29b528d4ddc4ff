/* SPDX-License-Identifier: MIT */
#ifndef SEL4_BOOTINFO_H
#define SEL4_BOOTINFO_H

#include <sel4/types.h>

/* Where the extra boot information begins, in bytes from the start of a seL4_BootInfo. */
enum { seL4_BootInfoFrameBits = seL4_PageBits, seL4_BootInfoFrameSize = 1 << seL4_PageBits };

/* What the root task was told at its start; NULL in any other process. */
seL4_BootInfo *seL4_GetBootInfo(void);

#endif
