/* SPDX-License-Identifier: MIT */
/* What a Lua program finds: the bounded standard library and module seL4. */
#ifndef MACHINE_LUA_LIBRARY_H
#define MACHINE_LUA_LIBRARY_H

#include "machine/lua/process.h"

/* Opens everything in a new state; may raise an error for want of memory. */
void library_open(lua_State *L);

/* Each sets what is in its file. */
void base_library_open(lua_State *L);   /* base_library.c */
void string_library_open(lua_State *L); /* string_library.c: string, tonumber */
void utf8_library_open(lua_State *L);   /* utf8_library.c */
void table_library_open(lua_State *L);  /* table_library.c */
void require_open(lua_State *L);        /* require.c; the basic functions are there */

/* Each pushes one table. */
void coroutine_library_push(lua_State *L); /* coroutine.c */
void sel4_library_push(lua_State *L);      /* sel4_library.c */

/* Puts our function before Lua's of that name in the table on top, if there is one: that is the
   upvalue of ours. */
void library_wrap(lua_State *L, const char *name, lua_CFunction ours);

/* For a function so put: does as Lua's with what is on the stack, as if it were that, so that
   its errors say where and in which function. Lua's must not have upvalues. */
int library_call_original(lua_State *L);

/* A function to be put so: pays for the number of results of Lua's (work.h). */
int library_pay_for_results(lua_State *L);

void library_remove(lua_State *L, const char *name);

/* Loads the text of a module of the thread's program image and pushes its chunk. Returns LUA_OK, or
   another status with the error's text pushed. `record` lies in `image`. */
int library_load_module(lua_State *L, const struct image *image,
                        const struct image_record *record);

#endif
