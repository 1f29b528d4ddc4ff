/* SPDX-License-Identifier: MIT */
/* The operations of recorded scripts: how a worker thread makes each, and what it logs of it. */
#ifndef TESTS_SCRIPT_OPERATIONS_H
#define TESTS_SCRIPT_OPERATIONS_H

#include <cjson/cJSON.h>

#include "tests/kernel/system.h"

enum { SCRIPT_WORDS_MAX = 5, LOG_WORDS_MAX = 16, WORKERS_MAX = 6 };

/* Slots of the workers' CNode. */
enum { SLOT_E = 1, SLOT_E_RESTRICTED = 4, SLOT_N = 7, SLOT_N_BADGED = 10, SLOT_E_BADGED = 13,
       SLOT_TCB = 16, SLOT_Z = 22, SLOT_FAULT = 54, SLOT_SELF = 62 };

/* What a worker is about to do, or does again. */
enum trap_kind { TRAP_SYSCALL, TRAP_VM_FAULT, TRAP_USER_EXCEPTION };

struct worker {
    unsigned index;
    uint64_t cap;            /* root's capability to the TCB */
    struct tcb *tcb;
    const cJSON *operations;
    unsigned position;       /* operation that it makes or makes next */
    bool is_passive;         /* begins without a scheduling context */
    bool is_inside;          /* has started it, not finished */
    bool has_ended;
    bool has_faulted;        /* its last entry in the log is a fault */
    enum trap_kind trap;
    int64_t number;          /* TRAP_SYSCALL */
    uint64_t address;        /* pc of the trap: next_pc is there if it has to make it again */
    struct message echo;     /* what it received last, for operations that send it on */
};

/* Words of a log entry after [w, kind, i]. A plain number is one word. */
struct log_words {
    unsigned count;
    bool is_list;
    uint64_t words[LOG_WORDS_MAX];
};

/* Sets the worker's registers, buffer and trap for the operation at its position, or for the wait
   on Z that follows its last one. */
void operation_prepare(struct system *s, struct worker *w);

/* The worker, which is current, executes its trap. One kernel entry. */
void operation_trap(struct system *s, struct worker *w);

/* The operation has returned to the worker: what it logs. */
struct log_words operation_result(struct system *s, struct worker *w);

/* --- the table of a configuration (classic_operations.c, mcs_operations.c) -------------------- */

enum result_kind {
    RESULT_NOTHING, /* 0 */
    RESULT_MESSAGE, /* label, length, badge, words */
    RESULT_ECHOED,  /* the same, and kept for operations that send it on */
    RESULT_ANSWER,  /* label, length, words */
    RESULT_ERROR    /* the error number */
};

struct operation {
    const char *name;
    void (*prepare)(struct system *s, struct worker *w, const cJSON *op, int64_t number);
    int64_t number; /* system call, or label of an invocation */
    enum result_kind result;
};

extern const struct operation operations[];
extern const size_t operation_count;

/* An argument of an operation; a message among them: label and words at `index` and behind it. */
uint64_t argument(const cJSON *op, int index);
struct message message_argument(struct worker *w, const cJSON *op, int index);

/* Sets up a system call with a message, or an invocation. */
void prepare_message(struct system *s, struct worker *w, uint64_t cptr, const struct message *m,
                     int64_t number);
void prepare_invocation(struct system *s, struct worker *w, uint64_t service,
                        const struct message *m);

/* Rows' functions; `op` is the operation as recorded, `number` the row's. */
void prepare_send(struct system *s, struct worker *w, const cJSON *op, int64_t number);
void prepare_receive(struct system *s, struct worker *w, const cJSON *op, int64_t number);
void prepare_signal(struct system *s, struct worker *w, const cJSON *op, int64_t number);
void prepare_yield(struct system *s, struct worker *w, const cJSON *op, int64_t number);
void prepare_vm_fault(struct system *s, struct worker *w, const cJSON *op, int64_t number);
void prepare_unknown(struct system *s, struct worker *w, const cJSON *op, int64_t number);
void prepare_exception(struct system *s, struct worker *w, const cJSON *op, int64_t number);
void prepare_tcb(struct system *s, struct worker *w, const cJSON *op, int64_t label);
void prepare_priorities(struct system *s, struct worker *w, const cJSON *op, int64_t label);
void prepare_bind(struct system *s, struct worker *w, const cJSON *op, int64_t label);
void prepare_slot(struct system *s, struct worker *w, const cJSON *op, int64_t label);
void prepare_mint(struct system *s, struct worker *w, const cJSON *op, int64_t label);

/* What the root thread logs of a fault message it has received. */
struct log_words fault_result(const struct message *m);

#endif
