/* SPDX-License-Identifier: MIT */
/* The classic configuration as a table: numbers, time slices, fault handlers by CPtr. */
#include "kernel/flavour.h"

#include "abi/classic.h"
#include "kernel/cap/lookup.h"
#include "kernel/classic/classic.h"
#include "kernel/ipc/endpoint.h"

/* --- time --------------------------------------------------------------------------------------- */

static void thread_init(struct kernel *k, struct tcb *t)
{
    (void)k;
    t->time_slice_ticks = TIME_SLICE_TICKS;
}

static void tick(struct kernel *k)
{
    k->tick_deadline = UINT64_MAX;
    scheduler_tick(k);
}

/* Whether the next tick could be noticed: a thread of the same priority waits for its turn, or a
   domain's time runs down. */
static bool tick_matters(struct kernel *k)
{
    const struct tcb *t = kernel_current(k);
    const struct ready_queues *r = kernel_pointer(k, k->ready);

    if (k->domain_count > 1)
        return true;
    return t != NULL && r[k->current_domain].queues[t->priority].head != 0;
}

/* Ticks fall on multiples of 2 ms. Those that nobody would notice are left out: a machine need not
   count instructions while one thread runs alone. */
static void set_deadline(struct kernel *k)
{
    uint64_t next = UINT64_MAX;

    if (tick_matters(k)) {
        if (k->tick_deadline != UINT64_MAX)
            return;
        next = (platform_time(k->platform) / TICK_US + 1) * TICK_US;
    } else if (k->tick_deadline == UINT64_MAX) {
        return;
    }
    k->tick_deadline = next;
    platform_deadline(k->platform, next);
}

/* --- faults ---------------------------------------------------------------------------------------- */

/* The handler is named by a CPtr in the faulter's own CSpace; the message goes there as a call. */
static bool fault_send(struct kernel *k, struct tcb *t, const char **why_not)
{
    struct lookup found = lookup_in_thread(k, t, t->fault_handler);
    struct cap cap;
    unsigned rights;

    *why_not = "it has no fault handler";
    if (!found.slot || cap_is_null(found.slot->cap))
        return false;
    cap = found.slot->cap;
    *why_not = "its fault handler is not an endpoint with rights to send and to grant a reply";
    if (cap_type(cap) != CAP_ENDPOINT)
        return false;
    rights = cap.endpoint.rights;
    if (!(rights & RIGHT_WRITE) || !(rights & (RIGHT_GRANT | RIGHT_GRANT_REPLY)))
        return false;
    endpoint_send(k, endpoint_at(k, cap.endpoint.object), t,
                  (struct send_options){.badge = cap.endpoint.badge,
                                        .is_blocking = true,
                                        .is_call = true,
                                        .can_grant = (rights & RIGHT_GRANT) != 0,
                                        .can_grant_reply = (rights & RIGHT_GRANT_REPLY) != 0});
    return true;
}

/* --- the table -------------------------------------------------------------------------------------- */

const struct flavour classic_flavour = {
    .name = "classic",
    .method_of_label = classic_method_of_label,
    .object_of_number = classic_object_of_number,
    .syscall_of_number = classic_syscall_of_number,
    .fault_labels = classic_fault_label,
    .label_count = CLASSIC_LABEL_COUNT,
    .object_number_count = CLASSIC_OBJECT_NUMBER_COUNT,
    .syscall_number_count = CLASSIC_SYSCALL_NUMBER_COUNT,
    .notification_bits = NOTIFICATION_BITS_CLASSIC,
    .boot_info_untyped = BOOT_INFO_UNTYPED_CLASSIC,
    .syscall = classic_syscall,
    .thread_init = thread_init,
    .tick = tick,
    .set_deadline = set_deadline,
    .reply_prepare = classic_reply_prepare,
    .reply_setup = classic_reply_setup,
    .reply_cancel = classic_reply_cancel,
    .reply_invoke = classic_reply_invoke,
    .receive_prepare = classic_receive_prepare,
    .fault_send = fault_send,
    .tcb_invoke = classic_tcb_invoke,
};
