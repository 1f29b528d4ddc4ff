-- SPDX-License-Identifier: MIT
--- Runs Lua programs that make processes of C programs: examples/mixed and tests/user/riscv.lua.
--
--   lua5.4 tests/rv64/test_mixed.lua SELVM      (from the root of the repository)
--
-- Without the compiler nothing is tested.

package.path = "./?.lua;" .. package.path

local checks = require "tests.abi.checks"
local compiler = require "tests.rv64.compiler"
local process = require "tests.host.process"
local read = require("tests.host.programs").read

local selvm = arg[1] or "build/release/selvm"
local LINES_MAX = 80

local function test_example(sdk)
  checks.group("examples/mixed", function(expect)
    local words = { selvm, "run" }
    for _, name in ipairs { "server", "client" } do
      local source = ("examples/mixed/%s.c"):format(name)
      words[#words + 1] = "--file"
      words[#words + 1] = name .. "=" .. compiler.compile(sdk, name .. ".elf", source)
    end
    words[#words + 1] = "examples/mixed/main.lua"
    local result = process.run(table.unpack(words))
    expect(result.status == 0 and result.err == "", "status %s: %s", result.status, result.err)
    local expected = read "tests/examples/expected/mixed.txt"
    expect(result.out == expected, "it prints\n%s\nnot\n%s", result.out, expected)
    local _, lines = read("examples/mixed/main.lua"):gsub("\n", "")
    expect(lines <= LINES_MAX, "it has %d lines", lines)
  end)
end

local function test_processes(sdk, ...)
  local options = { ... }
  checks.group("processes of C programs " .. table.concat(options), function(expect)
    local path = compiler.compile(sdk, "worker.elf", "tests/rv64/support/worker.c")
    local words = { selvm, "run", "--file", "worker=" .. path, "tests/user/riscv.lua" }
    table.move(words, 3, #words, 3 + #options)
    table.move(options, 1, #options, 3, words)
    local result = process.run(table.unpack(words))
    expect(result.status == 0, "status %s: %s%s", result.status, result.out, result.err)
    local passed, failed = result.out:match "(%d+) passed, (%d+) failed\n$"
    expect(tonumber(passed) and tonumber(passed) > 20 and failed == "0", "%s", result.out)
  end)
end

if compiler.find() then
  local sdk = compiler.install(selvm, "sdk")
  test_example(sdk)
  test_processes(sdk)
  test_processes(compiler.install(selvm, "sdk_mcs", "--mcs"), "--mcs")
end

process.cleanup()
checks.finish()
