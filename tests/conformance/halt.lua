-- SPDX-License-Identifier: MIT
--- DebugHalt: nothing comes after it.

local seL4 = require "seL4"
local suite = require "lib.conformance"

suite.check({ "DebugHalt" }, "the machine stops", function() end)
suite.finish()
seL4.DebugHalt()
print "FAIL the machine stops: it goes on"
