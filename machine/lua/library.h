/* SPDX-License-Identifier: MIT */
/* What a Lua program finds: the bounded standard library and module seL4. */
#ifndef MACHINE_LUA_LIBRARY_H
#define MACHINE_LUA_LIBRARY_H

#include "machine/lua/process.h"

/* Opens everything in a new state; may raise an error for want of memory. */
void library_open(lua_State *L);

/* Each pushes one table. */
void coroutine_library_push(lua_State *L); /* coroutine.c */
void sel4_library_push(lua_State *L);      /* sel4_library.c */

/* Loads the text of a module of the thread's program image and pushes its chunk. Returns LUA_OK, or
   another status with the error's text pushed. `record` lies in `image`. */
int library_load_module(lua_State *L, const struct image *image,
                        const struct image_record *record);

#endif
