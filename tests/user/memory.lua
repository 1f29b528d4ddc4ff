-- SPDX-License-Identifier: MIT
--- Tests sel4.alloc's groups and CSpaces and sel4.vspace from inside, in both configurations.
---
---   selvm run [--mcs] tests/user/memory.lua

local seL4 = require "seL4"
local alloc = require "sel4.alloc"
local lib = require "lib"
local object = require "sel4.object"
local vspace = require "sel4.vspace"

local expect, error_of, has, blames = lib.expect, lib.error_of, lib.has, lib.blames
local PAGE = 4096

local memory = alloc.open()
local own = vspace.own(memory)
own:unmap(own:allocate(PAGE)) -- its page tables stay
local free_before, largest_before = memory:statistics()
local slots_before = memory:slots_left()

local function nothing_is_lost(what)
  local free, largest = memory:statistics()
  expect(free == free_before and largest == largest_before, "%s: %d of %d bytes are free", what,
    free, free_before)
  expect(memory:slots_left() == slots_before, "%s: %d slots of %d", what, memory:slots_left(),
    slots_before)
end

-- --- groups -------------------------------------------------------------------------------------

local group = memory:group { name = "the job", bytes = 64 << 10 }
local endpoint = group:object(seL4.EndpointObject, nil, "requests")
local badged = group:copy(endpoint, seL4.AllRights, 7)
local outside = memory:copy(endpoint)
group:cspace(6)
for i = 1, 10 do
  group:object(seL4.RISCV_4K_Page, nil, "page " .. i)
end
local used, count, most = group:statistics()
expect(count == 12 and used == 10 * PAGE + 16 + 2048 and most == 65536, "%d %d", used, count)
expect(has(group, "the job: 12 objects"), "%s", group)
local err = error_of(group.object, group, seL4.RISCV_Mega_Page)
expect(has(err, "the job may have 64 KiB, of which 42 are in use: there is no room for 2^21 bytes"),
  "%s", err)
group:free(endpoint)
expect(seL4.DebugCapIdentify(outside.cptr) == 0 and seL4.DebugCapIdentify(badged.cptr) == 0,
  "a copy survives")
expect(has(error_of(group.free, group, endpoint), "is no object of the job"), "freed twice")
group:destroy()
memory:free_slot(outside)
expect(select(2, group:statistics()) == 0, "%s", group)
nothing_is_lost "a group"
group:object(seL4.TCBObject)
group:destroy()
nothing_is_lost "the group again"

-- --- CSpaces ------------------------------------------------------------------------------------

local function copy_to(cspace, index)
  cspace:copy(index, seL4.WordBits, object.cnode, object.self_tcb, seL4.WordBits, seL4.AllRights)
end

local flat = memory:cspace(4, "flat")
copy_to(flat, 15)
expect(object.is_refusal(error_of(copy_to, flat, 16), "FailedLookup"), "slot 16 of 16")
memory:free(flat)
local deep = memory:two_level_cspace(2, 4, "deep")
expect(deep:leaf(2) == deep:leaf(2), "a leaf is made once")
copy_to(deep, 2 << 4 | 5)
expect(object.is_refusal(error_of(copy_to, deep, 1 << 4 | 5), "FailedLookup"), "no leaf 1")
expect(object.is_refusal(error_of(deep.leaf, deep, 4)), "there are 4 leaves")
memory:free(deep)
nothing_is_lost "CSpaces"

-- A thread finds capabilities through two levels.
local thread = require "sel4.thread"
local done = memory:object(seL4.NotificationObject)
local two = memory:two_level_cspace(1, 3)
two:leaf(1)
two:copy(1 << 3 | 2, seL4.WordBits, object.cnode, done, seL4.WordBits, seL4.AllRights)
local guest = thread.new(memory, { cspace = two.cptr, entry = function()
  seL4.Signal(1 << 3 | 2)
end }):start()
done:wait()
guest:kill()
memory:free(two)
memory:free(done)
nothing_is_lost "a thread with a CSpace of two levels"

-- --- failures -----------------------------------------------------------------------------------

for what, fn in pairs {
  object = function() memory:object(seL4.UntypedObject, 38) end,
  heap = function() memory:object(seL4.LuaHeapObject, 12) end,
  free = function() memory:free(5) end,
  copy = function() memory:copy(4095) end,
  free_slot = function() memory:free_slot(5) end,
  device_frame = function() memory:device_frame(5) end,
  reserve = function() own:reserve(0) end,
  group = function() memory:group({ bytes = 1 }):object(seL4.TCBObject) end,
} do
  expect(has(error_of(fn), "tests/user/memory.lua:"), "%s blames %s", what, error_of(fn))
end
local slot = memory:slot()
memory:free_slot(slot)
expect(has(error_of(memory.free_slot, memory, slot), "is free already"), "a slot twice")
local ntfn = memory:object(seL4.NotificationObject)
expect(has(error_of(memory.free_slot, memory, ntfn), "is an object; free it"), "an object's slot")
memory:free(ntfn)
expect(object.is_refusal(error_of(memory.copy, memory, 4095)), "there is nothing to copy")
expect(object.is_refusal(error_of(memory.object, memory, seL4.LuaHeapObject, 12)), "a small heap")
expect(has(error_of(memory.device_frame, memory, 0x5000), "no device has a page"), "no device")
local clock = memory:device_frame(0x00101000)
expect(object.is_refusal(error_of(memory.device_frame, memory, 0x00101000), "NotEnoughMemory"),
  "a device page twice")
memory:free(clock)
clock = memory:device_frame(0x00101000)
expect(clock:get_address() == 0x00101000, "the page again")
memory:free(clock)
nothing_is_lost "failures"

for part, options in pairs {
  ["group: option 'bytes' must be a whole number, such as 64 << 10, not a string"] =
    { bytes = "1M" },
  ["such as 64 << 10, not 1.5"] = { bytes = 1.5 },
  ["group: unknown option 'byte'; there are: name, bytes"] = { byte = 5 },
  ["group: the options must be a table { name =, bytes = }, not a string"] = "the job",
} do
  blames(function() local _ = memory:group(options) end, part)
  blames(function() local _ = alloc.linear(memory):group(options) end, part)
end
expect(select(3, memory:group({ bytes = 1e6 }):statistics()) == 1000000, "a float that is whole")

-- Slots can run out before memory does; then nothing is lost either.
local taken = {}
err = error_of(function()
  while true do
    taken[#taken + 1] = memory:object(seL4.EndpointObject)
  end
end)
expect(has(err, "all slots of the CNode are in use") and #taken > 1500, "%s, %d", err, #taken)
for i = #taken, 1, -1 do
  memory:free(taken[i])
end
nothing_is_lost "all slots"

-- An allocator over a part of the memory, in a CNode of its own.
local part, cnode = memory:object(seL4.UntypedObject, 16), memory:cspace(8)
local small = alloc.new { cnode = cnode, first_slot = 1, slot_end = 200,
  untypeds = { { slot = 0, bits = 16 } } }
cnode:copy(0, seL4.WordBits, object.cnode, part, seL4.WordBits, seL4.AllRights)
expect(object.is_refusal(error_of(small.object, small, seL4.RISCV_4K_Page)), "not our slots")
memory:free(cnode)
memory:free(part)

-- --- address spaces -----------------------------------------------------------------------------

slots_before, free_before = memory:slots_left(), memory:statistics()
local a = own:allocate(3 * PAGE - 1, { name = "a" })
local b = own:allocate(PAGE, { name = "b", guard = 2 })
expect(a.size == 3 * PAGE and b.vaddr == a.vaddr + 5 * PAGE, "0x%x 0x%x", a.vaddr, b.vaddr)
seL4.Store64(a.vaddr + 2 * PAGE, 42)
expect(seL4.Load64(a.vaddr + 2 * PAGE) == 42 and seL4.Load64(b.vaddr) == 0, "memory")
local found, is_guard = own:find(b.vaddr - 1)
expect(found == b and is_guard, "the guard page")
found, is_guard = own:find(b.vaddr + 5)
expect(found == b and not is_guard and not own:find(0x1000), "regions by address")
expect(has(error_of(own.reserve, own, 5, { vaddr = a.vaddr + PAGE }), "there is a at 0x"),
  "a range that is taken")
expect(has(error_of(own.reserve, own, 1 << 50), "no range of"), "a range that is too long")
local regions = #own.regions
expect(has(error_of(own.allocate, own, 1 << 30), "all slots of the CNode"), "too much memory")
expect(#own.regions == regions, "a region is left over")
local c = own:allocate(PAGE)
own:unmap(a)
expect(has(error_of(own.unmap, own, a), "unmapped already"), "unmapped twice")
expect(own:allocate(PAGE, { vaddr = 0x2000000000 }).vaddr == 0x2000000000, "a chosen place")
own:unmap((own:find(0x2000000000)))
local again = own:allocate(2 * PAGE)
expect(again.vaddr == a.vaddr, "the first range that is free")
own:unmap(again)
own:unmap(b)
own:unmap(c)
expect(select(4, memory:statistics()) == #own.tables + 1, "page tables and a lock: %s", memory)

-- Sharing: two spaces, one memory; rights are each mapping's own.
slots_before, free_before, largest_before = memory:slots_left(), memory:statistics()
local other = vspace.new(memory, { name = "the other" })
local shared = own:allocate(2 * PAGE, { name = "shared" })
local there = other:share(shared, { rights = seL4.CanRead, vaddr = 0x50000000 })
expect(there.vaddr == 0x50000000 and there.name == "shared" and there.size == 2 * PAGE, "shared")
local text = other:allocate(PAGE, { rights = seL4.CanRead })
own:write(text, "written from outside")
local seen = own:share(text, { rights = seL4.CanRead })
expect(seL4.LoadBytes(seen.vaddr, 7) == "written", "the other's memory")
own:unmap(seen)
expect(has(error_of(own.unmap, own, there), "is not of the address space"), "another's region")
own:unmap(shared)
other:destroy()
nothing_is_lost "two spaces"
for _ = 1, 300 do
  local space = vspace.new(memory)
  space:allocate(2 * PAGE, { guard = 1 })
  space:destroy()
end
nothing_is_lost "many spaces"
local pool_err = error_of(vspace.new, memory, { asid_pool = memory:slot() })
expect(object.is_refusal(pool_err), "%s", pool_err)

lib.finish()
if seL4.ReplyObject then
  seL4.DebugHalt()
end
