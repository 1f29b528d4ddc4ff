-- SPDX-License-Identifier: MIT
--- Tests the devices as a program sees them (tests/host/devices.lua).
--
--   lua5.4 tests/host/test_devices.lua SELVM      (from the root of the repository)

package.path = "./?.lua;" .. package.path

local checks = require "tests.abi.checks"
local process = require "tests.host.process"

local selvm = arg[1] or "build/release/selvm"

checks.group("serial port and clock work", function(expect)
  local result = process.run(selvm, "run", "tests/host/devices.lua")
  for _, line in ipairs { "by uart\n", "three alarms\n", "an alarm in the past\n",
    "a level stays\n" } do
    expect(result.out:find(line, 1, true), "no %q: %s%s", line, result.out, result.err)
  end
end)

checks.group("an access that no device answers is a fault", function(expect)
  local result = process.run(selvm, "run", "tests/host/devices.lua")
  expect(result.status == 1, "status %s", result.status)
  expect(result.out:find("VMFault, 0x101000", 1, true), "%s", result.out)
  expect(result.err:find("devices.lua:%d+: in main chunk"), "%s", result.err)
end)

-- A program that has the clock's registers at `rtc`, and a table `seL4`.
local PRELUDE = [[
local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local memory = bootstrap.open()
local rtc = memory:window(4096)
memory:map(memory:device_frame(0x00101000), rtc)
local function time()
  local low = seL4.Load32(rtc)
  return seL4.Load32(rtc + 4) << 32 | low
end
]]

local function run_text(text)
  return process.run(selvm, "run", process.file("p.lua", PRELUDE .. text))
end

checks.group("who reads the clock sees that computing takes time", function(expect)
  local result = run_text([[
local before = time()
for _ = 1, 100000 do end
print((time() - before) // 1000000)]])
  expect(result.out == "1\n", "%s%s", result.out, result.err)
end)

checks.group("an alarm interrupts who only computes", function(expect)
  local result = run_text([[
local handler, alarm = memory:slot(), memory:object(seL4.NotificationObject)
bootstrap.check(seL4.IRQControl_Get(seL4.CapIRQControl, 11, seL4.CapInitThreadCNode, handler, 64))
bootstrap.check(seL4.IRQHandler_SetNotification(handler, alarm))
local has_rung = false
require("sel4.thread").new(memory, { priority = 254, entry = function()
  seL4.Wait(alarm)
  has_rung = true
end }):start()
bootstrap.check(seL4.TCB_SetPriority(seL4.CapInitThreadTCB, seL4.CapInitThreadTCB, 1))
seL4.Store32(rtc + 0x10, 1)
seL4.Store32(rtc + 0x0c, 0)
seL4.Store32(rtc + 0x08, seL4.Load32(rtc) + 2000000) -- the last entry to the kernel before the loop
local rounds = 0
while not has_rung and rounds < 1e7 do
  rounds = rounds + 1
end
print(has_rung, rounds > 1000)]])
  expect(result.out == "true\ttrue\n", "%s%s", result.out, result.err)
end)

process.cleanup()
checks.finish()
