/* SPDX-License-Identifier: MIT */
/* The standard library as a program finds it: Lua's own, less what would let it out of its heap,
 * read bytecode or run finalizers; and with functions of ours where Lua's would run for long
 * without an instruction, or call back what could not be left then. */
#include "machine/lua/library.h"

#include "machine/lua/value.h"
#include "machine/lua/work.h"

/* Seed of math.random: the same in every run. */
enum { RANDOM_SEED = 42 };

int library_call_original(lua_State *L)
{
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

int library_pay_for_results(lua_State *L)
{
    int count = library_call_original(L);

    work_pay(L, (uint64_t)count);
    return count;
}

void library_wrap(lua_State *L, const char *name, lua_CFunction ours)
{
    if (lua_getfield(L, -1, name) == LUA_TNIL) {
        lua_pop(L, 1);
        return;
    }
    lua_pushcclosure(L, ours, 1);
    lua_setfield(L, -2, name);
}

void library_remove(lua_State *L, const char *name)
{
    lua_pushnil(L);
    lua_setfield(L, -2, name);
}

/* math.randomseed(): without arguments Lua would take the time of day. */
static int math_randomseed(lua_State *L)
{
    int count;

    if (lua_gettop(L) == 0)
        lua_pushinteger(L, RANDOM_SEED);
    count = lua_gettop(L);
    lua_pushvalue(L, lua_upvalueindex(1)); /* it has an upvalue itself */
    lua_insert(L, 1);
    lua_call(L, count, LUA_MULTRET);
    return lua_gettop(L);
}

static void open_math(lua_State *L)
{
    luaL_requiref(L, LUA_MATHLIBNAME, luaopen_math, 1);
    library_wrap(L, "randomseed", math_randomseed);
    lua_getfield(L, -1, "randomseed");
    lua_call(L, 0, 0);
    lua_pop(L, 1);
}

/* Makes the table on top a loaded module, and a global if `is_global`. */
static void set_loaded(lua_State *L, const char *name, bool is_global)
{
    if (is_global) {
        lua_pushvalue(L, -1);
        lua_setglobal(L, name);
    }
    lua_getfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_insert(L, -2);
    lua_setfield(L, -2, name);
    lua_pop(L, 1);
}

void library_open(lua_State *L)
{
    base_library_open(L);
    value_open(L);
    string_library_open(L);
    utf8_library_open(L);
    table_library_open(L);
    open_math(L);
    require_open(L);
    coroutine_library_push(L);
    set_loaded(L, LUA_COLIBNAME, true);
    sel4_library_push(L);
    set_loaded(L, "seL4", false);
}
