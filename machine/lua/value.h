/* SPDX-License-Identifier: MIT */
/* What a C function does with a value that may have metamethods, so that they can be left like
 * any other code of the program's. Each does as the Lua operation does, and if a metamethod is
 * called that yields, `go_on` continues with `context` and the result on top. */
#ifndef MACHINE_LUA_VALUE_H
#define MACHINE_LUA_VALUE_H

#include "machine/lua/compat.h"

/* Replaces the key on top by value[key], the value being at `index`. */
void value_get(lua_State *L, int index, lua_KContext context, lua_KFunction go_on);

/* tostring: pushes the text of the value at `index`; value_check_text has to be called with it. */
void value_to_text(lua_State *L, int index, lua_KContext context, lua_KFunction go_on);
void value_check_text(lua_State *L);

/* Prepares a new state whose basic functions are there. */
void value_open(lua_State *L);

/* Pushes a function of library/FILE.lua, which is loaded when its first function is needed. */
void value_push_lua(lua_State *L, const char *file, const char *name);

#endif
