-- SPDX-License-Identifier: MIT
--- Makes abi/methods.h: our own numbers of methods, object types and system calls.
--
--   local make = require "abi.generate_methods"
--   io.write(make.text())

local invocations = require "abi.invocations"
local objects = require "abi.objects"
local syscalls = require "abi.syscalls"
local text = require "abi.text"

local make = {}

--- "METHOD_CNODE_COPY" and kin, for a row of the respective table.
function make.method_name(row) return "METHOD_" .. text.upper_snake(row.label_name) end
function make.object_name(row) return "OBJECT_" .. row.c end
function make.syscall_name(row) return "SYSCALL_" .. text.upper_snake(row.name) end

local function where(row)
  if row.classic and row.mcs then
    return ""
  end
  return row.classic and " /* classic only */" or " /* MCS only */"
end

local function enum(w, about, tag, none, list, name_of, count)
  w:line("/* %s */", about)
  w:line("enum %s {", tag)
  w:line("    %s = 0,", none)
  for _, row in ipairs(list) do
    w:line("    %s,%s", name_of(row), where(row))
  end
  w:line("    %s", count)
  w:line("};")
  w:line()
end

--- The header.
function make.text()
  local w = text.writer()
  text.open_header(w, "ABI_METHODS_H",
    "Methods, object types and system calls of both configurations, by numbers of our own.",
    { "<stdint.h>" })
  w:line("/* Bits of the configurations in the generated tables. */")
  w:line("enum { CONFIGURATION_CLASSIC = 1, CONFIGURATION_MCS = 2 };")
  w:line()
  enum(w, "METHOD_NONE: no label of the configuration. Those of seLVM itself are the last, in the\n"
    .. "   order of their labels.", "method", "METHOD_NONE", invocations, make.method_name,
    "METHOD_COUNT")
  enum(w, "OBJECT_NONE: no type number of the configuration.", "object_type", "OBJECT_NONE", objects,
    make.object_name, "OBJECT_TYPE_COUNT")
  enum(w, "SYSCALL_NONE: no call number of the configuration.", "syscall", "SYSCALL_NONE", syscalls,
    make.syscall_name, "SYSCALL_COUNT")
  text.close_header(w)
  return w:finish()
end

return make
