-- SPDX-License-Identifier: MIT
--- Compiles C programs with the library that `selvm sdk` writes, and runs them as root tasks.
--
--   lua5.4 tests/rv64/test_programs.lua SELVM [NAME...]      (from the root of the repository)
--
-- programs/NAME.txt is what NAME.c prints in the classic configuration, NAME_mcs.txt what it prints
-- under MCS; tests/host/programs.lua says what may stand at their beginning. CC_RISCV names the
-- compiler; without it nothing is tested.

package.path = "./?.lua;" .. package.path

local checks = require "tests.abi.checks"
local is_wanted = require "tests.wanted"(arg, 2)
local process = require "tests.host.process"
local programs = require "tests.host.programs"

local selvm = arg[1] or "build/release/selvm"
local compiler = os.getenv "CC_RISCV" or "riscv64-unknown-elf-gcc"
local FOLDER = "tests/rv64/programs/"
local FLAGS = { "-std=gnu11", "-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Werror",
  "-ffunction-sections", "-fdata-sections", "-Itests/rv64/support", "-Wa,-I" .. process.folder }
local SUPPORT = { "tests/rv64/support/support.c", "tests/rv64/support/trap_all.S" }
-- What processes.c carries is a program of its own.
local CHILD, CHILD_STACK = "child", "-Wl,--defsym=stack_size=8192"

-- Runs the compiler; raises an error with its messages.
local function run_compiler(words)
  local result = process.run(table.unpack(words))
  if result.status ~= 0 then
    error(result.err, 0)
  end
end

-- The library and the support of a configuration as one object file, which is made once.
local function compile_support(sdk)
  local words = { compiler, "@" .. sdk .. "/flags.txt", "-I" .. sdk .. "/include", "-r", "-o",
    sdk .. "/support.o" }
  table.move(FLAGS, 1, #FLAGS, #words + 1, words)
  table.move(SUPPORT, 1, #SUPPORT, #words + 1, words)
  for _, name in ipairs { "start.S", "start.c", "printf.c", "string.c" } do
    words[#words + 1] = sdk .. "/src/" .. name
  end
  run_compiler(words)
end

-- An executable of sources, and of further options of the compiler; its path.
local function compile(sdk, output, ...)
  local words = { compiler, "@" .. sdk .. "/flags.txt", "-I" .. sdk .. "/include", "-T",
    sdk .. "/program.ld", "-Wl,--gc-sections", sdk .. "/support.o", "-o", output, ... }
  table.move(FLAGS, 1, #FLAGS, #words + 1, words)
  run_compiler(words)
  return output
end

local function test_program(name, sdk, expected)
  checks.group(expected, function(expect)
    local path = compile(sdk, process.folder .. "/program.elf", FOLDER .. name .. ".c")
    programs.check(expect, selvm, path, expected)
  end)
end

local function test_configuration(suffix, ...)
  local sdk = process.folder .. "/sdk" .. suffix
  local result = process.run(selvm, "sdk", sdk, ...)
  if result.status ~= 0 then
    error(result.err, 0)
  end
  compile_support(sdk)
  compile(sdk, process.folder .. "/child.elf", FOLDER .. CHILD .. ".c", CHILD_STACK)
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
  local path = compile(sdk, process.folder .. "/text.elf", process.file("text.c", text))
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

if process.run("sh", "-c", "command -v " .. compiler).status == 0 then
  local sdk = test_configuration("")
  test_configuration("_mcs", "--mcs")
  test_ends(sdk)
else
  print("skipped: there is no " .. compiler .. " (Debian: gcc-riscv64-unknown-elf)")
end

process.cleanup()
checks.finish()
