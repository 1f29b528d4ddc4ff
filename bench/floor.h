/* SPDX-License-Identifier: MIT */
/* The module floor, for bench/. */
#ifndef BENCH_FLOOR_H
#define BENCH_FLOOR_H

#include <lua.h>

int luaopen_floor(lua_State *L);

#endif
