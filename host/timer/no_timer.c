/* SPDX-License-Identifier: MIT */
/* The timer of a build for a host without POSIX timers: there is none. */
#include "host/timer/timer.h"

int luaopen_selvm_timer(lua_State *L)
{
    lua_pushboolean(L, 0);
    return 1;
}
