/* SPDX-License-Identifier: MIT */
/* The line editor of a build without libedit: there is none, and lines are read as they come. */
#include "host/terminal/terminal.h"

void line_editor_add(lua_State *L)
{
    (void)L;
}
