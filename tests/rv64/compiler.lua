-- SPDX-License-Identifier: MIT
--- The compiler of C programs for tests, with the library that `selvm sdk` writes.
--
--   local sdk = compiler.install(selvm, "sdk", "--mcs")
--   local path = compiler.compile(sdk, "a.elf", "a.c")      -- in the test's folder
--
-- CC_RISCV names another compiler than the first that toolchain.lua finds.

local process = require "tests.host.process"
local toolchain = require "tests.rv64.sequences.toolchain"

local compiler = {}

local program = os.getenv "CC_RISCV" or toolchain.find()
local FLAGS = { "-std=gnu11", "-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Werror",
  "-ffunction-sections", "-fdata-sections", "-Itests/rv64/support", "-Wa,-I" .. process.folder }
local SUPPORT = { "tests/rv64/support/support.c", "tests/rv64/support/trap_all.S" }
local LIBRARY = { "start.S", "start.c", "printf.c", "string.c" }

--- The compiler's name; says so, and gives nil, if there is none.
function compiler.find()
  if program and toolchain.has(program) then
    return program
  end
  print("skipped: there is no compiler for RISC-V (Debian: gcc-riscv64-unknown-elf)")
end

-- Runs a program; raises an error with its messages.
local function run(...)
  local result = process.run(...)
  if result.status ~= 0 then
    error(result.err, 0)
  end
end

-- The compiler, its options and those of a library, and further words.
local function run_compiler(sdk, ...)
  local words = { program, "@" .. sdk .. "/flags.txt", "-I" .. sdk .. "/include" }
  table.move(FLAGS, 1, #FLAGS, #words + 1, words)
  for _, word in ipairs { ... } do
    words[#words + 1] = word
  end
  run(table.unpack(words))
end

--- Writes the library to folder `name` of the test, with options of `selvm sdk`, and compiles it
--- with what the tests share to one object file. Returns the folder.
function compiler.install(selvm, name, ...)
  local sdk = process.folder .. "/" .. name
  local sources = table.move(SUPPORT, 1, #SUPPORT, 1, {})
  run(selvm, "sdk", sdk, ...)
  for _, source in ipairs(LIBRARY) do
    sources[#sources + 1] = sdk .. "/src/" .. source
  end
  run_compiler(sdk, "-r", "-o", sdk .. "/support.o", table.unpack(sources))
  return sdk
end

--- Makes the executable `name` of sources, and of further options of the compiler; its path. What
--- the compiler complains of is an error.
function compiler.compile(sdk, name, ...)
  local output = process.folder .. "/" .. name
  local words = { "-T", sdk .. "/program.ld", "-Wl,--gc-sections", "-o", output, ... }
  words[#words + 1] = sdk .. "/support.o"
  words[#words + 1] = "-lgcc"
  run_compiler(sdk, table.unpack(words))
  return output
end

return compiler
