/* SPDX-License-Identifier: MIT */
/* Sv39 page tables as data: walking, entries, taking mappings out, translating for an engine.
 *
 *     vaddr:  | 9 bits: root | 9 bits: middle | 9 bits: leaf table | 12 bits: offset |
 *               |              |                `- 4 KiB page
 *               |              `- entry is a 2 MiB page, or leads to a leaf table
 *               `- entry is a 1 GiB page, or leads to a middle table
 *
 * An ASID names a root: its high bits pick a pool, its low 9 bits an entry there. A capability
 * keeps the ASID and not the root's address, so that it can outlive the root without naming what is
 * made in that memory later. The last entry of a root table covers addresses that no user may have;
 * while a Lua heap is bound to the VSpace, it holds the heap's address in the form of an invalid
 * entry. */
#include "kernel/vspace/vspace.h"

/* Valid and no rights: that is how Sv39 tells tables from frames. */
uint64_t pte_make_table(kaddr table)
{
    kassert(is_aligned(table, PAGE_TABLE_BITS));
    return (table >> PAGE_BITS) << 10 | PTE_VALID;
}

uint64_t pte_make_frame(kaddr frame, enum frame_rights rights, bool is_executable)
{
    uint64_t allowed = is_executable ? PTE_EXECUTE : 0;

    kassert(is_aligned(frame, PAGE_BITS));
    if (rights == FRAME_READ_ONLY || rights == FRAME_READ_WRITE)
        allowed |= PTE_READ;
    if (rights == FRAME_READ_WRITE)
        allowed |= PTE_WRITE;
    if (allowed == 0)
        return 0;
    return (frame >> PAGE_BITS) << 10 | PTE_VALID | PTE_USER | PTE_ACCESSED | PTE_DIRTY | allowed;
}

struct table_walk vspace_walk(struct kernel *k, kaddr root, uint64_t vaddr)
{
    unsigned bits = PAGE_BITS + TABLE_INDEX_BITS * (TABLE_LEVELS - 1);
    uint64_t *table = kernel_pointer(k, root);
    uint64_t *entry = table + ((vaddr >> bits) & mask_bits(TABLE_INDEX_BITS));

    kassert(is_aligned(root, PAGE_TABLE_BITS));
    kassert(vaddr < USER_TOP);
    while (pte_is_table(*entry) && bits > PAGE_BITS) {
        bits -= TABLE_INDEX_BITS;
        table = kernel_pointer(k, pte_address(*entry));
        entry = table + ((vaddr >> bits) & mask_bits(TABLE_INDEX_BITS));
    }
    return (struct table_walk){.entry = entry, .bits = bits};
}

/* --- ASIDs ------------------------------------------------------------------------------------ */

uint64_t *asid_entry(struct kernel *k, uint64_t asid)
{
    kaddr pool;

    if (asid >> ASID_POOL_INDEX_BITS >= ASID_POOL_COUNT)
        return NULL;
    pool = k->asid_pools[asid >> ASID_POOL_INDEX_BITS];
    if (pool == 0)
        return NULL;
    return (uint64_t *)kernel_pointer(k, pool) + (asid & mask_bits(ASID_POOL_INDEX_BITS));
}

/* 0 if it was deleted: capabilities may outlive what they were mapped in. */
kaddr asid_root(struct kernel *k, uint64_t asid)
{
    const uint64_t *entry = asid == 0 ? NULL : asid_entry(k, asid);

    kassert(asid >> 16 == 0);
    return entry ? *entry : 0;
}

/* The capability must still name the VSpace that its ASID stands for now. */
kaddr vspace_of_thread(struct kernel *k, struct tcb *t)
{
    struct cap cap = t->slots[TCB_SLOT_VSPACE].cap;

    if (cap_type(cap) != CAP_PAGE_TABLE || !cap.page_table.is_mapped)
        return 0;
    return asid_root(k, cap.page_table.asid) == cap.page_table.object ? cap.page_table.object : 0;
}

/* The root loses its name, and its process with it. */
static void forget_root(struct kernel *k, uint64_t *entry)
{
    struct lua_heap *heap = heap_of_vspace(k, *entry);

    kassert(*entry != 0);
    if (heap)
        heap_unbind(k, heap);
    platform_mappings_changed(k->platform, *entry);
    *entry = 0;
}

/* All its VSpaces lose their names, and their processes with them. */
void asid_pool_finalise(struct kernel *k, struct cap pool)
{
    kaddr *registered = &k->asid_pools[pool.asid_pool.asid_base >> ASID_POOL_INDEX_BITS];
    uint64_t *entries = kernel_pointer(k, pool.asid_pool.object);

    kassert(cap_type(pool) == CAP_ASID_POOL);
    if (*registered != pool.asid_pool.object)
        return;
    for (unsigned i = 0; i < ASID_POOL_ENTRIES; i++)
        if (entries[i] != 0)
            forget_root(k, &entries[i]);
    *registered = 0;
}

/* --- taking mappings out ---------------------------------------------------------------------- */

/* Only if this very frame stands there: another may have been mapped meanwhile. */
void vspace_unmap_frame(struct kernel *k, struct cap frame)
{
    kaddr root = asid_root(k, frame.frame.asid);
    struct table_walk walk;

    kassert(cap_type(frame) == CAP_FRAME);
    if (root == 0)
        return;
    walk = vspace_walk(k, root, frame.frame.vaddr);
    if (walk.bits == frame.frame.size_bits && pte_is_valid(*walk.entry) &&
        !pte_is_table(*walk.entry) && pte_address(*walk.entry) == frame.frame.object) {
        *walk.entry = 0;
        platform_mappings_changed(k->platform, root);
    }
}

/* Looks for the entry that leads to the table on the way to where it was mapped. */
void vspace_unmap_table(struct kernel *k, struct cap table)
{
    kaddr root = asid_root(k, table.page_table.asid);
    kaddr at = root;
    unsigned bits = PAGE_BITS + TABLE_INDEX_BITS * (TABLE_LEVELS - 1);

    kassert(cap_type(table) == CAP_PAGE_TABLE);
    while (at != 0 && bits > PAGE_BITS) {
        uint64_t *entry = (uint64_t *)kernel_pointer(k, at) +
                          (table.page_table.vaddr >> bits & mask_bits(TABLE_INDEX_BITS));

        if (!pte_is_table(*entry))
            return;
        at = pte_address(*entry);
        if (at == table.page_table.object) {
            *entry = 0;
            platform_mappings_changed(k->platform, root);
            return;
        }
        bits -= TABLE_INDEX_BITS;
    }
}

/* A root gives its ASID back, a table leaves the one above it. */
void vspace_finalise_table(struct kernel *k, struct cap table)
{
    uint64_t *entry;

    kassert(cap_type(table) == CAP_PAGE_TABLE);
    if (!table.page_table.is_mapped)
        return;
    entry = asid_entry(k, table.page_table.asid);
    if (entry && *entry == table.page_table.object)
        forget_root(k, entry);
    else
        vspace_unmap_table(k, table);
}

/* --- for engines ------------------------------------------------------------------------------ */

/* As the hardware would: every level, and the rights of the leaf. */
bool vspace_translate(struct kernel *k, struct tcb *t, uint64_t vaddr, enum access access,
                      kaddr *address)
{
    kaddr root = vspace_of_thread(k, t);
    struct table_walk walk;

    if (root == 0 || vaddr >= USER_TOP)
        return false;
    walk = vspace_walk(k, root, vaddr);
    if (!pte_is_valid(*walk.entry) || !(*walk.entry & PTE_USER) || !(*walk.entry & access))
        return false;
    *address = pte_address(*walk.entry) + (vaddr & mask_bits(walk.bits));
    return true;
}
