/* SPDX-License-Identifier: MIT */
#include "machine/lua/value.h"

#include "kernel/types.h"
#include "machine/embedded.h"
#include "machine/lua/search.h"

enum { INDEX_CHAIN_MAX = 2000 };

/* The registry's table of the functions in Lua; they are loaded when the first is needed. */
static const char functions_key;

void value_get(lua_State *L, int index, lua_KContext context, lua_KFunction go_on)
{
    index = lua_absindex(L, index);
    lua_pushvalue(L, index);
    lua_insert(L, -2); /* value, key */
    for (int i = 0; i < INDEX_CHAIN_MAX; i++) {
        if (lua_type(L, -2) == LUA_TTABLE) {
            lua_pushvalue(L, -1);
            if (lua_rawget(L, -3) != LUA_TNIL || luaL_getmetafield(L, -3, "__index") == LUA_TNIL) {
                lua_insert(L, -3);
                lua_settop(L, -3);
                return;
            }
            lua_remove(L, -2);
        } else if (luaL_getmetafield(L, -2, "__index") == LUA_TNIL) {
            luaL_error(L, "attempt to index a %s value", luaL_typename(L, -2));
        }
        if (lua_type(L, -1) == LUA_TFUNCTION) { /* value, key, function */
            lua_insert(L, -3);
            lua_callk(L, 2, 1, context, go_on);
            return;
        }
        lua_replace(L, -3);
    }
    luaL_error(L, "'__index' chain too long; possibly a loop");
}

void value_to_text(lua_State *L, int index, lua_KContext context, lua_KFunction go_on)
{
    index = lua_absindex(L, index);
    if (luaL_getmetafield(L, index, "__tostring") == LUA_TNIL) {
        luaL_tolstring(L, index, NULL);
        return;
    }
    lua_pushvalue(L, index);
    lua_callk(L, 1, 1, context, go_on);
}

void value_check_text(lua_State *L)
{
    if (!lua_isstring(L, -1))
        luaL_error(L, "'__tostring' must return a string");
    lua_tolstring(L, -1, NULL); /* a number becomes one */
}

/* load(text) for the texts of library/. */
static int load_text(lua_State *L)
{
    size_t length;
    const char *text = lua_tolstring(L, 1, &length);

    if (luaL_loadbufferx(L, text, length, "=[library]", "t") != LUA_OK)
        lua_error(L);
    return 1;
}

/* An integer, or nil for what cannot be converted. */
static int to_integer(lua_State *L)
{
    int is_integer;
    lua_Integer number = lua_tointegerx(L, 1, &is_integer);

    if (is_integer)
        lua_pushinteger(L, number);
    else
        lua_pushnil(L);
    return 1;
}

/* Lets a text of library/ set its functions in the table on top. */
static void load_functions(lua_State *L, const char *name)
{
    const struct embedded_file *file = embedded_find(embedded_library, name);

    kassert(file != NULL);
    if (luaL_loadbufferx(L, (const char *)file->text, file->length, "=[library]", "t") != LUA_OK)
        lua_error(L);
    lua_pushvalue(L, -2);
    lua_call(L, 1, 0);
}

void value_push_lua(lua_State *L, const char *file, const char *name)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &functions_key);
    if (lua_getfield(L, -1, name) == LUA_TNIL) {
        lua_pop(L, 1);
        load_functions(L, file);
        lua_getfield(L, -1, name);
    }
    lua_remove(L, -2);
}

void value_open(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"load", load_text}, {"to_integer", to_integer}, {"gsub", search_gsub}, {NULL, NULL},
    };

    luaL_newlib(L, functions);
    lua_getglobal(L, "error");
    lua_setfield(L, -2, "error");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &functions_key);
}
