/* SPDX-License-Identifier: MIT */
#ifndef HOST_MODULE_H
#define HOST_MODULE_H

#include <lua.h>

/* Opens the module `selvm`: host/machine.lua's table. The state must have `require`. */
__attribute__((visibility("default"))) int luaopen_selvm(lua_State *L);

#endif
