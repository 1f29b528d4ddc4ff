/* SPDX-License-Identifier: MIT */
/* How a Lua thread enters the kernel and comes back.
 *
 * A stub, a C function that the program calls, writes registers and makes the kernel entry itself,
 * on the thread's own C stack. If the thread goes on after it, the stub returns at once. If not,
 * the coroutine yields to the run loop; when the thread is resumed, its registers say where: after
 * the trap, then the stub finishes, or at the trap, then it is made again.
 *
 * Positions. A coroutine stands at one place at a time, so that place gets a token instead of an
 * address: REG_PC holds the token, next_pc the token (do it again) or the token + 4 (go on after
 * it). Only when somebody reads the registers, platform_thread_sync replaces the token by the
 * address of the source line in the image; from then on both forms mean the position. Any other
 * next_pc is a new entry (thread.h). */
#ifndef MACHINE_LUA_TRAP_H
#define MACHINE_LUA_TRAP_H

#include "machine/lua/process.h"

/* What a stub does around its kernel entries. */
struct operation {
    /* The entry has been made, or the pause is over: pushes results. It is given the operation
       itself, which may be part of something larger. */
    int (*finish)(lua_State *L, const struct operation *operation);
    int (*again)(lua_State *L); /* does it all again; NULL: the system call in the registers */
    bool is_pause;              /* of trap_pause: nothing is to be made again */
};

enum position { POSITION_ELSEWHERE, POSITION_AT, POSITION_AFTER };

/* Where the thread is to go on. */
enum position position_of(const struct tcb *t);

/* The thread stands at a new place: a trap that it would go on after, or just a place. */
enum position_kind { POSITION_OF_TRAP, POSITION_OF_STOP };
void position_set(struct platform *p, struct lua_thread *thread, enum position_kind kind);

/* The thread stands nowhere: it is to be entered anew. */
void position_clear(struct tcb *t);

/* Fills in thread->place and line from the stack of thread->innermost; false if there is no line of
   a module there. */
bool position_find_place(struct lua_thread *thread);

/* The address of the source line, found now; 0 if it cannot be. */
uint64_t position_real(struct lua_thread *thread);

/* The thread that runs, from its Lua state. */
struct tcb *trap_current(lua_State *L);

/* Whether a thread runs, and its coroutine and all that have resumed it can yield. */
static inline bool trap_can_yield(lua_State *L)
{
    const struct process *process = process_of_state(L);

    return process->active != NULL && process->active->unyieldable_resumes == 0 &&
           lua_isyieldable(L);
}

/* Raises the error of a stub that cannot enter the kernel; never returns. */
RARE void trap_refuse(lua_State *L, const char *name);

/* The thread that runs, for a stub that is about to enter the kernel. Raises an error if the
   coroutine could not yield; `name` is the stub's for the error. */
static inline struct tcb *trap_begin(lua_State *L, const char *name)
{
    if (!trap_can_yield(L))
        trap_refuse(L, name);
    return process_of_state(L)->active->tcb;
}

/* The name of the C function whose callback is running, for people; some values are left on the
   stack, the text among them. */
const char *trap_callback_host(lua_State *L);

/* Enter the kernel; to be returned from the stub. trap_begin has been called. */
int trap_syscall(lua_State *L, const struct operation *operation, int64_t number);
int trap_vm_fault(lua_State *L, const struct operation *operation, uint64_t vaddr, uint64_t cause);
int trap_exception(lua_State *L, const struct operation *operation, uint64_t number, uint64_t code);

/* Lets the thread be preempted where it stands, if an interrupt is due and it can yield; then, or
   else at once, the operation is finished. To be returned from the stub. */
int trap_pause(lua_State *L, const struct operation *operation);

/* What the run loop does for REQUEST_SYSCALL. */
void trap_syscall_outside(struct platform *p, struct tcb *t);

/* The operation without results. */
int trap_finish_nothing(lua_State *L, const struct operation *operation);

enum { HOOK_INSTRUCTIONS = 1000 }; /* of the VM, at most, between two looks at the clock */

/* Arms or disarms the count hook of a coroutine, as clock_is_watched says. */
void preemption_update(lua_State *L, const struct process *process);

/* Raises an error from a hook, without a value and without taking memory. No message handler
   sees it, since there are none (base_library.c has its own xpcall): one would run with hooks
   switched off. */
void preemption_raise(lua_State *L);

#endif
