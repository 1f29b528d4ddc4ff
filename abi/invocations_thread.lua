-- SPDX-License-Identifier: MIT
--- Methods of threads, second part: priorities, running, notifications, flags; invocations.lua says
--- what a row holds.
--
--   local first = require("abi.invocations_thread")[1]
--   print(first.object, first.method, first.classic)   --> TCB  SetPriority  6

local rows = require "abi.rows"
local p, out, e = rows.input, rows.output, rows.refusal

local authority = p("TCB", "authority", "thread whose maximum controlled priority limits the new value")
local priority = p("Word", "priority", "0 to 255, 255 runs first")
local mcp = p("Word", "mcp", "highest priority that the thread may give to others, itself included")
local bad_authority = e("InvalidCapability", "authority is not a thread.",
  { tag = "authority", words = { 1 } })

-- `name` is the parameter's.
local function too_high(name)
  return e("RangeError", name .. " is above the maximum controlled priority of authority.",
    { tag = name })
end
local short = rows.short "a word or a capability"

return {
  { object = "TCB", method = "SetPriority", label_name = "TCBSetPriority", classic = 6, mcs = 6,
    section = "Scheduling",
    doc = "Sets the priority of a thread.",
    params = { authority, priority },
    errors = { rows.no_object, rows.no_method, short, bad_authority, too_high "priority" } },
  { object = "TCB", method = "SetMCPriority", label_name = "TCBSetMCPriority", classic = 7, mcs = 7,
    section = "Scheduling",
    doc = "Sets the maximum controlled priority of a thread.",
    params = { authority, mcp },
    errors = { rows.no_object, rows.no_method, short, bad_authority, too_high "mcp" } },
  { object = "TCB", method = "SetSchedParams", label_name = "TCBSetSchedParams", classic = 8, mcs = 8,
    section = "Scheduling",
    doc = "Sets both priorities of a thread; MCS: its scheduling context and fault handler too.",
    params = { authority, mcp, priority },
    mcs_params = {
      authority, mcp, priority,
      p("CPtr", "sched_context", "scheduling context for the thread; 0: none"),
      p("CPtr", "fault_ep", "endpoint of the fault handler; 0: none"),
    },
    errors = {
      rows.no_object, rows.no_method, short, bad_authority, too_high "mcp", too_high "priority",
      e("IllegalOperation", "The caller would take away its own scheduling context.",
        { tag = "own", only = "mcs" }),
      e("InvalidCapability", "sched_context is neither empty nor a scheduling context.",
        { tag = "sched_context", only = "mcs", words = { 2 } }),
      e("IllegalOperation", "The thread or the scheduling context is already bound to another.",
        { tag = "bound", only = "mcs" }),
      e("IllegalOperation", "The thread is blocked and the scheduling context has no time now.",
        { tag = "blocked", only = "mcs" }),
      e("InvalidCapability",
        "fault_ep is neither empty nor an endpoint with the rights to send and to grant.",
        { tag = "handler", only = "mcs", words = { 3 } }),
    } },
  { object = "TCB", method = "Suspend", label_name = "TCBSuspend", classic = 11, mcs = 12,
    section = "Threads",
    doc = "Stops a thread; what it waited for is cancelled and done again when it resumes.",
    params = {},
    errors = { rows.no_object, rows.no_method } },
  { object = "TCB", method = "Resume", label_name = "TCBResume", classic = 12, mcs = 13,
    section = "Threads",
    doc = "Lets a stopped thread run.",
    params = {},
    errors = { rows.no_object, rows.no_method } },
  { object = "TCB", method = "BindNotification", label_name = "TCBBindNotification",
    classic = 13, mcs = 14, section = "Notifications",
    doc = "Binds a notification to a thread, so that signals also reach it while it waits on an "
      .. "endpoint.",
    params = { p("CPtr", "notification", "the notification") },
    errors = {
      rows.no_object, rows.no_method, short,
      e("IllegalOperation", "The thread already has a bound notification.", { tag = "bound" }),
      e("IllegalOperation", "notification is not a notification with the right to read.",
        { tag = "rights" }),
      e("IllegalOperation", "The notification is bound to a thread, or threads wait on it.",
        { tag = "waiting" }),
    } },
  { object = "TCB", method = "UnbindNotification", label_name = "TCBUnbindNotification",
    classic = 14, mcs = 15, section = "Notifications",
    doc = "Takes the bound notification away from a thread.",
    params = {},
    errors = {
      rows.no_object, rows.no_method,
      e("IllegalOperation", "The thread has no bound notification.", { tag = "bound" }),
    } },
  { object = "TCB", method = "SetFlags", label_name = "TCBSetFlags", classic = 16, mcs = 17,
    section = "Threads",
    doc = "Clears and then sets flags of a thread.",
    params = {
      p("Word", "clear", "flags to clear"),
      p("Word", "set", "flags to set"),
      out("Word", "flags", "the flags afterwards"),
    },
    errors = {
      rows.no_object,
      e("IllegalOperation", rows.no_method.when, { tag = "method", undocumented = true }),
      short,
    } },
}
