/* SPDX-License-Identifier: MIT */
#include "tests/null_platform/null_platform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* platform_assertion_failed is not told which machine it is about, hence these. */
static jmp_buf *failure_escape;
static char failure_text[FAILURE_TEXT_SIZE];

void null_platform_init(struct platform *p)
{
    memset(p, 0, sizeof(*p));
    p->deadline_us = UINT64_MAX;
    for (uint32_t irq = 0; irq < IRQ_COUNT; irq++)
        p->is_masked[irq] = true;
}

void null_platform_raise(struct platform *p, uint32_t irq)
{
    p->is_pending[irq] = true;
}

void null_platform_console_clear(struct platform *p)
{
    p->console_length = 0;
    p->console[0] = '\0';
}

void null_platform_catch_failures(jmp_buf *escape)
{
    failure_escape = escape;
    failure_text[0] = '\0';
}

const char *null_platform_failure(void)
{
    return failure_text;
}

/* --- console ---------------------------------------------------------------------------------- */

void platform_console_put(struct platform *p, char byte)
{
    if (p->console_length + 1 >= NULL_CONSOLE_SIZE)
        return;
    p->console[p->console_length++] = byte;
    p->console[p->console_length] = '\0';
}

/* --- time and interrupts ---------------------------------------------------------------------- */

uint64_t platform_time(struct platform *p)
{
    return p->time_us;
}

void platform_deadline(struct platform *p, uint64_t time)
{
    p->deadline_us = time;
}

static bool line_is_due(const struct platform *p, uint32_t irq)
{
    return p->is_pending[irq] && !p->is_masked[irq] && !p->is_claimed[irq];
}

/* What platform_irq_next would answer, without claiming it. */
static uint32_t next_due(const struct platform *p)
{
    if (p->time_us >= p->deadline_us)
        return IRQ_TIMER;
    for (uint32_t irq = 1; irq <= IRQ_LINE_MAX; irq++) {
        if (line_is_due(p, irq))
            return irq;
    }
    return IRQ_NONE;
}

uint32_t platform_irq_next(struct platform *p)
{
    uint32_t irq;

    p->time_us += p->time_in_entry_us;
    p->time_in_entry_us = 0;
    irq = next_due(p);

    if (irq == IRQ_TIMER)
        p->deadline_us = UINT64_MAX; /* until the kernel sets the next one */
    else if (irq != IRQ_NONE) {
        p->is_pending[irq] = false;
        p->is_claimed[irq] = true;
    }
    return irq;
}

/* A storm makes the answer true however often the kernel asks: the worst that devices can do. */
bool platform_irq_pending(struct platform *p)
{
    p->pending_questions++;
    p->time_us += p->time_per_question_us;
    if (p->storm_line != IRQ_NONE && p->pending_questions % p->storm_period == 0) {
        p->is_pending[p->storm_line] = true;
        p->is_masked[p->storm_line] = false;
        p->is_claimed[p->storm_line] = false;
    }
    return next_due(p) != IRQ_NONE;
}

void platform_irq_mask(struct platform *p, uint32_t irq, bool is_masked)
{
    p->is_masked[irq] = is_masked;
}

bool platform_irq_is_masked(const struct platform *p, uint32_t irq)
{
    return p->is_masked[irq];
}

void platform_irq_ack(struct platform *p, uint32_t irq)
{
    p->acks++;
    p->is_claimed[irq] = false;
}

void platform_irq_trigger(struct platform *p, uint32_t irq, enum irq_trigger trigger)
{
    p->trigger[irq] = trigger;
}

/* --- memory: of what is said of it, changes are counted --------------------------------------- */

void platform_mappings_changed(struct platform *p, kaddr root)
{
    (void)root;
    p->mapping_changes++;
}

void platform_memory_reclaimed(struct platform *p, kaddr start, uint64_t size)
{
    (void)p;
    (void)start;
    (void)size;
}

/* --- threads and heaps: there is no engine, so nothing is kept for them ----------------------- */

void platform_thread_sync(struct platform *p, struct tcb *thread)
{
    (void)thread;
    p->syncs++;
}

void platform_thread_release(struct platform *p, struct tcb *thread)
{
    (void)thread;
    p->releases++;
}

void platform_heap_destroy(struct platform *p, struct lua_heap *heap)
{
    p->heaps_destroyed++;
    p->last_heap_destroyed = heap;
}

void platform_heap_stats(struct platform *p, const struct lua_heap *heap, uint64_t stats[4])
{
    (void)p;
    (void)heap;
    for (unsigned i = 0; i < 4; i++)
        stats[i] = 100 + i; /* recognisable in an answer */
}

/* --- end -------------------------------------------------------------------------------------- */

void platform_halt(struct platform *p)
{
    p->is_halted = true;
}

_Noreturn void null_platform_fail(const char *text)
{
    snprintf(failure_text, sizeof(failure_text), "%s", text);
    if (failure_escape)
        longjmp(*failure_escape, 1);
    fprintf(stderr, "%s\n", failure_text);
    abort();
}

_Noreturn void platform_assertion_failed(const char *condition, const char *file, int line)
{
    char text[FAILURE_TEXT_SIZE];

    snprintf(text, sizeof(text), "kernel assertion failed at %s:%d: %s", file, line, condition);
    null_platform_fail(text);
}
