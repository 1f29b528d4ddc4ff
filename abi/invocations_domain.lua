-- SPDX-License-Identifier: MIT
--- Methods of the domain capability; invocations.lua says what a row holds.
--
--   local set = require("abi.invocations_domain")[1]
--   print(set.object, set.method, set.classic)   --> DomainSet  Set  30

local rows = require "abi.rows"
local p, e = rows.input, rows.refusal

local index = p("Word", "index", "entry of the domain schedule, from 0")
local bad_index = e("RangeError", "index lies outside the domain schedule.", { tag = "index" })
local no_object = e("InvalidCapability", rows.no_object.when,
  { tag = "service", words = { 0 }, undocumented = true })

return {
  { object = "DomainSet", method = "Set", label_name = "DomainSetSet", classic = 30, mcs = 30,
    section = "Domains",
    doc = "Moves a thread to a scheduling domain.",
    params = { p("Uint8", "domain", "the domain"), p("TCB", "thread", "the thread") },
    errors = {
      rows.no_object, rows.no_method, rows.short("the domain", "domain"),
      e("InvalidArgument", "The system has no such domain.", { tag = "domain", words = { 0 } }),
      rows.short("the thread", "thread"),
      e("InvalidArgument", "thread is not a thread.", { tag = "thread", words = { 1 } }),
    } },
  { object = "DomainSet", method = "ScheduleConfigure", label_name = "DomainScheduleConfigure",
    classic = 31, mcs = 31, section = "Domains",
    doc = "Sets an entry of the domain schedule; domain 0 with duration 0 marks the end.",
    params = {
      index, p("Uint8", "domain", "domain that runs"),
      p("Time", "duration", "how long: ticks, in MCS timer ticks"),
    },
    errors = {
      no_object, rows.no_method, rows.short "a word", bad_index,
      e("RangeError", "The system has no such domain.", { tag = "domain" }),
      e("InvalidArgument", "duration is 0, which marks the end, and domain is not 0.",
        { tag = "end", words = { 1 } }),
      e("InvalidArgument", "duration has more than 56 bits, or is 0 where the schedule starts.",
        { words = { 2 } }),
    } },
  { object = "DomainSet", method = "ScheduleSetStart", label_name = "DomainScheduleSetStart",
    classic = 32, mcs = 32, section = "Domains",
    doc = "Sets the entry where the domain schedule starts, and starts it there.",
    params = { index },
    errors = {
      no_object, rows.no_method, rows.short "the index", bad_index,
      e("InvalidArgument", "The entry marks the end of a schedule.", { words = { 0 } }),
    } },
}
