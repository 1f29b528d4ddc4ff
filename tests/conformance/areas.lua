-- SPDX-License-Identifier: MIT
--- The programs of the suite in the order of the page: { name, title }. With `has_behaviours`, the
--- file behaviours/NAME.lua lists what the area shows beyond single calls; with `only`, the program
--- runs on that configuration alone.

return {
  { "refusals_cnode", "Refusals of CNodes" },
  { "cnode", "CNode operations", has_behaviours = true },
}
