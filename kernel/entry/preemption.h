/* SPDX-License-Identifier: MIT */
/* Long operations ask here, at points where everything is consistent, whether to stop. */
#ifndef KERNEL_PREEMPTION_H
#define KERNEL_PREEMPTION_H

#include "kernel/kernel.h"

/* One unit of work is done. PREEMPTED when an interrupt waits or, in MCS, when there is no more
   time for this: asked every work_units_per_check. */
MUST_USE enum outcome preemption_point(struct kernel *k);

#endif
