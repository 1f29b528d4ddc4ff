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

local alloc = require "sel4.alloc"
local object = require "sel4.object"
local places = require "places"
local seL4 = require "seL4"
local tcb = require "sel4.tcb"
local vspace = require "sel4.vspace"

local codes = { ... }
local EBREAK, BREAKPOINT, FETCH = "\x73\x00\x10\x00", 3, 1
local PAGE_SIZE, REGISTER_COUNT = 4096, 32
local check = object.check

-- --- the thread ---------------------------------------------------------------------------------

local memory = alloc.open()
local own, space = vspace.own(memory), vspace.new(memory, { name = "RISC-V" })
local faults = object.cptr(memory:object(seL4.EndpointObject))
local thread = object.cptr(memory:object(seL4.TCBObject))

-- A page of the thread's, and where the caller sees it.
local function page(vaddr, options)
  options = options or {}
  options.vaddr = vaddr
  return own:share(space:allocate(PAGE_SIZE, options)).vaddr
end

local code = page(places.CODE)
local data = page(places.DATA)
local unwritten = { page(places.READ_ONLY, { rights = seL4.CanRead }),
  page(places.BEHIND, { attributes = seL4.RISCV_ExecuteNever }) }

tcb.configure(memory, thread, { cspace = seL4.CapInitThreadCNode, vspace = space.root, buffer = 0,
  frame = 0, priority = 100, fault_endpoint = faults })

local first = { a0 = places.DATA, a1 = places.READ_ONLY, a2 = places.NOTHING, a3 = places.BEHIND }
local before = {}
for i, name in ipairs { "ra", "sp", "gp", "tp", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "s0",
  "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "a0", "a1", "a2", "a3", "a4",
  "a5", "a6", "a7" } do
  before[name] = first[name] or 0x0123456789abcdef * i
end

-- Runs code from an address of its page on: the fault that ends it, and the registers then.
local function run(bytes, start, no_fpu)
  seL4.StoreBytes(code + (start - places.CODE), bytes)
  check(seL4.TCB_SetFlags(thread, seL4.TCBFlag_MASK, no_fpu and seL4.TCBFlag_fpuDisabled
    or seL4.TCBFlag_NoFlag), "TCB_SetFlags")
  before.pc = start
  check(seL4.TCB_WriteRegisters(thread, true, 0, REGISTER_COUNT, before), "TCB_WriteRegisters")
  local fault = seL4.getFault((seL4.Recv(faults)))
  local err, after = seL4.TCB_ReadRegisters(thread, true, 0, REGISTER_COUNT)
  check(err, "TCB_ReadRegisters")
  return fault, after
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
    local word = seL4.Load64(data + offset)
    if word ~= right then
      differ("the word at %x is %x, not %x", places.DATA + offset, word, right)
    end
    for _, vaddr in ipairs(unwritten) do
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
  seL4.StoreBytes(data, ("\0"):rep(PAGE_SIZE))
  local fault, after = run((bytes .. EBREAK):sub(1, places.CODE_END - start), start, row.no_fpu)
  local right = expected_fault(row, start, #bytes)
  if describe(fault) ~= right then
    differ("%s, not %s", describe(fault), right)
  end
  compare_registers(row, after, differ)
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
