/* SPDX-License-Identifier: MIT */
/* Refusals of methods that only the MCS configuration has, or that have other parameters. */
#include "tests/kernel/error_bench.h"

enum more_slot {
    M_CONTEXT = B_MORE, /* of 2^7 bytes, configured, nobody's */
    M_LARGE_CONTEXT,    /* of 2^8 bytes, not configured */
    M_BOUND_CONTEXT,    /* M_BOUND_TCB's and M_BOUND_NOTIFICATION's */
    M_BOUND_TCB,        /* stopped */
    M_BOUND_NOTIFICATION
};

#define PERIOD_MOST UINT64_C(0x333333333333333)

void error_bench_build_more(struct system *s)
{
    EXPECT_OK(retype(s, s->untyped, ABI_TYPE_SCHED_CONTEXT, ABI_SCHED_CONTEXT_BITS, M_CONTEXT, 1));
    EXPECT_OK(retype(s, s->untyped, ABI_TYPE_SCHED_CONTEXT, 8, M_LARGE_CONTEXT, 1));
    EXPECT_OK(retype(s, s->untyped, ABI_TYPE_SCHED_CONTEXT, 7, M_BOUND_CONTEXT, 1));
    EXPECT_OK(retype(s, s->untyped, ABI_TYPE_TCB, 0, M_BOUND_TCB, 1));
    EXPECT_OK(retype(s, s->untyped, ABI_TYPE_NOTIFICATION, 0, M_BOUND_NOTIFICATION, 1));
    EXPECT_OK(invoke(s, ROOT_SCHED_CONTROL, ABI_SCHED_CONTROL_CONFIGURE_FLAGS, CAPS(M_CONTEXT),
                     WORDS(1000, 2000, 0, 0, 0)));
    EXPECT_OK(invoke(s, M_BOUND_CONTEXT, ABI_SCHED_CONTEXT_BIND, CAPS(M_BOUND_TCB), NO_WORDS));
    EXPECT_OK(invoke(s, M_BOUND_CONTEXT, ABI_SCHED_CONTEXT_BIND, CAPS(M_BOUND_NOTIFICATION),
                     NO_WORDS));
}

/* --- what rows need more ---------------------------------------------------------------------- */

/* B_TCB waits for a message. */
static void let_thread_wait(struct system *s)
{
    EXPECT_OK(invoke(s, B_TCB, ABI_TCB_SET_SPACE, CAPS(0, ROOT_CNODE, ROOT_VSPACE), WORDS(0, 0)));
    EXPECT_OK(invoke(s, M_CONTEXT, ABI_SCHED_CONTEXT_BIND, CAPS(B_TCB), NO_WORDS));
    resume(s, B_TCB);
    root_sleep(s);
    current(s)->registers[REG_A0] = B_ENDPOINT;
    trap(s, ABI_WAIT);
    root_wake(s);
    EXPECT_OK(invoke(s, M_CONTEXT, ABI_SCHED_CONTEXT_UNBIND, NO_CAPS, NO_WORDS));
    EXPECT_EQUAL(tcb_of(s, B_TCB)->state, THREAD_BLOCKED_ON_RECEIVE);
}

/* The root thread may control priorities up to 9 only, and M_BOUND_TCB has 10. */
static void lower_the_root(struct system *s)
{
    EXPECT_OK(invoke(s, M_BOUND_TCB, ABI_TCB_SET_PRIORITY, CAPS(ROOT_TCB), WORDS(10)));
    EXPECT_OK(invoke(s, ROOT_TCB, ABI_TCB_SET_MCPRIORITY, CAPS(ROOT_TCB), WORDS(9)));
}

/* --- rows ------------------------------------------------------------------------------------- */

#define ROW(method_, reason_, label_, service_, caps_, words_, error_, answer_)                    \
    {.method = method_, .reason = reason_, .label = label_, .service = service_, .caps = caps_,    \
     .words = words_, .error = error_, .answer = answer_}

/* Macro arguments may not hold braces with commas. */
#define ONE(a) {1, {a}}
#define TWO(a, b) {2, {a, b}}
#define THREE(a, b, c) {3, {a, b, c}}
#define FOUR(a, b, c, d) {4, {a, b, c, d}}

#define FIVE(a, b, c, d, e) {5, {a, b, c, d, e}}

/* Configure: guard, VSpace data, buffer address; CSpace, VSpace, buffer frame. */
#define CONFIGURE_ROW(reason_, caps_, words_, error_)                                              \
    {.method = "TCB_Configure", .reason = reason_, .label = ABI_TCB_CONFIGURE,                     \
     .service = B_TCB, .caps = caps_, .words = words_, .error = error_,                            \
     .answer = EMPTY}

/* SetSpace: guard, VSpace data; fault handler, CSpace, VSpace. */
#define SPACE_ROW(reason_, caps_, words_, error_, answer_)                                         \
    {.method = "TCB_SetSpace", .reason = reason_, .label = ABI_TCB_SET_SPACE,                      \
     .service = B_TCB, .caps = caps_, .words = words_, .error = error_,                            \
     .answer = answer_}

/* SetSchedParams: maximum, priority; authority, scheduling context, fault handler. */
#define PARAMS_ROW(reason_, service_, caps_, words_, error_, answer_)                              \
    {.method = "TCB_SetSchedParams", .reason = reason_, .label = ABI_TCB_SET_SCHED_PARAMS,         \
     .service = service_, .caps = caps_, .words = words_, .error = error_,                         \
     .answer = answer_}

#define TIMEOUT_ROW(reason_, caps_, error_, answer_)                                               \
    {.method = "TCB_SetTimeoutEndpoint", .reason = reason_, .label = ABI_TCB_SET_TIMEOUT_ENDPOINT, \
     .service = B_TCB, .caps = caps_, .words = EMPTY, .error = error_,                             \
     .answer = answer_}

/* ConfigureFlags: budget, period, extra refills, badge, flags. */
#define FLAGS_ROW(reason_, caps_, words_, error_, answer_)                                         \
    {.method = "SchedControl_ConfigureFlags", .reason = reason_,                                   \
     .label = ABI_SCHED_CONTROL_CONFIGURE_FLAGS,                                                   \
     .service = ROOT_SCHED_CONTROL, .caps = caps_, .words = words_, .error = error_,               \
     .answer = answer_}

#define BIND_ROW(reason_, service_, caps_, error_, answer_)                                        \
    {.method = "SchedContext_Bind", .reason = reason_, .label = ABI_SCHED_CONTEXT_BIND,            \
     .service = service_, .caps = caps_, .words = EMPTY, .error = error_,                          \
     .answer = answer_}

#define UNBIND_OBJECT_ROW(reason_, service_, caps_, error_, answer_)                               \
    {.method = "SchedContext_UnbindObject", .reason = reason_,                                     \
     .label = ABI_SCHED_CONTEXT_UNBIND_OBJECT,                                                     \
     .service = service_, .caps = caps_, .words = EMPTY, .error = error_,                          \
     .answer = answer_}

#define YIELD_TO_ROW(reason_, service_)                                                            \
    {.method = "SchedContext_YieldTo", .reason = reason_, .label = ABI_SCHED_CONTEXT_YIELD_TO,     \
     .service = service_, .caps = EMPTY, .words = EMPTY, .error = ABI_ILLEGAL_OPERATION,           \
     .answer = EMPTY}

/* A row with something to prepare. */
#define PREPARED_ROW(prepare_, method_, reason_, label_, service_, caps_, words_)                  \
    {.method = method_, .reason = reason_, .label = label_, .service = service_, .caps = caps_,    \
     .words = words_, .error = ABI_ILLEGAL_OPERATION, .prepare = prepare_}

const struct error_row mcs_errors[] = {
    {.method = "TCB_Configure", .reason = "IllegalOperation: the thread holds its CSpace's last",
     .label = ABI_TCB_CONFIGURE, .service = B_TCB, .caps = THREE(ROOT_CNODE, ROOT_VSPACE, B_FRAME),
     .words = THREE(0, 0, 0x10000), .error = ABI_ILLEGAL_OPERATION,
     .prepare = let_thread_hold_cspace},
    {.method = "TCB_SetSpace", .reason = "IllegalOperation: the thread holds its CSpace's last",
     .label = ABI_TCB_SET_SPACE, .service = B_TCB, .caps = THREE(0, ROOT_CNODE, ROOT_VSPACE),
     .words = TWO(0, 0), .error = ABI_ILLEGAL_OPERATION, .prepare = let_thread_hold_cspace},
    CONFIGURE_ROW("TruncatedMessage: two words", THREE(ROOT_CNODE, ROOT_VSPACE, B_FRAME),
                  TWO(0, 0), ABI_TRUNCATED_MESSAGE),
    CONFIGURE_ROW("TruncatedMessage: no frame", TWO(ROOT_CNODE, ROOT_VSPACE), THREE(0, 0, 0),
                  ABI_TRUNCATED_MESSAGE),
    CONFIGURE_ROW("IllegalOperation: the CSpace is no CNode", THREE(B_TCB, ROOT_VSPACE, B_FRAME),
                  THREE(0, 0, 0), ABI_ILLEGAL_OPERATION),
    CONFIGURE_ROW("IllegalOperation: the guard does not fit", THREE(ROOT_CNODE, ROOT_VSPACE, 0),
                  THREE(60, 0, 0), ABI_ILLEGAL_OPERATION),
    CONFIGURE_ROW("IllegalOperation: the VSpace is a table without ASID",
                  THREE(ROOT_CNODE, B_TABLE, B_FRAME), THREE(0, 0, 0), ABI_ILLEGAL_OPERATION),
    CONFIGURE_ROW("IllegalOperation: the VSpace is no page table",
                  THREE(ROOT_CNODE, B_FRAME, B_FRAME), THREE(0, 0, 0), ABI_ILLEGAL_OPERATION),
    CONFIGURE_ROW("IllegalOperation: the buffer is no frame", THREE(ROOT_CNODE, ROOT_VSPACE, B_TCB),
                  THREE(0, 0, 0x10000), ABI_ILLEGAL_OPERATION),
    CONFIGURE_ROW("IllegalOperation: the buffer is a device's",
                  THREE(ROOT_CNODE, ROOT_VSPACE, B_DEVICE_FRAME), THREE(0, 0, 0x10000),
                  ABI_ILLEGAL_OPERATION),
    CONFIGURE_ROW("AlignmentError: the buffer address", THREE(ROOT_CNODE, ROOT_VSPACE, B_FRAME),
                  THREE(0, 0, 0x10200), ABI_ALIGNMENT_ERROR),
    CONFIGURE_ROW("RevokeFirst: the buffer is an untyped with children",
                  THREE(ROOT_CNODE, ROOT_VSPACE, B_USED_UNTYPED), THREE(0, 0, 0x10000),
                  ABI_REVOKE_FIRST),
    CONFIGURE_ROW("RevokeFirst: the CSpace is an untyped with children",
                  THREE(B_USED_UNTYPED, ROOT_VSPACE, B_FRAME), THREE(0, 0, 0), ABI_REVOKE_FIRST),
    CONFIGURE_ROW("RevokeFirst: the VSpace is an untyped with children",
                  THREE(ROOT_CNODE, B_USED_UNTYPED, B_FRAME), THREE(0, 0, 0), ABI_REVOKE_FIRST),

    SPACE_ROW("TruncatedMessage: one word", THREE(0, ROOT_CNODE, ROOT_VSPACE), ONE(0),
              ABI_TRUNCATED_MESSAGE, EMPTY),
    SPACE_ROW("TruncatedMessage: no VSpace", TWO(0, ROOT_CNODE), TWO(0, 0), ABI_TRUNCATED_MESSAGE,
              EMPTY),
    SPACE_ROW("IllegalOperation: the CSpace is no CNode", THREE(0, B_TCB, ROOT_VSPACE), TWO(0, 0),
              ABI_ILLEGAL_OPERATION, EMPTY),
    SPACE_ROW("IllegalOperation: the VSpace is a table without ASID",
              THREE(0, ROOT_CNODE, B_TABLE), TWO(0, 0), ABI_ILLEGAL_OPERATION, EMPTY),
    SPACE_ROW("RevokeFirst: the CSpace is an untyped with children",
              THREE(0, B_USED_UNTYPED, ROOT_VSPACE), TWO(0, 0), ABI_REVOKE_FIRST, EMPTY),
    SPACE_ROW("RevokeFirst: the VSpace is an untyped with children",
              THREE(0, ROOT_CNODE, B_USED_UNTYPED), TWO(0, 0), ABI_REVOKE_FIRST, EMPTY),
    SPACE_ROW("IllegalOperation: the CSpace is no CNode, before the handler",
              THREE(B_TCB, B_TCB, ROOT_VSPACE), TWO(0, 0), ABI_ILLEGAL_OPERATION, EMPTY),
    SPACE_ROW("InvalidCapability: the handler is no endpoint",
              THREE(B_TCB, ROOT_CNODE, ROOT_VSPACE), TWO(0, 0), ABI_INVALID_CAPABILITY, ONE(1)),
    SPACE_ROW("InvalidCapability: the handler may only send",
              THREE(B_SEND_ENDPOINT, ROOT_CNODE, ROOT_VSPACE), TWO(0, 0), ABI_INVALID_CAPABILITY,
              ONE(1)),

    PARAMS_ROW("TruncatedMessage: one word", B_TCB, THREE(ROOT_TCB, 0, 0), ONE(1),
               ABI_TRUNCATED_MESSAGE, EMPTY),
    PARAMS_ROW("TruncatedMessage: no handler", B_TCB, TWO(ROOT_TCB, 0), TWO(1, 1),
               ABI_TRUNCATED_MESSAGE, EMPTY),
    PARAMS_ROW("InvalidCapability: the authority is no thread", B_TCB, THREE(B_CNODE, 0, 0),
               TWO(1, 1), ABI_INVALID_CAPABILITY, ONE(1)),
    PARAMS_ROW("RangeError: the maximum is above the authority's", B_TCB, THREE(B_TCB, 0, 0),
               TWO(1, 0), ABI_RANGE_ERROR, TWO(0, 0)),
    PARAMS_ROW("RangeError: the priority is above the authority's maximum", B_TCB,
               THREE(ROOT_TCB, 0, 0), TWO(9, 256), ABI_RANGE_ERROR, TWO(0, 255)),
    PARAMS_ROW("RangeError: the priority, before the context", B_TCB, THREE(ROOT_TCB, B_TCB, 0),
               TWO(9, 256), ABI_RANGE_ERROR, TWO(0, 255)),
    PARAMS_ROW("InvalidCapability: the context is none", B_TCB, THREE(ROOT_TCB, B_TCB, B_TCB),
               TWO(1, 1), ABI_INVALID_CAPABILITY, ONE(2)),
    PARAMS_ROW("IllegalOperation: the thread has another context", M_BOUND_TCB,
               THREE(ROOT_TCB, M_CONTEXT, 0), TWO(1, 1), ABI_ILLEGAL_OPERATION, EMPTY),
    PARAMS_ROW("IllegalOperation: the context is another thread's", B_TCB,
               THREE(ROOT_TCB, M_BOUND_CONTEXT, 0), TWO(1, 1), ABI_ILLEGAL_OPERATION, EMPTY),
    PARAMS_ROW("IllegalOperation: the caller's own context would go", ROOT_TCB,
               THREE(ROOT_TCB, 0, 0), TWO(1, 1), ABI_ILLEGAL_OPERATION, EMPTY),
    PREPARED_ROW(let_thread_wait, "TCB_SetSchedParams",
                 "IllegalOperation: the thread waits and the context has no time",
                 ABI_TCB_SET_SCHED_PARAMS, B_TCB, THREE(ROOT_TCB, M_LARGE_CONTEXT, 0), TWO(1, 1)),
    PARAMS_ROW("InvalidCapability: the handler may only send", B_TCB,
               THREE(ROOT_TCB, 0, B_SEND_ENDPOINT), TWO(1, 1), ABI_INVALID_CAPABILITY, ONE(3)),
    PARAMS_ROW("InvalidCapability: the handler is a notification", B_TCB,
               THREE(ROOT_TCB, M_CONTEXT, B_NOTIFICATION), TWO(1, 1), ABI_INVALID_CAPABILITY,
               ONE(3)),

    TIMEOUT_ROW("TruncatedMessage: no endpoint", EMPTY, ABI_TRUNCATED_MESSAGE, EMPTY),
    TIMEOUT_ROW("InvalidCapability: no endpoint capability", ONE(B_TCB), ABI_INVALID_CAPABILITY,
                ONE(1)),
    TIMEOUT_ROW("InvalidCapability: it may only send", ONE(B_SEND_ENDPOINT),
                ABI_INVALID_CAPABILITY, ONE(1)),

    FLAGS_ROW("TruncatedMessage: no flags", ONE(M_CONTEXT), FOUR(20, 40, 0, 0),
              ABI_TRUNCATED_MESSAGE, EMPTY),
    FLAGS_ROW("TruncatedMessage: no context", EMPTY, FIVE(20, 40, 0, 0, 0), ABI_TRUNCATED_MESSAGE,
              EMPTY),
    FLAGS_ROW("RangeError: a budget below 20 us", ONE(M_CONTEXT), FIVE(19, 40, 0, 0, 0),
              ABI_RANGE_ERROR, TWO(20, PERIOD_MOST)),
    FLAGS_ROW("RangeError: a budget above the longest, before the context", ONE(B_TCB),
              FIVE(PERIOD_MOST + 1, 40, 0, 0, 0), ABI_RANGE_ERROR, TWO(20, PERIOD_MOST)),
    FLAGS_ROW("RangeError: a period below 20 us", ONE(M_CONTEXT), FIVE(20, 19, 0, 0, 0),
              ABI_RANGE_ERROR, TWO(20, PERIOD_MOST)),
    FLAGS_ROW("RangeError: a period above the longest", ONE(M_CONTEXT),
              FIVE(20, PERIOD_MOST + 1, 0, 0, 0), ABI_RANGE_ERROR, TWO(20, PERIOD_MOST)),
    FLAGS_ROW("RangeError: a budget above the period, before the context", ONE(B_TCB),
              FIVE(41, 40, 0, 0, 0), ABI_RANGE_ERROR, TWO(20, 40)),
    FLAGS_ROW("InvalidCapability: no context capability", ONE(B_TCB), FIVE(20, 40, 9, 0, 0),
              ABI_INVALID_CAPABILITY, ONE(1)),
    FLAGS_ROW("RangeError: an object of 2^7 bytes has no extra refills", ONE(M_CONTEXT),
              FIVE(20, 40, 1, 0, 0), ABI_RANGE_ERROR, TWO(0, 0)),
    FLAGS_ROW("RangeError: an object of 2^8 bytes has 8 extra refills", ONE(M_LARGE_CONTEXT),
              FIVE(20, 40, 9, 0, 0), ABI_RANGE_ERROR, TWO(0, 8)),

    BIND_ROW("TruncatedMessage: nothing to bind", M_CONTEXT, EMPTY, ABI_TRUNCATED_MESSAGE, EMPTY),
    BIND_ROW("InvalidCapability: an endpoint", M_CONTEXT, ONE(B_ENDPOINT), ABI_INVALID_CAPABILITY,
             ONE(1)),
    BIND_ROW("IllegalOperation: the context has a thread", M_BOUND_CONTEXT, ONE(B_TCB),
             ABI_ILLEGAL_OPERATION, EMPTY),
    BIND_ROW("IllegalOperation: the thread has a context", M_CONTEXT, ONE(M_BOUND_TCB),
             ABI_ILLEGAL_OPERATION, EMPTY),
    BIND_ROW("IllegalOperation: the context has a notification", M_BOUND_CONTEXT,
             ONE(B_NOTIFICATION), ABI_ILLEGAL_OPERATION, EMPTY),
    BIND_ROW("IllegalOperation: the notification has a context", M_CONTEXT,
             ONE(M_BOUND_NOTIFICATION), ABI_ILLEGAL_OPERATION, EMPTY),
    PREPARED_ROW(let_thread_wait, "SchedContext_Bind",
                 "IllegalOperation: the thread waits and the context has no time",
                 ABI_SCHED_CONTEXT_BIND, M_LARGE_CONTEXT, ONE(B_TCB), EMPTY),
    ROW("SchedContext_Unbind", "IllegalOperation: the caller's own context",
        ABI_SCHED_CONTEXT_UNBIND, ROOT_SCHED_CONTEXT, EMPTY, EMPTY, ABI_ILLEGAL_OPERATION, EMPTY),
    UNBIND_OBJECT_ROW("TruncatedMessage: nothing to unbind", M_CONTEXT, EMPTY,
                      ABI_TRUNCATED_MESSAGE, EMPTY),
    UNBIND_OBJECT_ROW("InvalidCapability: an endpoint", M_CONTEXT, ONE(B_ENDPOINT),
                      ABI_INVALID_CAPABILITY, ONE(1)),
    UNBIND_OBJECT_ROW("IllegalOperation: another context's thread", M_CONTEXT, ONE(M_BOUND_TCB),
                      ABI_ILLEGAL_OPERATION, EMPTY),
    UNBIND_OBJECT_ROW("IllegalOperation: another context's notification", M_CONTEXT,
                      ONE(M_BOUND_NOTIFICATION), ABI_ILLEGAL_OPERATION, EMPTY),
    UNBIND_OBJECT_ROW("IllegalOperation: the caller itself", ROOT_SCHED_CONTEXT, ONE(ROOT_TCB),
                      ABI_ILLEGAL_OPERATION, EMPTY),
    YIELD_TO_ROW("IllegalOperation: the context has no thread", M_CONTEXT),
    YIELD_TO_ROW("IllegalOperation: the caller's own context", ROOT_SCHED_CONTEXT),
    PREPARED_ROW(lower_the_root, "SchedContext_YieldTo",
                 "IllegalOperation: the priority is above the caller's maximum",
                 ABI_SCHED_CONTEXT_YIELD_TO, M_BOUND_CONTEXT, EMPTY, EMPTY),
    {.method = NULL}};
