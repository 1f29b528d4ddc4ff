/* SPDX-License-Identifier: MIT */
#include "tests/vectors/environment.h"

void tester_fill(struct system *s, uint64_t cnode, uint64_t fault_handler)
{
    need_success(s, invoke(s, cnode, ABI_CNODE_COPY, CAPS(ROOT_CNODE),
                           WORDS(TESTER_FAULT_SLOT, 64, fault_handler, 64, ABI_ALL_RIGHTS)),
                 "copying the fault handler");
}

void worker_fill(struct system *s, struct worker_objects *w)
{
    enum { SLOT_FAULT = 54 };

    need_success(s, invoke(s, w->cnode, ABI_CNODE_COPY, CAPS(ROOT_CNODE),
                           WORDS(SLOT_FAULT + w->index, 64, w->handler, 64, ABI_ALL_RIGHTS)),
                 "copying a worker's fault handler");
}

void worker_make_passive(struct system *s, const struct worker_objects *w,
                         void (*wait_for_quiet)(void))
{
    (void)w;
    (void)wait_for_quiet;
    system_fail("a passive worker of the classic configuration (%p)", (void *)s);
}

void worker_bind(struct system *s, const struct worker_objects *w)
{
    (void)s;
    (void)w;
}

/* The next message takes the place of the right to answer. */
void root_keeps_caller(struct system *s)
{
    (void)s;
}
