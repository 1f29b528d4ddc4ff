/* SPDX-License-Identifier: MIT */
/* Module seL4: libsel4's functions and constants, by its names without the prefix. */
#include "abi/lua_constants.h"
#include "machine/lua/library.h"
#include "machine/lua/stubs.h"

enum { FUNCTION_COUNT_GUESS = 120 };

static void set_constants(lua_State *L)
{
    unsigned configuration = process_configuration(process_of_state(L));

    for (size_t i = 0; i < LUA_CONSTANT_COUNT; i++) {
        const struct lua_constant *constant = &lua_constants[i];

        if ((constant->configurations & configuration) == 0)
            continue;
        lua_pushinteger(L, (lua_Integer)constant->value);
        lua_setfield(L, -2, constant->name);
    }
}

void sel4_library_push(lua_State *L)
{
    lua_createtable(L, 0, LUA_CONSTANT_COUNT + FUNCTION_COUNT_GUESS);
    set_constants(L);
    stubs_ipc_set(L);
    stubs_invoke_set(L);
    stubs_message_set(L);
    stubs_fault_set(L);
    stubs_memory_set(L);
    stubs_debug_set(L);
}
