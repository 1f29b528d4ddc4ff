-- SPDX-License-Identifier: MIT
--- Methods of Lua heaps, which seLVM adds; invocations.lua says what a row holds.
--
--   local bind = require("abi.invocations_heap")[1]
--   print(bind.object, bind.method, bind.classic)   --> Lua_Heap  Bind  19456

local rows = require "abi.rows"
local p, out, e = rows.input, rows.output, rows.refusal

return {
  { object = "Lua_Heap", method = "Bind", label_name = "LuaHeapBind",
    classic = 0x4c00, mcs = 0x4c00, is_extension = true,
    doc = "Binds the heap to a VSpace, whose threads then run as Lua threads of one Lua state.",
    params = { p("CPtr", "vspace", "root of the VSpace") },
    errors = {
      rows.no_object, rows.no_method,
      rows.short "the VSpace",
      e("IllegalOperation", "The heap is already bound to a VSpace.", { tag = "bound" }),
      e("InvalidCapability", "vspace is not a page table with an ASID.",
        { tag = "vspace", words = { 1 } }),
      e("FailedLookup", "The ASID pool of vspace has been deleted.", { words = { 0, 1 } }),
      e("InvalidCapability", "vspace is a mapped page table, not the root of a VSpace.",
        { tag = "root", words = { 1 } }),
      e("DeleteFirst", "The VSpace already has a heap."),
    } },
  { object = "Lua_Heap", method = "Unbind", label_name = "LuaHeapUnbind",
    classic = 0x4c01, mcs = 0x4c01, is_extension = true,
    doc = "Takes the heap away from its VSpace and drops the Lua state in it.",
    params = {},
    errors = {
      rows.no_object, rows.no_method,
      e("IllegalOperation", "The heap is not bound.", { tag = "bound" }),
    } },
  { object = "Lua_Heap", method = "Stats", label_name = "LuaHeapStats",
    classic = 0x4c02, mcs = 0x4c02, is_extension = true,
    doc = "Tells how much of the heap is in use.",
    params = {
      out("Word", "size", "bytes of the heap"),
      out("Word", "used", "bytes in use"),
      out("Word", "peak", "most bytes that were ever in use"),
      out("Word", "threads", "number of threads that run in it"),
    },
    errors = { rows.no_object, rows.no_method } },
}
