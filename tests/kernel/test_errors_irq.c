/* SPDX-License-Identifier: MIT */
/* Refusals of methods of interrupts, of the domain capability and of Lua heaps. */
#include "tests/kernel/error_bench.h"

#define ROW(method_, reason_, label_, service_, caps_, words_, error_, answer_)                    \
    {.method = method_, .reason = reason_, .label = label_, .service = service_, .caps = caps_,    \
     .words = words_, .error = error_, .answer = answer_}

/* Macro arguments may not hold braces with commas. */
#define ONE(a) {1, {a}}
#define TWO(a, b) {2, {a, b}}
#define THREE(a, b, c) {3, {a, b, c}}

/* IRQControl_Get and GetTrigger: line, (trigger,) index, depth. */
#define GET_ROW(reason_, caps_, error_, answer_, ...)                                              \
    {.method = "IRQControl_Get", .reason = reason_, .label = ABI_IRQ_CONTROL_GET,                  \
     .service = ROOT_IRQ_CONTROL, .caps = caps_, .words = LIST(__VA_ARGS__), .error = error_,      \
     .answer = answer_}

#define TRIGGER_ROW(reason_, caps_, error_, answer_, ...)                                          \
    {.method = "IRQControl_GetTrigger", .reason = reason_, .label = ABI_IRQ_CONTROL_GET_TRIGGER,   \
     .service = ROOT_IRQ_CONTROL, .caps = caps_, .words = LIST(__VA_ARGS__), .error = error_,      \
     .answer = answer_}

const struct error_row irq_errors[] = {
    GET_ROW("TruncatedMessage: no depth", ONE(ROOT_CNODE), ABI_TRUNCATED_MESSAGE, EMPTY, 7,
            B_EMPTY),
    GET_ROW("TruncatedMessage: no root", EMPTY, ABI_TRUNCATED_MESSAGE, EMPTY, 7, B_EMPTY, 64),
    GET_ROW("RangeError: line 0", ONE(ROOT_CNODE), ABI_RANGE_ERROR, TWO(1, 96), 0, B_EMPTY, 64),
    GET_ROW("RangeError: a line above the last", ONE(ROOT_CNODE), ABI_RANGE_ERROR, TWO(1, 96), 97,
            B_EMPTY, 64),
    GET_ROW("RevokeFirst: the line has a handler", ONE(ROOT_CNODE), ABI_REVOKE_FIRST, EMPTY,
            BENCH_LINE, B_EMPTY, 64),
    GET_ROW("RangeError: depth 0", ONE(ROOT_CNODE), ABI_RANGE_ERROR, TWO(1, 64), 7, B_EMPTY, 0),
    GET_ROW("FailedLookup: the root is no CNode", ONE(B_TCB), ABI_FAILED_LOOKUP,
            TWO(0, ABI_INVALID_ROOT), 7, B_EMPTY, 64),
    GET_ROW("DeleteFirst: the slot is in use", ONE(ROOT_CNODE), ABI_DELETE_FIRST, EMPTY, 7, B_TCB,
            64),
    TRIGGER_ROW("TruncatedMessage: no depth", ONE(ROOT_CNODE), ABI_TRUNCATED_MESSAGE, EMPTY, 7, 1,
                B_EMPTY),
    TRIGGER_ROW("TruncatedMessage: no root", EMPTY, ABI_TRUNCATED_MESSAGE, EMPTY, 7, 1, B_EMPTY,
                64),
    TRIGGER_ROW("RangeError: line 0", ONE(ROOT_CNODE), ABI_RANGE_ERROR, TWO(1, 96), 0, 1, B_EMPTY,
                64),
    TRIGGER_ROW("RevokeFirst: the line has a handler", ONE(ROOT_CNODE), ABI_REVOKE_FIRST, EMPTY,
                BENCH_LINE, 1, B_EMPTY, 64),
    TRIGGER_ROW("RangeError: depth 65", ONE(ROOT_CNODE), ABI_RANGE_ERROR, TWO(1, 64), 7, 1,
                B_EMPTY, 65),
    TRIGGER_ROW("FailedLookup: the root is no CNode", ONE(B_TCB), ABI_FAILED_LOOKUP,
                TWO(0, ABI_INVALID_ROOT), 7, 1, B_EMPTY, 64),
    TRIGGER_ROW("DeleteFirst: the slot is in use", ONE(ROOT_CNODE), ABI_DELETE_FIRST, EMPTY, 7, 1,
                B_TCB, 64),
    ROW("IRQHandler_SetNotification", "TruncatedMessage: no notification",
        ABI_IRQ_HANDLER_SET_NOTIFICATION, B_HANDLER, EMPTY, EMPTY, ABI_TRUNCATED_MESSAGE, EMPTY),
    ROW("IRQHandler_SetNotification", "InvalidCapability: no notification capability",
        ABI_IRQ_HANDLER_SET_NOTIFICATION, B_HANDLER, ONE(B_ENDPOINT), EMPTY,
        ABI_INVALID_CAPABILITY, ONE(0)),
    ROW("IRQHandler_SetNotification", "InvalidCapability: no right to signal",
        ABI_IRQ_HANDLER_SET_NOTIFICATION, B_HANDLER, ONE(B_WAIT_NOTIFICATION), EMPTY,
        ABI_INVALID_CAPABILITY, ONE(0)),
    {.method = NULL}};

/* A domain capability knows one domain here, and the schedule has one entry and the end. */
const struct error_row domain_errors[] = {
    ROW("DomainSet_Set", "TruncatedMessage: no domain", ABI_DOMAIN_SET_SET, ROOT_DOMAIN,
        ONE(B_TCB), EMPTY, ABI_TRUNCATED_MESSAGE, EMPTY),
    ROW("DomainSet_Set", "InvalidArgument: no such domain", ABI_DOMAIN_SET_SET, ROOT_DOMAIN,
        ONE(B_TCB), ONE(1), ABI_INVALID_ARGUMENT, ONE(0)),
    ROW("DomainSet_Set", "InvalidArgument: no such domain, before a missing thread",
        ABI_DOMAIN_SET_SET, ROOT_DOMAIN, EMPTY, ONE(1), ABI_INVALID_ARGUMENT, ONE(0)),
    ROW("DomainSet_Set", "TruncatedMessage: no thread", ABI_DOMAIN_SET_SET, ROOT_DOMAIN, EMPTY,
        ONE(0), ABI_TRUNCATED_MESSAGE, EMPTY),
    ROW("DomainSet_Set", "InvalidArgument: not a thread", ABI_DOMAIN_SET_SET, ROOT_DOMAIN,
        ONE(B_CNODE), ONE(0), ABI_INVALID_ARGUMENT, ONE(1)),
    ROW("DomainSet_ScheduleConfigure", "TruncatedMessage: two words",
        ABI_DOMAIN_SCHEDULE_CONFIGURE, ROOT_DOMAIN, EMPTY, TWO(0, 0), ABI_TRUNCATED_MESSAGE,
        EMPTY),
    ROW("DomainSet_ScheduleConfigure", "RangeError: the entry is the end marker",
        ABI_DOMAIN_SCHEDULE_CONFIGURE, ROOT_DOMAIN, EMPTY, THREE(1, 0, 100), ABI_RANGE_ERROR,
        TWO(0, 0)),
    ROW("DomainSet_ScheduleConfigure", "RangeError: no such domain",
        ABI_DOMAIN_SCHEDULE_CONFIGURE, ROOT_DOMAIN, EMPTY, THREE(0, 1, 100), ABI_RANGE_ERROR,
        TWO(0, 0)),
    ROW("DomainSet_ScheduleConfigure", "InvalidArgument: the entry that runs cannot be empty",
        ABI_DOMAIN_SCHEDULE_CONFIGURE, ROOT_DOMAIN, EMPTY, THREE(0, 0, 0), ABI_INVALID_ARGUMENT,
        ONE(2)),
    ROW("DomainSet_ScheduleSetStart", "TruncatedMessage: no entry", ABI_DOMAIN_SCHEDULE_SET_START,
        ROOT_DOMAIN, EMPTY, EMPTY, ABI_TRUNCATED_MESSAGE, EMPTY),
    ROW("DomainSet_ScheduleSetStart", "RangeError: beyond the schedule",
        ABI_DOMAIN_SCHEDULE_SET_START, ROOT_DOMAIN, EMPTY, ONE(2), ABI_RANGE_ERROR, TWO(0, 1)),
    ROW("DomainSet_ScheduleSetStart", "InvalidArgument: the end marker",
        ABI_DOMAIN_SCHEDULE_SET_START, ROOT_DOMAIN, EMPTY, ONE(1), ABI_INVALID_ARGUMENT, ONE(0)),
    {.method = NULL}};

/* A second heap is made and bound to the same VSpace. */
static void bind_other_heap(struct system *s)
{
    EXPECT_OK(retype(s, s->untyped, ABI_TYPE_LUA_HEAP, 16, B_EMPTY, 1));
    EXPECT_OK(invoke(s, B_EMPTY, ABI_HEAP_BIND, CAPS(B_VSPACE), NO_WORDS));
}

static void bind_heap(struct system *s)
{
    EXPECT_OK(invoke(s, B_HEAP, ABI_HEAP_BIND, CAPS(B_VSPACE), NO_WORDS));
}

/* B_EMPTY is a VSpace whose ASID pool (B_EMPTY + 1) has been deleted: it goes on being a mapped
   table by its capability, but its ASID leads nowhere. */
static void orphan_vspace(struct system *s)
{
    EXPECT_OK(invoke(s, ROOT_ASID_CONTROL, ABI_ASID_CONTROL_MAKE_POOL,
                     CAPS(B_PAGE_UNTYPED, ROOT_CNODE), WORDS(B_EMPTY + 1, 64)));
    EXPECT_OK(retype(s, s->untyped, ABI_TYPE_PAGE_TABLE, 0, B_EMPTY, 1));
    EXPECT_OK(invoke(s, B_EMPTY + 1, ABI_ASID_POOL_ASSIGN, CAPS(B_EMPTY), NO_WORDS));
    EXPECT_OK(cnode_delete(s, B_EMPTY + 1));
}

#define SERVICE_ROWS_OF(method_, label_)                                                           \
    ROW(method_, "InvalidCapability: the slot invoked is empty", label_, B_EMPTY, EMPTY, EMPTY,    \
        ABI_INVALID_CAPABILITY, ONE(0)),                                                           \
    ROW(method_, "IllegalOperation: the object does not have this method", label_, B_TCB, EMPTY,   \
        EMPTY, ABI_ILLEGAL_OPERATION, EMPTY)

const struct error_row heap_errors[] = {
    SERVICE_ROWS_OF("Lua_Heap_Bind", ABI_HEAP_BIND),
    SERVICE_ROWS_OF("Lua_Heap_Unbind", ABI_HEAP_UNBIND),
    SERVICE_ROWS_OF("Lua_Heap_Stats", ABI_HEAP_STATS),
    ROW("Lua_Heap_Bind", "TruncatedMessage: no VSpace", ABI_HEAP_BIND, B_HEAP, EMPTY, EMPTY,
        ABI_TRUNCATED_MESSAGE, EMPTY),
    ROW("Lua_Heap_Bind", "InvalidCapability: a page table without ASID", ABI_HEAP_BIND, B_HEAP,
        ONE(B_TABLE), EMPTY, ABI_INVALID_CAPABILITY, ONE(1)),
    ROW("Lua_Heap_Bind", "InvalidCapability: a mapped table, not a root", ABI_HEAP_BIND, B_HEAP,
        ONE(B_MAPPED_TABLE), EMPTY, ABI_INVALID_CAPABILITY, ONE(1)),
    {.method = "Lua_Heap_Bind", .reason = "IllegalOperation: the heap is bound already",
     .label = ABI_HEAP_BIND, .service = B_HEAP, .caps = LIST(B_VSPACE),
     .error = ABI_ILLEGAL_OPERATION, .prepare = bind_heap},
    {.method = "Lua_Heap_Bind", .reason = "DeleteFirst: the VSpace has a heap already",
     .label = ABI_HEAP_BIND, .service = B_HEAP, .caps = LIST(B_VSPACE), .error = ABI_DELETE_FIRST,
     .prepare = bind_other_heap},
    {.method = "Lua_Heap_Bind", .reason = "FailedLookup: the ASID pool is gone",
     .label = ABI_HEAP_BIND, .service = B_HEAP, .caps = LIST(B_EMPTY), .error = ABI_FAILED_LOOKUP,
     .answer = LIST(0, ABI_INVALID_ROOT), .prepare = orphan_vspace},
    ROW("Lua_Heap_Unbind", "IllegalOperation: the heap is not bound", ABI_HEAP_UNBIND, B_HEAP,
        EMPTY, EMPTY, ABI_ILLEGAL_OPERATION, EMPTY),
    {.method = NULL}};
