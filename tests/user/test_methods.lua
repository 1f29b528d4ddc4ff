-- SPDX-License-Identifier: MIT
--- sel4.object has a method for every invocation of each configuration, which takes its arguments
--- in libsel4's order or by their names and raises what the kernel refuses.
--
--   lua5.4 tests/user/test_methods.lua SELVM      (from the root of the repository)

package.path = "./?.lua;" .. package.path

local checks = require "tests.abi.checks"
local invocations = require "abi.invocations"
local process = require "tests.host.process"

local selvm = arg[1] or "build/release/selvm"

-- Kinds of sel4.object whose names are others than abi/'s.
local KINDS = {
  RISCV_Page = "Page", RISCV_PageTable = "PageTable", RISCV_ASIDControl = "ASIDControl",
  RISCV_ASIDPool = "ASIDPool", Lua_Heap = "Heap",
}

-- "SetIPCBuffer" is set_ipc_buffer, "SetTLSBase" set_tls_base.
local function method_name(name)
  return (name:gsub("(%u)(%u%l)", "%1_%2"):gsub("(%l)(%u)", "%1_%2"):lower())
end

-- A row for the program: kind, method, function, names of the arguments and of the results.
local function row_text(row, configuration)
  local names = { ["in"] = {}, out = {} }
  for _, param in ipairs(invocations.params(row, configuration)) do
    table.insert(names[param.dir], param.name)
  end
  return ("{ %q, %q, %q, %q, %q },"):format(KINDS[row.object] or row.object,
    method_name(row.method), row.object .. "_" .. row.method, table.concat(names["in"], " "),
    table.concat(names.out, " "))
end

-- In the machine: an object at an empty slot refuses every method, and says so.
local PROGRAM = [[
local seL4 = require "seL4"
local object = require "sel4.object"
local EMPTY = seL4.GetBootInfo().empty.start

local function fail(...) print("WRONG", ...) end

for _, row in ipairs(rows) do
  local kind, method, name, inputs, outputs = table.unpack(row)
  local parameters, results = seL4.Parameters(name)
  if table.concat(parameters, " ") ~= inputs or table.concat(results, " ") ~= outputs then
    fail(name, table.concat(parameters, " "), table.concat(results, " "))
  end
  local thing = object.wrap(kind, EMPTY, "nothing")
  local arguments, by_name = { n = #parameters }, {}
  for i, parameter in ipairs(parameters) do
    local is_flag = parameter:find "^resume_" or parameter:find "^suspend_" or
      parameter:find "^transfer_"
    arguments[i] = parameter == "regs" and {} or not is_flag and 1
    by_name[parameter] = arguments[i]
  end
  for _, call in ipairs {
    function() thing[method](thing, table.unpack(arguments, 1, arguments.n)) end,
    function() thing[method](thing, by_name) end,
  } do
    local ok, err = pcall(call)
    if ok or not object.is_refusal(err, "InvalidCapability") or err.code ~= seL4.InvalidCapability
      or err.call ~= name or err.object ~= thing
      or not err.explanation:find(name .. " on capability %w+ %(nothing%): the slot invoked is")
      or not tostring(err):find ":%d+: InvalidCapability: " then
      fail(name, tostring(err))
    end
  end
  print(name)
end
]]

for configuration, option in pairs { classic = "--trace-errors", mcs = "--mcs" } do
  checks.group(configuration .. ": every method is there and refuses", function(expect)
    local rows, names = {}, {}
    for _, row in ipairs(invocations) do
      if row[configuration] then
        rows[#rows + 1] = row_text(row, configuration)
        names[#names + 1] = row.object .. "_" .. row.method
      end
    end
    local path = process.file("methods.lua",
      ("local rows = {\n%s\n}\n%s"):format(table.concat(rows, "\n"), PROGRAM))
    local result = process.run(selvm, "run", option, path)
    expect(result.status == 0 and result.err == "", "status %s: %s", result.status, result.err)
    expect(not result.out:find("WRONG", 1, true), "%s", result.out:match("WRONG[^\n]*"))
    for _, name in ipairs(names) do
      expect(("\n" .. result.out):find("\n" .. name .. "\n", 1, true), "%s is not tested", name)
    end
  end)
end

process.cleanup()
checks.finish()
