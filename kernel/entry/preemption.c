/* SPDX-License-Identifier: MIT */
#include "kernel/entry/preemption.h"

/* Asking the platform costs something, hence only every so many units of work. */
enum outcome preemption_point(struct kernel *k)
{
    if (++k->work_units < k->work_units_per_check)
        return DONE;
    k->work_units = 0;
    if (!platform_irq_pending(k->platform))
        return DONE;
    k->preemptions++;
    return PREEMPTED;
}
