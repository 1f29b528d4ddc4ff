/* SPDX-License-Identifier: MIT */
/* The run loop: gives the processor to whom the kernel names, and interrupts to the kernel. */
#include "kernel/flavour.h"
#include "machine/lua/engine.h"
#include "machine/rv64/engine.h"

/* Nothing can run and nothing will happen by itself: whether the system has done its work. */
static enum stop_reason reason_of_silence(struct kernel *k)
{
    const struct tcb *root = tcb_at(k, k->root_thread);

    if (root == NULL || root->has_ended)
        return STOP_IDLE;
    if (root->state == THREAD_INACTIVE && root->fault.kind == FAULT_NONE)
        return STOP_IDLE; /* it has suspended itself, or been suspended */
    return STOP_DEADLOCK;
}

/* Classic: whether the domain whose turn it is keeps it for more ticks than the clock can count, as
   the only one of the schedule that a machine has at first. */
static bool turn_is_endless(const struct kernel *k)
{
    return k->flavour->configuration == CONFIGURATION_CLASSIC &&
           k->domain_time_ticks > UINT64_MAX / (TICK_US * NS_PER_US);
}

/* Whether nothing will ever happen by itself. With several domains the kernel's timer goes on, but
   ticks alone wake nobody. */
static bool is_silent(struct platform *p)
{
    bool alarm_is_awaited = p->rtc.is_armed && p->rtc.is_enabled;

    if (clock_next_event(p) == UINT64_MAX)
        return true;
    return p->kernel->domain_count > 1 && !alarm_is_awaited &&
           (turn_is_endless(p->kernel) || !scheduler_has_later(p->kernel));
}

/* Nobody can run: lets time pass to the next event. STOP_NONE: go on. */
static enum stop_reason wait_for_event(struct platform *p)
{
    uint64_t event = clock_next_event(p);

    if (is_silent(p))
        return reason_of_silence(p->kernel);
    if (event > p->stop_time_ns)
        event = p->stop_time_ns;
    return clock_wait(p, event) ? STOP_NONE : STOP_LIMIT;
}

/* One turn: a check, an interrupt, a wait, or a thread until it has to be left. */
static enum stop_reason turn(struct platform *p)
{
    struct kernel *k = p->kernel;
    struct tcb *thread;

    p->is_unwinding = false;
    if (p->is_halted)
        return STOP_HALTED;
    if (clock_now(p) >= p->stop_time_ns)
        return STOP_LIMIT;
    devices_update(p);
    if (clock_interrupt_is_due(p)) {
        clock_advance(p, ENTRY_COST_NS);
        rv64_engine_interrupted(p);
        kernel_interrupt(k);
        return STOP_NONE;
    }
    thread = kernel_current(k);
    if (thread == NULL)
        return wait_for_event(p);
    if (heap_of_thread(k, thread) != NULL)
        lua_engine_run(p, thread);
    else
        rv64_engine_run(p, thread);
    return STOP_NONE;
}

enum stop_reason machine_run(struct platform *p)
{
    enum stop_reason reason = STOP_NONE;

    while (reason == STOP_NONE)
        reason = turn(p);
    console_flush(p);
    return reason;
}
