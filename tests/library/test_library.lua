-- SPDX-License-Identifier: MIT
--- The standard library in the machine does as Lua's: calls.lua makes the same thousands of calls
--- in a stock interpreter and in the machine, and prints the same.
---
---   lua5.4 tests/library/test_library.lua SELVM LUA [SEED]      (from the root of the repository)
---
--- LUA is the stock interpreter of the same version. A call that differs is shown with its seed.

package.path = "./?.lua;" .. package.path

local checks = require "tests.abi.checks"
local process = require "tests.host.process"

local selvm, lua, seed = arg[1] or "build/release/selvm", arg[2] or "lua5.4", arg[3]
local SEEDS, CALLS = { "1", "2", "3", "4" }, "2500"

local function lines_of(text)
  local lines = {}
  for line in text:gmatch "([^\n]*)\n" do
    lines[#lines + 1] = line
  end
  return lines
end

for _, chosen in ipairs(seed and { seed } or SEEDS) do
  checks.group("calls of seed " .. chosen, function(expect)
    local stock = process.run(lua, "tests/library/calls.lua", chosen, CALLS)
    local ours = process.run("timeout", "100", selvm, "run", "tests/library/calls.lua", chosen,
      CALLS)
    expect(stock.status == 0 and ours.status == 0, "exit statuses %s and %s: %s%s", stock.status,
      ours.status, stock.err, ours.err)
    local a, b = lines_of(stock.out), lines_of(ours.out)
    expect(#a == #b and #a >= tonumber(CALLS), "%d and %d lines", #a, #b)
    for i = 1, math.min(#a, #b) do
      expect(a[i] == b[i], "Lua:   %s\n  ours: %s", a[i], b[i])
    end
  end)
end

process.cleanup()
checks.finish()
