-- SPDX-License-Identifier: MIT
--- Refusals of interrupts and of the domain capability, each row one mistake, in the order in which
--- the kernel looks. The machine has three domains.

local refusals = require "lib.refusals"
local seL4 = require "seL4"
local suite = require "lib.conformance"

local FREE_LINE, LAST_LINE = 43, 96
local ENTRY, LAST_ENTRY = 5, 98 -- of the domain schedule; entry 99 always ends it

-- --- IRQControl ----------------------------------------------------------------------------------

local function get(method, label, words)
  refusals {
    method = method, label = label, words = words, caps = "root",
    good = { service = "irq_control", irq = FREE_LINE, trigger = 1, root = "root", index = "empty2",
      depth = 64 },
    { "InvalidCapability service", { service = "empty" }, 0 },
    { "IllegalOperation method", { service = "tcb" } },
    { "TruncatedMessage", { length = 2 } },
    { "TruncatedMessage", { extra = 0 } },
    { "RangeError irq", { irq = 0 }, 1, LAST_LINE },
    { "RangeError irq", { irq = LAST_LINE + 1 }, 1, LAST_LINE },
    { "RevokeFirst", { irq = "used_line" } },
    { "FailedLookup root", { root = "tcb" }, 0, seL4.InvalidRoot },
    { "RangeError depth", { depth = 0 }, 1, 64 },
    { "FailedLookup slot", { index = 0x1001 }, 0, seL4.GuardMismatch, 64, 0, 52 },
    { "DeleteFirst slot", { index = "full" } },
  }
end

get("IRQControl_Get", "IRQIssueIRQHandler", "irq index depth")
get("IRQControl_GetTrigger", "RISCVIRQIssueIRQHandlerTrigger", "irq trigger index depth")

-- --- handlers ------------------------------------------------------------------------------------

for name, label in pairs { Ack = "IRQAckIRQ", Clear = "IRQClearIRQHandler" } do
  refusals {
    method = "IRQHandler_" .. name, label = label, words = "", caps = "",
    good = { service = "handler" },
    { "InvalidCapability service", { service = "empty" }, 0 },
    { "IllegalOperation method", { service = "tcb" } },
  }
end

refusals {
  method = "IRQHandler_SetNotification", label = "IRQSetIRQHandler", words = "",
  caps = "notification", good = { service = "handler", notification = "notification" },
  { "InvalidCapability service", { service = "empty" }, 0 },
  { "IllegalOperation method", { service = "tcb" } },
  { "TruncatedMessage", { extra = 0 } },
  { "InvalidCapability notification", { notification = "endpoint" }, 0 },
  { "InvalidCapability notification", { notification = "wait_notification" }, 0 },
}

-- --- domains -------------------------------------------------------------------------------------

refusals {
  method = "DomainSet_Set", label = "DomainSetSet", words = "domain", caps = "thread",
  good = { service = "domain", domain = 1, thread = "tcb" },
  { "InvalidCapability service", { service = "empty" }, 0 },
  { "IllegalOperation method", { service = "tcb" } },
  { "TruncatedMessage domain", { length = 0 } },
  { "InvalidArgument domain", { domain = 3 }, 0 },
  { "TruncatedMessage thread", { extra = 0 } },
  { "InvalidArgument thread", { thread = "cnode" }, 1 },
}

refusals {
  method = "DomainSet_ScheduleConfigure", label = "DomainScheduleConfigure",
  words = "index domain duration", caps = "",
  good = { service = "domain", index = ENTRY, domain = 1, duration = 10 },
  pairs = { ["InvalidArgument end before InvalidArgument"] = { domain = 1 } },
  { "InvalidCapability service", { service = "empty" }, 0 },
  { "IllegalOperation method", { service = "tcb" } },
  { "TruncatedMessage", { length = 2 } },
  { "RangeError index", { index = LAST_ENTRY + 1 }, 0, LAST_ENTRY },
  { "RangeError domain", { domain = 3 }, 0, 2 },
  { "InvalidArgument", { duration = 1 << 56 }, 2 },
  { "InvalidArgument end", { duration = 0 }, 1 },
  { "InvalidArgument", { index = 0, domain = 0, duration = 0 }, 2 },
}

refusals {
  method = "DomainSet_ScheduleSetStart", label = "DomainScheduleSetStart", words = "index",
  caps = "", good = { service = "domain", index = 0 },
  { "InvalidCapability service", { service = "empty" }, 0 },
  { "IllegalOperation method", { service = "tcb" } },
  { "TruncatedMessage", { length = 0 } },
  { "RangeError index", { index = LAST_ENTRY + 2 }, 0, LAST_ENTRY + 1 },
  { "InvalidArgument", { index = LAST_ENTRY }, 0 },
}

suite.finish()
