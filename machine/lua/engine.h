/* SPDX-License-Identifier: MIT */
/* The engine for Lua threads: what "running a thread" means on this machine.
 *
 * A thread is a coroutine of the lua_State that lives in its VSpace's heap. It runs until it makes a
 * kernel entry after which another thread is current, or until an interrupt is due. */
#ifndef MACHINE_LUA_ENGINE_H
#define MACHINE_LUA_ENGINE_H

#include "machine/machine.h"

/* Runs kernel_current(p->kernel), which is `thread` and has a Lua heap, until the kernel has another
   current thread, an interrupt is pending, the machine is halted or its time limit is reached.
   Every trap, fault and return of the thread has been made a kernel entry when this returns. */
void lua_engine_run(struct platform *p, struct tcb *thread);

/* The same from within another thread's trap, on its C stack; false: that is not possible, and
   nothing has been done. Nothing is done in there that could destroy a heap (trap.c). */
bool lua_engine_run_nested(struct platform *p, struct tcb *thread);

/* From now on the ticks of the host's timer preempt, if there is one and it is free; and no more.
   To be called where no Lua thread runs, or where those that did are never used again. */
void lua_engine_start_ticks(struct platform *p);
void lua_engine_stop_ticks(struct platform *p);

/* Where the engine stands in a thread: "file.lua:12", for tables of threads; NULL if unknown. Copies
   at most `size` bytes with the final NUL. */
const char *lua_engine_where(struct platform *p, struct tcb *thread, char *text, size_t size);

/* Text and traceback of the thread's last uncaught Lua error, or of the last fault that stopped it
   because no handler could be told; NULL if it had none. Valid until the heap's threads run again. */
const char *lua_engine_fault_text(struct platform *p, struct tcb *thread, size_t *length);

#endif
