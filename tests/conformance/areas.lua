-- SPDX-License-Identifier: MIT
--- The programs of the suite in the order of the page: { name, title }. With `has_behaviours`, the
--- file behaviours/NAME.lua lists what the area shows beyond single calls; with `only`, the program
--- runs on that configuration alone; `options` are of `selvm run`,
--- and `lost` is how many threads stop for good on purpose, as nobody hears of their faults: a
--- number, or one for each configuration.

return {
  { "refusals_cnode", "Refusals of CNodes" },
  { "refusals_memory", "Refusals of memory" },
  { "refusals_irq", "Refusals of interrupts and domains", options = { "--domains", "3" } },
  { "refusals_tcb", "Refusals of threads" },
  { "refusals_sched", "Refusals of scheduling contexts", only = "mcs" },
  { "cnode", "CNode operations", has_behaviours = true },
  { "cdt", "Derivation", has_behaviours = true, lost = 1 },
  { "cspace", "CSpaces", has_behaviours = true },
  { "untyped", "Untyped memory", has_behaviours = true },
  { "ipc", "Messages", has_behaviours = true },
  { "ipc_caps", "Capabilities in messages", has_behaviours = true },
  { "ipc_cancel", "Messages that are cancelled", has_behaviours = true },
  { "notification", "Notifications", has_behaviours = true },
  { "threads", "Threads", has_behaviours = true, lost = 1 },
  { "vspace", "Address spaces", has_behaviours = true },
  { "irq", "Interrupts, and calls that they interrupt", has_behaviours = true },
  { "domain", "Domains", has_behaviours = true, options = { "--domains", "3" } },
  { "heap", "Lua heaps", has_behaviours = true },
  { "debug", "Debugging", has_behaviours = true },
  { "halt", "The machine's end" },
  { "mcs", "Scheduling contexts and replies", has_behaviours = true, only = "mcs",
    lost = 1 },
  { "mcs_chain", "Contexts in chains of servers", has_behaviours = true, only = "mcs", lost = 3 },
  { "fault", "Faults", has_behaviours = true, lost = { classic = 11, mcs = 1 } },
}
