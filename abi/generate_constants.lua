-- SPDX-License-Identifier: MIT
--- Makes abi/constants.h: errors, sizes, limits, packed words, slots, registers.
--
--   local make = require "abi.generate_constants"
--   io.write(make.text())

local bootinfo = require "abi.bootinfo"
local constants = require "abi.constants"
local errors = require "abi.errors"
local extensions = require "abi.extensions"
local faults = require "abi.faults"
local invocations = require "abi.invocations"
local objects = require "abi.objects"
local packed = require "abi.generate_packed"
local registers = require "abi.registers"
local text = require "abi.text"

local make = {}

-- One enum; entries are { name, value or nil, comment or nil }.
local function enum(w, title, tag, entries)
  if title then
    w:line("/* %s. */", title)
  end
  w:line(tag and "enum %s {" or "enum {", tag)
  for i, entry in ipairs(entries) do
    local value = entry[2] and " = " .. text.number(entry[2]) or ""
    local comma = i < #entries and "," or ""
    local comment = entry[3] and (" /* %s */"):format(entry[3]) or ""
    w:line("    %s%s%s%s", entry[1], value, comma, comment)
  end
  w:line("};")
  w:line()
end

local function error_enums(w)
  local list = {}
  for i, row in ipairs(errors.invocation) do
    list[i] = { "SEL4_" .. row.c, row.value }
  end
  enum(w, "The label of an answer; abi/names.h explains them", "sel4_error", list)
  list = {}
  for i, row in ipairs(errors.lookup) do
    list[i] = { "LOOKUP_" .. row.c, row.value }
  end
  enum(w, "Why a capability was not found", "lookup_failure", list)
  list = {}
  for i, row in ipairs(faults) do
    list[i] = { "FAULT_" .. row.c, i - 1 }
  end
  list[#list + 1] = { "FAULT_KIND_COUNT" }
  enum(w, "Our own numbers; the labels of fault messages are in classic.h and mcs.h", "fault_kind",
    list)
end

local function constant_group(w, group)
  local list = {}
  for _, row in ipairs(group) do
    if not row.c then
      goto continue
    end
    if row.value then
      list[#list + 1] = { row.c, row.value, row.doc }
    else
      for _, configuration in ipairs(text.configurations) do
        local value = row[configuration.key]
        if value then
          local suffix = row.plain and "" or "_" .. configuration.key:upper()
          list[#list + 1] = { row.c .. suffix, value, row.doc }
        end
      end
    end
    ::continue::
  end
  if group.is_wide then
    for _, entry in ipairs(list) do
      w:line("/* %s. */", entry[3])
      w:line("#define %s UINT64_C(0x%x)", entry[1], entry[2])
    end
    w:line()
  else
    enum(w, group.title, nil, list)
  end
end

local function boot_enums(w)
  local list = {}
  for i, row in ipairs(bootinfo.caps) do
    list[i] = { "INIT_CAP_" .. row.c, row.slot, row.doc }
  end
  list[#list + 1] = { "INIT_CAP_FIRST_FREE", bootinfo.first_free_slot }
  enum(w, "Slots of the root task's CNode", nil, list)

  list = {}
  for _, row in ipairs(bootinfo.fields) do
    local name = "BOOT_INFO_" .. row.c
    if row.classic == row.mcs then
      list[#list + 1] = { name, row.classic, row.doc }
    else
      list[#list + 1] = row.classic and { name .. "_CLASSIC", row.classic, row.doc } or nil
      list[#list + 1] = { name .. "_MCS", row.mcs, row.doc }
    end
  end
  list[#list + 1] = { "BOOT_INFO_UNTYPED_ENTRY_SIZE", bootinfo.untyped_entry_size }
  enum(w, "Byte offsets in the boot information frame", nil, list)

  list = {}
  for i, row in ipairs(bootinfo.headers) do
    list[i] = { "BOOT_INFO_HEADER_" .. row.name, row.value, row.doc }
  end
  enum(w, "Identifiers of chunks of extra boot information", nil, list)
end

local function register_enum(w)
  local list = {}
  for i, name in ipairs(registers) do
    list[i] = { "REG_" .. name:upper(), i - 1 }
  end
  enum(w, "Registers in the order of a UserContext", "context_register", list)
end

local function extension_enums(w)
  local list = {}
  for i, row in ipairs(extensions.exceptions) do
    list[i] = { "EXCEPTION_" .. row.name, row.value, row.doc }
  end
  enum(w, "Numbers of UserException faults of Lua threads", nil, list)

  list = {}
  for _, row in ipairs(invocations) do
    if row.is_extension then
      list[#list + 1] = { "LABEL_" .. text.upper_snake(row.label_name), row.classic }
    end
  end
  local count = #list
  list[#list + 1] = { "LABEL_EXTENSION_FIRST", extensions.first_number }
  list[#list + 1] = { "LABEL_EXTENSION_COUNT", count }
  for _, row in ipairs(objects) do
    if row.is_extension then
      list[#list + 1] = { "OBJECT_NUMBER_" .. row.c, row.classic }
    end
  end
  enum(w, "Labels and type numbers that seL4 does not have, the same in both configurations", nil,
    list)
end

--- The header.
function make.text()
  local w = text.writer()
  text.open_header(w, "ABI_CONSTANTS_H",
    "Numbers and layouts of the user/kernel interface that both configurations share.",
    { "<stdbool.h>", "<stdint.h>" })
  error_enums(w)
  for _, group in ipairs(constants) do
    constant_group(w, group)
  end
  boot_enums(w)
  register_enum(w)
  extension_enums(w)
  w:line(packed.functions)
  text.close_header(w)
  return w:finish()
end

return make
