/* SPDX-License-Identifier: MIT */
/* Address spaces: what ASIDs and page tables lead to has a capability that says so. A capability
 * may remember a mapping that is gone, because the VSpace or a table above it is; the reverse, a
 * mapping that no capability remembers, could never be taken out again. So mappings are counted
 * from both sides. */
#include "kernel/vspace/vspace.h"

#include "kernel/check/walk.h"
#include "kernel/heap/heap.h"

static bool is_page(const struct check *c, kaddr address)
{
    return check_is_memory(c, address, PAGE_BITS, UINT64_C(1) << PAGE_BITS);
}

/* --- ASIDs ------------------------------------------------------------------------------------ */

static uint64_t count_entries(const struct check *c, kaddr pool)
{
    const uint64_t *entries = kernel_pointer(c->k, pool);
    uint64_t count = 0;

    for (unsigned i = 0; i < ASID_POOL_ENTRIES; i++)
        count += entries[i] != 0;
    return count;
}

static bool is_root(const struct check *c, struct cap cap)
{
    return cap_type(cap) == CAP_PAGE_TABLE && cap.page_table.is_mapped &&
           asid_root(c->k, cap.page_table.asid) == cap.page_table.object;
}

static bool has_pool(const struct check *c, struct cap cap)
{
    return cap_type(cap) == CAP_ASID_POOL &&
           c->k->asid_pools[cap.asid_pool.asid_base >> ASID_POOL_INDEX_BITS] ==
               cap.asid_pool.object;
}

bool check_asids(struct check *c)
{
    uint64_t named = 0, roots = 0, pools = 0, used_pools = 0;

    for (unsigned i = 0; i < ASID_POOL_COUNT; i++) {
        if (c->k->asid_pools[i] == 0)
            continue;
        if (!is_page(c, c->k->asid_pools[i]))
            return check_broken(c, "an ASID pool lies outside of memory, pool", i);
        used_pools++;
        named += count_entries(c, c->k->asid_pools[i]);
    }
    for (struct slot *s = check_next(c, &c->k->cdt_sentinel); s; s = check_next(c, s)) {
        if (!check_is_first(c, s))
            continue;
        roots += is_root(c, s->cap);
        pools += has_pool(c, s->cap);
    }
    if (pools != used_pools)
        return check_broken(c, "an ASID pool in use has no capability; in use are", used_pools);
    if (roots != named)
        return check_broken(c, "an ASID names a table without a capability; named are", named);
    return true;
}

/* --- mappings --------------------------------------------------------------------------------- */

/* Entries of one table that lead to tables and frames. */
struct mapping_count {
    uint64_t tables;
    uint64_t frames;
};

static bool count_table(struct check *c, kaddr table, unsigned level, struct mapping_count *count)
{
    const uint64_t *entries = kernel_pointer(c->k, table);

    for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
        if (!pte_is_valid(entries[i]))
            continue;
        if (!pte_is_table(entries[i])) {
            count->frames++;
            continue;
        }
        count->tables++;
        if (level + 1 == TABLE_LEVELS || !is_page(c, pte_address(entries[i])))
            return check_broken(c, "a page table leads to no table:", table);
        if (!count_table(c, pte_address(entries[i]), level + 1, count)) /* at most three deep */
            return false;
    }
    return true;
}

/* Whether the capability's object stands where the capability says. */
static bool frame_is_mapped(const struct check *c, struct cap cap)
{
    kaddr root = asid_root(c->k, cap.frame.asid);
    struct table_walk walk;

    if (cap.frame.asid == 0 || root == 0)
        return false;
    walk = vspace_walk(c->k, root, cap.frame.vaddr);
    return walk.bits == cap.frame.size_bits && pte_is_valid(*walk.entry) &&
           pte_address(*walk.entry) == cap.frame.object;
}

static bool count_tables(struct check *c, struct mapping_count *count)
{
    for (unsigned i = 0; i < ASID_POOL_COUNT; i++) {
        const uint64_t *entries = c->k->asid_pools[i] == 0
                                      ? NULL
                                      : kernel_pointer(c->k, c->k->asid_pools[i]);

        for (unsigned j = 0; entries && j < ASID_POOL_ENTRIES; j++)
            if (entries[j] != 0 && !count_table(c, entries[j], 0, count))
                return false;
    }
    return true;
}

bool check_mappings(struct check *c)
{
    struct mapping_count count = {0, 0};
    uint64_t frames = 0;

    if (!count_tables(c, &count))
        return false;
    for (struct slot *s = check_next(c, &c->k->cdt_sentinel); s; s = check_next(c, s))
        frames += cap_type(s->cap) == CAP_FRAME && frame_is_mapped(c, s->cap);
    if (frames < count.frames)
        return check_broken(c, "a frame is mapped where no capability says so; mapped are",
                            count.frames);
    return true;
}

/* --- heaps ------------------------------------------------------------------------------------ */

static uint64_t count_bound_heaps(const struct check *c)
{
    uint64_t count = 0;

    for (struct slot *s = check_next(c, &c->k->cdt_sentinel); s; s = check_next(c, s)) {
        const struct lua_heap *heap;

        if (cap_type(s->cap) != CAP_LUA_HEAP || !check_is_first(c, s))
            continue;
        heap = kernel_pointer(c->k, s->cap.lua_heap.object);
        count += heap->vspace != 0;
    }
    return count;
}

bool check_heaps(struct check *c)
{
    uint64_t count = 0;
    kaddr previous = 0;

    for (kaddr at = c->k->bound_heaps; at != 0;) {
        const struct lua_heap *heap;

        if (!check_is_memory(c, at, LUA_HEAP_BITS_MIN, LUA_HEAP_HEADER_SIZE))
            return check_broken(c, "the list of Lua heaps leads to no heap:", at);
        heap = kernel_pointer(c->k, at);
        if (heap->previous != previous || !is_page(c, heap->vspace) ||
            heap_of_vspace(c->k, heap->vspace) != heap)
            return check_broken(c, "a Lua heap and its VSpace do not know each other:", at);
        count++;
        previous = at;
        at = heap->next;
    }
    if (count != count_bound_heaps(c))
        return check_broken(c, "a bound Lua heap is not in the list; in the list are", count);
    return true;
}
