-- SPDX-License-Identifier: MIT
--- Every invocation of the classic configuration, once carried out and once refused, and what
--- module seL4 says of wrong arguments.

local seL4 = require "seL4"
local system = require "lib.system"
local is, are, raises = system.is, system.are, system.raises

local root, depth, tcb = seL4.CapInitThreadCNode, seL4.WordBits, seL4.CapInitThreadTCB
local ep, note = system.object(seL4.EndpointObject), system.object(seL4.NotificationObject)
local slot = system.slot
local tested = {}

-- seL4[name](...) must give the results.
local function try(name, wanted, ...)
  tested[name] = true
  local got = table.pack(seL4[name](...))
  are(name, got, wanted)
  return table.unpack(got, 2, got.n)
end

-- Untyped and CNodes
local small, cnode = slot(), slot()
try("Untyped_Retype", { 0 }, system.untyped, seL4.UntypedObject, 14, root, 0, 0, small, 1)
try("Untyped_Retype", { seL4.DeleteFirst }, system.untyped, seL4.UntypedObject, 14, root, 0, 0,
  small, 1)
is("Explain", seL4.Explain(), ("Untyped_Retype on capability %d: destination slot %d (from "
  .. "node_offset on) already holds an Untyped; choose an empty slot, or delete what it holds")
  :format(system.untyped, small))
try("Untyped_Retype", { seL4.InvalidArgument }, small, 4711, 0, root, 0, 0, slot(), 1)
try("Untyped_Retype", { seL4.RangeError }, small, seL4.EndpointObject, 0, root, 0, 0, slot(), 257)
try("Untyped_Retype", { seL4.NotEnoughMemory }, small, seL4.RISCV_4K_Page, 0, root, 0, 0, slot(5),
  5)
system.check(seL4.Untyped_Retype(system.untyped, seL4.CapTableObject, 4, root, 0, 0, cnode, 1))
try("CNode_Copy", { 0 }, cnode, 0, 4, root, ep, depth, seL4.AllRights)
try("CNode_Copy", { seL4.DeleteFirst }, cnode, 0, 4, root, ep, depth, seL4.AllRights)
try("CNode_Copy", { seL4.FailedLookup }, cnode, 1, 4, root, slot(), depth, seL4.AllRights)
are("the reply of a FailedLookup", { seL4.GetMR(0), seL4.GetMR(1) }, { 1, seL4.MissingCapability })
try("CNode_Mint", { 0 }, cnode, 1, 4, root, ep, depth, seL4.AllRights, 5)
try("CNode_Mint", { seL4.IllegalOperation }, cnode, 2, 4, cnode, 1, 4, seL4.AllRights, 6)
try("CNode_Move", { 0 }, cnode, 2, 4, cnode, 1, 4)
try("CNode_Move", { seL4.FailedLookup }, cnode, 3, 4, cnode, 1, 4)
local table_cap = system.object(seL4.CapTableObject, 3)
try("CNode_Mutate", { 0 }, cnode, 1, 4, root, table_cap, depth, seL4.CNode_CapData_new(1, 1))
try("CNode_Mutate", { seL4.IllegalOperation }, cnode, 3, 4, cnode, 2, 4, 10)
system.check(seL4.CNode_Copy(cnode, 7, 4, root, tcb, depth, seL4.AllRights))
try("CNode_Rotate", { 0 }, cnode, 3, 4, 0, cnode, 1, 4, 0, cnode, 7, 4)
try("CNode_Rotate", { seL4.IllegalOperation }, cnode, 5, 4, 0, cnode, 1, 4, 0, cnode, 2, 4)
try("CNode_CancelBadgedSends", { 0 }, cnode, 2, 4)
try("CNode_CancelBadgedSends", { seL4.IllegalOperation }, root, tcb, depth)
try("CNode_SaveCaller", { 0 }, cnode, 4, 4)
try("CNode_SaveCaller", { seL4.DeleteFirst }, cnode, 1, 4)
try("CNode_Revoke", { 0 }, root, ep, depth)
try("CNode_Revoke", { seL4.RangeError }, cnode, 0, 65)
try("CNode_Move", { seL4.FailedLookup }, cnode, 5, 4, cnode, 0, 4)
try("CNode_Delete", { 0 }, cnode, 0, 4)
try("CNode_Delete", { seL4.FailedLookup }, cnode, 0, 3)
try("CNode_Delete", { seL4.InvalidCapability }, slot(), 0, 4)

-- Threads
local thread = system.object(seL4.TCBObject)
local vspace = seL4.CapInitThreadVSpace
local frame = system.object(seL4.RISCV_4K_Page)
local buffer = system.vaddr()
system.map(frame, vspace, buffer)
try("TCB_Configure", { 0 }, thread, 0, root, 0, vspace, 0, buffer, frame)
try("TCB_Configure", { seL4.IllegalOperation }, thread, 0, ep, 0, vspace, 0, buffer, frame)
try("TCB_SetSpace", { 0 }, thread, 0, root, 0, vspace, 0)
try("TCB_SetSpace", { seL4.IllegalOperation }, thread, 0, root, 0, frame, 0)
try("TCB_SetIPCBuffer", { 0 }, thread, buffer, frame)
try("TCB_SetIPCBuffer", { seL4.AlignmentError }, thread, buffer + 8, frame)
try("TCB_SetPriority", { 0 }, thread, tcb, 7)
try("TCB_SetPriority", { seL4.RangeError }, thread, thread, 8)
try("TCB_SetMCPriority", { 0 }, thread, tcb, 9)
try("TCB_SetMCPriority", { seL4.InvalidCapability }, thread, ep, 9)
try("TCB_SetSchedParams", { 0 }, thread, tcb, 9, 8)
try("TCB_SetSchedParams", { seL4.RangeError }, thread, thread, 9, 10)
try("TCB_SetTLSBase", { 0 }, thread, 0x1234)
try("TCB_SetTLSBase", { seL4.InvalidCapability }, slot(), 0)
try("TCB_SetFlags", { 0, 1 }, thread, 0, seL4.TCBFlag_fpuDisabled)
try("TCB_SetFlags", { seL4.InvalidCapability, nil, n = 2 }, slot(), 0, 0)
local regs = {}
for i, name in ipairs { "pc", "ra", "sp", "gp", "a0", "t6" } do
  regs[name] = i * 16
end
try("TCB_WriteRegisters", { 0 }, thread, false, 0, 32, regs)
try("TCB_WriteRegisters", { seL4.IllegalOperation }, tcb, false, 0, 32, regs)
local _, read = seL4.TCB_ReadRegisters(thread, false, 0, 32)
are("TCB_ReadRegisters", { read.pc, read.sp, read.a0, read.t6, read.tp, read.s1 },
  { 16, 48, 80, 96, 0, 0 })
tested.TCB_ReadRegisters = true
_, read = seL4.TCB_ReadRegisters(thread, true, 0, 3)
are("three of them", { read.pc, read.sp, read.gp }, { 16, 48, nil })
try("TCB_ReadRegisters", { seL4.RangeError, nil, n = 2 }, thread, false, 0, 33)
try("TCB_ReadRegisters", { seL4.IllegalOperation, nil, n = 2 }, tcb, false, 0, 1)
local other = system.object(seL4.TCBObject)
try("TCB_CopyRegisters", { 0 }, other, thread, false, false, true, true, 0)
_, read = seL4.TCB_ReadRegisters(other, false, 0, 32)
are("copied", { read.pc, read.t6 }, { 16, 96 })
try("TCB_CopyRegisters", { seL4.InvalidCapability }, other, ep, false, false, true, true, 0)
try("TCB_BindNotification", { 0 }, thread, note)
try("TCB_BindNotification", { seL4.IllegalOperation }, other, note)
try("TCB_UnbindNotification", { 0 }, thread)
try("TCB_UnbindNotification", { seL4.IllegalOperation }, thread)
regs.pc = seL4.Entry(function(a0) print("  resumed with", a0) end)
system.check(seL4.TCB_WriteRegisters(thread, false, 0, 32, regs))
try("TCB_Resume", { 0 }, thread)
system.rest()
try("TCB_Suspend", { 0 }, thread)
try("TCB_Resume", { seL4.InvalidCapability }, slot())
try("TCB_Suspend", { seL4.InvalidCapability }, slot())

-- Domains
try("DomainSet_Set", { 0 }, seL4.CapDomain, 0, thread)
try("DomainSet_Set", { seL4.InvalidArgument }, seL4.CapDomain, 1, thread)
try("DomainSet_ScheduleConfigure", { 0 }, seL4.CapDomain, 0, 0, 10)
try("DomainSet_ScheduleConfigure", { seL4.RangeError }, seL4.CapDomain, 1000, 0, 10)
try("DomainSet_ScheduleSetStart", { 0 }, seL4.CapDomain, 0)
try("DomainSet_ScheduleSetStart", { seL4.RangeError }, seL4.CapDomain, 1000)

-- Interrupts
local handler = slot()
try("IRQControl_Get", { 0 }, seL4.CapIRQControl, 40, root, handler, depth)
try("IRQControl_Get", { seL4.RevokeFirst }, seL4.CapIRQControl, 40, root, slot(), depth)
try("IRQControl_GetTrigger", { 0 }, seL4.CapIRQControl, 41, 1, root, slot(), depth)
try("IRQControl_GetTrigger", { seL4.RangeError }, seL4.CapIRQControl, 1000, 1, root, slot(), depth)
try("IRQHandler_SetNotification", { 0 }, handler, note)
try("IRQHandler_SetNotification", { seL4.InvalidCapability }, handler, ep)
try("IRQHandler_Ack", { 0 }, handler)
try("IRQHandler_Ack", { seL4.InvalidCapability }, slot())
try("IRQHandler_Clear", { 0 }, handler)
try("IRQHandler_Clear", { seL4.IllegalOperation }, thread)

-- Memory
local page, page_table, at = system.object(seL4.RISCV_4K_Page),
  system.object(seL4.RISCV_PageTableObject), 0x3000000000
try("RISCV_Page_Map", { seL4.FailedLookup }, page, vspace, at, seL4.ReadWrite, 0)
is("bits that remain", seL4.GetMR(2), 30)
try("RISCV_PageTable_Map", { 0 }, page_table, vspace, at, 0)
try("RISCV_PageTable_Map", { 0 }, system.object(seL4.RISCV_PageTableObject), vspace, at, 0)
try("RISCV_PageTable_Map", { seL4.InvalidCapability }, page_table, vspace, at, 0)
try("RISCV_Page_Map", { 0 }, page, vspace, at, seL4.ReadWrite, 0)
try("RISCV_Page_Map", { seL4.AlignmentError }, frame, vspace, buffer + 1, seL4.ReadWrite, 0)
seL4.Store64(at, -2)
are("stored", { seL4.Load64(at), seL4.Load32(at + 4), seL4.Load16(at), seL4.Load8(at + 7) },
  { -2, 0xffffffff, 0xfffe, 0xff })
local err, paddr = seL4.RISCV_Page_GetAddress(page)
are("RISCV_Page_GetAddress", { err, paddr & 4095, paddr > 0x80000000 }, { 0, 0, true })
try("RISCV_Page_GetAddress", { seL4.IllegalOperation, nil, n = 2 }, thread)
try("RISCV_Page_Unmap", { 0 }, page)
try("RISCV_Page_Unmap", { seL4.InvalidCapability }, slot())
local copy = slot()
system.check(seL4.CNode_Copy(root, copy, depth, root, page_table, depth, seL4.AllRights))
try("RISCV_PageTable_Unmap", { seL4.RevokeFirst }, page_table)
system.check(seL4.CNode_Delete(root, copy, depth))
try("RISCV_PageTable_Unmap", { 0 }, page_table)
local pool_memory, pool = system.object(seL4.UntypedObject, 12), slot()
try("RISCV_ASIDControl_MakePool", { 0 }, seL4.CapASIDControl, pool_memory, root, pool, depth)
try("RISCV_ASIDControl_MakePool", { seL4.RevokeFirst }, seL4.CapASIDControl, pool_memory, root,
  slot(), depth)
local new_vspace = system.object(seL4.RISCV_PageTableObject)
try("RISCV_ASIDPool_Assign", { 0 }, pool, new_vspace)
try("RISCV_ASIDPool_Assign", { seL4.InvalidCapability }, pool, new_vspace)

-- Heaps
local heap = system.object(seL4.LuaHeapObject, 16)
try("Lua_Heap_Bind", { 0 }, heap, new_vspace)
try("Lua_Heap_Bind", { seL4.IllegalOperation }, heap, new_vspace)
try("Lua_Heap_Stats", { 0, 65536, 0, 0, 0 }, heap)
try("Lua_Heap_Stats", { seL4.InvalidCapability, nil, nil, nil, nil, n = 5 }, slot())
try("Lua_Heap_Unbind", { 0 }, heap)
try("Lua_Heap_Unbind", { seL4.IllegalOperation }, heap)

-- What has been tested is what there is.
local count = 0
for name, fn in pairs(seL4) do
  local object = name:match "^(.+)_[^_]+$"
  if type(fn) == "function" and object and not name:find "_get_" and not name:find "_new$"
    and not name:find "_tag$" then
    count = count + 1
    if not tested[name] then
      print("FAIL: not tested: " .. name)
    end
  end
end
is("methods", count, 43)

-- Wrong types are errors of Lua that name the parameter; wrong values are seL4's to refuse.
raises("nil", "bad argument #2 to 'CNode_Delete' (index: number expected, got nil)",
  seL4.CNode_Delete, root, nil, depth)
raises("nothing", "bad argument #3 to 'CNode_Delete' (depth: number expected, got no value)",
  seL4.CNode_Delete, root, 5)
raises("a text", "bad argument #1 to 'TCB_Resume' (_service: number expected, got string)",
  seL4.TCB_Resume, "worker")
raises("a fraction", "bad argument #2 to 'CNode_Delete' (index: 1.5 is not an integer)",
  seL4.CNode_Delete, root, 1.5, depth)
raises("a table", "bad argument #2 to 'TCB_ReadRegisters' (suspend_source: boolean expected, got "
  .. "table)", seL4.TCB_ReadRegisters, thread, {}, 0, 1)
raises("no table", "bad argument #5 to 'TCB_WriteRegisters' (regs: table of registers by name "
  .. "expected, got number)", seL4.TCB_WriteRegisters, thread, false, 0, 1, 1)
raises("a register", "bad argument #5 to 'TCB_WriteRegisters' (regs.pc: integer expected, got "
  .. "string)", seL4.TCB_WriteRegisters, thread, false, 0, 1, { pc = "x" })
raises("a byte", "bad argument #3 to 'TCB_ReadRegisters' (arch_flags: 256 is not from 0 to 255)",
  seL4.TCB_ReadRegisters, thread, false, 256, 1)
raises("Send", "bad argument #1 to 'Send' (dest: number expected, got nil)", seL4.Send, nil, 0)
raises("CallWithMRs", "bad argument #4 to 'CallWithMRs' (m1: number expected, got boolean)",
  seL4.CallWithMRs, ep, 0, 1, true)
raises("GetMR", "bad argument #1 to 'GetMR' (i: 120 is not from 0 to 119)", seL4.GetMR, 120)
raises("Entry", "function expected", seL4.Entry, 5)
is("an integral float is a number", seL4.TCB_Suspend(thread + 0.0), 0)
is("a text of an integer is one", seL4.TCB_Suspend(tostring(thread)), 0)
is("0 and 1 are booleans", (seL4.TCB_ReadRegisters(thread, 0, 0, 1)), 0)
is("a negative word is a large one", seL4.TCB_SetPriority(thread, tcb, -1), seL4.RangeError)
seL4.TCB_ReadRegisters(thread, false, 0, 1)

-- Packed words and the IPC buffer
local info = seL4.MessageInfo_new(0xabc, 5, 2, 100)
are("MessageInfo", { info, seL4.MessageInfo_get_label(info),
  seL4.MessageInfo_get_capsUnwrapped(info),
  seL4.MessageInfo_get_extraCaps(info), seL4.MessageInfo_get_length(info) },
  { 0xabc << 12 | 5 << 9 | 2 << 7 | 100, 0xabc, 5, 2, 100 })
are("CapRights_new", { seL4.CapRights_new(true, false, false, false),
  seL4.CapRights_new(0, 1, 0, 0), seL4.CapRights_new(false, false, true, true) }, { 8, 4, 3 })
is("CNode_CapData_new", seL4.CNode_CapData_new(5, 3), 5 << 6 | 3)
seL4.SetUserData(77)
seL4.SetCap(2, 88)
are("SetUserData, SetCap", { seL4.GetUserData(), seL4.GetCap(2), seL4.GetBadge(2) }, { 77, 88, 88 })
is("GetIPCBuffer", seL4.GetIPCBuffer(), seL4.GetBootInfo().ipcBuffer)
seL4.SetMR(119, 4711)
is("message words in memory", seL4.Load64(seL4.GetIPCBuffer() + 8 + 119 * 8), 4711)

-- Boot information
local boot = seL4.GetBootInfo()
are("boot information", { boot.extraLen, boot.nodeID, boot.numNodes, boot.numIOPTLevels,
  boot.initThreadCNodeSizeBits, boot.initThreadDomain }, { 0, 0, 1, 0, 12, 0 })
are("regions", { boot.empty.stop, boot.sharedFrames.start == boot.sharedFrames.stop,
  boot.userImageFrames.stop > boot.userImageFrames.start, boot.ioSpaceCaps.stop,
  boot.userImagePaging.stop - boot.userImagePaging.start, boot.extraBIPages.start,
  boot.untyped.stop == boot.empty.start, rawget(boot.empty, "end") },
  { 4096, true, true, boot.ioSpaceCaps.start, 2, boot.extraBIPages.stop, true, nil })
is("untypedList", #boot.untypedList, boot.untyped.stop - boot.untyped.start)
local kinds = {}
for _, untyped in ipairs(boot.untypedList) do
  kinds[untyped.isDevice] = (kinds[untyped.isDevice] or 0) + 1
  assert(untyped.paddr % (1 << untyped.sizeBits) == 0)
end
is("devices and memory", kinds[true] > 2 and kinds[false] > 2, true)

-- Debug calls
seL4.DebugPutChar(65)
seL4.DebugPutString("BC\n")
are("DebugCapIdentify", { seL4.DebugCapIdentify(tcb), seL4.DebugCapIdentify(root),
  seL4.DebugCapIdentify(slot()), seL4.DebugCapIdentify(seL4.CapInitThreadLuaHeap) },
  { 12, 10, 0, 0x4c00 })
seL4.DebugNameThread(thread, "tester")
are("Trap", { (seL4.Trap(seL4.SysDebugCapIdentify, tcb)) }, { 12 })
raises("name", "bad argument #2 to 'DebugNameThread' (name: string expected, got number)",
  seL4.DebugNameThread, thread, 5)
print("arguments", ...)
seL4.DebugHalt()
print "FAIL: halted"
