/* SPDX-License-Identifier: MIT */
/* Runs the checks, and says what the first one found. What is not looked at: whether inactive
 * interrupt lines are masked, since a platform need not be able to tell. */
#include "kernel/check/check.h"

#include "kernel/check/walk.h"
#include "kernel/flavour.h"

enum { ADDRESS_DIGITS = 16, SELDOM = 64 };

/* When a check runs. */
enum effort { ALWAYS, NOW_AND_THEN, ON_DEMAND };

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
    {check_untypeds, ALWAYS},
    {check_ready_queues, ALWAYS},
    {check_threads, ALWAYS},
    {check_wait_queues, ALWAYS},
    {check_current, ALWAYS},
    {check_flavour, ALWAYS},
    {check_irqs, ALWAYS},
    {check_heaps, ALWAYS},
    {check_roots, NOW_AND_THEN},
    {check_asids, NOW_AND_THEN},
    {check_mappings, NOW_AND_THEN},
    {check_memory, ON_DEMAND},
};

bool check_broken(struct check *c, const char *what, uint64_t where)
{
    char *text = c->report->text;
    size_t at = 0;

    while (*what && at < CHECK_TEXT_SIZE - ADDRESS_DIGITS - 4)
        text[at++] = *what++;
    text[at++] = ' ';
    text[at++] = '0';
    text[at++] = 'x';
    for (int shift = 60; shift >= 0; shift -= 4)
        if (where >> shift || shift == 0)
            text[at++] = "0123456789abcdef"[where >> shift & 15];
    text[at] = '\0';
    return false;
}

bool check_is_memory(const struct check *c, kaddr address, unsigned bits, uint64_t size)
{
    uint64_t offset = address - RAM_BASE;

    return address >= RAM_BASE && is_aligned(address, bits) && size <= c->k->memory_size &&
           offset <= c->k->memory_size - size;
}

bool check_is_first(const struct check *c, const struct slot *slot)
{
    const struct slot *previous = cdt_previous(c->k, slot);

    return !previous || !cap_same_object(previous->cap, slot->cap);
}

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
