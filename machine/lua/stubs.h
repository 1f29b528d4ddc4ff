/* SPDX-License-Identifier: MIT */
/* The functions of module seL4, by where they are, and how they read their arguments. */
#ifndef MACHINE_LUA_STUBS_H
#define MACHINE_LUA_STUBS_H

#include "machine/lua/trap.h"

/* Each sets some of the module's functions in the table on top. */
void stubs_ipc_set(lua_State *L);     /* system calls that pass messages */
void stubs_invoke_set(lua_State *L);  /* methods of objects */
void stubs_message_set(lua_State *L); /* packed words and the IPC buffer */
void stubs_fault_set(lua_State *L);   /* reading fault messages */
void stubs_memory_set(lua_State *L);  /* loads, stores, boot information */
void stubs_debug_set(lua_State *L);   /* debug calls, and raw system calls */

/* seL4.GetBootInfo() -> table */
int stub_get_boot_info(lua_State *L);

/* The argument at `index` of the function, called `parameter`; raises an error that says so if it is
   not a word: an integer, or a number with an integral value. */
uint64_t stub_convert_word(lua_State *L, int index, const char *function, const char *parameter);

/* Nearly all words are integers, and a message has six of them: only the others are converted. */
static inline uint64_t stub_word(lua_State *L, int index, const char *function,
                                 const char *parameter)
{
    if (lua_isinteger(L, index))
        return (uint64_t)lua_tointegerx(L, index, NULL);
    return stub_convert_word(L, index, function, parameter);
}

/* The same, from 0 to `max`. */
uint64_t stub_number(lua_State *L, int index, const char *function, const char *parameter,
                     uint64_t max);

/* A boolean, or 0 or 1. */
bool stub_bool(lua_State *L, int index, const char *function, const char *parameter);

/* A word that may be left out: then 0. */
static inline uint64_t stub_word_or_zero(lua_State *L, int index, const char *function,
                                         const char *parameter)
{
    if (lua_isinteger(L, index))
        return (uint64_t)lua_tointegerx(L, index, NULL);
    return lua_isnoneornil(L, index) ? 0 : stub_convert_word(L, index, function, parameter);
}

/* The IPC buffer of the running thread; raises an error for want of it: `what` needs it. */
struct ipc_buffer *stub_buffer(lua_State *L, const char *function, const char *what);

/* The running thread's message words 0 to 3 as the program sees them between calls: in its IPC
   buffer or, without one, in the engine's words of its TCB. */
struct user_word *stub_message_words(lua_State *L);

#endif
