-- SPDX-License-Identifier: MIT
--- Runs one hostile program beside a bystander of equal priority, and tells what became of both.
---
---   selvm run tests/hostile/arena.lua ATTACK [MILLISECONDS]
---
--- ATTACK is a name of attacks.lua. The program has a process of its own. The bystander, a thread
--- of the root task's process, reads the clock all the time: the longest time between two readings
--- is the worst delay that the hostile program has caused it. After so many milliseconds of the
--- machine's clock (60 if left out) the root task, at a higher priority, deletes the process.

local seL4 = require "seL4"
local attacks = require "attacks"
local bootstrap = require "sel4.bootstrap"
local process = require "sel4.process"
local thread = require "sel4.thread"

local check = bootstrap.check
local memory = bootstrap.open()
local name, milliseconds = ...
local attack = attacks[name] or error("no such attack: " .. tostring(name))

local RTC_ADDRESS, RTC_IRQ = 0x00101000, 11
local TIME_LOW, TIME_HIGH, ALARM_LOW, ALARM_HIGH, IRQ_ENABLED = 0x00, 0x04, 0x08, 0x0c, 0x10
local MILLISECOND = 1000000
local PRIORITY = 100
local is_mcs = seL4.SchedContextObject ~= nil

local registers = memory:window(4096)
memory:map(memory:device_frame(RTC_ADDRESS), registers)
local handler, alarm = memory:slot(), memory:object(seL4.NotificationObject)
check(seL4.IRQControl_Get(seL4.CapIRQControl, RTC_IRQ, seL4.CapInitThreadCNode, handler,
  seL4.WordBits))
check(seL4.IRQHandler_SetNotification(handler, alarm))
seL4.Store32(registers + IRQ_ENABLED, 1)

local function time()
  local low = seL4.Load32(registers + TIME_LOW)
  return seL4.Load32(registers + TIME_HIGH) << 32 | low
end

local worst, readings = 0, 0
local faults = memory:object(seL4.EndpointObject)
local villain = process.new(memory, {
  name = name, source = 'local seL4 = require "seL4"; ' .. attack.source,
  heap_bits = attack.heap_bits or 22, priority = PRIORITY, caps = { [1] = faults },
  fault_endpoint = is_mcs and faults or 1 })
local bystander = thread.new(memory, { priority = PRIORITY, entry = function()
  local last = time()
  while true do
    local now = time()
    if now - last > worst then
      worst = now - last
    end
    last, readings = now, readings + 1
  end
end })
bystander:start()
villain:start()

local stop = time() + (tonumber(milliseconds) or 60) * MILLISECOND
seL4.Store32(registers + ALARM_HIGH, stop >> 32)
seL4.Store32(registers + ALARM_LOW, stop & 0xffffffff)
seL4.Wait(alarm)

local late = time() - stop
bystander:suspend()
local message, sender = seL4.NBRecv(faults, is_mcs and memory:object(seL4.ReplyObject) or nil)
local ended = "runs"
if seL4.MessageInfo_get_label(message) ~= 0 then
  local fault = seL4.getFault(message)
  ended = fault.Number == seL4.LuaException_Overstayed and "killed"
    or fault.Number == seL4.LuaException_Error and "error" or fault.name
elseif sender ~= 0 then
  ended = "?"
end
print("ended", ended)
print("text", ended ~= "runs" and (seL4.DebugFaultText(villain.tcb) or ""):match "^[^\n]*" or "")
check(seL4.CNode_Delete(seL4.CapInitThreadCNode, villain.heap, seL4.WordBits))
print("delay", worst // 1000)
print("alarm", late // 1000)
print("readings", readings)
