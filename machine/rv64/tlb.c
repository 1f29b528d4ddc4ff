/* SPDX-License-Identifier: MIT */
/* The kernel says when mappings change (platform_mappings_changed), so what is noted here stays
 * true. Pages with decoded code are never noted for stores: each store into one comes by here and
 * is looked at. */
#include "machine/rv64/tlb.h"

#include "machine/rv64/block.h"
#include "machine/rv64/bytes.h"

enum { PAGE_SIZE = 1 << PAGE_BITS };

/* --- spaces ----------------------------------------------------------------------------------- */

static void space_clear(struct hart *h, struct space *space, kaddr root)
{
    space->root = root;
    space->generation = h->generation;
    for (unsigned i = 0; i < TLB_ENTRIES; i++) {
        space->load[i].tag = TLB_EMPTY;
        space->store[i].tag = TLB_EMPTY;
    }
    for (unsigned i = 0; i < JUMP_ENTRIES; i++)
        space->jumps[i].vaddr = UINT64_MAX; /* odd, so nothing jumps there */
}

/* A VSpace's place is one of a few, beginning where its address says, so that two that are used in
   turn do not drive each other out. NULL: in none of them. */
static struct space *space_find(struct hart *h, kaddr root)
{
    for (unsigned i = 0; i < SPACE_PROBES; i++) {
        struct space *space = &h->spaces[((root >> PAGE_BITS) + i) % SPACE_COUNT];

        if (space->root == root)
            return space;
    }
    return NULL;
}

/* A place for a VSpace that has none: one that is unused, or each of them in turn. */
static struct space *space_choose(struct hart *h, kaddr root)
{
    unsigned probe = h->next_victim++ % SPACE_PROBES;

    for (unsigned i = 0; i < SPACE_PROBES; i++) {
        struct space *space = &h->spaces[((root >> PAGE_BITS) + i) % SPACE_COUNT];

        if (space->root == 0)
            return space;
    }
    return &h->spaces[((root >> PAGE_BITS) + probe) % SPACE_COUNT];
}

void space_enter(struct hart *h, kaddr root)
{
    struct space *space = space_find(h, root);

    if (space == NULL)
        space = space_choose(h, root);
    /* An unused place, which may be full of what was, also serves threads without a VSpace. */
    if (root == 0 || space->root != root || space->generation != h->generation)
        space_clear(h, space, root);
    h->space = space;
}

void space_forget(struct hart *h, kaddr root)
{
    struct space *space = root == 0 ? NULL : space_find(h, root);

    if (root == 0)
        h->generation++;
    else if (space != NULL)
        space->root = 0;
}

void space_forget_stores(struct hart *h, kaddr page)
{
    const uint8_t *host = kernel_pointer(h->platform->kernel, page);

    for (unsigned s = 0; s < SPACE_COUNT; s++) {
        for (unsigned i = 0; i < TLB_ENTRIES; i++) {
            if (h->spaces[s].store[i].page == host)
                h->spaces[s].store[i].tag = TLB_EMPTY;
        }
    }
}

/* --- one access ------------------------------------------------------------------------------- */

static uint64_t cause_of(enum access access)
{
    return access == ACCESS_STORE ? CAUSE_STORE_ACCESS : CAUSE_LOAD_ACCESS;
}

static bool stop_fault(struct hart *h, struct op *op, uint64_t vaddr, enum access access)
{
    h->fault_vaddr = vaddr;
    h->cause = cause_of(access);
    stop_at(h, op, RV64_VM_FAULT);
    return false;
}

static bool stop_misaligned(struct hart *h, struct op *op, enum access access)
{
    stop_exception(h, op,
                   access == ACCESS_STORE ? CAUSE_STORE_MISALIGNED : CAUSE_LOAD_MISALIGNED);
    return false;
}

/* Notes a page of RAM. */
static void note(struct hart *h, uint64_t vaddr, kaddr address, enum access access)
{
    struct tlb_entry *table = access == ACCESS_STORE ? h->space->store : h->space->load;
    struct tlb_entry *entry = &table[vaddr >> PAGE_BITS & (TLB_ENTRIES - 1)];

    if (access == ACCESS_STORE && code_is_at(h, address))
        return;
    entry->tag = align_down(vaddr, PAGE_BITS);
    entry->page = kernel_pointer(h->platform->kernel, align_down(address, PAGE_BITS));
}

/* Where the bytes at vaddr lie, within one page. False: nowhere, and h is stopped. */
static bool translate(struct hart *h, struct op *op, uint64_t vaddr, enum access access,
                      kaddr *address)
{
    if (!vspace_translate(h->platform->kernel, h->thread, vaddr, access, address))
        return stop_fault(h, op, vaddr, access);
    if (*address >= RAM_BASE)
        note(h, vaddr, *address, access);
    return true;
}

/* Where bytes of RAM lie that may begin in one page and end in the next: in two pieces, the first
   of `split` bytes. */
struct pieces {
    kaddr first;
    kaddr second;
    unsigned split;
};

/* False: h is stopped, and nothing has been accessed. */
static bool find_pieces(struct hart *h, struct op *op, uint64_t vaddr, unsigned size,
                        enum access access, struct pieces *pieces)
{
    unsigned room = (unsigned)(PAGE_SIZE - (vaddr & (PAGE_SIZE - 1)));

    pieces->split = room < size ? room : size;
    if (!translate(h, op, vaddr, access, &pieces->first))
        return false;
    pieces->second = pieces->first + pieces->split;
    if (pieces->split < size &&
        !translate(h, op, vaddr + pieces->split, access, &pieces->second))
        return false;
    if (pieces->first >= RAM_BASE && pieces->second >= RAM_BASE)
        return true;
    if ((vaddr & (size - 1)) != 0)
        return stop_misaligned(h, op, access);
    h->device = (struct device_access){.vaddr = vaddr, .address = pieces->first, .op = op,
                                       .size = (uint8_t)size, .is_store = access == ACCESS_STORE};
    stop_at(h, op, RV64_DEVICE);
    return false;
}

static uint8_t *byte_of(struct hart *h, const struct pieces *pieces, unsigned index)
{
    kaddr address = index < pieces->split ? pieces->first + index
                                          : pieces->second + (index - pieces->split);

    return kernel_pointer(h->platform->kernel, address);
}

struct op *load_slow(struct hart *h, struct op *op, struct load load)
{
    struct pieces pieces;
    uint64_t value = 0;

    if (!find_pieces(h, op, load.vaddr, load.size, ACCESS_LOAD, &pieces)) {
        h->device.finish = load.finish;
        return NULL;
    }
    for (unsigned i = 0; i < load.size; i++)
        value |= (uint64_t)*byte_of(h, &pieces, i) << (8 * i);
    load.finish(h, op, value);
    return next(h, op);
}

/* The store is done and has changed code, perhaps of this very block: what follows is looked up. */
static struct op *stop_after(struct hart *h, struct op *op)
{
    stop_at(h, op + 1, RV64_JUMP);
    return NULL;
}

struct op *store_slow(struct hart *h, struct op *op, uint64_t vaddr, unsigned size, uint64_t value)
{
    struct pieces pieces;
    bool is_code;

    if (!find_pieces(h, op, vaddr, size, ACCESS_STORE, &pieces)) {
        h->device.value = value;
        return NULL;
    }
    for (unsigned i = 0; i < size; i++)
        *byte_of(h, &pieces, i) = (uint8_t)(value >> (8 * i));
    is_code = code_written(h, pieces.first, pieces.split);
    if (pieces.split < size)
        is_code |= code_written(h, pieces.second, size - pieces.split);
    return is_code ? stop_after(h, op) : next(h, op);
}

uint8_t *atomic_slow(struct hart *h, struct op *op, uint64_t vaddr, unsigned size,
                     enum access access)
{
    kaddr address;

    if ((vaddr & (size - 1)) != 0) {
        stop_misaligned(h, op, access);
        return NULL;
    }
    if (!translate(h, op, vaddr, access, &address))
        return NULL;
    if (address < RAM_BASE) {
        stop_fault(h, op, vaddr, access); /* devices have no atomic accesses */
        return NULL;
    }
    return kernel_pointer(h->platform->kernel, address);
}

struct op *next_after_store(struct hart *h, struct op *op, uint64_t vaddr, unsigned size)
{
    kaddr address;

    if (tlb_find(h->space->store, vaddr, size) != NULL)
        return next(h, op);
    if (vspace_translate(h->platform->kernel, h->thread, vaddr, ACCESS_STORE, &address) &&
        code_written(h, address, size))
        return stop_after(h, op);
    return next(h, op);
}
