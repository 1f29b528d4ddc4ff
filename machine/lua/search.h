/* SPDX-License-Identifier: MIT */
/* string.find, match, gmatch and gsub: as in the manual of Lua, but they can be left at any
   step. */
#ifndef MACHINE_LUA_SEARCH_H
#define MACHINE_LUA_SEARCH_H

#include "machine/lua/compat.h"

int search_find(lua_State *L);
int search_match(lua_State *L);
int search_gmatch(lua_State *L);
int search_gsub(lua_State *L);

#endif
