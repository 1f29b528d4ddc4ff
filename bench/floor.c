/* SPDX-License-Identifier: MIT */
/* The floors that need C: what Lua itself takes for the least that a system call could be. */
#include "bench/floor.h"

#include <lauxlib.h>

static int go_on(lua_State *L, int status, lua_KContext context)
{
    (void)L;
    (void)status;
    (void)context;
    return 0;
}

/* Leaves the coroutine, without values. */
static int leave(lua_State *L)
{
    return lua_yieldk(L, 0, 0, go_on);
}

/* floor.switches(count): so many times two coroutines run in turn, each until it leaves: two raw
   switches, which a round trip between two threads has at the least. */
static int switches(lua_State *L)
{
    static const char program[] = "local leave = ... while true do leave() end";
    lua_Integer count = luaL_checkinteger(L, 1);
    lua_State *pair[2];

    for (int i = 0; i < 2; i++) {
        int results;

        pair[i] = lua_newthread(L);
        if (luaL_loadstring(pair[i], program) != LUA_OK)
            return luaL_error(L, "%s", lua_tostring(pair[i], -1));
        lua_pushcfunction(pair[i], leave);
        lua_resume(pair[i], L, 1, &results);
    }
    for (lua_Integer i = 0; i < count; i++) {
        for (int side = 0; side < 2; side++) {
            int results;

            if (lua_resume(pair[side], L, 0, &results) != LUA_YIELD)
                return luaL_error(L, "the coroutine has ended");
        }
    }
    return 0;
}

/* floor.call(a, b, c, d, e, f): five results: a C call with a system call's arguments. */
static int call(lua_State *L)
{
    lua_Integer words[6];

    for (int i = 0; i < 6; i++)
        words[i] = luaL_checkinteger(L, i + 1);
    for (int i = 0; i < 5; i++)
        lua_pushinteger(L, words[i] ^ words[5]);
    return 5;
}

int luaopen_floor(lua_State *L)
{
    static const luaL_Reg functions[] = {{"switches", switches}, {"call", call}, {NULL, NULL}};

    luaL_newlib(L, functions);
    return 1;
}
