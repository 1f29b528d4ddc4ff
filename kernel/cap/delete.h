/* SPDX-License-Identifier: MIT */
/* Deleting capabilities, and objects with their last one; revoking. delete.c explains zombies. */
#ifndef KERNEL_DELETE_H
#define KERNEL_DELETE_H

#include "kernel/kernel.h"

/* Empties the slot, which may be empty already; with the last capability to an object, the object
   goes too. PREEMPTED: the slot may hold a zombie in its place; call again. */
MUST_USE enum outcome slot_delete(struct kernel *k, struct slot *slot);

/* The same for a capability that is known to need only one step: never a CNode or TCB. */
void slot_delete_one(struct kernel *k, struct slot *slot);

/* Deletes all descendants of the slot's capability. PREEMPTED: call again. */
MUST_USE enum outcome slot_revoke(struct kernel *k, struct slot *slot);

/* Whether deleting this capability may take long, so that it must not stand in a thread's slot. */
bool slot_deletes_long(struct kernel *k, const struct slot *slot);

#endif
