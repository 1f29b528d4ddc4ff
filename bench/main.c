/* SPDX-License-Identifier: MIT */
/* Runs bench/bench.lua with the machine and the floors linked in, so that both are measured in one
 * process, with one Lua library. */
#include <lauxlib.h>
#include <lualib.h>
#include <stdbool.h>
#include <stdio.h>

#include "bench/floor.h"
#include "host/module.h"
#include "host/timer/timer.h"

int main(int argc, char **argv)
{
    lua_State *L = luaL_newstate();
    bool has_failed;

    if (L == NULL)
        return 70;
    luaL_openlibs(L);
    luaL_requiref(L, "selvm", luaopen_selvm, 0);
    luaL_requiref(L, "floor", luaopen_floor, 0);
    luaL_requiref(L, "selvm_timer", luaopen_selvm_timer, 0);
    lua_pop(L, 3);
    lua_createtable(L, argc, 0);
    for (int i = 1; i < argc; i++) {
        lua_pushstring(L, argv[i]);
        lua_rawseti(L, -2, i);
    }
    lua_setglobal(L, "arg");
    has_failed = luaL_dofile(L, "bench/bench.lua");
    if (has_failed)
        fprintf(stderr, "bench: %s\n", lua_tostring(L, -1));
    else
        has_failed = !lua_toboolean(L, -1);
    lua_close(L);
    return has_failed;
}
