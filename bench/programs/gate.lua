-- SPDX-License-Identifier: MIT
--- Lets the host say when a program of bench/ does what is measured: whenever it raises interrupt
--- line 1 the program goes one step, first to prepare, then to the thing itself, and so on.
--
--   gate.each(memory, function() end)     -- done in every other step; does not return
--
-- So one machine serves all rounds of a benchmark, and what it takes to set up is not counted.

local alloc = require "sel4.alloc"
local bootstrap = require "sel4.bootstrap"
local seL4 = require "seL4"

local gate = {}

--- `prepare`, if given, is called before each `pass`; what a pass returns, if anything, is told to
--- the host: a number.
function gate.each(memory, pass, prepare)
  local allocator = alloc.of(memory)
  local handler = allocator:slot()
  local notification = allocator:allocate(seL4.NotificationObject)
  bootstrap.check(seL4.IRQControl_Get(seL4.CapIRQControl, 1, seL4.CapInitThreadCNode, handler,
    seL4.WordBits))
  bootstrap.check(seL4.IRQHandler_SetNotification(handler, notification))
  while true do
    seL4.Wait(notification)
    seL4.IRQHandler_Ack(handler)
    if prepare then
      prepare()
    end
    print "ready"
    seL4.Wait(notification)
    seL4.IRQHandler_Ack(handler)
    print("done", pass())
  end
end

return gate
