/* SPDX-License-Identifier: MIT */
/* The guarded, multi-level CSpace: one CNode a step, each taking its guard and its radix off the
 * top of what is left of the address.
 *
 *     address, `depth` bits:   | guard bits | index: radix bits | left for the next CNode ... |
 *                                 must equal    picks a slot
 *                                 the guard
 *
 * The walk ends where all bits are used, or at a capability that is no CNode. Failures are recorded
 * with the figures that a fault message or an error reply carries (manual section 3.4). */
#include "kernel/cap/lookup.h"

/* A failure with figures that not every kind has; the unused ones are 0. */
static struct lookup failed(struct lookup_fault fault)
{
    return (struct lookup){.slot = NULL, .fault = fault};
}

/* Whether the `bits` address bits left begin with the CNode's guard. */
static inline bool guard_matches(struct cap cnode, uint64_t cptr, unsigned bits)
{
    unsigned size = cnode.cnode.guard_size;

    return size == 0 ||
           (size <= bits && ((cptr >> (bits - size)) & mask_bits(size)) == cnode.cnode.guard);
}

/* Why `bits` address bits, if they are not enough or do not match, cannot pass this CNode. The
   guard comes first. */
static struct lookup level_failure(struct cap cnode, uint64_t cptr, unsigned bits)
{
    struct lookup_fault fault = {.bits_left = (uint8_t)bits};

    if (!guard_matches(cnode, cptr, bits)) {
        fault.failure = LOOKUP_GUARD_MISMATCH;
        fault.guard_found = cnode.cnode.guard;
        fault.bits_found = cnode.cnode.guard_size;
    } else {
        fault.failure = LOOKUP_DEPTH_MISMATCH;
        fault.bits_found = (uint8_t)(cnode.cnode.guard_size + cnode.cnode.radix);
    }
    return failed(fault);
}

/* One level a round:
 *
 *     CPtr 0x2a5, 12 bits left;   CNode: guard 0x2 of 4 bits, radix 4
 *       |2|a|5|   guard 2 matches, slot 0xa of 16; if that holds a CNode, 4 bits are left for it
 *
 * It ends when no bits are left, or at a capability that is no CNode. Manual section 3.3. */
struct lookup lookup_resolve(struct kernel *k, struct cap root, uint64_t cptr, unsigned depth)
{
    struct cap cnode = root;
    unsigned bits = depth;

    kassert(depth >= 1 && depth <= WORD_BITS);
    if (cap_type(root) != CAP_CNODE)
        return failed((struct lookup_fault){.failure = LOOKUP_INVALID_ROOT});
    /* Every level takes at least one bit, so this ends. */
    for (;;) {
        unsigned level = cnode.cnode.guard_size + cnode.cnode.radix;

        kassert(level > 0);
        if (level > bits || !guard_matches(cnode, cptr, bits))
            return level_failure(cnode, cptr, bits);
        bits -= level;

        uint64_t index = (cptr >> bits) & mask_bits(cnode.cnode.radix);
        struct slot *slot = slot_at(k, cnode.cnode.object) + index;

        if (bits == 0 || cap_type(slot->cap) != CAP_CNODE)
            return (struct lookup){.slot = slot, .bits_left = bits};
        cnode = slot->cap;
    }
}

struct lookup lookup_in_thread(struct kernel *k, struct tcb *t, uint64_t cptr)
{
    struct slot *slot = lookup_one_level(k, t, cptr);

    if (slot != NULL)
        return (struct lookup){.slot = slot};
    return lookup_resolve(k, t->slots[TCB_SLOT_CSPACE].cap, cptr, WORD_BITS);
}

/* What is wrong with a resolved address that is to name exactly one slot. */
static struct lookup resolve_exactly(struct kernel *k, struct cap root, uint64_t index,
                                     unsigned depth)
{
    struct lookup found = lookup_resolve(k, root, index, depth);

    kassert(cap_type(root) == CAP_CNODE);
    if (found.slot && found.bits_left != 0)
        return failed((struct lookup_fault){.failure = LOOKUP_DEPTH_MISMATCH,
                                            .bits_left = (uint8_t)found.bits_left});
    return found;
}

/* By enum lookup_role: what to say of a root that is no CNode, a depth, an address. */
static const struct {
    const char *root, *depth, *slot;
} phrases[] = {
    [ROLE_SLOT] = {"the object invoked is not a CNode", "depth is no number of bits",
                   "index and depth lead to no slot"},
    [ROLE_ROOTED] = {"root is not a CNode", "depth is no number of bits",
                     "root, index and depth lead to no slot"},
    [ROLE_DESTINATION] = {"the object invoked is not a CNode", "dest_depth is no number of bits",
                          "dest_index and dest_depth lead to no slot"},
    [ROLE_SOURCE] = {"src_root is not a CNode", "src_depth is no number of bits",
                     "src_root, src_index and src_depth lead to no slot"},
    [ROLE_PIVOT] = {"pivot_root is not a CNode", "pivot_depth is no number of bits",
                    "pivot_root, pivot_index and pivot_depth lead to no slot"},
    [ROLE_NODE] = {"root is not a CNode", "node_depth is no number of bits",
                   "root, node_index and node_depth lead to no slot"},
};

/* For methods that name a slot by root, index and depth: the root must be a CNode, and all bits
   used. */
enum outcome lookup_target(struct invocation *inv, struct lookup_target target, struct slot **slot)
{
    struct lookup found;

    if (cap_type(target.root) != CAP_CNODE)
        return refuse_lookup(inv, target.side,
                             (struct lookup_fault){.failure = LOOKUP_INVALID_ROOT},
                             phrases[target.role].root);
    if (target.depth < 1 || target.depth > WORD_BITS)
        return refuse_range(inv, 1, WORD_BITS, phrases[target.role].depth);

    found = resolve_exactly(inv->kernel, target.root, target.index, (unsigned)target.depth);
    if (!found.slot)
        return refuse_lookup(inv, target.side, found.fault, phrases[target.role].slot);
    *slot = found.slot;
    return DONE;
}

/* The receiver's own words, so anything may be wrong with them; then nothing is received, and
   that is no error of the sender's. */
struct slot *lookup_receive_slot(struct kernel *k, struct tcb *receiver,
                                 const struct ipc_buffer *buffer)
{
    struct lookup root = lookup_in_thread(k, receiver, user_word_load(&buffer->receive_cnode));
    uint64_t depth = user_word_load(&buffer->receive_depth);
    struct lookup found;

    if (!root.slot || cap_type(root.slot->cap) != CAP_CNODE)
        return NULL;
    if (depth < 1 || depth > WORD_BITS)
        return NULL;
    found = resolve_exactly(k, root.slot->cap, user_word_load(&buffer->receive_index),
                            (unsigned)depth);
    return found.slot && cap_is_null(found.slot->cap) ? found.slot : NULL;
}
