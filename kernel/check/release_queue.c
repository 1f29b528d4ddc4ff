/* SPDX-License-Identifier: MIT */
/* MCS: the release queue is a leftist heap of the threads that await budget, with the invariants of
 * mcs/release_queue.c.
 *
 * The walk goes from the root to the left, then to the right, and back up by the parents' links, as
 * a heap may be as deep as it has threads. It ends in a broken state, too: the root has no parent,
 * and whoever else is visited names the thread above as its parent and hangs there only once. */
#include "kernel/check/walk.h"
#include "kernel/mcs/sched_context.h"

static struct release_node *node_at(const struct check *c, kaddr at)
{
    return &tcb_at(c->k, at)->release;
}

static uint64_t rank_at(const struct check *c, kaddr at)
{
    return at == 0 ? 0 : node_at(c, at)->rank;
}

/* --- one thread ------------------------------------------------------------------------------- */

/* A child is a thread that knows whose. */
static bool check_child(struct check *c, kaddr at, kaddr parent)
{
    if (at == 0)
        return true;
    if (!check_is_memory(c, at, TCB_BITS, UINT64_C(1) << TCB_BITS))
        return check_broken(c, "the release queue leads to no thread:", at);
    if (node_at(c, at)->parent != parent)
        return check_broken(c, "the release queue's links disagree at thread", at);
    return true;
}

static bool check_shape(struct check *c, kaddr at)
{
    const struct release_node *node = node_at(c, at);

    if (!check_child(c, node->left, at) || !check_child(c, node->right, at))
        return false;
    if (node->left != 0 && node->left == node->right)
        return check_broken(c, "both of the release queue's links are the same at thread", at);
    if (rank_at(c, node->left) < rank_at(c, node->right))
        return check_broken(c, "the release queue leans to the right at thread", at);
    if (node->rank != rank_at(c, node->right) + 1)
        return check_broken(c, "a rank in the release queue is wrong: thread", at);
    return true;
}

/* Why it is there. */
static bool check_waiting(struct check *c, kaddr at)
{
    const struct tcb *t = tcb_at(c->k, at);
    struct sched_context *sc;

    if (!t->awaits_budget || t->is_queued)
        return check_broken(c,
                            "a thread that does not await its budget is in the release queue:", at);
    if (!thread_is_runnable(t))
        return check_broken(c, "a thread that cannot run awaits its budget:", at);
    if (!check_is_memory(c, t->sched_context, MIN_SCHED_CONTEXT_BITS,
                         UINT64_C(1) << MIN_SCHED_CONTEXT_BITS) ||
        !context_is_active(sched_context_of(c->k, t)))
        return check_broken(c, "a thread awaits its budget without a scheduling context:", at);
    sc = sched_context_of(c->k, t);
    if (context_can_run(sc, c->k->now))
        return check_broken(c, "a thread awaits its budget and has it:", at);
    return true;
}

/* The thread above comes first. It has been looked at, so it has a context. */
static bool check_order(struct check *c, kaddr at)
{
    const struct tcb *t = tcb_at(c->k, at);
    const struct tcb *above = tcb_at(c->k, t->release.parent);
    uint64_t time = refill_head(sched_context_of(c->k, t))->time;
    uint64_t earlier;

    if (t->release.serial == 0 || t->release.serial > c->k->release_serial)
        return check_broken(c,
                            "a thread has a serial number that the release queue never gave:", at);
    if (!above)
        return true;
    earlier = refill_head(sched_context_of(c->k, above))->time;
    if (earlier > time || (earlier == time && above->release.serial >= t->release.serial))
        return check_broken(c, "the release queue is not in order at thread", at);
    return true;
}

/* --- all of them ------------------------------------------------------------------------------ */

/* The first thread on the right of those on whose left the walk has been; 0: it has been
   everywhere. */
static kaddr next_on_the_right(const struct check *c, kaddr at)
{
    for (kaddr above = node_at(c, at)->parent; above != 0; above = node_at(c, at)->parent) {
        const struct release_node *node = node_at(c, above);

        if (node->left == at && node->right != 0)
            return node->right;
        at = above;
    }
    return 0;
}

static kaddr next_in_heap(const struct check *c, kaddr at)
{
    const struct release_node *node = node_at(c, at);

    if (node->left != 0)
        return node->left;
    if (node->right != 0)
        return node->right;
    return next_on_the_right(c, at);
}

/* How many say that they are there; who does not has no links, rank or number. */
static bool count_waiting(struct check *c, uint64_t *count)
{
    for (struct slot *s = check_next(c, &c->k->cdt_sentinel); s; s = check_next(c, s)) {
        const struct tcb *t;

        if (cap_type(s->cap) != CAP_TCB || !cdt_is_first(c->k, s))
            continue;
        t = tcb_at(c->k, s->cap.tcb.object);
        *count += t->awaits_budget;
        if (!t->awaits_budget &&
            (t->release.parent != 0 || t->release.left != 0 || t->release.right != 0 ||
             t->release.rank != 0 || t->release.serial != 0))
            return check_broken_thread(
                c, "a thread that does not await its budget has a place in the release queue:", t);
    }
    return true;
}

bool check_release_queue(struct check *c)
{
    uint64_t expected = 0;
    uint64_t count = 0;

    if (!check_child(c, c->k->release_root, 0))
        return false;
    for (kaddr at = c->k->release_root; at != 0; at = next_in_heap(c, at)) {
        if (!check_waiting(c, at) || !check_order(c, at) || !check_shape(c, at))
            return false;
        count++;
    }
    if (!count_waiting(c, &expected))
        return false;
    if (count != expected)
        return check_broken(c, "threads that await budget and the release queue differ; in it are",
                            count);
    return true;
}
