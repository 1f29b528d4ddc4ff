-- SPDX-License-Identifier: MIT
--- Holds a benchmark's program until the host raises interrupt line 1.
--
--   gate.wait(memory)      -- everything is ready; returns when the time runs

local bootstrap = require "sel4.bootstrap"
local seL4 = require "seL4"

local gate = {}

function gate.wait(memory)
  local handler, notification = memory:slot(), memory:object(seL4.NotificationObject)
  bootstrap.check(seL4.IRQControl_Get(seL4.CapIRQControl, 1, seL4.CapInitThreadCNode, handler,
    seL4.WordBits))
  bootstrap.check(seL4.IRQHandler_SetNotification(handler, notification))
  seL4.Wait(notification)
end

return gate
