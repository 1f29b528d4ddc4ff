/* SPDX-License-Identifier: MIT */
/* Refusals of CNode methods. The order of checks is part of the ABI: rows named "before" hold two
   mistakes and expect the one that seL4 finds first. */
#include "tests/kernel/error_bench.h"

/* Of a method that brings something from a source: dest index and depth, source index and depth,
   and some words more. */
#define TRANSFER_ROWS(name, label_, ...)                                                           \
    {.method = name, .reason = "TruncatedMessage: the source is missing", .label = label_,         \
     .service = ROOT_CNODE, .caps = LIST(ROOT_CNODE), .words = LIST(B_EMPTY, 64, B_ENDPOINT),      \
     .error = ABI_TRUNCATED_MESSAGE},                                                              \
    {.method = name, .reason = "TruncatedMessage: the source root is missing", .label = label_,    \
     .service = ROOT_CNODE, .words = LIST(B_EMPTY, 64, B_ENDPOINT, 64, __VA_ARGS__),               \
     .error = ABI_TRUNCATED_MESSAGE},                                                              \
    {.method = name, .reason = "RangeError: destination depth 0, before the source is missing",    \
     .label = label_, .service = ROOT_CNODE, .words = LIST(B_EMPTY, 0), .error = ABI_RANGE_ERROR,  \
     .answer = LIST(1, 64)},                                                                       \
    {.method = name, .reason = "RangeError: source depth 65", .label = label_,                     \
     .service = ROOT_CNODE, .caps = LIST(ROOT_CNODE),                                              \
     .words = LIST(B_EMPTY, 64, B_ENDPOINT, 65, __VA_ARGS__), .error = ABI_RANGE_ERROR,            \
     .answer = LIST(1, 64)},                                                                       \
    {.method = name, .reason = "DeleteFirst: the destination is in use", .label = label_,          \
     .service = ROOT_CNODE, .caps = LIST(ROOT_CNODE),                                              \
     .words = LIST(B_NOTIFICATION, 64, B_ENDPOINT, 64, __VA_ARGS__), .error = ABI_DELETE_FIRST},   \
    {.method = name, .reason = "DeleteFirst: the destination is in use, before an empty source",   \
     .label = label_, .service = ROOT_CNODE, .caps = LIST(ROOT_CNODE),                             \
     .words = LIST(B_NOTIFICATION, 64, B_EMPTY, 64, __VA_ARGS__), .error = ABI_DELETE_FIRST},      \
    {.method = name, .reason = "FailedLookup: the destination's guard differs", .label = label_,   \
     .service = B_GUARDED_CNODE, .caps = LIST(ROOT_CNODE),                                         \
     .words = LIST(0x40, 12, B_ENDPOINT, 64, __VA_ARGS__), .error = ABI_FAILED_LOOKUP,             \
     .answer = LIST(0, ABI_GUARD_MISMATCH, 12, 5, 8)},                                             \
    {.method = name, .reason = "FailedLookup: the source root is no CNode", .label = label_,       \
     .service = ROOT_CNODE, .caps = LIST(B_TCB),                                                   \
     .words = LIST(B_EMPTY, 64, B_ENDPOINT, 64, __VA_ARGS__), .error = ABI_FAILED_LOOKUP,          \
     .answer = LIST(1, ABI_INVALID_ROOT)},                                                         \
    {.method = name, .reason = "FailedLookup: the source slot is empty", .label = label_,          \
     .service = ROOT_CNODE, .caps = LIST(ROOT_CNODE),                                              \
     .words = LIST(B_EMPTY, 64, B_EMPTY + 1, 64, __VA_ARGS__), .error = ABI_FAILED_LOOKUP,         \
     .answer = LIST(1, ABI_MISSING_CAPABILITY, 64)},                                               \
    {.method = name, .reason = "FailedLookup: the source depth does not fit", .label = label_,     \
     .service = ROOT_CNODE, .caps = LIST(B_CNODE),                                                 \
     .words = LIST(B_EMPTY, 64, 0, 3, __VA_ARGS__), .error = ABI_FAILED_LOOKUP,                    \
     .answer = LIST(1, ABI_DEPTH_MISMATCH, 3, 4)}

#define COPY_ROW(name, label_, reason_, source, error_, ...)                                       \
    {.method = name, .reason = reason_, .label = label_, .service = ROOT_CNODE,                    \
     .caps = LIST(ROOT_CNODE), .words = LIST(B_EMPTY, 64, source, 64, __VA_ARGS__),                \
     .error = error_}

/* Types that have no copies, for Copy and Mint alike. */
#define DERIVE_ROWS(name, label_, ...)                                                             \
    COPY_ROW(name, label_, "RevokeFirst: the source is an untyped with children",                  \
             B_USED_UNTYPED, ABI_REVOKE_FIRST, __VA_ARGS__),                                       \
    COPY_ROW(name, label_, "IllegalOperation: the source is a page table that is not mapped",      \
             B_TABLE, ABI_ILLEGAL_OPERATION, __VA_ARGS__),                                         \
    COPY_ROW(name, label_, "IllegalOperation: the source is the IRQControl capability",            \
             ROOT_IRQ_CONTROL, ABI_ILLEGAL_OPERATION, __VA_ARGS__)

/* Rotate: index, depth and data of the destination, the same of the pivot, index and depth of the
   source. */
#define ROTATE_ROW(reason_, dest, pivot, source, error_, ...)                                      \
    {.method = "CNode_Rotate", .reason = reason_, .label = ABI_CNODE_ROTATE,                       \
     .service = ROOT_CNODE, .caps = LIST(ROOT_CNODE, ROOT_CNODE),                                  \
     .words = LIST(dest, 64, 0, pivot, 64, 0, source, 64), .error = error_, .answer = __VA_ARGS__}

const struct error_row cnode_errors[] = {
    SLOT_ROWS("CNode_Revoke", ABI_CNODE_REVOKE),
    SLOT_ROWS("CNode_Delete", ABI_CNODE_DELETE),
    SLOT_ROWS("CNode_CancelBadgedSends", ABI_CNODE_CANCEL_BADGED_SENDS),
    SLOT_ROWS("CNode_Copy", ABI_CNODE_COPY),
    SLOT_ROWS("CNode_Mint", ABI_CNODE_MINT),
    SLOT_ROWS("CNode_Move", ABI_CNODE_MOVE),
    SLOT_ROWS("CNode_Mutate", ABI_CNODE_MUTATE),
    SLOT_ROWS("CNode_Rotate", ABI_CNODE_ROTATE),

    {.method = "CNode_CancelBadgedSends", .reason = "IllegalOperation: the slot is empty",
     .label = ABI_CNODE_CANCEL_BADGED_SENDS, .service = ROOT_CNODE, .words = LIST(B_EMPTY, 64),
     .error = ABI_ILLEGAL_OPERATION},
    {.method = "CNode_CancelBadgedSends", .reason = "IllegalOperation: not all rights",
     .label = ABI_CNODE_CANCEL_BADGED_SENDS, .service = ROOT_CNODE,
     .words = LIST(B_SEND_ENDPOINT, 64), .error = ABI_ILLEGAL_OPERATION},
    {.method = "CNode_CancelBadgedSends", .reason = "IllegalOperation: a notification",
     .label = ABI_CNODE_CANCEL_BADGED_SENDS, .service = ROOT_CNODE,
     .words = LIST(B_NOTIFICATION, 64), .error = ABI_ILLEGAL_OPERATION},

    TRANSFER_ROWS("CNode_Copy", ABI_CNODE_COPY, ABI_ALL_RIGHTS),
    TRANSFER_ROWS("CNode_Mint", ABI_CNODE_MINT, ABI_ALL_RIGHTS, 0),
    TRANSFER_ROWS("CNode_Move", ABI_CNODE_MOVE, 0),
    TRANSFER_ROWS("CNode_Mutate", ABI_CNODE_MUTATE, 0),
    DERIVE_ROWS("CNode_Copy", ABI_CNODE_COPY, ABI_ALL_RIGHTS),
    DERIVE_ROWS("CNode_Mint", ABI_CNODE_MINT, ABI_ALL_RIGHTS, 0),

    {.method = "CNode_Copy", .reason = "TruncatedMessage: the rights are missing",
     .label = ABI_CNODE_COPY, .service = ROOT_CNODE, .caps = LIST(ROOT_CNODE),
     .words = LIST(B_EMPTY, 64, B_ENDPOINT, 64), .error = ABI_TRUNCATED_MESSAGE},
    {.method = "CNode_Mint", .reason = "TruncatedMessage: the badge is missing",
     .label = ABI_CNODE_MINT, .service = ROOT_CNODE, .caps = LIST(ROOT_CNODE),
     .words = LIST(B_EMPTY, 64, B_ENDPOINT, 64, ABI_ALL_RIGHTS), .error = ABI_TRUNCATED_MESSAGE},
    {.method = "CNode_Mutate", .reason = "TruncatedMessage: the data is missing",
     .label = ABI_CNODE_MUTATE, .service = ROOT_CNODE, .caps = LIST(ROOT_CNODE),
     .words = LIST(B_EMPTY, 64, B_ENDPOINT, 64), .error = ABI_TRUNCATED_MESSAGE},
    COPY_ROW("CNode_Mint", ABI_CNODE_MINT, "IllegalOperation: the source has a badge already",
             B_BADGED_ENDPOINT, ABI_ILLEGAL_OPERATION, ABI_ALL_RIGHTS, 8),
    COPY_ROW("CNode_Mint", ABI_CNODE_MINT, "IllegalOperation: guard and radix exceed a word",
             B_CNODE, ABI_ILLEGAL_OPERATION, ABI_ALL_RIGHTS, 61),
    COPY_ROW("CNode_Mutate", ABI_CNODE_MUTATE, "IllegalOperation: an endpoint keeps its badge",
             B_ENDPOINT, ABI_ILLEGAL_OPERATION, 7),
    COPY_ROW("CNode_Mutate", ABI_CNODE_MUTATE, "IllegalOperation: guard and radix exceed a word",
             B_CNODE, ABI_ILLEGAL_OPERATION, 61),

    {.method = "CNode_Rotate", .reason = "TruncatedMessage: the source depth is missing",
     .label = ABI_CNODE_ROTATE, .service = ROOT_CNODE, .caps = LIST(ROOT_CNODE, ROOT_CNODE),
     .words = LIST(B_EMPTY, 64, 0, B_TCB, 64, 0, B_FRAME), .error = ABI_TRUNCATED_MESSAGE},
    {.method = "CNode_Rotate", .reason = "TruncatedMessage: a root is missing",
     .label = ABI_CNODE_ROTATE, .service = ROOT_CNODE, .caps = LIST(ROOT_CNODE),
     .words = LIST(B_EMPTY, 64, 0, B_TCB, 64, 0, B_FRAME, 64), .error = ABI_TRUNCATED_MESSAGE},
    {.method = "CNode_Rotate", .reason = "RangeError: source depth 0", .label = ABI_CNODE_ROTATE,
     .service = ROOT_CNODE, .caps = LIST(ROOT_CNODE, ROOT_CNODE),
     .words = LIST(B_EMPTY, 64, 0, B_TCB, 64, 0, B_FRAME, 0), .error = ABI_RANGE_ERROR,
     .answer = LIST(1, 64)},
    {.method = "CNode_Rotate", .reason = "RangeError: pivot depth 65", .label = ABI_CNODE_ROTATE,
     .service = ROOT_CNODE, .caps = LIST(ROOT_CNODE, ROOT_CNODE),
     .words = LIST(B_EMPTY, 64, 0, B_TCB, 65, 0, B_FRAME, 64), .error = ABI_RANGE_ERROR,
     .answer = LIST(1, 64)},
    {.method = "CNode_Rotate", .reason = "FailedLookup: the source root is no CNode",
     .label = ABI_CNODE_ROTATE, .service = ROOT_CNODE, .caps = LIST(ROOT_CNODE, B_TCB),
     .words = LIST(B_EMPTY, 64, 0, B_TCB, 64, 0, B_FRAME, 64), .error = ABI_FAILED_LOOKUP,
     .answer = LIST(1, ABI_INVALID_ROOT)},
    {.method = "CNode_Rotate", .reason = "FailedLookup: the pivot root is no CNode",
     .label = ABI_CNODE_ROTATE, .service = ROOT_CNODE, .caps = LIST(B_TCB, ROOT_CNODE),
     .words = LIST(B_EMPTY, 64, 0, B_TCB, 64, 0, B_FRAME, 64), .error = ABI_FAILED_LOOKUP,
     .answer = LIST(1, ABI_INVALID_ROOT)},
    ROTATE_ROW("IllegalOperation: pivot and source are one slot", B_EMPTY, B_TCB, B_TCB,
               ABI_ILLEGAL_OPERATION, EMPTY),
    ROTATE_ROW("IllegalOperation: pivot and destination are one slot", B_TCB, B_TCB, B_FRAME,
               ABI_ILLEGAL_OPERATION, EMPTY),
    ROTATE_ROW("DeleteFirst: the destination is in use and not the source", B_NOTIFICATION, B_TCB,
               B_FRAME, ABI_DELETE_FIRST, EMPTY),
    ROTATE_ROW("FailedLookup: the source is empty", B_EMPTY, B_TCB, B_EMPTY + 1, ABI_FAILED_LOOKUP,
               LIST(1, ABI_MISSING_CAPABILITY, 64)),
    ROTATE_ROW("FailedLookup: the pivot is empty", B_EMPTY, B_EMPTY + 1, B_TCB, ABI_FAILED_LOOKUP,
               LIST(0, ABI_MISSING_CAPABILITY, 64)),
    ROTATE_ROW("IllegalOperation: the source is an endpoint, which keeps its badge", B_EMPTY, B_TCB,
               B_ENDPOINT, ABI_ILLEGAL_OPERATION, EMPTY),
    ROTATE_ROW("IllegalOperation: the pivot is an endpoint, which keeps its badge", B_EMPTY,
               B_ENDPOINT, B_TCB, ABI_ILLEGAL_OPERATION, EMPTY),
    {.method = NULL}};
