/* SPDX-License-Identifier: MIT */
/* Address spaces: Sv39 page tables, three levels of 512 entries, and the ASIDs that name their
 * roots. A capability to a mapped frame or table remembers (asid, vaddr), and finds the entry it
 * stands in by walking down from the root that the ASID names now. Manual chapter 7. */
#ifndef KERNEL_VSPACE_H
#define KERNEL_VSPACE_H

#include "kernel/kernel.h"

enum { TABLE_LEVELS = 3, TABLE_INDEX_BITS = 9, TABLE_ENTRIES = 1 << TABLE_INDEX_BITS };

/* Bits of a page table entry, as the RISC-V privileged specification numbers them. */
enum pte_bits {
    PTE_VALID = 1 << 0,
    PTE_READ = 1 << 1,
    PTE_WRITE = 1 << 2,
    PTE_EXECUTE = 1 << 3,
    PTE_USER = 1 << 4,
    PTE_ACCESSED = 1 << 6,
    PTE_DIRTY = 1 << 7
};

/* Leads to a frame or to a further table. */
static inline bool pte_is_valid(uint64_t entry)
{
    return (entry & PTE_VALID) != 0;
}

/* Leads to a further table rather than to a frame. */
static inline bool pte_is_table(uint64_t entry)
{
    return pte_is_valid(entry) && (entry & (PTE_READ | PTE_WRITE | PTE_EXECUTE)) == 0;
}

/* Of the frame or table that a valid entry leads to. */
static inline kaddr pte_address(uint64_t entry)
{
    return (entry >> 10 & mask_bits(44)) << PAGE_BITS;
}

/* An entry that leads to the table, which lies on a page of its own. */
uint64_t pte_make_table(kaddr table);

/* An entry for a frame of the size that the entry's level covers. Not valid when it would allow
   nothing: an entry without rights would read as a table. */
uint64_t pte_make_frame(kaddr frame, enum frame_rights rights, bool is_executable);

/* The deepest entry that the tables under `root` have for vaddr, below USER_TOP, and the bits that
   its area covers: 30, 21 or 12. It is invalid or a frame's. */
struct table_walk {
    uint64_t *entry;
    unsigned bits;
};
struct table_walk vspace_walk(struct kernel *k, kaddr root, uint64_t vaddr);

/* The root that a 16-bit ASID names; 0 if none. ASID 0 names none. */
kaddr asid_root(struct kernel *k, uint64_t asid);

/* An ASID's entry in its pool; NULL if there is no such pool. */
uint64_t *asid_entry(struct kernel *k, uint64_t asid);

/* The VSpace root that the thread runs in; 0 if its capability is not a VSpace root any more. */
kaddr vspace_of_thread(struct kernel *k, struct tcb *t);

/* Takes the mapping that a capability remembers out of the tables, if it is still there. The
   capability itself is left for the caller to change. */
void vspace_unmap_frame(struct kernel *k, struct cap frame);
void vspace_unmap_table(struct kernel *k, struct cap table);

/* The last capability to a table, or to a pool, is going: roots lose their ASIDs and heaps, another
   table is unmapped. */
void vspace_finalise_table(struct kernel *k, struct cap table);
void asid_pool_finalise(struct kernel *k, struct cap pool);

/* --- for engines ----------------------------------------------------------------------------- */

enum access { ACCESS_LOAD = PTE_READ, ACCESS_STORE = PTE_WRITE, ACCESS_FETCH = PTE_EXECUTE };

/* Where a user address of a thread lies: true and *address when the access is allowed. Within one
   page only. The address may be device memory, below RAM_BASE. */
bool vspace_translate(struct kernel *k, struct tcb *t, uint64_t vaddr, enum access access,
                      kaddr *address);

#endif
