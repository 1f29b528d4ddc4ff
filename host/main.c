/* SPDX-License-Identifier: MIT */
/* The executable: a Lua state with the module selvm, and the command line, host/cli.lua, in it. */
#include <lauxlib.h>
#include <lualib.h>

#include "host/module.h"
#include "host/terminal/terminal.h"
#include "host/timer/timer.h"

enum { STATUS_BROKEN = 70 };

/* Calls the command line with the arguments (light userdata 1: argv, integer 2: argc); its status
   is the result. */
static int run_command_line(lua_State *L)
{
    const char *const *arguments = lua_touserdata(L, 1);
    int count = (int)lua_tointeger(L, 2);

    luaL_openlibs(L);
    luaL_requiref(L, "selvm", luaopen_selvm, 0);
    luaL_requiref(L, "selvm.terminal", luaopen_selvm_terminal, 0);
    luaL_requiref(L, "selvm_timer", luaopen_selvm_timer, 0);
    lua_pop(L, 3);
    lua_getglobal(L, "require");
    lua_pushstring(L, "selvm.cli");
    lua_call(L, 1, 1);
    luaL_checkstack(L, count + LUA_MINSTACK, "too many arguments");
    for (int i = 1; i < count; i++)
        lua_pushstring(L, arguments[i]);
    lua_call(L, count > 0 ? count - 1 : 0, 1);
    return 1;
}

int main(int argc, char **argv)
{
    lua_State *L = luaL_newstate();
    int status = STATUS_BROKEN;

    if (L == NULL)
        return STATUS_BROKEN;
    lua_pushcfunction(L, run_command_line);
    lua_pushlightuserdata(L, argv);
    lua_pushinteger(L, argc);
    if (lua_pcall(L, 2, 1, 0) == LUA_OK) {
        status = (int)lua_tointeger(L, -1);
    } else if (lua_getglobal(L, "print") == LUA_TFUNCTION) {
        lua_insert(L, -2); /* the command line reports what is expected; this is its own failure */
        (void)lua_pcall(L, 1, 0, 0);
    }
    lua_close(L);
    return status;
}
