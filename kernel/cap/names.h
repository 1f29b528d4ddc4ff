/* SPDX-License-Identifier: MIT */
/* Names that programs give to objects, for explanations, dumps and traces. They have no other
 * effect. A thread's name lies in its TCB; the others in a table that is sized at boot.
 *
 * A name belongs to an object, so every capability to it shows the same one; but the capabilities
 * of one badge may have a name of their own. It lasts until the object is gone. */
#ifndef KERNEL_NAMES_H
#define KERNEL_NAMES_H

#include "kernel/kernel.h"

/* A row of the table. */
struct object_name {
    uint64_t identity; /* address, type and size of the object */
    uint64_t badge;    /* 0: of the object itself */
    char text[THREAD_NAME_SIZE]; /* NUL-terminated; long names are cut */
};

/* Names what the capability is to; length 0 takes the name away. False: there is nothing to name,
   or the table is full. */
MUST_USE bool name_set(struct kernel *k, struct cap cap, const char *text, size_t length);

/* The name of the badge, else of the object; NULL: it has none. */
const char *name_of(struct kernel *k, struct cap cap);

/* The object is gone: all its names are. */
void name_forget(struct kernel *k, struct cap cap);

#endif
