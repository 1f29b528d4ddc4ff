/* SPDX-License-Identifier: MIT */
/* Address spaces: what ASIDs and page tables lead to has a capability that says so.
 *
 * A capability may remember a mapping that is gone, because its VSpace or a table above it is, so a
 * frame need not be mapped where its capability says. What holds is the reverse: no mapping without
 * a capability that remembers it, since that could never be taken out again. So everything that is
 * reachable from ASIDs is counted, and then everything that capabilities say and that is so. Tables
 * that are not reachable may lead to what has gone: nobody can use them before they are cleared. */
#include "kernel/vspace/vspace.h"

#include "kernel/check/walk.h"
#include "kernel/heap/heap.h"

/* Whether an object of a page could lie there. */
static bool is_page(const struct check *c, kaddr address)
{
    return address >= c->k->free_start &&
           check_is_memory(c, address, PAGE_BITS, UINT64_C(1) << PAGE_BITS);
}

/* --- ASIDs ------------------------------------------------------------------------------------ */

/* Counts the pool's VSpaces. ASID 0 stands for "none". */
static bool check_pool(struct check *c, unsigned pool, uint64_t *count)
{
    const uint64_t *entries;

    if (!is_page(c, c->k->asid_pools[pool]))
        return check_broken(c, "an ASID pool lies outside of memory, pool", pool);
    entries = kernel_pointer(c->k, c->k->asid_pools[pool]);
    if (pool == 0 && entries[0] != 0)
        return check_broken(c, "ASID 0 names a table:", entries[0]);
    for (unsigned i = 0; i < ASID_POOL_ENTRIES; i++) {
        if (entries[i] != 0 && !is_page(c, entries[i]))
            return check_broken(c, "an ASID names no table, ASID",
                                ((uint64_t)pool << ASID_POOL_INDEX_BITS) + i);
        *count += entries[i] != 0;
    }
    return true;
}

/* Whether the capability is to a table that an ASID names. */
static bool is_root(const struct check *c, struct cap cap)
{
    return cap_type(cap) == CAP_PAGE_TABLE && cap.page_table.is_mapped &&
           asid_root(c->k, cap.page_table.asid) == cap.page_table.object;
}

/* Whether the pool is in use under the number in its capability. */
static bool has_number(const struct check *c, struct cap pool)
{
    return c->k->asid_pools[pool.asid_pool.asid_base >> ASID_POOL_INDEX_BITS] ==
           pool.asid_pool.object;
}

/* More pools are in use than have a capability. */
static bool name_pool(struct check *c)
{
    unsigned i = 0;

    while (c->k->asid_pools[i] == 0 || check_find(c, CAP_ASID_POOL, c->k->asid_pools[i]))
        if (++i == ASID_POOL_COUNT)
            return check_broken(c, "a pool is in use under several numbers:", 0);
    return check_broken(c, "an ASID pool in use has no capability, pool", i);
}

/* More ASIDs name a table than tables say that they are named. */
static bool name_asid(struct check *c)
{
    for (uint64_t asid = 1; asid < (uint64_t)ASID_POOL_COUNT << ASID_POOL_INDEX_BITS; asid++) {
        kaddr root = asid_root(c->k, asid);
        const struct slot *s = root == 0 ? NULL : check_find(c, CAP_PAGE_TABLE, root);

        if (root != 0 && (!s || s->cap.page_table.asid != asid))
            return check_broken(c, "an ASID names a table without a capability, ASID", asid);
    }
    return check_broken(c, "tables and ASIDs differ:", 0);
}

bool check_asids(struct check *c)
{
    uint64_t named = 0, roots = 0, pools = 0, used_pools = 0;

    for (unsigned i = 0; i < ASID_POOL_COUNT; i++) {
        if (c->k->asid_pools[i] == 0)
            continue;
        if (!check_pool(c, i, &named))
            return false;
        used_pools++;
    }
    for (struct slot *s = check_next(c, &c->k->cdt_sentinel); s; s = check_next(c, s)) {
        if (!cdt_is_first(c->k, s))
            continue;
        if (cap_type(s->cap) == CAP_ASID_POOL && !has_number(c, s->cap))
            return check_broken_slot(c, "an ASID pool's number is not its own: slot", s);
        pools += cap_type(s->cap) == CAP_ASID_POOL;
        roots += is_root(c, s->cap);
    }
    if (pools != used_pools)
        return name_pool(c);
    return roots == named || name_asid(c);
}

/* --- what is there ---------------------------------------------------------------------------- */

/* What VSpaces have been found to contain. */
struct mappings {
    uint64_t tables; /* roots not counted */
    uint64_t frames;
    bool names_first; /* the second time: report the first one without a capability */
};

/* One entry, and where. */
struct place {
    uint64_t asid;
    uint64_t vaddr;
    unsigned level;
    uint64_t entry;
};

/* Whether the capability allows what the entry does. */
static bool rights_cover(struct cap frame, uint64_t entry)
{
    if (entry & PTE_WRITE)
        return frame.frame.rights == FRAME_READ_WRITE;
    return !(entry & PTE_READ) || frame.frame.rights != FRAME_KERNEL_ONLY;
}

/* Whether a capability to the frame remembers this entry. */
static bool has_frame(const struct check *c, const struct place *p)
{
    for (struct slot *s = check_next(c, &c->k->cdt_sentinel); s; s = check_next(c, s))
        if (cap_type(s->cap) == CAP_FRAME && s->cap.frame.object == pte_address(p->entry) &&
            s->cap.frame.asid == p->asid && s->cap.frame.vaddr == p->vaddr &&
            rights_cover(s->cap, p->entry))
            return true;
    return false;
}

/* An entry that leads somewhere; counts it. */
static bool check_valid(struct check *c, const struct place *p, struct mappings *m)
{
    kaddr target = pte_address(p->entry);

    if (p->vaddr >= USER_TOP)
        return check_broken(c, "an address that no user may have is mapped:", p->vaddr);
    if (!pte_is_table(p->entry)) {
        if (m->names_first && !has_frame(c, p))
            return check_broken(c, "a frame is mapped where no capability says so:", target);
        m->frames++;
        return true;
    }
    if (p->level + 1 == TABLE_LEVELS || !is_page(c, target))
        return check_broken(c, "a page table leads to no table, for address", p->vaddr);
    if (m->names_first && !check_find(c, CAP_PAGE_TABLE, target))
        return check_broken(c, "a page table without a capability is mapped:", target);
    if (++m->tables > c->k->memory_size >> PAGE_TABLE_BITS)
        return check_broken(c, "there are more page tables than memory holds, for address",
                            p->vaddr);
    return true;
}

/* A root's last entry may name its heap in the form of an invalid entry (heap/heap.c). */
static bool check_entry(struct check *c, const struct place *p, struct mappings *m)
{
    bool is_heap = p->level == 0 && p->vaddr >> GIGA_PAGE_BITS == TABLE_ENTRIES - 1;

    if (pte_is_valid(p->entry))
        return check_valid(c, p, m);
    if (p->entry != 0 && !is_heap)
        return check_broken(c, "an entry is neither valid nor zero, for address", p->vaddr);
    return true;
}

/* Walks all tables of a VSpace, keeping the way down in `tables` and `next`. */
static bool check_vspace(struct check *c, uint64_t asid, kaddr root, struct mappings *m)
{
    kaddr tables[TABLE_LEVELS] = {root};
    unsigned next[TABLE_LEVELS] = {0};
    struct place p = {.asid = asid, .level = 0};

    for (;;) {
        uint64_t index = next[p.level]++;
        unsigned bits = PAGE_BITS + TABLE_INDEX_BITS * (TABLE_LEVELS - 1 - p.level);

        if (index == TABLE_ENTRIES) {
            if (p.level == 0)
                return true;
            p.level--;
            continue;
        }
        p.entry = ((uint64_t *)kernel_pointer(c->k, tables[p.level]))[index];
        p.vaddr = align_down(p.vaddr, bits + TABLE_INDEX_BITS) + (index << bits);
        if (p.entry == 0)
            continue;
        if (!check_entry(c, &p, m))
            return false;
        if (pte_is_table(p.entry)) {
            p.level++;
            tables[p.level] = pte_address(p.entry);
            next[p.level] = 0;
        }
    }
}

/* All VSpaces that have an ASID. */
static bool check_vspaces(struct check *c, struct mappings *m)
{
    for (uint64_t pool = 0; pool < ASID_POOL_COUNT; pool++) {
        uint64_t base = pool << ASID_POOL_INDEX_BITS;

        for (uint64_t i = 0; c->k->asid_pools[pool] != 0 && i < ASID_POOL_ENTRIES; i++) {
            kaddr root = asid_root(c->k, base + i);

            if (root != 0 && !check_vspace(c, base + i, root, m))
                return false;
        }
    }
    return true;
}

/* --- what capabilities say -------------------------------------------------------------------- */

/* Whether the capability's object stands where the capability says, and with no more rights. */
static bool frame_is_mapped(const struct check *c, struct cap cap)
{
    kaddr root = asid_root(c->k, cap.frame.asid);
    struct table_walk walk;

    if (root == 0)
        return false;
    walk = vspace_walk(c->k, root, cap.frame.vaddr);
    return walk.bits == cap.frame.size_bits && pte_is_valid(*walk.entry) &&
           !pte_is_table(*walk.entry) && pte_address(*walk.entry) == cap.frame.object &&
           rights_cover(cap, *walk.entry);
}

/* Whether an earlier capability to the frame says the same: one of the two is left over from a
   VSpace that had the ASID before. */
static bool is_repeated(const struct check *c, const struct slot *slot)
{
    const struct slot *s = cdt_previous(c->k, slot);

    for (; s && cap_same_object(s->cap, slot->cap); s = cdt_previous(c->k, s))
        if (s->cap.frame.asid == slot->cap.frame.asid &&
            s->cap.frame.vaddr == slot->cap.frame.vaddr && frame_is_mapped(c, s->cap))
            return true;
    return false;
}

/* Whether the table stands on the way to the address that its capability names. */
static bool table_is_mapped(const struct check *c, struct cap cap)
{
    kaddr at = asid_root(c->k, cap.page_table.asid);
    unsigned bits = PAGE_BITS + TABLE_INDEX_BITS * (TABLE_LEVELS - 1);

    for (; at != 0 && bits > PAGE_BITS; bits -= TABLE_INDEX_BITS) {
        uint64_t index = cap.page_table.vaddr >> bits & mask_bits(TABLE_INDEX_BITS);
        uint64_t entry = ((uint64_t *)kernel_pointer(c->k, at))[index];

        at = pte_is_table(entry) ? pte_address(entry) : 0;
        if (at == cap.page_table.object)
            return true;
    }
    return false;
}

bool check_mappings(struct check *c)
{
    struct mappings there = {.names_first = false};
    struct mappings said = {0};

    if (!check_vspaces(c, &there))
        return false;
    for (struct slot *s = check_next(c, &c->k->cdt_sentinel); s; s = check_next(c, s)) {
        if (cap_type(s->cap) == CAP_FRAME && frame_is_mapped(c, s->cap))
            said.frames += !is_repeated(c, s);
        if (cap_type(s->cap) == CAP_PAGE_TABLE && cdt_is_first(c->k, s) && !is_root(c, s->cap))
            said.tables += table_is_mapped(c, s->cap);
    }
    if (there.frames == said.frames && there.tables == said.tables)
        return true;
    said = (struct mappings){.names_first = true};
    return check_vspaces(c, &said) &&
           check_broken(c, "a table is mapped twice; mapped are", there.tables);
}

/* --- heaps ------------------------------------------------------------------------------------ */

/* One heap of the list: heap, VSpace and ASID belong together. */
static bool check_bound_heap(struct check *c, const struct lua_heap *heap, kaddr previous)
{
    kaddr at = kernel_address(c->k, heap);

    if (heap->previous != previous || !is_page(c, heap->vspace) ||
        heap_of_vspace(c->k, heap->vspace) != heap)
        return check_broken(c, "a Lua heap and its VSpace do not know each other:", at);
    if (asid_root(c->k, heap->asid) != heap->vspace)
        return check_broken(c, "a Lua heap's VSpace does not have its ASID any more:", at);
    if (heap->serial == 0 || heap->serial > c->k->heap_serial)
        return check_broken(c, "a Lua heap's serial number was never given:", at);
    return true;
}

/* Heaps as their capabilities show them; counts those that are bound. */
static bool check_heap_objects(struct check *c, uint64_t *bound)
{
    for (struct slot *s = check_next(c, &c->k->cdt_sentinel); s; s = check_next(c, s)) {
        const struct lua_heap *heap;

        if (cap_type(s->cap) != CAP_LUA_HEAP || !cdt_is_first(c->k, s))
            continue;
        heap = kernel_pointer(c->k, s->cap.lua_heap.object);
        if (heap->size_bits != s->cap.lua_heap.size_bits)
            return check_broken_slot(c, "a Lua heap has forgotten its size: slot", s);
        *bound += heap->vspace != 0;
    }
    return true;
}

bool check_heaps(struct check *c)
{
    kaddr previous = 0;
    uint64_t listed = 0, bound = 0;

    for (kaddr at = c->k->bound_heaps; at != 0;) {
        const struct lua_heap *heap;

        if (!check_is_memory(c, at, LUA_HEAP_BITS_MIN, LUA_HEAP_HEADER_SIZE))
            return check_broken(c, "the list of Lua heaps leads to no heap:", at);
        heap = kernel_pointer(c->k, at);
        if (!check_bound_heap(c, heap, previous))
            return false;
        listed++;
        previous = at;
        at = heap->next;
    }
    if (!check_heap_objects(c, &bound))
        return false;
    if (listed != bound)
        return check_broken(c, "a bound Lua heap is not in the list; in the list are", listed);
    return true;
}
