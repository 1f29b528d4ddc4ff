-- SPDX-License-Identifier: MIT
--- Runs the generator and checks what it writes, and that the tables explain what they name.
--
--   lua5.4 tests/abi/test_generate.lua      (from the root of the repository)
--
-- CC names the C compiler ("cc" if unset).

package.path = "./?.lua;" .. package.path

local checks = require "tests.abi.checks"
local errors = require "abi.errors"
local invocations = require "abi.invocations"
local library = require "abi.library"
local lua_constants = require "abi.lua_constants"
local packing = require "abi.packing"

local cc = os.getenv("CC") or "cc"
local flags = "-std=c11 -ffreestanding -Wall -Wextra -Wshadow -Wconversion -Werror -fsyntax-only"
local headers = { "constants", "methods", "classic", "mcs", "names", "stubs", "lua_constants" }

local folder = os.tmpname()
os.remove(folder)

-- The exit status of a command and what it printed.
local function run(command, ...)
  local pipe = assert(io.popen(command:format(...) .. " 2>&1"))
  local output = pipe:read("a")
  local _, _, status = pipe:close()
  return status or 0, output
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

local interpreters = {}
for _, name in ipairs { "lua5.4", "lua5.3" } do
  if run("command -v %s", name) == 0 then
    interpreters[#interpreters + 1] = name
  else
    print("skipped: " .. name .. " is not installed")
  end
end

checks.group("the generator runs and its output depends on nothing else", function(expect)
  for i, name in ipairs(interpreters) do
    for round = 1, 2 do
      local status, output = run("%s abi/generate.lua '%s/%d-%d'", name, folder, i, round)
      expect(status == 0, "%s: %s", name, output)
      local same, difference = run("diff -r '%s/1-1' '%s/%d-%d'", folder, folder, i, round)
      expect(same == 0, "%s: %s", name, difference)
    end
  end
end)

checks.group("wrong usage ends with status 2", function(expect)
  for _, arguments in ipairs { "", "''", "a b" } do
    local status, output = run("%s abi/generate.lua %s", interpreters[1], arguments)
    expect(status == 2, "status %d for <%s>", status, arguments)
    expect(output:find("usage", 1, true), "no usage: %s", output)
  end
end)

local function compiles(expect, source)
  local path = folder .. "/check.c"
  local file = assert(io.open(path, "w"))
  file:write(source)
  file:close()
  local status, output = run("%s %s -I'%s/1-1' '%s'", cc, flags, folder, path)
  expect(status == 0, "%s%s", source, output)
end

checks.group("every header compiles alone", function(expect)
  for _, name in ipairs(headers) do
    compiles(expect, ('#include "abi/%s.h"\n'):format(name))
  end
end)

checks.group("packed words and tables have their values", function(expect)
  compiles(expect, [[
#include "abi/constants.h"
#include "abi/classic.h"
#include "abi/mcs.h"
_Static_assert(SEL4_NOT_ENOUGH_MEMORY == 10 && LOOKUP_GUARD_MISMATCH == 4, "errors");
_Static_assert(FAULT_NONE == 0 && FAULT_KIND_COUNT == 6, "faults");
_Static_assert(REG_PC == 0 && REG_S0 == 4 && REG_A0 == 16 && REG_T0 == 24 && REG_TP == 31, "registers");
_Static_assert(INIT_CAP_SMC == 15 && INIT_CAP_LUA_HEAP == 16 && INIT_CAP_FIRST_FREE == 17, "slots");
_Static_assert(BOOT_INFO_UNTYPED_LIST_CLASSIC == 168 && BOOT_INFO_UNTYPED_LIST_MCS == 184, "boot");
_Static_assert(BOOT_INFO_SCHEDCONTROL_MCS == 152 && BOOT_INFO_INIT_CNODE_BITS == 136, "boot");
_Static_assert(USER_TOP == UINT64_C(0x3ffffff000), "user top");
_Static_assert(EXCEPTION_OVERSTAYED == 0x4c04 && LABEL_LUA_HEAP_STATS == 0x4c02, "extension");
_Static_assert(METHOD_LUA_HEAP_STATS == METHOD_LUA_HEAP_BIND + 2, "extension methods in a row");
_Static_assert(METHOD_COUNT == METHOD_LUA_HEAP_STATS + 1, "extension methods last");
_Static_assert(CLASSIC_LABEL_COUNT == 41 && MCS_LABEL_COUNT == 47, "labels");
_Static_assert(CLASSIC_SYSCALL_NUMBER_COUNT == 15 && MCS_SYSCALL_NUMBER_COUNT == 18, "calls");
]])
end)

-- A layout as text: "name word:shift" for words, "name #n" for capabilities, "=" before results.
local function layout_text(name, configuration)
  for _, row in ipairs(invocations) do
    if row.object .. "_" .. row.method == name then
      local layout = packing.layout(invocations.params(row, configuration))
      local list = { ("%d+%d"):format(layout.length, layout.cap_count) }
      for _, place in ipairs(layout) do
        list[#list + 1] = place.kind == "CAP" and ("%s#%d"):format(place.name, place.word)
          or ("%s%s=%d:%d"):format(place.is_out and "=" or "", place.name, place.word, place.shift)
      end
      return table.concat(list, " ")
    end
  end
end

local layouts = {
  { "TCB_ReadRegisters", "classic", "2+0 suspend_source=0:0 arch_flags=0:8 count=1:0 =regs=0:0" },
  { "TCB_WriteRegisters", "classic", "34+0 resume_target=0:0 arch_flags=0:8 count=1:0 regs=2:0" },
  { "TCB_CopyRegisters", "mcs", "1+1 source#0 suspend_source=0:0 resume_target=0:1 "
    .. "transfer_frame=0:2 transfer_integer=0:3 arch_flags=0:8" },
  { "TCB_Configure", "classic", "4+3 fault_ep=0:0 cspace_root#0 cspace_root_data=1:0 vspace_root#1 "
    .. "vspace_root_data=2:0 buffer=3:0 bufferFrame#2" },
  { "TCB_Configure", "mcs", "3+3 cspace_root#0 cspace_root_data=0:0 vspace_root#1 "
    .. "vspace_root_data=1:0 buffer=2:0 bufferFrame#2" },
  { "TCB_SetSchedParams", "mcs", "2+3 authority#0 mcp=0:0 priority=1:0 sched_context#1 fault_ep#2" },
  { "TCB_SetFlags", "classic", "2+0 clear=0:0 set=1:0 =flags=0:0" },
  { "CNode_Mint", "classic", "6+1 dest_index=0:0 dest_depth=1:0 src_root#0 src_index=2:0 "
    .. "src_depth=3:0 rights=4:0 badge=5:0" },
  { "CNode_Rotate", "classic", "8+2 dest_index=0:0 dest_depth=1:0 dest_badge=2:0 pivot_root#0 "
    .. "pivot_index=3:0 pivot_depth=4:0 pivot_badge=5:0 src_root#1 src_index=6:0 src_depth=7:0" },
  { "Untyped_Retype", "classic", "6+1 type=0:0 size_bits=1:0 root#0 node_index=2:0 node_depth=3:0 "
    .. "node_offset=4:0 num_objects=5:0" },
  { "RISCV_Page_Map", "classic", "3+1 vspace#0 vaddr=0:0 rights=1:0 attr=2:0" },
  { "DomainSet_Set", "classic", "1+1 domain=0:0 thread#0" },
  { "Lua_Heap_Stats", "mcs", "0+0 =size=0:0 =used=1:0 =peak=2:0 =threads=3:0" },
}

checks.group("parameters travel where libsel4 puts them", function(expect)
  for _, row in ipairs(layouts) do
    local found = layout_text(row[1], row[2])
    expect(found == row[3], "%s is %s", row[1], found)
  end
end)

local function is_sentence(text) return type(text) == "string" and text:find("^%S.*%.$") ~= nil end

checks.group("every method, parameter and refusal is explained", function(expect)
  local known = {}
  for _, row in ipairs(errors.invocation) do
    known[row.name] = true
  end
  for _, row in ipairs(invocations) do
    local name = row.object .. "_" .. row.method
    expect(is_sentence(row.doc), "%s has no sentence", name)
    expect(row.section or row.is_extension, "%s names no section of the manual", name)
    for _, configuration in ipairs { "classic", "mcs" } do
      for _, param in ipairs(invocations.params(row, configuration)) do
        expect(#param.doc > 0, "%s %s is not explained", name, param.name)
      end
    end
    for _, refusal in ipairs(row.errors) do
      expect(known[refusal.error], "%s names unknown error %s", name, refusal.error)
      expect(is_sentence(refusal.when), "%s %s is not explained", name, refusal.error)
    end
  end
end)

checks.group("every library function is explained and named once", function(expect)
  local seen = {}
  for _, row in ipairs(library) do
    expect(not seen[row.name], "%s stands twice", row.name)
    seen[row.name] = true
    expect(is_sentence(row.doc), "%s has no sentence", row.name)
    for _, configuration in ipairs { "classic", "mcs" } do
      for _, list in ipairs { library.params(row, configuration), library.results(row, configuration) } do
        for _, value in ipairs(list) do
          expect(#value.doc > 0, "%s %s is not explained", row.name, value.name)
        end
      end
    end
  end
end)

checks.group("every constant is named once and is a number", function(expect)
  local seen = {}
  for _, row in ipairs(lua_constants) do
    expect(not seen[row.name], "%s stands twice", row.name)
    seen[row.name] = true
    for _, value in ipairs { row.classic or row.mcs, row.mcs or row.classic } do
      expect(math.type(value) == "integer", "%s is %s", row.name, value)
    end
  end
end)

checks.group("the reference names every method, function and constant", function(expect)
  local reference = read(folder .. "/1-1/docs/api.md")
  local annotations = read(folder .. "/1-1/lua/seL4.d.lua")
  expect(load(annotations, "seL4.d.lua", "t"), "the annotations are not Lua")
  local function named(name)
    expect(reference:find("### " .. name .. "\n", 1, true), "%s is not in api.md", name)
    expect(annotations:find("function seL4." .. name .. "(", 1, true), "%s is not annotated", name)
  end
  for _, row in ipairs(invocations) do
    named(row.object .. "_" .. row.method)
  end
  for _, row in ipairs(library) do
    named(row.name)
  end
  for _, row in ipairs(lua_constants) do
    expect(reference:find("`" .. row.name .. "`", 1, true), "%s is not in api.md", row.name)
  end
end)

checks.group("the REPL's help has every method and function, as the reference has", function(expect)
  local reference = read(folder .. "/1-1/docs/api.md")
  local help = assert(loadfile(folder .. "/1-1/lua/sel4/repl/reference.lua"))()
  local function told(name, row, has_classic, has_mcs)
    local found = help[name] or {}
    help[name] = nil
    expect(found.doc == row.doc, "%s: %s", name, found.doc)
    for _, variant in ipairs { { has_classic, found.classic }, { has_mcs, found.mcs } } do
      local is_told = variant[2] and reference:find(" " .. variant[2] .. "\n", 1, true)
      expect(not variant[1] == not is_told, "%s: %s", name, variant[2])
    end
  end
  for _, row in ipairs(invocations) do
    told(row.object .. "_" .. row.method, row, row.classic, row.mcs)
  end
  for _, row in ipairs(library) do
    told(row.name, row, row.only ~= "mcs", row.only ~= "classic")
  end
  expect(next(help) == nil, "%s is neither", next(help))
end)

run("rm -r '%s'", folder)
checks.finish()
