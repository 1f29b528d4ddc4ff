-- SPDX-License-Identifier: MIT
--- A driver for the machine's clock: seL4 has none, drivers are programs like others.
---
---   ./selvm run examples/timer.lua
---
--- A device is registers in memory, and an interrupt line with which it asks for attention. This
--- program maps the registers of the real-time clock, lets the kernel turn its interrupts into
--- signals of a notification, and waits for alarms. docs/devices.md describes the registers.

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"

local check = bootstrap.check
local memory = bootstrap.open()

local RTC_ADDRESS, RTC_IRQ = 0x00101000, 11
local TIME_LOW, TIME_HIGH, ALARM_LOW, ALARM_HIGH = 0x00, 0x04, 0x08, 0x0c
local IRQ_ENABLED, CLEAR_INTERRUPT = 0x10, 0x1c
local MILLISECOND = 1000000 -- the clock counts nanoseconds

-- 1. The registers. The root task has a capability to the device's memory; made into a frame, it
--    can be mapped, here at an address that is free.
local registers = memory:window(4096)
memory:map(memory:device_frame(RTC_ADDRESS), registers)

local function time()
  local low = seL4.Load32(registers + TIME_LOW) -- read first: it holds the other half still
  return seL4.Load32(registers + TIME_HIGH) << 32 | low
end

local function set_alarm(at)
  seL4.Store32(registers + ALARM_HIGH, at >> 32)
  seL4.Store32(registers + ALARM_LOW, at & 0xffffffff) -- written last: it arms the alarm
end

-- 2. The interrupt. CapIRQControl is the right to make handlers for lines; the handler signals a
--    notification, on which a thread can wait.
local handler = memory:slot()
local alarm = memory:object(seL4.NotificationObject)
check(seL4.IRQControl_Get(seL4.CapIRQControl, RTC_IRQ, seL4.CapInitThreadCNode, handler,
  seL4.WordBits))
check(seL4.IRQHandler_SetNotification(handler, alarm))
seL4.Store32(registers + IRQ_ENABLED, 1)

-- 3. Waiting. Time is virtual: it passes as instructions are run, and when everybody waits it jumps
--    to the next alarm. So this program takes no second, and prints the same every time.
local start = time()
print(("the clock says less than %d ms"):format((start // MILLISECOND // 10 + 1) * 10))
for i, milliseconds in ipairs { 10, 250, 1000 } do
  set_alarm(time() + milliseconds * MILLISECOND)
  seL4.Wait(alarm)
  local passed = (time() - start) // MILLISECOND
  print(("alarm %d after %d ms: %d ms since the start"):format(i, milliseconds, passed))
  seL4.Store32(registers + CLEAR_INTERRUPT, 1) -- the device stops asking
  check(seL4.IRQHandler_Ack(handler))          -- the kernel listens to the line again
end
