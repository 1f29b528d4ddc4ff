-- SPDX-License-Identifier: MIT
--- Makes abi/classic.h and abi/mcs.h: the numbers of one configuration, as tables in both
--- directions.
--
--   local make = require "abi.generate_configuration"
--   io.write(make.text("classic"))

local faults = require "abi.faults"
local invocations = require "abi.invocations"
local methods = require "abi.generate_methods"
local objects = require "abi.objects"
local syscalls = require "abi.syscalls"
local text = require "abi.text"

local make = {}

-- The rows that the configuration has, in the order of their numbers' absolute values.
local function rows_of(list, key, with_extensions)
  local chosen = {}
  for _, row in ipairs(list) do
    if row[key] and (with_extensions or not row.is_extension) then
      chosen[#chosen + 1] = row
    end
  end
  table.sort(chosen, function(a, b) return math.abs(a[key]) < math.abs(b[key]) end)
  return chosen
end

local function array(w, about, type_name, name, size, entries)
  w:line("/* %s */", about)
  w:line("__attribute__((unused))")
  w:line("static const %s %s[%s] = {", type_name, name, size)
  for _, entry in ipairs(entries) do
    w:line("    [%s] = %s,", entry[1], entry[2])
  end
  w:line("};")
  w:line()
end

local function numbers(w, prefix, rows, key, name_of)
  w:line("enum {")
  for _, row in ipairs(rows) do
    w:line("    %s%s = %s,", prefix, name_of(row), text.number(math.abs(row[key])))
  end
  w:line("    %sCOUNT = %d", prefix, math.abs(rows[#rows][key]) + 1)
  w:line("};")
  w:line()
end

local function label_name(row) return text.upper_snake(row.label_name) end
local function type_name(row) return row.c end

local function pairs_of(rows, key_of, value_of)
  local entries = {}
  for i, row in ipairs(rows) do
    entries[i] = { key_of(row), value_of(row) }
  end
  return entries
end

local function labels(w, key, lower, upper)
  local rows = rows_of(invocations, key)
  numbers(w, upper .. "LABEL_", rows, key, label_name)
  array(w, "By label, below the extension's: enum method.", "uint8_t", lower .. "method_of_label",
    upper .. "LABEL_COUNT", pairs_of(rows, function(row)
      return upper .. "LABEL_" .. label_name(row)
    end, methods.method_name))
  array(w, "The label of a method, the extension's too; 0 where absent.", "uint16_t",
    lower .. "label_of_method", "METHOD_COUNT", pairs_of(rows_of(invocations, key, true),
      methods.method_name, function(row) return text.number(row[key]) end))
end

local function object_types(w, key, lower, upper)
  local rows = rows_of(objects, key)
  numbers(w, upper .. "OBJECT_NUMBER_", rows, key, type_name)
  array(w, "By type number, below the extension's: enum object_type.", "uint8_t",
    lower .. "object_of_number", upper .. "OBJECT_NUMBER_COUNT", pairs_of(rows, function(row)
      return upper .. "OBJECT_NUMBER_" .. row.c
    end, methods.object_name))
end

local function syscall_numbers(w, key, lower, upper)
  local rows = rows_of(syscalls, key)
  w:line("enum { %sSYSCALL_NUMBER_COUNT = %d };", upper, -rows[#rows][key] + 1)
  w:line()
  array(w, "By minus the call number: enum syscall.", "uint8_t", lower .. "syscall_of_number",
    upper .. "SYSCALL_NUMBER_COUNT", pairs_of(rows, function(row)
      return tostring(-row[key])
    end, methods.syscall_name))
  array(w, "The number of a system call; 0 where absent.", "int32_t", lower .. "syscall_number",
    "SYSCALL_COUNT", pairs_of(rows, methods.syscall_name, function(row)
      return tostring(row[key])
    end))
end

--- The header of a configuration, "classic" or "mcs".
function make.text(key)
  local w = text.writer()
  local lower, upper = key .. "_", key:upper() .. "_"
  local title = key == "mcs" and "MCS" or key
  text.open_header(w, "ABI_" .. upper .. "H",
    ("Numbers of the %s configuration. What the tables leave out is 0: there is no such thing."):format(
      title), { "<stdint.h>", "\"abi/constants.h\"", "\"abi/methods.h\"" })
  labels(w, key, lower, upper)
  object_types(w, key, lower, upper)
  syscall_numbers(w, key, lower, upper)
  array(w, "Labels of fault messages by enum fault_kind; 0 where absent.", "uint8_t",
    lower .. "fault_label", "FAULT_KIND_COUNT", pairs_of(rows_of(faults, key), function(row)
      return "FAULT_" .. row.c
    end, function(row) return tostring(row[key]) end))
  text.close_header(w)
  return w:finish()
end

return make
