/* SPDX-License-Identifier: MIT */
/* A kernel that finds itself wrong: the host program gets an error, and can close the machine. The
 * kernel's state is spoiled here on purpose, which no program could do. */
#include <lualib.h>
#include <stdio.h>
#include <string.h>

#include "host/box.h"
#include "host/module.h"
#include "host/timer/timer.h"

static const char script[] =
    "local selvm, spoil = require 'selvm', ...\n"
    "local timer = package.loaded.selvm_timer or nil\n"
    "local output\n"
    "local function new(rest)\n"
    "  output = {}\n"
    "  return selvm.machine { source = 'local seL4 = require \"seL4\" print(1)' .. rest,\n"
    "    clock = timer and 'host', timer = timer,\n"
    "    console = function(text) output[#output + 1] = text end }\n"
    "end\n"
    "local loops = { current = ' while true do end', queue = ' coroutine.wrap(function()'\n"
    "  .. ' while true do pcall(seL4.Yield) end end)()' }\n"
    "for what, loop in pairs(loops) do\n"
    "  local m, healthy = new(loop), new(loop)\n"
    "  assert(m:run(100) == 'limit')\n"
    "  spoil(m, what)\n"
    "  local ok, why = pcall(m.run, m, 1000000)\n"
    "  local ticks, first = timer and timer.ticks(), timer and timer.time()\n"
    "  while timer and timer.time() < first + 20000 do end\n"
    "  assert(not timer or timer.ticks() == ticks, 'a failed machine still has ticks')\n"
    "  assert(not ok and why:find('^the machine has failed: the kernel expected '\n"
    "    .. '\\'address %- RAM_BASE'), why)\n"
    "  assert(why:find('kernel/kernel.h:%d+'), why)\n"
    "  for _, method in ipairs { 'run', 'check', 'threads', 'capabilities' } do\n"
    "    ok, why = pcall(m[method], m)\n"
    "    assert(not ok and why:find 'has failed and can only be closed', why)\n"
    "  end\n"
    "  m:close()\n"
    "  assert(table.concat(output) == '1\\n', table.concat(output))\n"
    "  assert(healthy:run(100000) == 'limit' and healthy:check())\n"
    "  healthy:close()\n"
    "end\n";

/* spoil(machine, what): a reference where there is no memory. "current": found by the run loop;
   "queue": found in a system call, deep in the program's coroutines. */
static int spoil(lua_State *L)
{
    struct box *box = luaL_checkudata(L, 1, BOX_NAME);
    struct kernel *k = box->platform->kernel;
    struct ready_queues *ready = kernel_pointer(k, k->ready);

    if (strcmp(luaL_checkstring(L, 2), "current") == 0) {
        k->current = 8;
    } else {
        ready->queues[PRIORITY_MAX].head = 8;
        ready->queues[PRIORITY_MAX].tail = 8;
    }
    return 0;
}

int main(void)
{
    lua_State *L = luaL_newstate();
    bool has_failed;

    luaL_openlibs(L);
    luaL_requiref(L, "selvm", luaopen_selvm, 0);
    luaL_requiref(L, "selvm_timer", luaopen_selvm_timer, 0);
    lua_pop(L, 2);
    if (luaL_loadbuffer(L, script, strlen(script), "=script") != LUA_OK) {
        printf("%s\n0 passed, 1 failed\n", lua_tostring(L, -1));
        return 1;
    }
    lua_pushcfunction(L, spoil);
    has_failed = lua_pcall(L, 1, 0, 0) != LUA_OK;
    if (has_failed)
        printf("%s\n", lua_tostring(L, -1));
    lua_close(L);
    printf("%d passed, %d failed\n", !has_failed, has_failed);
    return has_failed;
}
