/* SPDX-License-Identifier: MIT */
/* Lets the kernel schedule sets of tasks on the null platform, and prints who ran when.
 *
 * Input, any number of sets:
 *
 *     set DURATION TASKS
 *     task PRIORITY BUDGET PERIOD EXTRA_REFILLS SPORADIC WORK SLEEP      (so many of them)
 *
 * Times are microseconds. A task computes for WORK, waits for a signal that comes SLEEP later, and
 * so on; WORK 0: it computes for ever. Output: for each set a line "set", then "TIME TASK" for each
 * switch, TASK from 0, -1: nobody. Kernel entries take no time. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/kernel/system.h"

enum { TASKS_MAX = 16, FIRST_LINE = 1 };

struct task {
    uint64_t work, sleep;
    uint64_t notification;
    struct tcb *tcb;
    uint64_t left;      /* of this round's work */
    uint64_t signal_at; /* UINT64_MAX: it does not wait */
    uint64_t call;      /* address of the call that it is making; 0: it computes */
};

static struct system machine;
static struct task tasks[TASKS_MAX];
static unsigned task_count;

static uint64_t now(void)
{
    return machine.platform.time_us;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* --- setting up ------------------------------------------------------------------------------- */

/* The interrupt line that signals the task's notification stands for whatever it waits for. */
static void make_signal(struct task *task, unsigned index)
{
    struct system *s = &machine;
    uint64_t handler = slot_new(s);

    task->notification = make(s, ABI_TYPE_NOTIFICATION, 0);
    need_success(s, invoke(s, ROOT_IRQ_CONTROL, ABI_IRQ_CONTROL_GET, CAPS(ROOT_CNODE),
                           WORDS(FIRST_LINE + index, handler, 64)),
                 "making an interrupt handler");
    need_success(s, invoke(s, handler, ABI_IRQ_HANDLER_SET_NOTIFICATION,
                           CAPS(task->notification), NO_WORDS),
                 "giving it a notification");
}

static void read_task(struct task *task, unsigned index)
{
    struct system *s = &machine;
    struct context_options context = {.size_bits = 9};
    uint64_t priority, thread;
    unsigned sporadic;

    if (scanf(" task %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %u %" SCNu64 " %" SCNu64,
              &priority, &context.budget, &context.period, &context.extra_refills, &sporadic,
              &task->work, &task->sleep) != 7)
        system_fail("task %u of a set is not right", index);
    context.is_sporadic = sporadic != 0;
    thread = make_thread(s, (struct thread_options){.priority = (uint8_t)priority,
                                                    .is_passive = true});
    need_success(s, invoke(s, make_context(s, context), ABI_SCHED_CONTEXT_BIND, CAPS(thread),
                           NO_WORDS),
                 "binding a scheduling context");
    make_signal(task, index);
    task->tcb = tcb_of(s, thread);
    task->left = task->work;
    task->signal_at = UINT64_MAX;
    task->call = 0;
    resume(s, thread);
}

/* --- running ---------------------------------------------------------------------------------- */

static struct task *running(void)
{
    for (unsigned i = 0; i < task_count; i++)
        if (tasks[i].tcb == current(&machine))
            return &tasks[i];
    return NULL;
}

static void note_switch(void)
{
    static const struct task *last;
    static uint64_t last_start;
    const struct task *task = running();

    if (task == last && now() >= last_start && now() != 0)
        return;
    last = task;
    last_start = now();
    printf("%" PRIu64 " %d\n", now(), task ? (int)(task - tasks) : -1);
}

/* The task's work is done: it waits, unless its budget ends just now; then it calls once more. */
static void make_call(struct task *task)
{
    struct system *s = &machine;

    task->tcb->registers[REG_A0] = task->notification;
    task->call = trap(s, ABI_WAIT);
    if (task->tcb->state == THREAD_BLOCKED_ON_NOTIFICATION)
        task->signal_at = now() + task->sleep;
}

static void raise_signals(void)
{
    for (unsigned i = 0; i < task_count; i++) {
        if (tasks[i].signal_at > now())
            continue;
        tasks[i].signal_at = UINT64_MAX;
        tasks[i].left = tasks[i].work;
        tasks[i].call = 0;
        platform_irq_mask(&machine.platform, FIRST_LINE + i, false);
        platform_irq_ack(&machine.platform, FIRST_LINE + i);
        null_platform_raise(&machine.platform, FIRST_LINE + i);
    }
}

static uint64_t next_event(const struct task *task)
{
    uint64_t next = machine.platform.deadline_us;

    for (unsigned i = 0; i < task_count; i++)
        next = least(next, tasks[i].signal_at);
    if (task && task->call != 0)
        return least(next, now());
    if (task && task->work != 0)
        return least(next, now() + task->left);
    return next;
}

static void step(uint64_t next)
{
    struct task *task = running();

    if (task && task->work != 0 && task->call == 0)
        task->left -= next - now();
    machine.platform.time_us = next;
    raise_signals();
    if (platform_irq_pending(&machine.platform))
        kernel_interrupt(machine.k);
    else
        make_call(task);
    if (task && machine.has_trouble)
        system_fail("an invariant is broken: %s", machine.report.text);
    system_check(&machine);
}

static void run_set(uint64_t duration)
{
    printf("set\n");
    system_boot(&machine, (struct system_options){.memory_mib = 16});
    for (unsigned i = 0; i < task_count; i++)
        read_task(&tasks[i], i);
    receive(&machine, make(&machine, ABI_TYPE_NOTIFICATION, 0)); /* the root thread, for ever */
    note_switch();
    for (uint64_t next = next_event(running()); next <= duration; next = next_event(running())) {
        step(next);
        note_switch();
    }
    system_free(&machine);
}

int main(void)
{
    uint64_t duration;

    while (scanf(" set %" SCNu64 " %u", &duration, &task_count) == 2) {
        if (task_count > TASKS_MAX)
            system_fail("a set has more than %d tasks", TASKS_MAX);
        run_set(duration);
    }
    return 0;
}
