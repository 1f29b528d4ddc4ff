-- SPDX-License-Identifier: MIT
--- Runs inside the machine: what a RISC-V thread sees of its memory after mappings have changed. It
--- must not go by what it has seen before: neither of translations nor of decoded code.

local object = require "sel4.object"
local places = require "places"
local seL4 = require "seL4"
local thread = require "thread"
local vspace = require "sel4.vspace"

local memory, space, own = thread.memory, thread.space, vspace.own(thread.memory)
local check = object.check
local PLACE, OTHER, FAR = 0x60000000, 0x60001000, 0x80000000
local PAGE_SIZE = 4096

-- --- code ---------------------------------------------------------------------------------------

local function words(...)
  return ("<" .. ("I4"):rep(select("#", ...))):pack(...)
end

-- What the thread runs, written once, so that nothing but the mappings changes: ld t0, (a0);
-- sd t1, (a0); jr a0.
local EBREAK = 0x00100073
local LOAD, STORE, JUMP = places.CODE, places.CODE + 8, places.CODE + 16
thread.write(words(0x00053283, EBREAK, 0x00653023, EBREAK, 0x00050067), places.CODE)

-- li t0, number
local function set(number)
  return 0x00000293 | number << 20
end

-- --- what happens -------------------------------------------------------------------------------

local passed, failed = 0, 0

local function is(name, got, right)
  if got == right then
    passed = passed + 1
  else
    failed = failed + 1
    print(("FAIL %s: %s, not %s"):format(name, got, right))
  end
end

-- Runs LOAD, STORE or JUMP with a0 = address and t1 = value: t0 at the end, or the kind of access
-- that has failed.
local ACCESSES = { [1] = "no fetch", [5] = "no load", [7] = "no store" }
local function run(start, address, value)
  local fault = thread.run(start, { registers = { a0 = address, t1 = value or 0 } })
  if fault.name == "VMFault" then
    return ("%s at %x"):format(ACCESSES[fault.FSR], fault.Addr)
  elseif fault.Number ~= 3 then
    return "exception " .. fault.Number
  end
  return thread.registers().t0
end

-- A frame that begins with some bytes.
local function new_frame(bytes)
  local frame = memory:object(seL4.RISCV_4K_Page)
  local region = own:reserve(PAGE_SIZE)
  own:map_frame(frame, region.vaddr)
  seL4.StoreBytes(region.vaddr, bytes)
  check(seL4.RISCV_Page_Unmap(object.cptr(frame)), "RISCV_Page_Unmap")
  own:unmap(region)
  return frame
end

local function unmap(frame)
  check(seL4.RISCV_Page_Unmap(object.cptr(frame)), "RISCV_Page_Unmap")
end

-- --- data ---------------------------------------------------------------------------------------

local first, second = new_frame(words(1, 0)), new_frame(words(2, 0))

space:map_frame(first, PLACE)
is("a frame", run(LOAD, PLACE), 1)
unmap(first)
is("it is unmapped", run(LOAD, PLACE), ("no load at %x"):format(PLACE))
space:map_frame(second, PLACE)
is("another is there", run(LOAD, PLACE), 2)
space:map_frame(first, OTHER)
is("an access of both", run(LOAD, OTHER - 4), 1 << 32)
run(STORE, PLACE, 7)
is("stored", run(LOAD, PLACE), 7)
space:map_frame(second, PLACE, seL4.CanRead)
is("now only to be read", run(STORE, PLACE, 8), ("no store at %x"):format(PLACE))
is("nothing has been stored", run(LOAD, PLACE), 7)
space:map_frame(second, PLACE, seL4.ReadWrite)
run(STORE, PLACE, 9)
is("and to be written again", run(LOAD, PLACE), 9)
memory:free(second)
is("its last capability is gone", run(LOAD, PLACE), ("no load at %x"):format(PLACE))
is("nor can be stored", run(STORE, PLACE), ("no store at %x"):format(PLACE))

-- A page table with all below it.
local before = #space.tables
space:map_frame(memory:copy(first), FAR)
is("below another table", run(LOAD, FAR), 1)
for i = #space.tables, before + 1, -1 do
  check(seL4.RISCV_PageTable_Unmap(object.cptr(space.tables[i])), "RISCV_PageTable_Unmap")
end
is("the table is unmapped", run(LOAD, FAR), ("no load at %x"):format(FAR))

-- A frame of 2 MB: data anywhere in it, and code.
local large = memory:object(seL4.RISCV_Mega_Page)
local LARGE, LARGE_SIZE = 0x90000000, 1 << seL4.LargePageBits
space:map_frame(large, LARGE)
for _, offset in ipairs { 0, PAGE_SIZE - 4, LARGE_SIZE // 2 - 1, LARGE_SIZE - 8 } do
  run(STORE, LARGE + offset, offset + 1)
  is("stored in a large frame", run(LOAD, LARGE + offset), offset + 1)
end
is("its end", run(LOAD, LARGE + LARGE_SIZE - 4), ("no load at %x"):format(LARGE + LARGE_SIZE))
run(STORE, LARGE + 3 * PAGE_SIZE, EBREAK << 32 | set(5))
is("code in a large frame", run(JUMP, LARGE + 3 * PAGE_SIZE), 5)
unmap(large)
is("it is unmapped", run(LOAD, LARGE), ("no load at %x"):format(LARGE))
is("all of it", run(LOAD, LARGE + LARGE_SIZE // 2 - 1), ("no load at %x"):format(LARGE +
  LARGE_SIZE // 2 - 1))
is("and its code", run(JUMP, LARGE + 3 * PAGE_SIZE), ("no fetch at %x"):format(LARGE +
  3 * PAGE_SIZE))

-- --- code ---------------------------------------------------------------------------------------

local one, two = new_frame(words(set(1), EBREAK)), new_frame(words(set(2), EBREAK))

space:map_frame(one, PLACE)
is("code", run(JUMP, PLACE), 1)
is("it is still there", run(JUMP, PLACE), 1)
unmap(one)
is("code is unmapped", run(JUMP, PLACE), ("no fetch at %x"):format(PLACE))
space:map_frame(two, PLACE)
is("other code is there", run(JUMP, PLACE), 2)
space:map_frame(two, PLACE, seL4.ReadWrite, seL4.RISCV_ExecuteNever)
is("it is no longer executed", run(JUMP, PLACE), ("no fetch at %x"):format(PLACE))
space:map_frame(two, PLACE)
is("it is again", run(JUMP, PLACE), 2)

-- The same frame at two addresses: executed at one, written at the other.
local alias = memory:copy(two)
unmap(first)
space:map_frame(alias, OTHER)
is("it is executed at both", run(JUMP, OTHER), 2)
run(STORE, OTHER + 256, 0)
run(STORE, OTHER, EBREAK << 32 | set(3))
is("written at another address", run(JUMP, PLACE), 3)
is("and seen there", run(JUMP, OTHER), 3)
run(STORE, PLACE, EBREAK << 32 | set(4))
is("written where it is executed", run(JUMP, OTHER), 4)

-- Memory that was code becomes a frame again.
local address = select(2, seL4.RISCV_Page_GetAddress(object.cptr(two)))
memory:free_slot(alias)
memory:free(two)
local again = memory:object(seL4.RISCV_4K_Page)
is("the same memory", select(2, seL4.RISCV_Page_GetAddress(object.cptr(again))), address)
space:map_frame(again, PLACE)
is("no code is left in it", run(JUMP, PLACE), "exception 2")
memory:free(again)

-- --- VSpaces ------------------------------------------------------------------------------------

-- A thread that has another VSpace, and its own again, sees each; also when one is made where
-- another was.
local function other_space(number)
  local other = vspace.new(memory, { name = "another" })
  local code = memory:copy(thread.code_frame)
  local frame = new_frame(words(set(number), EBREAK))
  other:map_frame(code, places.CODE)
  other:map_frame(frame, PLACE)
  thread.enter(other)
  is("code of another VSpace", run(JUMP, PLACE), number)
  is("data of another VSpace", run(LOAD, PLACE) & 0xffffffff, set(number))
  thread.enter(space)
  is("back in the first", run(JUMP, PLACE), 1)
  unmap(frame)
  thread.enter(other)
  is("what is unmapped meanwhile", run(JUMP, PLACE), ("no fetch at %x"):format(PLACE))
  is("cannot be loaded either", run(LOAD, PLACE), ("no load at %x"):format(PLACE))
  thread.enter(space)
  memory:free(frame)
  memory:free_slot(code)
  other:destroy()
end

space:map_frame(one, PLACE)
is("the first VSpace", run(JUMP, PLACE), 1)
for number = 10, 30 do
  other_space(number)
end

-- A thread whose VSpace is gone has no memory, wherever the VSpace was.
for _ = 1, 20 do
  local other = vspace.new(memory, { name = "a passing one" })
  local code, frame = memory:copy(thread.code_frame), memory:copy(one)
  other:map_frame(code, places.CODE)
  other:map_frame(frame, PLACE)
  thread.enter(other)
  is("while there is a VSpace", run(JUMP, PLACE), 1)
  other:destroy()
  is("without a VSpace", run(JUMP, PLACE), ("no fetch at %x"):format(JUMP))
  memory:free_slot(code)
  memory:free_slot(frame)
  memory:object(seL4.RISCV_4K_Page) -- so that the next one lies elsewhere
end

print(("%d passed, %d failed"):format(passed, failed))
