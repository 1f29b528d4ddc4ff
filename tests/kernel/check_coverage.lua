-- SPDX-License-Identifier: MIT
--- Every method and every reason to refuse that abi/ documents has a test.
--
--   lua5.4 tests/kernel/check_coverage.lua build/debug/tests/kernel_tests classic
--   lua5.4 tests/kernel/check_coverage.lua build/debug/tests/kernel_tests_mcs mcs
--
-- run from the project's folder. A method needs a test "Object_Method succeeds: ...", each of its
-- errors one "Object_Method refuses: Error...", each system call one "Name: ...". The last line is
-- "N passed, N failed", where each of these is a unit.

package.path = "./?.lua;" .. package.path

local program, configuration = require "tests.kernel.arguments" "check_coverage"

local invocations = require "abi.invocations"
local syscalls = require "abi.syscalls"

local names = {}
local pipe = assert(io.popen(program .. " --list"))
for line in pipe:lines() do
  names[#names + 1] = line
end
if not pipe:close() or #names == 0 then
  io.stderr:write(("check_coverage: '%s --list' lists no tests\n"):format(program))
  os.exit(2)
end

local function exists(prefix)
  for _, name in ipairs(names) do
    if name:sub(1, #prefix) == prefix then
      return true
    end
  end
  return false
end

local passed, failed = 0, 0

local function need(prefix, what)
  if exists(prefix) then
    passed = passed + 1
  else
    failed = failed + 1
    print(("no test \"%s...\": %s"):format(prefix, what))
  end
end

for _, row in ipairs(invocations) do
  if row[configuration] then
    local method = row.object .. "_" .. row.method
    local seen = {}
    need(method .. " succeeds: ", "the method carried out")
    for _, refusal in ipairs(invocations.errors(row, configuration)) do
      if not seen[refusal.error] then
        need(method .. " refuses: " .. refusal.error, refusal.when)
      end
      seen[refusal.error] = true
    end
  end
end

for _, call in ipairs(syscalls) do
  if call[configuration] then
    need(call.name .. ": ", call.doc)
  end
end

print(("%d passed, %d failed"):format(passed, failed))
os.exit(failed == 0 and 0 or 1)
