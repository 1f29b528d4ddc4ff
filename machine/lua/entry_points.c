/* SPDX-License-Identifier: MIT */
/* Functions that threads may be started at: a table of the process, by number and by function. */
#include "machine/lua/thread.h"

/* The table's key in the registry is the address of this. */
static const char table_key;

enum { ENTRY_POINTS_MAX = 1 << 24 };

static void push_table(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &table_key) == LUA_TTABLE)
        return;
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &table_key);
}

/* Numbers the function at index `function`; the table is on top. */
static lua_Integer add(lua_State *L, int function)
{
    lua_Integer number = (lua_Integer)lua_rawlen(L, -1) + 1;

    if (number > ENTRY_POINTS_MAX)
        luaL_error(L, "Entry: too many functions; use one function again and give it arguments");
    lua_pushvalue(L, function); /* first: if there is no memory for the second, it gets a new one */
    lua_rawseti(L, -2, number);
    lua_pushvalue(L, function);
    lua_pushinteger(L, number);
    lua_rawset(L, -3);
    return number;
}

bool entry_point_is_address(uint64_t address)
{
    return address > ENTRY_POINT_BASE && address % ENTRY_POINT_SPACING == 0 &&
           address - ENTRY_POINT_BASE <= (uint64_t)ENTRY_POINTS_MAX * ENTRY_POINT_SPACING;
}

void entry_point_push(lua_State *L, uint64_t address)
{
    push_table(L);
    lua_rawgeti(L, -1, (lua_Integer)((address - ENTRY_POINT_BASE) / ENTRY_POINT_SPACING));
    lua_remove(L, -2);
}

int entry_point_stub(lua_State *L)
{
    lua_Integer number;

    luaL_checktype(L, 1, LUA_TFUNCTION);
    push_table(L);
    lua_pushvalue(L, 1);
    lua_rawget(L, -2);
    number = lua_tointeger(L, -1);
    lua_pop(L, 1);
    if (number == 0)
        number = add(L, 1);
    lua_pushinteger(L, (lua_Integer)ENTRY_POINT_BASE + number * ENTRY_POINT_SPACING);
    return 1;
}
