/* SPDX-License-Identifier: MIT */
#include "tests/vectors/environment.h"

static void copy_into(struct system *s, uint64_t cnode, uint64_t slot, uint64_t source)
{
    need_success(s, invoke(s, cnode, ABI_CNODE_COPY, CAPS(ROOT_CNODE),
                           WORDS(slot, 64, source, 64, ABI_ALL_RIGHTS)),
                 "a Copy into a CNode of the recordings");
}

static void retype_into(struct system *s, uint64_t cnode, uint64_t type, uint64_t size_bits,
                        uint64_t slot)
{
    need_success(s, invoke(s, s->untyped, ABI_UNTYPED_RETYPE, CAPS(cnode),
                           WORDS(type, size_bits, 0, 0, slot, 1)),
                 "a Retype into a CNode of the recordings");
}

void tester_fill(struct system *s, uint64_t cnode, uint64_t fault_handler)
{
    (void)fault_handler; /* the tester's TCB holds it */
    copy_into(s, cnode, 14, ROOT_SCHED_CONTROL);
    retype_into(s, cnode, ABI_TYPE_SCHED_CONTEXT, 8, 15);
    retype_into(s, cnode, ABI_TYPE_REPLY, 0, 16);
}

void worker_fill(struct system *s, struct worker_objects *w)
{
    enum { SLOT_REPLY = 32, SLOT_CONTEXT = 40, SLOT_FAULT = 54, SECOND = 1000000 };

    w->context = make_context(s, (struct context_options){.budget = SECOND, .period = SECOND});
    copy_into(s, w->cnode, SLOT_REPLY + w->index, make(s, ABI_TYPE_REPLY, 0));
    copy_into(s, w->cnode, SLOT_CONTEXT + w->index, w->context);
    copy_into(s, w->cnode, SLOT_FAULT + w->index, w->handler);
}

void worker_bind(struct system *s, const struct worker_objects *w)
{
    need_success(s, invoke(s, w->context, ABI_SCHED_CONTEXT_BIND, CAPS(w->tcb), NO_WORDS),
                 "binding a worker's scheduling context");
}

void worker_make_passive(struct system *s, const struct worker_objects *w,
                         void (*wait_for_quiet)(void))
{
    worker_bind(s, w);
    resume(s, w->tcb);
    wait_for_quiet();
    need_success(s, invoke(s, w->context, ABI_SCHED_CONTEXT_UNBIND, NO_CAPS, NO_WORDS),
                 "unbinding a passive worker's scheduling context");
}

/* It receives with another reply object from now on. */
void root_keeps_caller(struct system *s)
{
    uint64_t fresh = make(s, ABI_TYPE_REPLY, 0);

    for (unsigned i = 0; i < s->reply_count; i++)
        if (s->reply_users[i] == s->root)
            s->reply_slots[i] = fresh;
}
