/* SPDX-License-Identifier: MIT */
/* Random callers: what they call, and what they fill it with. */
#ifndef TESTS_RANDOM_CALLS_H
#define TESTS_RANDOM_CALLS_H

#include "tests/kernel/system.h"

enum {
    CNODE_BITS = 9,
    SLOT_COUNT = 1 << CNODE_BITS,
    PLAYGROUND = 256,  /* slots from here on are where callers put things */
    ROOM = 80,         /* slots there that they know of */
    RANDOM_SERVERS = 3 /* of the callers, how many random_start_servers resumes */
};

/* What a CPtr is to name. */
enum cptr_kind {
    C_ANY,    /* any slot, full or empty, now and then outside of all */
    C_CSPACE, /* nearly always the root CNode */
    C_SPACE,  /* nearly always the root VSpace */
    C_CNODE, C_TCB, C_ENDPOINT, C_NOTIFICATION, C_FRAME, C_TABLE, C_UNTYPED, C_IRQ_CONTROL,
    C_IRQ_HANDLER, C_DOMAIN, C_ASID_CONTROL, C_ASID_POOL, C_HEAP, C_REPLY, C_REPLY_OBJECT,
    C_CONTEXT, C_SCHED_CONTROL,
    C_MESSAGE, /* an endpoint, a notification, or a way to answer */
    C_HANDLER  /* an endpoint or nothing */
};

/* What a word of a message is to be. */
enum word_kind {
    W_ANY, W_BIT, W_SMALL, W_SLOT, W_DEPTH, W_RIGHTS, W_BADGE, W_GUARD, W_PRIORITY, W_VADDR,
    W_BUFFER, W_TYPE, W_SIZE, W_COUNT, W_LINE, W_DOMAIN, W_TURN, W_BUDGET, W_PERIOD, W_REGISTERS
};

enum { SHAPE_CAPS = 3, SHAPE_WORDS = 8 };

/* A method and a message that it might accept. */
struct shape {
    uint64_t label;
    enum cptr_kind service;
    uint8_t cap_count;
    uint8_t word_count;
    uint8_t caps[SHAPE_CAPS];   /* enum cptr_kind */
    uint8_t words[SHAPE_WORDS]; /* enum word_kind */
};

/* A number below `limit`, the next of the seeded sequence; true once in `n`. */
uint64_t random_below(uint64_t limit);
bool random_once_in(uint64_t n);

uint64_t random_cptr(struct system *s, enum cptr_kind kind);

/* --- of the configuration (classic_random.c, mcs_random.c) ------------------------------------ */

/* Methods that the other one has not, or with other parameters; label 0 ends the list. */
extern const struct shape configuration_shapes[];

/* More objects for the callers. */
void random_populate(struct system *s);

/* A new caller, not running yet, and an endpoint that could be its handler. */
void random_prepare_thread(struct system *s, uint64_t tcb, uint64_t endpoint);

/* Resumes the first RANDOM_SERVERS callers; the root thread sleeps before and after. MCS: they wait
   for messages and have no time of their own. */
void random_start_servers(struct system *s);

/* Fills the registers that name capabilities for a message to other threads, and chooses the call:
   its number. */
int64_t random_message_call(struct system *s, struct tcb *t);

#endif
