-- SPDX-License-Identifier: MIT
--- Programs that try to take time or memory that is not theirs: arena.lua runs each of attacks.lua
--- beside a bystander. Whatever they do, the bystander gets its turn within a time slice and a
--- millisecond, and the machine does not take long.
---
---   lua5.4 tests/hostile/test_hostile.lua SELVM [--mcs] [NAME...]
---
--- run from the root of the repository; --mcs: under that configuration of the kernel.

package.path = "./?.lua;" .. package.path

local attacks = require "tests.hostile.attacks"
local checks = require "tests.abi.checks"
local process = require "tests.host.process"

local selvm = arg[1] or "build/release/selvm"
local is_mcs = arg[2] == "--mcs"
local is_wanted = require "tests.wanted"(arg, is_mcs and 3 or 2)

-- Microseconds of the machine's clock. A turn lasts 5 ticks of 2 ms.
local SLICE, GRACE = 10000, 1000
local COLLECTED_PER_US = 1600 -- bytes, as the machine's clock counts
local MILLISECONDS = 63 -- the alarm comes in a turn of the hostile program
local READINGS_MIN = 10000 -- in half of that
local SECONDS_MAX = 20     -- of the host, for that

local function check(expect, name, attack)
  local start = os.time()
  local words = { "timeout", tostring(SECONDS_MAX), selvm, "run", "--memory", "512M",
    "tests/hostile/arena.lua", name, tostring(attack.milliseconds or MILLISECONDS) }
  if is_mcs then
    table.insert(words, 5, "--mcs")
  end
  local result = process.run(table.unpack(words))
  local function value(key)
    return result.out:match("\n" .. key .. "\t([^\n]*)") or
      result.out:match("^" .. key .. "\t([^\n]*)")
  end
  expect(result.status == 0, "exit status %s after %d s: %s%s", result.status,
    os.time() - start, result.out:sub(1, 500), result.err:sub(1, 500))
  if result.status ~= 0 then
    return
  end
  local ended = attack.ended == "returned" and "runs" or attack.ended
  expect(value "ended" == ended, "ended: %s, not %s (%s)", value "ended", ended, value "text")
  expect((value "text" or ""):find(attack.text or ""), "the text is %s", value "text")
  expect(not attack.says or result.out:find(attack.says), "it says %s", result.out)
  local grace = GRACE + (attack.fills and (attack.collections or 2) *
    (1 << (attack.heap_bits or 22)) / COLLECTED_PER_US or 0)
  local delay, alarm = tonumber(value "delay"), tonumber(value "alarm")
  expect(delay <= SLICE + grace, "the bystander was delayed by %d us", delay)
  expect(alarm <= grace, "the alarm came %d us late", alarm)
  expect(tonumber(value "readings") >= READINGS_MIN, "the bystander got %s turns",
    value "readings")
end

local is_5_3 = selvm:find("5.3", 1, true) ~= nil
for _, name in ipairs(attacks) do
  local attack = attacks[name]
  if is_wanted(name) and not (is_5_3 and attack.since) then
    checks.group(name, function(expect)
      check(expect, name, attack)
    end)
  end
end

process.cleanup()
checks.finish()
