-- SPDX-License-Identifier: MIT
--- Refusals of CNode methods, each row one mistake, in the order in which the kernel looks.

local refusals = require "lib.refusals"
local seL4 = require "seL4"
local suite = require "lib.conformance"

-- --- methods on one slot --------------------------------------------------------------------------

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

suite.finish()
