-- SPDX-License-Identifier: MIT
--- Methods of processor time, in the MCS configuration; invocations.lua says what a row holds.
--
--   local configure = require("abi.invocations_sched")[1]
--   print(configure.object, configure.method, configure.mcs)   --> SchedControl ConfigureFlags 33

local rows = require "abi.rows"
local p, out, e = rows.input, rows.output, rows.refusal

local section = "Scheduling Contexts"
local short = rows.short "a word or a capability"
local consumed = out("Time", "consumed", "microseconds used since this was last asked")

return {
  { object = "SchedControl", method = "ConfigureFlags", label_name = "SchedControlConfigureFlags",
    mcs = 33, section = section,
    doc = "Gives a scheduling context a budget and a period, its refills, badge and flags.",
    params = {
      p("SchedContext", "schedcontext", "the scheduling context"),
      p("Time", "budget", "microseconds it may run in every period"),
      p("Time", "period", "microseconds after which the budget comes back"),
      p("Word", "extra_refills", "refills beyond the two that every context has"),
      p("Word", "badge", "word that tells contexts apart in timeout faults"),
      p("Word", "flags", "0, or 1 for a sporadic context"),
    },
    errors = {
      rows.no_object, rows.no_method, short,
      e("RangeError", "budget is shorter or longer than the kernel can keep.", { tag = "budget" }),
      e("RangeError", "period is shorter or longer than the kernel can keep.", { tag = "period" }),
      e("RangeError", "budget is greater than period.", { tag = "budget and period" }),
      e("InvalidCapability", "schedcontext is not a scheduling context.",
        { tag = "schedcontext", words = { 1 } }),
      e("RangeError", "The object has no room for so many refills.", { tag = "extra_refills" }),
    } },
  { object = "SchedContext", method = "Bind", label_name = "SchedContextBind", mcs = 34,
    section = section,
    doc = "Binds a thread or a notification to the scheduling context.",
    params = { p("CPtr", "cap", "the thread or notification") },
    errors = {
      rows.no_object, rows.no_method, short,
      e("InvalidCapability", "cap is neither a thread nor a notification.",
        { tag = "cap", words = { 1 } }),
      e("IllegalOperation", "The scheduling context is already bound.", { tag = "bound" }),
      e("IllegalOperation", "The thread or notification already has a scheduling context.",
        { tag = "has one" }),
      e("IllegalOperation", "The thread is blocked and the scheduling context has no time now.",
        { tag = "blocked" }),
    } },
  { object = "SchedContext", method = "Unbind", label_name = "SchedContextUnbind", mcs = 35,
    section = section,
    doc = "Takes away everything that is bound to the scheduling context.",
    params = {},
    errors = {
      rows.no_object, rows.no_method,
      e("IllegalOperation", "It is the caller's own scheduling context.", { tag = "own" }),
    } },
  { object = "SchedContext", method = "UnbindObject", label_name = "SchedContextUnbindObject",
    mcs = 36, section = section,
    doc = "Takes one thread or notification away from the scheduling context.",
    params = { p("CPtr", "cap", "the thread or notification") },
    errors = {
      rows.no_object, rows.no_method, short,
      e("InvalidCapability", "cap is neither a thread nor a notification.",
        { tag = "cap", words = { 1 } }),
      e("IllegalOperation", "The object is not bound to this scheduling context.",
        { tag = "bound" }),
      e("IllegalOperation", "It is the caller's own scheduling context.", { tag = "own" }),
    } },
  { object = "SchedContext", method = "Consumed", label_name = "SchedContextConsumed", mcs = 37,
    section = section,
    doc = "Tells how much time the scheduling context has used since this was last asked.",
    params = { consumed },
    errors = { rows.no_object, rows.no_method } },
  { object = "SchedContext", method = "YieldTo", label_name = "SchedContextYieldTo", mcs = 38,
    section = section,
    doc = "Lets the scheduling context's thread run before others of its priority, and tells the "
      .. "time used.",
    params = { consumed },
    errors = {
      rows.no_object, rows.no_method,
      e("IllegalOperation", "No thread is bound to the scheduling context, or it is the caller.",
        { tag = "thread" }),
      e("IllegalOperation", "Its thread has a priority above the caller's maximum controlled one.",
        { tag = "priority" }),
      e("IllegalOperation", "The caller is already waiting for another such call.",
        { tag = "waiting" }),
    } },
}
