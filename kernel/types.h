/* SPDX-License-Identifier: MIT */
/* Words that every part of the kernel uses: addresses, outcomes, assertions, bits. */
#ifndef KERNEL_TYPES_H
#define KERNEL_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/flag.h"
#include "kernel/mem.h"

/* A physical address. RAM begins at RAM_BASE, which is the first byte of the arena; what lies below
   is device memory. Objects refer to each other by kaddr, never by host pointer, so that an arena
   can be copied to another place and go on. Zero means "none" (no object lies there). */
typedef uint64_t kaddr;

#define RAM_BASE UINT64_C(0x80000000)

#define MUST_USE __attribute__((warn_unused_result))

/* How a step of a system call ended. Only DONE lets the caller go on. */
enum outcome {
    DONE,      /* checked or carried out */
    REFUSED,   /* the user was wrong; inv->error says how; nothing has changed */
    FAULTED,   /* the thread faulted; its fault handler has been told */
    PREEMPTED  /* an interrupt waits; the thread will make the same call again */
};

/* Leaves the function with an outcome that is not DONE. The only macro of control flow. */
#define TRY(expression)                                                                            \
    do {                                                                                           \
        enum outcome outcome_ = (expression);                                                      \
        if (outcome_ != DONE)                                                                      \
            return outcome_;                                                                       \
    } while (0)

/* Stops the machine; see platform.h. */
_Noreturn void platform_assertion_failed(const char *condition, const char *file, int line);

/* What must hold if the kernel is right, whatever a user does. */
#define kassert(condition)                                                                         \
    (!CHECK_ASSERTIONS || (condition)                                                              \
         ? (void)0                                                                                 \
         : platform_assertion_failed(#condition, __FILE__, __LINE__))

/* In place of each call, whatever the compiler thinks of it; says why where it is used. */
#define IN_LINE static inline __attribute__((always_inline))

/* Hardly ever called: its place is not in the middle of what always is. */
#define RARE __attribute__((cold))

/* The lowest `bits` bits set; bits from 0 to 64. */
static inline uint64_t mask_bits(unsigned bits)
{
    return bits >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << bits) - 1;
}

/* The next multiple of 2^bits from the value on; the value before that up to it. */
static inline uint64_t align_up(uint64_t value, unsigned bits)
{
    return (value + mask_bits(bits)) & ~mask_bits(bits);
}

static inline uint64_t align_down(uint64_t value, unsigned bits)
{
    return value & ~mask_bits(bits);
}

/* Whether the value is a multiple of 2^bits. */
static inline bool is_aligned(uint64_t value, unsigned bits)
{
    return (value & mask_bits(bits)) == 0;
}

#endif
