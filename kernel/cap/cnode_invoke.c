/* SPDX-License-Identifier: MIT */
/* Methods of CNodes: copying, moving and deleting capabilities. Manual section 3.1.2.
 *
 * The first thing every method does is to look up the slot it works on; only then come the checks
 * that differ. That order is seen by users. */
#include "kernel/cap/cdt.h"
#include "kernel/cap/delete.h"
#include "kernel/cap/lookup.h"
#include "kernel/entry/methods.h"
#include "kernel/ipc/endpoint.h"

static const char *const source_empty_why =
    "src_root, src_index and src_depth lead to an empty slot";

/* Methods that name a second slot call the first one the destination. */
static bool has_source(const struct invocation *inv)
{
    return inv->method == METHOD_CNODE_COPY || inv->method == METHOD_CNODE_MINT ||
           inv->method == METHOD_CNODE_MOVE || inv->method == METHOD_CNODE_MUTATE ||
           inv->method == METHOD_CNODE_ROTATE;
}

/* The slot named by message words `word` (index) and `word + 1` (depth) in the invoked CNode. */
static enum outcome target_slot(struct invocation *inv, unsigned word, struct slot **slot)
{
    struct lookup_target target = {.root = inv->slot->cap,
                                   .index = invocation_word(inv, word),
                                   .depth = invocation_word(inv, word + 1),
                                   .side = SIDE_TARGET,
                                   .role = has_source(inv) ? ROLE_DESTINATION : ROLE_SLOT};

    return lookup_target(inv, target, slot);
}

/* The same in another CNode, given as an extra capability. */
static enum outcome source_slot(struct invocation *inv, unsigned extra, unsigned word,
                                enum lookup_role role, struct slot **slot)
{
    struct lookup_target target = {.root = inv->extra[extra]->cap,
                                   .index = invocation_word(inv, word),
                                   .depth = invocation_word(inv, word + 1),
                                   .side = SIDE_SOURCE,
                                   .role = role};

    return lookup_target(inv, target, slot);
}

/* An empty source: what the user reads as bits left is the depth it gave. */
static enum outcome refuse_empty(struct invocation *inv, enum lookup_side side, uint64_t depth,
                                 const char *why)
{
    struct lookup_fault fault = {.failure = LOOKUP_MISSING_CAPABILITY, .bits_left = (uint8_t)depth};

    return refuse_lookup(inv, side, fault, why);
}

/* --- Copy, Mint, Move, Mutate ----------------------------------------------------------------- */

/* Source and destination of the four, checked. */
struct pair {
    struct slot *source;
    struct slot *destination;
};

static enum outcome read_pair(struct invocation *inv, struct slot *destination, struct pair *pair)
{
    pair->destination = destination;
    if (inv->length < 4 || inv->extra[0] == NULL)
        return refuse_truncated(inv);
    if (!cap_is_null(destination->cap))
        return refuse_occupied(inv, destination, invocation_word(inv, 0), "dest_index");
    TRY(source_slot(inv, 0, 2, ROLE_SOURCE, &pair->source));
    if (cap_is_null(pair->source->cap))
        return refuse_empty(inv, SIDE_SOURCE, invocation_word(inv, 3), source_empty_why);
    return DONE;
}

static const char *const uncopyable_why = "the source in slot src_index cannot be copied; move it";
static const char *const unmintable_why =
    "the source in slot src_index does not take this badge; it has one already, or it is a guard "
    "that does not fit, or it cannot be copied at all";

/* Copies the source with fewer rights and, for Mint, other data. */
static enum outcome copy(struct invocation *inv, struct pair pair, uint64_t rights,
                         const uint64_t *data)
{
    struct cap cap = cap_mask_rights(pair.source->cap, rights);
    struct cap derived;

    if (data)
        cap = cap_update_data(cap, *data, MAY_SET_BADGE);
    TRY(cap_derive(inv, pair.source, cap, &derived));
    if (cap_is_null(derived))
        return refuse_illegal(inv, data ? unmintable_why : uncopyable_why);
    cdt_insert(inv->kernel, derived, pair.source, pair.destination);
    return DONE;
}

static enum outcome invoke_copy(struct invocation *inv, struct pair pair)
{
    if (inv->length < 5)
        return refuse_truncated(inv);
    return copy(inv, pair, invocation_word(inv, 4), NULL);
}

static enum outcome invoke_mint(struct invocation *inv, struct pair pair)
{
    uint64_t data;

    if (inv->length < 6)
        return refuse_truncated(inv);
    data = invocation_word(inv, 5);
    return copy(inv, pair, invocation_word(inv, 4), &data);
}

/* Keeps the place in the tree: who could revoke the old one can revoke this one. */
static enum outcome invoke_move(struct invocation *inv, struct pair pair)
{
    cdt_move(inv->kernel, pair.source->cap, pair.source, pair.destination);
    return DONE;
}

/* A Move that changes the guard; badges cannot be changed on the way. */
static enum outcome invoke_mutate(struct invocation *inv, struct pair pair)
{
    struct cap cap;

    if (inv->length < 5)
        return refuse_truncated(inv);
    cap = cap_update_data(pair.source->cap, invocation_word(inv, 4), MUST_PRESERVE_BADGE);
    if (cap_is_null(cap))
        return refuse_illegal(inv,
                              "badge does not suit the source: Mutate sets no badge, only a guard "
                              "that fits; use Mint");
    cdt_move(inv->kernel, cap, pair.source, pair.destination);
    return DONE;
}

/* --- Rotate ---------------------------------------------------------------------------------- */

/* Moves pivot to destination and source to where pivot was, each with new data. */
struct rotation {
    struct slot *destination, *pivot, *source;
    struct cap pivot_cap, source_cap;
};

/* Words: destination index, depth; pivot data, index, depth; source data, index, depth. */
static enum outcome read_rotation(struct invocation *inv, struct rotation *r)
{
    if (inv->length < 8 || inv->extra[0] == NULL || inv->extra[1] == NULL)
        return refuse_truncated(inv);
    TRY(source_slot(inv, 1, 6, ROLE_SOURCE, &r->source));
    TRY(source_slot(inv, 0, 3, ROLE_PIVOT, &r->pivot));
    if (r->pivot == r->source || r->pivot == r->destination)
        return refuse_illegal(inv,
                              "pivot_index leads to the slot of the source or the destination; "
                              "choose a third one");
    if (r->source != r->destination && !cap_is_null(r->destination->cap))
        return refuse_occupied(inv, r->destination, invocation_word(inv, 0), "dest_index");
    if (cap_is_null(r->source->cap))
        return refuse_empty(inv, SIDE_SOURCE, invocation_word(inv, 7), source_empty_why);
    if (cap_is_null(r->pivot->cap))
        return refuse_empty(inv, SIDE_TARGET, invocation_word(inv, 4),
                            "pivot_root, pivot_index and pivot_depth lead to an empty slot");

    r->source_cap = cap_update_data(r->source->cap, invocation_word(inv, 5), MUST_PRESERVE_BADGE);
    r->pivot_cap = cap_update_data(r->pivot->cap, invocation_word(inv, 2), MUST_PRESERVE_BADGE);
    if (cap_is_null(r->source_cap))
        return refuse_illegal(inv,
                              "pivot_badge does not suit the source: only a guard that fits a "
                              "CNode can be set");
    if (cap_is_null(r->pivot_cap))
        return refuse_illegal(inv,
                              "dest_badge does not suit the pivot: only a guard that fits a CNode "
                              "can be set");
    return DONE;
}

/* Two moves at once, so that no third slot is needed; source and destination may be the same
   slot. */
static enum outcome invoke_rotate(struct invocation *inv, struct slot *destination)
{
    struct rotation r = {.destination = destination};

    TRY(read_rotation(inv, &r));
    if (r.source == r.destination) {
        cdt_swap(inv->kernel, r.source_cap, r.source, r.pivot_cap, r.pivot);
    } else {
        cdt_move(inv->kernel, r.pivot_cap, r.pivot, r.destination);
        cdt_move(inv->kernel, r.source_cap, r.source, r.pivot);
    }
    return DONE;
}

/* --- the others ------------------------------------------------------------------------------ */

/* Only for a capability that could have sent with this badge, and has all rights. */
static enum outcome invoke_cancel_badged_sends(struct invocation *inv, struct slot *slot)
{
    const unsigned all = RIGHT_READ | RIGHT_WRITE | RIGHT_GRANT | RIGHT_GRANT_REPLY;
    struct kernel *k = inv->kernel;

    if (cap_type(slot->cap) != CAP_ENDPOINT || slot->cap.endpoint.rights != all)
        return refuse_illegal(inv,
                              "the slot at index does not hold an endpoint capability with all "
                              "rights");
    if (slot->cap.endpoint.badge == 0)
        return DONE;
    return endpoint_cancel_badged(k, endpoint_at(k, slot->cap.endpoint.object),
                                  slot->cap.endpoint.badge);
}

/* Moves the right to answer the last caller out of the thread. With nobody to answer: no effect. */
static enum outcome invoke_save_caller(struct invocation *inv, struct slot *slot)
{
    struct slot *caller = &inv->thread->slots[TCB_SLOT_CALLER];

    if (!cap_is_null(slot->cap))
        return refuse_occupied(inv, slot, invocation_word(inv, 0), "index");
    if (!cap_is_null(caller->cap))
        cdt_move(inv->kernel, caller->cap, caller, slot);
    return DONE;
}

static enum outcome invoke_with_source(struct invocation *inv, struct slot *slot)
{
    struct pair pair;

    TRY(read_pair(inv, slot, &pair));
    if (inv->method == METHOD_CNODE_COPY)
        return invoke_copy(inv, pair);
    if (inv->method == METHOD_CNODE_MINT)
        return invoke_mint(inv, pair);
    if (inv->method == METHOD_CNODE_MOVE)
        return invoke_move(inv, pair);
    return invoke_mutate(inv, pair);
}

/* All nine name their slot by the first two words; what else they read differs. */
enum outcome cnode_invoke(struct invocation *inv)
{
    struct slot *slot;

    kassert(cap_type(inv->slot->cap) == CAP_CNODE);
    if (inv->method < METHOD_CNODE_REVOKE || inv->method > METHOD_CNODE_SAVE_CALLER)
        return refuse_method(inv);
    if (inv->length < 2)
        return refuse_truncated(inv);
    TRY(target_slot(inv, 0, &slot));

    /* -Wswitch-enum would want every method of every object here: the range was checked above. */
    if (inv->method == METHOD_CNODE_REVOKE)
        return slot_revoke(inv->kernel, slot);
    if (inv->method == METHOD_CNODE_DELETE)
        return slot_delete(inv->kernel, slot);
    if (inv->method == METHOD_CNODE_CANCEL_BADGED_SENDS)
        return invoke_cancel_badged_sends(inv, slot);
    if (inv->method == METHOD_CNODE_SAVE_CALLER)
        return invoke_save_caller(inv, slot);
    if (inv->method == METHOD_CNODE_ROTATE)
        return invoke_rotate(inv, slot);
    return invoke_with_source(inv, slot);
}
