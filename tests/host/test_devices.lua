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

process.cleanup()
checks.finish()
