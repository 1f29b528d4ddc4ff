-- SPDX-License-Identifier: MIT
--- N times one thing that happens between two threads of one process.
---   bench/programs/between.lua N WHAT      (a key of `things`)

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local gate = require "gate"
local loop = require "loop"
local thread = require "sel4.thread"

local count, what = ...
count = math.tointeger(tonumber(count))
local memory = bootstrap.open()
local endpoint = memory:object(seL4.EndpointObject)
local notification = memory:object(seL4.NotificationObject)
local empty = seL4.MessageInfo_new(0, 0, 0, 0)
local UNMAPPED = 0x10

local yield = loop.times(count, seL4.Yield)

-- For each, what the other thread does for ever, and what this one does `count` times. The other
-- one has the highest priority: it runs as soon as it can.
local things = {
  send = { loop.forever(seL4.Recv, endpoint), loop.times(count, seL4.Send, endpoint, empty) },

  signal = { loop.forever(seL4.Wait, notification), loop.times(count, seL4.Signal, notification) },

  yield = { function()
    while true do
      seL4.Wait(notification)
      yield()
    end
  end, function()
    seL4.Signal(notification)
    yield()
  end },

  -- The answer lets it make the access again, which faults again.
  fault = { function()
    seL4.Load64(UNMAPPED)
  end, loop.times(count, seL4.ReplyRecv, endpoint, empty) },
}

local pair = assert(things[what], "no such thing to do")
local theirs, mine = pair[1], pair[2]
thread.new(memory, { name = "other", priority = 255, entry = theirs,
  fault_endpoint = what == "fault" and endpoint or nil }):start()
if what ~= "yield" then -- which is between equals
  bootstrap.check(seL4.TCB_SetPriority(seL4.CapInitThreadTCB, seL4.CapInitThreadTCB, 254))
end
if what == "fault" then
  seL4.Recv(endpoint) -- the first one, which each pass answers
end
gate.each(memory, mine) -- the other one runs now, up to its first wait
