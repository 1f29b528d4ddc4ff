/* SPDX-License-Identifier: MIT */
/* Refusals of Untyped_Retype: type, size, root (a capability), index, depth, offset, count. */
#include "tests/kernel/error_bench.h"

#define RETYPE_ROW(reason_, service_, root, error_, answer_, ...)                                  \
    {.method = "Untyped_Retype", .reason = reason_, .label = ABI_UNTYPED_RETYPE,                   \
     .service = service_, .caps = LIST(root), .words = LIST(__VA_ARGS__), .error = error_,         \
     .answer = answer_}

/* Answers: macro arguments may not hold braces with commas. */
#define WORDS_OF(a, b, c) {3, {a, b, c}}
#define RANGE(min, max) {2, {min, max}}
#define NUMBER(n) {1, {n}}

const struct error_row untyped_errors[] = {
    {.method = "Untyped_Retype", .reason = "TruncatedMessage: the count is missing",
     .label = ABI_UNTYPED_RETYPE, .service = B_UNTYPED, .caps = LIST(ROOT_CNODE),
     .words = LIST(ABI_TYPE_ENDPOINT, 0, 0, 0, B_EMPTY), .error = ABI_TRUNCATED_MESSAGE},
    {.method = "Untyped_Retype", .reason = "TruncatedMessage: the root is missing",
     .label = ABI_UNTYPED_RETYPE, .service = B_UNTYPED,
     .words = LIST(ABI_TYPE_ENDPOINT, 0, 0, 0, B_EMPTY, 1), .error = ABI_TRUNCATED_MESSAGE},
    RETYPE_ROW("InvalidArgument: no such type", B_UNTYPED, ROOT_CNODE, ABI_INVALID_ARGUMENT,
               NUMBER(0), ABI_TYPE_COUNT, 0, 0, 0, B_EMPTY, 1),
    RETYPE_ROW("InvalidArgument: no such type, before a size beyond all", B_UNTYPED, ROOT_CNODE,
               ABI_INVALID_ARGUMENT, NUMBER(0), ABI_TYPE_COUNT, 64, 0, 0, B_EMPTY, 1),
    RETYPE_ROW("InvalidArgument: a CNode of one slot", B_UNTYPED, ROOT_CNODE,
               ABI_INVALID_ARGUMENT, NUMBER(1), ABI_TYPE_CNODE, 0, 0, 0, B_EMPTY, 1),
    RETYPE_ROW("InvalidArgument: an untyped below the least size", B_UNTYPED, ROOT_CNODE,
               ABI_INVALID_ARGUMENT, NUMBER(1), ABI_TYPE_UNTYPED, 3, 0, 0, B_EMPTY, 1),
    RETYPE_ROW("InvalidArgument: an endpoint in device memory", B_DEVICE_UNTYPED, ROOT_CNODE,
               ABI_INVALID_ARGUMENT, NUMBER(1), ABI_TYPE_ENDPOINT, 0, 0, 0, B_EMPTY, 1),
    RETYPE_ROW("RangeError: an untyped above the greatest size", B_UNTYPED, ROOT_CNODE,
               ABI_RANGE_ERROR, RANGE(0, 38), ABI_TYPE_UNTYPED, 39, 0, 0, B_EMPTY, 1),
    RETYPE_ROW("RangeError: a size of 64 bits, even where sizes are fixed", B_UNTYPED, ROOT_CNODE,
               ABI_RANGE_ERROR, RANGE(0, 38), ABI_TYPE_ENDPOINT, 64, 0, 0, B_EMPTY, 1),
    RETYPE_ROW("RangeError: a CNode above the greatest size", B_UNTYPED, ROOT_CNODE,
               ABI_RANGE_ERROR, RANGE(0, 38), ABI_TYPE_CNODE, 34, 0, 0, B_EMPTY, 1),
    RETYPE_ROW("RangeError: node depth 65", B_UNTYPED, ROOT_CNODE, ABI_RANGE_ERROR, RANGE(1, 64),
               ABI_TYPE_ENDPOINT, 0, B_CNODE, 65, 0, 1),
    RETYPE_ROW("FailedLookup: the root is no CNode", B_UNTYPED, B_TCB, ABI_FAILED_LOOKUP,
               RANGE(0, ABI_INVALID_ROOT), ABI_TYPE_ENDPOINT, 0, B_CNODE, 64, 0, 1),
    RETYPE_ROW("FailedLookup: the root itself is to be filled and is no CNode", B_UNTYPED, B_TCB,
               ABI_FAILED_LOOKUP, WORDS_OF(0, ABI_MISSING_CAPABILITY, 0), ABI_TYPE_ENDPOINT,
               0, 0, 0, 0, 1),
    RETYPE_ROW("FailedLookup: the node is no CNode", B_UNTYPED, ROOT_CNODE, ABI_FAILED_LOOKUP,
               WORDS_OF(0, ABI_MISSING_CAPABILITY, 64), ABI_TYPE_ENDPOINT, 0, B_TCB, 64, 0,
               1),
    RETYPE_ROW("RangeError: the offset lies outside the CNode", B_UNTYPED, ROOT_CNODE,
               ABI_RANGE_ERROR, RANGE(0, 15), ABI_TYPE_ENDPOINT, 0, B_CNODE, 64, 16, 1),
    RETYPE_ROW("RangeError: no objects", B_UNTYPED, ROOT_CNODE, ABI_RANGE_ERROR, RANGE(1, 256),
               ABI_TYPE_ENDPOINT, 0, B_CNODE, 64, 0, 0),
    RETYPE_ROW("RangeError: 257 objects", B_UNTYPED, ROOT_CNODE, ABI_RANGE_ERROR, RANGE(1, 256),
               ABI_TYPE_ENDPOINT, 0, 0, 0, B_EMPTY, 257),
    RETYPE_ROW("RangeError: the last slots lie outside the CNode", B_UNTYPED, ROOT_CNODE,
               ABI_RANGE_ERROR, RANGE(1, 6), ABI_TYPE_ENDPOINT, 0, B_CNODE, 64, 10, 7),
    RETYPE_ROW("DeleteFirst: a slot is in use", B_UNTYPED, ROOT_CNODE, ABI_DELETE_FIRST, EMPTY,
               ABI_TYPE_ENDPOINT, 0, 0, 0, B_EMPTY + 15, 2),
    RETYPE_ROW("DeleteFirst: a slot is in use, before too little memory", B_UNTYPED, ROOT_CNODE,
               ABI_DELETE_FIRST, EMPTY, ABI_TYPE_UNTYPED, 20, 0, 0, B_TCB, 1),
    RETYPE_ROW("NotEnoughMemory: a thread in 16 bytes", B_SMALL_UNTYPED, ROOT_CNODE,
               ABI_NOT_ENOUGH_MEMORY, NUMBER(16), ABI_TYPE_TCB, 0, 0, 0, B_EMPTY, 1),
    RETYPE_ROW("NotEnoughMemory: nine threads in 2^14 bytes", B_UNTYPED, ROOT_CNODE,
               ABI_NOT_ENOUGH_MEMORY, NUMBER(16384), ABI_TYPE_TCB, 0, 0, 0, B_EMPTY, 9),
    RETYPE_ROW("NotEnoughMemory: what is left after an endpoint", B_USED_UNTYPED, ROOT_CNODE,
               ABI_NOT_ENOUGH_MEMORY, NUMBER(8192 - 16), ABI_TYPE_UNTYPED, 13, 0, 0, B_EMPTY, 1),
    RETYPE_ROW("RangeError: a Lua heap below the least size", B_UNTYPED, ROOT_CNODE,
               ABI_RANGE_ERROR, RANGE(16, 30), ABI_TYPE_LUA_HEAP, 15, 0, 0, B_EMPTY, 1),
    RETYPE_ROW("RangeError: a Lua heap above the greatest size", B_UNTYPED, ROOT_CNODE,
               ABI_RANGE_ERROR, RANGE(16, 30), ABI_TYPE_LUA_HEAP, 31, 0, 0, B_EMPTY, 1),
    RETYPE_ROW("NotEnoughMemory: a Lua heap of the greatest size", B_UNTYPED, ROOT_CNODE,
               ABI_NOT_ENOUGH_MEMORY, NUMBER(16384), ABI_TYPE_LUA_HEAP, 30, 0, 0, B_EMPTY, 1),
    {.method = NULL}};
