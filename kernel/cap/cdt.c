/* SPDX-License-Identifier: MIT */
/* The capability derivation tree: which capability was made from which.
 *
 * The tree is not stored as pointers to parents. All capabilities of the system stand in one doubly
 * linked list, in the order in which a walk of the tree from its roots would meet them: a parent
 * directly before its descendants. Whether the next one in the list is a descendant is decided by
 * looking at the two (cdt_is_parent_of):
 *
 *     sentinel <-> Untyped U <-> TCB <-> CNode <-> CNode' <-> Endpoint <-> Endpoint 7 <-> Untyped V
 *                  original    |        original  copy      original     original, badge 7
 *                     \________|___________/________/___________/____________/
 *                       all lie in its memory            badge 7 is a child of the unbadged one
 *
 * A capability a is an ancestor of one further on when
 *   - a is an original (is_revocable): it came from Retype, or its badge was set when it was made;
 *   - the other's object is a's object or lies within it (cap_same_region);
 *   - for a badged a: the other has the same badge and does not begin a family of its own.
 * Copies are not revocable, so they have no children: a copy's copy is its sibling. This is why a
 * capability has at most: untyped, object, badged, copy as its levels, and why one flat list will
 * do.
 *
 * What must hold, and kernel_check looks at:
 *   - previous and next are each other's inverse, and the list begins and ends at the sentinel;
 *   - empty slots are in no list, occupied ones are (those of a thread and of the interrupt table
 *     included);
 *   - all capabilities to one object stand side by side, hence cdt_is_final only asks neighbours;
 *   - descendants of a capability follow it without a stranger in between, hence revocation deletes
 *     the next one until it is no descendant. */
#include "kernel/cap/cdt.h"

#include "kernel/entry/invocation.h"
/* --- links ---------------------------------------------------------------------------------- */

/* The address of a slot fits into 62 bits. */
static void set_next(struct slot *slot, kaddr next)
{
    slot->node.next = next & ((UINT64_C(1) << 62) - 1);
}

/* Puts the slot behind `before`; an original begins a family. The node is written at once: bits put
   into a word one by one have to be waited for when it is read. */
static void link_after(struct kernel *k, struct slot *before, struct slot *slot, bool is_original)
{
    kaddr address = kernel_address(k, slot);
    struct slot *after = slot_at(k, before->node.next);

    kassert(before != slot);
    slot->node = (struct cdt_node){.previous = kernel_address(k, before),
                                   .next = before->node.next,
                                   .is_revocable = is_original,
                                   .is_first_badged = is_original};
    set_next(before, address);
    if (after)
        after->node.previous = address;
}

/* Lets the neighbours of a slot point at `self` instead; `self` may be the slot itself. An empty
   slot has no neighbours. */
static void relink_neighbours(struct kernel *k, struct slot *slot, kaddr self)
{
    struct slot *previous = slot_at(k, slot->node.previous);
    struct slot *next = slot_at(k, slot->node.next);

    kassert(is_aligned(self, 3));
    if (previous)
        set_next(previous, self);
    if (next)
        next->node.previous = self;
}

/* The list ends with a zero link; the sentinel is only its beginning. */
struct slot *cdt_next(struct kernel *k, const struct slot *slot)
{
    return slot_at(k, slot->node.next);
}

struct slot *cdt_previous(struct kernel *k, const struct slot *slot)
{
    struct slot *previous = slot_at(k, slot->node.previous);

    return previous == &k->cdt_sentinel ? NULL : previous;
}

/* --- questions -------------------------------------------------------------------------------- */

/* Asked of two slots of which b stands somewhere behind a. All the rules of the tree are here;
   the rest of this file only keeps the order. */
bool cdt_is_parent_of(const struct slot *a, const struct slot *b)
{
    uint64_t badge;

    if (!a->node.is_revocable || !cap_same_region(a->cap, b->cap))
        return false;
    badge = cap_badge(a->cap);
    return badge == 0 || (badge == cap_badge(b->cap) && !b->node.is_first_badged);
}

/* Descendants stand directly behind their ancestor, so one look suffices. */
struct slot *cdt_first_child(struct kernel *k, const struct slot *slot)
{
    struct slot *next = cdt_next(k, slot);

    return next && cdt_is_parent_of(slot, next) ? next : NULL;
}

/* All capabilities to an object stand side by side, so the neighbours tell. */
bool cdt_is_first(struct kernel *k, const struct slot *slot)
{
    const struct slot *previous = cdt_previous(k, slot);

    return !previous || !cap_same_object(previous->cap, slot->cap);
}

struct tcb *cdt_first_of_thread(struct kernel *k, const struct slot *slot)
{
    if (cap_type(slot->cap) != CAP_TCB || !cdt_is_first(k, slot))
        return NULL;
    return tcb_at(k, slot->cap.tcb.object);
}

bool cdt_is_final(struct kernel *k, const struct slot *slot)
{
    const struct slot *previous = cdt_previous(k, slot);
    const struct slot *next = cdt_next(k, slot);

    kassert(!cap_is_null(slot->cap));
    if (previous && cap_same_object(previous->cap, slot->cap))
        return false;
    return !next || !cap_same_object(slot->cap, next->cap);
}

/* --- changes ---------------------------------------------------------------------------------- */

/* Empty in both senses: no capability, and no place in the list. */
static bool slot_is_empty(const struct slot *slot)
{
    return cap_is_null(slot->cap) && slot->node.previous == 0 && slot->node.next == 0;
}

/* An original without a parent: not linked to anything before it by derivation. */
void cdt_insert_root(struct kernel *k, struct cap cap, struct slot *slot)
{
    cdt_insert_new_object(k, cap, &k->cdt_sentinel, slot);
}

/* Directly behind the untyped, before what was made from it earlier: kernel_check counts on
   that order. */
void cdt_insert_new_object(struct kernel *k, struct cap cap, struct slot *parent,
                           struct slot *slot)
{
    kassert(slot_is_empty(slot));
    kassert(!cap_is_null(cap));
    slot->cap = cap;
    link_after(k, parent, slot, true);
}

/* An untyped of which a copy exists must not be given out twice: both count as full. */
static void fill_copied_untyped(struct slot *source, struct cap copy)
{
    struct cap *cap = &source->cap;

    if (cap_type(*cap) == CAP_UNTYPED && cap_type(copy) == CAP_UNTYPED &&
        cap->untyped.object == copy.untyped.object &&
        cap->untyped.size_bits == copy.untyped.size_bits)
        cap->untyped.free_bytes = UINT64_C(1) << cap->untyped.size_bits;
}

/* Behind the source: a copy is a sibling that follows it, a newly badged one its child. */
void cdt_insert(struct kernel *k, struct cap cap, struct slot *source, struct slot *slot)
{
    kassert(!cap_is_null(source->cap) && source->node.previous != 0);
    kassert(slot_is_empty(slot));
    kassert(!cap_is_null(cap));
    fill_copied_untyped(source, cap);
    slot->cap = cap;
    link_after(k, source, slot, cap_is_revocable(cap, source->cap));
}

/* The same, where it is known what comes of it: never an original. */
void cdt_insert_reply(struct kernel *k, struct cap cap, struct slot *master, struct slot *slot)
{
    kassert(cap_type(cap) == CAP_REPLY && cap_type(master->cap) == CAP_REPLY);
    kassert(slot_is_empty(slot));
    slot->cap = cap;
    link_after(k, master, slot, false);
}

/* The new slot takes the old one's place, flags and all, so ancestors and descendants notice
   nothing. */
void cdt_move(struct kernel *k, struct cap cap, struct slot *source, struct slot *slot)
{
    kassert(!cap_is_null(cap));
    kassert(source->node.previous != 0);
    kassert(slot_is_empty(slot));
    slot->cap = cap;
    slot->node = source->node;
    source->cap = cap_null();
    source->node = (struct cdt_node){0};
    relink_neighbours(k, slot, kernel_address(k, slot));
}

/* The slots may be neighbours; relinking one before the other is written keeps both ends right. */
void cdt_swap(struct kernel *k, struct cap cap_a, struct slot *a, struct cap cap_b, struct slot *b)
{
    struct cdt_node node_a = a->node;

    kassert(a != b);
    a->cap = cap_b;
    b->cap = cap_a;
    /* a's neighbours first learn of b. If b is one of them, this writes into b's own links, which
       are read only now; the second round then joins the two the right way round. */
    relink_neighbours(k, a, kernel_address(k, b));
    a->node = b->node;
    b->node = node_a;
    relink_neighbours(k, a, kernel_address(k, a));
    relink_neighbours(k, b, kernel_address(k, b));
}

/* What descended from it now descends from its ancestors: nothing else is to be done. */
void cdt_remove(struct kernel *k, struct slot *slot)
{
    struct slot *previous = slot_at(k, slot->node.previous);
    struct slot *next = slot_at(k, slot->node.next);

    kassert(previous != NULL);
    set_next(previous, slot->node.next);
    if (next) {
        next->node.previous = slot->node.previous;
        /* The first of a badged family goes: the next one of that family takes its place. */
        if (slot->node.is_first_badged)
            next->node.is_first_badged = true;
    }
    slot->cap = cap_null();
    slot->node = (struct cdt_node){0};
}

/* --- copies ---------------------------------------------------------------------------------- */

struct cap cap_derive_or_null(struct kernel *k, struct slot *slot, struct cap cap)
{
    switch (cap_type(cap)) {
    case CAP_UNTYPED:
        return cdt_first_child(k, slot) ? cap_null() : cap;
    case CAP_PAGE_TABLE:
        return cap.page_table.is_mapped ? cap : cap_null();
    case CAP_FRAME:
        return cap_frame_mapped(cap, 0, 0);
    case CAP_ZOMBIE:
    case CAP_IRQ_CONTROL:
    case CAP_REPLY:
        return cap_null();
    default:
        break;
    }
    return cap;
}

enum outcome cap_derive(struct invocation *inv, struct slot *slot, struct cap cap,
                        struct cap *derived)
{
    *derived = cap_derive_or_null(inv->kernel, slot, cap);
    if (!cap_is_null(*derived))
        return DONE;
    if (cap_type(cap) == CAP_UNTYPED)
        return refuse_copy(inv, slot, SEL4_REVOKE_FIRST,
                           "an untyped that has children cannot be copied; revoke it first");
    if (cap_type(cap) == CAP_PAGE_TABLE)
        return refuse_copy(inv, slot, SEL4_ILLEGAL_OPERATION,
                           "a page table that is neither mapped nor a root cannot be copied; map "
                           "or move it");
    return DONE;
}
