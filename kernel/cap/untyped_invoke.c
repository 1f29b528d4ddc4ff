/* SPDX-License-Identifier: MIT */
/* Untyped_Retype: what is asked for, checked in seL4's order. Manual section 3.1.1 and 2.4. */
#include "kernel/cap/cdt.h"
#include "kernel/cap/lookup.h"
#include "kernel/cap/untyped.h"
#include "kernel/entry/methods.h"
#include "kernel/flavour.h"

/* Message words. */
enum { WORD_TYPE, WORD_SIZE, WORD_INDEX, WORD_DEPTH, WORD_OFFSET, WORD_COUNT, WORDS };

static enum object_type type_of_number(const struct kernel *k, uint64_t number)
{
    if (number == OBJECT_NUMBER_LUA_HEAP)
        return OBJECT_LUA_HEAP;
    if (number >= k->flavour->object_number_count)
        return OBJECT_NONE;
    return (enum object_type)k->flavour->object_of_number[number];
}

/* Words 0 and 1. Types of one size ignore the size, but not one that no word could hold. */
static enum outcome check_type_and_size(struct invocation *inv, struct retype_request *r)
{
    uint64_t size = invocation_word(inv, WORD_SIZE);

    r->type = type_of_number(inv->kernel, invocation_word(inv, WORD_TYPE));
    if (r->type == OBJECT_NONE)
        return refuse_argument(inv, 0, "type is no number of an object type");
    if (size >= WORD_BITS)
        return refuse_range(inv, 0, MAX_UNTYPED_BITS, "size_bits is not the size of an object");
    r->size_bits = (unsigned)size;
    r->object_bits = object_size_bits(inv->kernel, r->type, r->size_bits);
    if (r->object_bits > MAX_UNTYPED_BITS)
        return refuse_range(inv, 0, MAX_UNTYPED_BITS, "size_bits is too large for any object");
    if (r->type == OBJECT_CNODE && size == 0)
        return refuse_argument(inv, 1,
                               "size_bits is too small; a CNode has at least two slots, size_bits "
                               "1");
    if (r->type == OBJECT_UNTYPED && size < MIN_UNTYPED_BITS)
        return refuse_argument(inv, 1,
                               "size_bits is too small; an untyped has at least 16 bytes, "
                               "size_bits 4");
    if (r->type == OBJECT_SCHED_CONTEXT && size < MIN_SCHED_CONTEXT_BITS)
        return refuse_argument(inv, 1,
                               "size_bits is too small; a scheduling context has at least 128 "
                               "bytes, size_bits 7");
    if (r->type == OBJECT_LUA_HEAP && (size < LUA_HEAP_BITS_MIN || size > LUA_HEAP_BITS_MAX))
        return refuse_range(inv, LUA_HEAP_BITS_MIN, LUA_HEAP_BITS_MAX,
                            "size_bits is not that of a Lua heap, 64 KiB to 1 GiB");
    return DONE;
}

static const char *const node_why = "node_index and node_depth lead to no CNode";

/* The CNode that receives the capabilities: the root itself (depth 0) or one found in it. */
static enum outcome find_cnode(struct invocation *inv, struct cap *cnode)
{
    uint64_t depth = invocation_word(inv, WORD_DEPTH);
    struct lookup_fault fault = {.failure = LOOKUP_MISSING_CAPABILITY};

    *cnode = inv->extra[0]->cap;
    if (depth != 0) {
        struct lookup_target target = {.root = *cnode,
                                       .index = invocation_word(inv, WORD_INDEX),
                                       .depth = depth,
                                       .side = SIDE_TARGET,
                                       .role = ROLE_NODE};
        struct slot *slot;

        TRY(lookup_target(inv, target, &slot));
        *cnode = slot->cap;
        fault.bits_left = (uint8_t)depth;
    }
    if (cap_type(*cnode) != CAP_CNODE)
        return refuse_lookup(inv, SIDE_TARGET, fault,
                             depth == 0 ? "root is not a CNode" : node_why);
    return DONE;
}

/* The window must lie inside the CNode, be no larger than one call may fill, and be empty. */
static enum outcome check_window(struct invocation *inv, struct cap cnode,
                                 struct retype_request *r)
{
    uint64_t slots = UINT64_C(1) << cnode.cnode.radix;
    uint64_t offset = invocation_word(inv, WORD_OFFSET);
    uint64_t count = invocation_word(inv, WORD_COUNT);

    kassert(cap_type(cnode) == CAP_CNODE);
    if (offset > slots - 1)
        return refuse_range(inv, 0, slots - 1, "node_offset lies outside the CNode");
    if (count < 1 || count > RETYPE_FAN_OUT_MAX)
        return refuse_range(inv, 1, RETYPE_FAN_OUT_MAX,
                            "num_objects is too few or too many for one call");
    if (count > slots - offset)
        return refuse_range(inv, 1, slots - offset,
                            "num_objects slots from node_offset on run past the end of the CNode");
    r->first = slot_at(inv->kernel, cnode.cnode.object) + offset;
    r->count = (unsigned)count;
    for (unsigned i = 0; i < r->count; i++)
        if (!cap_is_null(r->first[i].cap))
            return refuse_occupied(inv, r->first + i, offset + i, "from node_offset on");
    return DONE;
}

/* The watermark is rounded up only after this: what the rounding takes is not counted, as in
   seL4. */
static enum outcome check_memory(struct invocation *inv, struct retype_request *r)
{
    struct cap untyped = inv->slot->cap;
    uint64_t size = UINT64_C(1) << untyped.untyped.size_bits;
    uint64_t used;

    kassert(cap_type(inv->slot->cap) == CAP_UNTYPED);
    r->needs_reset = cdt_first_child(inv->kernel, inv->slot) == NULL;
    used = r->needs_reset ? 0 : untyped.untyped.free_bytes;
    if ((size - used) >> r->object_bits < r->count)
        return refuse_memory(inv, size - used,
                             "the untyped has no room for num_objects of this type and size_bits; "
                             "revoke it, or use another one");
    if (untyped.untyped.is_device && r->type != OBJECT_UNTYPED && r->type != OBJECT_GIGA_PAGE &&
        r->type != OBJECT_MEGA_PAGE && r->type != OBJECT_4K_PAGE)
        return refuse_argument(inv, 1,
                               "type is neither Untyped nor a frame, and the memory is a device's");
    r->memory = align_up(untyped.untyped.object + used, r->object_bits);
    return DONE;
}

/* seL4's order: message, type and size, destination CNode, window, memory. */
enum outcome untyped_invoke(struct invocation *inv)
{
    struct retype_request r = {.parent = inv->slot};
    struct cap cnode;

    kassert(cap_type(inv->slot->cap) == CAP_UNTYPED);
    if (inv->method != METHOD_UNTYPED_RETYPE)
        return refuse_method(inv);
    if (inv->length < WORDS || inv->extra[0] == NULL)
        return refuse_truncated(inv);
    TRY(check_type_and_size(inv, &r));
    TRY(find_cnode(inv, &cnode));
    TRY(check_window(inv, cnode, &r));
    TRY(check_memory(inv, &r));
    return untyped_retype(inv->kernel, &r);
}
