/* SPDX-License-Identifier: MIT */
/* A thread that makes raw invocations in an environment of its own, the tester: what the recordings
 * of invocations were made with, and what the reference model is compared with. The recordings'
 * description says what its CSpace holds. The root thread builds it and waits for its faults. */
#ifndef TESTS_TESTER_H
#define TESTS_TESTER_H

#include "tests/kernel/system.h"

enum { TESTER_SLOTS = 256 };

/* Where the root thread keeps what the tester must not lose. */
struct bench {
    struct system system;
    struct tcb *tester;
    uint64_t tester_cap;
    uint64_t cnode;          /* root's capability to the tester's CNode T */
    uint64_t fault_endpoint;
    uint64_t fault_handler;  /* the same, badged, for sending */
};

enum answer_kind { ANSWER_REPLY, ANSWER_FAULT, ANSWER_SKIP, ANSWER_NONE };

struct answer {
    enum answer_kind kind;
    uint64_t label; /* of the reply or fault; skip: the capability's number */
    unsigned count;
    uint64_t words[ABI_MESSAGE_WORDS];
    bool is_clean;  /* extraCaps and capsUnwrapped of the reply are 0 */
};

/* What an environment has besides the recordings' one. All zero: nothing. */
struct bench_options {
    unsigned memory_mib;
    void (*fill_more)(struct bench *b); /* the root thread's last acts before the tester starts */
};

/* A new system and environment; a former one is given back. Trouble is a failed test. */
void bench_build(struct bench *b, struct bench_options options);

/* The tester calls; services that would make it wait are skipped. */
struct answer bench_call(struct bench *b, uint64_t service, const struct message *m);

#endif
