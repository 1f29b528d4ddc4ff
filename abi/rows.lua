-- SPDX-License-Identifier: MIT
--- Short forms for the rows of invocations_*.lua.
--
--   local rows = require "abi.rows"
--   local p, out, e = rows.input, rows.output, rows.refusal
--   params = { p("Word", "index", "slot"), out("Word", "paddr", "address") },
--   errors = { rows.no_object, rows.no_method, e("DeleteFirst", "The slot is in use.") }
--
-- Rows are plain tables; `only` on a refusal names the one configuration that it exists in, and
-- `undocumented` marks one that libsel4's interface description does not list.

local rows = {}

function rows.input(type_name, name, doc)
  return { name = name, type = type_name, dir = "in", doc = doc }
end

function rows.output(type_name, name, doc)
  return { name = name, type = type_name, dir = "out", doc = doc }
end

--- One reason to refuse a call. `options` (optional): only, undocumented, words (the answer's).
function rows.refusal(error_name, when, options)
  local row = { error = error_name, when = when }
  for key, value in pairs(options or {}) do
    row[key] = value
  end
  return row
end

rows.no_object = rows.refusal("InvalidCapability",
  "_service names an empty slot, or an object that is being deleted.", { words = { 0 } })

rows.no_method = rows.refusal("IllegalOperation",
  "_service names an object that does not have this method.")

rows.bad_depth = rows.refusal("RangeError",
  "A depth is not between 1 and 64.", { words = { 1, 64 } })

rows.full_slot = rows.refusal("DeleteFirst",
  "The slot for the new capability already holds one.")

--- The pair of parameters that names a slot of a CNode.
function rows.slot(prefix, what)
  return rows.input("Word", prefix .. "index", "index of " .. what),
    rows.input("Uint8", prefix .. "depth", "number of bits of that index to translate, 1 to 64")
end

return rows
