/* SPDX-License-Identifier: MIT */
/* The timer of POSIX hosts, as a Lua module: a clock, and ticks for machines (struct host_timer).
 * Unlike the rest of host/ it calls the C library. The executable has it, and selvm_timer.so.
 *
 * A tick is SIGURG, sent by a POSIX timer between start and stop of one machine at a time, in the
 * whole process. That signal is the one whose loss and whose appearance out of nowhere harm least:
 * by default it is ignored, so that one that is late does not end the process. What it did before
 * is restored by stop, as is whether it was blocked. System calls go on after it (SA_RESTART), but
 * those that wait for a time or for descriptors end early, as after any signal.
 *
 * The handler may interrupt anything, such as malloc. It calls pthread_self, pthread_equal,
 * pthread_kill and clock_gettime, which POSIX allows; touches words that are atomic, or that do not
 * change between start and stop; keeps errno; and calls the machine's tick, which must be like
 * that, too (machine/host_timer.h). If the system picks another OS thread for the signal, it is
 * sent on to the one that runs the machine, for no other may touch its Lua states. */
#ifndef HOST_TIMER_H
#define HOST_TIMER_H

#include <lua.h>

/* Opens the module `selvm_timer`, a table:
 *     handle    light userdata, struct host_timer: option `timer` of selvm.machine takes the table
 *     time() -> microseconds since some moment, never fewer than before
 *     sleep(us)   waits for at least so long; ticks do not end it, nor does any other signal
 *     ticks() -> how many there have been in this process, for tests
 * In a build without it (no_timer.c) the module is `false`. */
__attribute__((visibility("default"))) int luaopen_selvm_timer(lua_State *L);

#endif
