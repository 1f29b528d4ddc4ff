/* SPDX-License-Identifier: MIT */
/* What the recordings' environments have in one configuration only (classic_environment.c,
   mcs_environment.c). Any refusal is a failed recording. */
#ifndef TESTS_ENVIRONMENT_H
#define TESTS_ENVIRONMENT_H

#include "tests/kernel/system.h"

/* Recorded invocations: the tester's CNode. `cnode` and `fault_handler` are CPtrs of the root. */
enum { TESTER_FAULT_SLOT = 255 };
void tester_fill(struct system *s, uint64_t cnode, uint64_t fault_handler);

/* Recorded scripts: a worker's objects besides its TCB. `cnode` is the workers' CNode, `handler`
   the root's capability for the worker's faults. */
struct worker_objects {
    unsigned index;
    uint64_t cnode;
    uint64_t tcb;
    uint64_t handler;
    uint64_t context; /* out; 0: none */
};
void worker_fill(struct system *s, struct worker_objects *w);

/* The worker begins as a passive one: it runs until it waits. `wait_for_quiet` lets all run that
   can. */
void worker_make_passive(struct system *s, const struct worker_objects *w,
                         void (*wait_for_quiet)(void));
void worker_bind(struct system *s, const struct worker_objects *w);

/* The root thread, which has received a fault, keeps the faulter waiting for ever. */
void root_keeps_caller(struct system *s);

#endif
