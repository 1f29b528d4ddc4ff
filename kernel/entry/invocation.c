/* SPDX-License-Identifier: MIT */
/* Reading a message, and refusing it: each refusal sets the error reply and, for people, a sentence
 * in the caller's TCB (explain.h). */
#include "kernel/entry/invocation.h"

#include "kernel/entry/explain.h"
#include "kernel/flavour.h"

enum method invocation_method(const struct kernel *k, uint64_t label)
{
    if (label < k->flavour->label_count)
        return (enum method)k->flavour->method_of_label[label];
    if (label >= LABEL_EXTENSION_FIRST && label < LABEL_EXTENSION_FIRST + LABEL_EXTENSION_COUNT)
        return (enum method)(METHOD_LUA_HEAP_BIND + (label - LABEL_EXTENSION_FIRST));
    return METHOD_NONE;
}

uint64_t invocation_word(const struct invocation *inv, unsigned index)
{
    kassert(index < inv->length);
    return tcb_message_word(inv->thread, inv->buffer, index);
}

void invocation_answer(struct invocation *inv, unsigned index, uint64_t value)
{
    kassert(index < MESSAGE_WORDS_MAX);
    if (inv->is_call)
        tcb_set_message_word(inv->thread, inv->buffer, index, value);
}

/* A thread without a buffer gets as many words as its registers hold. */
void invocation_answer_length(struct invocation *inv, unsigned length)
{
    unsigned most = inv->buffer ? MESSAGE_WORDS_MAX : MESSAGE_REGISTER_COUNT;

    inv->answer_length = length < most ? length : most;
}

/* --- the answer ------------------------------------------------------------------------------- */

static enum outcome refuse(struct invocation *inv, enum sel4_error error)
{
    kassert(error != SEL4_NO_ERROR && inv->error.error == SEL4_NO_ERROR);
    inv->error.error = (uint8_t)error;
    return REFUSED;
}

static void add_word(struct invocation *inv, uint64_t word)
{
    kassert(inv->error.word_count < sizeof(inv->error.words) / sizeof(inv->error.words[0]));
    inv->error.words[inv->error.word_count++] = word;
}

/* --- the errors ------------------------------------------------------------------------------- */

enum outcome refuse_truncated(struct invocation *inv)
{
    explain_truncated(inv);
    return refuse(inv, SEL4_TRUNCATED_MESSAGE);
}

enum outcome refuse_illegal(struct invocation *inv, const char *why)
{
    explain(inv, why);
    return refuse(inv, SEL4_ILLEGAL_OPERATION);
}

enum outcome refuse_method(struct invocation *inv)
{
    struct sentence s = explain_head(inv);

    sentence_text(&s, "this is no method of ");
    sentence_cap(&s, inv->kernel, inv->slot->cap);
    return refuse(inv, SEL4_ILLEGAL_OPERATION);
}

enum outcome refuse_argument(struct invocation *inv, unsigned index, const char *why)
{
    explain(inv, why);
    add_word(inv, index);
    return refuse(inv, SEL4_INVALID_ARGUMENT);
}

enum outcome refuse_capability(struct invocation *inv, unsigned index, const char *why)
{
    explain(inv, why);
    add_word(inv, index);
    return refuse(inv, SEL4_INVALID_CAPABILITY);
}

enum outcome refuse_range(struct invocation *inv, uint64_t min, uint64_t max, const char *why)
{
    struct explanation e = explain_begin(inv, why);

    explain_end(&e, "it must be from ");
    sentence_number(&e.s, min);
    sentence_text(&e.s, " to ");
    sentence_number(&e.s, max);
    add_word(inv, min);
    add_word(inv, max);
    return refuse(inv, SEL4_RANGE_ERROR);
}

enum outcome refuse_alignment(struct invocation *inv, const char *why)
{
    explain(inv, why);
    return refuse(inv, SEL4_ALIGNMENT_ERROR);
}

enum outcome refuse_revoke_first(struct invocation *inv, const char *why)
{
    explain(inv, why);
    return refuse(inv, SEL4_REVOKE_FIRST);
}

enum outcome refuse_delete_first(struct invocation *inv, const char *why)
{
    explain(inv, why);
    return refuse(inv, SEL4_DELETE_FIRST);
}

/* The window of Retype has many slots, so the index is said, too. */
enum outcome refuse_occupied(struct invocation *inv, const struct slot *slot, uint64_t index,
                             const char *argument)
{
    struct sentence s = explain_head(inv);

    sentence_text(&s, "destination slot ");
    sentence_number(&s, index);
    sentence_text(&s, " (");
    sentence_text(&s, argument);
    sentence_text(&s, ") already holds ");
    sentence_cap(&s, inv->kernel, slot->cap);
    sentence_text(&s, "; choose an empty slot, or delete what it holds");
    return refuse(inv, SEL4_DELETE_FIRST);
}

enum outcome refuse_copy(struct invocation *inv, const struct slot *slot, enum sel4_error error,
                         const char *why)
{
    explain_source(inv, slot, why);
    return refuse(inv, error);
}

/* The figure counts from the watermark, before alignment. */
enum outcome refuse_memory(struct invocation *inv, uint64_t available, const char *why)
{
    struct explanation e = explain_begin(inv, why);

    sentence_text(&e.s, ", and ");
    sentence_number(&e.s, available);
    sentence_text(&e.s, " bytes are left");
    explain_end(&e, NULL);
    add_word(inv, available);
    return refuse(inv, SEL4_NOT_ENOUGH_MEMORY);
}

/* Words: which side, the kind of failure, its figures. */
enum outcome refuse_lookup(struct invocation *inv, enum lookup_side side,
                           struct lookup_fault fault, const char *why)
{
    struct explanation e = explain_begin(inv, why);

    explain_lookup(&e.s, fault);
    explain_end(&e, NULL);
    add_word(inv, side);
    add_word(inv, fault.failure);
    if (fault.failure != LOOKUP_INVALID_ROOT)
        add_word(inv, fault.bits_left);
    if (fault.failure == LOOKUP_GUARD_MISMATCH)
        add_word(inv, fault.guard_found);
    if (fault.failure == LOOKUP_GUARD_MISMATCH || fault.failure == LOOKUP_DEPTH_MISMATCH)
        add_word(inv, fault.bits_found);
    return refuse(inv, SEL4_FAILED_LOOKUP);
}
