/* SPDX-License-Identifier: MIT */
/* Capabilities as values: building, narrowing, comparing. Nothing here touches slots or objects. */
#include "kernel/cap/cap.h"

#include "abi/constants.h"
#include "kernel/vspace/vspace.h"

/* Fields are stored through masks: the compiler objects to anything wider, and rightly so. */
#define OBJECT(address) ((address) & ((UINT64_C(1) << OBJECT_ADDRESS_BITS) - 1))
#define VADDR(address) ((address) & ((UINT64_C(1) << VADDR_BITS) - 1))

/* The content of an empty slot. All its words are zero, so cleared memory is a row of empty
   slots. */
struct cap cap_null(void)
{
    return (struct cap){.any = {.type = CAP_NULL}};
}

/* Control capabilities name no object: having one is all there is to it. */
struct cap cap_simple(enum cap_type type)
{
    kassert(type < CAP_TYPE_COUNT);
    return (struct cap){.any = {.type = type & 31u}};
}

struct cap cap_untyped(kaddr object, unsigned size_bits, bool is_device, uint64_t free_bytes)
{
    kassert(free_bytes <= UINT64_C(1) << size_bits);
    kassert(size_bits >= MIN_UNTYPED_BITS && size_bits <= MAX_UNTYPED_BITS);
    kassert(is_aligned(object, size_bits));
    return (struct cap){.untyped = {.object = OBJECT(object), .type = CAP_UNTYPED,
                                    .size_bits = size_bits & 63u, .is_device = is_device,
                                    .free_bytes = free_bytes}};
}

struct cap cap_endpoint(kaddr object, unsigned rights, uint64_t badge)
{
    kassert(is_aligned(object, ENDPOINT_BITS));
    return (struct cap){.endpoint = {.object = OBJECT(object), .type = CAP_ENDPOINT,
                                     .rights = rights & 15u, .badge = badge}};
}

/* There is nothing to grant over a notification, so those rights are dropped when it is made. */
struct cap cap_notification(kaddr object, unsigned rights, uint64_t badge)
{
    unsigned kept = rights & (RIGHT_READ | RIGHT_WRITE);

    kassert(is_aligned(object, NOTIFICATION_BITS_CLASSIC));
    return (struct cap){.notification = {.object = OBJECT(object), .type = CAP_NOTIFICATION,
                                         .rights = kept & 15u, .badge = badge}};
}

struct cap cap_reply(kaddr caller, bool is_master, bool can_grant)
{
    kassert(is_aligned(caller, TCB_BITS));
    return (struct cap){.reply = {.object = OBJECT(caller), .type = CAP_REPLY,
                                  .is_master = is_master, .can_grant = can_grant}};
}

/* Guard bits beyond the guard's size would make a guard that no CPtr matches. */
struct cap cap_cnode(kaddr object, unsigned radix, uint64_t guard, unsigned guard_size)
{
    kassert(radix > 0 && radix + guard_size <= WORD_BITS);
    kassert(is_aligned(object, radix + SLOT_BITS));
    return (struct cap){.cnode = {.object = OBJECT(object), .type = CAP_CNODE,
                                  .radix = radix & 63u, .guard_size = guard_size & 63u,
                                  .guard = guard & mask_bits(guard_size)}};
}

struct cap cap_tcb(kaddr object)
{
    kassert(is_aligned(object, TCB_BITS));
    return (struct cap){.tcb = {.object = OBJECT(object), .type = CAP_TCB}};
}

struct cap cap_irq_handler(uint64_t irq)
{
    kassert(irq >= 1 && irq <= IRQ_LINE_MAX);
    return (struct cap){.irq_handler = {.irq = OBJECT(irq), .type = CAP_IRQ_HANDLER}};
}

/* `radix` is of the object as it was; `count` slots may still hold something. */
struct cap cap_zombie(kaddr object, bool is_tcb, unsigned radix, uint64_t count)
{
    kassert(count <= (is_tcb ? UINT64_C(1) << TCB_SLOTS_RADIX : UINT64_C(1) << radix));
    return (struct cap){.zombie = {.object = OBJECT(object), .type = CAP_ZOMBIE,
                                   .radix = radix & 63u, .is_tcb = is_tcb, .count = count}};
}

/* Not mapped. A copy of a mapped frame begins so, too: each capability maps its frame once. */
struct cap cap_frame(kaddr object, unsigned size_bits, enum frame_rights rights, bool is_device)
{
    kassert(is_aligned(object, size_bits));
    kassert(size_bits == PAGE_BITS || size_bits == MEGA_PAGE_BITS || size_bits == GIGA_PAGE_BITS);
    kassert(rights >= FRAME_KERNEL_ONLY && rights <= FRAME_READ_WRITE);
    return (struct cap){.frame = {.object = OBJECT(object), .type = CAP_FRAME,
                                  .size_bits = size_bits & 63u, .rights = rights & 3u,
                                  .is_device = is_device}};
}

struct cap cap_page_table(kaddr object)
{
    kassert(is_aligned(object, PAGE_TABLE_BITS));
    return (struct cap){.page_table = {.object = OBJECT(object), .type = CAP_PAGE_TABLE}};
}

struct cap cap_asid_pool(kaddr object, uint64_t asid_base)
{
    kassert(is_aligned(object, ASID_POOL_BITS));
    kassert(is_aligned(asid_base, ASID_POOL_INDEX_BITS));
    return (struct cap){.asid_pool = {.object = OBJECT(object), .type = CAP_ASID_POOL,
                                      .asid_base = asid_base}};
}

struct cap cap_lua_heap(kaddr object, unsigned size_bits)
{
    kassert(size_bits >= LUA_HEAP_BITS_MIN && size_bits <= LUA_HEAP_BITS_MAX);
    kassert(is_aligned(object, size_bits));
    return (struct cap){.lua_heap = {.object = OBJECT(object), .type = CAP_LUA_HEAP,
                                     .size_bits = size_bits & 63u}};
}

struct cap cap_reply_object(kaddr object, bool can_grant)
{
    kassert(is_aligned(object, REPLY_BITS));
    return (struct cap){.reply_object = {.object = OBJECT(object), .type = CAP_REPLY_OBJECT,
                                         .can_grant = can_grant}};
}

struct cap cap_sched_context(kaddr object, unsigned size_bits)
{
    kassert(size_bits >= MIN_SCHED_CONTEXT_BITS);
    kassert(is_aligned(object, size_bits));
    return (struct cap){.sched_context = {.object = OBJECT(object), .type = CAP_SCHED_CONTEXT,
                                          .size_bits = size_bits & 63u}};
}

struct cap cap_frame_mapped(struct cap frame, uint64_t asid, uint64_t vaddr)
{
    kassert(cap_type(frame) == CAP_FRAME);
    kassert(is_aligned(vaddr, frame.frame.size_bits));
    frame.frame.asid = asid & 0xffffu;
    frame.frame.vaddr = VADDR(vaddr);
    return frame;
}

/* asid 0 takes the mapping out of the capability; a root is mapped at vaddr 0. */
struct cap cap_page_table_mapped(struct cap table, uint64_t asid, uint64_t vaddr)
{
    kassert(cap_type(table) == CAP_PAGE_TABLE);
    kassert(is_aligned(vaddr, MEGA_PAGE_BITS));
    table.page_table.is_mapped = asid != 0;
    table.page_table.asid = asid & 0xffffu;
    table.page_table.vaddr = VADDR(vaddr);
    return table;
}

/* --- narrowing ---------------------------------------------------------------------------- */

/* The CNode with the guard in a data word; null if it does not fit. */
static struct cap cnode_with_guard(struct cap cap, uint64_t data)
{
    unsigned guard_size = (unsigned)cap_data_guard_size(data);

    kassert(cap_type(cap) == CAP_CNODE);
    if (guard_size + cap.cnode.radix > WORD_BITS)
        return cap_null();
    return cap_cnode(cap.cnode.object, cap.cnode.radix, cap_data_guard(data), guard_size);
}

/* Data that does not fit gives the null capability, which the caller refuses or transfers
   nothing of. Manual section 3.1.3. */
struct cap cap_update_data(struct cap cap, uint64_t data, enum badge_policy policy)
{
    bool may_set = policy == MAY_SET_BADGE;

    switch (cap_type(cap)) {
    case CAP_ENDPOINT:
        if (!may_set || cap.endpoint.badge != 0)
            return cap_null();
        return cap_endpoint(cap.endpoint.object, cap.endpoint.rights, data);
    case CAP_NOTIFICATION:
        if (!may_set || cap.notification.badge != 0)
            return cap_null();
        return cap_notification(cap.notification.object, cap.notification.rights, data);
    case CAP_CNODE:
        return cnode_with_guard(cap, data);
    default:
        break;
    }
    return cap;
}

/* Write-only is not a mapping that the hardware knows, so it becomes kernel-only, as in seL4. */
enum frame_rights frame_rights_masked(enum frame_rights rights, uint64_t mask)
{
    if (rights == FRAME_READ_ONLY && (mask & RIGHT_READ))
        return FRAME_READ_ONLY;
    if (rights == FRAME_READ_WRITE && (mask & RIGHT_READ))
        return (mask & RIGHT_WRITE) ? FRAME_READ_WRITE : FRAME_READ_ONLY;
    return FRAME_KERNEL_ONLY;
}

/* Rights only ever shrink. Types that have none are returned as they are. */
struct cap cap_mask_rights(struct cap cap, uint64_t rights)
{
    unsigned mask = (unsigned)(rights & 15u);

    switch (cap_type(cap)) {
    case CAP_ENDPOINT:
        return cap_endpoint(cap.endpoint.object, cap.endpoint.rights & mask, cap.endpoint.badge);
    case CAP_NOTIFICATION:
        return cap_notification(cap.notification.object, cap.notification.rights & mask,
                                cap.notification.badge);
    case CAP_REPLY:
        cap.reply.can_grant = cap.reply.can_grant && (mask & RIGHT_GRANT) != 0;
        return cap;
    case CAP_REPLY_OBJECT:
        cap.reply_object.can_grant = cap.reply_object.can_grant && (mask & RIGHT_GRANT) != 0;
        return cap;
    case CAP_FRAME:
        cap.frame.rights = frame_rights_masked((enum frame_rights)cap.frame.rights, mask) & 3u;
        return cap;
    default:
        break;
    }
    return cap;
}

uint64_t cap_badge(struct cap cap)
{
    if (cap_type(cap) == CAP_ENDPOINT)
        return cap.endpoint.badge;
    return cap_type(cap) == CAP_NOTIFICATION ? cap.notification.badge : 0;
}

/* --- comparing ------------------------------------------------------------------------------ */

/* What is constant per type: one row each, in the order of enum cap_type. `size_bits` 0: no memory,
   or a size that the capability itself gives. */
static const struct cap_row {
    const char *noun;
    uint16_t number;
    uint8_t size_bits;
    bool has_memory;
} cap_rows[CAP_TYPE_COUNT] = {
    [CAP_NULL] = {"nothing", CAP_NUMBER_NULL, 0, false},
    [CAP_UNTYPED] = {"an Untyped", CAP_NUMBER_UNTYPED, 0, true},
    [CAP_ENDPOINT] = {"an Endpoint", CAP_NUMBER_ENDPOINT, ENDPOINT_BITS, true},
    [CAP_NOTIFICATION] = {"a Notification", CAP_NUMBER_NOTIFICATION, NOTIFICATION_BITS_CLASSIC,
                          true},
    [CAP_REPLY] = {"a Reply capability", CAP_NUMBER_REPLY, 0, false},
    [CAP_CNODE] = {"a CNode", CAP_NUMBER_CNODE, 0, true},
    [CAP_TCB] = {"a TCB", CAP_NUMBER_TCB, TCB_BITS, true},
    [CAP_IRQ_CONTROL] = {"the IRQControl capability", CAP_NUMBER_IRQ_CONTROL, 0, false},
    [CAP_IRQ_HANDLER] = {"an IRQHandler", CAP_NUMBER_IRQ_HANDLER, 0, false},
    [CAP_ZOMBIE] = {"an object that is being deleted", CAP_NUMBER_ZOMBIE, 0, true},
    [CAP_DOMAIN] = {"the DomainSet capability", CAP_NUMBER_DOMAIN, 0, false},
    [CAP_FRAME] = {"a Page", CAP_NUMBER_FRAME, 0, true},
    [CAP_PAGE_TABLE] = {"a PageTable", CAP_NUMBER_PAGE_TABLE, PAGE_TABLE_BITS, true},
    [CAP_ASID_CONTROL] = {"the ASIDControl capability", CAP_NUMBER_ASID_CONTROL, 0, false},
    [CAP_ASID_POOL] = {"an ASIDPool", CAP_NUMBER_ASID_POOL, ASID_POOL_BITS, true},
    [CAP_LUA_HEAP] = {"a Lua_Heap", CAP_NUMBER_LUA_HEAP, 0, true},
    [CAP_REPLY_OBJECT] = {"a Reply object", CAP_NUMBER_REPLY, REPLY_BITS, true},
    [CAP_SCHED_CONTEXT] = {"a SchedContext", CAP_NUMBER_SCHED_CONTEXT, 0, true},
    [CAP_SCHED_CONTROL] = {"the SchedControl capability", CAP_NUMBER_SCHED_CONTROL, 0, false},
};

/* Types that come in one size have it in their row; the others keep it in the capability. */
unsigned cap_size_bits(struct cap cap)
{
    switch (cap_type(cap)) {
    case CAP_UNTYPED:
        return cap.untyped.size_bits;
    case CAP_CNODE:
        return cap.cnode.radix + SLOT_BITS;
    case CAP_ZOMBIE:
        return cap.zombie.is_tcb ? TCB_BITS : cap.zombie.radix + SLOT_BITS;
    case CAP_FRAME:
        return cap.frame.size_bits;
    case CAP_LUA_HEAP:
        return cap.lua_heap.size_bits;
    case CAP_SCHED_CONTEXT:
        return cap.sched_context.size_bits;
    default:
        break;
    }
    return cap_rows[cap_type(cap)].size_bits;
}

bool cap_has_memory(struct cap cap)
{
    return cap_rows[cap_type(cap)].has_memory;
}

/* With its article, to follow "already holds" or "not a method of". */
const char *cap_noun(struct cap cap)
{
    return cap_rows[cap_type(cap)].noun;
}

uint64_t cap_number(struct cap cap)
{
    return cap_rows[cap_type(cap)].number;
}

/* Whether b's memory lies within a's. */
static bool contains(struct cap a, struct cap b)
{
    kaddr a_last = a.any.object + mask_bits(cap_size_bits(a));
    kaddr b_last = b.any.object + mask_bits(cap_size_bits(b));

    return cap_has_memory(b) && a.any.object <= b.any.object && b_last <= a_last;
}

/* This decides who can be whose ancestor in the derivation tree: an untyped is the ancestor of
   all that lies in its memory, IRQControl of every handler. */
bool cap_same_region(struct cap a, struct cap b)
{
    enum cap_type a_type = cap_type(a);
    bool is_same_type = a_type == cap_type(b);

    switch (a_type) {
    case CAP_UNTYPED:
        return contains(a, b);
    case CAP_FRAME:
        return is_same_type && contains(a, b);
    case CAP_CNODE:
        return is_same_type && a.any.object == b.any.object && a.cnode.radix == b.cnode.radix;
    case CAP_IRQ_CONTROL:
        return is_same_type || cap_type(b) == CAP_IRQ_HANDLER;
    case CAP_NULL:
    case CAP_ZOMBIE:
    case CAP_TYPE_COUNT:
        return false;
    default:
        break;
    }
    return is_same_type && a.any.object == b.any.object;
}

/* Two untypeds are never the same object, even where they cover the same memory: deleting one
   must not be taken for deleting a copy. */
bool cap_same_object(struct cap a, struct cap b)
{
    enum cap_type a_type = cap_type(a);

    if (a_type == CAP_UNTYPED)
        return false;
    if (a_type == CAP_IRQ_CONTROL && cap_type(b) == CAP_IRQ_HANDLER)
        return false;
    if (a_type == CAP_FRAME && cap_type(b) == CAP_FRAME)
        return a.any.object == b.any.object && a.frame.size_bits == b.frame.size_bits;
    return cap_same_region(a, b);
}

/* A new badge begins a family that can be revoked by itself; a plain copy does not. */
bool cap_is_revocable(struct cap derived, struct cap source)
{
    switch (cap_type(derived)) {
    case CAP_ENDPOINT:
    case CAP_NOTIFICATION:
        return cap_badge(derived) != cap_badge(source);
    case CAP_IRQ_HANDLER:
        return cap_type(source) == CAP_IRQ_CONTROL;
    case CAP_UNTYPED:
        return true;
    default:
        break;
    }
    return false;
}
