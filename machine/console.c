/* SPDX-License-Identifier: MIT */
/* The console: bytes are collected and handed to the host program's function in lines. */
#include <lauxlib.h>

#include "machine/machine.h"

/* Calls registry[p].console(text); light userdata 1 is the platform. */
static int call_console(lua_State *L)
{
    struct platform *p = lua_touserdata(L, 1);
    uint32_t length = p->console_length;

    p->console_length = 0; /* also if what follows fails: it would fail again */
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, p) != LUA_TTABLE)
        return 0;
    if (lua_getfield(L, -1, "console") != LUA_TFUNCTION)
        return 0;
    lua_pushlstring(L, p->console, length);
    lua_call(L, 1, 0);
    return 0;
}

/* A console that fails must not disturb the machine: its error is dropped, and so is the text. */
void console_flush(struct platform *p)
{
    lua_State *L = p->host;
    int base;

    if (p->console_length == 0)
        return;
    if (L == NULL || !lua_checkstack(L, 4)) {
        p->console_length = 0;
        return;
    }
    base = lua_gettop(L);
    lua_pushcfunction(L, call_console);
    lua_pushlightuserdata(L, p);
    (void)lua_pcall(L, 1, 0, 0);
    lua_settop(L, base);
    p->console_length = 0;
}

void platform_console_put(struct platform *p, char byte)
{
    p->console[p->console_length++] = byte;
    if (byte == '\n' || p->console_length == CONSOLE_BUFFER_SIZE)
        console_flush(p);
}
