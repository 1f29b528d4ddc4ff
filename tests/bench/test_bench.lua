-- SPDX-License-Identifier: MIT
--- Every benchmark works, and those with a limit keep it: a machine boots within 50 ms, hello.lua
--- runs within a second. Figures can be written and compared.
---
---   lua5.4 tests/bench/test_bench.lua      (from the root of the repository, with build/release)

package.path = "./?.lua;" .. package.path

local cjson = require "cjson"
local checks = require "tests.abi.checks"
local process = require "tests.host.process"

local OF_RISCV = 13 -- left out where nothing compiles them
local HAS_COMPILER = os.execute "command -v riscv64-unknown-elf-gcc >/dev/null 2>&1"
local OF_ERLANG = 2 -- left out without it
local HAS_ERLANG = os.execute "command -v escript >/dev/null 2>&1"
local BENCHMARKS = 38 + (HAS_COMPILER and OF_RISCV or 0) + (HAS_ERLANG and OF_ERLANG or 0)
local before, after = os.tmpname(), os.tmpname()

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read "a"
end

checks.group("bench/run --quick", function(expect)
  local result = process.run("bench/run", "--quick", "--json", before)
  expect(result.status == 0, "exit status %s: %s%s", result.status, result.out, result.err)
  local lines = 0
  for line in result.out:gmatch "[^\n]+" do
    lines = lines + 1
    expect(line:find("%d %a+ +[%d.]+ times +[%d.]+ %a+, "), "what is this? %s", line)
  end
  expect(lines == BENCHMARKS, "%d benchmarks", lines)
end)

checks.group("figures as JSON", function(expect)
  local rows = cjson.decode(read(before))
  expect(#rows == BENCHMARKS, "%d rows", #rows)
  for _, row in ipairs(rows) do
    expect(row.seconds > 0 and row.floor > 0, "%s takes no time", row.name)
    expect(row.ratio > 0, "%s: ratio %s", row.name, row.ratio)
  end
end)

checks.group("a word chooses", function(expect)
  local result = process.run("bench/run", "--quick", "--json", after, "64 MiB")
  expect(result.status == 0 and result.out:find("^boot of a machine of 64 MiB[^\n]+\n$"), "%s",
    result.out)
end)

checks.group("two files are compared by ratio", function(expect)
  local file <close> = assert(io.open(after, "w"))
  file:write((read(before):gsub('("ratio": )[^,]*', "%11e3", 1):gsub("Poll of nothing", "Poll")))
  file:flush()
  local result = process.run("bench/run", "--compare", before, after)
  expect(result.status == 0, "exit status %s: %s", result.status, result.err)
  expect(result.out:find("round trip of Call and ReplyRecv +[%d.]+ %-> 1000.00 times"), "%s",
    result.out)
  expect(result.out:find("Poll of nothing +only in " .. before, 1), "%s", result.out)
  expect(result.out:find("Poll +only in " .. after, 1), "%s", result.out)
end)

checks.group("a file without figures is refused", function(expect)
  local result = process.run("bench/run", "--compare", before, "README.md")
  expect(result.status ~= 0 and result.err:find("README.md has no figures", 1, true), "%s",
    result.err)
end)

os.remove(before)
os.remove(after)
process.cleanup()
checks.finish()
