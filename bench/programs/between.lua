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
local CNODE, DEPTH = seL4.CapInitThreadCNode, seL4.WordBits
local memory = bootstrap.open()
local endpoint = memory:object(seL4.EndpointObject)
local notification = memory:object(seL4.NotificationObject)
local empty = seL4.MessageInfo_new(0, 0, 0, 0)
local with_cap = seL4.MessageInfo_new(0, 0, 1, 0)
local UNMAPPED = 0x10

-- For each, what the other thread does for ever, and what this one does `count` times. The other
-- one has the highest priority: it runs as soon as it can.
local things = {
  send = { loop.forever(seL4.Recv, endpoint), loop.times(count, seL4.Send, endpoint, empty) },

  signal = { loop.forever(seL4.Wait, notification), loop.times(count, seL4.Signal, notification) },

  yield = { function()
    seL4.Wait(notification)
    loop.forever(seL4.Yield)()
  end, function()
    seL4.Signal(notification)
    loop.times(count, seL4.Yield)()
  end },

  -- The capability is deleted before the next one comes.
  cap = { function()
    local slot = memory:slot()
    seL4.SetCapReceivePath(CNODE, slot, DEPTH)
    seL4.Recv(endpoint)
    while true do
      bootstrap.check(seL4.CNode_Delete(CNODE, slot, DEPTH))
      seL4.ReplyRecv(endpoint, empty)
    end
  end, function()
    seL4.SetCap(0, notification)
    loop.times(count, seL4.Call, endpoint, with_cap)()
  end },

  -- The answer lets it make the access again, which faults again.
  fault = { function()
    seL4.Load64(UNMAPPED)
  end, function()
    seL4.Recv(endpoint)
    loop.times(count, seL4.ReplyRecv, endpoint, empty)()
  end },
}

local pair = assert(things[what], "no such thing to do")
local theirs, mine = pair[1], pair[2]
local other = thread.new(memory, { name = "other", priority = 255, entry = theirs,
  fault_endpoint = what == "fault" and endpoint or nil }):start()
if what ~= "yield" then -- which is between equals
  bootstrap.check(seL4.TCB_SetPriority(seL4.CapInitThreadTCB, seL4.CapInitThreadTCB, 254))
end
gate.wait(memory) -- the other one runs now, up to its first wait
mine()
bootstrap.check(seL4.TCB_Suspend(other.tcb))
print "done"
