-- SPDX-License-Identifier: MIT
--- Runs inside the machine: a RISC-V thread, for each row of illegal.lua, faults.lua and
--- results.lua, whose code is an argument in hexadecimal digits; tests/rv64/test_exceptions.lua
--- assembles it.
--- Fields of a row besides its name and its assembly:
---
---   stop     what stops the thread: { number = } of a UserException, or { addr =, cause = } of a
---            VMFault; `at` bytes behind the code's start, or at `pc`. Left out: an EBREAK behind
---            the code
---   sets     registers that it leaves with these values; all others are as before
---   words    words of the data page that it leaves; all others are 0
---   at_end   it begins so many bytes before the page's end
---   no_fpu   the thread may not use floating point

local places = require "places"
local seL4 = require "seL4"
local thread = require "thread"

local codes = { ... }
local EBREAK, BREAKPOINT, FETCH = "\x73\x00\x10\x00", 3, 1
local PAGE_SIZE = 4096

local first = { a0 = places.DATA, a1 = places.READ_ONLY, a2 = places.NOTHING, a3 = places.BEHIND }
local before = {}
for i, name in ipairs { "ra", "sp", "gp", "tp", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "s0",
  "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "a0", "a1", "a2", "a3", "a4",
  "a5", "a6", "a7" } do
  before[name] = first[name] or 0x0123456789abcdef * i
end

-- --- what is right ------------------------------------------------------------------------------

local function expected_fault(row, start, length)
  local stop = row.stop or { number = BREAKPOINT, at = length }
  local pc = stop.pc or start + (stop.at or 0)
  if stop.number then
    return ("UserException %d, %d at %x"):format(stop.number, 0, pc)
  end
  return ("VMFault of %x, %d, %d at %x"):format(stop.addr, stop.cause == FETCH and 1 or 0,
    stop.cause, pc)
end

local function describe(fault)
  if fault.name == "UserException" then
    return ("UserException %d, %d at %x"):format(fault.Number, fault.Code, fault.FaultIP)
  elseif fault.name == "VMFault" then
    return ("VMFault of %x, %d, %d at %x"):format(fault.Addr, fault.PrefetchFault, fault.FSR,
      fault.IP)
  end
  return fault.name
end

local function compare_registers(row, after, differ)
  for name, value in pairs(before) do
    local right = row.sets and row.sets[name] or value
    if name ~= "pc" and after[name] ~= right then
      differ("%s is %x, not %x", name, after[name], right)
    end
  end
end

local function compare_memory(row, differ)
  for offset = 0, PAGE_SIZE - 8, 8 do
    local right = row.words and row.words[places.DATA + offset] or 0
    local word = seL4.Load64(thread.data + offset)
    if word ~= right then
      differ("the word at %x is %x, not %x", places.DATA + offset, word, right)
    end
    for _, vaddr in ipairs(thread.unwritten) do
      if seL4.Load64(vaddr + offset) ~= 0 then
        differ("a page that is not to be written has been")
      end
    end
  end
end

-- --- the rows -----------------------------------------------------------------------------------

local passed, failed = 0, 0

local function test(row, bytes)
  local start = row.at_end and places.CODE_END - row.at_end or places.CODE
  local problems = {}
  local function differ(...)
    problems[#problems + 1] = string.format(...)
  end
  seL4.StoreBytes(thread.data, ("\0"):rep(PAGE_SIZE))
  thread.write((bytes .. EBREAK):sub(1, places.CODE_END - start), start)
  local fault = thread.run(start, { registers = before, no_fpu = row.no_fpu })
  local right = expected_fault(row, start, #bytes)
  if describe(fault) ~= right then
    differ("%s, not %s", describe(fault), right)
  end
  compare_registers(row, thread.registers(), differ)
  compare_memory(row, differ)
  if #problems == 0 then
    passed = passed + 1
  else
    failed = failed + 1
    print(("FAIL %s: %s"):format(row[1], table.concat(problems, "; ")))
  end
end

local number = 0
for _, list in ipairs { require "illegal", require "faults", require "results" } do
  for _, row in ipairs(list) do
    number = number + 1
    test(row, (codes[number]:gsub("..", function(digits)
      return string.char(tonumber(digits, 16))
    end)))
  end
end

print(("%d passed, %d failed"):format(passed, failed))
