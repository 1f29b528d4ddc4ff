/* SPDX-License-Identifier: MIT */
/* Methods of page tables. Manual section 7.1.1. */
#include "kernel/cap/cdt.h"
#include "kernel/entry/methods.h"
#include "kernel/vspace/map.h"
#include "kernel/vspace/vspace.h"

enum outcome map_check_vspace(struct invocation *inv, struct cap vspace)
{
    if (cap_type(vspace) != CAP_PAGE_TABLE || !vspace.page_table.is_mapped)
        return refuse_capability(inv, 1,
                                 "vspace is not the root of a VSpace; make it one with "
                                 "ASIDPool_Assign");
    return DONE;
}

/* By the ASID in the capability: a root that was deleted is not found any more. */
enum outcome map_find_root(struct invocation *inv, struct cap vspace, kaddr *root, uint64_t *asid)
{
    TRY(map_check_vspace(inv, vspace));
    *asid = vspace.page_table.asid;
    *root = asid_root(inv->kernel, *asid);
    if (*root == 0)
        return refuse_lookup(inv, SIDE_TARGET,
                             (struct lookup_fault){.failure = LOOKUP_INVALID_ROOT},
                             "vspace has lost its ASID: the ASID pool was deleted");
    if (*root != vspace.page_table.object)
        return refuse_capability(inv, 1, "vspace is a table in a VSpace, not its root");
    return DONE;
}

/* Words: vaddr, attributes. The address is rounded down to what the table's entry covers. */
static enum outcome map(struct invocation *inv)
{
    struct cap *table = &inv->slot->cap;
    struct table_walk walk;
    uint64_t vaddr, asid;
    kaddr root;

    if (inv->length < 2 || inv->extra[0] == NULL)
        return refuse_truncated(inv);
    if (table->page_table.is_mapped)
        return refuse_capability(inv, 0,
                                 "the page table is already mapped or a root itself; unmap it "
                                 "first");
    TRY(map_check_vspace(inv, inv->extra[0]->cap));
    vaddr = invocation_word(inv, 0);
    if (vaddr >= USER_TOP)
        return refuse_argument(inv, 0, "vaddr is not below UserTop");
    TRY(map_find_root(inv, inv->extra[0]->cap, &root, &asid));
    walk = vspace_walk(inv->kernel, root, vaddr);
    if (walk.bits == PAGE_BITS || pte_is_valid(*walk.entry))
        return refuse_delete_first(inv,
                                   "a page or tables of all levels are mapped at vaddr already; "
                                   "unmap the page, if it is one");

    *walk.entry = pte_make_table(table->page_table.object);
    *table = cap_page_table_mapped(*table, asid, align_down(vaddr, walk.bits));
    return DONE;
}

/* The table keeps what it holds; the VSpace just does not reach it any longer. */
static enum outcome unmap(struct invocation *inv)
{
    struct cap *table = &inv->slot->cap;

    if (!cdt_is_final(inv->kernel, inv->slot))
        return refuse_revoke_first(inv,
                                   "other capabilities to the page table exist; revoke it first");
    if (table->page_table.is_mapped) {
        if (asid_root(inv->kernel, table->page_table.asid) == table->page_table.object)
            return refuse_revoke_first(inv,
                                       "the page table is the root of a VSpace; it cannot be "
                                       "unmapped, only revoked and deleted");
        vspace_unmap_table(inv->kernel, *table);
        memset(kernel_pointer(inv->kernel, table->page_table.object), 0, 1 << PAGE_TABLE_BITS);
    }
    *table = cap_page_table_mapped(*table, 0, 0);
    return DONE;
}

enum outcome page_table_invoke(struct invocation *inv)
{
    kassert(cap_type(inv->slot->cap) == CAP_PAGE_TABLE);
    if (inv->method == METHOD_RISCV_PAGE_TABLE_MAP)
        return map(inv);
    if (inv->method == METHOD_RISCV_PAGE_TABLE_UNMAP)
        return unmap(inv);
    return refuse_method(inv);
}
