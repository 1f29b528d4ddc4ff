-- SPDX-License-Identifier: MIT
--- Every benchmark works, and those with a limit keep it: a machine boots within 50 ms, hello.lua
--- runs within a second. Targets are told; whether they are met is not tested, as little is done
--- here. Figures can be written and compared.
---
---   lua5.4 tests/bench/test_bench.lua      (from the root of the repository, with build/release)

package.path = "./?.lua;" .. package.path

local cjson = require "cjson"
local checks = require "tests.abi.checks"
local process = require "tests.host.process"
local targets = require "bench.targets"

local OF_RISCV = 13 -- left out where nothing compiles them
local HAS_COMPILER = os.execute "command -v riscv64-unknown-elf-gcc >/dev/null 2>&1"
local OF_ERLANG, TARGETS_OF_ERLANG = 3, 2 -- left out without it
local HAS_ERLANG = os.execute "command -v escript >/dev/null 2>&1"
local BENCHMARKS = 67 + (HAS_COMPILER and OF_RISCV or 0) + (HAS_ERLANG and OF_ERLANG or 0)
local CURVES = 6
local TARGETS = 14 + CURVES + (HAS_ERLANG and TARGETS_OF_ERLANG or 0)
local before, after = os.tmpname(), os.tmpname()

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read "a"
end

-- What may stand behind the figures of a line.
local function is_ending(text)
  local target, outcome = text:match "^; target (.-): (.*)$"
  if not target then
    return text == ""
  end
  return (outcome == "met" or outcome == "NOT met" or outcome:find "^NOT met, by %l+ %l+$")
    and (target:find "^[%d.]+$" or target:find "^[%d.]+ %l+$" or target:find "^at least [%d.]+$")
end

checks.group("bench/run --quick", function(expect)
  local result = process.run("bench/run", "--quick", "--json", before)
  expect(result.status == 0, "exit status %s: %s%s", result.status, result.out, result.err)
  local rows, curves, with_target, met = 0, 0, 0, 0
  local last
  for line in result.out:gmatch "[^\n]+" do
    local figures, ending = line:match "^(.-)(; .*)$"
    figures, ending = figures or line, ending or ""
    if figures:find "%d %l+ +[%d.]+ times +[%d.]+ %l+, " then
      rows = rows + 1
    elseif figures:find ": +flat within [%d.]+ times from %d+ to %d+$" then
      curves = curves + 1
    else
      expect(last == nil, "what is this? %s", line)
      last = line
    end
    expect(is_ending(ending), "what stands behind it? %s", line)
    with_target = with_target + (ending ~= "" and 1 or 0)
    met = met + (ending:find(": met", 1, true) and 1 or 0)
  end
  expect(rows == BENCHMARKS, "%d benchmarks", rows)
  expect(curves == CURVES, "%d curves", curves)
  expect(with_target == TARGETS, "%d targets", with_target)
  expect(last == ("targets: %d of %d met"):format(met, TARGETS), "the last line is %s", last)
end)

checks.group("figures as JSON", function(expect)
  local rows, curves, with_target = cjson.decode(read(before)), 0, 0
  expect(#rows == BENCHMARKS + CURVES, "%d rows", #rows)
  for _, row in ipairs(rows) do
    expect(row.ratio > 0, "%s: ratio %s", row.name, row.ratio)
    if row.curve then
      curves = curves + 1
      expect(row.first < row.last and row.ratio >= 1, "%s: from %s to %s, %s times", row.name,
        row.first, row.last, row.ratio)
    else
      expect(row.value > 0 and row.floor > 0, "%s takes nothing", row.name)
      expect(row.unit and row.floor_name, "%s has no unit or no floor", row.name)
    end
    if row.target then
      with_target = with_target + 1
      expect(row.target.met ~= nil and (row.target.ratio_most or row.target.ratio_least or
        row.target.value_most), "%s: its target says nothing", row.name)
    end
  end
  expect(curves == CURVES and with_target == TARGETS, "%d curves, %d targets", curves, with_target)
end)

checks.group("targets", function(expect)
  local name = "round trip, two processes, 4 words"
  expect(targets.judge({ name = name, ratio = 2.2 }, "release").is_met, "2.2 is enough")
  expect(not targets.judge({ name = name, ratio = 2.2 }, "fast").is_met, "with fast it is not")
  expect(not targets.judge({ name = "Erlang: message and answer", ratio = 2.9 }, "fast").is_met,
    "Erlang is to be slower")
  expect(targets.judge({ name = "spawn of a process", ratio = 999, value = 0.0001 }, "fast").is_met,
    "the time counts, not the ratio")
  expect(not targets.judge({ name = "any", is_curve = true, ratio = 1.4 }, "fast").is_met, "curve")
  local ring = targets.judge({ name = "signal round a ring", is_curve = true, ratio = 1.4 },
    "release")
  expect(not ring.is_met and ring.why == "cache misses", "the ring's misses are named")
  expect(targets.judge({ name = "revocation", is_curve = true, ratio = 1.4 }, "release").is_met,
    "revocation is linear")
  expect(not targets.judge({ name = "any", ratio = 1 }, "release"), "a target for any row")
end)

checks.group("a word chooses", function(expect)
  local result = process.run("bench/run", "--quick", "--json", after, "of 64 MiB")
  local shown = "^boot of a machine of 64 MiB[^\n]+\ntargets: 0 of 0 met\n$"
  expect(result.status == 0 and result.out:find(shown), "%s", result.out)
end)

checks.group("two files are compared by ratio", function(expect)
  local file <close> = assert(io.open(after, "w"))
  file:write((read(before):gsub('("ratio": )[^,}]*', "%11e3", 1):gsub("Poll of nothing", "Poll")))
  file:flush()
  local result = process.run("bench/run", "--compare", before, after)
  expect(result.status == 0, "exit status %s: %s", result.status, result.err)
  expect(result.out:find("round trip, one process, 0 words +[%d.]+ %-> 1000.00 times"), "%s",
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
