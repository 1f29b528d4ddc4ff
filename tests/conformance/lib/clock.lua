-- SPDX-License-Identifier: MIT
--- The machine's clock device: its time, and an alarm that interrupts.
---
---   local clock = require("lib.clock").open(m)       -- m: the allocator of a test
---   clock.alarm(clock.time() + 5 * clock.MS)
---   seL4.Wait(clock.notification)                    -- badge 1
---   clock.quiet()                                    -- the device: no interrupt any more
---   seL4.IRQHandler_Ack(clock.handler)

local seL4 = require "seL4"
local suite = require "lib.conformance"

local clock = {}

local ADDRESS, LINE = 0x00101000, 11
local TIME_LOW, TIME_HIGH, ALARM_LOW, ALARM_HIGH = 0x00, 0x04, 0x08, 0x0c
local IRQ_ENABLED, CLEAR_ALARM, CLEAR_INTERRUPT = 0x10, 0x14, 0x1c
local ROOT, DEPTH = seL4.CapInitThreadCNode, seL4.WordBits
local done = suite.done

--- Opens it: its registers are mapped, and its interrupt handler signals a notification.
function clock.open(m)
  local base = m:window(1 << seL4.PageBits)
  m:map(suite.device_frame(m, seL4.RISCV_4K_Page, seL4.PageBits, ADDRESS), base)
  local self = { LINE = LINE, MS = 1000000, handler = m:slot(),
    notification = m:object(seL4.NotificationObject) }
  self.badged = m:copy(self.notification, seL4.AllRights, 1)
  seL4.Store32(base + CLEAR_ALARM, 1)
  seL4.Store32(base + CLEAR_INTERRUPT, 1)
  done(seL4.IRQControl_Get(seL4.CapIRQControl, LINE, ROOT, self.handler, DEPTH))
  done(seL4.IRQHandler_SetNotification(self.handler, self.badged))
  seL4.Store32(base + IRQ_ENABLED, 1)
  --- Nanoseconds since the start.
  function self.time()
    local low = seL4.Load32(base + TIME_LOW)
    return seL4.Load32(base + TIME_HIGH) << 32 | low
  end

  --- Interrupts at that time, or at once if it has passed.
  function self.alarm(time)
    seL4.Store32(base + ALARM_HIGH, time >> 32)
    seL4.Store32(base + ALARM_LOW, time & 0xffffffff)
  end

  --- The device takes its interrupt back.
  function self.quiet()
    seL4.Store32(base + CLEAR_ALARM, 1)
    seL4.Store32(base + CLEAR_INTERRUPT, 1)
  end

  --- Whether a signal has come, a little later: an interrupt may take some instructions.
  function self.has_signal()
    local now = self.time()
    while self.time() < now + 100000 do end -- luacheck: ignore
    return select(2, seL4.Poll(self.notification)) ~= 0
  end
  return self
end

return clock
