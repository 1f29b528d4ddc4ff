/* SPDX-License-Identifier: MIT */
/* Refusals of methods of threads. */
#include "tests/kernel/error_bench.h"

#define ROW(method_, reason_, label_, service_, caps_, words_, error_, answer_)                    \
    {.method = method_, .reason = reason_, .label = label_, .service = service_, .caps = caps_,    \
     .words = words_, .error = error_, .answer = answer_}

/* Macro arguments may not hold braces with commas. */
#define ONE(a) {1, {a}}
#define TWO(a, b) {2, {a, b}}
#define THREE(a, b, c) {3, {a, b, c}}
#define FOUR(a, b, c, d) {4, {a, b, c, d}}

/* SetPriority and SetMCPriority: one word and an authority. */
#define PRIORITY_ROWS(method_, label_)                                                             \
    ROW(method_, "TruncatedMessage: no value", label_, B_TCB, ONE(ROOT_TCB), EMPTY,                \
        ABI_TRUNCATED_MESSAGE, EMPTY),                                                             \
    ROW(method_, "TruncatedMessage: no authority", label_, B_TCB, EMPTY, ONE(1),                   \
        ABI_TRUNCATED_MESSAGE, EMPTY),                                                             \
    ROW(method_, "InvalidCapability: the authority is no thread", label_, B_TCB, ONE(B_CNODE),     \
        ONE(1), ABI_INVALID_CAPABILITY, ONE(1)),                                                   \
    ROW(method_, "RangeError: above what the authority may give", label_, B_TCB, ONE(B_TCB),       \
        ONE(1), ABI_RANGE_ERROR, TWO(0, 0)),                                                       \
    ROW(method_, "RangeError: above all priorities", label_, B_TCB, ONE(ROOT_TCB), ONE(256),       \
        ABI_RANGE_ERROR, TWO(0, 255))

#define BUFFER_ROW(reason_, caps_, words_, error_)                                                 \
    {.method = "TCB_SetIPCBuffer", .reason = reason_, .label = ABI_TCB_SET_IPC_BUFFER,             \
     .service = B_TCB, .caps = caps_, .words = words_, .error = error_}

#define BIND_ROW(reason_, service_, caps_, error_)                                                 \
    {.method = "TCB_BindNotification", .reason = reason_, .label = ABI_TCB_BIND_NOTIFICATION,      \
     .service = service_, .caps = caps_, .error = error_}

/* A thread waits on the notification. */
static void let_thread_wait(struct system *s)
{
    uint64_t waiter = make_thread(s, (struct thread_options){.priority = 100});

    resume(s, waiter);
    root_sleep(s);
    receive(s, B_NOTIFICATION);
    root_wake(s);
}

const struct error_row tcb_errors[] = {
    ROW("TCB_ReadRegisters", "TruncatedMessage: no count", ABI_TCB_READ_REGISTERS, B_TCB, EMPTY,
        ONE(0), ABI_TRUNCATED_MESSAGE, EMPTY),
    ROW("TCB_ReadRegisters", "RangeError: no registers", ABI_TCB_READ_REGISTERS, B_TCB, EMPTY,
        TWO(0, 0), ABI_RANGE_ERROR, TWO(1, 32)),
    ROW("TCB_ReadRegisters", "RangeError: 33 registers", ABI_TCB_READ_REGISTERS, B_TCB, EMPTY,
        TWO(0, 33), ABI_RANGE_ERROR, TWO(1, 32)),
    ROW("TCB_ReadRegisters", "RangeError: no registers, before the caller itself",
        ABI_TCB_READ_REGISTERS, ROOT_TCB, EMPTY, TWO(0, 0), ABI_RANGE_ERROR, TWO(1, 32)),
    ROW("TCB_ReadRegisters", "IllegalOperation: the caller itself", ABI_TCB_READ_REGISTERS,
        ROOT_TCB, EMPTY, TWO(0, 1), ABI_ILLEGAL_OPERATION, EMPTY),
    ROW("TCB_WriteRegisters", "TruncatedMessage: no count", ABI_TCB_WRITE_REGISTERS, B_TCB, EMPTY,
        ONE(0), ABI_TRUNCATED_MESSAGE, EMPTY),
    ROW("TCB_WriteRegisters", "TruncatedMessage: fewer registers than counted",
        ABI_TCB_WRITE_REGISTERS, B_TCB, EMPTY, FOUR(0, 3, 1, 2), ABI_TRUNCATED_MESSAGE, EMPTY),
    ROW("TCB_WriteRegisters", "IllegalOperation: the caller itself", ABI_TCB_WRITE_REGISTERS,
        ROOT_TCB, EMPTY, THREE(0, 1, 0), ABI_ILLEGAL_OPERATION, EMPTY),
    ROW("TCB_CopyRegisters", "TruncatedMessage: no flags", ABI_TCB_COPY_REGISTERS, B_TCB,
        ONE(B_BOUND_TCB), EMPTY, ABI_TRUNCATED_MESSAGE, EMPTY),
    ROW("TCB_CopyRegisters", "TruncatedMessage: no source", ABI_TCB_COPY_REGISTERS, B_TCB, EMPTY,
        ONE(0), ABI_TRUNCATED_MESSAGE, EMPTY),
    ROW("TCB_CopyRegisters", "InvalidCapability: the source is no thread", ABI_TCB_COPY_REGISTERS,
        B_TCB, ONE(B_CNODE), ONE(0), ABI_INVALID_CAPABILITY, ONE(1)),

    BUFFER_ROW("TruncatedMessage: no address", ONE(B_FRAME), EMPTY, ABI_TRUNCATED_MESSAGE),
    BUFFER_ROW("TruncatedMessage: no frame", EMPTY, ONE(0x10000), ABI_TRUNCATED_MESSAGE),
    BUFFER_ROW("IllegalOperation: no frame capability", ONE(B_TCB), ONE(0x10000),
               ABI_ILLEGAL_OPERATION),
    BUFFER_ROW("IllegalOperation: a device's frame", ONE(B_DEVICE_FRAME), ONE(0x10000),
               ABI_ILLEGAL_OPERATION),
    BUFFER_ROW("AlignmentError: the address", ONE(B_FRAME), ONE(0x10200), ABI_ALIGNMENT_ERROR),
    BUFFER_ROW("RevokeFirst: an untyped with children", ONE(B_USED_UNTYPED), ONE(0x10000),
               ABI_REVOKE_FIRST),

    PRIORITY_ROWS("TCB_SetPriority", ABI_TCB_SET_PRIORITY),
    PRIORITY_ROWS("TCB_SetMCPriority", ABI_TCB_SET_MCPRIORITY),
    BIND_ROW("TruncatedMessage: no notification", B_TCB, EMPTY, ABI_TRUNCATED_MESSAGE),
    BIND_ROW("IllegalOperation: the thread has one already", B_BOUND_TCB, ONE(B_NOTIFICATION),
             ABI_ILLEGAL_OPERATION),
    BIND_ROW("IllegalOperation: no notification capability", B_TCB, ONE(B_ENDPOINT),
             ABI_ILLEGAL_OPERATION),
    BIND_ROW("IllegalOperation: no right to wait", B_TCB, ONE(B_SIGNAL_NOTIFICATION),
             ABI_ILLEGAL_OPERATION),
    BIND_ROW("IllegalOperation: it is bound to another thread", B_TCB, ONE(B_BOUND_NOTIFICATION),
             ABI_ILLEGAL_OPERATION),
    {.method = "TCB_BindNotification", .reason = "IllegalOperation: a thread waits on it",
     .label = ABI_TCB_BIND_NOTIFICATION, .service = B_TCB, .caps = LIST(B_NOTIFICATION),
     .error = ABI_ILLEGAL_OPERATION, .prepare = let_thread_wait},
    ROW("TCB_UnbindNotification", "IllegalOperation: nothing is bound",
        ABI_TCB_UNBIND_NOTIFICATION, B_TCB, EMPTY, EMPTY, ABI_ILLEGAL_OPERATION, EMPTY),
    ROW("TCB_SetTLSBase", "TruncatedMessage: no address", ABI_TCB_SET_TLS_BASE, B_TCB, EMPTY, EMPTY,
        ABI_TRUNCATED_MESSAGE, EMPTY),
    ROW("TCB_SetFlags", "TruncatedMessage: one word", ABI_TCB_SET_FLAGS, B_TCB, EMPTY, ONE(0),
        ABI_TRUNCATED_MESSAGE, EMPTY),
    {.method = NULL}};
