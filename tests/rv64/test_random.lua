-- SPDX-License-Identifier: MIT
--- Root tasks of random machine code. Whatever it does, the machine stays whole; and it does the
--- same whether the machine runs in one piece or in many.
--
--   lua5.4 tests/rv64/test_random.lua [FOLDER [COUNT [SEED]]]    (from the root of the repository)
--
-- FOLDER has selvm.so for this interpreter (build/release). COUNT programs (400) are run.

local FOLDER = arg[1] or "build/release"
local COUNT = math.tointeger(tonumber(arg[2])) or 400
local SEED = math.tointeger(tonumber(arg[3])) or 1
package.path = "./?.lua;" .. package.path
package.cpath = FOLDER .. "/?.so"

local checks = require "tests.abi.checks"
local executable = require "tests.rv64.executable"
local selvm = require "selvm"

local LENGTH = 300 -- instructions of a program
local LIMIT_US, STEP_US = 2000, 7
local random = math.random

local function one_of(list)
  return list[random(#list)]
end

-- Few registers, so that results are used.
local REGISTERS = { 0, 1, 2, 5, 11, 12, 13, 14, 15, 16, 17 }
local BASE = 10 -- a0: an address of memory at the start, and for as long as nothing changes it

local function word(opcode, funct3, high, base)
  return ("<I4"):pack((opcode | one_of(REGISTERS) << 7 | funct3 << 12 |
    (base or one_of(REGISTERS)) << 15 | (high & 0xfff) << 20) & 0xffffffff)
end

local function base()
  return random(50) == 1 and one_of(REGISTERS) or BASE
end

-- Kinds of instructions: how often each comes, and its bytes.
local KINDS = {
  { 1, function() return ("<I2"):pack(random(0, 0xffff)) end },                -- often compressed
  { 1, function() return ("<I4"):pack(random(0, 0xffffffff) | 3) end },
  { 40, function() return word(0x13, one_of { 0, 2, 3, 4, 6, 7 }, random(0, 0xfff)) end },
  { 10, function() return word(one_of { 0x13, 0x1b }, one_of { 1, 5 }, random(0, 31)) end },
  { 30, function() return word(one_of { 0x33, 0x3b }, one_of { 0, 1, 5 },
    one_of(REGISTERS)) end },
  { 20, function() return word(one_of { 0x33, 0x3b }, one_of { 0, 4, 5, 6, 7 },
    1 << 5 | one_of(REGISTERS)) end },
  { 20, function() return word(0x03, random(0, 6), random(0, 255), base()) end },
  { 10, function() return word(0x07, random(2, 3), random(0, 255), base()) end },
  { 20, function() return word(one_of { 0x23, 0x27 }, random(2, 3), random(0, 3) << 5 |
    one_of(REGISTERS), base()) end },
  { 6, function() return word(0x2f, random(2, 3), random(0, 8) << 9 | one_of(REGISTERS),
    base()) end },
  { 10, function() return word(one_of { 0x43, 0x47, 0x4b, 0x4f }, random(0, 4),
    random(0, 1) << 5 | random(0, 31)) end },
  { 10, function() return word(0x53, random(0, 4), random(0, 13) << 5 | random(0, 31)) end },
  { 8, function() return word(0x63, random(0, 7), random(0, 1) << 5 | one_of(REGISTERS)) end },
  { 4, function() return ("<I4"):pack(0x6f | random(1, 15) << 22) end },        -- jal, forward
  { 4, function() return word(0x73, one_of { 1, 2, 3, 5, 6, 7 }, random(1, 3)) end }, -- fcsr
  { 2, function() return ("<I4"):pack(0x0000100f) end },                        -- fence.i
  -- li a7, a system call; ecall
  { 6, function() return ("<I4I4"):pack(0x893 | (-random(1, 15) & 0xfff) << 20, 0x73) end },
  { 4, function() return ("<I4"):pack(0x513 | random(0, 40) << 20) end },       -- li a0, a slot
  { 4, function() return ("<I4"):pack(0x593 | random(0, 6) << 20) end },        -- li a1, a length
  -- auipc x5 and a store there: code that writes code
  { 2, function() return ("<I4I4"):pack(0x297, 0x23 | random(0, 3) << 12 | 5 << 15 |
    one_of(REGISTERS) << 20 | random(0, 31) << 7) end },
}

local total_weight = 0
for _, kind in ipairs(KINDS) do
  total_weight = total_weight + kind[1]
end

local function random_instruction()
  local left = random(total_weight)
  for _, kind in ipairs(KINDS) do
    left = left - kind[1]
    if left <= 0 then
      return kind[2]()
    end
  end
end

local function random_program()
  local parts = {}
  for i = 1, LENGTH do
    parts[i] = random_instruction()
  end
  return executable.write { code = table.concat(parts), memory_size = 0x3000 }
end

-- Runs a program in steps of `step_us`, up to the limit; everything that can be seen of it at the
-- end, and the machine.
local function run(program, step_us, is_mcs)
  local output = {}
  local machine = selvm.machine { source = program, name = "random", memory = "2M", mcs = is_mcs,
    console = function(text) output[#output + 1] = text end }
  local why
  repeat
    why = machine:run(math.min(step_us, LIMIT_US - machine:time()))
  until why ~= "limit" or machine:time() >= LIMIT_US
  return why, table.concat(output) .. table.concat(machine:errors(), "\n"), machine
end

checks.group("random code leaves the machine whole", function(expect)
  for index = 1, COUNT do
    math.randomseed(SEED, index)
    local program = random_program()
    local is_mcs = index % 2 == 0
    local why, text, machine = run(program, LIMIT_US, is_mcs)
    local is_whole, problem = machine:check()
    expect(is_whole, "program %d: %s", index, tostring(problem))
    machine:close()
    if why ~= "limit" then
      local again, other, second = run(program, STEP_US, is_mcs)
      expect(again == why and other == text, "program %d in steps: '%s' %s, not '%s' %s", index,
        again, other, why, text)
      second:close()
    end
  end
end)

checks.finish()
