/* SPDX-License-Identifier: MIT */
/* The invariants, as code: walks the whole state and says what is broken and where. Test builds run
   it after every kernel entry; a host can at any time (machine:check()). */
#ifndef KERNEL_CHECK_H
#define KERNEL_CHECK_H

#include "kernel/kernel.h"

enum { CHECK_TEXT_SIZE = 240 };

/* The first broken invariant, as a phrase with the address concerned. Counts tell what has been
   looked at. */
struct check_report {
    char text[CHECK_TEXT_SIZE]; /* empty: all is well */
    uint64_t capabilities;
    uint64_t threads;
};

/* True if every invariant holds. Reads only, and survives a broken state. Its cost is linear in the
   number of capabilities and slots; what costs more is looked at in every 64th entry only. */
bool kernel_check(struct kernel *k, struct check_report *report);

/* The same with everything that costs more, memory not given out included: linear in all of RAM. */
bool kernel_check_all(struct kernel *k, struct check_report *report);

#endif
