/* SPDX-License-Identifier: MIT */
/* What differs between the two configurations of seL4. Everything else in kernel/ is common.
 *
 * The classic kernel gives each thread a time slice, keeps the right to answer a caller in slots of
 * the threads themselves, and finds a fault handler by a CPtr in the faulter's CSpace. Each function
 * below is one such point; classic/ implements them, and struct kernel points at the table. */
#ifndef KERNEL_FLAVOUR_H
#define KERNEL_FLAVOUR_H

#include "kernel/entry/invocation.h"

/* A message sent on an endpoint: with what rights, and by what kind of call. */
struct send_options {
    uint64_t badge;
    bool is_blocking;
    bool is_call; /* the sender waits for an answer */
    bool can_grant;
    bool can_grant_reply;
};

struct flavour {
    const char *name; /* "classic" */

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

    /* The eight or eleven system calls that are not debug calls. */
    void (*syscall)(struct kernel *k, enum syscall call);

    /* Time. */
    void (*thread_init)(struct kernel *k, struct tcb *t); /* a new thread's share of it */
    void (*tick)(struct kernel *k);                       /* IRQ_TIMER */
    void (*set_deadline)(struct kernel *k);               /* end of entry: when IRQ_TIMER is due */

    /* Answers. `caller` has called and waits for `receiver`, whose answer may grant or not. */
    void (*reply_prepare)(struct kernel *k, struct tcb *t); /* the thread may begin to make calls */
    void (*reply_setup)(struct kernel *k, struct tcb *caller, struct tcb *receiver, bool can_grant);
    void (*reply_cancel)(struct kernel *k, struct tcb *caller); /* nobody can answer it any more */
    enum outcome (*reply_invoke)(struct invocation *inv);
    void (*receive_prepare)(struct kernel *k, struct tcb *t); /* it is about to wait on an endpoint */

    /* Sends the current thread's fault to its handler; false: it has none that can be reached, and
       `why_not` says so in words for the console. */
    bool (*fault_send)(struct kernel *k, struct tcb *t, const char **why_not);

    /* Methods of TCBs whose parameters differ. */
    enum outcome (*tcb_invoke)(struct invocation *inv);
};

extern const struct flavour classic_flavour;

#endif
