/* SPDX-License-Identifier: MIT */
/* Booting: lays out the arena, makes the root task, and gives it capabilities to everything.
 *
 *     RAM_BASE                                                                  RAM_BASE + size
 *     | struct kernel | queues, bitmap, names | root task's objects | untyped ... | Lua heap |
 *
 * The root task gets: a thread, a CNode with the initial capabilities (abi/bootinfo.lua), a
 * VSpace with its image, IPC buffer and boot information mapped in this order, a Lua heap if
 * asked for, and all other memory as untyped capabilities, each as large as its address allows. */
#include "kernel/cap/cdt.h"
#include "kernel/cap/names.h"
#include "kernel/cap/untyped.h"
#include "kernel/flavour.h"
#include "kernel/vspace/vspace.h"

enum { PAGE_SIZE = 1 << PAGE_BITS };

/* Boot in progress. Once something did not fit, everything after it does nothing. */
struct boot {
    struct kernel *k;
    const struct boot_options *options;
    kaddr next;              /* first byte not given out */
    kaddr end;               /* first byte behind what may be given out */
    struct slot *slots;      /* the root CNode */
    uint64_t slot_count;
    uint64_t next_slot;
    uint8_t *info;           /* the boot information page */
    kaddr vspace;
    kaddr sched_context;     /* MCS: the root task's */
    unsigned untyped_count;
    enum boot_result result;
};

/* --- memory ----------------------------------------------------------------------------------- */

/* Cleared memory for an object of 2^bits bytes; 0 when there is none left. */
static kaddr allocate(struct boot *b, unsigned bits)
{
    kaddr address = align_up(b->next, bits);

    if (b->result != BOOT_OK || address > b->end || b->end - address < UINT64_C(1) << bits) {
        b->result = b->result == BOOT_OK ? BOOT_NO_MEMORY : b->result;
        return 0;
    }
    b->next = address + (UINT64_C(1) << bits);
    if (memory_clean(b->k, address, UINT64_C(1) << bits) != DONE)
        kassert(!"nothing interrupts the boot");
    return address;
}

/* Aligned to its size, like every object. */
static kaddr allocate_heap(struct boot *b, unsigned bits)
{
    uint64_t size = UINT64_C(1) << bits;
    kaddr address;

    if (b->end - b->next < size || align_down(b->end - size, bits) < b->next) {
        b->result = BOOT_NO_MEMORY;
        return 0;
    }
    address = align_down(b->end - size, bits);
    b->end = address;
    return address;
}

/* --- capabilities ----------------------------------------------------------------------------- */

/* Boot capabilities are originals without a parent: nobody can revoke them. They are put into
   slots in the order of their objects' addresses, device memory apart: each stands before the
   earlier ones in the list, so that the whole list is in falling order, as are the children of
   an untyped (check/objects.c relies on it). */
static void put_cap(struct boot *b, struct cap cap, uint64_t index)
{
    kassert(b->result != BOOT_OK || index < b->slot_count);
    if (b->result == BOOT_OK)
        cdt_insert_root(b->k, cap, &b->slots[index]);
}

/* The next free slot; boot information names ranges of them, so they are consecutive. */
static void add_cap(struct boot *b, struct cap cap)
{
    if (b->next_slot >= b->slot_count && b->result == BOOT_OK)
        b->result = BOOT_CNODE_FULL;
    put_cap(b, cap, b->next_slot);
    b->next_slot++;
}

/* A word of the boot information, by byte offset. */
static void set_info(struct boot *b, unsigned offset, uint64_t value)
{
    struct user_word word;

    user_word_store(&word, value);
    if (b->result == BOOT_OK)
        memcpy(b->info + offset, &word, sizeof(word));
}

/* A region of slots: from `start` to the next slot. */
static void set_region(struct boot *b, unsigned offset, uint64_t start)
{
    set_info(b, offset, start);
    set_info(b, offset + 8, b->next_slot);
}

/* --- address space ---------------------------------------------------------------------------- */

/* All tables that pages from vaddr to end need. */
static void map_tables(struct boot *b, uint64_t vaddr, uint64_t end)
{
    uint64_t first = b->next_slot;

    for (uint64_t at = vaddr; at < end; at = align_up(at + 1, MEGA_PAGE_BITS)) {
        struct table_walk walk = vspace_walk(b->k, b->vspace, at);

        for (; walk.bits > PAGE_BITS; walk = vspace_walk(b->k, b->vspace, at)) {
            kaddr table = allocate(b, PAGE_TABLE_BITS);

            if (b->result != BOOT_OK)
                return;
            *walk.entry = pte_make_table(table);
            add_cap(b, cap_page_table_mapped(cap_page_table(table), 1, align_down(at, walk.bits)));
        }
    }
    set_region(b, BOOT_INFO_USER_IMAGE_PAGING, first);
}

/* A page of the root's VSpace as its capability says it; map_page makes that true. */
static struct cap page_cap(kaddr frame, uint64_t vaddr)
{
    return cap_frame_mapped(cap_frame(frame, PAGE_BITS, FRAME_READ_WRITE, false), 1, vaddr);
}

/* A page at vaddr, whose tables exist. */
static void map_page(struct boot *b, kaddr frame, uint64_t vaddr)
{
    kassert(is_aligned(vaddr, PAGE_BITS));
    if (b->result == BOOT_OK)
        *vspace_walk(b->k, b->vspace, vaddr).entry = pte_make_frame(frame, FRAME_READ_WRITE, true);
}

/* Pages filled from host memory, their capabilities in consecutive slots. */
static void map_data(struct boot *b, const uint8_t *data, uint64_t size, uint64_t vaddr,
                     unsigned region)
{
    uint64_t first = b->next_slot;

    for (uint64_t done = 0; done < size; done += PAGE_SIZE) {
        uint64_t chunk = size - done < PAGE_SIZE ? size - done : PAGE_SIZE;
        kaddr frame = allocate(b, PAGE_BITS);

        if (b->result != BOOT_OK)
            return;
        memcpy(kernel_pointer(b->k, frame), data + done, chunk);
        map_page(b, frame, vaddr + done);
        add_cap(b, page_cap(frame, vaddr + done));
    }
    set_region(b, region, first);
}

/* --- the root task ---------------------------------------------------------------------------- */

/* The root CNode, and the capabilities that have no object. */
static void make_cnode(struct boot *b)
{
    unsigned bits = b->options->cnode_bits ? b->options->cnode_bits : ROOT_CNODE_BITS_DEFAULT;
    kaddr cnode = allocate(b, bits + SLOT_BITS);

    if (b->result != BOOT_OK)
        return;
    b->slots = slot_at(b->k, cnode);
    b->slot_count = UINT64_C(1) << bits;
    b->next_slot = INIT_CAP_FIRST_FREE;
    b->k->root_cnode = cnode;
    put_cap(b, cap_cnode(cnode, bits, 0, WORD_BITS - bits), INIT_CAP_CNODE);
    put_cap(b, cap_simple(CAP_IRQ_CONTROL), INIT_CAP_IRQ_CONTROL);
    put_cap(b, cap_simple(CAP_ASID_CONTROL), INIT_CAP_ASID_CONTROL);
    put_cap(b, cap_simple(CAP_DOMAIN), INIT_CAP_DOMAIN);
}

/* The root task's time, and the right to give time. */
static void make_sched_context(struct boot *b)
{
    uint64_t first = b->next_slot;

    if (!b->k->flavour->has_sched_contexts)
        return;
    b->sched_context = allocate(b, MIN_SCHED_CONTEXT_BITS);
    if (b->result != BOOT_OK)
        return;
    put_cap(b, cap_sched_context(b->sched_context, MIN_SCHED_CONTEXT_BITS),
            INIT_CAP_SCHED_CONTEXT);
    add_cap(b, cap_simple(CAP_SCHED_CONTROL));
    set_region(b, BOOT_INFO_SCHEDCONTROL_MCS, first);
}

/* Where the root task finds its IPC buffer, and a page further its boot information. */
static uint64_t buffer_vaddr(const struct boot_options *o)
{
    return align_up(o->image_vaddr + o->image_size, PAGE_BITS);
}

/* The root's VSpace is the first of the first ASID pool. */
static void make_vspace(struct boot *b)
{
    kaddr pool = allocate(b, ASID_POOL_BITS);
    kaddr info = allocate(b, PAGE_BITS);

    b->vspace = allocate(b, PAGE_TABLE_BITS);
    if (b->result != BOOT_OK)
        return;
    b->info = kernel_pointer(b->k, info);
    b->k->asid_pools[0] = pool;
    ((uint64_t *)kernel_pointer(b->k, pool))[1] = b->vspace;
    put_cap(b, cap_asid_pool(pool, 0), INIT_CAP_ASID_POOL);
    put_cap(b, page_cap(info, buffer_vaddr(b->options) + PAGE_SIZE), INIT_CAP_BOOT_INFO);
    put_cap(b, cap_page_table_mapped(cap_page_table(b->vspace), 1, 0), INIT_CAP_VSPACE);
}

/* Image, IPC buffer, boot information and its extra pages, one after the other. Returns the address
   of the IPC buffer. */
static uint64_t map_everything(struct boot *b)
{
    const struct boot_options *o = b->options;
    uint64_t buffer = buffer_vaddr(o);
    kaddr frame = allocate(b, PAGE_BITS);

    put_cap(b, page_cap(frame, buffer), INIT_CAP_IPC_BUFFER);
    map_tables(b, o->image_vaddr, align_up(buffer + 2 * PAGE_SIZE + o->extra_size, PAGE_BITS));
    map_data(b, o->extra, o->extra_size, buffer + 2 * PAGE_SIZE, BOOT_INFO_EXTRA_BI_PAGES);
    map_data(b, o->image, o->image_size, o->image_vaddr, BOOT_INFO_USER_IMAGE_FRAMES);
    if (b->result != BOOT_OK)
        return 0;
    map_page(b, frame, buffer);
    map_page(b, kernel_address(b->k, b->info), buffer + PAGE_SIZE);
    set_info(b, BOOT_INFO_EXTRA_LEN, o->extra_size);
    set_info(b, BOOT_INFO_NUM_NODES, 1);
    set_info(b, BOOT_INFO_IPC_BUFFER, buffer);
    set_info(b, BOOT_INFO_INIT_CNODE_BITS, 63 - (unsigned)__builtin_clzll(b->slot_count));
    return buffer;
}

/* A copy of an initial capability in one of the root thread's slots. */
static void copy_cap(struct boot *b, unsigned index, struct tcb *t, enum tcb_slot slot)
{
    struct cap cap = cap_derive_or_null(b->k, &b->slots[index], b->slots[index].cap);

    cdt_insert(b->k, cap, &b->slots[index], &t->slots[slot]);
}

/* It holds copies of its own root capabilities, so that the user's can be moved or deleted. */
static void make_thread(struct boot *b, uint64_t buffer)
{
    kaddr object = allocate(b, TCB_BITS);
    struct kernel *k = b->k;
    struct tcb *t;

    if (b->result != BOOT_OK)
        return;
    t = tcb_at(k, object);
    kassert(t != NULL);
    tcb_init(k, t);
    tcb_set_name(t, "rootserver", 10);
    put_cap(b, cap_tcb(object), INIT_CAP_TCB);
    copy_cap(b, INIT_CAP_CNODE, t, TCB_SLOT_CSPACE);
    copy_cap(b, INIT_CAP_VSPACE, t, TCB_SLOT_VSPACE);
    copy_cap(b, INIT_CAP_IPC_BUFFER, t, TCB_SLOT_BUFFER);
    k->flavour->thread_prepare(k, t);
    t->buffer_address = buffer;
    t->priority = PRIORITY_MAX;
    t->max_controlled_priority = PRIORITY_MAX;
    t->domain = (uint8_t)k->current_domain;
    t->registers[REG_PC] = b->options->entry;
    t->next_pc = b->options->entry;
    t->registers[REG_A0] = buffer + PAGE_SIZE;
    t->state = THREAD_RUNNING;
    k->flavour->boot_thread(k, t, b->sched_context);
    set_info(b, BOOT_INFO_INIT_DOMAIN, t->domain);
    k->root_thread = object;
    k->current = object;
}

/* From the top of memory, so that the untypeds below stay large. From here on, b->end is where the
   heap lies. */
static void make_heap(struct boot *b)
{
    struct kernel *k = b->k;
    kaddr heap;

    if (b->options->heap_bits == 0)
        return;
    heap = allocate_heap(b, b->options->heap_bits);
    if (b->result != BOOT_OK)
        return;
    heap_init(k, heap, b->options->heap_bits);
    heap_bind(k, kernel_pointer(k, heap), b->vspace, 1);
}

/* --- untypeds --------------------------------------------------------------------------------- */

/* An untyped and its line in the boot information; no more than that has room for. */
static void add_untyped(struct boot *b, kaddr address, unsigned bits, bool is_device)
{
    unsigned list = b->k->flavour->boot_info_untyped + 16u;
    unsigned offset = list + b->untyped_count * BOOT_INFO_UNTYPED_ENTRY_SIZE;

    if (b->untyped_count == UNTYPED_LIST_MAX || b->result != BOOT_OK)
        return;
    add_cap(b, cap_untyped(address, bits, is_device, 0));
    set_info(b, offset, address);
    b->info[offset + 8] = (uint8_t)bits;
    b->info[offset + 9] = is_device;
    b->untyped_count++;
}

/* A region becomes blocks, each as large as its start's alignment and the region's end allow. */
static void add_region(struct boot *b, kaddr start, kaddr end, bool is_device)
{
    kassert(is_aligned(start, MIN_UNTYPED_BITS));
    while (start < end && end - start >= UINT64_C(1) << MIN_UNTYPED_BITS) {
        unsigned bits = 63 - (unsigned)__builtin_clzll(end - start);
        unsigned alignment = start == 0 ? 63 : (unsigned)__builtin_ctzll(start);

        if (bits > alignment)
            bits = alignment;
        if (bits > MAX_UNTYPED_BITS)
            bits = MAX_UNTYPED_BITS;
        if (bits >= MIN_UNTYPED_BITS)
            add_untyped(b, start, bits, is_device);
        start += UINT64_C(1) << bits;
    }
}

/* Device memory without the interrupt controller. */
static void add_device_region(struct boot *b, kaddr start, kaddr end)
{
    if (start < IRQ_CONTROLLER_START && end > IRQ_CONTROLLER_START) {
        add_region(b, start, IRQ_CONTROLLER_START, true);
        start = IRQ_CONTROLLER_END;
    }
    add_region(b, start, end, true);
}

/* Everything that is left, devices first, in the order of addresses. */
static void make_untypeds(struct boot *b)
{
    uint64_t first = b->next_slot;
    kaddr ram_end = RAM_BASE + b->k->memory_size;
    kaddr heap_end = b->end + (b->options->heap_bits ? UINT64_C(1) << b->options->heap_bits : 0);
    kaddr start = 0;

    for (unsigned i = 0; i < b->options->device_page_count; i++) {
        kaddr page = b->options->device_pages[i];

        add_device_region(b, start, page);
        add_region(b, page, page + PAGE_SIZE, true);
        start = page + PAGE_SIZE;
    }
    add_device_region(b, start, RAM_BASE);
    add_region(b, b->next, b->end, false);
    if (b->options->heap_bits != 0 && b->result == BOOT_OK)
        put_cap(b, cap_lua_heap(b->end, b->options->heap_bits), INIT_CAP_LUA_HEAP);
    add_region(b, heap_end, ram_end, false);
    set_region(b, b->k->flavour->boot_info_untyped, first);
    set_info(b, BOOT_INFO_EMPTY, b->next_slot);
    set_info(b, BOOT_INFO_EMPTY + 8, b->slot_count);
}

/* --- the kernel's own state ------------------------------------------------------------------- */

/* Whatever a host may pass: nothing after this looks at the options' ranges again. */
static bool options_are_valid(const struct boot_options *o)
{
    uint64_t end = align_up(o->image_vaddr + o->image_size, PAGE_BITS) + o->extra_size;

    if (!is_aligned(o->memory_size, PAGE_BITS) || !is_aligned(o->image_vaddr, PAGE_BITS))
        return false;
    if (o->domain_count < 1 || o->domain_count > DOMAIN_COUNT_MAX || o->image_size < 1)
        return false;
    if (o->schedule_length > DOMAIN_SCHEDULE_LENGTH - 1 || (o->schedule && !o->schedule_length))
        return false;
    if (o->heap_bits && (o->heap_bits < LUA_HEAP_BITS_MIN || o->heap_bits > LUA_HEAP_BITS_MAX))
        return false;
    if (o->cnode_bits && (o->cnode_bits < 5 || o->cnode_bits > 24))
        return false;
    for (unsigned i = 0; o->schedule && i < o->schedule_length; i++)
        if (o->schedule[i].domain >= o->domain_count || o->schedule[i].duration_ticks == 0)
            return false;
    return end + 3 * PAGE_SIZE <= USER_TOP && o->image_vaddr < USER_TOP;
}

/* The schedule ends with a mark, an entry of duration 0. With one domain it has two entries. */
static void set_schedule(struct kernel *k, const struct boot_options *o)
{
    static const struct domain_entry forever = {.domain = 0,
                                                .duration_ticks = (UINT64_C(1) << 56) - 1};
    const struct domain_entry *entries = o->schedule ? o->schedule : &forever;
    uint32_t count = o->schedule ? o->schedule_length : 1;

    memcpy(k->schedule, entries, count * sizeof(*entries));
    k->schedule_length = o->domain_count > 1 ? DOMAIN_SCHEDULE_LENGTH : count + 1;
    k->current_domain = (uint32_t)k->schedule[0].domain;
    k->domain_time_ticks = k->schedule[0].duration_ticks;
}

/* Bytes of the arrays behind struct kernel. */
static uint64_t queues_size(const struct boot_options *o)
{
    return o->domain_count * sizeof(struct ready_queues);
}

/* A bit per page of RAM, in whole words. */
static uint64_t bitmap_size(const struct boot_options *o)
{
    return align_up(o->memory_size >> PAGE_BITS, 6) / 8;
}

static uint64_t names_size(const struct boot_options *o)
{
    return o->name_capacity * sizeof(struct object_name);
}

/* Nothing in the arena is trusted; only the kernel's own part of it is cleared now. */
static void init_kernel(struct kernel *k, const struct boot_options *o)
{
    kaddr after = RAM_BASE + align_up(sizeof(*k), 6);

    memset(k, 0, sizeof(*k));
    k->flavour = o->flavour;
    k->platform = o->platform;
    k->memory_size = o->memory_size;
    k->domain_count = o->domain_count;
    k->work_units_per_check = UINT32_MAX; /* the boot itself is not interrupted */
    k->traces_errors = o->traces_errors;
    k->tick_deadline = UINT64_MAX;
    k->ready = after;
    k->unclean_pages = align_up(after + queues_size(o), 6);
    k->names = k->unclean_pages + bitmap_size(o);
    k->name_capacity = o->name_capacity;
    k->free_start = align_up(k->names + names_size(o), PAGE_BITS);
    memset(kernel_pointer(k, k->ready), 0, queues_size(o));
    memset(kernel_pointer(k, k->unclean_pages), 0xff, bitmap_size(o));
    k->irq_states[IRQ_TIMER] = IRQ_RESERVED;
    k->idle.state = THREAD_IDLE;
    tcb_set_name(&k->idle, "idle", 4);
    k->current = kernel_address(k, &k->idle);
    set_schedule(k, o);
}

/* The order is that of the boot information: fixed capabilities, tables, frames, untypeds. */
enum boot_result kernel_boot(void *arena, const struct boot_options *options)
{
    struct kernel *k = arena;
    struct boot b = {.k = k, .options = options, .result = BOOT_OK};
    uint64_t least = sizeof(*k) + queues_size(options) + bitmap_size(options) +
                     names_size(options) + 4 * PAGE_SIZE;

    if (!options_are_valid(options))
        return BOOT_BAD_OPTIONS;
    if (options->memory_size < least)
        return BOOT_NO_MEMORY;
    init_kernel(k, options);
    b.next = k->free_start;
    b.end = RAM_BASE + k->memory_size;

    make_cnode(&b);
    make_vspace(&b);
    make_sched_context(&b);
    if (b.result == BOOT_OK)
        make_thread(&b, map_everything(&b));
    if (b.result == BOOT_OK)
        make_heap(&b);
    make_untypeds(&b);
    k->work_units_per_check = options->work_units_per_check ? options->work_units_per_check
                                                            : WORK_UNITS_PER_CHECK;
    return b.result;
}
