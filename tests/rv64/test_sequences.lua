-- SPDX-License-Identifier: MIT
--- Random instruction sequences: what they leave in registers, flags and memory when the machine
--- runs them, beside what they leave when qemu-riscv64 does.
--
--   lua5.4 tests/rv64/test_sequences.lua SELVM [COUNT [SEED]]    (from the root of the repository)
--
-- COUNT sequences (20000) are run. One that differs is told with its number, its assembly, and the
-- registers and words of data that differ. The same seed makes the same sequences.

package.path = "./?.lua;" .. package.path

local build = require "tests.rv64.sequences.build"
local checks = require "tests.abi.checks"
local process = require "tests.host.process"
local toolchain = require "tests.rv64.sequences.toolchain"

local SELVM = arg[1] or "build/release/selvm"
local COUNT = math.tointeger(tonumber(arg[2])) or 20000
local SEED = math.tointeger(tonumber(arg[3])) or 1

local QEMU = "qemu-riscv64"
local CHUNK = 20000       -- sequences of one program: more than are kept decoded at a time
local SHOWN_MAX = 3       -- sequences that are told in full
local TIMEOUT_S = 300     -- of one program
local REGISTER_COUNT, DATA_WORDS, FCSR = 65, 128, 64

local gcc = toolchain.find()
if not gcc or not toolchain.has(QEMU) then
  print(("skipped: %s is missing"):format(gcc and QEMU or "a gcc for RISC-V"))
  print("0 passed, 0 failed")
  os.exit(true)
end

-- Runs an executable by a command: the lines that it has printed.
local function run_by(command, path)
  local errors = path .. ".err"
  local pipe = assert(io.popen(("timeout %d %s %s 2>%s"):format(TIMEOUT_S, command, path, errors)))
  local lines = {}
  for line in pipe:lines() do
    lines[#lines + 1] = line
  end
  pipe:close()
  lines.errors = assert(io.open(errors)):read("a")
  return lines
end

-- Makes a program and runs it everywhere: it, and what was printed by each.
local function run(options)
  local made, paths = build.program(options)
  return made, run_by(QEMU, paths.linux), run_by(SELVM .. " run --root-cnode-bits 13", paths.sel4)
end

-- --- telling ------------------------------------------------------------------------------------

local function name_of(index)
  if index >= REGISTER_COUNT then
    return ("data%+d"):format(8 * (index - REGISTER_COUNT - DATA_WORDS // 2))
  elseif index == FCSR then
    return "fcsr"
  end
  return (index < 32 and "x%d" or "f%d"):format(index % 32)
end

-- What a sequence leaves that differs, and with what it began.
local function show(number)
  local made, linux, sel4 = run { seed = SEED, first = number, count = 1, is_verbose = true }
  local one = made.sequences[number]
  print(("seed %d, sequence %d:\n%s"):format(SEED, number, table.concat(one.lines, "\n")))
  for index = 0, REGISTER_COUNT + DATA_WORDS - 1 do
    local right, ours = linux[index + 1], sel4[index + 1]
    if right ~= ours then
      print(("%s: %s is right, not %s"):format(name_of(index), right or "nothing",
        ours or "nothing"))
    end
  end
  print("it begins with")
  for index = 1, FCSR do
    io.write(("%s=%016x%s"):format(name_of(index), one.registers[index],
      index % 4 == 0 and "\n" or " "))
  end
  io.write(sel4.errors)
end

local shown = 0

-- Compares the sequences from `first` on.
local function compare(expect, first, count)
  local _, linux, sel4 = run { seed = SEED, first = first, count = count }
  expect(#linux == count, "%s has printed %d lines for %d sequences from %d on: %s", QEMU, #linux,
    count, first, linux.errors)
  for i = 1, count do
    local is_equal = linux[i] == sel4[i]
    expect(is_equal, "seed %d, sequence %d differs", SEED, first + i - 1)
    if not is_equal and shown < SHOWN_MAX then
      shown = shown + 1
      show(first + i - 1)
    end
    if not sel4[i] then
      expect(false, "the machine has stopped in sequence %d: %s", first + i - 1, sel4.errors)
      return
    end
  end
end

checks.group("sequences leave what they leave with " .. QEMU, function(expect)
  for first = 1, COUNT, CHUNK do
    compare(expect, first, math.min(CHUNK, COUNT - first + 1))
  end
end)

process.cleanup()
checks.finish()
