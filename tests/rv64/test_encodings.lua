-- SPDX-License-Identifier: MIT
--- Which codes are instructions: all of 16 bits and random ones of 32 bits, in the machine and with
--- qemu-riscv64.
---
---   lua5.4 tests/rv64/test_encodings.lua SELVM [COUNT [SEED]]    (from the root of the repository)
---
--- COUNT codes of 32 bits (20000) are tried.

package.path = "./?.lua;" .. package.path

local checks = require "tests.abi.checks"
local encodings = require "tests.rv64.exceptions.encodings"
local process = require "tests.host.process"
local toolchain = require "tests.rv64.sequences.toolchain"

local SELVM = arg[1] or "build/release/selvm"
local COUNT = math.tointeger(tonumber(arg[2])) or 20000
local SEED = math.tointeger(tonumber(arg[3])) or 1

-- The processor that ours is, without what qemu adds: from 8.2 on, and before.
local QEMU = "qemu-riscv64"
local CPUS = { "rv64i,m=on,a=on,f=on,d=on,c=on,zicsr=on,zifencei=on,zicntr=on",
  "rv64,zba=off,zbb=off,zbc=off,zbs=off,h=off" }
local TIMEOUT_S = 120
local FOLDER = "tests/rv64/exceptions/"

local gcc = toolchain.find()
if not gcc or not toolchain.has(QEMU) then
  print(("skipped: %s is missing"):format(gcc and QEMU or "a gcc for RISC-V"))
  print("0 passed, 0 failed")
  os.exit(true)
end

local function build(codes)
  local words = {}
  for i, code in ipairs(codes) do
    words[i] = ("    .4byte 0x%x"):format(code)
  end
  local list = process.file("codes.s", table.concat({ "    .section .rodata",
    "    .globl codes, code_count", "    .balign 4", "code_count:", "    .4byte " .. #codes,
    "codes:", table.concat(words, "\n"), "" }, "\n"))
  local path = process.folder .. "/probe"
  toolchain.run(("%s %s %s -I. %s -Wl,--section-start=.code=0x40000000 %sprobe.S %sprobe.c %s "
    .. "tests/rv64/sequences/output_linux.c -o %s"):format(gcc, toolchain.FLAGS, toolchain.COMPILE,
    toolchain.LINK, FOLDER, FOLDER, list, path))
  return path
end

local function output_of(...)
  local result = process.run(...)
  return result.out:gsub("\n", ""), result.err
end

-- What qemu says of each code, and its messages: with the first processor that it knows.
local function judge(codes)
  local probe = build(codes)
  local answers, problem
  for _, cpu in ipairs(CPUS) do
    answers, problem = output_of("timeout", tostring(TIMEOUT_S), QEMU, "-cpu", cpu, probe)
    if answers ~= "" then
      break
    end
  end
  return answers, problem
end

checks.group("the same codes are instructions", function(expect)
  local codes = {}
  for i, code in encodings.each(SEED, COUNT) do
    codes[i] = code
  end
  local right, problem = judge(codes)
  expect(#right == #codes, "%s has judged %d of %d codes: %s", QEMU, #right, #codes, problem)
  local ours
  ours, problem = output_of("timeout", tostring(TIMEOUT_S), SELVM, "run",
    FOLDER .. "encodings_main.lua", tostring(SEED), tostring(COUNT))
  expect(#ours == #codes, "the machine has judged %d of %d codes: %s", #ours, #codes, problem)
  for i, code in ipairs(codes) do
    local is_illegal = right:sub(i, i) == "1"
    expect(ours:sub(i, i) == right:sub(i, i), "%08x is %s", code, is_illegal and "no instruction"
      or "an instruction")
  end
end)

process.cleanup()
checks.finish()
