-- SPDX-License-Identifier: MIT
--- Short forms for the rows of invocations_*.lua.
--
--   local rows = require "abi.rows"
--   local p, out, e = rows.input, rows.output, rows.refusal
--   params = { p("Word", "index", "slot"), out("Word", "paddr", "address") },
--   errors = { rows.no_object, rows.no_method, e("DeleteFirst", "The slot is in use.") }
--
-- Rows are plain tables; `only` on a refusal names the one configuration that it exists in, and
-- `undocumented` marks one that libsel4's interface description does not list. The refusals of a
-- method stand in the order in which they are checked. Where an error stands there more than once,
-- `tag` tells its rows apart.

local rows = {}

function rows.input(type_name, name, doc)
  return { name = name, type = type_name, dir = "in", doc = doc }
end

function rows.output(type_name, name, doc)
  return { name = name, type = type_name, dir = "out", doc = doc }
end

--- One reason to refuse a call. `options` (optional): tag, only, undocumented, words (of the
--- answer).
function rows.refusal(error_name, when, options)
  local row = { error = error_name, when = when }
  for key, value in pairs(options or {}) do
    row[key] = value
  end
  return row
end

rows.no_object = rows.refusal("InvalidCapability",
  "_service names an empty slot, or an object that is being deleted.",
  { tag = "service", words = { 0 } })

rows.no_method = rows.refusal("IllegalOperation",
  "_service names an object that does not have this method.", { tag = "method" })

rows.full_slot = rows.refusal("DeleteFirst",
  "The slot for the new capability already holds one.", { tag = "slot" })

--- A depth out of range; `name` is the parameter's.
function rows.bad_depth(name)
  return rows.refusal("RangeError", name .. " is not between 1 and 64.",
    { tag = name, words = { 1, 64 } })
end

--- A message that is too short for what is read next: `what` is missing.
function rows.short(what, tag)
  return rows.refusal("TruncatedMessage", "The message lacks " .. what .. ".",
    { tag = tag, undocumented = true })
end

--- The pair of parameters that names a slot of a CNode.
function rows.slot(prefix, what)
  return rows.input("Word", prefix .. "index", "index of " .. what),
    rows.input("Uint8", prefix .. "depth", "number of bits of that index to translate, 1 to 64")
end

return rows
