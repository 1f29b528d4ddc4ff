-- SPDX-License-Identifier: MIT
--- Programs of random instruction sequences, in assembly, for runner.c.
--
--   local made = program.make { seed = 1, first = 1, count = 100 }
--   made.assembly         all of it
--   made.sequences[7]     of one: { lines, registers }: its text, and what is in the registers at
--                         its beginning
--
-- A sequence follows from the seed and its number alone. It starts with the same data whatever ran
-- before it, so one that fails can be run by itself.

local operands = require "tests.rv64.sequences.operands"
local sequence = require "tests.rv64.sequences.sequence"

local random = math.random
local program = {}

local FAMILIES = {
  { 30, require "tests.rv64.sequences.integer" },
  { 20, require "tests.rv64.sequences.memory" },
  { 40, require "tests.rv64.sequences.float" },
  { 10, require "tests.rv64.sequences.flow" },
  { 2, require "tests.rv64.sequences.modification" },
}
local INSTRUCTIONS_MAX = 14
local FCSR = 64 -- its place behind 32 x and 32 f registers
local STATE_WORDS = FCSR + 1

-- One of a list of { weight, what }.
local function weighted(list)
  local total = 0
  for _, row in ipairs(list) do
    total = total + row[1]
  end
  local left = random(total)
  for _, row in ipairs(list) do
    left = left - row[1]
    if left <= 0 then
      return row[2]
    end
  end
end

local function any_instruction(s)
  weighted(weighted(FAMILIES))(s)
end

-- Registers by their place: x0 to x31, f0 to f31, fcsr.
local function initial_registers(s)
  local registers = {}
  for i = 0, 31 do
    registers[i] = operands.integer()
    registers[32 + i] = s.kinds[i] == "s" and operands.single() or operands.double()
  end
  registers[FCSR] = random(0, 4) << 5 | random(0, 31)
  return registers
end

local function make_sequence(seed, number)
  math.randomseed(seed, number)
  local s = sequence.new(number)
  s.any = any_instruction
  s.registers = initial_registers(s)
  s:emit(".option %s", random(3) == 1 and "norvc" or "rvc")
  for _ = 1, random(INSTRUCTIONS_MAX) do
    any_instruction(s)
  end
  return s
end

-- --- around the sequences -----------------------------------------------------------------------

-- Enters a sequence through register r. a0 has the address of the words of all registers.
local function loader(r)
  local other = r == 6 and 7 or 6
  local lines = { ("load_through_x%d:"):format(r), ("    mv x%d, a0"):format(r),
    ("    ld x%d, 512(x%d)"):format(other, r), ("    fscsr x%d"):format(other) }
  for i = 0, 31 do
    lines[#lines + 1] = ("    fld f%d, %d(x%d)"):format(i, 256 + 8 * i, r)
  end
  for i = 1, 31 do
    if i ~= r then
      lines[#lines + 1] = ("    ld x%d, %d(x%d)"):format(i, 8 * i, r)
    end
  end
  lines[#lines + 1] = ("    ld x%d, %d(x%d)"):format(r, 8 * r, r)
  lines[#lines + 1] = ("    jr x%d\n"):format(r)
  return table.concat(lines, "\n")
end

-- Leaves a sequence: stores all registers but r, which leads to where.
local function saver(r)
  local other = r == 6 and 7 or 6
  local lines = { ("save_through_x%d:"):format(r), ("    lla x%d, sequence_state"):format(r) }
  for i = 0, 31 do
    lines[#lines + 1] = ("    fsd f%d, %d(x%d)"):format(i, 256 + 8 * i, r)
    if i ~= r then
      lines[#lines + 1] = ("    sd x%d, %d(x%d)"):format(i, 8 * i, r)
    end
  end
  lines[#lines + 1] = ("    frcsr x%d"):format(other)
  lines[#lines + 1] = ("    sd x%d, 512(x%d)"):format(other, r)
  lines[#lines + 1] = ("    lla x%d, sequence_back"):format(other)
  lines[#lines + 1] = ("    jr x%d\n"):format(other)
  return table.concat(lines, "\n")
end

local function loaders_and_savers()
  local parts = {}
  for r = 1, 31 do
    parts[#parts + 1] = loader(r)
    parts[#parts + 1] = saver(r)
  end
  return table.concat(parts)
end

-- The words that a sequence begins with; that of x0 leads to the code that loads them.
local function table_of(s)
  local words = {}
  for i = 0, STATE_WORDS - 1 do
    words[i + 1] = ("0x%x"):format(s.registers[i])
  end
  words[1] = ("load_through_x%d"):format(s.reserved)
  words[1 + s.reserved] = ("sequence_%d"):format(s.number)
  return "    .dword " .. table.concat(words, ",")
end

local function text_of(s)
  return ("sequence_%d:\n%s\n    lla x%d, save_through_x%d\n    jr x%d"):format(s.number,
    table.concat(s.lines, "\n"), s.reserved, s.reserved, s.reserved)
end

--- Makes a program. Options: `seed`; `first` and `count` of the sequences; `is_verbose`, to tell
--- every register and word of data instead of a digest.
function program.make(options)
  local made = { sequences = {} }
  local texts, tables = {}, {}
  for number = options.first, options.first + options.count - 1 do
    local s = make_sequence(options.seed, number)
    made.sequences[number] = { lines = s.lines, registers = s.registers }
    texts[#texts + 1] = text_of(s)
    tables[#tables + 1] = table_of(s)
  end
  made.assembly = table.concat({
    '    .section .sequences, "awx", @progbits', "    .globl sequence_tables, sequence_count",
    "    .globl sequence_first, is_verbose", "    .option norelax", loaders_and_savers(),
    table.concat(texts, "\n"), '    .section .tables, "aw", @progbits', "sequence_tables:",
    table.concat(tables, "\n"), ("sequence_first: .dword %d"):format(options.first),
    ("sequence_count: .dword %d"):format(options.count),
    ("is_verbose: .dword %d\n"):format(options.is_verbose and 1 or 0) }, "\n")
  return made
end

return program
