/* SPDX-License-Identifier: MIT */
/* Fuzzes the options of selvm.machine and the methods of machines, in both configurations.
 *
 * The input becomes a table of options by the rules of OPTIONS below, in a Lua state with little
 * memory. Whatever comes of it: an error must be a text. */
#include <lauxlib.h>
#include <lualib.h>
#include <stdlib.h>

#include "host/module.h"
#include "tests/fuzz/input.h"

enum { MEMORY_MAX = 48 << 20 };

static size_t memory_used;

/* Lua's allocator, with a limit. */
static void *allocate(void *ud, void *block, size_t old_size, size_t size)
{
    void *result;

    (void)ud;
    old_size = block ? old_size : 0;
    if (size == 0) {
        free(block);
        memory_used -= old_size;
        return NULL;
    }
    if (size > old_size && size - old_size > MEMORY_MAX - memory_used)
        return NULL;
    result = realloc(block, size);
    if (result)
        memory_used += size - old_size;
    return result;
}

/* Takes the input apart: each byte is a choice, texts stand in between. Returns a function. */
static const char OPTIONS[] =
    "local selvm = require 'selvm'\n"
    "local names = { 'program', 'source', 'name', 'args', 'modules', 'memory', 'heap',\n"
    "  'domains', 'schedule', 'mcs', 'clock', 'time', 'sleep', 'console', 'trace_errors',\n"
    "  'entry', 'ticks', 'domain', 1, 2, 'memoy' }\n"
    "local sizes = { '64K', '1M', '2M', '4M', '8M', '16M', '1G', '0', '-1', '5000', '64', 'M',\n"
    "  '18446744073709551615', '99999999999G', ' 4M ', '4k', '0x10000', '1e6', '' }\n"
    "local sources = { 'print(1)', 'error \"no\"', 'return', 'while true do end', '\\27Lua', '',\n"
    "  'local a <close> = nil', 'require \"seL4\".DebugHalt()', 'x x', '#!x\\nprint(...)',\n"
    "  'local t = {} while true do t[#t + 1] = (\"x\"):rep(9999) end' }\n"
    "local input, at\n"
    "local function byte()\n"
    "  at = at + 1\n"
    "  return input:byte(at) or 0\n"
    "end\n"
    "local value\n"
    "local function list(depth)\n"
    "  local result = {}\n"
    "  for _ = 1, byte() % 5 do\n"
    "    result[names[byte() % #names + 1]] = value(depth + 1)\n"
    "  end\n"
    "  for i = 1, byte() % 5 do result[i] = value(depth + 1) end\n"
    "  return result\n"
    "end\n"
    "function value(depth)\n"
    "  local kind = byte() % 12\n"
    "  if kind == 0 then return byte() % 2 == 0\n"
    "  elseif kind == 1 then return byte()\n"
    "  elseif kind == 2 then\n"
    "    return (('<i8'):unpack(input .. ('\\0'):rep(8), 1 + at % (#input + 1)))\n"
    "  elseif kind == 3 then return byte() / 7\n"
    "  elseif kind == 4 then return sizes[byte() % #sizes + 1]\n"
    "  elseif kind == 5 then return sources[byte() % #sources + 1]\n"
    "  elseif kind == 6 then local n = byte() % 20 at = at + n return input:sub(at - n + 1, at)\n"
    "  elseif kind == 7 and depth < 3 then return list(depth)\n"
    "  elseif kind == 8 then local v = byte() return function() return v end\n"
    "  elseif kind == 9 then return function() error { 'not a text' } end\n"
    "  elseif kind == 10 then return ({ 'virtual', 'host', 0/0, 1/0, -1/0 })[byte() % 5 + 1]\n"
    "  else return { domain = byte(), ticks = byte() } end\n"
    "end\n"
    "local function right_options(options)\n"
    "  options.source = options.source or sources[byte() % #sources + 1]\n"
    "  options.memory, options.heap = sizes[byte() % 4 + 2], sizes[byte() % 3 + 1]\n"
    "  options.mcs, options.program = byte() % 2 == 0, nil\n"
    "end\n"
    "local methods = { 'run', 'threads', 'capabilities', 'thread_table', 'raise', 'input',\n"
    "  'check', 'time', 'errors', 'close', 'nothing' }\n"
    "local function use(machine)\n"
    "  machine:run(2000)\n"
    "  for _ = 1, byte() % 6 do\n"
    "    local name = methods[byte() % #methods + 1]\n"
    "    local argument = value(1)\n"
    "    if name == 'run' then argument = byte() * 8 end\n"
    "    local ok, why = pcall(function() return machine[name](machine, argument) end)\n"
    "    assert(ok or type(why) == 'string', 'an error is no text')\n"
    "  end\n"
    "  local ok, why = pcall(machine.check, machine)\n"
    "  assert(not ok or why == true, 'the kernel is not sound')\n"
    "  return tostring(machine)\n"
    "end\n"
    "return function(bytes)\n"
    "  input, at = bytes, 0\n"
    "  local options = list(0)\n"
    "  if byte() % 4 > 0 then right_options(options) end\n"
    "  options.console = options.console or function() end\n"
    "  if type(options.time) == 'function' then\n" /* time that stands still: no run would end */
    "    local now = 0\n"
    "    options.time = function() now = now + 10 return now end\n"
    "  end\n"
    "  local ok, machine = pcall(selvm.machine, options)\n"
    "  assert(ok or type(machine) == 'string', 'an error is no text')\n"
    "  if ok then use(machine) machine:close() end\n"
    "end\n";

static lua_State *new_state(void)
{
    lua_State *L = lua_newstate(allocate, NULL);

    if (!L)
        abort();
    luaL_openlibs(L);
    luaL_requiref(L, "selvm", luaopen_selvm, 0);
    lua_pop(L, 1);
    if (luaL_loadbufferx(L, OPTIONS, sizeof(OPTIONS) - 1, "=OPTIONS", "t") != LUA_OK ||
        lua_pcall(L, 0, 1, 0) != LUA_OK) {
        fprintf(stderr, "%s\n", lua_tostring(L, -1));
        abort();
    }
    return L;
}

/* Lua has run out of its little memory; that may happen anywhere. */
static int is_shortage(int status)
{
    return status == LUA_ERRMEM;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static lua_State *L;
    int status;

    if (!L)
        L = new_state();
    lua_pushvalue(L, -1);
    lua_pushlstring(L, (const char *)bytes, size);
    status = lua_pcall(L, 1, 0, 0);
    if (status != LUA_OK && !is_shortage(status)) {
        fprintf(stderr, "%s\n", luaL_tolstring(L, -1, NULL));
        abort();
    }
    lua_settop(L, 1);
    lua_gc(L, LUA_GCCOLLECT, 0);
    return 0;
}
