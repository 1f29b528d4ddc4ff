/* SPDX-License-Identifier: MIT */
/* Objects: where they lie, and that no two share memory unless one was made from the other.
 *
 * Retype puts each new object's capability directly behind the untyped's, so in order of
 * derivation the direct children of an untyped lie at falling addresses:
 *
 *     Untyped U  |a   b   c      watermark      |
 *     list:      U, c, (descendants of c), b, (descendants of b), a, ...
 *
 * Hence one walk over U's descendants sees that they are disjoint, inside U and below its
 * watermark, and that all capabilities to one object stand side by side. */
#include "kernel/check/walk.h"
#include "kernel/vspace/vspace.h"

static kaddr end_of(struct cap cap)
{
    return cap.any.object + (UINT64_C(1) << cap_size_bits(cap));
}

/* --- one capability by itself ----------------------------------------------------------------- */

static bool may_be_device(struct cap cap)
{
    return (cap_type(cap) == CAP_UNTYPED && cap.untyped.is_device) ||
           (cap_type(cap) == CAP_FRAME && cap.frame.is_device);
}

static bool size_is_right(struct cap cap)
{
    unsigned bits = cap_size_bits(cap);

    switch (cap_type(cap)) {
    case CAP_UNTYPED:
        return bits >= MIN_UNTYPED_BITS && bits <= MAX_UNTYPED_BITS &&
               cap.untyped.free_bytes <= UINT64_C(1) << bits;
    case CAP_FRAME:
        return bits == PAGE_BITS || bits == MEGA_PAGE_BITS || bits == GIGA_PAGE_BITS;
    case CAP_CNODE:
        return cap.cnode.radix > 0 && cap.cnode.radix + cap.cnode.guard_size <= WORD_BITS;
    case CAP_ZOMBIE:
        return cap.zombie.count <= (cap.zombie.is_tcb ? (uint64_t)TCB_SLOT_COUNT
                                                      : UINT64_C(1) << cap.zombie.radix);
    case CAP_LUA_HEAP:
        return bits >= LUA_HEAP_BITS_MIN && bits <= LUA_HEAP_BITS_MAX;
    case CAP_SCHED_CONTEXT:
        return bits >= MIN_SCHED_CONTEXT_BITS && bits < WORD_BITS;
    default:
        return true;
    }
}

static bool check_object(struct check *c, const struct slot *slot)
{
    struct cap cap = slot->cap;
    kaddr at = kernel_address(c->k, slot);
    unsigned bits = cap_size_bits(cap);

    if (!cap_has_memory(cap))
        return true;
    if (!size_is_right(cap))
        return check_broken(c, "an object has an impossible size: slot", at);
    if (!is_aligned(cap.any.object, cap_type(cap) == CAP_ZOMBIE ? SLOT_BITS : bits))
        return check_broken(c, "an object is not aligned to its size: slot", at);
    if (may_be_device(cap) ? end_of(cap) > RAM_BASE
                           : !check_is_memory(c, cap.any.object, 0, UINT64_C(1) << bits))
        return check_broken(c, "an object lies where it cannot: slot", at);
    if (!may_be_device(cap) && cap.any.object < c->k->free_start)
        return check_broken(c, "an object lies in the kernel's own memory: slot", at);
    return true;
}

/* Whether the capability can be an original beside another one to the same object. */
static bool has_own_badge(struct cap cap)
{
    return (cap_type(cap) == CAP_ENDPOINT && cap.endpoint.badge != 0) ||
           (cap_type(cap) == CAP_NOTIFICATION && cap.notification.badge != 0) ||
           cap_type(cap) == CAP_UNTYPED;
}

static bool check_flags(struct check *c, const struct slot *slot)
{
    kaddr at = kernel_address(c->k, slot);
    const struct slot *next = check_next(c, slot);

    if (cap_type(slot->cap) == CAP_UNTYPED && !slot->node.is_revocable)
        return check_broken(c, "an untyped capability is not an original: slot", at);
    if (slot->node.is_revocable && !check_is_first(c, slot) && !has_own_badge(slot->cap))
        return check_broken(c, "an object has two originals: slot", at);
    if (cap_type(slot->cap) != CAP_ZOMBIE)
        return true;
    if (!cdt_is_final(c->k, slot) || (next && next->cap.any.object == slot->cap.any.object &&
                                      cap_type(next->cap) == CAP_ZOMBIE))
        return check_broken(c, "an object that is being deleted has another capability: slot", at);
    return true;
}

bool check_objects(struct check *c)
{
    for (struct slot *s = check_next(c, &c->k->cdt_sentinel); s; s = check_next(c, s))
        if (!check_object(c, s) || !check_flags(c, s))
            return false;
    return true;
}

/* --- what an untyped has given out ------------------------------------------------------------ */

/* Whether b is a capability to a's object, or to something within it. */
static bool is_within(struct cap a, struct cap b)
{
    return cap_has_memory(b) && b.any.object >= a.any.object && end_of(b) <= end_of(a);
}

/* Looks at one direct child; returns the first slot that is not within it. */
static struct slot *skip_child(const struct check *c, struct slot *child)
{
    struct slot *s = check_next(c, child);

    while (s && is_within(child->cap, s->cap))
        s = check_next(c, s);
    return s;
}

static bool check_untyped(struct check *c, const struct slot *untyped)
{
    struct cap cap = untyped->cap;
    kaddr limit = cap.untyped.object + cap.untyped.free_bytes;
    struct slot *s = check_next(c, untyped);

    while (s && cdt_is_parent_of(untyped, s)) {
        kaddr at = kernel_address(c->k, s);

        if (!is_within(cap, s->cap))
            return check_broken(c, "an object lies outside of its untyped: slot", at);
        if (end_of(s->cap) > limit)
            return check_broken(c, "objects overlap, or lie above the watermark: slot", at);
        limit = s->cap.any.object;
        s = skip_child(c, s);
    }
    return true;
}

bool check_untypeds(struct check *c)
{
    for (struct slot *s = check_next(c, &c->k->cdt_sentinel); s; s = check_next(c, s))
        if (cap_type(s->cap) == CAP_UNTYPED && !check_untyped(c, s))
            return false;
    return true;
}

/* --- what was there from the start ------------------------------------------------------------ */

/* Capabilities that descend from no untyped: those of the boot. Quadratic in their number, which
   never grows. */
static struct slot *next_root(const struct check *c, struct slot *slot)
{
    struct slot *s = cap_has_memory(slot->cap) ? skip_child(c, slot) : check_next(c, slot);

    while (s && !cap_has_memory(s->cap))
        s = check_next(c, s);
    return s;
}

bool check_roots(struct check *c)
{
    struct slot *first = next_root(c, &c->k->cdt_sentinel);

    for (struct slot *a = first; a; a = next_root(c, a))
        for (struct slot *b = next_root(c, a); b; b = next_root(c, b))
            if (a->cap.any.object < end_of(b->cap) && b->cap.any.object < end_of(a->cap))
                return check_broken(c, "an object overlaps another: slot",
                                    kernel_address(c->k, b));
    return true;
}

/* --- memory that was not given out ------------------------------------------------------------ */

static bool page_is_known(const struct check *c, kaddr address)
{
    uint64_t page = (address - RAM_BASE) >> PAGE_BITS;
    const uint64_t *words = kernel_pointer(c->k, c->k->unclean_pages);

    return (words[page / 64] >> (page % 64) & 1) == 0;
}

/* Zero, or in a page that is going to be cleared before anyone gets it. */
static bool check_free_part(struct check *c, struct cap cap)
{
    uint64_t used = cap.untyped.free_bytes;

    if (used % sizeof(uint64_t) != 0)
        used = align_up(used, 3);
    for (kaddr at = cap.untyped.object + used; at < end_of(cap); at += sizeof(uint64_t)) {
        if (!page_is_known(c, at))
            at = align_down(at, PAGE_BITS) + (1 << PAGE_BITS) - sizeof(uint64_t);
        else if (*(uint64_t *)kernel_pointer(c->k, at) != 0)
            return check_broken(c, "memory that was not given out is not clear:", at);
    }
    return true;
}

bool check_memory(struct check *c)
{
    for (struct slot *s = check_next(c, &c->k->cdt_sentinel); s; s = check_next(c, s))
        if (cap_type(s->cap) == CAP_UNTYPED && !s->cap.untyped.is_device &&
            cdt_first_child(c->k, s) != NULL && !check_free_part(c, s->cap))
            return false;
    return true;
}
