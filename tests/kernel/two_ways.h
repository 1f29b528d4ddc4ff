/* SPDX-License-Identifier: MIT */
/* The fast path and the ordinary way, side by side: before each system call the arena is copied,
 * the call is made in both, in the copy without the fast path, and the two must be the same
 * afterwards, byte for byte. */
#ifndef TESTS_TWO_WAYS_H
#define TESTS_TWO_WAYS_H

#include "tests/kernel/harness.h"

struct two_ways {
    struct system *s;
    const struct flavour *own; /* the system's */
    struct flavour fast;    /* the same, but counting */
    struct flavour slow;
    struct platform other;  /* of the copy */
    struct kernel *copy;
};

/* Between the two the system's fast path is counted. */
void two_ways_begin(struct two_ways *w, struct system *s);
void two_ways_end(struct two_ways *w);

/* The current thread makes a system call with the registers it has; fails where the ways differ. */
void two_ways_trap(struct two_ways *w, int64_t number);

/* How many calls of a kind have gone the fast way since two_ways_begin. */
uint64_t two_ways_taken(enum syscall call);

/* A number below the limit; always the same sequence. */
uint64_t two_ways_random(uint64_t limit);

/* A new endpoint or notification, and copies of it with other rights and badges. */
enum { TWO_WAYS_COPIES = 5 };
void two_ways_make(struct system *s, uint64_t type, uint64_t copies[TWO_WAYS_COPIES]);

/* A random message of the current thread: mostly a short one, now and then with capabilities. */
void two_ways_message(struct system *s);

/* The root thread is current again, in its domain. */
void two_ways_wake_root(struct system *s);

#endif
