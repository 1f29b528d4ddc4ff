/* SPDX-License-Identifier: MIT */
/* Between the files of the MCS configuration. */
#ifndef KERNEL_MCS_H
#define KERNEL_MCS_H

#include "kernel/flavour.h"
#include "kernel/mcs/sched_context.h"

/* --- reply.c ---------------------------------------------------------------------------------- */

/* A reply object: who may be answered through it, and its place in a call stack. */
struct reply {
    kaddr thread;   /* waits to be answered, or to receive a message to answer; or 0 */
    kaddr previous; /* the reply below it in the stack, towards the first caller; or 0 */
    kaddr next;     /* the reply above it; or 0 */
    kaddr context;  /* of the topmost reply: the scheduling context that was lent; or 0 */
};

_Static_assert(sizeof(struct reply) == 1 << REPLY_BITS, "of seL4's size");

static inline struct reply *reply_at(struct kernel *k, kaddr address)
{
    kassert(is_aligned(address, REPLY_BITS));
    return address == 0 ? NULL : kernel_pointer(k, address);
}

/* The thread is going to receive, and what it receives is to be answered through the reply
   object. */
void reply_await(struct kernel *k, struct tcb *receiver, kaddr reply);

/* Undoes reply_await; no effect on a thread without a reply object. */
void reply_release(struct kernel *k, struct tcb *receiver);

/* `caller` waits for `callee`, who holds the reply object at the address; with `may_donate` the
   caller's context goes to a callee that has none. */
void reply_push(struct kernel *k, struct tcb *caller, struct tcb *callee, kaddr reply,
                bool may_donate);

/* A reply object goes on top of a context's call stack; the topmost leaves it: returns the
   context. */
void reply_stack_push(struct kernel *k, struct sched_context *sc, kaddr reply);
struct sched_context *reply_stack_pop(struct kernel *k, struct reply *reply);

/* The caller waits no longer, and nobody gets the context back that it lent: it is being
   stopped. */
void reply_cancel(struct kernel *k, struct tcb *caller);

/* The message in the sender's registers answers whoever waits, and the context goes back. */
void reply_transfer(struct kernel *k, struct tcb *sender, struct cap cap);

/* The last capability to the reply object is going. */
void reply_finalise(struct kernel *k, struct reply *reply);

/* The context goes, or is taken away from all: its call stack no longer leads to it. */
void reply_forget_context(struct kernel *k, struct sched_context *sc);

enum outcome mcs_reply_invoke(struct invocation *inv);

/* --- budget.c --------------------------------------------------------------------------------- */

/* Notes the time. False: the current thread has used up its budget, or its domain its time. */
bool budget_begin_entry(struct kernel *k);

/* The same in the middle of a long operation, which may have destroyed the current thread or its
   context: whether it may go on, and what is to be charged when it has not. */
bool budget_lasts(struct kernel *k);
void budget_preempted(struct kernel *k);

/* What the current context has used since it was last charged is charged now. */
void budget_commit(struct kernel *k);

/* Ends the current slice: `usage` is charged and the thread goes behind its equals, waits for
   its next refill, or, if allowed, has a timeout fault. */
enum timeout_policy { MAY_TIME_OUT, NEVER_TIME_OUT };
void budget_charge(struct kernel *k, uint64_t usage, enum timeout_policy policy);

void budget_yield(struct kernel *k);
void budget_tick(struct kernel *k);
bool budget_has_time(struct kernel *k, const struct tcb *t);
void budget_before_choice(struct kernel *k);
void budget_end_entry(struct kernel *k);

/* Between entries: no slice can wait any more, the current one included. */
void budget_count_time(struct kernel *k);

/* --- fault.c ---------------------------------------------------------------------------------- */

/* Whether a capability may be a handler of faults: empty, or an endpoint with rights to send and to
   grant a reply. */
bool handler_is_valid(struct cap cap);

bool mcs_fault_send(struct kernel *k, struct tcb *t, const char **why_not);

/* The thread has a handler for timeouts. */
bool timeout_is_handled(const struct tcb *t);
void timeout_raise(struct kernel *k, struct tcb *t);

/* --- invocations ------------------------------------------------------------------------------ */

void mcs_syscall(struct kernel *k, enum syscall call);

/* fastpath.c. The whole of a call by the current thread, if it is a simple one; false: nothing has
   been done. */
bool mcs_fastpath(struct kernel *k, enum syscall call);

enum outcome mcs_tcb_invoke(struct invocation *inv);
enum outcome sched_context_invoke(struct invocation *inv);
enum outcome sched_control_invoke(struct invocation *inv);

/* Whether the thread is blocked and the context could not let it go on: they cannot be bound. */
bool context_would_strand(struct kernel *k, struct sched_context *sc, const struct tcb *t);

#endif
