-- SPDX-License-Identifier: MIT
--- Threads that compute without end: equals share the processor, and interrupts get through,
--- wherever the loop stands.

local seL4 = require "seL4"
local system = require "lib.system"
local is = system.is

local RTC_PADDR, RTC_IRQ = 0x00101000, 11
local MILLISECOND = 1000000
local rtc = system.device(RTC_PADDR)
local handler, note = system.slot(), system.object(seL4.NotificationObject)
system.check(seL4.IRQControl_Get(seL4.CapIRQControl, RTC_IRQ, seL4.CapInitThreadCNode, handler, 64))
system.check(seL4.IRQHandler_SetNotification(handler, note))
seL4.Store32(rtc + 0x10, 1)

local function time()
  local low = seL4.Load32(rtc)
  return seL4.Load32(rtc + 4) << 32 | low
end

-- Lets the others run for so long.
local function sleep(ns)
  local at = time() + ns
  seL4.Store32(rtc + 0x0c, at >> 32)
  seL4.Store32(rtc + 0x08, at & 0xffffffff)
  seL4.Wait(note)
  seL4.Store32(rtc + 0x1c, 1)
  system.check(seL4.IRQHandler_Ack(handler))
  return time() - at
end

-- Two equals that count.
local counts = { 0, 0 }
local threads = {}
for i = 1, 2 do
  threads[i] = system.thread { priority = 50, fn = function()
    while true do
      counts[i] = counts[i] + 1
    end
  end }
end
local late = sleep(100 * MILLISECOND)
is("the alarm is late by less than 50 us", late < 50000, true)
local share = counts[1] / (counts[1] + counts[2])
is("equal shares", share > 0.45 and share < 0.55, true)
is("both have computed", counts[1] > 10000, true)
for _, tcb in ipairs(threads) do
  seL4.TCB_Suspend(tcb)
end

-- A loop in various places, at low priority; the alarm must get through soon.
local function check_loop(what, fn, limit)
  local tcb = system.thread { priority = 50, fn = fn }
  late = sleep(5 * MILLISECOND)
  is(what .. " is preempted in time", late < (limit or 50000), true)
  local err, regs = seL4.TCB_ReadRegisters(tcb, false, 0, 1)
  is(what .. ": its pc lies in the image", err == 0 and regs.pc > 0x10000 and regs.pc < 0x20000,
    true)
  late = sleep(5 * MILLISECOND)
  is(what .. " is preempted again", late < (limit or 50000), true)
  seL4.TCB_Suspend(tcb)
  return tcb
end

local function forever()
  local n = 0
  while true do
    n = n + 1
  end
end

check_loop("a function", forever)
check_loop("pcall", function() pcall(forever) end)
check_loop("xpcall", function() xpcall(forever, print) end)
check_loop("a coroutine", function() coroutine.wrap(forever)() end)
check_loop("a coroutine in a coroutine", function()
  coroutine.wrap(function() pcall(coroutine.wrap(function() pcall(forever) end)) end)()
end)
check_loop("an iterator", function() for _ in forever do end end)
check_loop("__index", function() return setmetatable({}, { __index = forever }).x end)
check_loop("__close", function()
  local load = load
  local fn = load "local forever = ... local _ <close> = setmetatable({}, { __close = forever })"
  if fn then
    fn(forever)
  else
    forever() -- Lua 5.3 has no such variables
  end
end)

check_loop("sort", function() table.sort({ 3, 2, 1 }, forever) end)
check_loop("gsub", function() return ("abc"):gsub(".", forever) end)
check_loop("sort with a pcall", function()
  table.sort({ 3, 2, 1 }, function()
    while true do
      pcall(forever)
    end
  end)
end)
check_loop("sort with a coroutine", function()
  table.sort({ 3, 2, 1 }, function()
    while true do
      coroutine.resume(coroutine.create(forever))
    end
  end)
end)
check_loop("xpcall's handler", function() xpcall(error, forever) end)
check_loop("load's reader", function() load(forever) end)
check_loop("tostring", function()
  print(setmetatable({}, { __tostring = function() forever() end }))
end)
check_loop("a pattern", function() return ("a"):rep(50):find(("a?"):rep(50) .. ("a"):rep(50)) end)
check_loop("table.move", function() table.move({}, 1, 1 << 53, 2) end)
check_loop("string.rep", function()
  while true do
    pcall(string.rep, "x", 1 << 18)
  end
end, 200000)

-- Where Lua cannot yield the thread is not preempted, but killed when it stays too long.
local fault_ep = system.object(seL4.EndpointObject)
local badged = system.copy(fault_ep, seL4.AllRights, 1)
local function check_kill(what, fn)
  local tcb = system.thread { priority = 50, fn = fn, fault_ep = badged }
  late = sleep(5 * MILLISECOND)
  is(what .. ": the alarm comes in the end", late < 2 * MILLISECOND, true)
  local message = seL4.Recv(fault_ep)
  local fault = seL4.getFault(message)
  is(what .. " is killed", fault.Number, seL4.LuaException_Overstayed)
  print("  " .. seL4.DebugFaultText(tcb):match("^[^\n]*"))
  system.check(seL4.CNode_Delete(seL4.CapInitThreadCNode, tcb, 64))
end

local options = setmetatable({}, { __index = forever })
check_kill("__index of an options table", function()
  seL4.TCB_WriteRegisters(threads[1], false, 0, 1, options)
end)
check_kill("the same with a pcall and an xpcall", function()
  getmetatable(options).__index = function()
    while true do
      xpcall(forever, forever)
      pcall(forever)
    end
  end
  pcall(seL4.TCB_WriteRegisters, threads[1], false, 0, 1, options)
end)
check_kill("the same with a coroutine", function()
  getmetatable(options).__index = function()
    while true do
      coroutine.resume(coroutine.create(forever))
    end
  end
  seL4.TCB_WriteRegisters(threads[1], false, 0, 1, options)
end)

-- A long sort is preempted, too.
local sorted
local sorter = system.thread { priority = 50, fault_ep = badged, fn = function()
  local list = {}
  for i = 1, 3000 do
    list[i] = i * 7919 % 3001
  end
  table.sort(list, function(a, b) return a < b end)
  sorted = list[1] .. " " .. list[3000]
  forever()
end }
late = sleep(MILLISECOND)
is("a long sort does not delay the alarm", late < 50000, true)
late = sleep(20 * MILLISECOND)
is("nor what follows", late < 50000, true)
is("sorted", sorted, "1 3000")
local _, badge = seL4.NBRecv(fault_ep)
is("nothing was killed", badge, 0)
seL4.TCB_Suspend(sorter)
