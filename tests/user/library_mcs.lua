-- SPDX-License-Identifier: MIT
--- Tests what differs in user/sel4 in the MCS configuration. Its last line is the sum.
---
---   selvm run --mcs tests/user/library_mcs.lua

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local lib = require "lib"
local process = require "sel4.process"
local thread = require "sel4.thread"

local expect = lib.expect

local memory = bootstrap.open()
local endpoint = memory:object(seL4.EndpointObject)
local done = memory:object(seL4.NotificationObject)
local reply = memory:object(seL4.ReplyObject)

-- A thread runs, with its arguments.
local seen
thread.new(memory, { name = "six", entry = function(...)
  seen = table.concat({ ... }, " ")
  seL4.Signal(done)
end, args = { 1, 2, 3, 4, 5, 6 } }):start()
seL4.Wait(done)
expect(seen == "1 2 3 4 5 6", "arguments: %s", seen)

-- Who has half of the time gets about as far as who has all of it half the time long.
local rounds = { 0, 0 }
local function spin(i)
  while true do
    rounds[i] = rounds[i] + 1
  end
end
thread.new(memory, { entry = spin, args = { 1 }, budget = 1000, period = 4000 }):start()
thread.new(memory, { entry = spin, args = { 2 }, budget = 2000, period = 4000 }):start()
thread.new(memory, { priority = 50, entry = function()
  if rounds[1] > 0 and rounds[2] > 0 then
    seL4.Signal(done)
  end
end }):start()
seL4.Wait(done) -- a thread of lower priority runs when both budgets are used up
local ratio = rounds[2] / rounds[1]
expect(ratio > 1.5 and ratio < 2.5, "the ratio is %g, not 2", ratio)

-- Faults reach the handler.
local failing = thread.new(memory, { priority = 200, entry = function() error "on purpose" end,
  fault_endpoint = memory:copy(endpoint, seL4.AllRights, 99) })
failing:start()
local info, badge = seL4.Recv(endpoint, reply)
expect(badge == 99 and seL4.isUserException_tag(info), "a fault message")

-- A process answers.
local child = process.new(memory, { name = "child", heap_bits = 17, priority = 200,
  caps = { [1] = memory:copy(endpoint, seL4.AllRights, 5) }, source = [[
    local seL4 = require "seL4"
    seL4.SendWithMRs(1, seL4.MessageInfo_new(0, 0, 0, 1), 77)
  ]] })
child:start()
local _, from, word = seL4.RecvWithMRs(endpoint, reply)
expect(from == 5 and word == 77, "the child's message: %d from %d", word, from)

lib.finish()
seL4.DebugHalt()
