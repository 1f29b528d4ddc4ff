-- SPDX-License-Identifier: MIT
--- Tests sel4.object and sel4.alloc from inside, in both configurations. Its last line is the sum.
---
---   selvm run [--mcs] tests/user/objects.lua

local seL4 = require "seL4"
local alloc = require "sel4.alloc"
local lib = require "lib"
local object = require "sel4.object"
local thread = require "sel4.thread"

local expect, error_of, has, blames = lib.expect, lib.error_of, lib.has, lib.blames

local memory = alloc.open()
thread.new(memory, { entry = print }):kill() -- makes page tables, which stay
local free_before, _, _, count_before = memory:statistics()

-- All modules of a program share what was opened first.
for _, module in ipairs { alloc, require "sel4.bootstrap" } do
  blames(function() local _ = module.open() end,
    "open: memory has been opened already; pass on what the first call returned")
end
expect(memory:statistics() == free_before, "%s", memory)

-- Objects and refusals.
local worker = memory:object(seL4.TCBObject, nil, "worker")
local endpoint = memory:object(seL4.EndpointObject, nil, "requests")
expect(worker.kind == "TCB" and tostring(worker):find("^worker %(capability %d+%)$"), "%s", worker)
worker:set_priority(object.self_tcb, 10)
expect(select("#", worker:suspend()) == 0, "a method without results returns nothing")

local err = error_of(function() worker:set_priority(endpoint, 10) end)
expect(object.is_refusal(err) and object.is_refusal(err, "InvalidCapability"), "%s", err)
expect(not object.is_refusal(err, "RangeError") and not object.is_refusal("x"), "other errors")
expect(err.code == seL4.InvalidCapability and err.call == "TCB_SetPriority", "%s %s", err.code,
  err.call)
expect(err.object == worker and has(err, "worker") and has(err, "objects.lua:"), "%s", err)
expect(has(error_of(worker.set_priority, worker, {}, 1), "number expected"), "a plain table")
expect(has(error_of(object.wrap, "Teapot", 5), "no kind of object 'Teapot'"), "an unknown kind")
expect(has(error_of(object.cptr, "x"), "a capability is needed"), "a CPtr that is a text")

-- Arguments by their names, the usual ones left out.
local spare = memory:slot()
object.cnode:mint { dest_index = spare, src_index = endpoint, badge = 7 }
expect(seL4.DebugCapIdentify(spare) == seL4.DebugCapIdentify(endpoint.cptr), "minted by names")
err = error_of(function() object.cnode:mint { dest_index = spare, src_index = endpoint } end)
expect(object.is_refusal(err, "DeleteFirst") and has(err, "an Endpoint (requests)"), "%s", err)
object.cnode:delete { index = spare }
expect(has(error_of(function() object.cnode:mint { dest_index = spare } end),
  "src_index is missing; the arguments are: dest_index, dest_depth, src_root"), "a missing one")
expect(has(error_of(function() object.cnode:copy { to = 1, dest_index = 1, src_index = 1 } end),
  "has no argument 'to'"), "an unknown one")
memory:free_slot(spare)

-- Names: the kernel's own explanations have them, and so has what is gone.
expect(has(select(2, pcall(function() worker:set_priority(endpoint, 1) end)),
  "authority is not a TCB: authority is capability"), "an argument's name")
expect(seL4.CNode_Copy(object.cnode.cptr, endpoint.cptr, 64, 2, worker.cptr, 64,
  seL4.AllRights) == seL4.DeleteFirst and has(seL4.Explain(), "capability 2 (root CNode): ")
  and has(seL4.Explain(), "already holds an Endpoint (requests)"), "%s", seL4.Explain())
local gone = memory:object(seL4.NotificationObject, nil, "gone")
object.cnode:delete { index = gone }
err = error_of(function() seL4.Signal(gone.cptr) object.refuse(2, "Signal", gone) end)
expect(has(err, "(gone): the slot invoked is empty"), "%s", err)
memory:free(gone)
expect(not seL4.DebugNameCap(gone.cptr, "x") and not seL4.DebugNameCap(1 << 40, "x"),
  "nothing to name")
expect(has(error_of(seL4.DebugNameCap, 1, 2), "name: string expected"), "a name that is no text")

-- Lookups that fail are explained, too; these do not block.
seL4.NBSend(1 << 40, seL4.MessageInfo_new(0, 0, 0, 0))
expect(has(seL4.Explain(), "sending to capability 0x10000000000: no slot has this number "
  .. "(GuardMismatch); a CNode on the way has guard 0 of 52 bits"), "%s", seL4.Explain())

-- Results come without the error number.
local page = memory:object(seL4.RISCV_4K_Page)
expect(page:get_address() & 0xfff == 0, "the address of a page")
local registers = worker:read_registers(false, 0, 32)
expect(registers.pc == 0, "registers")

-- Messages.
local notification = memory:object(seL4.NotificationObject)
local badged = memory:copy(notification, seL4.AllRights, 4, "signal 4")
expect(badged.kind == "Notification", "%s", badged.kind)
badged:signal()
expect(notification:poll() == 4 and notification:poll() == 0, "a badge is taken once")
badged:signal()
expect(notification:wait() == 4, "waiting")
expect(has(error_of(endpoint.send, endpoint, 1, table.unpack({}, 1, 121)), "at most 120 words"),
  "a message that is too long")

-- Messages between threads; in MCS with a reply object, which is missed before the kernel does.
local is_mcs = seL4.ReplyObject ~= nil
local reply = is_mcs and memory:object(seL4.ReplyObject) or nil
local answers = {}
local caller = thread.new(memory, { entry = function()
  endpoint:send(3, 33)
  answers = { endpoint:call(5, 55) }
end }):start()
if is_mcs then
  local needs = " needs a reply object in the MCS configuration: memory:object(seL4.ReplyObject)"
  blames(function() local _ = endpoint:recv() end, "recv" .. needs)
  blames(function() local _ = endpoint:reply_recv(nil, 0) end, "reply_recv" .. needs)
  blames(function() local _ = object.reply(nil, 0) end, "reply" .. needs)
  blames(function() local _ = endpoint:recv("x") end, "not a string")
end
local _, label, word = endpoint:recv(reply)
expect(label == 3 and word == 33, "sent: %d %d", label, word)
_, label, word = endpoint:recv(reply)
expect(label == 5 and word == 55, "called: %d %d", label, word)
object.reply(reply, 6, 66)
object.self_tcb:set_priority(object.self_tcb, 50)
object.self_tcb:set_priority(object.self_tcb, seL4.MaxPrio)
expect(answers[1] == 6 and answers[2] == 66, "answered: %s %s", answers[1], answers[2])
caller:kill()
if is_mcs then
  memory:free(reply)
end

-- Memory comes back, whole.
local list = {}
for i = 1, 200 do
  list[i] = memory:object(i % 2 == 0 and seL4.RISCV_4K_Page or seL4.EndpointObject)
end
local _, _, used, count = memory:statistics()
expect(used > 100 * 4096 and count == count_before + 204, "%d bytes in %d objects", used, count)
for i = 1, 200 do
  memory:free(list[i])
end
expect(has(error_of(memory.free, memory, list[1]), "freed already"), "freeing twice")
for _, made in ipairs { worker, endpoint, page } do
  memory:free(made)
end
memory:free_slot(badged.cptr)
memory:free(notification)
expect(memory:statistics() == free_before, "%s", memory)

-- A freed object takes all copies along, and its slots are used again.
local victim = memory:object(seL4.EndpointObject, nil, "victim")
local copy = memory:copy(victim)
memory:free(victim)
expect(seL4.DebugCapIdentify(copy.cptr) == 0, "a copy survives")
for _ = 1, 5000 do
  memory:free(memory:object(seL4.NotificationObject))
end
expect(memory:statistics() == free_before, "%s", memory)

-- Running out is an error that says what is left, and nothing is lost by it.
expect(has(error_of(memory.object, memory, seL4.UntypedObject, 36), "are free, in blocks of 2^"),
  "no memory")
expect(has(error_of(memory.object, memory, seL4.CapTableObject), "needs size_bits"), "no size")
expect(has(error_of(memory.object, memory, 99), "no object type"), "an unknown type")
blames(function() memory:object(seL4.EndpiontObject) end, is_mcs
  and "is misspelt, or only the classic configuration has it (selvm run without --mcs)"
  or "the type is nil, so module seL4 has no such name in this configuration: it is misspelt, or "
    .. "only the MCS configuration has it (selvm run with --mcs)")
local pages = {}
err = error_of(function()
  while true do
    pages[#pages + 1] = memory:object(seL4.RISCV_Mega_Page)
  end
end)
expect(has(err, "room for one more Page") and #pages > 5, "%s, %d pages", err, #pages)
for _, made in ipairs(pages) do
  memory:free(made)
end
expect(memory:statistics() == free_before, "%s", memory)

-- CSpaces of one level and of two.
local cspace = memory:cspace(4, "small")
cspace:copy(3, seL4.WordBits, object.cnode, object.self_tcb, seL4.WordBits, seL4.AllRights)
expect(object.is_refusal(error_of(function()
  cspace:copy(3, seL4.WordBits, object.cnode, object.self_tcb, seL4.WordBits, seL4.AllRights)
end), "DeleteFirst"), "the slot is in use")
cspace:delete(3, seL4.WordBits)
local deep = memory:two_level_cspace(2, 4, "deep")
deep:leaf(2)
deep:copy(2 << 4 | 5, seL4.WordBits, object.cnode, object.self_tcb, seL4.WordBits, seL4.AllRights)
err = error_of(function()
  deep:copy(1 << 4 | 5, seL4.WordBits, object.cnode, object.self_tcb, seL4.WordBits,
    seL4.AllRights)
end)
expect(object.is_refusal(err, "FailedLookup"), "a leaf that is not there: %s", err)

lib.finish()
