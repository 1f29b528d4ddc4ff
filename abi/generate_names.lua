-- SPDX-License-Identifier: MIT
--- Makes abi/names.h: what people read, by the numbers of constants.h and methods.h.
--
--   local make = require "abi.generate_names"
--   io.write(make.text())

local errors = require "abi.errors"
local extensions = require "abi.extensions"
local faults = require "abi.faults"
local invocations = require "abi.invocations"
local methods = require "abi.generate_methods"
local objects = require "abi.objects"
local registers = require "abi.registers"
local syscalls = require "abi.syscalls"
local text = require "abi.text"

local make = {}

-- An array of strings; `none` is the string at index 0, nil when a row stands there.
local function array(w, about, name, size, none, list, key_of, value_of)
  w:line("/* %s */", about)
  w:line("__attribute__((unused))")
  w:line("static const char *const %s[%s] = {", name, size)
  if none then
    w:line("    [0] = %s,", text.c_string(none))
  end
  for _, row in ipairs(list) do
    w:line("    [%s] = %s,", key_of(row), text.c_string(value_of(row)))
  end
  w:line("};")
  w:line()
end

local function name(row) return row.name end
local function doc(row) return row.doc end
local function error_key(row) return "SEL4_" .. row.c end
local function lookup_key(row) return "LOOKUP_" .. row.c end
local function fault_key(row) return "FAULT_" .. row.c end

--- The header.
function make.text()
  local w = text.writer()
  text.open_header(w, "ABI_NAMES_H", "Names and explanations for people.",
    { "\"abi/constants.h\"", "\"abi/methods.h\"" })
  w:line("enum { ERROR_COUNT = %d, LOOKUP_FAILURE_COUNT = %d };", #errors.invocation, #errors.lookup)
  w:line()
  array(w, "By enum method.", "method_names", "METHOD_COUNT", "(no method)", invocations,
    methods.method_name, function(row) return row.object .. "_" .. row.method end)
  array(w, "By enum object_type.", "object_type_names", "OBJECT_TYPE_COUNT", "(no type)", objects,
    methods.object_name, name)
  array(w, "By enum syscall.", "syscall_names", "SYSCALL_COUNT", "(no call)", syscalls,
    methods.syscall_name, name)
  array(w, "By enum sel4_error.", "error_names", "ERROR_COUNT", nil, errors.invocation,
    error_key, name)
  array(w, "By enum sel4_error: a sentence.", "error_explanations", "ERROR_COUNT", nil,
    errors.invocation, error_key, doc)
  array(w, "By enum lookup_failure.", "lookup_failure_names", "LOOKUP_FAILURE_COUNT", nil,
    errors.lookup, lookup_key, name)
  array(w, "By enum lookup_failure: a sentence.", "lookup_failure_explanations",
    "LOOKUP_FAILURE_COUNT", nil, errors.lookup, lookup_key, doc)
  array(w, "By enum fault_kind.", "fault_names", "FAULT_KIND_COUNT", nil, faults, fault_key, name)
  w:line("enum { LUA_EXCEPTION_COUNT = %d };", #extensions.exceptions)
  w:line()
  array(w, "Exceptions of Lua threads, by their number less EXCEPTION_LUA_ERROR.",
    "lua_exception_names", "LUA_EXCEPTION_COUNT", nil, extensions.exceptions,
    function(row) return ("EXCEPTION_%s - EXCEPTION_LUA_ERROR"):format(row.name) end,
    function(row) return row.short end)
  array(w, "By enum context_register.", "register_names", "USER_REGISTER_COUNT", nil, registers,
    function(register) return "REG_" .. register:upper() end,
    function(register) return register end)
  text.close_header(w)
  return w:finish()
end

return make
