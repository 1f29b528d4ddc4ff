/* SPDX-License-Identifier: MIT */
/* How arguments come into a sentence: a phrase calls them by the names that abi/ gives them, so
 * each whole word of it that is the name of a parameter is one of them, and the method's row says
 * where in the message it travels. */
#include "kernel/entry/explain.h"

#include "abi/names.h"
#include "abi/stubs.h"
#include "kernel/cap/names.h"
#include "kernel/flavour.h"

/* --- text ------------------------------------------------------------------------------------- */

void sentence_text(struct sentence *s, const char *text)
{
    while (*text && s->length < EXPLANATION_SIZE - 1)
        s->text[s->length++] = *text++;
    s->text[s->length] = '\0';
}

/* The part of a text that ends before `end`. */
static void add_part(struct sentence *s, const char *text, const char *end)
{
    while (text < end && s->length < EXPLANATION_SIZE - 1)
        s->text[s->length++] = *text++;
    s->text[s->length] = '\0';
}

void sentence_number(struct sentence *s, uint64_t value)
{
    static const char digits[] = "0123456789abcdef";
    unsigned base = value < 10000 ? 10 : 16;
    char reversed[20];
    unsigned count = 0;
    char one[2] = {0, 0};

    sentence_text(s, base == 16 ? "0x" : "");
    do {
        reversed[count++] = digits[value % base];
        value /= base;
    } while (value > 0);
    while (count > 0) {
        one[0] = reversed[--count];
        sentence_text(s, one);
    }
}

static void add_name(struct sentence *s, struct kernel *k, struct cap cap)
{
    const char *name = name_of(k, cap);

    if (name == NULL)
        return;
    sentence_text(s, " (");
    sentence_text(s, name);
    sentence_text(s, ")");
}

void sentence_cap(struct sentence *s, struct kernel *k, struct cap cap)
{
    if (cap_is_null(cap)) {
        sentence_text(s, "an empty slot");
        return;
    }
    sentence_text(s, cap_noun(cap));
    add_name(s, k, cap);
}

struct sentence explain_head(const struct invocation *inv)
{
    struct sentence s = {inv->thread->explanation, 0};

    if (inv->method != METHOD_NONE) {
        sentence_text(&s, method_names[inv->method]);
    } else {
        sentence_text(&s, "label ");
        sentence_number(&s, inv->label);
    }
    sentence_text(&s, " on capability ");
    sentence_number(&s, inv->cptr);
    add_name(&s, inv->kernel, inv->slot->cap);
    sentence_text(&s, ": ");
    return s;
}

/* --- arguments -------------------------------------------------------------------------------- */

/* The method's parameters in this configuration; NULL: no such method. */
static const struct stub_method *method_of(const struct invocation *inv)
{
    for (unsigned i = 0; i < STUB_METHOD_COUNT; i++) {
        if (stub_methods[i].method == inv->method &&
            (stub_methods[i].configurations & inv->kernel->flavour->configuration))
            return &stub_methods[i];
    }
    return NULL;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Whether the text up to `end` has the name as a whole word. */
static bool mentions(const char *text, const char *end, const char *name)
{
    bool is_start = true; /* of a word */

    for (; text < end; text++) {
        size_t length = 0;

        while (is_start && name[length] && text + length < end && text[length] == name[length])
            length++;
        if (is_start && name[length] == '\0' && (text + length == end || !is_letter(text[length])))
            return true;
        is_start = !is_letter(*text);
    }
    return false;
}

/* "authority is capability 72, an Endpoint (requests)" */
static void add_cap_argument(struct sentence *s, const struct invocation *inv,
                             const struct stub_param *param)
{
    const struct slot *slot = inv->extra[param->word];

    sentence_text(s, param->name);
    sentence_text(s, " is capability ");
    sentence_number(s, user_word_load(&inv->buffer->caps_or_badges[param->word]));
    sentence_text(s, ", ");
    sentence_cap(s, inv->kernel, slot->cap);
}

/* "vaddr is 0x1234" */
static void add_word_argument(struct sentence *s, const struct invocation *inv,
                              const struct stub_param *param)
{
    uint64_t value = invocation_word(inv, param->word) >> param->shift;

    sentence_text(s, param->name);
    sentence_text(s, " is ");
    sentence_number(s, param->bits < WORD_BITS ? value & mask_bits(param->bits) : value);
}

static bool is_sent(const struct invocation *inv, const struct stub_param *param)
{
    if (param->kind == STUB_CAP)
        return inv->extra[param->word] != NULL;
    if (param->kind == STUB_USER_CONTEXT)
        return inv->length >= (unsigned)param->word + USER_REGISTER_COUNT;
    return param->word < inv->length;
}

/* ": vaddr is 0x1234, rights is 3", of those that the phrase mentions. */
static void add_arguments(struct sentence *s, const struct invocation *inv, const char *why,
                          const char *end)
{
    const struct stub_method *method = method_of(inv);
    const char *separator = ": ";

    for (unsigned i = 0; method && i < method->param_count; i++) {
        const struct stub_param *param = &method->params[i];

        if (param->is_out || param->kind == STUB_USER_CONTEXT || !is_sent(inv, param) ||
            !mentions(why, end, param->name))
            continue;
        sentence_text(s, separator);
        separator = ", ";
        if (param->kind == STUB_CAP)
            add_cap_argument(s, inv, param);
        else
            add_word_argument(s, inv, param);
    }
}

/* --- phrases ---------------------------------------------------------------------------------- */

/* Where the remedy begins, or the end. */
static const char *end_of_reason(const char *why)
{
    while (*why && *why != ';')
        why++;
    return why;
}

struct explanation explain_begin(const struct invocation *inv, const char *why)
{
    struct explanation e = {.s = explain_head(inv), .inv = inv, .why = why};
    const char *end = end_of_reason(why);

    add_part(&e.s, why, end);
    add_arguments(&e.s, inv, why, end);
    return e;
}

void explain_end(struct explanation *e, const char *remedy)
{
    sentence_text(&e->s, end_of_reason(e->why));
    if (remedy) {
        sentence_text(&e->s, "; ");
        sentence_text(&e->s, remedy);
    }
}

void explain(const struct invocation *inv, const char *why)
{
    struct explanation e = explain_begin(inv, why);

    explain_end(&e, NULL);
}

/* A slot that is no capability argument's is the one that a CNode's method copies from. */
void explain_source(const struct invocation *inv, const struct slot *slot, const char *why)
{
    const struct stub_method *method = method_of(inv);
    struct sentence s = explain_head(inv);
    const char *name = "src_index";

    for (unsigned i = 0; method && i < method->param_count; i++) {
        const struct stub_param *param = &method->params[i];

        if (param->kind == STUB_CAP && inv->extra[param->word] == slot)
            name = param->name;
    }
    sentence_text(&s, name);
    sentence_text(&s, " leads to ");
    sentence_cap(&s, inv->kernel, slot->cap);
    sentence_text(&s, ": ");
    sentence_text(&s, why);
}

/* --- messages that are too short -------------------------------------------------------------- */

/* The first argument that did not come; NULL: all that are counted have. */
static const struct stub_param *first_missing(const struct invocation *inv,
                                              const struct stub_method *method)
{
    for (unsigned i = 0; i < method->param_count; i++) {
        if (!method->params[i].is_out && !is_sent(inv, &method->params[i]))
            return &method->params[i];
    }
    return NULL;
}

static unsigned extra_count(const struct invocation *inv)
{
    unsigned count = 0;

    while (count < EXTRA_CAPS_MAX && inv->extra[count])
        count++;
    return count;
}

/* "1 of 2 words" */
static void add_counts(struct sentence *s, unsigned is, unsigned wanted, const char *what)
{
    sentence_number(s, is);
    sentence_text(s, " of ");
    sentence_number(s, wanted);
    sentence_text(s, what);
}

void explain_truncated(const struct invocation *inv)
{
    const struct stub_method *method = method_of(inv);
    const struct stub_param *missing = method ? first_missing(inv, method) : NULL;
    struct sentence s = explain_head(inv);

    sentence_text(&s, "the message is too short");
    if (missing) {
        sentence_text(&s, ": ");
        sentence_text(&s, missing->name);
        sentence_text(&s, " is missing. It has ");
        add_counts(&s, inv->length, method->length, " words and ");
        add_counts(&s, extra_count(inv), method->cap_count, " capabilities");
    }
    if (inv->buffer == NULL && missing)
        sentence_text(&s, "; the caller has no IPC buffer, so it can send only 4 words and no "
                          "capability");
    else
        sentence_text(&s, "; set length and extraCaps of the message info");
}

/* --- lookups ---------------------------------------------------------------------------------- */

static void add_depth_mismatch(struct sentence *s, struct lookup_fault fault)
{
    if (fault.bits_found == 0) {
        sentence_text(s, "; the way ends at a slot that holds no CNode with ");
        sentence_number(s, fault.bits_left);
        sentence_text(s, " bits left over: give a depth that is smaller by that");
        return;
    }
    sentence_text(s, "; a CNode on the way takes ");
    sentence_number(s, fault.bits_found);
    sentence_text(s, " bits, guard and slot number, and the address has ");
    sentence_number(s, fault.bits_left);
    sentence_text(s, " left: give a greater depth");
}

static void add_guard_mismatch(struct sentence *s, struct lookup_fault fault)
{
    sentence_text(s, "; a CNode on the way has guard ");
    sentence_number(s, fault.guard_found);
    sentence_text(s, " of ");
    sentence_number(s, fault.bits_found);
    sentence_text(s, " bits, and the ");
    sentence_number(s, fault.bits_left);
    sentence_text(s, " bits left of the address do not begin with it");
}

void explain_lookup(struct sentence *s, struct lookup_fault fault)
{
    kassert(fault.failure < LOOKUP_FAILURE_COUNT);
    sentence_text(s, " (");
    sentence_text(s, lookup_failure_names[fault.failure]);
    sentence_text(s, ")");
    if (fault.failure == LOOKUP_DEPTH_MISMATCH)
        add_depth_mismatch(s, fault);
    else if (fault.failure == LOOKUP_GUARD_MISMATCH)
        add_guard_mismatch(s, fault);
}

void explain_cptr(struct tcb *t, enum lookup_use use, uint64_t cptr, struct lookup_fault fault,
                  const char *why)
{
    static const char *const uses[] = {
        [USE_SEND] = "sending to capability ",
        [USE_SEND_ALONG] = "sending along capability ",
        [USE_RECEIVE] = "receiving from capability ",
    };
    struct sentence s = {t->explanation, 0};

    sentence_text(&s, uses[use]);
    sentence_number(&s, cptr);
    if (why == NULL)
        why = fault.failure == LOOKUP_INVALID_ROOT ? "the thread has no CNode as its CSpace root"
                                                   : "no slot has this number";
    sentence_text(&s, ": ");
    add_part(&s, why, end_of_reason(why));
    explain_lookup(&s, fault);
    sentence_text(&s, end_of_reason(why));
}
