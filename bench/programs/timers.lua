-- SPDX-License-Identifier: MIT
--- MCS: N times one thing with the queue of threads that wait for time, while PENDING others are in
--- it, whose budget is used up for an hour of virtual time.
---   bench/programs/timers.lua N PENDING WHAT      (a key of `things`)

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local crowd = require "crowd"
local gate = require "gate"
local loop = require "loop"
local thread = require "sel4.thread"

local count, pending, what = ...
count, pending = math.tointeger(tonumber(count)), math.tointeger(tonumber(pending))
local HOUR, MILLISECOND, LEAST_BUDGET = 3600000000, 1000, 20
local memory = bootstrap.open()

-- They run in the opposite order, as seL4 puts a thread that is resumed before the others of its
-- priority. So each is due before those that are in the queue.
local first = crowd.start(memory, { count = pending, budget = LEAST_BUDGET,
  period = function(i) return HOUR + i * MILLISECOND end, entry = loop.forever(seL4.Yield) })
local latest = first + pending - 1

local start = memory:object(seL4.NotificationObject)
local done = memory:object(seL4.NotificationObject)

local things = {
  -- A thread gives up its budget, and the machine is idle until it has the next one.
  yield = function()
    thread.new(memory, { name = "yields", priority = 255, budget = 50, period = 200,
      entry = function()
        local yield = loop.times(count, seL4.Yield)
        while true do
          seL4.Wait(start)
          yield()
          seL4.Signal(done)
        end
      end }):start()
    return function()
      seL4.Signal(start)
      seL4.Wait(done)
    end
  end,

  -- The thread that is due last leaves the queue and comes back.
  resume = function()
    local suspend, resume = seL4.TCB_Suspend, seL4.TCB_Resume
    return function()
      for _ = 1, count do
        suspend(latest)
        resume(latest)
      end
    end
  end,
}

local pass = assert(things[what], "no such thing to do")()
gate.each(memory, pass)
