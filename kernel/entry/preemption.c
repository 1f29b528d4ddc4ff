/* SPDX-License-Identifier: MIT */
#include "kernel/entry/preemption.h"

#include "kernel/flavour.h"

/* Asking the platform costs something, hence only every so many units of work. */
enum outcome preemption_point(struct kernel *k)
{
    if (++k->work_units < k->work_units_per_check)
        return DONE;
    k->work_units = 0;
    if (!platform_irq_pending(k->platform) && k->flavour->time_lasts(k))
        return DONE;
    k->preemptions++;
    return PREEMPTED;
}
