-- SPDX-License-Identifier: MIT
--- Compiles C programs with the library that `selvm sdk` writes, and runs them as root tasks.
--
--   lua5.4 tests/rv64/test_programs.lua SELVM [NAME...]      (from the root of the repository)
--
-- programs/NAME.txt is what NAME.c prints in the classic configuration, NAME_mcs.txt what it prints
-- under MCS; tests/host/programs.lua says what may stand at their beginning. Without the compiler
-- nothing is tested.

package.path = "./?.lua;" .. package.path

local checks = require "tests.abi.checks"
local compiler = require "tests.rv64.compiler"
local is_wanted = require "tests.wanted"(arg, 2)
local process = require "tests.host.process"
local programs = require "tests.host.programs"

local selvm = arg[1] or "build/release/selvm"
local FOLDER = "tests/rv64/programs/"
-- What processes.c carries is a program of its own.
local CHILD, CHILD_STACK = "child", "-Wl,--defsym=stack_size=8192"

local function test_program(name, sdk, expected)
  checks.group(expected, function(expect)
    local path = compiler.compile(sdk, "program.elf", FOLDER .. name .. ".c")
    programs.check(expect, selvm, path, expected)
  end)
end

local function test_configuration(suffix, ...)
  local sdk = compiler.install(selvm, "sdk" .. suffix, ...)
  compiler.compile(sdk, "child.elf", FOLDER .. CHILD .. ".c", CHILD_STACK)
  for path in process.run("find", FOLDER, "-name", "*.c").out:gmatch "[^\n]+" do
    local name = path:match "([^/]+)%.c$"
    local expected = FOLDER .. name .. suffix .. ".txt"
    if programs.read(expected) and is_wanted(name) then
      test_program(name, sdk, expected)
    end
  end
  return sdk
end

-- A program whose text is given: what happened when it was run.
local function run_text(sdk, text, ...)
  local path = compiler.compile(sdk, "text.elf", process.file("text.c", text))
  local words = { ... }
  words[#words + 1] = path
  return process.run(selvm, "run", table.unpack(words))
end

local function test_ends(sdk)
  checks.group("a result that is not 0 is told, and a failed claim", function(expect)
    local result = run_text(sdk, "int main(void);\nint main(void)\n{\n    return 3;\n}\n")
    expect(result.status == 1, "status %s", result.status)
    expect(result.out:find("main has returned 3\n", 1, true), "%s", result.out)
    result = run_text(sdk,
      "#include <assert.h>\nint main(void);\nint main(void)\n{\n    assert(1 > 2);\n}\n")
    expect(result.status == 1, "status %s", result.status)
    expect(result.out:find("text.c:5: not true: 1 > 2\n", 1, true), "%s", result.out)
  end)
  checks.group("options of Lua programs are refused", function(expect)
    local text = "int main(void);\nint main(void)\n{\n    return 0;\n}\n"
    local result = run_text(sdk, text, "--file", "hosts=/etc/hosts")
    expect(result.status == 2 and result.err:find("carries its files itself", 1, true), "%s",
      result.err)
  end)
  checks.group("a large program needs a larger root CNode", function(expect)
    local text = "static char memory[20 << 20];\nint main(void);\nint main(void)\n{\n" ..
      "    memory[19 << 20] = 1;\n    return memory[5];\n}\n"
    local result = run_text(sdk, text)
    expect(result.status == 2, "status %s", result.status)
    expect(result.err:find("root-cnode-bits", 1, true), "%s", result.err)
    result = run_text(sdk, text, "--root-cnode-bits", "13")
    expect(result.status == 0 and result.err == "", "status %s: %s", result.status, result.err)
  end)
end

-- Runs a text in a stock interpreter, with `machine(options)` for an executable: what it printed.
local HOST = [[
package.cpath = %q .. "/?.so;" .. package.cpath
local function machine(options)
  options.program = %q
  return require("selvm").machine(options)
end
%s]]

local function run_host(sdk, name, text)
  local path = compiler.compile(sdk, name .. ".elf", FOLDER .. name .. ".c")
  local result = process.run("lua5.4", process.file("host.lua", HOST:format(selvm:match "^(.*)/",
    path, text)))
  return result.out .. result.err
end

local USED_KIB_MAX = 100 << 10

local function test_host(sdk)
  checks.group("memory of the host is touched only where the machine's is used", function(expect)
    local used = run_host(sdk, "memory", [[
local m = machine { memory = "3G", console = function() end }
assert(m:run() == "idle" and #m:errors() == 0)
print(io.open("/proc/self/status"):read("a"):match "VmHWM:%s*(%d+) kB")]])
    expect(tonumber(used) and tonumber(used) < USED_KIB_MAX, "KiB: %s", used)
  end)
  checks.group("what is typed arrives by the serial port and its interrupt", function(expect)
    local printed = run_host(sdk, "typing", [[
local m = machine { console = io.write }
for _, text in ipairs { "a line\n", "one", " more\n\n" } do
  print(m:run())
  m:input(text)
end
print(m:run())]])
    expect(printed == "deadlock\ntyped: 'a line'\ndeadlock\ndeadlock\ntyped: 'one more'\n" ..
      "typed: ''\nidle\n", "%s", printed)
  end)
end

local function test_dumps(sdk, ...)
  local options = { ... }
  checks.group("dumps keep all registers " .. table.concat(options), function(expect)
    local path = compiler.compile(sdk, "dumps.elf", FOLDER .. "registers.c", "-DWITH_DUMPS")
    options[#options + 1] = path
    local result = process.run(selvm, "run", table.unpack(options))
    expect(result.status == 0, "status %s: %s", result.status, result.err)
    for _, name in ipairs { "DebugDumpScheduler", "DebugSnapshot" } do
      expect(result.out:find("\n" .. name .. ": all kept\n", 1, true), "%s", result.out)
    end
  end)
end

local function test_wrong_kernel(sdk, sdk_mcs)
  checks.group("a program for the other configuration says so", function(expect)
    local text = "int main(void);\nint main(void)\n{\n    return 0;\n}\n"
    local result = run_text(sdk, text, "--mcs")
    expect(result.status == 1, "status %s", result.status)
    expect(result.out:find("^this program is for the classic kernel; run it without %-%-mcs\n"),
      "%s", result.out)
    result = run_text(sdk_mcs, text)
    expect(result.status == 1, "status %s", result.status)
    expect(result.out:find("^this program is for the MCS kernel; run it with %-%-mcs\n"), "%s",
      result.out)
  end)
end

if compiler.find() then
  local sdk = test_configuration("")
  local sdk_mcs = test_configuration("_mcs", "--mcs")
  test_wrong_kernel(sdk, sdk_mcs)
  test_dumps(sdk)
  test_dumps(sdk_mcs, "--mcs")
  test_ends(sdk)
  if selvm:find("release", 1, true) then -- stock interpreters load no other module
    test_host(sdk)
  end
end

process.cleanup()
checks.finish()
