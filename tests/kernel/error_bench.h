/* SPDX-License-Identifier: MIT */
/* The environment in which refusals are tested: slots of the root CNode with known objects. */
#ifndef TESTS_ERROR_BENCH_H
#define TESTS_ERROR_BENCH_H

#include "tests/kernel/harness.h"

enum bench_slot {
    B_EMPTY = 0x400,      /* empty, and 15 more empty ones behind it */
    B_UNTYPED = 0x410,    /* 2^14 bytes, nothing made from it */
    B_USED_UNTYPED,       /* 2^13 bytes, an endpoint made from it (B_ENDPOINT) */
    B_SMALL_UNTYPED,      /* 2^4 bytes, nothing made from it */
    B_PAGE_UNTYPED,       /* 2^12 bytes, nothing made from it */
    B_ENDPOINT,
    B_BADGED_ENDPOINT,    /* badge 7, all rights */
    B_SEND_ENDPOINT,      /* may only send */
    B_NOTIFICATION,
    B_SIGNAL_NOTIFICATION, /* may only signal */
    B_WAIT_NOTIFICATION,  /* may only wait */
    B_BOUND_NOTIFICATION, /* bound to B_BOUND_TCB */
    B_TCB,                /* never configured; priority and maximum controlled priority 0 */
    B_BOUND_TCB,
    B_CNODE,              /* 2^4 slots, guard 0 of 0 bits, empty */
    B_GUARDED_CNODE,      /* a copy of it with guard 5 of 8 bits */
    B_FRAME,              /* never mapped */
    B_MAPPED_FRAME,       /* in the root VSpace at BENCH_FRAME_VADDR */
    B_MAPPED_COPY,        /* copy of B_MAPPED_FRAME, not mapped itself */
    B_DEVICE_FRAME,       /* of device memory */
    B_DEVICE_UNTYPED,     /* 2^12 bytes of device memory */
    B_TABLE,              /* page table, neither mapped nor assigned */
    B_MAPPED_TABLE,       /* in B_VSPACE at 0 */
    B_MAPPED_TABLE_COPY,
    B_VSPACE,             /* page table with an ASID of the initial pool */
    B_HANDLER,            /* handler of interrupt line BENCH_LINE */
    B_HEAP                /* Lua heap of 2^16 bytes, not bound */
};

enum { BENCH_LINE = 5, BENCH_FRAME_VADDR = 0x180000, BENCH_CNODE_RADIX = 4 };

/* Slots for what only one configuration has begin here. */
enum { B_MORE = 0x440 };

/* Fills the slots; the root thread is current. */
void error_bench_build(struct system *s);

/* The part of it that only one configuration has (classic_test_errors.c, mcs_test_errors.c). */
void error_bench_build_more(struct system *s);

/* For rows: B_TCB holds the last capability to its CSpace. */
void let_thread_hold_cspace(struct system *s);

/* A refusal of a method on one slot: words are index and depth. */
#define SLOT_ROWS(name, label_)                                                                    \
    {.method = name, .reason = "TruncatedMessage: the depth is missing", .label = label_,          \
     .service = ROOT_CNODE, .words = LIST(B_EMPTY), .error = ABI_TRUNCATED_MESSAGE},               \
    {.method = name, .reason = "RangeError: depth 0", .label = label_, .service = ROOT_CNODE,      \
     .words = LIST(B_EMPTY, 0), .error = ABI_RANGE_ERROR, .answer = LIST(1, 64)},                  \
    {.method = name, .reason = "RangeError: depth 65", .label = label_, .service = ROOT_CNODE,     \
     .words = LIST(B_EMPTY, 65), .error = ABI_RANGE_ERROR, .answer = LIST(1, 64)},                 \
    {.method = name, .reason = "FailedLookup: the guard differs", .label = label_,                 \
     .service = B_GUARDED_CNODE, .words = LIST(0x40, 12), .error = ABI_FAILED_LOOKUP,              \
     .answer = LIST(0, ABI_GUARD_MISMATCH, 12, 5, 8)},                                             \
    {.method = name, .reason = "FailedLookup: a depth below that of the CNode", .label = label_,   \
     .service = B_GUARDED_CNODE, .words = LIST(0x5, 8), .error = ABI_FAILED_LOOKUP,                \
     .answer = LIST(0, ABI_DEPTH_MISMATCH, 8, 12)},                                                \
    {.method = name, .reason = "FailedLookup: a depth beyond that of the CNode", .label = label_,  \
     .service = B_CNODE, .words = LIST(3, 7), .error = ABI_FAILED_LOOKUP,                          \
     .answer = LIST(0, ABI_DEPTH_MISMATCH, 3, 0)}

#endif
