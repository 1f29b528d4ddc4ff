/* SPDX-License-Identifier: MIT */
/* A slot: a place for one capability, in a CNode, in a thread or in the kernel's own table. */
#ifndef KERNEL_SLOT_H
#define KERNEL_SLOT_H

#include "kernel/cap/cap.h"

/* Where the capability stands in the derivation tree, which is kept as a list (cap/cdt.c). An
   address does not need all 64 bits, which leaves two for the flags. All zero in an empty slot. */
struct cdt_node {
    kaddr previous;
    uint64_t next : 62;       /* kaddr of a slot */
    uint64_t is_revocable : 1;   /* an original: may have children */
    uint64_t is_first_badged : 1; /* begins a new family of badged capabilities */
};

struct slot {
    struct cap cap;
    struct cdt_node node;
};

_Static_assert(sizeof(struct slot) == 32, "a slot is 32 bytes");

#endif
