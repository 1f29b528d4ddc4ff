-- SPDX-License-Identifier: MIT
--- Priorities are strict: a thread runs only when no thread of higher priority can.
---
---   ./selvm run examples/starving.lua
---
--- A busy thread of priority 150 spins, and a poor one of priority 50 waits for its turn. The
--- kernel looks 500 times a second whether somebody else is to run, and finds nobody of the busy
--- thread's priority or above. Only when the busy thread waits for something, the poor one runs.

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local thread = require "sel4.thread"

local memory = bootstrap.open()
local wake_up = memory:object(seL4.NotificationObject)
local done = memory:object(seL4.NotificationObject)

local poor_rounds, equal_rounds = 0, 0

local function be_poor()
  while true do
    poor_rounds = poor_rounds + 1
    if poor_rounds == 1000 then
      print("poor: I have made 1000 rounds; now I wake the busy one")
      seL4.Signal(wake_up) -- at once it runs, and this thread does not
    end
  end
end

-- A thread of the same priority as the busy one: they take turns.
local function be_equal()
  while true do
    equal_rounds = equal_rounds + 1
  end
end

local function be_busy()
  for _ = 1, 1000000 do
    -- spin
  end
  print(("busy: I have computed for long; the poor one has made %d rounds"):format(poor_rounds))
  print("busy: now I wait")
  seL4.Wait(wake_up)
  print("busy: I am awake; the poor one has made " .. poor_rounds .. " rounds so far")
  local before = poor_rounds
  thread.new(memory, { name = "equal", entry = be_equal, priority = 150 }):start()
  for _ = 1, 10000000 do
    -- spin
  end
  print(("busy: and %d since; one of my own priority has made %s"):format(poor_rounds - before,
    equal_rounds > 0 and "some" or "none"))
  seL4.Signal(done)
  while true do
    seL4.Yield()
  end
end

thread.new(memory, { name = "poor", entry = be_poor, priority = 50 }):start()
thread.new(memory, { name = "busy", entry = be_busy, priority = 150 }):start()

seL4.Wait(done) -- the root task, of priority 255, lets them run
print("root task: it stops the machine, for two threads would spin for ever")
seL4.DebugHalt()
