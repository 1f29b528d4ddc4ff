/* SPDX-License-Identifier: MIT */
/* The debug calls, and the kernel's own printing. A dump reads whatever is there and never
   fails. */
#include "abi/names.h"
#include "kernel/cap/cdt.h"
#include "kernel/cap/lookup.h"
#include "kernel/cap/names.h"
#include "kernel/entry/fault.h"
#include "kernel/entry/syscall.h"
#include "kernel/flavour.h"

static const char *const state_names[] = {
    [THREAD_INACTIVE] = "inactive",
    [THREAD_RUNNING] = "running",
    [THREAD_RESTART] = "restart",
    [THREAD_BLOCKED_ON_RECEIVE] = "blocked on receive",
    [THREAD_BLOCKED_ON_SEND] = "blocked on send",
    [THREAD_BLOCKED_ON_REPLY] = "blocked on reply",
    [THREAD_BLOCKED_ON_NOTIFICATION] = "blocked on notification",
    [THREAD_IDLE] = "idle",
};

/* --- printing --------------------------------------------------------------------------------- */

void console_text(struct kernel *k, const char *text)
{
    while (*text)
        platform_console_put(k->platform, *text++);
}

static void print_number(struct kernel *k, uint64_t value, unsigned base)
{
    char digits[20];
    unsigned count = 0;

    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value > 0);
    while (count > 0)
        platform_console_put(k->platform, digits[--count]);
}

void console_decimal(struct kernel *k, uint64_t value)
{
    print_number(k, value, 10);
}

void console_hex(struct kernel *k, uint64_t value)
{
    console_text(k, "0x");
    print_number(k, value, 16);
}

/* --- dumps ------------------------------------------------------------------------------------ */

/* By its name, if it has one. */
static void print_object(struct kernel *k, struct cap cap)
{
    const char *name = name_of(k, cap);

    if (name)
        console_text(k, name);
    else
        console_hex(k, cap.any.object);
}

static void print_thread(struct kernel *k, const struct tcb *t)
{
    console_text(k, t->name[0] ? t->name : "(no name)");
    console_text(k, "  ");
    console_text(k, state_names[t->state]);
    if (t->blocked_on != 0) {
        console_text(k, " of ");
        print_object(k, t->state == THREAD_BLOCKED_ON_NOTIFICATION
                            ? cap_notification(t->blocked_on, 0, 0)
                            : cap_endpoint(t->blocked_on, 0, 0));
    }
    console_text(k, "  priority ");
    console_decimal(k, t->priority);
    console_text(k, "  domain ");
    console_decimal(k, t->domain);
    console_text(k, "  pc ");
    console_hex(k, t->registers[REG_PC]);
    console_text(k, "\n");
}

void debug_dump_threads(struct kernel *k)
{
    console_text(k, "Threads:\n");
    for (struct slot *s = cdt_next(k, &k->cdt_sentinel); s; s = cdt_next(k, s)) {
        struct tcb *t = cdt_first_of_thread(k, s);

        if (t == NULL)
            continue;
        console_text(k, t == kernel_current(k) ? "* " : "  ");
        print_thread(k, t);
    }
}

static void print_capability(struct kernel *k, const struct slot *slot)
{
    struct cap cap = slot->cap;
    const char *name = name_of(k, cap);

    console_text(k, "  slot ");
    console_hex(k, kernel_address(k, slot));
    console_text(k, ": ");
    console_text(k, cap_noun(cap));
    if (name) {
        console_text(k, " (");
        console_text(k, name);
        console_text(k, ")");
    }
    if (cap_has_memory(cap)) {
        console_text(k, " at ");
        console_hex(k, cap.any.object);
        console_text(k, ", 2^");
        console_decimal(k, cap_size_bits(cap));
        console_text(k, " bytes");
    }
    if (cap_type(cap) == CAP_ENDPOINT || cap_type(cap) == CAP_NOTIFICATION) {
        console_text(k, ", badge ");
        console_hex(k, cap.endpoint.badge);
        console_text(k, ", rights ");
        console_hex(k, cap.endpoint.rights);
    }
    if (cap_type(cap) == CAP_UNTYPED) {
        console_text(k, ", given out ");
        console_hex(k, cap.untyped.free_bytes);
        console_text(k, cap.untyped.is_device ? ", device" : "");
    }
    if (slot->node.is_revocable)
        console_text(k, ", original");
    console_text(k, "\n");
}

void debug_dump_capabilities(struct kernel *k)
{
    console_text(k, "Capabilities, in order of derivation:\n");
    for (struct slot *s = cdt_next(k, &k->cdt_sentinel); s; s = cdt_next(k, s))
        print_capability(k, s);
}

/* --- the calls -------------------------------------------------------------------------------- */

/* a0: a CPtr. Answers the number of its type; nothing there counts as null. */
static void cap_identify(struct kernel *k, struct tcb *t)
{
    struct lookup found = lookup_in_thread(k, t, t->registers[REG_A0]);

    t->registers[REG_A0] = found.slot ? cap_number(found.slot->cap) : CAP_NUMBER_NULL;
}

/* a0: a TCB; the name stands in the message part of the caller's IPC buffer. */
static void name_thread(struct kernel *k, struct tcb *t)
{
    struct lookup found = lookup_in_thread(k, t, t->registers[REG_A0]);
    const struct ipc_buffer *buffer = tcb_buffer(k, t, BUFFER_READ);
    const char *name;
    size_t length = 0;

    if (!found.slot || cap_type(found.slot->cap) != CAP_TCB || buffer == NULL) {
        console_text(k, "seL4: DebugNameThread needs a TCB capability and an IPC buffer\n");
        return;
    }
    name = (const char *)buffer->msg;
    while (length < sizeof(buffer->msg) && name[length] != '\0')
        length++;
    tcb_set_name(tcb_at(k, found.slot->cap.tcb.object), name, length);
}

void debug_syscall(struct kernel *k, uint8_t call)
{
    struct tcb *t = kernel_current(k);

    if (call == SYSCALL_DEBUG_PUT_CHAR) {
        platform_console_put(k->platform, (char)t->registers[REG_A0]);
    } else if (call == SYSCALL_DEBUG_DUMP_SCHEDULER) {
        debug_dump_threads(k);
    } else if (call == SYSCALL_DEBUG_HALT) {
        k->is_halted = true;
        platform_halt(k->platform);
    } else if (call == SYSCALL_DEBUG_CAP_IDENTIFY) {
        cap_identify(k, t);
    } else if (call == SYSCALL_DEBUG_SNAPSHOT) {
        debug_dump_capabilities(k);
    } else {
        name_thread(k, t);
    }
}
