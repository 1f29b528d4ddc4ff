/* SPDX-License-Identifier: MIT */
/* Runs the checks, and says what the first one found.
 *
 * What is not looked at, because it is not so or cannot be seen here:
 *   - inactive interrupt lines are masked: true, but a platform need not be able to tell;
 *   - a frame is mapped where its capability says, or an IPC buffer where its thread has it: not so
 *     when VSpace, tables or ASIDs have gone before it (vspace.c, threads.c);
 *   - a caller can be answered: not so when the right to answer was deleted (replies.c);
 *   - memory given to users was cleared: that was when it was given out; what is not given out is
 *     clear, or known not to be (objects.c). */
#include "kernel/check/check.h"

#include "kernel/check/walk.h"
#include "kernel/flavour.h"

enum { SELDOM = 64 }; /* entries */

/* When a check runs. */
enum effort { ALWAYS, NOW_AND_THEN, ON_DEMAND };

/* The configuration's own part. */
static bool check_flavour(struct check *c)
{
    return c->k->flavour->check(c);
}

static const struct {
    bool (*run)(struct check *c);
    enum effort effort;
} checks[] = {
    {check_links, ALWAYS},
    {check_objects, ALWAYS},
    {check_slots, NOW_AND_THEN},
    {check_places, ALWAYS},
    {check_ready_queues, ALWAYS},
    {check_threads, ALWAYS},
    {check_wait_queues, ALWAYS},
    {check_current, ALWAYS},
    {check_flavour, ALWAYS},
    {check_irqs, ALWAYS},
    {check_asids, NOW_AND_THEN},
    {check_heaps, NOW_AND_THEN},
    {check_mappings, NOW_AND_THEN},
    {check_memory, ON_DEMAND},
};

/* --- saying it -------------------------------------------------------------------------------- */

/* Appends to the report; what does not fit is cut. */
static void add_text(struct check *c, const char *text)
{
    size_t at = 0;

    while (at < CHECK_TEXT_SIZE - 1 && c->report->text[at] != '\0')
        at++;
    while (*text && at < CHECK_TEXT_SIZE - 1)
        c->report->text[at++] = *text++;
    c->report->text[at] = '\0';
}

/* Appends the value in hexadecimal. */
static void add_number(struct check *c, uint64_t value)
{
    char text[sizeof("0x") + 16] = "0x";
    size_t at = 2;

    for (int shift = 60; shift >= 0; shift -= 4)
        if (value >> shift || shift == 0)
            text[at++] = "0123456789abcdef"[value >> shift & 15];
    text[at] = '\0';
    add_text(c, text);
}

bool check_broken(struct check *c, const char *what, uint64_t where)
{
    add_text(c, what);
    add_text(c, " ");
    add_number(c, where);
    return false;
}

bool check_broken_slot(struct check *c, const char *what, const struct slot *slot)
{
    check_broken(c, what, kernel_address(c->k, slot));
    if (cap_type(slot->cap) >= CAP_TYPE_COUNT || cap_is_null(slot->cap))
        return false;
    add_text(c, ", ");
    add_text(c, cap_noun(slot->cap));
    if (cap_has_memory(slot->cap)) {
        add_text(c, " at ");
        add_number(c, slot->cap.any.object);
    }
    return false;
}

bool check_broken_thread(struct check *c, const char *what, const struct tcb *t)
{
    char name[THREAD_NAME_SIZE];

    memcpy(name, t->name, THREAD_NAME_SIZE);
    name[THREAD_NAME_SIZE - 1] = '\0';
    check_broken(c, what, kernel_address(c->k, t));
    if (name[0] == '\0')
        return false;
    add_text(c, " (");
    add_text(c, name);
    add_text(c, ")");
    return false;
}

/* --- questions -------------------------------------------------------------------------------- */

bool check_is_memory(const struct check *c, kaddr address, unsigned bits, uint64_t size)
{
    uint64_t offset = address - RAM_BASE;

    return address >= RAM_BASE && is_aligned(address, bits) && size <= c->k->memory_size &&
           offset <= c->k->memory_size - size;
}

const struct slot *check_find(const struct check *c, enum cap_type type, kaddr object)
{
    const struct slot *s = check_next(c, &c->k->cdt_sentinel);

    while (s && (cap_type(s->cap) != type || s->cap.any.object != object))
        s = check_next(c, s);
    return s;
}

/* --- running ---------------------------------------------------------------------------------- */

/* All checks up to an effort, until the first that finds something. */
static bool run(struct kernel *k, struct check_report *report, enum effort effort)
{
    struct check c = {.k = k, .report = report};

    memset(report, 0, sizeof(*report));
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
        if (checks[i].effort <= effort && !checks[i].run(&c))
            return false;
    return true;
}

bool kernel_check(struct kernel *k, struct check_report *report)
{
    return run(k, report, k->entries % SELDOM == 0 ? NOW_AND_THEN : ALWAYS);
}

bool kernel_check_all(struct kernel *k, struct check_report *report)
{
    return run(k, report, ON_DEMAND);
}
