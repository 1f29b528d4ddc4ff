-- SPDX-License-Identifier: MIT
--- Refusals of untyped memory, page tables, frames, ASIDs and Lua heaps, each row one mistake, in
--- the order in which the kernel looks.

local refusals = require "lib.refusals"
local seL4 = require "seL4"
local suite = require "lib.conformance"

local NO_TYPE = 0x4bff
local MISSING, NO_ROOT = seL4.MissingCapability, seL4.InvalidRoot

-- --- Retype --------------------------------------------------------------------------------------

-- The destination is b.cnode, of 16 slots, of which slot 9 is in use.
local retype = {
  method = "Untyped_Retype", label = "UntypedRetype", caps = "root",
  words = "type size_bits node_index node_depth node_offset num_objects",
  good = { service = "page_untyped", type = seL4.EndpointObject, size_bits = 0, root = "root",
    node_index = "cnode", node_depth = 64, node_offset = 1, num_objects = 2 },
  { "InvalidCapability service", { service = "empty" }, 0 },
  { "IllegalOperation method", { service = "tcb" } },
  { "TruncatedMessage", { length = 5 } },
  { "TruncatedMessage", { extra = 0 } },
  { "InvalidArgument type", { type = NO_TYPE }, 0 },
  { "RangeError size_bits", { size_bits = 64 }, 0, 38 },
  { "RangeError size_bits", { type = seL4.UntypedObject, size_bits = 39 }, 0, 38 },
  { "RangeError size_bits", { type = seL4.CapTableObject, size_bits = 34 }, 0, 38 },
  { "InvalidArgument size_bits", { type = seL4.CapTableObject, size_bits = 0 }, 1 },
  { "InvalidArgument size_bits", { type = seL4.UntypedObject, size_bits = 3 }, 1 },
  { "RangeError heap", { type = seL4.LuaHeapObject, size_bits = 15 }, 16, 30 },
  { "RangeError heap", { type = seL4.LuaHeapObject, size_bits = 31 }, 16, 30 },
  { "FailedLookup root", { root = "tcb" }, 0, NO_ROOT },
  { "RangeError node_depth", { node_depth = 65 }, 1, 64 },
  { "FailedLookup node", { node_index = 0x1001 }, 0, seL4.GuardMismatch, 64, 0, 52 },
  { "FailedLookup CNode", { node_index = "tcb" }, 0, MISSING, 64 },
  { "RangeError node_offset", { node_offset = 16 }, 0, 15 },
  { "RangeError num_objects", { num_objects = 0 }, 1, 256 },
  { "RangeError num_objects", { num_objects = 257 }, 1, 256 },
  { "RangeError window", { node_offset = 9, num_objects = 8 }, 1, 7 },
  { "DeleteFirst", { node_offset = 9 } },
  { "NotEnoughMemory", { type = seL4.TCBObject, num_objects = 3 }, 4096 },
  { "InvalidArgument device", { service = "device_untyped" }, 1 },
  pairs = {
    ["RangeError size_bits before RangeError heap"] =
      { type = seL4.LuaHeapObject, size_bits = 64 },
    ["RangeError num_objects before RangeError window"] = { node_offset = 9, num_objects = 257 },
  },
}
if suite.is_mcs then
  table.insert(retype, 12,
    { "InvalidArgument size_bits", { type = seL4.SchedContextObject, size_bits = 6 }, 1 })
end
refusals(retype)

-- With depth 0 the root itself is to be filled.
suite.test({ "Untyped_Retype/FailedLookup root" }, "the root itself is no CNode", function(m)
  local tcb, slot = m:object(seL4.TCBObject), m:slot()
  suite.refused(seL4.Untyped_Retype(m:object(seL4.UntypedObject, 12), seL4.EndpointObject, 0, tcb,
    0, 0, slot, 1), "FailedLookup", 0, MISSING, 0)
end)

-- --- page tables ---------------------------------------------------------------------------------

refusals {
  method = "RISCV_PageTable_Map", label = "RISCVPageTableMap", caps = "vspace",
  words = "vaddr attr",
  good = { service = "table", vspace = "vspace", vaddr = 1 << 30, attr = 0 },
  { "InvalidCapability service", { service = "empty" }, 0 },
  { "IllegalOperation method", { service = "tcb" } },
  { "TruncatedMessage", { length = 1 } },
  { "TruncatedMessage", { extra = 0 } },
  { "InvalidCapability mapped", { service = "mapped_table" }, 0 },
  { "InvalidCapability mapped", { service = "vspace" }, 0 },
  { "InvalidCapability vspace", { vspace = "table" }, 1 },
  { "InvalidCapability vspace", { vspace = "frame" }, 1 },
  { "InvalidArgument", { vaddr = seL4.UserTop }, 0 },
  { "FailedLookup ASID", { vspace = "orphan_vspace" }, 0, NO_ROOT },
  { "InvalidCapability root", { vspace = "mapped_table" }, 1 },
  { "DeleteFirst", { vaddr = "table_vaddr" } },
  pairs = {
    ["FailedLookup ASID before InvalidCapability root"] = { vspace = "orphan_table" },
  },
}

refusals {
  method = "RISCV_PageTable_Unmap", label = "RISCVPageTableUnmap", caps = "", words = "",
  good = { service = "mapped_table" },
  { "InvalidCapability service", { service = "empty" }, 0 },
  { "IllegalOperation method", { service = "tcb" } },
  { "RevokeFirst copies", { service = "copied_table" } },
  { "RevokeFirst root", { service = "vspace" } },
}

-- --- frames --------------------------------------------------------------------------------------

refusals {
  method = "RISCV_Page_Map", label = "RISCVPageMap", caps = "vspace", words = "vaddr rights attr",
  good = { service = "frame", vspace = "root_vspace", vaddr = "free_vaddr",
    rights = seL4.ReadWrite, attr = 0 },
  { "InvalidCapability service", { service = "empty" }, 0 },
  { "IllegalOperation method", { service = "tcb" } },
  { "TruncatedMessage", { length = 2 } },
  { "TruncatedMessage", { extra = 0 } },
  { "InvalidCapability vspace", { vspace = "table" }, 1 },
  { "InvalidCapability vspace", { vspace = "cnode" }, 1 },
  { "FailedLookup ASID", { vspace = "orphan_vspace" }, 0, NO_ROOT },
  { "InvalidCapability root", { vspace = "mapped_table" }, 1 },
  { "InvalidArgument vaddr", { vaddr = seL4.UserTop }, 0 },
  { "AlignmentError", { vaddr = 0x800 } },
  { "FailedLookup table", { vaddr = 0x3000000000 }, 0, MISSING, 30 },
  { "InvalidCapability mapped",
    { service = "mapped_frame", vspace = "vspace", vaddr = "table_vaddr" }, 1 },
  { "InvalidArgument mapped", { service = "mapped_frame" }, 0 },
  { "DeleteFirst", { vaddr = "taken_vaddr" } },
  pairs = {
    ["FailedLookup ASID before InvalidCapability root"] = { vspace = "orphan_table" },
    ["InvalidArgument vaddr before AlignmentError"] = { vaddr = seL4.UserTop + 1 },
    ["AlignmentError before FailedLookup table"] = { vaddr = 0x3000000001 },
    ["FailedLookup table before InvalidCapability mapped"] = {},
    ["InvalidCapability mapped before InvalidArgument mapped"] = {},
  },
}

refusals {
  method = "RISCV_Page_Unmap", label = "RISCVPageUnmap", caps = "", words = "",
  good = { service = "mapped_frame" },
  { "InvalidCapability service", { service = "empty" }, 0 },
  { "IllegalOperation method", { service = "tcb" } },
}

refusals {
  method = "RISCV_Page_GetAddress", label = "RISCVPageGetAddress", caps = "", words = "",
  good = { service = "frame" }, results = 1,
  { "InvalidCapability service", { service = "empty" }, 0 },
  { "IllegalOperation method", { service = "tcb" } },
}

-- --- ASIDs ---------------------------------------------------------------------------------------

refusals {
  method = "RISCV_ASIDControl_MakePool", label = "RISCVASIDControlMakePool", caps = "untyped root",
  words = "index depth",
  good = { service = "asid_control", untyped = "page_untyped", root = "root", index = "empty2",
    depth = 64 },
  { "InvalidCapability service", { service = "empty" }, 0 },
  { "IllegalOperation method", { service = "tcb" } },
  { "TruncatedMessage", { length = 1 } },
  { "TruncatedMessage", { extra = 1 } },
  { "DeleteFirst pools", { service = "full_asid_control" }, alone = true },
  { "InvalidCapability untyped", { untyped = "untyped" }, 1 },
  { "InvalidCapability untyped", { untyped = "device_untyped" }, 1 },
  { "InvalidCapability untyped", { untyped = "frame" }, 1 },
  { "RevokeFirst", { untyped = "used_page_untyped" } },
  { "FailedLookup root", { root = "tcb" }, 0, NO_ROOT },
  { "RangeError depth", { depth = 0 }, 1, 64 },
  { "FailedLookup slot", { index = 0x1001 }, 0, seL4.GuardMismatch, 64, 0, 52 },
  { "DeleteFirst slot", { index = "full" } },
  pairs = {
    ["InvalidCapability untyped before RevokeFirst"] = { untyped = "used_untyped" },
  },
}

refusals {
  method = "RISCV_ASIDPool_Assign", label = "RISCVASIDPoolAssign", caps = "vspace", words = "",
  good = { service = "asid_pool", vspace = "table" },
  { "InvalidCapability service", { service = "empty" }, 0 },
  { "IllegalOperation method", { service = "tcb" } },
  { "TruncatedMessage", { extra = 0 } },
  { "InvalidCapability vspace", { vspace = "frame" }, 1 },
  { "InvalidCapability vspace", { vspace = "mapped_table" }, 1 },
  { "InvalidCapability vspace", { vspace = "vspace" }, 1 },
  { "DeleteFirst", { service = "full_pool" } },
}

-- --- Lua heaps -----------------------------------------------------------------------------------

refusals {
  method = "Lua_Heap_Bind", label = "LuaHeapBind", caps = "vspace", words = "",
  good = { service = "heap", vspace = "vspace" },
  { "InvalidCapability service", { service = "empty" }, 0 },
  { "IllegalOperation method", { service = "tcb" } },
  { "TruncatedMessage", { extra = 0 } },
  { "IllegalOperation bound", { service = "bound_heap" } },
  { "InvalidCapability vspace", { vspace = "table" }, 1 },
  { "FailedLookup", { vspace = "orphan_vspace" }, 0, NO_ROOT },
  { "InvalidCapability root", { vspace = "mapped_table" }, 1 },
  { "DeleteFirst", { vspace = "full_heap_vspace" } },
  pairs = {
    ["FailedLookup before InvalidCapability root"] = { vspace = "orphan_table" },
  },
}

refusals {
  method = "Lua_Heap_Unbind", label = "LuaHeapUnbind", caps = "", words = "",
  good = { service = "bound_heap" },
  { "InvalidCapability service", { service = "empty" }, 0 },
  { "IllegalOperation method", { service = "tcb" } },
  { "IllegalOperation bound", { service = "heap" } },
}

refusals {
  method = "Lua_Heap_Stats", label = "LuaHeapStats", caps = "", words = "",
  good = { service = "bound_heap" }, results = 4,
  { "InvalidCapability service", { service = "empty" }, 0 },
  { "IllegalOperation method", { service = "tcb" } },
}

suite.finish()
