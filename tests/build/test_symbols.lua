-- SPDX-License-Identifier: MIT
--- The kernel needs nothing but platform.h's functions, memcpy, memset, memmove and memcmp;
--- machine/ and host/ add functions of Lua's C interface and nothing else.
--
--   lua5.4 tests/build/test_symbols.lua FOLDER      (from the root of the repository)
--
-- FOLDER has libselvm_kernel.a, libselvm_machine.a and libselvm_host.a, built without sanitizers.

package.path = "./?.lua;" .. package.path

local checks = require "tests.abi.checks"

local folder = arg[1] or "build/release/tests"
local memory = { memcpy = true, memset = true, memmove = true, memcmp = true }

local platform = {}
for name in assert(io.open("kernel/platform.h")):read("a"):gmatch("(platform_[%w_]+)%(") do
  platform[name] = true
end

-- Symbols that a library defines and those that it needs from elsewhere.
local function symbols_of(library)
  local pipe = assert(io.popen(("nm '%s' 2>&1"):format(library)))
  local defined, needed = {}, {}
  for line in pipe:lines() do
    local kind, name = line:match("(%a) ([%w_.$]+)$")
    if kind == "U" then
      needed[name] = true
    elseif kind and kind:find("%u") then
      defined[name] = true
    end
  end
  pipe:close()
  return defined, needed
end

local function check(name, is_allowed)
  checks.group(name .. " needs nothing of the C library", function(expect)
    local path = ("%s/libselvm_%s.a"):format(folder, name)
    local defined, needed = symbols_of(path)
    expect(next(needed), "%s has no symbols: is it built?", path)
    for symbol in pairs(needed) do
      expect(defined[symbol] or memory[symbol] or is_allowed(symbol), "%s needs %s", path, symbol)
    end
  end)
end

local kernel = symbols_of(folder .. "/libselvm_kernel.a")
local machine = symbols_of(folder .. "/libselvm_machine.a")

-- The C interface of Lua; the linker's own; files that tools/embed.lua makes.
local function is_interface(symbol)
  return symbol:find("^lua_") or symbol:find("^luaL_") or symbol:find("^luaopen_") or
    symbol == "_GLOBAL_OFFSET_TABLE_" or symbol:find("^embedded_%l+$")
end

check("kernel", function(symbol) return platform[symbol] end)
check("machine", function(symbol) return kernel[symbol] or is_interface(symbol) end)
check("host", function(symbol)
  return kernel[symbol] or machine[symbol] or is_interface(symbol)
end)

checks.group("the platform is whole", function(expect)
  for name in pairs(platform) do
    expect(machine[name], "machine/ does not define %s", name)
  end
end)

checks.finish()
