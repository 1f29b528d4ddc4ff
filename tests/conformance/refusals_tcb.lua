-- SPDX-License-Identifier: MIT
--- Refusals of threads, each row one mistake, in the order in which the kernel looks.

local refusals = require "lib.refusals"
local suite = require "lib.conformance"

local is_mcs = suite.is_mcs
local BUFFER, MISALIGNED = 0x10000, 0x10200
local BAD_GUARD = 60 -- of 60 bits: too long for the root task's CNode

-- The two rows that every method begins with, then the table's own.
local function tcb_method(spec)
  table.insert(spec, 1, { "InvalidCapability service", { service = "empty" }, 0 })
  table.insert(spec, 2, { "IllegalOperation method", { service = "cnode" } })
  spec.words, spec.caps = spec.words or "", spec.caps or ""
  refusals(spec)
end

-- --- registers -----------------------------------------------------------------------------------

tcb_method {
  method = "TCB_ReadRegisters", label = "TCBReadRegisters", words = "flags count",
  good = { service = "tcb", flags = 0, count = 32 }, results = 32,
  { "TruncatedMessage", { length = 1 } },
  { "RangeError", { count = 0 }, 1, 32 },
  { "RangeError", { count = 33 }, 1, 32 },
  { "IllegalOperation self", { service = "own_tcb" } },
}

tcb_method {
  method = "TCB_WriteRegisters", label = "TCBWriteRegisters", words = "flags count pc",
  good = { service = "tcb", flags = 0, count = 1, pc = 0x10000 },
  { "TruncatedMessage", { length = 1 } },
  { "TruncatedMessage", { count = 2 } },
  { "IllegalOperation self", { service = "own_tcb" } },
}

tcb_method {
  method = "TCB_CopyRegisters", label = "TCBCopyRegisters", words = "flags", caps = "source",
  good = { service = "tcb", flags = 0, source = "bound_tcb" },
  { "TruncatedMessage", { length = 0 } },
  { "TruncatedMessage", { extra = 0 } },
  { "InvalidCapability source", { source = "cnode" }, 1 },
}

tcb_method {
  method = "TCB_SetTLSBase", label = "TCBSetTLSBase", words = "tls_base",
  good = { service = "tcb", tls_base = 0x12345 },
  { "TruncatedMessage", { length = 0 } },
}

-- --- spaces and the IPC buffer -------------------------------------------------------------------

-- A capability that is untyped memory in use is not of the right type either.
local both_at_once = {
  ["RevokeFirst frame before IllegalOperation frame"] = {},
  ["RevokeFirst cspace before IllegalOperation cspace"] = {},
  ["RevokeFirst vspace before IllegalOperation vspace"] = {},
}

tcb_method {
  method = "TCB_Configure", label = "TCBConfigure",
  words = (is_mcs and "" or "fault_ep ") .. "cspace_root_data vspace_root_data buffer",
  caps = "cspace_root vspace_root bufferFrame",
  good = { service = "tcb", fault_ep = 0, cspace_root = "root", cspace_root_data = 0,
    vspace_root = "root_vspace", vspace_root_data = 0, buffer = BUFFER, bufferFrame = "frame" },
  { "TruncatedMessage", { length = 2 } },
  { "TruncatedMessage", { extra = 2 } },
  { "RevokeFirst frame", { bufferFrame = "used_untyped" } },
  { "IllegalOperation frame", { bufferFrame = "tcb" } },
  { "IllegalOperation frame", { bufferFrame = "device_frame" } },
  { "AlignmentError", { buffer = MISALIGNED } },
  { "IllegalOperation last", { service = "lone_tcb" } },
  { "RevokeFirst cspace", { cspace_root = "used_untyped" } },
  { "IllegalOperation cspace", { cspace_root = "tcb" } },
  { "IllegalOperation cspace", { cspace_root_data = BAD_GUARD } },
  { "RevokeFirst vspace", { vspace_root = "used_untyped" } },
  { "IllegalOperation vspace", { vspace_root = "table" } },
  { "IllegalOperation vspace", { vspace_root = "frame" } },
  pairs = both_at_once,
}

tcb_method {
  method = "TCB_SetIPCBuffer", label = "TCBSetIPCBuffer", words = "buffer", caps = "bufferFrame",
  good = { service = "tcb", buffer = BUFFER, bufferFrame = "frame" },
  { "TruncatedMessage", { length = 0 } },
  { "TruncatedMessage", { extra = 0 } },
  { "RevokeFirst frame", { bufferFrame = "used_untyped" } },
  { "IllegalOperation frame", { bufferFrame = "tcb" } },
  { "IllegalOperation frame", { bufferFrame = "device_frame" } },
  { "AlignmentError", { buffer = MISALIGNED } },
  pairs = both_at_once,
}

local space = {
  method = "TCB_SetSpace", label = "TCBSetSpace",
  words = (is_mcs and "" or "fault_ep ") .. "cspace_root_data vspace_root_data",
  caps = (is_mcs and "fault_ep " or "") .. "cspace_root vspace_root",
  good = { service = "tcb", fault_ep = 0, cspace_root = "root", cspace_root_data = 0,
    vspace_root = "root_vspace", vspace_root_data = 0 },
  { "TruncatedMessage", { length = 1 } },
  { "TruncatedMessage", { extra = 1 } },
  { "IllegalOperation last", { service = "lone_tcb" } },
  { "RevokeFirst cspace", { cspace_root = "used_untyped" } },
  { "IllegalOperation cspace", { cspace_root = "tcb" } },
  { "IllegalOperation cspace", { cspace_root_data = BAD_GUARD } },
  { "RevokeFirst vspace", { vspace_root = "used_untyped" } },
  { "IllegalOperation vspace", { vspace_root = "table" } },
  { "IllegalOperation vspace", { vspace_root = "frame" } },
  pairs = both_at_once,
}
if is_mcs then
  table.insert(space, { "InvalidCapability handler", { fault_ep = "send_endpoint" }, 1 })
  table.insert(space, { "InvalidCapability handler", { fault_ep = "notification" }, 1 })
end
tcb_method(space)

if is_mcs then
  tcb_method {
    method = "TCB_SetTimeoutEndpoint", label = "TCBSetTimeoutEndpoint", caps = "timeout_fault_ep",
    good = { service = "tcb", timeout_fault_ep = "endpoint" },
    { "TruncatedMessage", { extra = 0 } },
    { "InvalidCapability handler", { timeout_fault_ep = "send_endpoint" }, 1 },
    { "InvalidCapability handler", { timeout_fault_ep = "tcb" }, 1 },
  }
end

-- --- priorities ----------------------------------------------------------------------------------

for name, method in pairs { priority = "SetPriority", mcp = "SetMCPriority" } do
  tcb_method {
    method = "TCB_" .. method, label = "TCB" .. method, words = name, caps = "authority",
    good = { service = "tcb", [name] = 255, authority = "own_tcb" },
    { "TruncatedMessage", { length = 0 } },
    { "TruncatedMessage", { extra = 0 } },
    { "InvalidCapability authority", { authority = "cnode" }, 1 },
    { "RangeError " .. name, { [name] = 256 }, 0, 255 },
    { "RangeError " .. name, { authority = "tcb" }, 0, 0 },
  }
end

local params = {
  method = "TCB_SetSchedParams", label = "TCBSetSchedParams", words = "mcp priority",
  caps = is_mcs and "authority sched_context fault_ep" or "authority",
  good = { service = "tcb", mcp = 9, priority = 10, authority = "own_tcb",
    sched_context = "context", fault_ep = 0 },
  { "TruncatedMessage", { length = 1 } },
  { "TruncatedMessage", { extra = is_mcs and 2 or 0 } },
  { "InvalidCapability authority", { authority = "cnode" }, 1 },
  { "RangeError mcp", { mcp = 256 }, 0, 255 },
  { "RangeError mcp", { authority = "tcb" }, 0, 0 },
  { "RangeError priority", { priority = 256 }, 0, 255 },
}
if is_mcs then
  table.move({
    { "IllegalOperation own", { service = "own_tcb", sched_context = "null" } },
    { "InvalidCapability sched_context", { sched_context = "endpoint" }, 2 },
    { "IllegalOperation bound", { service = "owner_tcb" } },
    { "IllegalOperation bound", { sched_context = "bound_context" } },
    { "IllegalOperation blocked", { service = "waiting_tcb", sched_context = "empty_context" } },
    { "InvalidCapability handler", { fault_ep = "send_endpoint" }, 3 },
    { "InvalidCapability handler", { fault_ep = "notification" }, 3 },
  }, 1, 7, #params + 1, params)
end
params.pairs = { ["RangeError mcp before RangeError priority"] = false }
tcb_method(params)

-- --- running, notifications, flags ---------------------------------------------------------------

for _, name in ipairs { "Suspend", "Resume" } do
  tcb_method { method = "TCB_" .. name, label = "TCB" .. name, good = { service = "bound_tcb" } }
end

tcb_method {
  method = "TCB_BindNotification", label = "TCBBindNotification", caps = "notification",
  good = { service = "tcb", notification = "wait_notification" },
  { "TruncatedMessage", { extra = 0 } },
  { "IllegalOperation bound", { service = "bound_tcb" } },
  { "IllegalOperation rights", { notification = "signal_notification" } },
  { "IllegalOperation rights", { notification = "endpoint" } },
  { "IllegalOperation waiting", { notification = "awaited_notification" } },
  { "IllegalOperation waiting", { notification = "bound_notification" } },
}

tcb_method {
  method = "TCB_UnbindNotification", label = "TCBUnbindNotification",
  good = { service = "bound_tcb" },
  { "IllegalOperation bound", { service = "tcb" } },
}

tcb_method {
  method = "TCB_SetFlags", label = "TCBSetFlags", words = "clear set",
  good = { service = "tcb", clear = 0, set = 0 }, results = 1,
  { "TruncatedMessage", { length = 1 } },
}

suite.finish()
