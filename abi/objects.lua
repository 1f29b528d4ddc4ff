-- SPDX-License-Identifier: MIT
--- The kinds of object that Untyped_Retype makes: type numbers and sizes.
--
--   local objects = require "abi.objects"
--   for _, object in ipairs(objects) do
--     print(object.name, object.classic, object.mcs, object.bits)
--   end
--
-- `classic` and `mcs` are the type numbers (nil: not there); `bits` is log2 of the size in bytes,
-- `bits_mcs` where MCS differs. With `bits_min` and `bits_max` the caller chooses: size_bits of
-- Untyped_Retype is then the size (`unit` "byte") or log2 of the number of slots (`unit` "slot").
-- `constant` is libsel4's name of the number without its prefix, `c` the enumerator.

return {
  { name = "Untyped", constant = "UntypedObject", c = "UNTYPED", classic = 0, mcs = 0,
    bits_min = 4, bits_max = 38, unit = "byte",
    doc = "Memory that can be turned into other objects." },
  { name = "TCB", constant = "TCBObject", c = "TCB", classic = 1, mcs = 1, bits = 11,
    doc = "A thread." },
  { name = "Endpoint", constant = "EndpointObject", c = "ENDPOINT", classic = 2, mcs = 2, bits = 4,
    doc = "Where threads meet to pass messages." },
  { name = "Notification", constant = "NotificationObject", c = "NOTIFICATION",
    classic = 3, mcs = 3, bits = 5, bits_mcs = 6,
    doc = "A word of binary semaphores that threads signal and wait for." },
  { name = "CapTable", constant = "CapTableObject", c = "CNODE", classic = 4, mcs = 4,
    bits_min = 1, bits_max = 33, unit = "slot",
    doc = "A table of capabilities, also called a CNode." },
  { name = "SchedContext", constant = "SchedContextObject", c = "SCHED_CONTEXT", mcs = 5,
    bits_min = 7, bits_max = 38, unit = "byte",
    doc = "A right to processor time: a budget that is refilled every period." },
  { name = "Reply", constant = "ReplyObject", c = "REPLY", mcs = 6, bits = 5,
    doc = "Holds the right to answer a caller." },
  { name = "RISCV_Giga_Page", constant = "RISCV_Giga_Page", c = "GIGA_PAGE",
    classic = 5, mcs = 7, bits = 30,
    doc = "A frame of 1 GiB." },
  { name = "RISCV_4K_Page", constant = "RISCV_4K_Page", c = "4K_PAGE",
    classic = 6, mcs = 8, bits = 12,
    doc = "A frame of 4 KiB." },
  { name = "RISCV_Mega_Page", constant = "RISCV_Mega_Page", c = "MEGA_PAGE",
    classic = 7, mcs = 9, bits = 21,
    doc = "A frame of 2 MiB." },
  { name = "RISCV_PageTable", constant = "RISCV_PageTableObject", c = "PAGE_TABLE",
    classic = 8, mcs = 10, bits = 12,
    doc = "A page table of any level; one that an ASID pool knows is the root of a VSpace." },
  { name = "Lua_Heap", constant = "LuaHeapObject", c = "LUA_HEAP",
    classic = 0x4c00, mcs = 0x4c00, bits_min = 16, bits_max = 30, unit = "byte", is_extension = true,
    doc = "Memory for one Lua state; bound to a VSpace, it makes that VSpace a Lua process." },
}
