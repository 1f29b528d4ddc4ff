/* SPDX-License-Identifier: MIT */
/* Reading a message, and refusing it: each refusal sets the error reply and, for people, a sentence
 * in the caller's TCB: "CNode_Copy: destination slot 0x20 already holds an Endpoint". */
#include "kernel/entry/invocation.h"

#include "abi/names.h"
#include "kernel/cap/cap.h"

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

/* --- the sentence ----------------------------------------------------------------------------- */

/* Text being put together in a TCB; cut where it is full. */
struct sentence {
    char *text;
    size_t length;
};

/* What does not fit is cut: an explanation is better short than absent. */
static void add_text(struct sentence *s, const char *text)
{
    while (*text && s->length < EXPLANATION_SIZE - 1)
        s->text[s->length++] = *text++;
    s->text[s->length] = '\0';
}

static void add_number(struct sentence *s, uint64_t value)
{
    static const char digits[] = "0123456789abcdef";
    unsigned base = value < 1000 ? 10 : 16;
    char reversed[20];
    unsigned count = 0;
    char one[2] = {0, 0};

    add_text(s, base == 16 ? "0x" : "");
    do {
        reversed[count++] = digits[value % base];
        value /= base;
    } while (value > 0);
    while (count > 0) {
        one[0] = reversed[--count];
        add_text(s, one);
    }
}

/* "CNode_Copy on a CNode (slot 5): why" */
static struct sentence begin_sentence(struct invocation *inv, const char *why)
{
    struct sentence s = {inv->thread->explanation, 0};

    if (inv->method != METHOD_NONE) {
        add_text(&s, method_names[inv->method]);
    } else {
        add_text(&s, "label ");
        add_number(&s, inv->label);
    }
    add_text(&s, " on capability ");
    add_number(&s, inv->cptr);
    add_text(&s, ": ");
    add_text(&s, why);
    return s;
}

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
    begin_sentence(inv, "the message has too few words or capabilities for this method");
    return refuse(inv, SEL4_TRUNCATED_MESSAGE);
}

enum outcome refuse_illegal(struct invocation *inv, const char *why)
{
    begin_sentence(inv, why);
    return refuse(inv, SEL4_ILLEGAL_OPERATION);
}

enum outcome refuse_method(struct invocation *inv)
{
    struct sentence s = begin_sentence(inv, "not a method of ");

    add_text(&s, cap_noun(inv->slot->cap));
    return refuse(inv, SEL4_ILLEGAL_OPERATION);
}

enum outcome refuse_argument(struct invocation *inv, unsigned index, const char *why)
{
    struct sentence s = begin_sentence(inv, why);

    add_text(&s, " (argument ");
    add_number(&s, index);
    add_text(&s, ")");
    add_word(inv, index);
    return refuse(inv, SEL4_INVALID_ARGUMENT);
}

enum outcome refuse_capability(struct invocation *inv, unsigned index, const char *why)
{
    struct sentence s = begin_sentence(inv, why);

    add_text(&s, index == 0 ? " (the invoked capability)" : " (capability argument ");
    if (index > 0) {
        add_number(&s, index);
        add_text(&s, ")");
    }
    add_word(inv, index);
    return refuse(inv, SEL4_INVALID_CAPABILITY);
}

enum outcome refuse_range(struct invocation *inv, uint64_t min, uint64_t max, const char *why)
{
    struct sentence s = begin_sentence(inv, why);

    add_text(&s, " (it must be from ");
    add_number(&s, min);
    add_text(&s, " to ");
    add_number(&s, max);
    add_text(&s, ")");
    add_word(inv, min);
    add_word(inv, max);
    return refuse(inv, SEL4_RANGE_ERROR);
}

enum outcome refuse_alignment(struct invocation *inv, const char *why)
{
    begin_sentence(inv, why);
    return refuse(inv, SEL4_ALIGNMENT_ERROR);
}

enum outcome refuse_revoke_first(struct invocation *inv, const char *why)
{
    begin_sentence(inv, why);
    return refuse(inv, SEL4_REVOKE_FIRST);
}

enum outcome refuse_delete_first(struct invocation *inv, const char *why)
{
    begin_sentence(inv, why);
    return refuse(inv, SEL4_DELETE_FIRST);
}

/* Threads have names, so the explanation can say which one is in the way. */
enum outcome refuse_occupied(struct invocation *inv, const struct slot *slot, uint64_t index)
{
    struct sentence s = begin_sentence(inv, "destination slot ");

    add_number(&s, index);
    add_text(&s, " already holds ");
    add_text(&s, cap_noun(slot->cap));
    if (cap_type(slot->cap) == CAP_TCB) {
        add_text(&s, " (");
        add_text(&s, tcb_at(inv->kernel, slot->cap.tcb.object)->name);
        add_text(&s, ")");
    }
    return refuse(inv, SEL4_DELETE_FIRST);
}

/* The figure counts from the watermark, before alignment. */
enum outcome refuse_memory(struct invocation *inv, uint64_t available, const char *why)
{
    struct sentence s = begin_sentence(inv, why);

    add_text(&s, " (");
    add_number(&s, available);
    add_text(&s, " bytes are left)");
    add_word(inv, available);
    return refuse(inv, SEL4_NOT_ENOUGH_MEMORY);
}

/* Words: which side, the kind of failure, its figures. */
enum outcome refuse_lookup(struct invocation *inv, enum lookup_side side,
                           struct lookup_fault fault, const char *why)
{
    struct sentence s = begin_sentence(inv, why);

    add_text(&s, ": ");
    add_text(&s, lookup_failure_names[fault.failure]);
    add_word(inv, side);
    add_word(inv, fault.failure);
    if (fault.failure != LOOKUP_INVALID_ROOT) {
        add_text(&s, ", bits left ");
        add_number(&s, fault.bits_left);
        add_word(inv, fault.bits_left);
    }
    if (fault.failure == LOOKUP_GUARD_MISMATCH) {
        add_text(&s, ", guard ");
        add_number(&s, fault.guard_found);
        add_word(inv, fault.guard_found);
    }
    if (fault.failure == LOOKUP_GUARD_MISMATCH || fault.failure == LOOKUP_DEPTH_MISMATCH) {
        add_text(&s, fault.failure == LOOKUP_GUARD_MISMATCH ? " of size " : ", the level takes ");
        add_number(&s, fault.bits_found);
        add_word(inv, fault.bits_found);
    }
    return refuse(inv, SEL4_FAILED_LOOKUP);
}
