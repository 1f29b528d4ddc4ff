/* SPDX-License-Identifier: MIT */
/* Methods of the ASIDControl capability and of ASID pools. Manual section 7.1.3. */
#include "kernel/cap/cdt.h"
#include "kernel/cap/lookup.h"
#include "kernel/cap/untyped.h"
#include "kernel/entry/methods.h"
#include "kernel/vspace/vspace.h"

/* The lowest pool number that is free; ASID_POOL_COUNT: none. */
static unsigned free_pool(const struct kernel *k)
{
    unsigned i = 0;

    while (i < ASID_POOL_COUNT && k->asid_pools[i] != 0)
        i++;
    return i;
}

/* An untyped of exactly one page without children: it becomes the pool. */
static enum outcome check_pool_memory(struct invocation *inv, const struct slot *slot)
{
    if (cap_type(slot->cap) != CAP_UNTYPED || slot->cap.untyped.size_bits != ASID_POOL_BITS ||
        slot->cap.untyped.is_device)
        return refuse_capability(inv, 1,
                                 "untyped is not 4 KiB of RAM; an ASID pool is made of an untyped "
                                 "of size_bits 12");
    if (cdt_first_child(inv->kernel, slot))
        return refuse_revoke_first(inv, "untyped has children; revoke it first");
    return DONE;
}

/* The pool takes the whole untyped, which then counts as full. */
static enum outcome create_pool(struct kernel *k, struct slot *parent, unsigned number,
                                struct slot *slot)
{
    kaddr memory = parent->cap.untyped.object;

    kassert(number < ASID_POOL_COUNT && k->asid_pools[number] == 0);
    kassert(cap_type(parent->cap) == CAP_UNTYPED);
    TRY(memory_clean(k, memory, 1 << ASID_POOL_BITS));
    memset(kernel_pointer(k, memory), 0, 1 << ASID_POOL_BITS);
    parent->cap.untyped.free_bytes = UINT64_C(1) << ASID_POOL_BITS;
    cdt_insert(k, cap_asid_pool(memory, (uint64_t)number << ASID_POOL_INDEX_BITS), parent, slot);
    k->asid_pools[number] = memory;
    return DONE;
}

/* Words: index, depth; capabilities: untyped, CNode. */
static enum outcome make_pool(struct invocation *inv)
{
    struct lookup_target target = {.side = SIDE_TARGET, .role = ROLE_ROOTED};
    struct slot *slot;
    unsigned number;

    if (inv->length < 2 || inv->extra[0] == NULL || inv->extra[1] == NULL)
        return refuse_truncated(inv);
    number = free_pool(inv->kernel);
    if (number == ASID_POOL_COUNT)
        return refuse_delete_first(inv,
                                   "all ASID pools there may be exist already; delete one first");
    TRY(check_pool_memory(inv, inv->extra[0]));
    target.root = inv->extra[1]->cap;
    target.index = invocation_word(inv, 0);
    target.depth = invocation_word(inv, 1);
    TRY(lookup_target(inv, target, &slot));
    if (!cap_is_null(slot->cap))
        return refuse_occupied(inv, slot, target.index, "index");
    return create_pool(inv->kernel, inv->extra[0], number, slot);
}

enum outcome asid_control_invoke(struct invocation *inv)
{
    if (inv->method != METHOD_RISCV_ASID_CONTROL_MAKE_POOL)
        return refuse_method(inv);
    return make_pool(inv);
}

/* Gives a page table the lowest free ASID of the pool: it becomes a VSpace root. */
static enum outcome assign(struct invocation *inv)
{
    uint64_t base = inv->slot->cap.asid_pool.asid_base;
    struct slot *table;
    uint64_t *entries;
    unsigned i = 0;

    kassert(cap_type(inv->slot->cap) == CAP_ASID_POOL);
    if (inv->extra[0] == NULL)
        return refuse_truncated(inv);
    table = inv->extra[0];
    if (cap_type(table->cap) != CAP_PAGE_TABLE || table->cap.page_table.is_mapped)
        return refuse_capability(inv, 1,
                                 "vspace is not a page table, or it is mapped or has an ASID "
                                 "already");
    entries = asid_entry(inv->kernel, base);
    if (entries == NULL)
        return refuse_lookup(inv, SIDE_TARGET,
                             (struct lookup_fault){.failure = LOOKUP_INVALID_ROOT},
                             "the ASID pool is not in use any more; make another one");
    if (kernel_address(inv->kernel, entries) != inv->slot->cap.asid_pool.object)
        return refuse_capability(inv, 0,
                                 "another pool has the number of this one now; make another one");
    /* ASID 0 is never given out: it stands for "not mapped". */
    while (i < ASID_POOL_ENTRIES && (base + i == 0 || entries[i] != 0))
        i++;
    if (i == ASID_POOL_ENTRIES)
        return refuse_delete_first(inv,
                                   "all ASIDs of the pool are in use; delete a VSpace of it, or "
                                   "use another pool");
    entries[i] = table->cap.page_table.object;
    table->cap = cap_page_table_mapped(table->cap, base + i, 0);
    return DONE;
}

/* The lowest free entry; ASID 0 is never given out. */
enum outcome asid_pool_invoke(struct invocation *inv)
{
    kassert(cap_type(inv->slot->cap) == CAP_ASID_POOL);
    if (inv->method != METHOD_RISCV_ASID_POOL_ASSIGN)
        return refuse_method(inv);
    return assign(inv);
}
