/* SPDX-License-Identifier: MIT */
/* The floors that need C: what Lua itself takes for the least that a system call could be. */
#include "bench/floor.h"

#include <lauxlib.h>

enum { WORDS_MAX = 6 };

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

/* Reads so many integers and returns so many. */
static inline int exchange(lua_State *L, int arguments, int results)
{
    lua_Integer words[WORDS_MAX] = {0};

    for (int i = 0; i < arguments; i++)
        words[i] = luaL_checkinteger(L, i + 1);
    for (int i = 0; i < results; i++)
        lua_pushinteger(L, words[i] ^ words[WORDS_MAX - 1]);
    return results;
}

/* floor.call_ARGUMENTS_RESULTS: C calls of the arity of system calls. */
static int call_0_0(lua_State *L)
{
    return exchange(L, 0, 0);
}

static int call_1_0(lua_State *L)
{
    return exchange(L, 1, 0);
}

static int call_1_1(lua_State *L)
{
    return exchange(L, 1, 1);
}

static int call_1_2(lua_State *L)
{
    return exchange(L, 1, 2);
}

static int call_2_0(lua_State *L)
{
    return exchange(L, 2, 0);
}

static int call_6_5(lua_State *L)
{
    return exchange(L, 6, 5);
}

static void no_work(lua_State *L, lua_Debug *record)
{
    (void)L;
    (void)record;
}

/* floor.hooked(instructions, fn, ...): calls fn while a hook that does nothing is called after so
   many instructions each; returns its first result. */
static int hooked(lua_State *L)
{
    lua_sethook(L, no_work, LUA_MASKCOUNT, (int)luaL_checkinteger(L, 1));
    lua_call(L, lua_gettop(L) - 2, 1);
    lua_sethook(L, NULL, 0, 0);
    return 1;
}

int luaopen_floor(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"switches", switches}, {"call_0_0", call_0_0}, {"call_1_0", call_1_0},
        {"call_1_1", call_1_1}, {"call_1_2", call_1_2}, {"call_2_0", call_2_0},
        {"call_6_5", call_6_5}, {"hooked", hooked},     {NULL, NULL}};

    luaL_newlib(L, functions);
    return 1;
}
