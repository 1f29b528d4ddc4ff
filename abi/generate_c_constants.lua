-- SPDX-License-Identifier: MIT
--- Makes the C library's sel4/constants.h: libsel4's constants in one
--- configuration.
--
--   local make = require "abi.generate_c_constants"
--   io.write(make.text("classic"))

local bootinfo = require "abi.bootinfo"
local c_values = require "abi.c_values"
local lua_constants = require "abi.lua_constants"
local objects = require "abi.objects"
local syscalls = require "abi.syscalls"
local text = require "abi.text"

local make = {}

-- Groups of abi/lua_constants.lua that libsel4 has a type for, and those without its prefix.
local TYPE_NAMES = {
  ["Errors"] = "seL4_Error", ["Lookup failures"] = "seL4_LookupFailureType",
  ["Object types"] = "seL4_ObjectType", ["Faults"] = "seL4_FaultType",
  ["Initial capabilities"] = "seL4_RootCNodeCapSlot", ["Labels"] = "seL4_InvocationLabel",
  ["System call numbers"] = "seL4_SyscallNumber", ["Memory"] = "seL4_RISCV_VMAttributes",
  ["Threads"] = "seL4_TCBFlag",
}
local BARE = { ["Labels"] = true }
local INT_MAX = 0x7fffffff

-- Rights are words of a struct; seL4_CapRights_new has them from the highest bit down.
local RIGHTS, RIGHTS_COUNT = "Rights of a capability", "CapRightsBits"

local function right(w, row, value)
  local bits = {}
  for bit = 3, 0, -1 do
    bits[#bits + 1] = value >> bit & 1
  end
  w:line("#define seL4_%s seL4_CapRights_new(%s) /* %s */", row.name, table.concat(bits, ", "),
    row.doc)
end

local function group_of(w, title, rows, configuration)
  w:line("/* %s. */", title)
  local is_open = false
  for _, row in ipairs(rows) do
    local value = row[configuration]
    local name = (BARE[title] and "" or "seL4_") .. row.name
    if title == RIGHTS and row.name ~= RIGHTS_COUNT then
      right(w, row, value)
    elseif value > INT_MAX then
      w:line("#define %s 0x%xul /* %s */", name, value, row.doc)
    else
      if not is_open then
        w:line("%senum {", TYPE_NAMES[title] and "typedef " or "")
        is_open = true
      end
      w:line("    %s = %s, /* %s */", name, text.number(value), row.doc)
    end
  end
  if is_open then
    w:line("}%s;", TYPE_NAMES[title] and " " .. TYPE_NAMES[title] or "")
  end
  w:line()
end

-- libsel4's counts: the types of every architecture, those of its word size, and all.
local function type_counts(w, configuration)
  local giga, last
  for _, row in ipairs(c_values.rows(objects, configuration)) do
    if row.name == "RISCV_Giga_Page" then
      giga = row[configuration]
    end
    last = row.is_extension and last or row[configuration]
  end
  w:line("enum {")
  w:line("    seL4_NonArchObjectTypeCount = %d,", giga)
  w:line("    seL4_ModeObjectTypeCount = %d,", giga + 1)
  w:line("    seL4_ObjectTypeCount = %d", last + 1)
  w:line("};")
  w:line()
end

local function headers(w)
  w:line("/* Chunks of the extra boot information. */")
  w:line("enum {")
  for _, row in ipairs(bootinfo.headers) do
    w:line("    SEL4_BOOTINFO_HEADER_%s = %d, /* %s */", row.name, row.value, row.doc)
  end
  w:line("    SEL4_BOOTINFO_HEADER_NUM")
  w:line("};")
  w:line()
end

-- How a program that runs in a kernel of the other configuration can still say so.
local function other_kernel(w, configuration)
  local other = configuration == "mcs" and "classic" or "mcs"
  for _, row in ipairs(syscalls) do
    if row.name == "DebugPutChar" then
      w:line("/* The number of DebugPutChar in the other configuration. */")
      w:line("enum { SEL4_OTHER_PUT_CHAR = %d };", row[other])
      w:line()
    end
  end
end

--- The header of one configuration.
function make.text(configuration)
  local w = text.writer()
  text.open_header(w, "SEL4_CONSTANTS_H", "libsel4's constants.", { "<sel4/config.h>" })
  local titles, groups = {}, {}
  for _, row in ipairs(c_values.rows(lua_constants, configuration)) do
    if not groups[row.group] then
      titles[#titles + 1], groups[row.group] = row.group, {}
    end
    table.insert(groups[row.group], row)
  end
  for _, title in ipairs(titles) do
    group_of(w, title, groups[title], configuration)
  end
  type_counts(w, configuration)
  headers(w)
  other_kernel(w, configuration)
  text.close_header(w)
  return w:finish()
end

return make
