-- SPDX-License-Identifier: MIT
--- The rows of docs/conformance.md: what is to be shown on a configuration.
---
---   local rows = require "tests.conformance.rows"
---   local list = rows.of "classic"       -- { group =, id =, what = } in the order of the page
---
--- From the tables of abi/: every system call, every method carried out, each of its errors, and
--- "A before B" for errors of a method that one call can earn at once. From behaviours/: what an
--- area shows beyond single calls.

local areas = require "tests.conformance.areas"
local errors = require "abi.errors"
local faults = require "abi.faults"
local invocations = require "abi.invocations"
local syscalls = require "abi.syscalls"
local unobservable = require "tests.conformance.unobservable"

local rows = {}

local has_words = {}
for _, row in ipairs(errors.invocation) do
  has_words[row.name] = #row.words
end

--- "DeleteFirst" or "RangeError depth": a refusal's name within its method.
function rows.name_of(refusal)
  return refusal.tag and refusal.error .. " " .. refusal.tag or refusal.error
end

-- Whether the caller cannot tell the two apart: same error, same words.
local function same_answer(a, b)
  if a.error ~= b.error then
    return false
  elseif has_words[a.error] == 0 then
    return true
  elseif not (a.words and b.words and #a.words == #b.words) then
    return false
  end
  for i, word in ipairs(a.words) do
    if b.words[i] ~= word then
      return false
    end
  end
  return #a.words == has_words[a.error] or a.error == "FailedLookup" and a.words[2] == 1
end

-- Whether an entry speaks of these names; notes it as used.
local function speaks_of(entry, first, second)
  if entry[1] ~= first or not second ~= not entry[2] then
    return false
  end
  for i = 2, #entry do
    if entry[i] == second then
      entry.used = entry.used or {}
      entry.used[i] = true
      return true
    end
  end
  entry.used = not second and {} or entry.used
  return not second
end

--- Why a row of a method ("A", or the pair "A" and "B") cannot be shown on a configuration, or nil.
function rows.why_not(method, configuration, first, second)
  for _, entry in ipairs(unobservable) do
    if method:find("^" .. entry.method .. "$") and speaks_of(entry, first, second)
        and (not entry.only or entry.only == configuration) then
      return entry.why
    end
  end
end

-- For each refusal the first one below it that a single call can earn at the same time.
local function add_orders(list, group, method, refusals, configuration)
  for i, upper in ipairs(refusals) do
    for j = i + 1, #refusals do
      local first, second = rows.name_of(upper), rows.name_of(refusals[j])
      if not same_answer(upper, refusals[j])
          and not rows.why_not(method, configuration, first, second) then
        list[#list + 1] = { group = group, id = ("%s/%s before %s"):format(method, first, second) }
        break
      end
    end
  end
end

local function add_method(list, row, configuration)
  local method = row.object .. "_" .. row.method
  local refusals = {}
  list[#list + 1] = { group = row.object, id = method, what = row.doc }
  for _, refusal in ipairs(invocations.errors(row, configuration)) do
    local name = rows.name_of(refusal)
    if not rows.why_not(method, configuration, name) then
      refusals[#refusals + 1] = refusal
      list[#list + 1] = { group = row.object, id = method .. "/" .. name, what = refusal.when }
    end
  end
  add_orders(list, row.object, method, refusals, configuration)
end

local function add_behaviours(list, area)
  for _, text in ipairs(require("tests.conformance.behaviours." .. area[1])) do
    local only = type(text) == "table" and text.only
    if not only or only == list.configuration then
      text = only and text[1] or text
      list[#list + 1] = { group = area[2], id = area[1] .. ": " .. text, what = "" }
    end
  end
end

--- All rows of a configuration, "classic" or "mcs".
function rows.of(configuration)
  local list = { configuration = configuration }
  for _, call in ipairs(syscalls) do
    if call[configuration] then
      list[#list + 1] = { group = "System calls", id = call.name, what = call.doc }
    end
  end
  for _, row in ipairs(invocations) do
    if row[configuration] then
      add_method(list, row, configuration)
    end
  end
  for _, fault in ipairs(faults) do
    if fault[configuration] then
      list[#list + 1] = { group = "Faults", id = "fault " .. fault.name, what = fault.doc }
    end
  end
  for _, area in ipairs(areas) do
    if area.has_behaviours and (not area.only or area.only == configuration) then
      add_behaviours(list, area)
    end
  end
  return list
end

--- The order of a method's refusals by name, to judge pairs beyond the adjacent ones:
--- positions[method][name] = number.
function rows.positions(configuration)
  local positions = {}
  for _, row in ipairs(invocations) do
    if row[configuration] then
      local of_method = {}
      for i, refusal in ipairs(invocations.errors(row, configuration)) do
        local name = rows.name_of(refusal)
        assert(not of_method[name], row.object .. "_" .. row.method .. " has two of " .. name)
        of_method[name] = i
      end
      positions[row.object .. "_" .. row.method] = of_method
    end
  end
  return positions
end

return rows
