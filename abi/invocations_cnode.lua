-- SPDX-License-Identifier: MIT
--- Methods of CNodes; invocations.lua says what a row holds.
--
--   local revoke = require("abi.invocations_cnode")[1]
--   print(revoke.object, revoke.method, revoke.classic)   --> CNode  Revoke  17

local rows = require "abi.rows"
local p, e = rows.input, rows.refusal

local index, depth = rows.slot("", "the slot")
local dest_index, dest_depth = rows.slot("dest_", "the destination slot")
local pivot_index, pivot_depth = rows.slot("pivot_", "the pivot slot")
local src_root = p("CNode", "src_root", "CNode that the lookup of the source starts from")
local src_index, src_depth = rows.slot("src_", "the source slot")
local rights = p("CapRights_t", "rights", "rights to keep; what the source lacks is not added")
local badge = p("Word", "badge", "badge of an endpoint or notification, or guard of a CNode; else 0")

-- The slot of a method that works on one, and the destination of one that works on two.
local short_slot = rows.short("index or depth", "slot")
local no_slot = e("FailedLookup", "index and depth lead to no slot of the CNode invoked.",
  { tag = "slot", words = { 0 } })
local short_dest = rows.short("dest_index or dest_depth", "dest")
local no_dest = e("FailedLookup", "dest_index and dest_depth lead to no slot.",
  { tag = "dest", words = { 0 } })
local dest_full = e("DeleteFirst", "The destination slot is in use.")

-- The source.
local short_source = rows.short("src_index, src_depth or src_root", "source")
local no_source_root = e("FailedLookup", "src_root is not a CNode.",
  { tag = "src_root", words = { 1, 1 } })
local no_source = e("FailedLookup", "src_root, src_index and src_depth lead to no slot.",
  { tag = "source", words = { 1 } })
local empty_source = e("FailedLookup", "The source slot is empty.",
  { tag = "empty source", words = { 1, 2 } })

-- What is to be done with it.
local has_children = e("RevokeFirst",
  "The source is untyped memory from which objects or capabilities have been made.")
local not_copied = e("IllegalOperation",
  "The source is of a type that cannot be copied, or a page table that is not mapped.",
  { tag = "type" })
local bad_badge = e("IllegalOperation",
  "badge does not suit the source: it has a badge already, or the guard is malformed.",
  { tag = "badge" })

-- The checks of a method on one slot, and of one on two, each with what follows.
local function slot_errors(...)
  return { rows.no_object, rows.no_method, short_slot, rows.bad_depth "depth", no_slot, ... }
end

local function transfer_errors(...)
  return {
    rows.no_object, rows.no_method, short_dest, rows.bad_depth "dest_depth", no_dest,
    short_source, dest_full, no_source_root, rows.bad_depth "src_depth", no_source, empty_source, ...
  }
end

local function method(name, classic, mcs, row)
  row.object, row.method, row.label_name = "CNode", name, "CNode" .. name
  row.classic, row.mcs = classic, mcs
  row.section = row.section or "Capability and CSpace Management"
  return row
end

return {
  method("Revoke", 17, 18, {
    doc = "Deletes every capability that was derived from the one in the slot.",
    params = { index, depth },
    errors = slot_errors(),
  }),
  method("Delete", 18, 19, {
    doc = "Deletes the capability in the slot, and its object if it was the last one to it.",
    params = { index, depth },
    errors = slot_errors(),
  }),
  method("CancelBadgedSends", 19, 20, {
    doc = "Cancels all sends that wait on the endpoint and were made with the slot's badge.",
    params = { index, depth },
    errors = slot_errors(e("IllegalOperation",
      "The slot does not hold an endpoint capability with all rights.", { tag = "rights" })),
  }),
  method("Copy", 20, 21, {
    doc = "Copies a capability, keeping at most the rights given.",
    params = { dest_index, dest_depth, src_root, src_index, src_depth, rights },
    errors = transfer_errors(rows.short("rights", "rights"), has_children, not_copied),
  }),
  method("Mint", 21, 22, {
    doc = "Copies a capability, keeping at most the rights given, and sets its badge or guard.",
    params = { dest_index, dest_depth, src_root, src_index, src_depth, rights, badge },
    errors = transfer_errors(rows.short("rights or badge", "badge"), has_children, not_copied,
      bad_badge),
  }),
  method("Move", 22, 23, {
    doc = "Moves a capability to another slot; its place among its relatives stays.",
    params = { dest_index, dest_depth, src_root, src_index, src_depth },
    errors = transfer_errors(),
  }),
  method("Mutate", 23, 24, {
    doc = "Moves a capability to another slot and sets its badge or guard.",
    params = { dest_index, dest_depth, src_root, src_index, src_depth, badge },
    errors = transfer_errors(rows.short("badge", "badge"), bad_badge),
  }),
  method("Rotate", 24, 25, {
    doc = "Moves the pivot's capability to the destination and the source's to the pivot, setting "
      .. "badges or guards on the way.",
    params = {
      dest_index, dest_depth,
      p("Word", "dest_badge", "guard of a CNode capability that comes to the destination; "
        .. "endpoints and notifications are refused"),
      p("CNode", "pivot_root", "CNode that the lookup of the pivot starts from"),
      pivot_index, pivot_depth,
      p("Word", "pivot_badge", "guard of a CNode capability that comes to the pivot"),
      src_root, src_index, src_depth,
    },
    errors = {
      rows.no_object, rows.no_method, short_dest, rows.bad_depth "dest_depth", no_dest,
      rows.short("a word from dest_badge on, or a root", "source"),
      no_source_root, rows.bad_depth "src_depth", no_source,
      e("FailedLookup", "pivot_root is not a CNode.", { tag = "pivot_root", words = { 1, 1 } }),
      rows.bad_depth "pivot_depth",
      e("FailedLookup", "pivot_root, pivot_index and pivot_depth lead to no slot.",
        { tag = "pivot", words = { 1 } }),
      e("IllegalOperation", "The pivot is the same slot as the source or the destination.",
        { tag = "pivot" }),
      e("DeleteFirst", "The destination slot is in use and is not the source slot."),
      empty_source,
      e("FailedLookup", "The pivot slot is empty.", { tag = "empty pivot", words = { 0, 2 } }),
      e("IllegalOperation", "pivot_badge does not suit the source.", { tag = "pivot_badge" }),
      e("IllegalOperation", "dest_badge does not suit the pivot.", { tag = "dest_badge" }),
    },
  }),
  method("SaveCaller", 25, nil, {
    section = "Message Passing",
    doc = "Moves the right to answer the last caller into the slot; nothing happens without one.",
    params = { index, depth },
    errors = slot_errors(rows.full_slot),
  }),
}
