/* SPDX-License-Identifier: MIT */
/* Between the files of the classic configuration. */
#ifndef KERNEL_CLASSIC_H
#define KERNEL_CLASSIC_H

#include "kernel/flavour.h"

/* syscall.c: the calls that are not debug calls, for the current thread. */
void classic_syscall(struct kernel *k, enum syscall call);

/* fastpath.c. The whole of a call by the current thread, if it is a simple one; false: nothing has
   been done. */
bool classic_fastpath(struct kernel *k, enum syscall call);

/* reply.c. Gives the thread its reply master, if it has none: it may make calls from now on. */
void classic_reply_prepare(struct kernel *k, struct tcb *t);


/* `caller` has called and waits for `receiver`, whose answer may grant or not. */
void classic_reply_setup(struct kernel *k, struct tcb *caller, struct tcb *receiver,
                         bool can_grant);

/* Deletes the capability with which the caller could be answered, if there is one. */
void classic_reply_cancel(struct kernel *k, struct tcb *caller);

/* A message sent with a reply capability; a reply master is refused. */
enum outcome classic_reply_invoke(struct invocation *inv);

/* The thread is about to receive: it loses the right to answer its last caller. */
void classic_receive_prepare(struct kernel *k, struct tcb *t, const struct receive_options *o);

/* time.c */
bool classic_has_time(struct kernel *k, const struct tcb *t);
void classic_thread_init(struct kernel *k, struct tcb *t);
void classic_yield(struct kernel *k);
void classic_tick(struct kernel *k);
void classic_set_deadline(struct kernel *k);

/* Whether the next tick could be noticed while `t` runs: a thread of the same priority waits for
   its turn, or a domain's time runs down. The idle thread has no equals: they would run. */
static inline bool classic_tick_matters(struct kernel *k, const struct tcb *t)
{
    return k->domain_count > 1 || scheduler_has_equals(k, t);
}

/* The message in the current thread's registers answers whoever the capability in `slot` names. */
void classic_reply_transfer(struct kernel *k, struct tcb *sender, struct slot *slot);

/* tcb_invoke.c */
enum outcome classic_tcb_invoke(struct invocation *inv);

#endif
