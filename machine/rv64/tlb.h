/* SPDX-License-Identifier: MIT */
/* How operations reach memory: a table of translations per VSpace and kind of access, asked first,
 * and the page tables. */
#ifndef MACHINE_RV64_TLB_H
#define MACHINE_RV64_TLB_H

#include "kernel/vspace/vspace.h"
#include "machine/rv64/hart.h"

/* Where the aligned word of `size` bytes lies, if the table knows; else NULL. */
static inline uint8_t *tlb_find(const struct tlb_entry *table, uint64_t vaddr, unsigned size)
{
    const struct tlb_entry *entry = &table[vaddr >> PAGE_BITS & (TLB_ENTRIES - 1)];

    if ((vaddr & (~mask_bits(PAGE_BITS) | (size - 1))) != entry->tag)
        return NULL;
    return entry->page + (vaddr & mask_bits(PAGE_BITS));
}

/* A load: `finish` puts the value where it belongs. */
struct load {
    uint64_t vaddr;
    unsigned size;
    void (*finish)(struct hart *h, const struct op *op, uint64_t value);
};

/* A load that the table does not know, or that is not aligned, as an operation's last act: does it
   and what follows, or stops h at the operation. */
struct op *load_slow(struct hart *h, struct op *op, struct load load);

/* The same for a store. */
struct op *store_slow(struct hart *h, struct op *op, uint64_t vaddr, unsigned size, uint64_t value);

/* Where an aligned word for an atomic access lies; NULL: it cannot be, and h is stopped. */
uint8_t *atomic_slow(struct hart *h, struct op *op, uint64_t vaddr, unsigned size,
                     enum access access);

/* After an atomic store: as next(), unless code has been written. */
struct op *next_after_store(struct hart *h, struct op *op, uint64_t vaddr, unsigned size);

/* Makes the VSpace root's table the hart's. */
void space_enter(struct hart *h, kaddr root);

/* Forgets what is known of a VSpace root; 0: of all. */
void space_forget(struct hart *h, kaddr root);

/* Nobody may store to the page any more without asking: it now has decoded code. */
void space_forget_stores(struct hart *h, kaddr page);

#endif
