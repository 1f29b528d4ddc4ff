-- SPDX-License-Identifier: MIT
--- Every benchmark works, and those with a limit keep it: a machine boots within 50 ms, hello.lua
--- runs within a second.
---
---   lua5.4 tests/bench/test_bench.lua      (from the root of the repository, with build/release)

package.path = "./?.lua;" .. package.path

local checks = require "tests.abi.checks"
local process = require "tests.host.process"

checks.group("bench/run --quick", function(expect)
  local result = process.run("bench/run", "--quick")
  expect(result.status == 0, "exit status %s: %s%s", result.status, result.out, result.err)
  local lines = 0
  for line in result.out:gmatch "[^\n]+" do
    lines = lines + 1
    expect(line:find("%d %a+ +[%d.]+ times +[%d.]+ %a+, "), "what is this? %s", line)
  end
  expect(lines == 7, "%d benchmarks", lines)
end)

checks.group("a word chooses", function(expect)
  local result = process.run("bench/run", "--quick", "64 MiB")
  expect(result.status == 0 and result.out:find("^boot of a machine of 64 MiB[^\n]+\n$"), "%s",
    result.out)
end)

process.cleanup()
checks.finish()
