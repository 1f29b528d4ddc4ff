-- SPDX-License-Identifier: MIT
--- Several processes: what they share and what not, full heaps, and heaps that go away under their
--- threads.

local seL4 = require "seL4"
local system = require "lib.system"
local is, are = system.is, system.are

local ep = system.object(seL4.EndpointObject)
local fault_ep = system.object(seL4.EndpointObject)
local info = seL4.MessageInfo_new
local root, depth = seL4.CapInitThreadCNode, seL4.WordBits

counter = 1 -- luacheck: ignore (a global, to be shared by the threads of a process)

-- A child: program, module and arguments come from an image that was made here.
local CHILD = [[
local seL4 = require "seL4"
local helper = require "helper"
local ep, name = math.tointeger(tonumber((...))), select(2, ...)
print("child " .. name, select("#", ...), helper.greeting, counter, pcall(seL4.GetBootInfo))
print("require is cached", helper == require "helper", pcall(require, "nothing"))
counter = (counter or 0) + 1
local info = seL4.MessageInfo_new(1, 0, 0, 2)
local _, word, entry = seL4.CallWithMRs(ep, info, 5, seL4.Entry(function(a0, a1)
  print("second thread of " .. name, a0, a1, counter)
  counter = counter + 1
  seL4.SendWithMRs(ep, seL4.MessageInfo_new(2, 0, 0, 1), counter)
end))
print("child " .. name .. " got", word, counter)
local self = { 1, 2, 3 }
setmetatable(self, { __index = self, __gc = nil })
print(pcall(setmetatable, {}, { __gc = print }))
error "the child is finished"
]]
local HELPER = "print('loading', ...) return { greeting = 'hello' }"

local function child(name, options)
  local process = system.process {
    source = options.source or CHILD, name = "child.lua", modules = { { "helper", HELPER } },
    args = { tostring(ep), name }, heap_bits = options.heap_bits,
  }
  process.tcb = system.thread { process = process, fault_ep = fault_ep, buffer = true,
    priority = options.priority or 100 }
  return process
end

local one, two = child("one", {}), child("two", {})
local entries = {}
for i = 1, 2 do
  local message, _, m0, entry = seL4.RecvWithMRs(ep)
  are("call of a child", { seL4.MessageInfo_get_label(message), m0, entry > 0x4c0000000000 },
    { 1, 5, true })
  local process = i == 1 and two or one -- who was resumed last goes first
  entries[i] = entry
  system.thread { process = process, pc = entry, args = { 10 + i, 20 + i }, priority = 110 }
  local caller = system.slot()
  system.check(seL4.CNode_SaveCaller(root, caller, depth))
  local _, _, count = seL4.RecvWithMRs(ep)
  is("its threads share globals", count, 2)
  seL4.SendWithMRs(caller, info(0, 0, 0, 1), 99)
end
is("each process has its own functions", entries[1], entries[2])
is("our globals are ours", counter, 1) -- luacheck: ignore
for _ = 1, 2 do
  local message = seL4.Recv(fault_ep)
  is("it ends with an error", seL4.getFault(message).Number, seL4.LuaException_Error)
end
is("readable from here", seL4.DebugFaultText(one.tcb):match("^[^\n]*"),
  "child.lua:17: the child is finished")
local err, size, used, peak, threads = seL4.Lua_Heap_Stats(one.heap)
are("Stats", { err, size, used > 10000 and used <= peak and peak <= size, threads },
  { 0, 1 << 18, true, 2 })

-- A full heap is an error of its own process only, and can be caught there.
local GREEDY = [[
local list = {}
local ok, why = pcall(function()
  for i = 1, math.huge do
    list[i] = ("x"):rep(1000) .. i
  end
end)
local count = #list
list = nil
print(ok, why, count > 50, #("y"):rep(20000))
print((select(2, pcall(string.rep, "z", 1 << 20)):match "not enough memory"))
local t = {}
while true do
  t[#t + 1] = ("x"):rep(100) .. #t
end
]]
local greedy = child("greedy", { source = GREEDY })
local message = seL4.Recv(fault_ep)
is("a full heap", seL4.getFault(message).Number, seL4.LuaException_Error)
is("says", seL4.DebugFaultText(greedy.tcb):match("^[^\n]*"), "not enough memory")
is("here there is enough", #("x"):rep(1 << 20), 1 << 20)

-- The smallest heap runs a small program; the next thread finds no room for much.
local tiny = child("tiny", { source = "print('tiny', collectgarbage('count') < 64)",
  heap_bits = 16 })
system.rest()
err, size, used = seL4.Lua_Heap_Stats(tiny.heap)
are("the smallest heap", { err, size }, { 0, 65536 })
is("is used", used > 20000 and used < 65536, true)

-- Deep recursion ends in an error.
child("deep", { source = [[
local function f(n) return 1 + f(n + 1) end
local ok, why = pcall(f, 1)
print(ok, why:match("stack overflow") or why)
local function g() return g() end
local co = coroutine.wrap(function() coroutine.yield(1) end)
print(co(), ok)
local s = ("("):rep(300)
print(load(s) == nil)
]], heap_bits = 21 })
system.rest()

-- Taking the heap away stops the threads with a fault, where they next run.
local WAITER = [[
local seL4 = require "seL4"
local ep = math.tointeger(tonumber((...)))
local _, word = seL4.CallWithMRs(ep, seL4.MessageInfo_new(7, 0, 0, 1), 1)
print("waiter got", word)
]]
local waiter = child("waiter", { source = WAITER })
seL4.Recv(ep)
is("Unbind", seL4.Lua_Heap_Unbind(waiter.heap), 0)
is("Unbind again", seL4.Lua_Heap_Unbind(waiter.heap), seL4.IllegalOperation)
seL4.Reply(info(0, 0, 0, 1))
message = seL4.Recv(fault_ep)
are("no heap", { seL4.getFault(message).Number, seL4.getFault(message).Code },
  { seL4.LuaException_NoEngine, 0 })
is("Bind again", seL4.Lua_Heap_Bind(waiter.heap, waiter.vspace), 0)
is("bound twice", seL4.Lua_Heap_Bind(waiter.heap, waiter.vspace), seL4.IllegalOperation)
local spare = system.object(seL4.LuaHeapObject, 16)
is("a second heap", seL4.Lua_Heap_Bind(spare, waiter.vspace), seL4.DeleteFirst)
is("of no VSpace", seL4.Lua_Heap_Bind(spare, ep), seL4.InvalidCapability)
seL4.Reply(info(0, 0, 0, 0)) -- it goes on, at a place that the new state knows nothing of
message = seL4.Recv(fault_ep)
is("the place is gone", seL4.getFault(message).Number, seL4.LuaException_BadEntry)
seL4.ReplyWithMRs(info(0, 0, 0, 1), waiter.entry)
seL4.Recv(ep)
seL4.ReplyWithMRs(info(0, 0, 0, 1), 123)
system.rest()

-- A heap is deleted under a running thread, by another process's thread and by itself.
local BUSY = "local n = 0 while true do n = n + 1 end"
local busy = child("busy", { source = BUSY, priority = 40 })
local busy_too = child("busy too", { source = BUSY, priority = 40 })
system.thread { priority = 41, fn = function()
  for _ = 1, 100000 do
  end
  is("deleting a busy heap", seL4.CNode_Delete(root, busy.heap, depth), 0)
  is("deleting its thread", seL4.CNode_Delete(root, busy_too.tcb, depth), 0)
end }
system.rest(41)
system.check(seL4.TCB_SetPriority(seL4.CapInitThreadTCB, seL4.CapInitThreadTCB, 30))
message = seL4.Recv(fault_ep)
is("a deleted heap", seL4.getFault(message).Number, seL4.LuaException_NoEngine)
system.check(seL4.TCB_SetPriority(seL4.CapInitThreadTCB, seL4.CapInitThreadTCB, 255))

-- A thread takes something from under its own feet: the call is made with no Lua code active.
local SUICIDE = [[
local seL4 = require "seL4"
local _, method, slot = ...
local result = coroutine.wrap(function()
  return table.pack(pcall(seL4[method], 2, math.tointeger(tonumber(slot)), 64))
end)()
print("  goes on:", table.unpack(result))
seL4.Signal(7)
print "  and can call"
]]
local GUARD = seL4.CNode_CapData_new(0, 52)

-- A thread with a CSpace of its own: 2 the CNode, 3 the heap, 4 the VSpace, 5 its TCB, all of them
-- the originals; 6 the fault handler.
local function doomed(method, slot)
  local process = system.process { source = SUICIDE, name = "suicide.lua",
    args = { "", method, tostring(slot) } }
  local cnode, tcb, own = system.object(seL4.CapTableObject, 12), system.object(seL4.TCBObject),
    system.slot()
  system.check(seL4.CNode_Copy(root, own, depth, root, tcb, depth, seL4.AllRights))
  system.check(seL4.CNode_Copy(cnode, 6, 12, root, fault_ep, depth, seL4.AllRights))
  for i, cap in ipairs { process.heap, process.vspace, tcb } do
    system.check(seL4.CNode_Move(cnode, i + 2, 12, root, cap, depth))
  end
  local vspace, itself = system.slot(), system.slot()
  system.check(seL4.CNode_Copy(root, vspace, depth, cnode, 4, 12, seL4.AllRights))
  system.check(seL4.CNode_Mint(root, itself, depth, root, cnode, depth, seL4.AllRights, GUARD))
  system.check(seL4.TCB_SetSpace(own, 6, itself, 0, vspace, 0))
  system.check(seL4.TCB_SetPriority(own, seL4.CapInitThreadTCB, 40))
  system.check(seL4.TCB_WriteRegisters(own, true, 0, 1, { pc = process.entry }))
  system.check(seL4.CNode_Mutate(cnode, 2, 12, root, cnode, depth, GUARD))
  if slot == 5 then
    system.check(seL4.CNode_Delete(root, own, depth))
  end
end

-- "Delete 4" takes nothing away, as there is a copy.
local DEEDS = { "Delete 3", "Delete 4", "Revoke 4", "Delete 5", "Revoke 2", "Delete 2" }
for _, what in ipairs(DEEDS) do
  local method, slot = what:match "(%a+) (%d)"
  print("a thread does " .. what)
  doomed("CNode_" .. method, tonumber(slot))
  system.rest()
  message = seL4.NBRecv(fault_ep)
  local label = seL4.MessageInfo_get_label(message)
  print("  then", label ~= 0 and seL4.getFault(message).name or "nothing")
end

-- An image without room for it, and a thread for which the heap has no room at all.
local full = system.process { source = "x = 1", heap_bits = 16 }
system.thread { process = full, fault_ep = fault_ep, priority = 60, fn = nil }
system.rest()
local long = "local s = '" .. ("a"):rep(60000) .. "' print(#s)"
local crowded = system.process { source = long, heap_bits = 16 }
local crowded_tcb = system.thread { process = crowded, fault_ep = fault_ep, priority = 60 }
message = seL4.Recv(fault_ep)
is("a program too long for its heap", seL4.getFault(message).Number, seL4.LuaException_Error)
print(seL4.DebugFaultText(crowded_tcb))
