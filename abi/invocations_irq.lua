-- SPDX-License-Identifier: MIT
--- Methods of interrupts; invocations.lua says what a row holds.
--
--   local get = require("abi.invocations_irq")[1]
--   print(get.object, get.method, get.classic)   --> IRQControl  Get  26

local rows = require "abi.rows"
local p, e = rows.input, rows.refusal

local root = p("CNode", "root", "CNode that the lookup of the destination starts from")
local index, depth = rows.slot("", "the slot for the handler capability")
local section = "Interrupt Delivery"

local get_errors = {
  rows.no_object, rows.no_method, rows.short "a word or the root",
  e("RangeError", "irq is no interrupt line of the machine.", { tag = "irq" }),
  e("RevokeFirst", "The interrupt line already has a handler capability."),
  e("FailedLookup", "root is not a CNode.", { tag = "root", words = { 0, 1 } }),
  rows.bad_depth "depth",
  e("FailedLookup", "root, index and depth lead to no slot.", { tag = "slot", words = { 0 } }),
  rows.full_slot,
}

return {
  { object = "IRQControl", method = "Get", label_name = "IRQIssueIRQHandler", classic = 26, mcs = 26,
    section = section,
    doc = "Makes the handler capability of an interrupt line.",
    params = { p("Word", "irq", "the interrupt line"), root, index, depth },
    errors = get_errors },
  { object = "IRQHandler", method = "Ack", label_name = "IRQAckIRQ", classic = 27, mcs = 27,
    section = section,
    doc = "Says that the interrupt has been dealt with; the line may interrupt again.",
    params = {},
    errors = { rows.no_object, rows.no_method } },
  { object = "IRQHandler", method = "SetNotification", label_name = "IRQSetIRQHandler",
    classic = 28, mcs = 28, section = section,
    doc = "Sets the notification that the interrupt signals.",
    params = { p("CPtr", "notification", "the notification, with the badge to signal") },
    errors = {
      rows.no_object, rows.no_method,
      rows.short "the notification",
      e("InvalidCapability", "notification is not a notification with the right to signal.",
        { tag = "notification", words = { 0 } }),
    } },
  { object = "IRQHandler", method = "Clear", label_name = "IRQClearIRQHandler", classic = 29, mcs = 29,
    section = section,
    doc = "Takes the notification away from the interrupt.",
    params = {},
    errors = { rows.no_object, rows.no_method } },
  { object = "IRQControl", method = "GetTrigger", label_name = "RISCVIRQIssueIRQHandlerTrigger",
    classic = 40, mcs = 46, section = section,
    doc = "Makes the handler capability of an interrupt line and sets how the line signals.",
    params = {
      p("Word", "irq", "the interrupt line"),
      p("Word", "trigger", "0: by level, 1: by edge"),
      root, index, depth,
    },
    errors = get_errors },
}
