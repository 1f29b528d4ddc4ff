/* SPDX-License-Identifier: MIT */
/* What the kernel asks of its platform, besides time (clock.c) and the engine's part: interrupt
 * lines, console, end. Timer and clock_interrupt_is_due are in clock.c. */
#include "machine/lua/engine.h"

enum { LINES_PER_WORD = 64 };

static uint64_t bit_of(uint32_t irq)
{
    return UINT64_C(1) << (irq % LINES_PER_WORD);
}

static void bit_set(uint64_t words[2], uint32_t irq, bool value)
{
    kassert(irq >= 1 && irq <= IRQ_LINE_MAX);
    if (value)
        words[irq / LINES_PER_WORD] |= bit_of(irq);
    else
        words[irq / LINES_PER_WORD] &= ~bit_of(irq);
}

static bool bit_get(const uint64_t words[2], uint32_t irq)
{
    return (words[irq / LINES_PER_WORD] & bit_of(irq)) != 0;
}

/* Bit per line of a word: those that may be handed to the kernel. */
static uint64_t due_in(const struct interrupt_lines *lines, unsigned word)
{
    return lines->pending[word] & ~lines->masked[word] & ~lines->claimed[word];
}

/* After every change of a line. */
static void note_due(struct platform *p)
{
    p->lines.is_one_due = due_in(&p->lines, 0) != 0 || due_in(&p->lines, 1) != 0;
    clock_note(p);
}

/* The lowest line that may be handed to the kernel, or IRQ_NONE. */
static uint32_t lowest_due(const struct interrupt_lines *lines)
{
    for (unsigned word = 0; word < 2; word++) {
        uint64_t due = due_in(lines, word);

        if (due != 0)
            return word * LINES_PER_WORD + (uint32_t)__builtin_ctzll(due);
    }
    return IRQ_NONE;
}

/* A line may be handed out again; a device that still asks is heard at once. */
static void end_claim(struct platform *p, uint32_t irq)
{
    struct interrupt_lines *lines = &p->lines;

    bit_set(lines->claimed, irq, false);
    if (!bit_get(lines->edge, irq) && bit_get(lines->asserted, irq))
        bit_set(lines->pending, irq, true);
    note_due(p);
}

uint32_t platform_irq_next(struct platform *p)
{
    uint32_t irq;

    if (p->deadline_ns <= clock_now(p)) {
        p->deadline_ns = UINT64_MAX; /* until the kernel sets the next one */
        clock_note(p);
        return IRQ_TIMER;
    }
    irq = lowest_due(&p->lines);
    if (irq != IRQ_NONE) {
        bit_set(p->lines.pending, irq, false);
        bit_set(p->lines.claimed, irq, true);
        note_due(p);
    }
    return irq;
}

bool platform_irq_pending(struct platform *p)
{
    clock_advance(p, PREEMPTION_CHECK_COST_NS);
    clock_now(p);
    devices_update(p);
    return clock_interrupt_is_due(p);
}

/* Unmasking also ends a claim that nobody has acknowledged: the line's handler may have been
   deleted meanwhile, and a new one must not wait for ever. */
void platform_irq_mask(struct platform *p, uint32_t irq, bool is_masked)
{
    if (irq < 1 || irq > IRQ_LINE_MAX)
        return; /* the timer cannot be masked */
    bit_set(p->lines.masked, irq, is_masked);
    if (is_masked)
        note_due(p);
    else
        end_claim(p, irq);
}

bool platform_irq_is_masked(const struct platform *p, uint32_t irq)
{
    return irq >= 1 && irq <= IRQ_LINE_MAX && bit_get(p->lines.masked, irq);
}

void platform_irq_ack(struct platform *p, uint32_t irq)
{
    end_claim(p, irq);
}

void platform_irq_trigger(struct platform *p, uint32_t irq, enum irq_trigger trigger)
{
    bit_set(p->lines.edge, irq, trigger == TRIGGER_EDGE);
}

void line_set(struct platform *p, uint32_t irq, bool is_asserted)
{
    struct interrupt_lines *lines = &p->lines;

    if (bit_get(lines->asserted, irq) == is_asserted)
        return;
    bit_set(lines->asserted, irq, is_asserted);
    if (is_asserted)
        bit_set(lines->pending, irq, true);
    else if (!bit_get(lines->edge, irq))
        bit_set(lines->pending, irq, false);
    note_due(p);
}

void machine_raise(struct platform *p, uint32_t irq)
{
    bit_set(p->lines.pending, irq, true);
    note_due(p);
}

void platform_halt(struct platform *p)
{
    p->is_halted = true;
    clock_note(p);
}

/* The machine that runs. An assertion that fails knows no machine, so this is the one thing that is
 * outside of all arenas. The host may run several machines, from several of its threads or one from
 * within another's console function: then it cannot be said whose kernel has failed. */
static struct platform *running_machine;
static int running_count;

void machine_begin(struct platform *p)
{
    bool is_only_one = __atomic_add_fetch(&running_count, 1, __ATOMIC_SEQ_CST) == 1;

    if (is_only_one)
        __atomic_store_n(&running_machine, p, __ATOMIC_SEQ_CST);
    lua_engine_start_ticks(p);
}

void machine_end(struct platform *p)
{
    struct platform *expected = p;

    lua_engine_stop_ticks(p);
    __atomic_compare_exchange_n(&running_machine, &expected, NULL, false, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
    __atomic_sub_fetch(&running_count, 1, __ATOMIC_SEQ_CST);
}

/* The error leaves the kernel, and the machine's Lua states, as they are: none of them is ever used
   again. Where nobody can be told, the process ends where it stands, and a debugger shows where. */
_Noreturn void platform_assertion_failed(const char *condition, const char *file, int line)
{
    struct platform *p = __atomic_load_n(&running_machine, __ATOMIC_SEQ_CST);

    if (p == NULL || p->host == NULL || p->has_failed ||
        __atomic_load_n(&running_count, __ATOMIC_SEQ_CST) != 1)
        __builtin_trap();
    p->has_failed = true;
    lua_pushfstring(p->host, "the machine has failed: the kernel expected '%s' (%s:%d). This is a "
                             "bug of seLVM; the machine can only be closed", condition, file, line);
    lua_error(p->host);
    __builtin_trap();
}
