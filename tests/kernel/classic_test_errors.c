/* SPDX-License-Identifier: MIT */
/* Refusals of methods that only the classic configuration has, or that have other parameters. */
#include "tests/kernel/error_bench.h"

void error_bench_build_more(struct system *s)
{
    (void)s;
}

#define ROW(method_, reason_, label_, service_, caps_, words_, error_, answer_)                    \
    {.method = method_, .reason = reason_, .label = label_, .service = service_, .caps = caps_,    \
     .words = words_, .error = error_, .answer = answer_}

/* Macro arguments may not hold braces with commas. */
#define ONE(a) {1, {a}}
#define TWO(a, b) {2, {a, b}}
#define THREE(a, b, c) {3, {a, b, c}}
#define FOUR(a, b, c, d) {4, {a, b, c, d}}

/* Configure: fault CPtr, guard, VSpace data, buffer address; CSpace, VSpace, buffer frame. */
#define CONFIGURE_ROW(reason_, caps_, words_, error_)                                              \
    {.method = "TCB_Configure", .reason = reason_, .label = ABI_TCB_CONFIGURE, .service = B_TCB,   \
     .caps = caps_, .words = words_, .error = error_}

#define SPACE_ROW(reason_, caps_, words_, error_)                                                  \
    {.method = "TCB_SetSpace", .reason = reason_, .label = ABI_TCB_SET_SPACE, .service = B_TCB,    \
     .caps = caps_, .words = words_, .error = error_}

const struct error_row classic_errors[] = {
    {.method = "TCB_Configure", .reason = "IllegalOperation: the thread holds its CSpace's last",
     .label = ABI_TCB_CONFIGURE, .service = B_TCB, .caps = THREE(ROOT_CNODE, ROOT_VSPACE, B_FRAME),
     .words = FOUR(0, 0, 0, 0x10000), .error = ABI_ILLEGAL_OPERATION,
     .prepare = let_thread_hold_cspace},
    {.method = "TCB_SetSpace", .reason = "IllegalOperation: the thread holds its CSpace's last",
     .label = ABI_TCB_SET_SPACE, .service = B_TCB, .caps = TWO(ROOT_CNODE, ROOT_VSPACE),
     .words = THREE(0, 0, 0), .error = ABI_ILLEGAL_OPERATION, .prepare = let_thread_hold_cspace},
    SLOT_ROWS("CNode_SaveCaller", ABI_CNODE_SAVE_CALLER),
    {.method = "CNode_SaveCaller", .reason = "DeleteFirst: the slot is in use",
     .label = ABI_CNODE_SAVE_CALLER, .service = ROOT_CNODE, .words = LIST(B_ENDPOINT, 64),
     .error = ABI_DELETE_FIRST},

    CONFIGURE_ROW("TruncatedMessage: three words", THREE(ROOT_CNODE, ROOT_VSPACE, B_FRAME),
                  THREE(0, 0, 0), ABI_TRUNCATED_MESSAGE),
    CONFIGURE_ROW("TruncatedMessage: no frame", TWO(ROOT_CNODE, ROOT_VSPACE), FOUR(0, 0, 0, 0),
                  ABI_TRUNCATED_MESSAGE),
    CONFIGURE_ROW("IllegalOperation: the CSpace is no CNode", THREE(B_TCB, ROOT_VSPACE, B_FRAME),
                  FOUR(0, 0, 0, 0), ABI_ILLEGAL_OPERATION),
    CONFIGURE_ROW("IllegalOperation: the guard does not fit", THREE(ROOT_CNODE, ROOT_VSPACE, 0),
                  FOUR(0, 60, 0, 0), ABI_ILLEGAL_OPERATION),
    CONFIGURE_ROW("IllegalOperation: the VSpace is a table without ASID",
                  THREE(ROOT_CNODE, B_TABLE, B_FRAME), FOUR(0, 0, 0, 0), ABI_ILLEGAL_OPERATION),
    CONFIGURE_ROW("IllegalOperation: the VSpace is no page table",
                  THREE(ROOT_CNODE, B_FRAME, B_FRAME), FOUR(0, 0, 0, 0), ABI_ILLEGAL_OPERATION),
    CONFIGURE_ROW("IllegalOperation: the buffer is no frame", THREE(ROOT_CNODE, ROOT_VSPACE, B_TCB),
                  FOUR(0, 0, 0, 0x10000), ABI_ILLEGAL_OPERATION),
    CONFIGURE_ROW("IllegalOperation: the buffer is a device's",
                  THREE(ROOT_CNODE, ROOT_VSPACE, B_DEVICE_FRAME), FOUR(0, 0, 0, 0x10000),
                  ABI_ILLEGAL_OPERATION),
    CONFIGURE_ROW("AlignmentError: the buffer address", THREE(ROOT_CNODE, ROOT_VSPACE, B_FRAME),
                  FOUR(0, 0, 0, 0x10200), ABI_ALIGNMENT_ERROR),
    CONFIGURE_ROW("RevokeFirst: the buffer is an untyped with children",
                  THREE(ROOT_CNODE, ROOT_VSPACE, B_USED_UNTYPED), FOUR(0, 0, 0, 0x10000),
                  ABI_REVOKE_FIRST),
    CONFIGURE_ROW("RevokeFirst: the CSpace is an untyped with children",
                  THREE(B_USED_UNTYPED, ROOT_VSPACE, B_FRAME), FOUR(0, 0, 0, 0), ABI_REVOKE_FIRST),
    CONFIGURE_ROW("RevokeFirst: the VSpace is an untyped with children",
                  THREE(ROOT_CNODE, B_USED_UNTYPED, B_FRAME), FOUR(0, 0, 0, 0), ABI_REVOKE_FIRST),

    SPACE_ROW("TruncatedMessage: two words", TWO(ROOT_CNODE, ROOT_VSPACE), TWO(0, 0),
              ABI_TRUNCATED_MESSAGE),
    SPACE_ROW("TruncatedMessage: no VSpace", ONE(ROOT_CNODE), THREE(0, 0, 0),
              ABI_TRUNCATED_MESSAGE),
    SPACE_ROW("IllegalOperation: the CSpace is no CNode", TWO(B_TCB, ROOT_VSPACE), THREE(0, 0, 0),
              ABI_ILLEGAL_OPERATION),
    SPACE_ROW("IllegalOperation: the VSpace is a table without ASID", TWO(ROOT_CNODE, B_TABLE),
              THREE(0, 0, 0), ABI_ILLEGAL_OPERATION),
    SPACE_ROW("RevokeFirst: the CSpace is an untyped with children",
              TWO(B_USED_UNTYPED, ROOT_VSPACE), THREE(0, 0, 0), ABI_REVOKE_FIRST),
    SPACE_ROW("RevokeFirst: the VSpace is an untyped with children",
              TWO(ROOT_CNODE, B_USED_UNTYPED), THREE(0, 0, 0), ABI_REVOKE_FIRST),

    ROW("TCB_SetSchedParams", "TruncatedMessage: one word", ABI_TCB_SET_SCHED_PARAMS, B_TCB,
        ONE(ROOT_TCB), ONE(1), ABI_TRUNCATED_MESSAGE, EMPTY),
    ROW("TCB_SetSchedParams", "TruncatedMessage: no authority", ABI_TCB_SET_SCHED_PARAMS, B_TCB,
        EMPTY, TWO(1, 1), ABI_TRUNCATED_MESSAGE, EMPTY),
    ROW("TCB_SetSchedParams", "InvalidCapability: the authority is no thread",
        ABI_TCB_SET_SCHED_PARAMS, B_TCB, ONE(B_CNODE), TWO(1, 1), ABI_INVALID_CAPABILITY, ONE(1)),
    ROW("TCB_SetSchedParams", "RangeError: the maximum is above the authority's",
        ABI_TCB_SET_SCHED_PARAMS, B_TCB, ONE(B_TCB), TWO(1, 0), ABI_RANGE_ERROR, TWO(0, 0)),
    ROW("TCB_SetSchedParams", "RangeError: the priority is above the authority's maximum",
        ABI_TCB_SET_SCHED_PARAMS, B_TCB, ONE(ROOT_TCB), TWO(9, 256), ABI_RANGE_ERROR, TWO(0, 255)),
    {.method = NULL}};
