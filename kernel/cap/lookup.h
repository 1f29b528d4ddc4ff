/* SPDX-License-Identifier: MIT */
/* From numbers to slots: the guarded, multi-level CSpace. Manual section 3.3. */
#ifndef KERNEL_LOOKUP_H
#define KERNEL_LOOKUP_H

#include "kernel/entry/invocation.h"

struct lookup {
    struct slot *slot;        /* NULL if it failed */
    unsigned bits_left;       /* of the address, not used when a capability was no CNode */
    struct lookup_fault fault;
};

/* Resolves `depth` low bits of cptr, 1 to 64, from the CNode capability `root`. */
struct lookup lookup_resolve(struct kernel *k, struct cap root, uint64_t cptr, unsigned depth);

/* The same for a thread whose CSpace is one CNode that takes the whole address, as nearly all are;
   NULL: it is not, or the guard differs. */
static inline struct slot *lookup_one_level(struct kernel *k, const struct tcb *t, uint64_t cptr)
{
    struct cap root = t->slots[TCB_SLOT_CSPACE].cap;

    if (cap_type(root) != CAP_CNODE || root.cnode.radix + root.cnode.guard_size != WORD_BITS ||
        cptr >> root.cnode.radix != root.cnode.guard)
        return NULL;
    return slot_at(k, root.cnode.object) + (cptr & mask_bits(root.cnode.radix));
}

/* A CPtr in a thread's CSpace, as system calls use them. */
struct lookup lookup_in_thread(struct kernel *k, struct tcb *t, uint64_t cptr);

/* Address and depth in a CNode, as CNode methods use them: exactly `depth` bits must resolve. */
enum lookup_role { ROLE_SLOT, ROLE_ROOTED, ROLE_DESTINATION, ROLE_SOURCE, ROLE_PIVOT, ROLE_NODE };
struct lookup_target {
    struct cap root;
    uint64_t index;
    uint64_t depth;
    enum lookup_side side;
    enum lookup_role role; /* which parameters these are, for the explanation */
};
enum outcome lookup_target(struct invocation *inv, struct lookup_target target, struct slot **slot);

/* The slot for a capability that a message brings, as the receiver's IPC buffer names it; NULL when
   it names none that is there and empty. */
struct slot *lookup_receive_slot(struct kernel *k, struct tcb *receiver,
                                 const struct ipc_buffer *buffer);

#endif
