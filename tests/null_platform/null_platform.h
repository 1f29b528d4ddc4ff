/* SPDX-License-Identifier: MIT */
/* The smallest port of the kernel: time stands still unless a test moves it, devices are bits that
 * a test sets, the console is a buffer. It is the model for a new port, and what all tests in C run
 * on.
 *
 * Tests may look at and change every field; the kernel sees only `struct platform *`. */
#ifndef TESTS_NULL_PLATFORM_H
#define TESTS_NULL_PLATFORM_H

#include <setjmp.h>

#include "kernel/platform.h"

enum { NULL_CONSOLE_SIZE = 1 << 16, FAILURE_TEXT_SIZE = 512 };

struct platform {
    /* --- time --- */
    uint64_t time_us;
    uint64_t deadline_us;      /* as the kernel set it; UINT64_MAX: none */
    uint64_t time_in_entry_us; /* passes once, before the next interrupt is handed out */
    uint64_t time_per_question_us; /* passes at each question whether an interrupt waits */

    /* --- interrupt lines, one byte of truth each --- */
    bool is_pending[IRQ_COUNT];
    bool is_masked[IRQ_COUNT];
    bool is_claimed[IRQ_COUNT]; /* given to the kernel, not acknowledged yet */
    enum irq_trigger trigger[IRQ_COUNT];
    uint32_t storm_line;        /* raised, unmasked, at every storm_period-th question whether an
                                   interrupt waits; IRQ_NONE: no storm */
    uint32_t storm_period;

    /* --- console --- */
    char console[NULL_CONSOLE_SIZE]; /* always NUL-terminated; what no longer fits is dropped */
    size_t console_length;

    /* --- what the kernel has asked for, for tests to compare --- */
    bool is_halted;
    uint64_t pending_questions; /* calls of platform_irq_pending */
    uint64_t acks;
    uint64_t syncs;
    uint64_t releases;
    uint64_t heaps_destroyed;
    uint64_t mapping_changes;   /* calls of platform_mappings_changed */
    struct lua_heap *last_heap_destroyed;
};

/* A platform at time 0 with all lines masked and nothing pending. */
void null_platform_init(struct platform *p);

/* A device asks for attention on a line. */
void null_platform_raise(struct platform *p, uint32_t irq);

/* Forgets the console's text. */
void null_platform_console_clear(struct platform *p);

/* While `escape` is not NULL, a failure (an assertion of the kernel, or a test's own) jumps there
   with value 1 and null_platform_failure() says what it was; else it is printed and the program
   aborts. */
void null_platform_catch_failures(jmp_buf *escape);
const char *null_platform_failure(void);

/* A test cannot go on. */
_Noreturn void null_platform_fail(const char *text);

#endif
