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

/* Whether they set a function of this name in the configuration. */
bool stubs_ipc_has(unsigned configuration, const char *name);
bool stubs_invoke_has(unsigned configuration, const char *name);

/* The text of an error on top, if it is that of calling nil for a function that only the other
   configuration has: that is added (stubs_elsewhere.c). */
void stubs_explain_nil(lua_State *L);

/* seL4.GetBootInfo() -> table */
int stub_get_boot_info(lua_State *L);

/* Raises the error of the argument at `index` of the function, called `parameter`, that is no word.
   Never returns. */
RARE uint64_t stub_refuse_word(lua_State *L, int index, const char *function,
                               const char *parameter);

/* The same, but an argument that is left out or nil is 0. */
RARE uint64_t stub_zero_or_refuse(lua_State *L, int index, const char *function,
                                  const char *parameter);

/* A word: an integer, or what Lua's own functions take for one: a number with an integral value, or
   the text of an integer. Raises an error that says which argument it is not. In line, since a
   message has six. */
static inline uint64_t stub_word(lua_State *L, int index, const char *function,
                                 const char *parameter)
{
    int is_integer;
    lua_Integer value = lua_tointegerx(L, index, &is_integer);

    return is_integer ? (uint64_t)value : stub_refuse_word(L, index, function, parameter);
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
    int is_integer;
    lua_Integer value = lua_tointegerx(L, index, &is_integer);

    return is_integer ? (uint64_t)value : stub_zero_or_refuse(L, index, function, parameter);
}

/* The IPC buffer of the running thread; raises an error for want of it: `what` needs it. */
struct ipc_buffer *stub_buffer(lua_State *L, const char *function, const char *what);

/* The running thread's message words 0 to 3 as the program sees them between calls: in its IPC
   buffer or, without one, in the engine's words of its TCB. */
struct user_word *stub_message_words(lua_State *L);

#endif
