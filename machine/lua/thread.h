/* SPDX-License-Identifier: MIT */
/* Threads of a Lua process: their records, how one begins to run somewhere, and how it ends. */
#ifndef MACHINE_LUA_THREAD_H
#define MACHINE_LUA_THREAD_H

#include "machine/lua/trap.h"

/* The record of a TCB, made if there is none in this process; NULL: no room in the heap. */
struct lua_thread *thread_of(struct process *process, struct tcb *t);

/* The record of a TCB, whatever its process; NULL: none. */
struct lua_thread *thread_find(const struct tcb *t);

/* Gives back what threads left behind whose TCBs have been destroyed. */
void threads_sweep(struct process *process);

/* Makes a new coroutine stand at the thread's next_pc; the one before is dropped. True: it is to be
   resumed with `*arguments` values. False: that is no place to run; the fault has been raised. */
bool thread_enter(struct lua_thread *thread, int *arguments);

/* The coroutine has returned, or raised an error that nobody caught: the kernel is told. */
void thread_returned(struct lua_thread *thread);
void thread_failed(struct lua_thread *thread);

/* A fault has been raised for the thread, with no Lua code of it active: if that has stopped it,
   because there was no handler to tell, it is counted and described like an error. */
void thread_faulted(struct lua_thread *thread);

/* The thread has ended so before and is resumed where it stood: the same once more. */
void thread_end_again(struct lua_thread *thread);

/* Keeps the text of an error; without room for it the thread has failed all the same. */
void thread_keep_error(struct lua_thread *thread, const char *text, size_t length);

/* Text of its last uncaught error; NULL: none. */
const char *thread_error_text(const struct lua_thread *thread, size_t *length);

/* --- functions as entry points (entry_points.c) ------------------------------------------------- */

/* Where addresses that Entry gives begin, and their distance. */
#define ENTRY_POINT_BASE UINT64_C(0x4c0000000000)
enum { ENTRY_POINT_SPACING = 16 };

/* Whether an address is of that kind, whether or not there is a function. */
bool entry_point_is_address(uint64_t address);

/* Pushes the function of the address; or nil. */
void entry_point_push(lua_State *L, uint64_t address);

/* seL4.Entry(fn) -> address */
int entry_point_stub(lua_State *L);

#endif
