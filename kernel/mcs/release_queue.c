/* SPDX-License-Identifier: MIT */
/* Threads that could run but for their budget, in the order in which it comes back; the timer is
 * set to the first one's time. A thread is here or in a ready queue, never in both. The queue is a
 * leftist heap: a tree whose links lie in the threads themselves (struct release_node).
 *
 *     k->release_root -> A 1200          rank 2      A, B and C came in this order
 *                        /    \
 *                   B 1200    D 5000          2, 1
 *                   /    \
 *              E 9000    C 1200               1, 1
 *
 * What holds, and kernel_check looks at:
 *   - A thread comes before those below it: its head refill is due earlier, or at the same time and
 *     it came earlier. Serial numbers tell who came first; so the root is the first of all.
 *   - A thread's rank is the length of the shortest way down from it to where a thread is missing,
 *     itself counted: one more than the lesser of its children's ranks, nobody's being 0.
 *   - The right child's rank is never above the left one's. So a thread's right spine - its right
 *     child, that one's right child, and so on - is as long as its rank says.
 *   - The time of a head refill does not change while its thread is here (or is seen to have, once
 *     that breaks the order).
 *
 * All of a tree's levels down to its rank are full: below a thread of rank r there are, with it, at
 * least 2^r - 1. With n threads no rank, hence no right spine, is longer than log2(n + 1), however
 * long the ways on the left become.
 *
 * Two heaps are merged along their right spines, which is all that insertion (a heap of one) and
 * removal (the two below the one that goes) consist of: at most 2 log2(n + 1) comparisons. After a
 * removal the ranks above are put right, upwards for as long as they change. That is not far: a
 * rank only changes with that of the lesser child, so on the way up the old ranks, if they grow, or
 * the new ones, if they shrink, are one more at each step, and none exceeds log2(n + 1).
 *
 * So no operation takes long even once. A heap that is fast only on the average would let a user
 * choose the moment of the slow case.
 *
 * Source: Crane 1972; Knuth, "The Art of Computer Programming" vol. 3, 5.2.3; Tarjan, "Data
 * Structures and Network Algorithms", chapter 3. */
#include "kernel/mcs/sched_context.h"

static uint64_t release_time(struct kernel *k, const struct tcb *t)
{
    kassert(t->sched_context != 0);
    return refill_head(sched_context_of(k, t))->time;
}

/* Equal times keep the order in which they came. */
static bool comes_before(struct kernel *k, const struct tcb *a, const struct tcb *b)
{
    uint64_t a_time = release_time(k, a);
    uint64_t b_time = release_time(k, b);

    return a_time != b_time ? a_time < b_time : a->release.serial < b->release.serial;
}

static uint64_t rank_at(struct kernel *k, kaddr address)
{
    return address == 0 ? 0 : tcb_at(k, address)->release.rank;
}

/* Where a heap hangs: a link of the thread above it, or the root's, above which there is nobody. */
struct place {
    struct tcb *above;
    kaddr *link;
};

static struct place place_of(struct kernel *k, const struct tcb *t)
{
    struct tcb *above = tcb_at(k, t->release.parent);
    kaddr *link = &k->release_root;

    if (above && above->release.left == kernel_address(k, t))
        link = &above->release.left;
    else if (above)
        link = &above->release.right;
    kassert(*link == kernel_address(k, t));
    return (struct place){above, link};
}

/* NULL: nothing hangs there. */
static void hang(struct kernel *k, struct place place, struct tcb *heap)
{
    *place.link = heap ? kernel_address(k, heap) : 0;
    if (heap)
        heap->release.parent = place.above ? kernel_address(k, place.above) : 0;
}

/* From a thread whose children have changed upwards, until a rank stays what it was: nobody above
   sees a difference. */
static void restore_ranks(struct kernel *k, struct tcb *t)
{
    for (; t; t = tcb_at(k, t->release.parent)) {
        struct release_node *node = &t->release;
        uint64_t rank;

        if (rank_at(k, node->left) < rank_at(k, node->right)) {
            kaddr left = node->left;

            node->left = node->right;
            node->right = left;
        }
        rank = rank_at(k, node->right) + 1;
        if (node->rank == rank)
            return;
        node->rank = rank;
    }
}

/* Of the two heaps' first threads the one that comes before hangs at `place`; what is below it on
   the right and the other heap are merged next, below it. Each thread passed has a new heap on its
   right and no rank until restore_ranks has come by, which therefore does not end among them. */
static void merge(struct kernel *k, struct place place, struct tcb *a, struct tcb *b)
{
    while (a && b) {
        bool a_is_first = comes_before(k, a, b);
        struct tcb *first = a_is_first ? a : b;

        hang(k, place, first);
        first->release.rank = 0;
        place = (struct place){first, &first->release.right};
        b = a_is_first ? b : a;
        a = tcb_at(k, first->release.right);
    }
    hang(k, place, a ? a : b);
    restore_ranks(k, place.above);
}

void release_enqueue(struct kernel *k, struct tcb *t)
{
    kassert(!t->is_queued && !t->awaits_budget);
    kassert(t->release.parent == 0 && t->release.left == 0 && t->release.right == 0);
    t->awaits_budget = true;
    t->release.rank = 1;
    t->release.serial = ++k->release_serial;
    merge(k, (struct place){NULL, &k->release_root}, tcb_at(k, k->release_root), t);
    k->sets_deadline = true;
}

void release_remove(struct kernel *k, struct tcb *t)
{
    kassert(!t->awaits_budget || !t->is_queued);
    if (!t->awaits_budget)
        return;
    merge(k, place_of(k, t), tcb_at(k, t->release.left), tcb_at(k, t->release.right));
    t->awaits_budget = false;
    t->release = (struct release_node){0};
    k->sets_deadline = true;
}

/* The current thread is never here: it has budget, or it would not run. */
void release_wake(struct kernel *k)
{
    struct tcb *t;

    while ((t = tcb_at(k, k->release_root)) != NULL &&
           refill_is_ready(sched_context_of(k, t), k->now)) {
        kassert(kernel_address(k, t) != k->current);
        release_remove(k, t);
        scheduler_wake(k, t);
    }
}
