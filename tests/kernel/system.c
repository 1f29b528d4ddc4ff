/* SPDX-License-Identifier: MIT */
#include "tests/kernel/system.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/flag.h"

enum {
    IMAGE_VADDR = 0x10000,
    BUFFERS_VADDR = 0x110000, /* in the same 2 MiB, so that the page table is there */
    PARK_LINE = 96,           /* interrupt line that wakes the root thread */
    REPEATS_MAX = 20000       /* of one call: a domain may have too little time for any (MCS) */
};

_Noreturn void system_fail(const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    null_platform_fail(text);
}

/* --- looking ---------------------------------------------------------------------------------- */

struct tcb *current(struct system *s)
{
    return kernel_current(s->k);
}

struct slot *root_slot(struct system *s, uint64_t cptr)
{
    return slot_at(s->k, s->k->root_cnode + cptr * sizeof(struct slot));
}

kaddr object_of(struct system *s, uint64_t cptr)
{
    return root_slot(s, cptr)->cap.any.object;
}

struct tcb *tcb_of(struct system *s, uint64_t cptr)
{
    if (cap_type(root_slot(s, cptr)->cap) != CAP_TCB)
        system_fail("slot %llu does not hold a TCB", (unsigned long long)cptr);
    return tcb_at(s->k, object_of(s, cptr));
}

uint64_t *buffer_of(struct system *s, struct tcb *t)
{
    struct cap cap = t->slots[TCB_SLOT_BUFFER].cap;

    if (cap_type(cap) != CAP_FRAME || t->buffer_address == 0)
        return NULL;
    return (uint64_t *)((uint8_t *)kernel_pointer(s->k, cap.frame.object) +
                        (t->buffer_address & mask_bits(cap.frame.size_bits)));
}

uint64_t boot_info_word(struct system *s, unsigned offset)
{
    const uint64_t *info = kernel_pointer(s->k, object_of(s, ROOT_BOOT_INFO));

    return info[offset / sizeof(uint64_t)];
}

void system_check(struct system *s)
{
    if (s->is_unchecked || s->has_trouble || CHECK_EVERY_ENTRY)
        return;
    s->has_trouble = !kernel_check(s->k, &s->report);
}

/* --- booting ---------------------------------------------------------------------------------- */

/* The largest untyped that is not a device. */
static uint64_t find_untyped(struct system *s)
{
    uint64_t first = boot_info_word(s, INFO_UNTYPED);
    uint64_t end = boot_info_word(s, INFO_UNTYPED + 8);
    uint64_t best = 0;
    unsigned best_bits = 0;

    for (uint64_t slot = first; slot < end; slot++) {
        uint64_t word = boot_info_word(s, (unsigned)(INFO_UNTYPED_LIST + 16 * (slot - first) + 8));
        unsigned bits = word & 0xff;
        bool is_device = (word >> 8 & 0xff) != 0;

        if (!is_device && bits > best_bits) {
            best = slot;
            best_bits = bits;
        }
    }
    return best;
}

/* The image's content is of no interest: nothing runs it. */
static struct boot_options kernel_options(struct system *s, struct system_options options,
                                          const uint8_t *image, uint64_t image_size)
{
    return (struct boot_options){
        .flavour = &ABI_FLAVOUR,
        .platform = &s->platform,
        .memory_size = (uint64_t)(options.memory_mib ? options.memory_mib : 8) << 20,
        .domain_count = options.domain_count ? options.domain_count : 1,
        .schedule = options.schedule,
        .schedule_length = options.schedule_length,
        .work_units_per_check = options.work_units_per_check,
        .image = image,
        .image_size = image_size,
        .image_vaddr = IMAGE_VADDR,
        .entry = IMAGE_VADDR,
        .heap_bits = options.heap_bits,
        .name_capacity = options.name_capacity,
        .cnode_bits = options.cnode_bits,
        .device_pages = options.device_pages,
        .device_page_count = options.device_page_count,
        .extra = options.extra,
        .extra_size = options.extra_size,
    };
}

enum boot_result system_try_boot(struct system *s, struct system_options options)
{
    uint64_t image_size = (options.image_pages ? options.image_pages : 1) * UINT64_C(4096);
    uint8_t *image = calloc(1, image_size);
    struct boot_options boot;
    enum boot_result result;

    memset(s, 0, sizeof(*s));
    null_platform_init(&s->platform);
    boot = kernel_options(s, options, image, image_size);
    s->is_unchecked = options.is_unchecked;
    s->block = aligned_alloc(4096, boot.memory_size);
    if (!s->block || !image)
        system_fail("the host has no memory for a machine of %llu bytes",
                    (unsigned long long)boot.memory_size);
    result = kernel_boot(s->block, &boot);
    free(image);
    if (result != BOOT_OK)
        return result;
    s->k = s->block;
    s->root = tcb_at(s->k, s->k->root_thread);
    s->next_slot = boot_info_word(s, INFO_EMPTY);
    s->next_vaddr = BUFFERS_VADDR;
    s->untyped = find_untyped(s);
    if (!options.is_bare)
        root_prepare(s);
    system_check(s);
    return BOOT_OK;
}

void system_boot(struct system *s, struct system_options options)
{
    enum boot_result result = system_try_boot(s, options);

    if (result != BOOT_OK)
        system_fail("the system does not boot: result %d", (int)result);
}

void system_free(struct system *s)
{
    free(s->block);
    s->block = NULL;
    s->k = NULL;
}

/* --- entering the kernel ---------------------------------------------------------------------- */

static struct tcb *need_current(struct system *s)
{
    struct tcb *t = current(s);

    if (!t)
        system_fail("no thread runs, so none can make a system call");
    return t;
}

uint64_t trap(struct system *s, int64_t number)
{
    struct tcb *t = need_current(s);
    uint64_t address = t->next_pc;

    t->registers[REG_A7] = (uint64_t)number;
    t->registers[REG_PC] = address;
    t->next_pc = address + 4;
    kernel_syscall(s->k, number);
    system_check(s);
    return address;
}

void trap_to_end(struct system *s, int64_t number)
{
    struct tcb *t = need_current(s);
    uint64_t address = trap(s, number);

    for (unsigned i = 0; i < REPEATS_MAX && current(s) == t && t->next_pc == address; i++)
        trap(s, (int64_t)t->registers[REG_A7]);
}

void interrupt(struct system *s)
{
    while (platform_irq_pending(&s->platform)) {
        kernel_interrupt(s->k);
        system_check(s);
    }
}

/* --- messages --------------------------------------------------------------------------------- */

void message_write(struct system *s, struct tcb *t, const struct message *m)
{
    uint64_t *buffer = buffer_of(s, t);

    t->registers[REG_A1] = abi_info(m->label, m->unwrapped, m->extra_count, m->length);
    for (unsigned i = 0; i < ABI_MESSAGE_REGISTERS; i++)
        t->registers[REG_A2 + i] = i < m->length ? m->words[i] : 0;
    if (!buffer)
        return;
    for (unsigned i = 0; i < ABI_MESSAGE_WORDS; i++)
        buffer[BUFFER_WORDS + i] = i < m->length ? m->words[i] : 0;
    for (unsigned i = 0; i < ABI_EXTRA_CAPS; i++)
        buffer[BUFFER_CAPS + i] = i < m->extra_count ? m->caps[i] : 0;
}

void message_read(struct system *s, struct tcb *t, struct message *m)
{
    const uint64_t *buffer = buffer_of(s, t);
    uint64_t info = t->registers[REG_A1];

    memset(m, 0, sizeof(*m));
    m->badge = t->registers[REG_A0];
    m->label = abi_info_label(info);
    m->length = abi_info_length(info);
    m->extra_count = abi_info_extra(info);
    m->unwrapped = abi_info_unwrapped(info);
    for (unsigned i = 0; i < m->length && i < ABI_MESSAGE_WORDS; i++) {
        if (i < ABI_MESSAGE_REGISTERS)
            m->words[i] = t->registers[REG_A2 + i];
        else
            m->words[i] = buffer ? buffer[BUFFER_WORDS + i] : 0;
    }
    for (unsigned i = 0; buffer && i < ABI_EXTRA_CAPS; i++)
        m->caps[i] = buffer[BUFFER_CAPS + i];
}

void trap_with(struct system *s, int64_t number, uint64_t cptr, const struct message *m)
{
    static const struct message nothing;
    struct tcb *t = need_current(s);

    message_write(s, t, m ? m : &nothing);
    t->registers[REG_A0] = cptr;
    trap_to_end(s, number);
}

void send(struct system *s, uint64_t cptr, const struct message *m)
{
    trap_with(s, ABI_SEND, cptr, m);
}

void send_nonblocking(struct system *s, uint64_t cptr, const struct message *m)
{
    trap_with(s, ABI_NB_SEND, cptr, m);
}

void call(struct system *s, uint64_t cptr, const struct message *m)
{
    trap_with(s, ABI_CALL, cptr, m);
}

void receive(struct system *s, uint64_t cptr)
{
    reply_choose(s);
    trap_with(s, ABI_RECV, cptr, NULL);
}

void receive_nonblocking(struct system *s, uint64_t cptr)
{
    reply_choose(s);
    trap_with(s, ABI_NB_RECV, cptr, NULL);
}

void reply_receive(struct system *s, uint64_t cptr, const struct message *m)
{
    reply_choose(s);
    trap_with(s, ABI_REPLY_RECV, cptr, m);
}

void signal_to(struct system *s, uint64_t cptr)
{
    trap_with(s, ABI_SEND, cptr, NULL);
}

uint64_t identify(struct system *s, uint64_t cptr)
{
    struct tcb *t = need_current(s);

    t->registers[REG_A0] = cptr;
    trap_to_end(s, ABI_DEBUG_CAP_IDENTIFY);
    return t->registers[REG_A0];
}

/* --- invocations ------------------------------------------------------------------------------ */

uint64_t invoke(struct system *s, uint64_t service, uint64_t label, struct cap_list caps,
                struct word_list words)
{
    struct message m = {.label = label, .length = words.count, .extra_count = caps.count};
    struct tcb *t = need_current(s);

    memcpy(m.words, words.items, sizeof(m.words));
    memcpy(m.caps, caps.items, sizeof(m.caps));
    call(s, service, &m);
    if (current(s) != t && t->state != THREAD_RUNNING)
        return NOT_ANSWERED;
    message_read(s, t, &s->reply);
    return s->reply.label;
}

uint64_t retype(struct system *s, uint64_t untyped, uint64_t type, uint64_t size_bits,
                uint64_t slot, uint64_t count)
{
    return invoke(s, untyped, ABI_UNTYPED_RETYPE, CAPS(ROOT_CNODE),
                  WORDS(type, size_bits, 0, 0, slot, count));
}

uint64_t cnode_copy(struct system *s, uint64_t to, uint64_t from)
{
    return invoke(s, ROOT_CNODE, ABI_CNODE_COPY, CAPS(ROOT_CNODE),
                  WORDS(to, 64, from, 64, ABI_ALL_RIGHTS));
}

uint64_t cnode_mint(struct system *s, uint64_t to, uint64_t from, uint64_t rights, uint64_t badge)
{
    return invoke(s, ROOT_CNODE, ABI_CNODE_MINT, CAPS(ROOT_CNODE),
                  WORDS(to, 64, from, 64, rights, badge));
}

uint64_t cnode_move(struct system *s, uint64_t to, uint64_t from)
{
    return invoke(s, ROOT_CNODE, ABI_CNODE_MOVE, CAPS(ROOT_CNODE), WORDS(to, 64, from, 64));
}

uint64_t cnode_delete(struct system *s, uint64_t slot)
{
    return invoke(s, ROOT_CNODE, ABI_CNODE_DELETE, NO_CAPS, WORDS(slot, 64));
}

uint64_t cnode_revoke(struct system *s, uint64_t slot)
{
    return invoke(s, ROOT_CNODE, ABI_CNODE_REVOKE, NO_CAPS, WORDS(slot, 64));
}

/* --- making things ---------------------------------------------------------------------------- */

void need_success(struct system *s, uint64_t error, const char *what)
{
    if (error != ABI_NO_ERROR)
        system_fail("%s is refused: error %lld (%s)", what, (long long)error, s->root->explanation);
}

uint64_t slots_new(struct system *s, unsigned count)
{
    uint64_t first = s->next_slot;

    s->next_slot += count;
    return first;
}

uint64_t slot_new(struct system *s)
{
    return slots_new(s, 1);
}

uint64_t make(struct system *s, uint64_t type, uint64_t size_bits)
{
    uint64_t slot = slot_new(s);

    need_success(s, retype(s, s->untyped, type, size_bits, slot, 1), "making an object");
    return slot;
}

uint64_t make_buffer(struct system *s, uint64_t *vaddr)
{
    uint64_t frame = make(s, ABI_TYPE_PAGE, 0);

    *vaddr = s->next_vaddr;
    s->next_vaddr += 1 << ABI_PAGE_BITS;
    need_success(s, invoke(s, frame, ABI_PAGE_MAP, CAPS(ROOT_VSPACE),
                           WORDS(*vaddr, ABI_READ | ABI_WRITE, 0)),
                 "mapping a frame");
    return frame;
}

uint64_t make_thread(struct system *s, struct thread_options options)
{
    uint64_t tcb = make(s, ABI_TYPE_TCB, 0);
    uint64_t vaddr;
    uint64_t frame = make_buffer(s, &vaddr);

    thread_set_up(s, tcb, (struct thread_setup){.cnode = ROOT_CNODE,
                                                .frame = frame,
                                                .vaddr = vaddr,
                                                .handler = options.fault_handler,
                                                .handler_inside = options.fault_handler,
                                                .mcp = options.priority,
                                                .priority = options.priority,
                                                .is_passive = options.is_passive});
    need_success(s, invoke(s, tcb, ABI_TCB_WRITE_REGISTERS, NO_CAPS, WORDS(0, 1, IMAGE_VADDR)),
                 "giving a thread its registers");
    return tcb;
}

void resume(struct system *s, uint64_t tcb)
{
    need_success(s, invoke(s, tcb, ABI_TCB_RESUME, NO_CAPS, NO_WORDS), "resuming a thread");
}

/* --- the root thread steps aside -------------------------------------------------------------- */

/* The park notification is signalled by an interrupt line, so no thread has to do it. */
static void make_park(struct system *s)
{
    uint64_t handler = slot_new(s);
    uint64_t park = make(s, ABI_TYPE_NOTIFICATION, 0);

    need_success(s, invoke(s, ROOT_IRQ_CONTROL, ABI_IRQ_CONTROL_GET, CAPS(ROOT_CNODE),
                           WORDS(PARK_LINE, handler, 64)),
                 "making an interrupt handler");
    need_success(s, invoke(s, handler, ABI_IRQ_HANDLER_SET_NOTIFICATION, CAPS(park), NO_WORDS),
                 "giving a notification to an interrupt handler");
    s->park = park;
}

void root_sleep(struct system *s)
{
    if (current(s) != s->root)
        system_fail("the root thread does not run, so it cannot go to sleep");
    if (s->park == 0)
        make_park(s);
    receive(s, s->park);
}

void root_wake(struct system *s)
{
    uint64_t handler = s->park - 1; /* make_park takes the two slots in a row */

    null_platform_raise(&s->platform, PARK_LINE);
    interrupt(s);
    if (current(s) != s->root)
        system_fail("the root thread was woken but does not run");
    need_success(s, invoke(s, handler, ABI_IRQ_HANDLER_ACK, NO_CAPS, NO_WORDS),
                 "acknowledging an interrupt");
}
