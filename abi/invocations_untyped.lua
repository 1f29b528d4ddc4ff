-- SPDX-License-Identifier: MIT
--- Methods of untyped memory; invocations.lua says what a row holds.
--
--   local retype = require("abi.invocations_untyped")[1]
--   print(retype.object, retype.method, retype.classic)   --> Untyped  Retype  1

local rows = require "abi.rows"
local p, e = rows.input, rows.refusal

return {
  { object = "Untyped", method = "Retype", label_name = "UntypedRetype", classic = 1, mcs = 1,
    section = "Kernel Memory Allocation",
    doc = "Makes objects out of untyped memory and puts capabilities to them into free slots.",
    params = {
      p("Word", "type", "type number of the objects"),
      p("Word", "size_bits", "size, for types that come in several sizes"),
      p("CNode", "root", "CNode that the lookup of the destination starts from"),
      p("Word", "node_index", "index of the destination CNode"),
      p("Word", "node_depth", "bits of node_index to translate; 0: root itself is the destination"),
      p("Word", "node_offset", "first slot of the destination CNode to fill"),
      p("Word", "num_objects", "number of objects, 1 to 256"),
    },
    errors = {
      rows.no_object, rows.no_method,
      rows.short("one of six words, or the root"),
      e("InvalidArgument", "type is no object type of this configuration.",
        { tag = "type", words = { 0 } }),
      e("RangeError", "The objects would be larger than the largest untyped memory.",
        { tag = "size_bits", words = { 0, 38 } }),
      e("InvalidArgument", "size_bits is too small for the type.",
        { tag = "size_bits", words = { 1 } }),
      e("RangeError", "size_bits of a Lua heap is not between 16 and 30.",
        { tag = "heap", words = { 16, 30 } }),
      e("FailedLookup", "root is not a CNode.", { tag = "root", words = { 0 } }),
      rows.bad_depth "node_depth",
      e("FailedLookup", "node_index and node_depth lead to no slot.",
        { tag = "node", words = { 0 } }),
      e("FailedLookup", "node_index and node_depth lead to a slot without a CNode.",
        { tag = "CNode", words = { 0, 2 } }),
      e("RangeError", "node_offset lies outside the destination CNode.", { tag = "node_offset" }),
      e("RangeError", "num_objects is not between 1 and 256.",
        { tag = "num_objects", words = { 1, 256 } }),
      e("RangeError", "The slots from node_offset on run past the end of the destination CNode.",
        { tag = "window" }),
      e("DeleteFirst", "One of the slots to fill is in use."),
      e("NotEnoughMemory", "The memory has too few free bytes left from its watermark on."),
      e("InvalidArgument", "The memory is a device's, and type is neither Untyped nor a frame.",
        { tag = "device", words = { 1 } }),
    } },
}
