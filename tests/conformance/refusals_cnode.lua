-- SPDX-License-Identifier: MIT
--- Refusals of CNode methods, each row one mistake, in the order in which the kernel looks.

local refusals = require "lib.refusals"
local seL4 = require "seL4"
local suite = require "lib.conformance"

local ALL = seL4.AllRights
local BAD_GUARD = 61 -- of 61 bits: too long for a CNode of 2^4 slots

-- --- methods on one slot -------------------------------------------------------------------------

-- The rows that all of them begin with, then `...`.
local function slot_method(method, label, good_index, ...)
  refusals {
    method = method, label = label, words = "index depth", caps = "",
    good = { service = "root", index = good_index, depth = 64 },
    { "InvalidCapability service", { service = "empty" }, 0 },
    { "IllegalOperation method", { service = "tcb" } },
    { "TruncatedMessage slot", { length = 1 } },
    { "RangeError depth", { depth = 65 }, 1, 64 },
    { "FailedLookup slot", { service = "guarded", index = 0x40 }, 0, seL4.GuardMismatch, 64, 5, 8 },
    ...
  }
end

slot_method("CNode_Revoke", "CNodeRevoke", "endpoint")
slot_method("CNode_Delete", "CNodeDelete", "endpoint")
slot_method("CNode_CancelBadgedSends", "CNodeCancelBadgedSends", "badged_endpoint",
  { "IllegalOperation rights", { index = "send_endpoint" } })
if not suite.is_mcs then
  slot_method("CNode_SaveCaller", "CNodeSaveCaller", "empty",
    { "DeleteFirst slot", { index = "full" } })
end

-- --- methods with a source -----------------------------------------------------------------------

-- A destination in a CNode of its own, so that `service` and the source's root can be told apart.
local function transfer(spec, ...)
  spec.caps = "src_root"
  spec.words = "dest_index dest_depth src_index src_depth" .. spec.more
  spec.good.service, spec.good.dest_index, spec.good.dest_depth = "root", "empty", 64
  spec.good.src_root, spec.good.src_depth = "root", 64
  local rows = {
    { "InvalidCapability service", { service = "empty2" }, 0 },
    { "IllegalOperation method", { service = "tcb" } },
    { "TruncatedMessage dest", { length = 1 } },
    { "RangeError dest_depth", { dest_depth = 0 }, 1, 64 },
    { "FailedLookup dest", { service = "guarded", dest_index = 0x40 }, 0, seL4.GuardMismatch, 64, 5,
      8 },
    { "TruncatedMessage source", { extra = 0 } },
    { "DeleteFirst", { dest_index = "full" } },
    { "FailedLookup src_root", { src_root = "tcb" }, 1, seL4.InvalidRoot },
    { "RangeError src_depth", { src_depth = 65 }, 1, 64 },
    { "FailedLookup source", { src_index = 0x1001 }, 1, seL4.GuardMismatch, 64, 0, 52 },
    { "FailedLookup empty source", { src_index = "empty2" }, 1, seL4.MissingCapability, 64 },
    ...
  }
  table.move(rows, 1, #rows, 1, spec)
  refusals(spec)
end

transfer({ method = "CNode_Copy", label = "CNodeCopy", more = " rights",
    good = { src_index = "endpoint", rights = ALL } },
  { "TruncatedMessage rights", { length = 4 } },
  { "RevokeFirst", { src_index = "used_untyped" } },
  { "IllegalOperation type", { src_index = "table" } })

transfer({ method = "CNode_Mint", label = "CNodeMint", more = " rights badge",
    good = { src_index = "endpoint", rights = ALL, badge = 7 } },
  { "TruncatedMessage badge", { length = 5 } },
  { "RevokeFirst", { src_index = "used_untyped" } },
  { "IllegalOperation type", { src_index = "irq_control" } },
  { "IllegalOperation badge", { src_index = "badged_endpoint" } })

transfer({ method = "CNode_Move", label = "CNodeMove", more = "",
    good = { src_index = "endpoint" } })

transfer({ method = "CNode_Mutate", label = "CNodeMutate", more = " badge",
    good = { src_index = "cnode", badge = 0 } },
  { "TruncatedMessage badge", { length = 4 } },
  { "IllegalOperation badge", { badge = BAD_GUARD } })

-- --- Rotate --------------------------------------------------------------------------------------

refusals {
  method = "CNode_Rotate", label = "CNodeRotate", caps = "pivot_root src_root",
  words = "dest_index dest_depth dest_badge pivot_index pivot_depth pivot_badge src_index "
    .. "src_depth",
  good = { service = "root", dest_index = "empty", dest_depth = 64, dest_badge = 0,
    pivot_root = "root", pivot_index = "cnode", pivot_depth = 64, pivot_badge = 0,
    src_root = "root", src_index = "guarded", src_depth = 64 },
  { "InvalidCapability service", { service = "empty2" }, 0 },
  { "IllegalOperation method", { service = "tcb" } },
  { "TruncatedMessage dest", { length = 1 } },
  { "RangeError dest_depth", { dest_depth = 0 }, 1, 64 },
  { "FailedLookup dest", { dest_index = 0x1001 }, 0, seL4.GuardMismatch, 64, 0, 52 },
  { "TruncatedMessage source", { extra = 1 } },
  { "FailedLookup src_root", { src_root = "tcb" }, 1, seL4.InvalidRoot },
  { "RangeError src_depth", { src_depth = 0 }, 1, 64 },
  { "FailedLookup source", { src_index = 0x1002 }, 1, seL4.GuardMismatch, 64, 0, 52 },
  { "FailedLookup pivot_root", { pivot_root = "frame" }, 1, seL4.InvalidRoot },
  { "RangeError pivot_depth", { pivot_depth = 65 }, 1, 64 },
  { "FailedLookup pivot", { pivot_index = 0x1003 }, 1, seL4.GuardMismatch, 64, 0, 52 },
  { "IllegalOperation pivot", { pivot_index = "guarded" } },
  { "DeleteFirst", { dest_index = "full" } },
  { "FailedLookup empty source", { src_index = "empty2" }, 1, seL4.MissingCapability, 64 },
  { "FailedLookup empty pivot", { pivot_index = "empty3" }, 0, seL4.MissingCapability, 64 },
  { "IllegalOperation pivot_badge", { pivot_badge = BAD_GUARD } },
  { "IllegalOperation dest_badge", { dest_badge = BAD_GUARD } },
  pairs = {
    -- Pivot and source are one slot, and that is empty or the destination is in use.
    ["IllegalOperation pivot before FailedLookup empty source"] =
      { src_index = "empty2", pivot_index = "empty2" },
    -- Another source would not be the pivot.
  },
}

suite.finish()
