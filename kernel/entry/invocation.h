/* SPDX-License-Identifier: MIT */
/* An invocation being decoded: the untrusted message, what it names, and how it was refused.
 *
 * Every xxx_invoke.c reads the message through this, checks it in seL4's order and refuses with one
 * of the refuse_ functions before anything has changed. The reason given there is a phrase for
 * people that calls arguments by their names in abi/; explain.h makes a sentence of it. */
#ifndef KERNEL_INVOCATION_H
#define KERNEL_INVOCATION_H

#include "abi/constants.h"
#include "abi/methods.h"
#include "kernel/kernel.h"

/* The error reply: label and message words. */
struct refusal {
    uint8_t error; /* enum sel4_error */
    uint8_t word_count;
    uint64_t words[5];
};

struct invocation {
    struct kernel *kernel;
    struct tcb *thread;             /* the caller, k->current */
    struct ipc_buffer *buffer;      /* its IPC buffer or NULL; NULL too if nothing reads it */
    uint64_t cptr;                  /* capability invoked */
    struct slot *slot;
    uint64_t label;
    enum method method;             /* METHOD_NONE: no label of this configuration */
    unsigned length;                /* message words that can be read */
    struct slot *extra[EXTRA_CAPS_MAX]; /* capabilities sent along; NULL from the first absent */
    bool is_call;                   /* wants an answer */
    bool is_blocking;
    bool may_donate;                /* MCS: the caller's time may go along */
    bool is_first_phase;            /* MCS: first part of a call that then receives */
    unsigned answer_length;         /* words of a successful answer */
    struct refusal error;
};

/* The method with a label in this configuration; METHOD_NONE: no method has it, which is no error
   yet, as the type of capability decides what to say. */
enum method invocation_method(const struct kernel *k, uint64_t label);

/* Message word; 0 <= index < inv->length. */
uint64_t invocation_word(const struct invocation *inv, unsigned index);

/* The answer of a successful invocation: a word of it, and how many words it has. Without effect
   when the caller did not call. */
void invocation_answer(struct invocation *inv, unsigned index, uint64_t value);
void invocation_answer_length(struct invocation *inv, unsigned length);

/* Refusals; each returns REFUSED. `why` is a literal phrase: what is wrong with which argument and,
   behind a semicolon, what to do about it. A range says itself what would be right. */
enum outcome refuse_truncated(struct invocation *inv);
enum outcome refuse_illegal(struct invocation *inv, const char *why);
enum outcome refuse_argument(struct invocation *inv, unsigned index, const char *why);
enum outcome refuse_capability(struct invocation *inv, unsigned index, const char *why);
enum outcome refuse_range(struct invocation *inv, uint64_t min, uint64_t max, const char *why);
enum outcome refuse_alignment(struct invocation *inv, const char *why);
enum outcome refuse_revoke_first(struct invocation *inv, const char *why);
enum outcome refuse_delete_first(struct invocation *inv, const char *why);
enum outcome refuse_memory(struct invocation *inv, uint64_t available, const char *why);
enum lookup_side { SIDE_TARGET = 0, SIDE_SOURCE = 1 }; /* the reply's first word */
enum outcome refuse_lookup(struct invocation *inv, enum lookup_side side,
                           struct lookup_fault fault, const char *why);

/* DeleteFirst, as the slot that `argument` leads to is not empty; the explanation names index and
   occupant. */
enum outcome refuse_occupied(struct invocation *inv, const struct slot *slot, uint64_t index,
                             const char *argument);

/* The capability in `slot`, which the message leads to, cannot be copied. */
enum outcome refuse_copy(struct invocation *inv, const struct slot *slot, enum sel4_error error,
                         const char *why);

/* The label or the message does not fit a capability of this type: IllegalOperation. */
enum outcome refuse_method(struct invocation *inv);

#endif
