-- SPDX-License-Identifier: MIT
--- Random instruction sequences do the same, in the same time, whether the machine runs them in one
--- piece or in many: nothing depends on where the processor is left and entered again.
---
---   lua5.4 tests/rv64/test_slices.lua [FOLDER [COUNT [SEED]]]    (from the root of the repository)
---
--- FOLDER has selvm.so for this interpreter (build/release). COUNT sequences (2000) are run.

local FOLDER = arg[1] or "build/release"
local COUNT = math.tointeger(tonumber(arg[2])) or 2000
local SEED = math.tointeger(tonumber(arg[3])) or 1
package.path = "./?.lua;" .. package.path
package.cpath = FOLDER .. "/?.so"

local build = require "tests.rv64.sequences.build"
local checks = require "tests.abi.checks"
local process = require "tests.host.process"
local selvm = require "selvm"
local toolchain = require "tests.rv64.sequences.toolchain"

local STEPS_US = { 1, 3, 10 } -- a microsecond is a hundred instructions

if not toolchain.find() then
  print "skipped: a gcc for RISC-V is missing"
  print "0 passed, 0 failed"
  os.exit(true)
end

-- Runs a program in steps, or to the end: what it has printed, why it has ended, and when.
local function run(path, step_us)
  local output = {}
  local machine = selvm.machine { program = path,
    console = function(text) output[#output + 1] = text end }
  local why
  repeat
    why = machine:run(step_us)
  until why ~= "limit"
  local time = machine:time()
  machine:close()
  return table.concat(output), why, time
end

checks.group("sequences do the same in slices of any length", function(expect)
  local _, paths = build.program { seed = SEED, first = 1, count = COUNT }
  local text, why, time = run(paths.sel4)
  expect(why == "halted", "it has ended as '%s'", why)
  expect(select(2, text:gsub("\n", "")) == COUNT, "not all sequences were run")
  for _, step_us in ipairs(STEPS_US) do
    local other, reason, duration = run(paths.sel4, step_us)
    expect(other == text, "in steps of %d us it prints something else", step_us)
    expect(reason == why, "in steps of %d us it ends as '%s'", step_us, reason)
    expect(duration == time, "in steps of %d us it takes %d us, not %d", step_us, duration, time)
  end
end)

process.cleanup()
checks.finish()
