/* SPDX-License-Identifier: MIT */
/* The scheduler: fixed priorities, first in first out within one, in O(1), per domain.
 *
 * The current thread is not in a queue. All other runnable threads of any domain are, so the queues
 * say who could run:
 *
 *     ready[domain].top      bit i: a priority from 64*i to 64*i+63 has threads
 *     ready[domain].words[i] bit j: priority 64*i+j has threads
 *     ready[domain].queues[priority]: head -> ... -> tail      (linked through the threads)
 *
 * During a kernel entry nobody switches. What happens is noted as one of three actions, and
 * scheduler_run draws the conclusion at the end:
 *
 *     KEEP_CURRENT         nothing that matters has happened
 *     SWITCH_TO_CANDIDATE  one thread was woken; it is not queued; the current one may go on or not
 *     CHOOSE_ANEW          more than that: look into the queues
 *
 * The candidate saves the queues from being touched on the common path, a call that is answered by
 * the thread it wakes. Details that a user can see (who is put at the head of a queue and who at
 * its tail) are seL4's. Manual section 6.1. */
#include "kernel/thread/scheduler.h"

#include "kernel/flavour.h"

/* A domain's queues. */
static struct ready_queues *queues_of(struct kernel *k, unsigned domain)
{
    kassert(domain < k->domain_count);
    return (struct ready_queues *)kernel_pointer(k, k->ready) + domain;
}

/* --- ready queues ----------------------------------------------------------------------------- */

/* Both levels of bits, so that the highest priority is found in two steps. */
static void mark(struct ready_queues *r, unsigned priority)
{
    kassert(priority < PRIORITY_COUNT);
    r->words[priority / 64] |= UINT64_C(1) << (priority % 64);
    r->top |= UINT64_C(1) << (priority / 64);
}

/* The queue of this priority has become empty. */
static void unmark(struct ready_queues *r, unsigned priority)
{
    kassert(r->queues[priority].head == 0 && r->queues[priority].tail == 0);
    r->words[priority / 64] &= ~(UINT64_C(1) << (priority % 64));
    if (r->words[priority / 64] == 0)
        r->top &= ~(UINT64_C(1) << (priority / 64));
}

/* The highest priority of a domain that has threads, or -1. */
static int highest_priority(const struct ready_queues *r)
{
    int word;

    if (r->top == 0)
        return -1;
    word = 63 - __builtin_clzll(r->top);
    return word * 64 + 63 - __builtin_clzll(r->words[word]);
}

enum queue_end { AT_HEAD, AT_TAIL };

/* A thread that is in its queue already keeps its place. */
static void insert(struct kernel *k, struct tcb *t, enum queue_end end)
{
    struct ready_queues *r = queues_of(k, t->domain);
    struct ready_queue *queue = &r->queues[t->priority];
    kaddr address = kernel_address(k, t);

    kassert(t->state != THREAD_IDLE && !t->awaits_budget);
    if (t->is_queued)
        return;
    t->is_queued = true;
    t->ready_previous = end == AT_HEAD ? 0 : queue->tail;
    t->ready_next = end == AT_HEAD ? queue->head : 0;
    if (t->ready_previous)
        tcb_at(k, t->ready_previous)->ready_next = address;
    else
        queue->head = address;
    if (t->ready_next)
        tcb_at(k, t->ready_next)->ready_previous = address;
    else
        queue->tail = address;
    mark(r, t->priority);
}

/* For threads that had the processor, or were to have it. */
void scheduler_enqueue(struct kernel *k, struct tcb *t)
{
    insert(k, t, AT_HEAD);
}

/* For threads whose turn is over. */
void scheduler_append(struct kernel *k, struct tcb *t)
{
    insert(k, t, AT_TAIL);
}

/* From anywhere; the last one takes its priority's bit along. */
void scheduler_dequeue(struct kernel *k, struct tcb *t)
{
    struct ready_queues *r;
    struct ready_queue *queue;

    if (!t->is_queued)
        return;
    r = queues_of(k, t->domain);
    queue = &r->queues[t->priority];
    if (t->ready_previous)
        tcb_at(k, t->ready_previous)->ready_next = t->ready_next;
    else
        queue->head = t->ready_next;
    if (t->ready_next)
        tcb_at(k, t->ready_next)->ready_previous = t->ready_previous;
    else
        queue->tail = t->ready_previous;
    t->is_queued = false;
    t->ready_next = 0;
    t->ready_previous = 0;
    if (queue->head == 0)
        unmark(r, t->priority);
}

/* --- what happens during an entry ------------------------------------------------------------- */

/* Being runnable is the thread's business, having time that of the configuration. */
bool scheduler_can_run(struct kernel *k, const struct tcb *t)
{
    return thread_is_runnable(t) && k->flavour->has_time(k, t);
}

bool scheduler_has_equals(struct kernel *k, const struct tcb *t)
{
    return queues_of(k, t->domain)->queues[t->priority].head != 0;
}

bool scheduler_is_highest(struct kernel *k, unsigned priority)
{
    return highest_priority(queues_of(k, k->current_domain)) <= (int)priority;
}

/* The candidate joins the others: it has no claim any more but its priority. */
void scheduler_reschedule(struct kernel *k)
{
    struct tcb *candidate = tcb_at(k, k->candidate);

    if (k->action == SWITCH_TO_CANDIDATE && scheduler_can_run(k, candidate))
        scheduler_enqueue(k, candidate);
    k->action = CHOOSE_ANEW;
    k->candidate = 0;
}

/* Whoever runs may stop itself; that alone makes a new choice necessary. */
void scheduler_set_state(struct kernel *k, struct tcb *t, enum thread_state state)
{
    t->state = (uint8_t)state;
    if (t == tcb_at(k, k->current) && k->action == KEEP_CURRENT &&
        !scheduler_can_run(k, t))
        scheduler_reschedule(k);
}

/* Nobody is switched to before the entry ends; a second thread that is woken ends the short
   cut. */
void scheduler_wake(struct kernel *k, struct tcb *t)
{
    kassert(thread_is_runnable(t));
    if (!k->flavour->has_time(k, t))
        return; /* it is woken when it has */
    if (t->domain != k->current_domain) {
        scheduler_enqueue(k, t);
    } else if (k->action != KEEP_CURRENT) {
        scheduler_reschedule(k); /* two were woken: both are queued */
        scheduler_enqueue(k, t);
    } else {
        k->action = SWITCH_TO_CANDIDATE;
        k->candidate = kernel_address(k, t);
    }
}

/* Takes the candidate out of consideration if it is this thread, so that it may change its
   queue. */
static void withdraw(struct kernel *k, struct tcb *t)
{
    if (k->action == SWITCH_TO_CANDIDATE && tcb_at(k, k->candidate) == t)
        scheduler_reschedule(k);
    scheduler_dequeue(k, t);
}

/* A runnable thread is as if woken anew, at its new priority. */
void scheduler_set_priority(struct kernel *k, struct tcb *t, uint8_t priority)
{
    withdraw(k, t);
    t->priority = priority;
    if (!thread_is_runnable(t))
        return;
    if (t == tcb_at(k, k->current))
        scheduler_reschedule(k);
    else
        scheduler_wake(k, t);
}

/* Queued but not woken: it runs when a choice is made for another reason. */
void scheduler_set_domain(struct kernel *k, struct tcb *t, uint8_t domain)
{
    kassert(domain < k->domain_count);
    withdraw(k, t);
    t->domain = domain;
    if (scheduler_can_run(k, t) && t != tcb_at(k, k->current))
        scheduler_enqueue(k, t);
    if (t == tcb_at(k, k->current))
        scheduler_reschedule(k);
}

/* --- the conclusion --------------------------------------------------------------------------- */

/* The next entry of the domain schedule; behind the last comes the start again. */
static void next_domain(struct kernel *k)
{
    kassert(k->schedule_start < k->schedule_length);
    k->schedule_index++;
    if (k->schedule_index >= k->schedule_length ||
        k->schedule[k->schedule_index].duration_ticks == 0)
        k->schedule_index = k->schedule_start;
    k->current_domain = (uint32_t)k->schedule[k->schedule_index].domain;
    k->domain_time_ticks = k->schedule[k->schedule_index].duration_ticks;
}

/* Whether the domain has a turn in the schedule from an entry on. */
static bool has_turn_from(const struct kernel *k, uint32_t domain, uint64_t index)
{
    for (; index < k->schedule_length && k->schedule[index].duration_ticks != 0; index++) {
        if (k->schedule[index].domain == domain)
            return true;
    }
    return false;
}

bool scheduler_has_later(struct kernel *k)
{
    for (uint32_t domain = 0; domain < k->domain_count; domain++) {
        if (highest_priority(queues_of(k, domain)) >= 0 &&
            (has_turn_from(k, domain, k->schedule_index) ||
             has_turn_from(k, domain, k->schedule_start)))
            return true;
    }
    return false;
}

/* The current thread stands in no queue. */
static void switch_to(struct kernel *k, struct tcb *t)
{
    kassert(t->state == THREAD_IDLE || scheduler_can_run(k, t));
    scheduler_dequeue(k, t);
    k->current = kernel_address(k, t);
}

/* A domain whose time is up is left only here. */
static void choose(struct kernel *k)
{
    struct ready_queues *r;
    int priority;

    if (k->domain_time_ticks == 0)
        next_domain(k);
    r = queues_of(k, k->current_domain);
    priority = highest_priority(r);
    switch_to(k, priority < 0 ? &k->idle : tcb_at(k, r->queues[priority].head));
}

/* One thread was woken. It runs now unless someone in the queues, or the current thread, has a
   better claim; a current thread of the same priority was there first. */
static void consider_candidate(struct kernel *k, struct tcb *current, bool was_runnable)
{
    struct tcb *candidate = tcb_at(k, k->candidate);
    bool is_below = current == &k->idle || candidate->priority < current->priority;

    if (is_below && !scheduler_is_highest(k, candidate->priority)) {
        scheduler_enqueue(k, candidate);
        choose(k);
    } else if (was_runnable && candidate->priority == current->priority) {
        scheduler_append(k, candidate);
        choose(k);
    } else {
        switch_to(k, candidate);
    }
}

/* The current thread goes back to its queue first, so it competes with the others. */
static void draw_conclusion(struct kernel *k)
{
    struct tcb *current = tcb_at(k, k->current);
    bool was_runnable = scheduler_can_run(k, current);

    if (was_runnable)
        scheduler_enqueue(k, current);
    if (k->action == SWITCH_TO_CANDIDATE)
        consider_candidate(k, current, was_runnable);
    else
        choose(k);
    k->action = KEEP_CURRENT;
    k->candidate = 0;
}

/* A thread that is to make its call again is put back to it at the last moment. */
void scheduler_run(struct kernel *k)
{
    struct tcb *t;

    k->flavour->before_choice(k);
    if (k->action != KEEP_CURRENT)
        draw_conclusion(k);
    t = tcb_at(k, k->current);
    if (t->state == THREAD_RESTART) {
        t->next_pc = t->registers[REG_PC];
        scheduler_set_state(k, t, THREAD_RUNNING);
    }
    k->flavour->end_entry(k);
}
