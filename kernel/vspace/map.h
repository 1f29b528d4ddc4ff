/* SPDX-License-Identifier: MIT */
/* The checks that mapping pages and mapping tables share. */
#ifndef KERNEL_MAP_H
#define KERNEL_MAP_H

#include "kernel/entry/invocation.h"

/* The first half of map_find_root, where other checks come in between. */
enum outcome map_check_vspace(struct invocation *inv, struct cap vspace);

/* The VSpace given as the first extra capability: InvalidCapability unless it is a VSpace root that
   its ASID still names, FailedLookup if the ASID names nothing. */
enum outcome map_find_root(struct invocation *inv, struct cap vspace, kaddr *root, uint64_t *asid);

#endif
