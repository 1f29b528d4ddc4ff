-- SPDX-License-Identifier: MIT
--- Rows that no program can show, each with the reason.
---
---   for _, entry in ipairs(require "tests.conformance.unobservable") do
---     print(entry.method, entry[1], entry[2], entry.only, entry.why)
---   end
---
--- `method` is a Lua pattern. With one name, that error cannot be brought about; with more, no call
--- can earn the first error and one of the others, so their order cannot be seen. Two errors with
--- the same answer are left out by rows.lua itself. An entry that is not needed is an error.

return {
  { method = ".*", "InvalidCapability service", "IllegalOperation method",
    why = "an empty slot names no object that could lack the method" },
  { method = ".*", "InvalidCapability service", "RevokeFirst copies", "RevokeFirst root",
    "IllegalOperation bound", "IllegalOperation own", "IllegalOperation thread",
    "IllegalOperation priority",
    why = "an empty slot names no object in whatever state" },
  { method = ".*", "IllegalOperation method", "RevokeFirst copies", "RevokeFirst root",
    why = "an object of another type is never in that state" },
  { method = ".*", "FailedLookup slot", "DeleteFirst slot", "IllegalOperation rights",
    why = "an address that leads to no slot leads to nothing in it" },
  { method = "CNode_.*", "FailedLookup source", "FailedLookup empty source",
    why = "an address that leads to no slot leads to no empty one" },
  { method = "CNode_.*", "RevokeFirst", "IllegalOperation type", "IllegalOperation badge",
    why = "untyped memory in use could be copied, with any badge, if it were not in use" },
  { method = "CNode_Rotate", "FailedLookup pivot", "IllegalOperation pivot",
    why = "an address that leads to no slot does not lead to that of the source" },
  { method = "Untyped_Retype", "RangeError size_bits", "InvalidArgument size_bits",
    why = "a size is not too great and too small" },
  { method = "Untyped_Retype", "InvalidArgument size_bits", "RangeError heap",
    why = "a type is a Lua heap or another" },
  { method = "Untyped_Retype", "FailedLookup node", "FailedLookup CNode",
    why = "an address that leads to no slot leads to nothing in it" },
  { method = "RISCV_Page_Map", "InvalidCapability vspace", "FailedLookup ASID",
    why = "what has no ASID has none of a deleted pool" },
  { method = "RISCV_ASIDPool_Assign", "FailedLookup",
    why = "a pool leaves the kernel's table with its last capability" },
  { method = "RISCV_ASIDPool_Assign", "InvalidCapability pool",
    why = "a pool leaves the kernel's table with its last capability" },
  { method = "Lua_Heap_Bind", "InvalidCapability vspace", "FailedLookup", "DeleteFirst",
    why = "what has no ASID has none of a deleted pool, and no heap" },
  { method = "Lua_Heap_Bind", "InvalidCapability root", "DeleteFirst",
    why = "only the root of a VSpace has a heap" },
  { method = "IRQControl_.*", "RangeError irq", "RevokeFirst",
    why = "a line that does not exist has no handler" },
  { method = "DomainSet_ScheduleSetStart", "RangeError index", "InvalidArgument",
    why = "an entry outside of the schedule is no end mark in it" },
  { method = "TCB_SetSchedParams", "RangeError mcp", "RangeError priority",
    why = "both answers tell the same range" },
  { method = "SchedControl_ConfigureFlags", "RangeError budget", "RangeError period",
    why = "both answers tell the same range" },
  { method = "TCB_SetSchedParams", "IllegalOperation own", "InvalidCapability sched_context",
    why = "an empty capability is not one to a wrong object" },
  { method = "SchedContext_UnbindObject", "InvalidCapability cap", "IllegalOperation bound",
    "IllegalOperation own", why = "an object of another type is never bound" },
  { method = "SchedContext_YieldTo", "IllegalOperation waiting",
    why = "a thread that runs again has the answer of its YieldTo" },
}
