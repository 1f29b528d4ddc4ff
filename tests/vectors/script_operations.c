/* SPDX-License-Identifier: MIT */
#include "tests/vectors/script_operations.h"

#include <string.h>

#include "tests/vectors/vectors.h"

#define SENTINEL UINT64_C(0xdead000) /* in a1 before receiving: the kernel wrote no info */

/* --- arguments -------------------------------------------------------------------------------- */

uint64_t argument(const cJSON *op, int index)
{
    return json_number(cJSON_GetArrayItem(op, index));
}

/* label and words at `index` and behind it; null words: what was received last. */
struct message message_argument(struct worker *w, const cJSON *op, int index)
{
    const cJSON *words = cJSON_GetArrayItem(op, index + 1);
    const cJSON *item;
    struct message m = {.label = argument(op, index)};

    if (cJSON_IsNull(words)) {
        m = w->echo;
        m.length = m.length < SCRIPT_WORDS_MAX ? m.length : SCRIPT_WORDS_MAX;
        return m;
    }
    cJSON_ArrayForEach(item, words)
    {
        m.words[m.length++] = json_number(item);
    }
    return m;
}

/* --- preparing -------------------------------------------------------------------------------- */

void prepare_message(struct system *s, struct worker *w, uint64_t cptr,
                            const struct message *m, int64_t number)
{
    message_write(s, w->tcb, m);
    w->tcb->registers[REG_A0] = cptr;
    w->trap = TRAP_SYSCALL;
    w->number = number;
}

void prepare_send(struct system *s, struct worker *w, const cJSON *op, int64_t number)
{
    struct message m = message_argument(w, op, 2);

    prepare_message(s, w, argument(op, 1), &m, number);
}

void prepare_receive(struct system *s, struct worker *w, const cJSON *op, int64_t number)
{
    struct message nothing = {0};

    prepare_message(s, w, argument(op, 1), &nothing, number);
    w->tcb->registers[REG_A1] = SENTINEL;
}

void prepare_signal(struct system *s, struct worker *w, const cJSON *op, int64_t number)
{
    struct message nothing = {0};

    prepare_message(s, w, argument(op, 1), &nothing, number);
}

void prepare_yield(struct system *s, struct worker *w, const cJSON *op, int64_t number)
{
    struct message nothing = {0};

    (void)op;
    prepare_message(s, w, 0, &nothing, number);
}

void prepare_vm_fault(struct system *s, struct worker *w, const cJSON *op, int64_t number)
{
    (void)s;
    (void)op;
    (void)number;
    w->trap = TRAP_VM_FAULT;
}

void prepare_unknown(struct system *s, struct worker *w, const cJSON *op, int64_t number)
{
    struct message nothing = {0};

    (void)number;
    prepare_message(s, w, 0, &nothing, (int64_t)argument(op, 1));
}

void prepare_exception(struct system *s, struct worker *w, const cJSON *op, int64_t number)
{
    (void)s;
    (void)op;
    (void)number;
    w->trap = TRAP_USER_EXCEPTION;
}

/* --- invocations ------------------------------------------------------------------------------ */

void prepare_invocation(struct system *s, struct worker *w, uint64_t service,
                               const struct message *m)
{
    prepare_message(s, w, service, m, ABI_CALL);
}

/* TCB methods without operands. */
void prepare_tcb(struct system *s, struct worker *w, const cJSON *op, int64_t label)
{
    struct message m = {.label = (uint64_t)label};

    prepare_invocation(s, w, argument(op, 1), &m);
}

/* Priorities; the authority is the worker's own TCB. */
void prepare_priorities(struct system *s, struct worker *w, const cJSON *op, int64_t label)
{
    struct message m = {.label = (uint64_t)label, .extra_count = 1,
                        .caps = {SLOT_TCB + w->index}};

    for (int i = 2; i < cJSON_GetArraySize(op); i++)
        m.words[m.length++] = argument(op, i);
    prepare_invocation(s, w, argument(op, 1), &m);
}

void prepare_bind(struct system *s, struct worker *w, const cJSON *op, int64_t label)
{
    struct message m = {.label = (uint64_t)label, .extra_count = 1, .caps = {argument(op, 2)}};

    prepare_invocation(s, w, argument(op, 1), &m);
}

/* CNode methods on one slot. */
void prepare_slot(struct system *s, struct worker *w, const cJSON *op, int64_t label)
{
    struct message m = {.label = (uint64_t)label, .length = 2, .words = {argument(op, 1), 64}};

    prepare_invocation(s, w, SLOT_SELF, &m);
}

void prepare_mint(struct system *s, struct worker *w, const cJSON *op, int64_t label)
{
    struct message m = {.label = (uint64_t)label, .length = 6, .extra_count = 1,
                        .caps = {SLOT_SELF},
                        .words = {argument(op, 1), 64, argument(op, 2), 64, argument(op, 3),
                                  argument(op, 4)}};

    prepare_invocation(s, w, SLOT_SELF, &m);
}

static const struct operation *operation_find(const char *name)
{
    for (size_t i = 0; i < operation_count; i++) {
        if (strcmp(operations[i].name, name) == 0)
            return &operations[i];
    }
    system_fail("a script has the unknown operation %s", name);
}

static const struct operation *operation_of(const struct worker *w, const cJSON **arguments)
{
    *arguments = cJSON_GetArrayItem(w->operations, (int)w->position);
    return operation_find(cJSON_GetArrayItem(*arguments, 0)->valuestring);
}

/* --- public ----------------------------------------------------------------------------------- */

void operation_prepare(struct system *s, struct worker *w)
{
    const cJSON *arguments;
    const struct operation *operation;
    struct message nothing = {0};

    if (w->has_ended) {
        prepare_message(s, w, SLOT_Z, &nothing, ABI_WAIT);
        return;
    }
    operation = operation_of(w, &arguments);
    operation->prepare(s, w, arguments, operation->number);
}

void operation_trap(struct system *s, struct worker *w)
{
    struct tcb *t = w->tcb;

    if (w->trap == TRAP_SYSCALL) {
        w->address = trap(s, w->number);
        return;
    }
    w->address = t->next_pc;
    t->registers[REG_PC] = w->address;
    t->next_pc = w->address + 4;
    if (w->trap == TRAP_VM_FAULT)
        kernel_vm_fault(s->k, 0x40, CAUSE_LOAD_ACCESS);
    else
        kernel_user_exception(s->k, 2, 0);
    system_check(s);
}

static struct log_words message_words(const struct message *m, bool has_badge)
{
    struct log_words result = {.is_list = true};

    result.words[result.count++] = m->label;
    result.words[result.count++] = m->length;
    if (has_badge)
        result.words[result.count++] = m->badge;
    for (unsigned i = 0; i < m->length && i < SCRIPT_WORDS_MAX; i++)
        result.words[result.count++] = m->words[i];
    return result;
}

struct log_words operation_result(struct system *s, struct worker *w)
{
    const cJSON *arguments;
    const struct operation *operation = operation_of(w, &arguments);
    struct message m;

    message_read(s, w->tcb, &m);
    switch (operation->result) {
    case RESULT_ECHOED:
        w->echo = m;
        return message_words(&m, true);
    case RESULT_MESSAGE:
        return message_words(&m, true);
    case RESULT_ANSWER:
        return message_words(&m, false);
    case RESULT_ERROR:
        return (struct log_words){.count = 1, .words = {m.label}};
    case RESULT_NOTHING:
        break;
    }
    return (struct log_words){.count = 1};
}

struct log_words fault_result(const struct message *m)
{
    struct log_words result = {.is_list = true, .count = 2, .words = {m->label, m->length}};
    unsigned first = 1;
    unsigned end = m->length;

    /* Registers and code addresses are no part of the recording. */
    if (m->label == ABI_UNKNOWN_SYSCALL)
        first = 10;
    else if (m->label == ABI_USER_EXCEPTION)
        first = 2;
    for (unsigned i = first; i < end && result.count < LOG_WORDS_MAX; i++)
        result.words[result.count++] = m->words[i];
    return result;
}
