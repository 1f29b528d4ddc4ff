/* SPDX-License-Identifier: MIT */
/* Untyped memory: making objects from it, and clearing memory. untyped.c has the picture. */
#ifndef KERNEL_UNTYPED_H
#define KERNEL_UNTYPED_H

#include "kernel/entry/invocation.h"

/* A checked request to make `count` objects in consecutive slots. */
struct retype_request {
    struct slot *parent;       /* holds the untyped capability */
    enum object_type type;
    unsigned size_bits;        /* the user's argument: of CNodes, untypeds, heaps */
    unsigned object_bits;      /* memory of one object, as a power of two */
    struct slot *first;        /* destination; all are empty */
    unsigned count;
    kaddr memory;              /* of the first object, aligned */
    bool needs_reset;          /* no children: the whole untyped is given out anew */
};

/* DONE or PREEMPTED, never REFUSED. */
enum outcome untyped_retype(struct kernel *k, const struct retype_request *request);

/* Memory of one object of a type as a power of two, given the user's size argument. */
unsigned object_size_bits(const struct kernel *k, enum object_type type, unsigned size_bits);

/* Makes an object in cleared memory and returns the first capability to it. */
struct cap object_create(struct kernel *k, enum object_type type, kaddr memory, unsigned size_bits,
                         bool is_device);

/* Clears every page of [start, start + size) whose content is not known to be zero. */
MUST_USE enum outcome memory_clean(struct kernel *k, kaddr start, uint64_t size);

/* Marks the pages that lie wholly in the range as not clean, so that nobody clears them in vain. */
void memory_mark_unclean(struct kernel *k, kaddr start, uint64_t size);

#endif
