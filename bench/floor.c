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

/* What floor.ring returns: go_round(rounds). Each coroutine runs in turn, until it leaves. */
static int go_round(lua_State *L)
{
    lua_Integer rounds = luaL_checkinteger(L, 1);
    lua_State **ring = lua_touserdata(L, lua_upvalueindex(1));
    lua_Integer count = lua_tointeger(L, lua_upvalueindex(3));

    for (lua_Integer left = rounds * count, i = 0; left > 0; left--) {
        int results;

        if (lua_resume(ring[i], L, 0, &results) != LUA_YIELD)
            return luaL_error(L, "the coroutine has ended");
        i = i + 1 < count ? i + 1 : 0;
    }
    return 0;
}

/* floor.ring(count): a function of a number of rounds, in each of which so many coroutines are
   resumed one after the other, with no values. Each resumption and the yield that ends it is a raw
   switch; a round trip between two threads has two of them at the least. */
static int new_ring(lua_State *L)
{
    static const char program[] = "local leave = ... while true do leave() end";
    lua_Integer count = luaL_checkinteger(L, 1);
    lua_State **ring = lua_newuserdatauv(L, (size_t)count * sizeof *ring, 0);
    int results;

    if (luaL_loadstring(L, program) != LUA_OK)
        return lua_error(L);
    lua_createtable(L, (int)count, 0); /* keeps them */
    for (lua_Integer i = 0; i < count; i++) {
        ring[i] = lua_newthread(L);
        lua_pushvalue(L, 3);
        lua_xmove(L, ring[i], 1);
        lua_pushcfunction(ring[i], leave);
        lua_resume(ring[i], L, 1, &results);
        lua_rawseti(L, 4, i + 1);
    }
    lua_remove(L, 3);
    lua_pushvalue(L, 1);
    lua_pushcclosure(L, go_round, 3);
    return 1;
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
        {"ring", new_ring},     {"call_0_0", call_0_0}, {"call_1_0", call_1_0},
        {"call_1_1", call_1_1}, {"call_1_2", call_1_2}, {"call_2_0", call_2_0},
        {"call_6_5", call_6_5}, {"hooked", hooked},     {NULL, NULL}};

    luaL_newlib(L, functions);
    return 1;
}
