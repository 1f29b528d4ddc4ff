-- SPDX-License-Identifier: MIT
--- Compares the tables of abi/ with the interface lists of both configurations.
--
--   lua5.4 tests/abi/test_tables.lua      (from the root of the repository)
--
-- The lists are classic.json and mcs.json in folder abi of SELVM_SHARED, or of ../shared. Without
-- them, or without lua-cjson, nothing is compared.

package.path = "./?.lua;" .. package.path

local checks = require "tests.abi.checks"
local invocations = require "abi.invocations"
local objects = require "abi.objects"
local syscalls = require "abi.syscalls"

local shared = os.getenv("SELVM_SHARED") or "../shared"

local function skip(why)
  print("skipped: " .. why)
  print("0 passed, 0 failed")
  os.exit(0)
end

local has_cjson, cjson = pcall(require, "cjson")
if not has_cjson then
  skip("lua-cjson is not installed")
end

local function read_list(configuration)
  local path = ("%s/abi/%s.json"):format(shared, configuration)
  local file = io.open(path, "rb")
  if not file then
    skip(path .. " is not there")
  end
  local text = file:read("a")
  file:close()
  return cjson.decode(text)
end

-- Every pair of `theirs` is in `ours`, and the other way round.
local function same(expect, ours, theirs, what)
  for name, number in pairs(theirs) do
    expect(ours[name] == number, "%s %s is %s, not %s", what, name, ours[name], number)
  end
  for name, number in pairs(ours) do
    expect(theirs[name] == number, "%s %s = %s is not listed", what, name, number)
  end
end

local function numbers(rows, configuration, wanted)
  local map = {}
  for _, row in ipairs(rows) do
    if row[configuration] and wanted(row) then
      map[row.name] = row[configuration]
    end
  end
  return map
end

local function documented_errors(row, configuration)
  local set = {}
  for _, refusal in ipairs(invocations.errors(row, configuration)) do
    if not refusal.undocumented then
      set["seL4_" .. refusal.error] = true
    end
  end
  return set
end

local function set_of(list)
  local set = {}
  for _, name in ipairs(list) do
    set[name] = true
  end
  return set
end

local function compare_invocation(expect, row, listed, configuration)
  local name = listed.label_name
  expect(row.object == listed.object and row.method == listed.method, "%s is %s_%s, not %s_%s", name,
    row.object, row.method, listed.object, listed.method)
  expect(row[configuration] == listed.label, "label of %s is %s, not %s", name, row[configuration],
    listed.label)
  local params = invocations.params(row, configuration)
  expect(#params == #listed.params, "%s has %d parameters, not %d", name, #params, #listed.params)
  for i, param in ipairs(listed.params) do
    for _, key in ipairs { "name", "type", "dir" } do
      local value = params[i] and params[i][key]
      expect(value == param[key], "%s parameter %d: %s is %s, not %s", name, i, key, value, param[key])
    end
  end
  same(expect, documented_errors(row, configuration), set_of(listed.errors), name .. " error")
end

local function compare(configuration)
  local list = read_list(configuration)
  checks.group(configuration .. " system calls", function(expect)
    same(expect, numbers(syscalls, configuration, function(row) return not row.is_debug end),
      list.syscalls, "call")
    same(expect, numbers(syscalls, configuration, function(row) return row.is_debug end),
      list.debug_syscalls, "debug call")
  end)
  checks.group(configuration .. " object types", function(expect)
    same(expect, numbers(objects, configuration, function(row) return not row.is_extension end),
      list.object_types, "type")
  end)
  checks.group(configuration .. " invocations", function(expect)
    local by_name, count = {}, 0
    for _, row in ipairs(invocations) do
      if row[configuration] and not row.is_extension then
        by_name[row.label_name] = row
        count = count + 1
      end
    end
    expect(count == #list.invocations, "%d invocations, not %d", count, #list.invocations)
    for _, listed in ipairs(list.invocations) do
      local row = by_name[listed.label_name]
      expect(row, "%s is missing", listed.label_name)
      if row then
        compare_invocation(expect, row, listed, configuration)
      end
    end
  end)
end

compare("classic")
compare("mcs")
checks.finish()
