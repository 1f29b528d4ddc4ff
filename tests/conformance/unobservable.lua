-- SPDX-License-Identifier: MIT
--- Rows that no program can show, each with the reason.
---
---   for _, entry in ipairs(require "tests.conformance.unobservable") do
---     print(entry.method, entry[1], entry[2], entry.only, entry.why)
---   end
---
--- `method` is a Lua pattern. With one name the error cannot be brought about; with two no call can
--- earn both errors, so their order cannot be seen. Two errors with the same answer are left out by
--- rows.lua itself. The page lists these entries; one that is not needed is an error.

return {
  { method = ".*", "InvalidCapability service", "IllegalOperation method",
    why = "an empty slot names no object that could lack the method" },
}
