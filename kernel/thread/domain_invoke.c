/* SPDX-License-Identifier: MIT */
/* Methods of the DomainSet capability: a thread's domain, and the schedule of domains. Manual
 * section 6.2. */
#include "kernel/entry/methods.h"

/* The domain first, then the thread: a bad number is refused before the capability is looked
   at. */
static enum outcome invoke_set(struct invocation *inv)
{
    uint64_t domain;

    if (inv->length < 1)
        return refuse_truncated(inv);
    domain = invocation_word(inv, 0);
    if (domain >= inv->kernel->domain_count)
        return refuse_argument(inv, 0,
                               "the system has no such domain; the machine's options say how many");
    if (inv->extra[0] == NULL)
        return refuse_truncated(inv);
    if (cap_type(inv->extra[0]->cap) != CAP_TCB)
        return refuse_argument(inv, 1, "thread is not a TCB");
    scheduler_set_domain(inv->kernel, tcb_at(inv->kernel, inv->extra[0]->cap.tcb.object),
                         (uint8_t)domain);
    return DONE;
}

/* Words: index, domain, duration. The last entry is always an end mark and cannot be set; a
   duration of 0 makes an end mark of any other but the first. */
static enum outcome invoke_configure(struct invocation *inv)
{
    struct kernel *k = inv->kernel;
    uint64_t index, domain, duration;

    if (inv->length < 3)
        return refuse_truncated(inv);
    index = invocation_word(inv, 0);
    domain = invocation_word(inv, 1);
    duration = invocation_word(inv, 2);
    if (index >= k->schedule_length - 1)
        return refuse_range(inv, 0, k->schedule_length - 2,
                            "index lies outside the domain schedule");
    if (domain >= k->domain_count)
        return refuse_range(inv, 0, k->domain_count - 1, "the system has no such domain");
    if (duration >> 56 != 0)
        return refuse_argument(inv, 2, "duration has more than 56 bits");
    if (duration == 0 && domain != 0)
        return refuse_argument(inv, 1, "duration is 0, the end mark, of which domain must be 0");
    if (duration == 0 && index == k->schedule_start)
        return refuse_argument(inv, 2,
                               "duration is 0, the end mark, where the schedule starts; start it "
                               "elsewhere first");
    k->schedule[index] = (struct domain_entry){.domain = domain, .duration_ticks = duration};
    return DONE;
}

/* Takes effect in this very entry. */
static enum outcome invoke_set_start(struct invocation *inv)
{
    struct kernel *k = inv->kernel;
    uint64_t index;

    if (inv->length < 1)
        return refuse_truncated(inv);
    index = invocation_word(inv, 0);
    if (index > k->schedule_length - 1)
        return refuse_range(inv, 0, k->schedule_length - 1,
                            "index lies outside the domain schedule");
    if (k->schedule[index].duration_ticks == 0)
        return refuse_argument(inv, 0,
                               "the entry at index marks the end of a schedule; give it a duration "
                               "first");
    k->schedule_start = (uint32_t)index;
    /* The new schedule begins at once: the next choice goes on to its start. */
    k->schedule_index = k->schedule_length - 1;
    k->domain_time_ticks = 0;
    scheduler_reschedule(k);
    return DONE;
}

enum outcome domain_invoke(struct invocation *inv)
{
    if (inv->method == METHOD_DOMAIN_SET_SET)
        return invoke_set(inv);
    if (inv->method == METHOD_DOMAIN_SCHEDULE_CONFIGURE)
        return invoke_configure(inv);
    if (inv->method == METHOD_DOMAIN_SCHEDULE_SET_START)
        return invoke_set_start(inv);
    return refuse_method(inv);
}
