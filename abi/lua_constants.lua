-- SPDX-License-Identifier: MIT
--- The constants of module seL4, by libsel4's names without the prefix, gathered from the tables.
--
--   local lua_constants = require "abi.lua_constants"
--   for _, row in ipairs(lua_constants) do
--     print(row.name, row.classic, row.mcs, row.group, row.doc)
--   end
--
-- `classic` and `mcs` are the values (nil: the configuration lacks the constant).

local bootinfo = require "abi.bootinfo"
local constants = require "abi.constants"
local errors = require "abi.errors"
local extensions = require "abi.extensions"
local faults = require "abi.faults"
local invocations = require "abi.invocations"
local objects = require "abi.objects"
local syscalls = require "abi.syscalls"

local list = {}

local function add(group, name, classic, mcs, doc)
  list[#list + 1] = { group = group, name = name, classic = classic, mcs = mcs, doc = doc }
end

for _, row in ipairs(errors.invocation) do
  add("Errors", row.name, row.value, row.value, row.doc)
end
add("Errors", "NumErrors", #errors.invocation, #errors.invocation, "number of errors")
for _, row in ipairs(errors.lookup) do
  add("Lookup failures", row.name, row.value, row.value, row.doc)
end

for _, row in ipairs(bootinfo.caps) do
  add("Initial capabilities", row.name, row.slot, row.slot, row.doc)
end
add("Initial capabilities", "NumInitialCaps", bootinfo.initial_cap_count, bootinfo.initial_cap_count,
  "number of slots that seL4 assigns")

for _, row in ipairs(objects) do
  add("Object types", row.constant, row.classic, row.mcs, row.doc)
end

for _, group in ipairs(constants) do
  for _, row in ipairs(group) do
    if row.lua then
      add(group.title, row.lua, row.value or row.classic, row.value or row.mcs, row.doc)
    end
  end
end

-- A word index exists in the configurations that have the fault.
local function words(fault, name, names, has_length, aliases)
  local function at(index, word, doc)
    add("Words of fault messages", name .. "_" .. word, fault.classic and index,
      fault.mcs and index, doc)
  end
  for i, word in ipairs(names) do
    at(i - 1, word, "message register of " .. word)
  end
  for _, alias in ipairs(aliases or {}) do
    at(alias[2], alias[1], "message register of " .. alias[1])
  end
  if has_length then
    at(#names, "Length", "number of words")
  end
end

for _, fault in ipairs(faults) do
  add("Faults", "Fault_" .. fault.name, fault.classic, fault.mcs, fault.doc)
end
for _, fault in ipairs(faults) do
  words(fault, fault.name, fault.words, fault.has_length, fault.aliases)
  if fault.reply then
    words(fault, fault.reply.name, fault.reply.words, true)
  end
end
for _, row in ipairs(extensions.exceptions) do
  add("Exceptions of Lua threads", row.lua, row.value, row.value, row.doc)
end

for _, row in ipairs(invocations) do
  add("Labels", row.label_name, row.classic, row.mcs, "label of " .. row.object .. "_" .. row.method)
end
for _, row in ipairs(syscalls) do
  add("System call numbers", "Sys" .. row.name, row.classic, row.mcs, "number of " .. row.name)
end

return list
