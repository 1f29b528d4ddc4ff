-- SPDX-License-Identifier: MIT
--- A sporadic server: time that is used comes back one period later, piece by piece.
---
---   ./selvm run --mcs examples/mcs_sporadic.lua
---
--- The budget is 4 ms in 20 ms. A thread that computes 1 ms and then waits 3 ms, again and again,
--- uses it up in its fifth round, and ends that one only when time has come back: each piece comes
--- 20 ms after it was begun. So in no 20 ms it runs longer than 4 ms.

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local thread = require "sel4.thread"

local ROUNDS = 10
local RTC_ADDRESS, RTC_IRQ = 0x101000, 11 -- docs/devices.md
local TIME_LOW, TIME_HIGH, ALARM_LOW, ALARM_HIGH = 0x00, 0x04, 0x08, 0x0c
local IRQ_ENABLED, CLEAR_INTERRUPT = 0x10, 0x1c

local memory = bootstrap.open()
local done = memory:object(seL4.NotificationObject)
local alarm = memory:object(seL4.NotificationObject)
local handler = memory:slot()
local rtc = memory:window(4096)

memory:map(memory:device_frame(RTC_ADDRESS), rtc)
bootstrap.check(seL4.IRQControl_Get(seL4.CapIRQControl, RTC_IRQ, seL4.CapInitThreadCNode, handler,
  seL4.WordBits))
bootstrap.check(seL4.IRQHandler_SetNotification(handler, alarm))
seL4.Store32(rtc + IRQ_ENABLED, 1)

local function now_us()
  local low = seL4.Load32(rtc + TIME_LOW)
  return (low | seL4.Load32(rtc + TIME_HIGH) << 32) // 1000
end

local function sleep_until(time_us)
  local time = time_us * 1000
  seL4.Store32(rtc + ALARM_HIGH, time >> 32)
  seL4.Store32(rtc + ALARM_LOW, time & 0xffffffff)
  seL4.Wait(alarm)
  seL4.Store32(rtc + CLEAR_INTERRUPT, 1)
  bootstrap.check(seL4.IRQHandler_Ack(handler))
end

local starts = {}

local function be_sporadic()
  for round = 1, ROUNDS do
    starts[round] = now_us()
    for _ = 1, 95000 do
      -- with what the waiting costs, a little less than 1 ms
    end
    sleep_until(now_us() + 3000)
  end
  seL4.Signal(done)
end

thread.new(memory, {
  name = "sporadic", entry = be_sporadic, priority = 200, budget = 4000, period = 20000,
  extra_refills = 6, sporadic = true,
}):start()
seL4.Wait(done)

for round, start in ipairs(starts) do
  local previous = starts[round - 1]
  print(("round %2d began at %3d ms%s"):format(round, (start - starts[1] + 500) // 1000,
    previous and start - previous > 5000 and ", having waited for budget" or ""))
end
