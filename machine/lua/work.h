/* SPDX-License-Identifier: MIT */
/* Work that C functions do for a program. The hook counts the VM's instructions only, so a function
 * whose work depends on its arguments says how much it has done, in instructions' worth, and now
 * and then asks whether the thread has to be left:
 *
 *     work_done(process, 4096 / WORK_BYTES);
 *     if (work_is_over(L))
 *         return work_leave(L, context, go_on);
 *
 * Where the coroutine cannot yield, work_is_over answers false, until the thread has stayed too
 * long: then it is killed, as it would be in a callback (preemption.c). */
#ifndef MACHINE_LUA_WORK_H
#define MACHINE_LUA_WORK_H

#include "machine/lua/process.h"

enum {
    WORK_BYTES = 32,       /* so many are copied or compared in the time of an instruction */
    WORK_LOAD_BYTES = 4,   /* that many are compiled in the time of 16 */
    WORK_LOAD = 16,
    WORK_COLLECT_BYTES = 16, /* of a heap, marked and swept */
    WORK_SMALL = 256       /* instructions' worth that need not be mentioned */
};

/* Lets the time of so many instructions pass. If the running thread's time is up then, its hook
   comes at its next instruction. No effect while no thread of the process runs. */
void work_done(struct process *process, uint64_t instructions);

/* For the process that runs L; what is too little to be mentioned is left out. */
static inline void work_pay(lua_State *L, uint64_t instructions)
{
    if (instructions >= WORK_SMALL)
        work_done(process_of_state(L), instructions);
}

/* Whether the C function that runs has to be left by work_leave. May raise an error. */
bool work_is_over(lua_State *L);

/* Lets other threads run; later `go_on` continues, with the stack as it is. To be returned. */
int work_leave(lua_State *L, lua_KContext context, lua_KFunction go_on);

#endif
