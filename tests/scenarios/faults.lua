-- SPDX-License-Identifier: MIT
--- Faults and their handlers: memory, Lua errors, capabilities, unknown system calls, bad entries.

local seL4 = require "seL4"
local system = require "lib.system"
local is, are = system.is, system.are

local handler_ep = system.object(seL4.EndpointObject)
local badged = system.copy(handler_ep, seL4.AllRights, 0xfa)
local info = seL4.MessageInfo_new
local OK = info(0, 0, 0, 0)

local function faulty(fn, options)
  options = options or {}
  options.fn, options.fault_ep = fn, badged
  return system.thread(options)
end

-- What the handler receives, decoded.
local function next_fault()
  local message, badge = seL4.Recv(handler_ep)
  assert(badge == 0xfa)
  return seL4.getFault(message), message
end

-- A store to nowhere: the handler maps a page, and the store is made again.
local vaddr = system.vaddr()
local result
faulty(function()
  seL4.Store64(vaddr + 8, 42)
  result = seL4.Load64(vaddr + 8)
end)
local fault, message = next_fault()
are("a store", { fault.name, fault.label, fault.Addr, fault.PrefetchFault, fault.FSR },
  { "VMFault", seL4.Fault_VMFault, vaddr + 8, 0, 7 })
are("tags", { seL4.isVMFault_tag(message), seL4.isCapFault_tag(message) }, { true, false })
is("FaultIP lies in the image", fault.IP > 0x10000 and fault.IP < 0x20000, true)
system.map(system.object(seL4.RISCV_4K_Page), seL4.CapInitThreadVSpace, vaddr)
seL4.Reply(OK)
system.rest()
is("stored after the answer", result, 42)

-- A load from nowhere, the answer skips it: a load gives 0, and the registers can be seen.
local nowhere = system.vaddr()
local tcb = faulty(function()
  result = seL4.Load32(nowhere)
end)
fault = next_fault()
are("a load", { fault.Addr, fault.FSR }, { nowhere, 5 })
local err, regs = seL4.TCB_ReadRegisters(tcb, false, 0, 32)
are("pc is that of the fault", { err, regs.pc == fault.IP }, { 0, true })
seL4.Reply(info(1, 0, 0, 0)) -- a label does not matter here: the load is made again
fault = next_fault()
is("the load again", fault.Addr, nowhere)
regs.pc = regs.pc + 4
seL4.TCB_WriteRegisters(tcb, true, 0, 1, regs)
system.rest()
is("behind it, where the handler sets pc", result, 0)

-- Accesses across the end of a page, and many bytes.
local first, frame = system.page()
tcb = faulty(function()
  seL4.Store32(first + 4094, 0x04030201)
end)
fault = next_fault()
is("across pages: the second page's address", fault.Addr, first + 4096)
seL4.TCB_Suspend(tcb)
is("nothing was stored", seL4.Load16(first + 4094), 0)
faulty(function()
  seL4.StoreBytes(first + 4000, ("x"):rep(200))
  result = seL4.LoadBytes(first + 4090, 12)
end)
fault = next_fault()
is("StoreBytes", fault.Addr, first + 4096)
assert(system.vaddr() == first + 4096)
system.map(system.object(seL4.RISCV_4K_Page), seL4.CapInitThreadVSpace, first + 4096)
seL4.Reply(OK)
system.rest()
is("StoreBytes after the answer", result, ("x"):rep(12))

-- A read-only mapping.
local read_only = system.vaddr()
system.map(system.copy(frame), seL4.CapInitThreadVSpace, read_only, seL4.CanRead)
faulty(function()
  result = seL4.Load8(read_only + 4000)
  seL4.Store8(read_only, 1)
end)
fault = next_fault()
are("read only", { string.char(result), fault.Addr, fault.FSR }, { "x", read_only, 7 })

-- A Lua error that nobody catches is an exception with a text.
tcb = faulty(function()
  local function inner()
    error "something is wrong"
  end
  inner()
end)
fault = next_fault()
are("an error", { fault.name, fault.Number, fault.Code },
  { "UserException", seL4.LuaException_Error, 0 })
local text = seL4.DebugFaultText(tcb)
is("its text", text:match("^[^\n]*"), "tests/scenarios/faults.lua:94: something is wrong")
is("its traceback", text:find("faults.lua:96: in function", 1, true) ~= nil, true)
seL4.Reply(OK) -- the same again: there is no way on
fault = next_fault()
is("answered, it fails again", fault.Number, seL4.LuaException_Error)
seL4.ReplyWithMRs(info(0, 0, 0, 1), seL4.Entry(function() result = "a second life" end))
system.rest()
is("or goes on where FaultIP says", result, "a second life")
is("no text of a thread that is well", seL4.DebugFaultText(seL4.CapInitThreadTCB), nil)

-- Error values of other kinds.
for _, value in ipairs { setmetatable({}, { __tostring = function() return "with a name" end }),
  42, false } do
  tcb = faulty(function() error(value) end)
  next_fault()
  print("error value: " .. seL4.DebugFaultText(tcb):match("^[^\n]*"))
end
tcb = faulty(function()
  error(setmetatable({}, { __tostring = function() while true do end end }))
end)
next_fault()
print("__tostring for ever: " .. seL4.DebugFaultText(tcb):match("^[^\n]*"))
tcb = faulty(function()
  local function forever()
    while true do
      xpcall(error, forever)
    end
  end
  error(setmetatable({}, { __tostring = forever }))
end)
next_fault()
print("__tostring that catches: " .. seL4.DebugFaultText(tcb):match("^[^\n]*"))

-- A capability that is not there.
tcb = faulty(function()
  seL4.SendWithMRs(1 << 40, OK)
  result = "after Send"
end)
fault = next_fault()
are("a capability to send to", { fault.name, fault.Addr, fault.InRecvPhase, fault.LookupFailureType,
  fault.BitsLeft, fault.GuardMismatch_GuardFound, fault.GuardMismatch_BitsFound },
  { "CapFault", 1 << 40, 0, seL4.GuardMismatch, 64, 0, 52 })
seL4.TCB_Suspend(tcb)
local empty = system.slot()
faulty(function()
  local _, badge = seL4.Recv(empty)
  result = badge
end)
fault = next_fault()
are("a capability to receive from", { fault.Addr, fault.InRecvPhase, fault.LookupFailureType,
  fault.BitsLeft }, { empty, 1, seL4.MissingCapability, 0 })
local note = system.object(seL4.NotificationObject)
system.check(seL4.CNode_Mint(seL4.CapInitThreadCNode, empty, 64, seL4.CapInitThreadCNode, note, 64,
  seL4.AllRights, 17))
seL4.Reply(OK)
system.rest()
seL4.Signal(empty)
system.rest()
is("received after the answer", result, 17)

-- A system call that does not exist: the handler gives it a meaning.
faulty(function()
  result = table.pack(seL4.Trap(4711, 1, 2, 3))
end)
fault = next_fault()
are("a system call", { fault.name, fault.Syscall, fault.A0, fault.A1, fault.A2 },
  { "UnknownSyscall", 4711, 1, 2, 3 })
local m = { fault.FaultIP + 4, fault.SP, fault.RA, 10, 20, 30, 0, 0, 0, 0 }
for i, word in ipairs(m) do
  seL4.SetMR(i - 1, word)
end
seL4.Reply(info(0, 0, 0, 10))
system.rest()
are("its results", { result[1], result[2], result[3] }, { 10, 20, 30 })

-- Places that are none to run at.
local function started_at(pc)
  system.thread { pc = pc, fault_ep = badged }
  return next_fault()
end
fault = started_at(0x666000)
are("unmapped", { fault.name, fault.IP, fault.Addr, fault.PrefetchFault, fault.FSR },
  { "VMFault", 0x666000, 0x666000, 1, 1 })
local data = system.vaddr()
system.map(system.copy(frame), seL4.CapInitThreadVSpace, data, seL4.ReadWrite,
  seL4.RISCV_ExecuteNever)
fault = started_at(data)
are("not executable", { fault.name, fault.Addr, fault.FSR }, { "VMFault", data, 1 })
fault = started_at(first)
are("no image", { fault.name, fault.FaultIP, fault.Number, fault.Code },
  { "UserException", first, seL4.LuaException_BadEntry, first })
fault = started_at(0x4c0000000000 + 16 * 1000)
are("no function", { fault.name, fault.Number }, { "UserException", seL4.LuaException_BadEntry })
seL4.StoreBytes(first, ("<c8I8I8I8"):pack("seLVMimg", 1 << 40, 1, 0))
fault = started_at(first)
is("a damaged image", fault.Number, seL4.LuaException_BadImage)
seL4.StoreBytes(first, system.image({ { "b.lua", "\27Lua" } }, {}))
fault = started_at(first)
is("bytecode", fault.Number, seL4.LuaException_BadImage)
local vspace = system.object(seL4.RISCV_PageTableObject)
system.check(seL4.RISCV_ASIDPool_Assign(seL4.CapInitThreadASIDPool, vspace))
system.thread { pc = 0x10000, fault_ep = badged, process = { vspace = vspace } }
fault = next_fault()
are("neither heap nor code", { fault.name, fault.Addr, fault.PrefetchFault, fault.FSR },
  { "VMFault", 0x10000, 1, 1 })
system.thread { fn = print, fault_ep = badged, process = { vspace = vspace } }
fault = next_fault()
are("a Lua function without a heap", { fault.name, fault.Number, fault.Code },
  { "UserException", seL4.LuaException_NoEngine, 0 })

-- Nobody to tell: the console says why.
tcb = system.thread { fn = function() seL4.Load8(0x123) end }
seL4.DebugNameThread(tcb, "orphan")
system.rest()
print((seL4.DebugFaultText(tcb):gsub("\n.*", "")))
