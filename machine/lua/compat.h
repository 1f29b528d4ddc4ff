/* SPDX-License-Identifier: MIT */
/* What differs between Lua 5.4 and 5.3, and only here. */
#ifndef MACHINE_LUA_COMPAT_H
#define MACHINE_LUA_COMPAT_H

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

/* Resumes `co`; *count is how many values it has yielded or returned, on its stack's top. */
static inline int compat_resume(lua_State *co, lua_State *from, int arguments, int *count)
{
#if LUA_VERSION_NUM >= 504
    return lua_resume(co, from, arguments, count);
#else
    int status = lua_resume(co, from, arguments);

    *count = lua_gettop(co);
    return status;
#endif
}

/* Whether string.gmatch has a third argument, where to begin. */
static inline int compat_has_gmatch_init(void)
{
    return LUA_VERSION_NUM >= 504;
}

/* Raises the error of an argument that is of none of these types. */
static inline int compat_type_error(lua_State *L, int index, const char *types)
{
#if LUA_VERSION_NUM >= 504
    return luaL_typeerror(L, index, types);
#else
    return luaL_argerror(L, index, lua_pushfstring(L, "%s expected", types));
#endif
}

/* Whether coroutines can be closed, with variables to be closed in them. */
static inline int compat_has_close(void)
{
    return LUA_VERSION_NUM >= 504;
}

/* Closes the suspended or dead coroutine; not LUA_OK: an error value is on its top. */
static inline int compat_close(lua_State *co)
{
#if LUA_VERSION_NUM >= 504
    return lua_resetthread(co);
#else
    (void)co;
    return LUA_OK;
#endif
}

#endif
