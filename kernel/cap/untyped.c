/* SPDX-License-Identifier: MIT */
/* Untyped memory, and the making of objects.
 *
 * An untyped capability stands for a block of memory and remembers how much of its beginning has
 * been given out, its watermark. Retype rounds the watermark up to the new objects' alignment, puts
 * them there side by side, and moves it behind them:
 *
 *     object                            watermark                        object + 2^size_bits
 *     |  TCB  |  EP EP |..| CNode       |  free                          |
 *              children in the CDT      `- zero, or in pages marked unclean
 *
 * It never moves back while there are children. When the last child is gone, the next Retype starts
 * from the beginning: it resets the untyped, clearing what had been given out from its end to its
 * start, chunk by chunk, with the watermark following, so that it may be preempted.
 *
 * Memory given to users is zero. At boot nobody knows what the arena holds, and clearing a
 * gigabyte takes longer than a machine may take to start. So a bitmap says of each 4 KiB page of
 * RAM whether its content is unknown; such a page is cleared when the first object is made in it
 * (memory_clean), again in steps that may be preempted. Lua heaps are not cleared at all, as no
 * user can read their memory; their pages are marked again, so that the clearing is due when
 * something else is made there. */
#include "kernel/cap/untyped.h"

#include "kernel/cap/cdt.h"
#include "kernel/entry/preemption.h"
#include "kernel/flavour.h"

/* --- clean and unclean pages ------------------------------------------------------------------ */

static uint64_t *unclean_word(struct kernel *k, uint64_t page)
{
    return (uint64_t *)kernel_pointer(k, k->unclean_pages) + page / 64;
}

static uint64_t page_of(kaddr address)
{
    kassert(address >= RAM_BASE);
    return (address - RAM_BASE) >> PAGE_BITS;
}

static bool page_is_unclean(struct kernel *k, kaddr address)
{
    uint64_t page = page_of(address);

    return (*unclean_word(k, page) >> (page % 64) & 1) != 0;
}

/* Page by page. The bit is taken away only after the page is clear, so a preempted call goes on
   where it was. */
enum outcome memory_clean(struct kernel *k, kaddr start, uint64_t size)
{
    kassert(start >= k->free_start && size <= k->memory_size);
    for (kaddr at = align_down(start, PAGE_BITS); at < start + size; at += 1 << PAGE_BITS) {
        uint64_t page = page_of(at);

        if (!page_is_unclean(k, at))
            continue;
        memset(kernel_pointer(k, at), 0, 1 << PAGE_BITS);
        *unclean_word(k, page) &= ~(UINT64_C(1) << (page % 64));
        TRY(preemption_point(k));
    }
    return DONE;
}

/* Only whole pages: the rest of a page belongs to other objects, and is clear already. */
void memory_mark_unclean(struct kernel *k, kaddr start, uint64_t size)
{
    uint64_t end = page_of(align_down(start + size, PAGE_BITS));

    kassert(is_aligned(size, PAGE_BITS) || size < UINT64_C(1) << PAGE_BITS);
    kassert(start >= k->free_start && size <= k->memory_size);
    for (uint64_t page = page_of(align_up(start, PAGE_BITS)); page < end; page++)
        *unclean_word(k, page) |= UINT64_C(1) << (page % 64);
}

/* Clears a chunk; one in an unclean page is left to memory_clean. */
static void clear_chunk(struct kernel *k, kaddr start, uint64_t size)
{
    if (!page_is_unclean(k, start))
        memset(kernel_pointer(k, start), 0, size);
}

/* Everything given out is gone: clears it backwards, the watermark following. Device memory is
   never touched. */
static enum outcome reset(struct kernel *k, struct slot *slot)
{
    struct cap *cap = &slot->cap;
    uint64_t used = cap->untyped.free_bytes;
    const uint64_t chunk = UINT64_C(1) << RESET_CHUNK_BITS;

    kassert(cap_type(slot->cap) == CAP_UNTYPED);
    kassert(cdt_first_child(k, slot) == NULL);
    if (cap->untyped.is_device || cap->untyped.size_bits < RESET_CHUNK_BITS) {
        if (!cap->untyped.is_device)
            clear_chunk(k, cap->untyped.object, UINT64_C(1) << cap->untyped.size_bits);
        cap->untyped.free_bytes = 0;
        return DONE;
    }
    platform_memory_reclaimed(k->platform, cap->untyped.object, used);
    used = align_up(used, RESET_CHUNK_BITS);
    while (used > 0) {
        used -= chunk;
        clear_chunk(k, cap->untyped.object + used, chunk);
        cap->untyped.free_bytes = used;
        TRY(preemption_point(k));
    }
    return DONE;
}

/* --- objects ---------------------------------------------------------------------------------- */

unsigned object_size_bits(const struct kernel *k, enum object_type type, unsigned size_bits)
{
    switch (type) {
    case OBJECT_UNTYPED:
    case OBJECT_LUA_HEAP:
    case OBJECT_SCHED_CONTEXT:
        return size_bits;
    case OBJECT_CNODE:
        return size_bits + SLOT_BITS;
    case OBJECT_TCB:
        return TCB_BITS;
    case OBJECT_ENDPOINT:
        return ENDPOINT_BITS;
    case OBJECT_NOTIFICATION:
        return k->flavour->notification_bits;
    case OBJECT_REPLY:
        return REPLY_BITS;
    case OBJECT_GIGA_PAGE:
        return GIGA_PAGE_BITS;
    case OBJECT_MEGA_PAGE:
        return MEGA_PAGE_BITS;
    case OBJECT_4K_PAGE:
        return PAGE_BITS;
    case OBJECT_PAGE_TABLE:
        return PAGE_TABLE_BITS;
    case OBJECT_NONE:
    case OBJECT_TYPE_COUNT:
        break;
    }
    kassert(!"an object type");
    return 0;
}

/* The memory is zero, which is a valid state of every object but threads and heaps. */
struct cap object_create(struct kernel *k, enum object_type type, kaddr memory, unsigned size_bits,
                         bool is_device)
{
    const unsigned all = RIGHT_READ | RIGHT_WRITE | RIGHT_GRANT | RIGHT_GRANT_REPLY;

    kassert(is_aligned(memory, object_size_bits(k, type, size_bits)));
    switch (type) {
    case OBJECT_UNTYPED:
        return cap_untyped(memory, size_bits, is_device, 0);
    case OBJECT_TCB:
        tcb_init(k, tcb_at(k, memory));
        return cap_tcb(memory);
    case OBJECT_ENDPOINT:
        return cap_endpoint(memory, all, 0);
    case OBJECT_NOTIFICATION:
        return cap_notification(memory, all, 0);
    case OBJECT_CNODE:
        return cap_cnode(memory, size_bits, 0, 0);
    case OBJECT_GIGA_PAGE:
    case OBJECT_MEGA_PAGE:
    case OBJECT_4K_PAGE:
        return cap_frame(memory, object_size_bits(k, type, 0), FRAME_READ_WRITE, is_device);
    case OBJECT_PAGE_TABLE:
        return cap_page_table(memory);
    case OBJECT_LUA_HEAP:
        heap_init(k, memory, size_bits);
        return cap_lua_heap(memory, size_bits);
    case OBJECT_SCHED_CONTEXT:
        return cap_sched_context(memory, size_bits);
    case OBJECT_REPLY:
        return cap_reply_object(memory, true);
    case OBJECT_NONE:
    case OBJECT_TYPE_COUNT:
        break;
    }
    kassert(!"an object type of this configuration");
    return cap_null();
}

/* Makes memory fit for new objects: all of it zero, but for those nobody can read. */
static enum outcome prepare_memory(struct kernel *k, const struct retype_request *r)
{
    uint64_t size = (uint64_t)r->count << r->object_bits;

    if (r->parent->cap.untyped.is_device || r->type == OBJECT_UNTYPED)
        return DONE;
    if (r->type != OBJECT_LUA_HEAP)
        return memory_clean(k, r->memory, size);
    for (unsigned i = 0; i < r->count; i++)
        TRY(memory_clean(k, r->memory + ((uint64_t)i << r->object_bits), LUA_HEAP_HEADER_SIZE));
    memory_mark_unclean(k, r->memory, size);
    return DONE;
}

/* Long work first: memory is cleared before anything is visible, so a preempted call leaves
   only cleaner memory behind. The objects themselves then appear in one go. */
enum outcome untyped_retype(struct kernel *k, const struct retype_request *r)
{
    struct cap *parent = &r->parent->cap;
    bool is_device = parent->untyped.is_device;

    kassert(cap_type(r->parent->cap) == CAP_UNTYPED);
    kassert(r->memory >= r->parent->cap.untyped.object);
    kassert(r->count >= 1 && r->count <= RETYPE_FAN_OUT_MAX);
    kassert(is_aligned(r->memory, r->object_bits));
    if (r->needs_reset && parent->untyped.free_bytes != 0)
        TRY(reset(k, r->parent));
    TRY(prepare_memory(k, r));

    parent->untyped.free_bytes =
        r->memory + ((uint64_t)r->count << r->object_bits) - parent->untyped.object;
    for (unsigned i = 0; i < r->count; i++) {
        kaddr memory = r->memory + ((uint64_t)i << r->object_bits);
        struct cap cap = object_create(k, r->type, memory, r->size_bits, is_device);

        cdt_insert_new_object(k, cap, r->parent, r->first + i);
    }
    return DONE;
}
