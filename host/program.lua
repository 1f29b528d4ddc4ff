-- SPDX-License-Identifier: MIT
--- What the options of selvm.machine ask to boot, as core.create needs it.
--
--   local loaded, why = program.load(checked)
--   -- loaded.image                   the bytes
--   -- loaded.heap_bits               of its Lua heap; RISC-V: 0
--   -- loaded.vaddr, .entry, .extra   of RISC-V code: where it lies and begins, and extra boot
--                                     information

local core = require "selvm.core"
local device_tree = require "selvm.device_tree"
local elf = require "selvm.elf"
local linker = require "selvm.linker"

local program = {}

local EXTRA_DEVICE_TREE = 6 -- SEL4_BOOTINFO_HEADER_FDT
local EXTRA_HEADER_SIZE = 16

-- The options that only Lua programs have: nil, or why not.
local function refuse_lua_options(checked, name)
  if #checked.arguments > 0 then
    return ("'%s' is RISC-V code: seL4 gives a root task no arguments, and '%s' is one"):format(
      name, checked.arguments[1])
  elseif checked.has_heap then
    return ("'%s' is RISC-V code and has no Lua heap: leave out option 'heap'"):format(name)
  elseif next(checked.files) then
    return ("'%s' is RISC-V code, which carries its files itself: leave out option 'files'"):format(
      name)
  elseif next(checked.modules) then
    return ("'%s' is RISC-V code and requires no Lua modules: leave out option 'modules'"):format(
      name)
  end
end

-- A chunk of extra boot information: { id, length with this header, data }.
local function extra_chunk(id, data)
  return ("<I8I8"):pack(id, EXTRA_HEADER_SIZE + #data) .. data
end

local function load_riscv(checked, name, text)
  local why = refuse_lua_options(checked, name)
  if why then
    return nil, why
  end
  local image, fault = elf.load(text)
  if not image then
    return nil, ("cannot load '%s': %s"):format(name, fault)
  end
  return {
    image = image.bytes,
    vaddr = image.vaddr,
    entry = image.entry,
    extra = extra_chunk(EXTRA_DEVICE_TREE, device_tree.flatten(checked.memory)),
    heap_bits = 0,
  }
end

local function load_lua(checked, name, text)
  local image, why = linker.link {
    name = name,
    text = text,
    folder = checked.program and (checked.program:match("^(.*)/[^/]*$") or "."),
    arguments = checked.arguments,
    modules = checked.modules,
    files = checked.files,
    library = core.library,
  }
  return image and { image = image, heap_bits = checked.heap_bits }, why
end

--- The program of checked options (options.check); nil and why there is none.
function program.load(checked)
  local text = checked.source
  if checked.program then
    local why
    text, why = linker.read_program(checked.program)
    if not text then
      return nil, ("cannot read '%s': %s"):format(checked.program, why)
    end
  end
  local name = checked.name or checked.program or "main.lua"
  if elf.is_elf(text) then
    return load_riscv(checked, name, text)
  end
  return load_lua(checked, name, text)
end

return program
