/* SPDX-License-Identifier: MIT */
/* Methods of pages. Manual section 7.1.2. */
#include "kernel/cap/lookup.h"
#include "kernel/entry/methods.h"
#include "kernel/vspace/map.h"
#include "kernel/vspace/vspace.h"

/* Where and how a page is to be mapped. */
struct page_mapping {
    uint64_t vaddr;
    uint64_t asid;
    kaddr root;
};

/* Range before alignment; the last address is computed with wraparound, as on the real kernel. */
static enum outcome check_address(struct invocation *inv, struct cap frame, uint64_t vaddr)
{
    kassert(cap_type(frame) == CAP_FRAME);
    if (vaddr + mask_bits(frame.frame.size_bits) >= USER_TOP)
        return refuse_argument(inv, 0, "the page at vaddr would not lie below UserTop");
    if (!is_aligned(vaddr, frame.frame.size_bits))
        return refuse_alignment(inv, "vaddr is not a multiple of the page's size; round it");
    return DONE;
}

/* A mapped page may be mapped again where it is, with other rights; else the entry must be free. */
static enum outcome check_entry(struct invocation *inv, struct cap frame, struct page_mapping m,
                                uint64_t entry)
{
    if (frame.frame.asid != 0) {
        if (frame.frame.asid != m.asid)
            return refuse_capability(inv, 1,
                                     "the capability maps the page in another VSpace than vspace; "
                                     "unmap it first, or map a copy");
        if (frame.frame.vaddr != m.vaddr)
            return refuse_argument(inv, 0,
                                   "the capability maps the page at another address than vaddr; "
                                   "unmap it first, or map a copy");
        return DONE;
    }
    if (pte_is_valid(entry))
        return refuse_delete_first(inv,
                                   "something else is mapped at vaddr already; unmap that first, "
                                   "or choose another address");
    return DONE;
}

/* Words: vaddr, rights, attributes. */
static enum outcome map(struct invocation *inv)
{
    struct cap *frame = &inv->slot->cap;
    struct page_mapping m;
    struct table_walk walk;
    struct lookup_fault fault;
    enum frame_rights rights;

    if (inv->length < 3 || inv->extra[0] == NULL)
        return refuse_truncated(inv);
    m.vaddr = invocation_word(inv, 0);
    TRY(map_find_root(inv, inv->extra[0]->cap, &m.root, &m.asid));
    TRY(check_address(inv, *frame, m.vaddr));
    walk = vspace_walk(inv->kernel, m.root, m.vaddr);
    fault = (struct lookup_fault){.failure = LOOKUP_MISSING_CAPABILITY,
                                  .bits_left = (uint8_t)walk.bits};
    if (walk.bits != frame->frame.size_bits)
        return refuse_lookup(inv, SIDE_TARGET, fault,
                             "a page table for vaddr and this page size is missing; map one there "
                             "with PageTable_Map");
    TRY(check_entry(inv, *frame, m, *walk.entry));

    rights = frame_rights_masked((enum frame_rights)frame->frame.rights, invocation_word(inv, 1));
    if (pte_is_valid(*walk.entry))
        platform_mappings_changed(inv->kernel->platform, m.root);
    *frame = cap_frame_mapped(*frame, m.asid, m.vaddr);
    *walk.entry = pte_make_frame(frame->frame.object, rights,
                                 !(invocation_word(inv, 2) & VM_ATTRIBUTE_EXECUTE_NEVER));
    return DONE;
}

/* The physical address, for drivers that tell a device where to write. */
static enum outcome get_address(struct invocation *inv)
{
    invocation_answer(inv, 0, inv->slot->cap.frame.object);
    invocation_answer_length(inv, 1);
    return DONE;
}

enum outcome frame_invoke(struct invocation *inv)
{
    kassert(cap_type(inv->slot->cap) == CAP_FRAME);
    if (inv->method == METHOD_RISCV_PAGE_MAP)
        return map(inv);
    if (inv->method == METHOD_RISCV_PAGE_UNMAP) {
        vspace_unmap_frame(inv->kernel, inv->slot->cap);
        inv->slot->cap = cap_frame_mapped(inv->slot->cap, 0, 0);
        return DONE;
    }
    if (inv->method == METHOD_RISCV_PAGE_GET_ADDRESS)
        return get_address(inv);
    return refuse_method(inv);
}
