/* SPDX-License-Identifier: MIT */
/* Between the files of the checker. Each check is a function over the whole state; check.c has the
   table of them. They run in its order, and a later one may rely on what earlier ones have seen. */
#ifndef KERNEL_CHECK_WALK_H
#define KERNEL_CHECK_WALK_H

#include "kernel/cap/cdt.h"
#include "kernel/check/check.h"

struct check {
    struct kernel *k;
    struct check_report *report;
    bool has_current; /* check_threads has met k->current */
};

/* Says what is broken, with the address or number concerned: "WHAT 0x80401000". Return false. */
bool check_broken(struct check *c, const char *what, uint64_t where);

/* The same with what the slot holds: "WHAT 0x80401000, a TCB at 0x80600800". */
bool check_broken_slot(struct check *c, const char *what, const struct slot *slot);

/* The same with the thread's name: "WHAT 0x80600800 (rootserver)". */
bool check_broken_thread(struct check *c, const char *what, const struct tcb *t);

/* Whether `size` bytes at the address lie in RAM and the address is a multiple of 2^bits. */
bool check_is_memory(const struct check *c, kaddr address, unsigned bits, uint64_t size);

/* The next capability in order of derivation; from the sentinel, the first. NULL at the end. */
static inline struct slot *check_next(const struct check *c, const struct slot *slot)
{
    return cdt_next(c->k, slot);
}


/* The first capability of the type to the object, or NULL. Walks the whole list: only for saying
   which of many is wrong. */
const struct slot *check_find(const struct check *c, enum cap_type type, kaddr object);

/* slots.c */
bool check_links(struct check *c);
bool check_slots(struct check *c);

/* objects.c */
bool check_objects(struct check *c);
bool check_places(struct check *c);
bool check_memory(struct check *c);

/* threads.c */
bool check_ready_queues(struct check *c);
bool check_threads(struct check *c);
bool check_current(struct check *c);

/* queues.c */
bool check_wait_queues(struct check *c);

/* vspace.c */
bool check_asids(struct check *c);
bool check_heaps(struct check *c);
bool check_mappings(struct check *c);

/* irq.c */
bool check_irqs(struct check *c);

/* release_queue.c: MCS, a part of check_time_and_replies */
bool check_release_queue(struct check *c);

/* What only one configuration has; struct flavour names it. */
bool check_replies(struct check *c);          /* replies.c: classic, reply capabilities */
bool check_time_and_replies(struct check *c); /* mcs.c: scheduling contexts, reply objects */

#endif
