/* SPDX-License-Identifier: MIT */
/* TCB methods that read, write and copy registers. Their flags stand in the first word. */
#include "kernel/entry/methods.h"

static const uint64_t flag_suspend_source = 1 << 0; /* Read, Copy */
static const uint64_t flag_resume_written = 1 << 0; /* Write */
static const uint64_t flag_resume_target = 1 << 1;  /* Copy */
static const uint64_t flag_frame = 1 << 2;          /* Copy: the first 16 */
static const uint64_t flag_integer = 1 << 3;        /* Copy: the others */

/* Someone else has changed the thread's registers: it goes on at its pc, whatever it was doing.
   What its engine keeps for it stays: the pc may be where it stood. */
static void registers_changed(struct kernel *k, struct tcb *t)
{
    t->next_pc = t->registers[REG_PC];
    if (t == kernel_current(k))
        scheduler_reschedule(k);
}

/* pc is asked of the engine first; a running thread's registers are as of its last trap. */
enum outcome tcb_read_registers(struct invocation *inv, struct tcb *t)
{
    uint64_t count;

    if (inv->length < 2)
        return refuse_truncated(inv);
    count = invocation_word(inv, 1);
    if (count < 1 || count > USER_REGISTER_COUNT)
        return refuse_range(inv, 1, USER_REGISTER_COUNT, "count is no number of registers");
    if (t == inv->thread)
        return refuse_illegal(inv, "a thread cannot read its own registers; it knows them");

    if (invocation_word(inv, 0) & flag_suspend_source)
        tcb_suspend(inv->kernel, t);
    else
        platform_thread_sync(inv->kernel->platform, t);
    for (unsigned i = 0; i < count; i++)
        invocation_answer(inv, i, t->registers[i]);
    invocation_answer_length(inv, (unsigned)count);
    return DONE;
}

/* More than there are may be sent: the rest is ignored, as in seL4. */
enum outcome tcb_write_registers(struct invocation *inv, struct tcb *t)
{
    uint64_t flags, count;

    if (inv->length < 2)
        return refuse_truncated(inv);
    flags = invocation_word(inv, 0);
    count = invocation_word(inv, 1);
    if (inv->length - 2 < count)
        return refuse_truncated(inv);
    if (t == inv->thread)
        return refuse_illegal(inv,
                              "a thread cannot write its own registers; let another thread do it");

    platform_thread_sync(inv->kernel->platform, t);
    for (unsigned i = 0; i < count && i < USER_REGISTER_COUNT; i++)
        t->registers[i] = invocation_word(inv, i + 2);
    registers_changed(inv->kernel, t);
    if (flags & flag_resume_written)
        tcb_restart(inv->kernel, t);
    return DONE;
}

/* The two groups are those of the manual: frame registers, and integer registers. */
static void copy_registers(struct kernel *k, struct tcb *from, struct tcb *to, uint64_t flags)
{
    if (flags & flag_frame)
        memcpy(to->registers, from->registers, FRAME_REGISTER_COUNT * sizeof(uint64_t));
    if (flags & flag_integer)
        memcpy(to->registers + FRAME_REGISTER_COUNT, from->registers + FRAME_REGISTER_COUNT,
               (USER_REGISTER_COUNT - FRAME_REGISTER_COUNT) * sizeof(uint64_t));
    if (flags & flag_frame)
        registers_changed(k, to);
    else if (to == kernel_current(k))
        scheduler_reschedule(k);
}

/* Suspending and resuming come before copying, as in seL4. */
enum outcome tcb_copy_registers(struct invocation *inv, struct tcb *t)
{
    struct kernel *k = inv->kernel;
    struct tcb *source;
    uint64_t flags;

    if (inv->length < 1 || inv->extra[0] == NULL)
        return refuse_truncated(inv);
    if (cap_type(inv->extra[0]->cap) != CAP_TCB)
        return refuse_capability(inv, 1, "source is not a TCB");
    source = tcb_at(k, inv->extra[0]->cap.tcb.object);
    flags = invocation_word(inv, 0);

    platform_thread_sync(k->platform, source);
    platform_thread_sync(k->platform, t);
    if (flags & flag_suspend_source)
        tcb_suspend(k, source);
    if (flags & flag_resume_target)
        tcb_restart(k, t);
    copy_registers(k, source, t, flags);
    return DONE;
}
