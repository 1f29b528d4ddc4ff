-- SPDX-License-Identifier: MIT
--- Devices from Lua: the serial port, the clock with its interrupt as a driver thread would use it,
--- and accesses that a device does not answer.

local seL4 = require "seL4"
local system = require "lib.system"
local is, are, raises = system.is, system.are, system.raises

local uart, rtc = system.device(0x10000000), system.device(0x00101000)
for byte in ("by uart\n"):gmatch "." do
  seL4.Store8(uart, byte:byte())
end
is("line status", seL4.Load8(uart + 5), 0x60)

-- A driver of high priority counts ticks of a clock that interrupts every millisecond, while the
-- root task, of low priority, only computes.
local RTC_IRQ, PERIOD, TICKS = 11, 1000000, 20
local handler, note = system.slot(), system.object(seL4.NotificationObject)
system.check(seL4.IRQControl_Get(seL4.CapIRQControl, RTC_IRQ, seL4.CapInitThreadCNode, handler, 64))
system.check(seL4.IRQHandler_SetNotification(handler, system.copy(note, seL4.AllRights, 3)))
local ticks, badges, latest = 0, {}, 0
system.thread { priority = 200, fn = function()
  local function now()
    local low = seL4.Load32(rtc)
    return seL4.Load32(rtc + 4) << 32 | low
  end
  seL4.Store32(rtc + 0x10, 1)
  local at = now()
  for _ = 1, TICKS do
    at = at + PERIOD
    seL4.Store32(rtc + 0x0c, at >> 32)
    seL4.Store32(rtc + 0x08, at & 0xffffffff)
    badges[seL4.Wait(note)] = true
    latest = math.max(latest, now() - at)
    ticks = ticks + 1
    seL4.Store32(rtc + 0x1c, 1)
    seL4.IRQHandler_Ack(handler)
  end
end }
system.check(seL4.TCB_SetPriority(seL4.CapInitThreadTCB, seL4.CapInitThreadTCB, 10))
local rounds = 0
while ticks < TICKS do
  rounds = rounds + 1
end
is("ticks while computing", ticks, TICKS)
is("with the badge", badges[3], true)
is("each in time", latest < 50000, true)
is("the rest was ours", rounds > 10000, true)

-- What is no access of the device is a fault; a handler may leave it out.
local fault_ep = system.object(seL4.EndpointObject)
local results = {}
local function driver(fn)
  system.check(seL4.TCB_SetPriority(seL4.CapInitThreadTCB, seL4.CapInitThreadTCB, 255))
  local tcb = system.thread { fault_ep = fault_ep, priority = 100, fn = function()
    results = table.pack(fn())
  end }
  local fault = seL4.getFault((seL4.Recv(fault_ep)))
  local _, regs = seL4.TCB_ReadRegisters(tcb, false, 0, 32)
  regs.pc = regs.pc + 4
  seL4.TCB_WriteRegisters(tcb, true, 0, 32, regs)
  system.rest()
  return fault
end
local fault = driver(function() return seL4.Load64(rtc) end)
are("an access of another size", { fault.name, fault.Addr == rtc, fault.FSR, results[1] },
  { "VMFault", true, 5, 0 })
fault = driver(function() return seL4.Load32(rtc + 2) end)
are("a misaligned load", { fault.name, fault.Number, fault.Code == rtc + 2 },
  { "UserException", 4, true })
fault = driver(function() return seL4.Store32(rtc + 1, 0) end)
are("a misaligned store", { fault.Number, results.n }, { 6, 0 })
fault = driver(function() return seL4.Store8(rtc + 0x800, 0) end)
are("no register", { fault.name, fault.FSR }, { "VMFault", 7 })
raises("many bytes", "seL4.LoadBytes: device memory at address", seL4.LoadBytes, uart, 4)
raises("many bytes", "seL4.StoreBytes: device memory at address", seL4.StoreBytes, uart, "ab")
local boot = seL4.GetBootInfo()
for i, untyped in ipairs(boot.untypedList) do
  if untyped.isDevice then
    is("devices are no kernel memory", seL4.Untyped_Retype(boot.untyped.start + i - 1,
      seL4.EndpointObject, 0, seL4.CapInitThreadCNode, 0, 0, system.slot(), 1),
      seL4.InvalidArgument)
    break
  end
end

-- Memory of all sizes, at any address.
local vaddr = system.page()
seL4.Store16(vaddr + 1, 0x1234)
seL4.Store32(vaddr + 3, 0x89abcdef)
seL4.Store8(vaddr + 7, 0x17f)
are("misaligned memory", { seL4.Load64(vaddr), seL4.Load16(vaddr + 1), seL4.Load32(vaddr + 3),
  seL4.Load8(vaddr + 7), seL4.LoadBytes(vaddr + 1, 2) == "\x34\x12" },
  { 0x7f89abcdef123400, 0x1234, 0x89abcdef, 0x7f, true })
is("no bytes", seL4.LoadBytes(0, 0), "")
raises("too many bytes", "length: -1 is not from 0 to", seL4.LoadBytes, vaddr, -1)
