-- SPDX-License-Identifier: MIT
--- Compares the C library's functions for methods with those of the Lua module seL4: both are
--- called with the same arguments on an endpoint, where a thread prints what arrives and answers.
--- Two programs are made for it, one in each language, which must print the same.
--
--   lua5.4 tests/rv64/test_stubs.lua SELVM      (from the root of the repository)
--
-- Without the compiler nothing is tested.

package.path = "./?.lua;" .. package.path

local checks = require "tests.abi.checks"
local compiler = require "tests.rv64.compiler"
local invocations = require "abi.invocations"
local process = require "tests.host.process"
local registers = require "abi.registers"

local selvm = arg[1] or "build/release/selvm"

-- An argument of each type: in C, in Lua. `k` is a number of its own.
local VALUES = {
  Word = function(k) return ("%dul << 40 | %dul"):format(k, k), ("%d << 40 | %d"):format(k, k) end,
  Uint8 = function(k) return tostring(k), tostring(k) end,
  Bool = function(k) return tostring(k % 2), tostring(k % 2 == 1) end,
  CapRights_t = function() return "seL4_CapRights_new(1, 0, 1, 0)", "10" end,
  RISCV_VMAttributes = function() return "seL4_RISCV_ExecuteNever", "1" end,
  UserContext = function() return "&regs", "regs" end,
}
VALUES.Time = VALUES.Word
-- Capabilities to the endpoint itself, which arrive as their badges.
local function capability(k) return ("caps[%d]"):format(k % 5), ("caps[%d]"):format(k % 5) end

-- The calls of a method in both languages, and its results { name, is_context }.
local function calls_of(row, configuration)
  local c, lua, results = { "spied" }, { "spied" }, {}
  for i, param in ipairs(invocations.params(row, configuration)) do
    if param.dir == "in" or param.type == "UserContext" then
      local in_c, in_lua = (VALUES[param.type] or capability)(10 + i)
      c[#c + 1] = in_c
      lua[#lua + 1] = param.dir == "in" and in_lua or nil
    end
    if param.dir == "out" then
      results[#results + 1] = { name = param.name, is_context = param.type == "UserContext" }
    end
  end
  return table.concat(c, ", "), table.concat(lua, ", "), results
end

local C_HEAD = [[
#include "support.h"
static seL4_CPtr endpoint, spied, caps[5];
static void spy(seL4_Word unused)
{
    seL4_MessageInfo_t info = receive(endpoint, NULL);
    (void)unused;
    for (;;) {
        seL4_Word length = seL4_MessageInfo_get_length(info);
        printf("  label %lu caps %lu unwrapped %lu words", seL4_MessageInfo_get_label(info),
               seL4_MessageInfo_get_extraCaps(info), seL4_MessageInfo_get_capsUnwrapped(info));
        for (seL4_Word i = 0; i < length; i++)
            printf(" %lx", seL4_GetMR((int)i));
        for (seL4_Word i = 0; i < seL4_MessageInfo_get_extraCaps(info); i++)
            printf(" badge %lu", seL4_GetBadge((int)i));
        printf("\n");
        for (int i = 0; i < 32; i++)
            seL4_SetMR(i, 500ul + (seL4_Word)i);
        info = reply_receive(endpoint, seL4_MessageInfo_new(0, 0, 0, 32), NULL);
    }
}
int main(void)
{
    seL4_UserContext regs;
    endpoint = new_object(seL4_EndpointObject, 0);
    spied = badged(endpoint, 1);
    for (seL4_Word i = 0; i < 5; i++)
        caps[i] = badged(endpoint, 900 + i);
    thread_run(spy, 0, 255);
    seL4_Yield();
    CHECK(seL4_TCB_SetPriority(seL4_CapInitThreadTCB, seL4_CapInitThreadTCB, 100));
]]

local LUA_HEAD = [==[
local seL4 = require "seL4"
local memory = require("sel4.bootstrap").open()
local thread = require "sel4.thread"
local endpoint = memory:object(seL4.EndpointObject)
local reply = seL4.ReplyObject and memory:object(seL4.ReplyObject)
local spied, caps, names = memory:copy(endpoint, nil, 1), {}, %s
for i = 0, 4 do
  caps[i] = memory:copy(endpoint, nil, 900 + i)
end
thread.new(memory, { priority = 255, entry = function()
  local info = seL4.Recv(endpoint, reply)
  while true do
    local extra = seL4.MessageInfo_get_extraCaps(info)
    local parts = { ("  label %%d caps %%d unwrapped %%d words"):format(
      seL4.MessageInfo_get_label(info), extra, seL4.MessageInfo_get_capsUnwrapped(info)) }
    for i = 0, seL4.MessageInfo_get_length(info) - 1 do
      parts[#parts + 1] = ("%%x"):format(seL4.GetMR(i))
    end
    for i = 0, extra - 1 do
      parts[#parts + 1] = ("badge %%d"):format(seL4.GetBadge(i))
    end
    print(table.concat(parts, " "))
    for i = 0, 31 do
      seL4.SetMR(i, 500 + i)
    end
    info = seL4.ReplyRecv(endpoint, seL4.MessageInfo_new(0, 0, 0, 32), reply)
  end
end }):start()
seL4.Yield()
seL4.TCB_SetPriority(seL4.CapInitThreadTCB, seL4.CapInitThreadTCB, 100)
local function show(err, ...)
  local parts = { "  error " .. err }
  for _, value in ipairs { ... } do
    for i = 1, type(value) == "table" and #names or 1 do
      parts[#parts + 1] = ("%%x"):format(type(value) == "table" and value[names[i]] or value)
    end
  end
  print(table.concat(parts, " "))
end
local function registers()
  local regs = {}
  for i, name in ipairs(names) do
    regs[name] = 7000 + i - 1
  end
  return regs
end
local regs = registers()
]==]

local C_REGISTERS = [[
    for (int i = 0; i < 32; i++)
        ((seL4_Word *)&regs)[i] = 7000ul + (seL4_Word)i;
]]

-- The statements of a call in C.
local function c_call(name, arguments, results)
  local text = C_REGISTERS .. ('    puts("%s");\n    {\n'):format(name)
  if #results > 0 and not results[1].is_context then
    text = text .. ('        seL4_%s_t r = seL4_%s(%s);\n        printf("  error %%d", r.error);\n')
      :format(name, name, arguments)
    for _, result in ipairs(results) do
      text = text .. ('        printf(" %%lx", (seL4_Word)r.%s);\n'):format(result.name)
    end
  else
    text = text .. ('        int error = seL4_%s(%s);\n        printf("  error %%d", error);\n')
      :format(name, arguments)
    if #results > 0 then
      text = text .. "        for (int i = 0; i < 32; i++)\n" ..
        '            printf(" %lx", ((seL4_Word *)&regs)[i]);\n'
    end
  end
  return text .. '        printf("\\n");\n    }\n'
end

-- Both programs, and the number of methods.
local function programs_of(configuration)
  local names = {}
  for i, name in ipairs(registers) do
    names[i] = ('"%s"'):format(name)
  end
  local c, lua = { C_HEAD }, { LUA_HEAD:format("{ " .. table.concat(names, ", ") .. " }") }
  local count = 0
  for _, row in ipairs(invocations) do
    if row[configuration] then
      local name = row.object .. "_" .. row.method
      local in_c, in_lua, results = calls_of(row, configuration)
      c[#c + 1] = c_call(name, in_c, results)
      lua[#lua + 1] = ('print "%s"\nshow(seL4.%s(%s))\n'):format(name, name, in_lua)
      count = count + 1
    end
  end
  return table.concat(c) .. "    return 0;\n}\n", table.concat(lua) .. "seL4.DebugHalt()\n", count
end

-- What each method sends and gives back, by its name, and their number.
local function by_method(output)
  local list, count = {}, 0
  for name, text in output:gmatch "([%w_]+)\n(%s+label [^\n]*\n%s+error [^\n]*)\n" do
    list[name] = text
    count = count + 1
  end
  return list, count
end

local function test_configuration(configuration, ...)
  local options = { ... }
  checks.group("C and Lua send the same: " .. configuration, function(expect)
    local sdk = compiler.install(selvm, "sdk_" .. configuration, table.unpack(options))
    local c, lua, count = programs_of(configuration)
    local function run(path)
      local result = process.run(selvm, "run", options[1] or path, options[1] and path)
      expect(result.status == 0 and result.err == "", "%s%s", result.out, result.err)
      return by_method(result.out)
    end
    local of_c, c_count = run(compiler.compile(sdk, "stubs.elf", process.file("stubs.c", c)))
    local of_lua, lua_count = run(process.file("stubs.lua", lua))
    expect(c_count == count and lua_count == count, "%d and %d of %d methods", c_count, lua_count,
      count)
    for name, text in pairs(of_lua) do
      expect(of_c[name] == text, "%s\n%s\nnot\n%s", name, of_c[name], text)
    end
  end)
end

if compiler.find() then
  test_configuration "classic"
  test_configuration("mcs", "--mcs")
end

process.cleanup()
checks.finish()
