/* SPDX-License-Identifier: MIT */
#include "tests/kernel/trouble.h"

#include <stdio.h>
#include <string.h>

void expect_trouble(struct system *s, const char *text)
{
    struct check_report report;

    if (kernel_check_all(s->k, &report))
        system_fail("kernel_check finds nothing; expected: %s", text);
    if (strcmp(report.text, text) != 0)
        system_fail("kernel_check says: %s; expected: %s", report.text, text);
    s->has_trouble = false;
}

void expect_trouble_at(struct system *s, const char *text, uint64_t where)
{
    char whole[CHECK_TEXT_SIZE];

    snprintf(whole, sizeof(whole), "%s 0x%llx", text, (unsigned long long)where);
    expect_trouble(s, whole);
}

void expect_trouble_slot(struct system *s, const char *text, const struct slot *slot)
{
    unsigned long long at = kernel_address(s->k, slot);
    char whole[CHECK_TEXT_SIZE];

    if (cap_is_null(slot->cap))
        snprintf(whole, sizeof(whole), "%s 0x%llx", text, at);
    else if (!cap_has_memory(slot->cap))
        snprintf(whole, sizeof(whole), "%s 0x%llx, %s", text, at, cap_noun(slot->cap));
    else
        snprintf(whole, sizeof(whole), "%s 0x%llx, %s at 0x%llx", text, at, cap_noun(slot->cap),
                 (unsigned long long)slot->cap.any.object);
    expect_trouble(s, whole);
}

void expect_trouble_thread(struct system *s, const char *text, const struct tcb *t)
{
    char whole[CHECK_TEXT_SIZE];

    snprintf(whole, sizeof(whole), t->name[0] ? "%s 0x%llx (%s)" : "%s 0x%llx", text,
             (unsigned long long)kernel_address(s->k, t), t->name);
    expect_trouble(s, whole);
}
