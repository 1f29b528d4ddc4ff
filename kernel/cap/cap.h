/* SPDX-License-Identifier: MIT */
/* Capabilities: 16 bytes that name an object and say what may be done with it; slots: 32 bytes that
 * hold one, with its place in the capability derivation tree (cap/cdt.h).
 *
 * A capability is built only by the constructors here and in cap.c. Read a variant's fields only
 * after cap_type() has said that it is of that variant. */
#ifndef KERNEL_CAP_H
#define KERNEL_CAP_H

#include "kernel/types.h"

enum cap_type {
    CAP_NULL,
    CAP_UNTYPED,
    CAP_ENDPOINT,
    CAP_NOTIFICATION,
    CAP_REPLY,       /* classic: right to answer a caller */
    CAP_CNODE,
    CAP_TCB,
    CAP_IRQ_CONTROL,
    CAP_IRQ_HANDLER,
    CAP_ZOMBIE,      /* a CNode or TCB on its way out (cap/delete.c) */
    CAP_DOMAIN,
    CAP_FRAME,
    CAP_PAGE_TABLE,
    CAP_ASID_CONTROL,
    CAP_ASID_POOL,
    CAP_LUA_HEAP,
    CAP_REPLY_OBJECT,  /* MCS: right to answer whoever waits on the object */
    CAP_SCHED_CONTEXT, /* MCS */
    CAP_SCHED_CONTROL, /* MCS: right to configure scheduling contexts */
    CAP_TYPE_COUNT
};

enum { OBJECT_ADDRESS_BITS = 44, VADDR_BITS = 48 };

/* Rights a frame capability gives over its frame; seL4's numbering. */
enum frame_rights { FRAME_KERNEL_ONLY = 1, FRAME_READ_ONLY = 2, FRAME_READ_WRITE = 3 };

/* Every variant begins with the object's address and the type. What a variant does not use is zero,
   so that equal states are equal memory. */
struct cap {
    union {
        struct { uint64_t object : 44, type : 5, : 15; uint64_t word; } any;
        struct { uint64_t object : 44, type : 5, size_bits : 6, is_device : 1, : 8;
                 uint64_t free_bytes; /* watermark: bytes from the start already given out */
        } untyped;
        struct { uint64_t object : 44, type : 5, rights : 4, : 11; uint64_t badge; } endpoint;
        struct { uint64_t object : 44, type : 5, rights : 4, : 11; uint64_t badge; } notification;
        struct { uint64_t object : 44, type : 5, is_master : 1, can_grant : 1, : 13;
                 uint64_t unused;
        } reply; /* object: the caller's TCB */
        struct { uint64_t object : 44, type : 5, radix : 6, guard_size : 6, : 3; uint64_t guard;
        } cnode;
        struct { uint64_t object : 44, type : 5, : 15; uint64_t unused; } tcb;
        struct { uint64_t irq : 44, type : 5, : 15; uint64_t unused; } irq_handler;
        struct { uint64_t object : 44, type : 5, radix : 6, is_tcb : 1, : 8;
                 uint64_t count; /* slots that may still hold capabilities */
        } zombie;
        struct { uint64_t object : 44, type : 5, size_bits : 6, rights : 2, is_device : 1, : 6;
                 uint64_t vaddr : 48, asid : 16; /* asid 0: not mapped */
        } frame;
        struct { uint64_t object : 44, type : 5, is_mapped : 1, : 14;
                 uint64_t vaddr : 48, asid : 16;
        } page_table;
        struct { uint64_t object : 44, type : 5, : 15; uint64_t asid_base; } asid_pool;
        struct { uint64_t object : 44, type : 5, size_bits : 6, : 9; uint64_t unused; } lua_heap;
        struct { uint64_t object : 44, type : 5, can_grant : 1, : 14; uint64_t unused;
        } reply_object;
        struct { uint64_t object : 44, type : 5, size_bits : 6, : 9; uint64_t unused;
        } sched_context;
    };
};

_Static_assert(sizeof(struct cap) == 16, "a capability is two words");

/* Which variant it is; at most CAP_TYPE_COUNT - 1 in every capability that the kernel has made. */
static inline enum cap_type cap_type(struct cap cap)
{
    return (enum cap_type)cap.any.type;
}

/* Whether there is no capability: what an empty slot holds. */
static inline bool cap_is_null(struct cap cap)
{
    return cap_type(cap) == CAP_NULL;
}

/* Constructors. The caller has checked the values: objects are aligned to their size and lie in
   RAM, untypeds and frames also in device memory; sizes and radices are in bits, free_bytes in
   bytes from the start; rights are RIGHT_* bits. Frames and page tables are not mapped. */
struct cap cap_null(void);
struct cap cap_simple(enum cap_type type); /* types without an object: control capabilities */
struct cap cap_untyped(kaddr object, unsigned size_bits, bool is_device, uint64_t free_bytes);
struct cap cap_endpoint(kaddr object, unsigned rights, uint64_t badge);
struct cap cap_notification(kaddr object, unsigned rights, uint64_t badge);
struct cap cap_reply(kaddr caller, bool is_master, bool can_grant);
struct cap cap_cnode(kaddr object, unsigned radix, uint64_t guard, unsigned guard_size);
struct cap cap_tcb(kaddr object);
struct cap cap_irq_handler(uint64_t irq);
struct cap cap_zombie(kaddr object, bool is_tcb, unsigned radix, uint64_t count);
struct cap cap_frame(kaddr object, unsigned size_bits, enum frame_rights rights, bool is_device);
struct cap cap_page_table(kaddr object);
struct cap cap_asid_pool(kaddr object, uint64_t asid_base);
struct cap cap_lua_heap(kaddr object, unsigned size_bits);
struct cap cap_reply_object(kaddr object, bool can_grant);
struct cap cap_sched_context(kaddr object, unsigned size_bits);

/* The same capability mapped at (asid, vaddr), or unmapped with asid 0. Frames and page tables. */
struct cap cap_frame_mapped(struct cap frame, uint64_t asid, uint64_t vaddr);
struct cap cap_page_table_mapped(struct cap table, uint64_t asid, uint64_t vaddr);

/* The capability as CNode_Mint and CNode_Mutate leave it for a data word: a badge for an unbadged
   endpoint or notification, a guard for a CNode; null where the data does not fit. Mutate and
   Rotate preserve: they never change a badge. Manual section 3.1.3. */
enum badge_policy { MAY_SET_BADGE, MUST_PRESERVE_BADGE };
struct cap cap_update_data(struct cap cap, uint64_t data, enum badge_policy policy);

/* The capability with no more rights than `rights` (RIGHT_* bits). */
struct cap cap_mask_rights(struct cap cap, uint64_t rights);

/* Rights of a frame under a mask of RIGHT_* bits. */
enum frame_rights frame_rights_masked(enum frame_rights rights, uint64_t mask);

/* Badge of an endpoint or notification capability; 0: none, or another type. */
uint64_t cap_badge(struct cap cap);

/* Size of the memory behind the capability as a power of two; 0 for types without memory. */
unsigned cap_size_bits(struct cap cap);

/* Whether the capability names memory of its own (reply capabilities do not). */
bool cap_has_memory(struct cap cap);

/* Whether b's object is a's object or part of it: a could be b's ancestor. */
bool cap_same_region(struct cap a, struct cap b);

/* Whether a and b name the very same object, so that neither is the last capability to it. */
bool cap_same_object(struct cap a, struct cap b);

/* Whether a capability made from `source` as `derived` is an original, which may have children. */
bool cap_is_revocable(struct cap derived, struct cap source);

/* "an Endpoint", "a CNode": for explanations. */
const char *cap_noun(struct cap cap);

/* The number that DebugCapIdentify answers. */
uint64_t cap_number(struct cap cap);

#endif
