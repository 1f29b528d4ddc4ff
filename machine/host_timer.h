/* SPDX-License-Identifier: MIT */
/* A timer that the host program may lend to machines with its clock: the clock itself, and ticks.
 * host/timer/ has one for POSIX hosts.
 *
 * A tick may come at any moment, as a signal handler does, but on the OS thread that has called
 * `start` and with no other tick at the same time. What it is made to do (machine/lua/preemption.c)
 * is safe then: single words of the machine, and lua_sethook on the Lua state that runs. */
#ifndef MACHINE_HOST_TIMER_H
#define MACHINE_HOST_TIMER_H

#include <stdbool.h>
#include <stdint.h>

struct host_timer {
    /* Nanoseconds since some moment; never fewer than before. Also called without `start`, and by
       the tick. */
    uint64_t (*now_ns)(void);

    /* From now on, calls tick(argument) every `period_ns`. False: it cannot be, such as because
       another machine has the ticks; nothing has been changed. */
    bool (*start)(void (*tick)(void *argument), void *argument, uint64_t period_ns);

    /* After a `start` that has answered true, on the same OS thread: no tick comes any more. */
    void (*stop)(void);
};

#endif
