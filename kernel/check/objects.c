/* SPDX-License-Identifier: MIT */
/* Capabilities by themselves, and where objects lie: that no two share memory unless one was made
 * from the other.
 *
 * Retype puts each new object's capability directly behind the untyped's, and the boot puts those
 * of the first objects before each other, so in order of derivation memory falls: what follows a
 * capability is within its memory, if it is an untyped, or else below.
 *
 *     Untyped U  |a   b   c      watermark      |
 *     list:      U, c, (descendants of c), b, (descendants of b), a, ...
 *
 * Objects are aligned to their size, a power of two, so any two of them are disjoint or one is
 * within the other. If each capability keeps to the rule beside the one before it, then by
 * induction everything behind an object lies below it, and everything behind an untyped lies below
 * it or within it: all objects are disjoint or nested in untypeds, and all capabilities to one
 * object stand side by side. One comparison a capability shows it for any number and any nesting.
 * RAM and device memory fall separately. An untyped's first child is its highest, so it alone is
 * compared with the watermark. */
#include "kernel/check/walk.h"
#include "kernel/vspace/vspace.h"

/* The first byte behind the object's memory. */
static kaddr end_of(struct cap cap)
{
    return cap.any.object + (UINT64_C(1) << cap_size_bits(cap));
}

/* --- one capability by itself ----------------------------------------------------------------- */

/* Whether the capability says that its memory is no RAM. */
static bool is_device(struct cap cap)
{
    return (cap_type(cap) == CAP_UNTYPED && cap.untyped.is_device) ||
           (cap_type(cap) == CAP_FRAME && cap.frame.is_device);
}

/* Whether an object of the type can have the size that the capability gives. */
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
        return cap.cnode.radix > 0 && bits <= MAX_UNTYPED_BITS;
    case CAP_ZOMBIE:
        return cap.zombie.is_tcb ? cap.zombie.radix == TCB_SLOTS_RADIX
                                 : cap.zombie.radix > 0 && bits <= MAX_UNTYPED_BITS;
    case CAP_LUA_HEAP:
        return bits >= LUA_HEAP_BITS_MIN && bits <= LUA_HEAP_BITS_MAX;
    case CAP_SCHED_CONTEXT:
        return bits >= MIN_SCHED_CONTEXT_BITS && bits <= MAX_UNTYPED_BITS;
    default:
        return true;
    }
}

/* A mapping that a capability remembers; whether it is still there is vspace.c's affair. */
static bool mapping_is_right(uint64_t asid, uint64_t vaddr, unsigned bits)
{
    if (asid == 0)
        return vaddr == 0;
    return asid >> (ASID_POOL_COUNT_BITS + ASID_POOL_INDEX_BITS) == 0 && vaddr < USER_TOP &&
           is_aligned(vaddr, bits);
}

/* What a capability says besides its object. */
static bool fields_are_right(struct cap cap)
{
    switch (cap_type(cap)) {
    case CAP_CNODE:
        return cap.cnode.radix + cap.cnode.guard_size <= WORD_BITS &&
               cap.cnode.guard <= mask_bits(cap.cnode.guard_size);
    case CAP_ZOMBIE:
        return cap.zombie.count <= (cap.zombie.is_tcb ? (uint64_t)TCB_SLOT_COUNT
                                                      : UINT64_C(1) << cap.zombie.radix);
    case CAP_NOTIFICATION:
        return (cap.notification.rights & ~(unsigned)(RIGHT_READ | RIGHT_WRITE)) == 0;
    case CAP_FRAME:
        return cap.frame.rights != 0 &&
               mapping_is_right(cap.frame.asid, cap.frame.vaddr, cap.frame.size_bits);
    case CAP_PAGE_TABLE:
        return cap.page_table.is_mapped == (cap.page_table.asid != 0) &&
               mapping_is_right(cap.page_table.asid, cap.page_table.vaddr, MEGA_PAGE_BITS);
    case CAP_ASID_POOL:
        return is_aligned(cap.asid_pool.asid_base, ASID_POOL_INDEX_BITS) &&
               cap.asid_pool.asid_base >> ASID_POOL_INDEX_BITS < ASID_POOL_COUNT;
    case CAP_IRQ_HANDLER:
        return cap.irq_handler.irq >= 1 && cap.irq_handler.irq <= IRQ_LINE_MAX;
    default:
        return true;
    }
}

/* Size, alignment and kind of memory of an object. */
static bool check_memory_of(struct check *c, const struct slot *slot)
{
    struct cap cap = slot->cap;
    unsigned bits = cap_size_bits(cap);

    if (!size_is_right(cap))
        return check_broken_slot(c, "an object has an impossible size: slot", slot);
    if (!is_aligned(cap.any.object, bits))
        return check_broken_slot(c, "an object is not aligned to its size: slot", slot);
    if (is_device(cap) ? end_of(cap) > RAM_BASE
                       : !check_is_memory(c, cap.any.object, 0, UINT64_C(1) << bits))
        return check_broken_slot(c, "an object lies where it cannot: slot", slot);
    if (!is_device(cap) && cap.any.object < c->k->free_start)
        return check_broken_slot(c, "an object lies in the kernel's own memory: slot", slot);
    return true;
}

/* A capability by itself. */
static bool check_object(struct check *c, const struct slot *slot)
{
    if (cap_type(slot->cap) >= CAP_TYPE_COUNT)
        return check_broken_slot(c, "a capability has no known type: slot", slot);
    if (cap_has_memory(slot->cap) && !check_memory_of(c, slot))
        return false;
    if (!fields_are_right(slot->cap))
        return check_broken_slot(c, "a capability says what cannot be: slot", slot);
    return true;
}

/* --- beside its neighbours -------------------------------------------------------------------- */

/* 0 for what has no badge. */
static uint64_t badge_of(struct cap cap)
{
    if (cap_type(cap) == CAP_ENDPOINT)
        return cap.endpoint.badge;
    return cap_type(cap) == CAP_NOTIFICATION ? cap.notification.badge : 0;
}

/* Which flags a capability can have follows from how it came to be: as the first to its object,
   with a new badge, or as a copy. Who is the first of its object or badge may once have been a
   copy. An ASID pool's first capability has no flags, as in seL4: it is made like a copy of the
   untyped. */
static bool check_flags(struct check *c, const struct slot *slot)
{
    const struct slot *previous = cdt_previous(c->k, slot);
    bool is_first = cdt_is_first(c->k, slot);
    uint64_t badge = badge_of(slot->cap);

    if (cap_type(slot->cap) == CAP_UNTYPED && !slot->node.is_revocable)
        return check_broken_slot(c, "an untyped capability is not an original: slot", slot);
    if (slot->node.is_revocable && !is_first && badge == 0)
        return check_broken_slot(c, "an object has two originals: slot", slot);
    if (slot->node.is_revocable && !slot->node.is_first_badged)
        return check_broken_slot(c, "an original does not begin its badge: slot", slot);
    if (!slot->node.is_first_badged && is_first && cap_type(slot->cap) != CAP_ASID_POOL)
        return check_broken_slot(c, "an object's first capability does not begin its badge: slot",
                                 slot);
    if (!slot->node.is_first_badged && badge != 0 && badge != badge_of(previous->cap))
        return check_broken_slot(c, "a new badge begins without its flag: slot", slot);
    return true;
}

/* Capabilities that exist once, whatever happens. */
static bool check_single(struct check *c, const struct slot *slot)
{
    const struct slot *next = check_next(c, slot);

    if (cap_type(slot->cap) == CAP_ZOMBIE && next && cap_has_memory(next->cap) &&
        next->cap.any.object == slot->cap.any.object && end_of(next->cap) == end_of(slot->cap))
        return check_broken_slot(c, "an object that is being deleted has another capability: slot",
                                 next);
    if (cap_type(slot->cap) == CAP_IRQ_CONTROL && !cdt_is_first(c->k, slot))
        return check_broken_slot(c, "there are two IRQControl capabilities: slot", slot);
    return true;
}

bool check_objects(struct check *c)
{
    for (struct slot *s = check_next(c, &c->k->cdt_sentinel); s; s = check_next(c, s))
        if (!check_object(c, s))
            return false;
    for (struct slot *s = check_next(c, &c->k->cdt_sentinel); s; s = check_next(c, s))
        if (!check_flags(c, s) || !check_single(c, s))
            return false;
    return true;
}

/* --- beside everything else ------------------------------------------------------------------- */

/* Whether b's memory is a's or part of it. */
static bool is_within(struct cap a, struct cap b)
{
    return b.any.object >= a.any.object && end_of(b) <= end_of(a);
}

/* Compares with the capability before it that has memory of its kind. */
static bool check_place(struct check *c, const struct slot *before, const struct slot *slot)
{
    struct cap a = before->cap;
    struct cap b = slot->cap;

    if (end_of(b) <= a.any.object || cap_same_object(a, b))
        return true;
    if (cap_type(a) != CAP_UNTYPED && is_within(a, b))
        return check_broken_slot(c, "an object overlaps another: slot", slot);
    if (!is_within(a, b))
        return check_broken_slot(c, "an object overlaps another or stands apart from its untyped "
                                 "or its other capabilities: slot", slot);
    if (end_of(b) > a.untyped.object + a.untyped.free_bytes)
        return check_broken_slot(c, "an object lies above its untyped's watermark: slot", slot);
    return true;
}

bool check_places(struct check *c)
{
    const struct slot *ram = NULL;
    const struct slot *device = NULL;

    for (struct slot *s = check_next(c, &c->k->cdt_sentinel); s; s = check_next(c, s)) {
        const struct slot **before = is_device(s->cap) ? &device : &ram;

        if (!cap_has_memory(s->cap))
            continue;
        if (*before && !check_place(c, *before, s))
            return false;
        *before = s;
    }
    return true;
}

/* --- memory that was not given out ------------------------------------------------------------ */

/* Whether the page that the address lies in has a known content. */
static bool page_is_known(const struct check *c, kaddr address)
{
    uint64_t page = (address - RAM_BASE) >> PAGE_BITS;
    const uint64_t *words = kernel_pointer(c->k, c->k->unclean_pages);

    return (words[page / 64] >> (page % 64) & 1) == 0;
}

/* Zero, or in a page that is going to be cleared before anyone gets it. */
static bool check_free_part(struct check *c, struct cap cap)
{
    uint64_t used = align_up(cap.untyped.free_bytes, 3);

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
            !check_free_part(c, s->cap))
            return false;
    return true;
}
