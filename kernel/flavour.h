/* SPDX-License-Identifier: MIT */
/* What differs between the two configurations of seL4. Everything else in kernel/ is common.
 *
 * The classic kernel gives each thread a time slice, keeps the right to answer a caller in slots
 * of the threads themselves, and finds a fault handler by a CPtr in the faulter's CSpace. The
 * MCS kernel has objects for time and for answers, and keeps handlers in the threads. Each
 * function below is one such point; classic/ and mcs/ implement them, and struct kernel points
 * at the table. */
#ifndef KERNEL_FLAVOUR_H
#define KERNEL_FLAVOUR_H

#include "kernel/entry/invocation.h"

struct check;
struct notification;

/* A message sent on an endpoint: with what rights, and by what kind of call. */
struct send_options {
    uint64_t badge;
    bool is_blocking;
    bool is_call; /* the sender waits for an answer */
    bool can_grant;
    bool can_grant_reply;
    bool may_donate; /* MCS: a receiver without a scheduling context gets the sender's */
};

/* Receiving on an endpoint, with a capability that has the right to. */
struct receive_options {
    struct cap cap;
    bool is_blocking;
    kaddr reply; /* MCS: reply object through which the message can be answered; 0: none */
};

struct flavour {
    const char *name;      /* "classic", "mcs" */
    uint8_t configuration; /* CONFIGURATION_*: its bit in the tables of abi/ */

    /* Numbers of the ABI. Tables are indexed by label, type number and minus the call number. */
    const uint8_t *method_of_label;
    const uint8_t *object_of_number;
    const uint8_t *syscall_of_number;
    const uint8_t *fault_labels; /* by enum fault_kind */
    uint16_t label_count;
    uint16_t object_number_count;
    uint16_t syscall_number_count;
    uint8_t notification_bits;
    uint16_t boot_info_untyped; /* byte offset of the region; the list follows it */
    bool has_sched_contexts;    /* the root task gets one, and SchedControl */
    bool queues_by_priority;    /* of endpoints and notifications; else first come, first served */

    /* The eight or eleven system calls that are not debug calls. */
    void (*syscall)(struct kernel *k, enum syscall call);

    /* The same for simple cases, and with it the whole of the entry; false: it is no such case, and
       nothing has been done. */
    bool (*fastpath)(struct kernel *k, enum syscall call);

    /* --- time --- */

    /* Beginning of an entry: charges time. False: the current thread's time is up, and what it came
       for is not done; it comes again. */
    bool (*begin_entry)(struct kernel *k);
    bool (*time_lasts)(struct kernel *k); /* in the middle of a long operation: it may go on */
    void (*preempted)(struct kernel *k);  /* it stops there: as begin_entry */
    void (*tick)(struct kernel *k);      /* IRQ_TIMER */
    bool (*has_time)(struct kernel *k, const struct tcb *t); /* a runnable thread may really run */
    void (*before_choice)(struct kernel *k); /* end of an entry: threads whose time has come */
    void (*end_entry)(struct kernel *k);     /* the choice is made: sets IRQ_TIMER's deadline */

    /* Between entries: from now on all time counts (kernel_count_time). */
    void (*count_time)(struct kernel *k);

    /* --- threads --- */
    void (*boot_thread)(struct kernel *k, struct tcb *t, kaddr sched_context); /* the first one */
    void (*thread_init)(struct kernel *k, struct tcb *t);    /* a new thread's share of time */
    void (*thread_prepare)(struct kernel *k, struct tcb *t); /* it may begin to make calls */
    void (*thread_resumed)(struct kernel *k, struct tcb *t); /* was stopped, is runnable */
    void (*thread_stopped)(struct kernel *k, struct tcb *t); /* by Suspend, or it has ended */
    void (*thread_cancelled)(struct kernel *k, struct tcb *t); /* what it waited on is gone */
    void (*wait_cancelled)(struct kernel *k, struct tcb *t); /* about to be taken off its queue */

    /* --- messages, which have been transferred already --- */
    void (*message_arrived)(struct kernel *k, struct tcb *sender, struct tcb *receiver,
                            const struct send_options *options); /* at one that was waiting */
    void (*message_taken)(struct kernel *k, struct tcb *sender, struct tcb *receiver,
                          const struct receive_options *options); /* from one that was waiting */
    void (*receive_prepare)(struct kernel *k, struct tcb *t, const struct receive_options *options);
    void (*receive_blocked)(struct kernel *k, struct tcb *t, const struct receive_options *options);
    enum outcome (*reply_invoke)(struct invocation *inv);

    /* --- notifications: the thread has taken a signal, or begins to wait for one --- */
    void (*signal_taken)(struct kernel *k, struct tcb *t, struct notification *n);
    void (*signal_awaited)(struct kernel *k, struct tcb *t, struct notification *n);

    /* Sends the thread's fault to its handler; false: it has none that can be reached, and
       `why_not` says so in words for the console. */
    bool (*fault_send)(struct kernel *k, struct tcb *t, const char **why_not);
    uint64_t (*take_consumed)(struct kernel *k, struct tcb *t); /* for timeout messages */

    /* The last capability to an object is going: whatever only this configuration ties to it. */
    void (*finalise)(struct kernel *k, struct cap cap);

    /* Methods that only this configuration has, or whose parameters differ. */
    enum outcome (*tcb_invoke)(struct invocation *inv);
    enum outcome (*sched_context_invoke)(struct invocation *inv);
    enum outcome (*sched_control_invoke)(struct invocation *inv);

    bool (*check)(struct check *c); /* its part of kernel_check */
};

extern const struct flavour classic_flavour;
extern const struct flavour mcs_flavour;

#endif
