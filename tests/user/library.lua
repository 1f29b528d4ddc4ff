-- SPDX-License-Identifier: MIT
--- Tests user/sel4 from inside: a root task that uses the library. Its last line is the sum.
---
---   selvm run tests/user/library.lua

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local lib = require "lib"
local process = require "sel4.process"
local thread = require "sel4.thread"

local expect, error_of, has = lib.expect, lib.error_of, lib.has

local CNODE, DEPTH = seL4.CapInitThreadCNode, seL4.WordBits
local memory = bootstrap.open()

expect(has(error_of(function() local _ = bootstrap.open() end),
  "library.lua:17: open: memory has been opened already"), "opened twice")

-- Slots and objects.
local endpoint = memory:object(seL4.EndpointObject)
expect(seL4.DebugCapIdentify(endpoint) ~= 0, "an endpoint has been made")
expect(memory:slot() ~= memory:slot(), "slots differ")
expect(has(error_of(memory.object, memory, seL4.UntypedObject), "needs size_bits"),
  "a size is asked for")
expect(has(error_of(memory.object, memory, seL4.UntypedObject, 37), "has room"),
  "too much memory is refused")
expect(tostring(memory):find("free slots", 1, true), "%s", tostring(memory))

-- Refusals are explained, with their names, at the line of the caller.
local text = error_of(function() bootstrap.check(seL4.CNode_Delete(CNODE, 1, 65)) end)
expect(text:find("^tests/user/library.lua:%d+: RangeError: CNode_Delete"), "%s", text)
expect(bootstrap.error_name(0) == "NoError" and bootstrap.error_name(8) == "DeleteFirst", "names")
expect(not pcall(memory.device_frame, memory, 0x1234000), "no device there")

-- Memory: tables are made as needed, windows do not overlap.
local first, second = memory:window(1), memory:window(4097)
expect(second - first == 4096 and memory:window(1) - second == 8192, "windows")
local frame = memory:object(seL4.RISCV_4K_Page)
memory:map(frame, 0x3f00000000)
seL4.Store64(0x3f00000000, 42)
expect(seL4.Load64(0x3f00000000) == 42, "a mapped frame can be used")
expect(has(error_of(memory.map, memory, frame, 0x3f00001000), "InvalidArgument"),
  "a second mapping is refused")

-- CSpaces: numbers of slots are CPtrs.
local cspace = memory:cspace(5)
bootstrap.check(seL4.CNode_Copy(cspace, 31, DEPTH, CNODE, endpoint, DEPTH, seL4.AllRights))
expect(seL4.CNode_Copy(cspace, 32, DEPTH, CNODE, endpoint, DEPTH, seL4.AllRights) ==
  seL4.FailedLookup, "there are 32 slots")

-- Threads: arguments, priorities, their own CSpace.
local seen
local done = memory:object(seL4.NotificationObject)
thread.new(memory, { name = "six", entry = function(...)
  seen = table.concat({ ... }, " ")
  seL4.Signal(done)
end, args = { 1, 2, 3, 4, 5, 6 } }):start()
seL4.Wait(done)
expect(seen == "1 2 3 4 5 6", "arguments: %s", seen)
expect(has(error_of(thread.new, memory, { entry = print, prio = 1 }), "unknown option 'prio'"),
  "an unknown option")
expect(has(error_of(thread.new, memory, { entry = print, budget = 5 }), "belongs to the MCS"),
  "a budget in the classic configuration")
expect(has(error_of(thread.new, memory, {}), "must be a function"), "no entry")
thread.new(memory, { entry = function(...)
  seen = select("#", ...) .. tostring((select(7, ...)))
  seL4.Signal(done)
end, args = { n = 7, "a", nil, 3, 4, 5, 6, nil } }):start()
seL4.Wait(done)
expect(seen == "7nil", "arguments that are nil: %s", seen)

bootstrap.check(seL4.CNode_Copy(cspace, 1, DEPTH, CNODE, done, DEPTH, seL4.AllRights))
local here
local guest = thread.new(memory, { name = "guest", cspace = cspace, entry = function()
  here = seL4.DebugCapIdentify(31)
  seL4.Signal(1)
end })
expect(tostring(guest):find("thread 'guest' of TCB %d+"), "%s", tostring(guest))
guest:start()
seL4.Wait(done)
expect(here == seL4.DebugCapIdentify(endpoint), "the thread's own CSpace")

-- Faults reach the handler, with the badge.
local handler = memory:copy(endpoint, seL4.AllRights, 99)
local failing = thread.new(memory, { entry = function() error "on purpose" end,
  fault_endpoint = handler })
failing:start()
local info, badge = seL4.Recv(endpoint)
expect(badge == 99 and seL4.isUserException_tag(info), "a fault message")
expect(seL4.DebugFaultText(failing.tcb):find("on purpose", 1, true), "its text")

-- Processes: program over several pages, arguments, modules, capabilities, heap of their own.
local child = process.new(memory, {
  name = "child", heap_bits = 17, args = { "a", 2 }, modules = { part = "return 'module'" },
  source = [[
    local seL4 = require "seL4"
    assert(table.concat({ ... }, " ") == "a 2" and require "part" == "module")
    assert(seL4.DebugCapIdentify(2) == 0)
    seL4.SendWithMRs(1, seL4.MessageInfo_new(0, 0, 0, 1), 77)
  ]] .. "\n-- " .. ("long "):rep(2000),
  caps = { [1] = memory:copy(endpoint, seL4.AllRights, 5) },
})
child:start()
local _, from, word = seL4.RecvWithMRs(endpoint)
expect(from == 5 and word == 77, "the child's message: %d from %d", word, from)
local size, used, peak = child:heap_stats()
expect(size == 1 << 17 and used > 0 and used <= peak and peak <= size, "heap")
expect(tostring(child):find("process 'child'", 1, true), "%s", tostring(child))
expect(has(error_of(process.new, memory, { sauce = "" }), "unknown option 'sauce'"),
  "an unknown option")
expect(has(error_of(process.new, memory, {}), "'source' is missing"), "no source")

-- Threads and processes can be killed; their slots are used again, their memory is not.
local slots_left = memory.allocator.memory:slots_left()
for _ = 1, 5 do
  thread.new(memory, { entry = function() end, monitor = true }):start():kill()
  local one = process.new(memory, { source = "return 7", heap_bits = 17, monitor = true }):start()
  expect(one:wait()[1] == 7, "%s", one.event)
  one:kill()
end
local lost = slots_left - memory.allocator.memory:slots_left()
expect(lost >= 0 and lost < 20, "%d slots are lost", lost)

-- The allocator's idea of what is left is the kernel's: it takes all, and the kernel has no more.
local blocks = 0
for bits = 25, 12, -1 do
  local why
  repeat
    why = error_of(memory.object, memory, seL4.UntypedObject, bits)
    blocks = blocks + (why and 0 or 1)
  until why
  expect(has(why, "has room"), "%s", why)
end
expect(blocks > 5, "%d blocks", blocks)
for i, untyped in ipairs(memory.info.untypedList) do
  local parent = memory.info.untyped.start + i - 1
  local err = not untyped.isDevice and seL4.Untyped_Retype(parent, seL4.RISCV_4K_Page, 0, CNODE, 0,
    0, memory:slot(), 1)
  expect(untyped.isDevice or err == seL4.NotEnoughMemory, "untyped %d: error %s", parent, err)
end

lib.finish()
