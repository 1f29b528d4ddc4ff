-- SPDX-License-Identifier: MIT
--- Tests sel4.thread, sel4.process and sel4.monitor from inside, in both configurations: ends,
--- results, faults, killing and starting again, with nothing lost.
---
---   selvm run [--mcs] tests/user/tasks.lua

local seL4 = require "seL4"
local alloc = require "sel4.alloc"
local lib = require "lib"
local monitor = require "sel4.monitor"
local process = require "sel4.process"
local thread = require "sel4.thread"
local vspace = require "sel4.vspace"

local expect, error_of, has, blames = lib.expect, lib.error_of, lib.has, lib.blames
local is_mcs = seL4.ReplyObject ~= nil

local memory = alloc.open()
thread.new(memory, { entry = function() end }):kill() -- makes page tables, which stay
local nothing_is_lost = lib.nothing_is_lost(memory)

-- --- threads ------------------------------------------------------------------------------------

local worker = thread.new(memory, { name = "worker", monitor = true, args = { 20, { 22 } },
  entry = function(a, b) return a + b[1], "text" end }):start()
local event = worker:wait()
expect(event.kind == "result" and event.n == 2 and event[1] == 42 and event[2] == "text", "%s",
  event)
expect(tostring(event) == "thread 'worker' has ended with 42, text", "%s", event)
expect(worker:wait() == event, "the event stays")
expect(worker:start():wait() ~= event, "once more")
worker:kill()
worker:kill()
nothing_is_lost "a thread"

local failing = thread.new(memory, { name = "failing", monitor = true, entry = function()
  error("on purpose")
end }):start()
event = failing:wait()
expect(event.kind == "fault" and event.fault.name == "UserException", "%s", event.kind)
expect(has(event, "thread 'failing' has been stopped by an error that its program did not catch: ")
  and has(event, "tests/user/tasks.lua:") and has(event, "on purpose"), "%s", event)
expect(has(event.text, "stack traceback"), "%s", event.text)
failing:kill()
nothing_is_lost "a thread with a fault"

local endless = thread.new(memory, { monitor = true, entry = function() while true do end end })
endless:start():kill()
for _, method in ipairs { "start", "suspend", "wait" } do
  blames(function() local _ = endless[method](endless) end,
    ("%s: thread '%s' has been killed"):format(method, endless.name))
end
local unwatched = thread.new(memory, { entry = function() end, name = "unwatched" })
expect(has(error_of(unwatched.wait, unwatched), "nobody watches thread 'unwatched'"), "no monitor")
unwatched:kill()
expect(has(error_of(thread.new, memory, { entry = print, monitor = true, fault_endpoint = 1 }),
  "exclude each other"), "two who are told")
expect(has(error_of(thread.new, memory, { entry = print, monitor = true, cspace = 5 }),
  "needs the option 'monitor_slot'"), "no slot for the monitor")
expect(error_of(thread.new, memory, { entry = print, priority = 300 }), "priority 300")
nothing_is_lost "failures"

-- What is forgotten, or is something else, is said.
for part, fn in pairs {
  ["thread.new: the first argument is the memory, as bootstrap.open() or alloc.open() gives it, "
    .. "not this table"] = function() local _ = thread.new({ entry = print }) end,
  ["thread.new: the first argument is the memory, as bootstrap.open() or alloc.open() gives it, "
    .. "not a function"] = function() local _ = thread.new(print) end,
  ["thread.new: the options must be a table, not nil"] = function()
    local _ = thread.new(memory)
  end,
  ["process.new: the first argument is the memory"] = function()
    local _ = process.new({ source = "" })
  end,
  ["process.new: option 'heap_bits', log2 of the heap's bytes, must be a whole number from 16 to "
    .. "30, not a string"] = function()
    local _ = process.new(memory, { source = "", heap_bits = "big" })
  end,
  ["from 16 to 30, not 1048576"] = function()
    local _ = process.new(memory, { source = "", heap_bits = 1 << 20 })
  end,
  ["process.new: option 'bytes' must be a whole number, such as 1 << 20, not a string"] = function()
    local _ = process.new(memory, { source = "", bytes = "1M" })
  end,
  ["process.new: option 'cspace_bits', log2 of the slots, must be a whole number, not 2.5"] =
    function() local _ = process.new(memory, { source = "", cspace_bits = 2.5 }) end,
  ["thread.new: option 'priority' must be a whole number, not a string"] = function()
    local _ = thread.new(memory, { entry = print, priority = "high" })
  end,
  ["RangeError: TCB_SetSchedParams on capability"] = function()
    local _ = thread.new(memory, { entry = print, priority = 300 })
  end,
  ["priority is 300; it must be from 0 to 255"] = function()
    local _ = process.new(memory, { source = "", priority = 300 })
  end,
  ["process.new: the options must be a table, not a string"] = function()
    local _ = process.new(memory, "text")
  end,
  ["monitor.new: the first argument is the memory, as bootstrap.open() or alloc.open() gives it, "
    .. "not nil"] = function() local _ = monitor.new() end,
} do
  blames(fn, part)
end
nothing_is_lost "what was forgotten"

local cspace = memory:cspace(3)
local guest = thread.new(memory, { cspace = cspace, monitor = true, monitor_slot = 7,
  entry = function() return seL4.DebugCapIdentify(7), seL4.DebugCapIdentify(1) end }):start()
event = guest:wait()
expect(event[1] == 4 and event[2] == 0, "a CSpace of its own: %s", event)
guest:kill()
memory:free(cspace)

-- Faults are told with line and address, and can be answered.
local own = vspace.own(memory)
local stack = own:allocate(4096, { guard = 1, name = "stack" })
local reader = thread.new(memory, { name = "reader", monitor = true, entry = function()
  return seL4.Load8(stack.vaddr + 4096)
end }):start()
event = reader:wait()
expect(has(event, "thread 'reader' at tests/user/tasks.lua:" )
  and has(event, ("(`return seL4.Load8(stack.vaddr + 4096)`) reads from 0x%x."):format(
    stack.vaddr + 4096))
  and has(event, "guard page of 'stack', kept empty so that running over its end is noticed")
  and has(event, "RISCV_Page_Map) with the right to read."), "%s", event)
own:map_frame(memory:object(seL4.RISCV_4K_Page), stack.vaddr + 4096)
reader.event = nil
reader.watch.monitor:resume()
expect(reader:wait()[1] == 0, "the access is made again")
reader:kill()

local writer = thread.new(memory, { name = "writer", monitor = true, entry = function()
  seL4.Store8(0x5000, 1)
end }):start()
expect(has(writer:wait(), "writes to 0x5000. ") and has(writer.event, "rights to read and write"),
  "%s", writer.event)
writer:kill()
local receiver = thread.new(memory, { name = "receiver", monitor = true, entry = function()
  seL4.Recv(4000, seL4.ReplyObject and seL4.CapNull)
end }):start()
expect(has(receiver:wait(), "receives from capability 4000.")
  and has(receiver.event, "needed an Endpoint or Notification with the right to read"), "%s",
  receiver.event)
receiver:kill()
local lost = thread.new(memory, { name = "lost", monitor = true, entry = function()
  seL4.Send(1 << 40, seL4.MessageInfo_new(0, 0, 0, 0))
end }):start()
expect(has(lost:wait(), "sends to capability 0x10000000000. Its CSpace has no slot of this number"),
  "%s", lost.event)
lost:kill()
local caller = thread.new(memory, { name = "caller", monitor = true, entry = function()
  seL4.Trap(99)
end }):start()
expect(has(caller:wait(), "makes system call 99, which seL4 does not have"), "%s", caller.event)
caller:kill()

-- Several share a monitor, and other messages come through.
local shared = monitor.new(memory)
local group = {}
for i = 1, 5 do
  group[i] = thread.new(memory, { name = "member " .. i, monitor = shared, args = { i },
    entry = function(n)
      if n == 3 then
        seL4.SendWithMRs(group[3].watch.exit, seL4.MessageInfo_new(77, 0, 0, 1), 5)
      end
      return n
    end }):start()
end
local sum, others = 0, 0
for _ = 1, 6 do
  local who, what, info = shared:next()
  if what then
    sum = sum + what[1]
    expect(who == group[what[1]], "%s", who)
  else
    others = others + seL4.MessageInfo_get_label(info)
    expect(who == group[3], "%s", who)
  end
end
expect(sum == 15 and others == 77, "%d %d", sum, others)
expect(has(error_of(shared.destroy, shared), "monitor of 5"), "somebody is watched")
for _, member in ipairs(group) do
  member:kill()
end
shared:destroy()

-- --- processes ----------------------------------------------------------------------------------

nothing_is_lost = lib.nothing_is_lost(memory)
local child = process.new(memory, { name = "child", heap_bits = 17, monitor = true,
  args = { "x", 2 }, source = "#!/usr/bin/env selvm\nreturn 'hello', { 1, 2.5 }, nil, ..." })
child:start()
event = child:wait()
expect(event.n == 5 and event[2][2] == 2.5 and event[3] == nil and event[5] == "2", "%s", event)
expect(has(event, "process 'child' has ended with hello, table"), "%s", event)
expect(child:respawn():wait() ~= event and child.event[4] == "x", "the same once more")
child:kill()
for method, argument in pairs { start = false, suspend = false, wait = false, heap_stats = false,
  grant = 1 } do
  blames(function() local _ = child[method](child, argument, seL4.CapInitThreadTCB) end,
    method .. ": process 'child' has been killed")
end
nothing_is_lost "a process"
expect(child:respawn():wait()[4] == "x", "a killed process can be started anew")
child:kill()
nothing_is_lost "a process after its death"

-- Arguments arrive as texts; what is no text or number, or would be lost, is refused.
for part, args in pairs {
  ["process.new: argument 2 must be a string or a number, and reaches the program as a string; it "
    .. "is a table"] = { "x", {} },
  ["argument 1 must be a string or a number, and reaches the program as a string; it is a boolean"]
    = { false },
  ["it is a function"] = { 1, 2, print },
  ["argument 2 must be a string or a number, and reaches the program as a string; it is nil"] =
    { "x", nil, "y" },
  ["argument 1 must"] = { nil, "y" },
  ["argument 3 must"] = { "x", "y", n = 3 },
  ["option 'args' is a list, and has no place for 'verbose'"] = { "x", verbose = true },
  ["option 'args' must be a list, such as { 'x', 7 }, not a string"] = "x",
} do
  blames(function() local _ = process.new(memory, { source = "", args = args }) end, part)
  blames(function()
    local _ = process.new(memory, { source = "", args = args, monitor = true })
  end, part)
end
child = process.new(memory, { source = "return ...", monitor = true,
  args = table.pack("x", 7, 2.5) }):start()
event = child:wait()
expect(event.n == 3 and event[2] == "7" and event[3] == "2.5", "%s", event)
child:kill()
nothing_is_lost "arguments"

child = process.new(memory, { program = "programs.sum", args = { 1, 2, 3 }, monitor = true })
child:start()
expect(child:wait()[1] == 6 and child.name == "programs.sum", "%s", child.event)
child:kill()
expect(has(error_of(process.new, memory, { program = "programs.absent" .. "x" }),
  "no module 'programs.absentx' in the image"), "no such program")

-- Faults of processes, by line.
local function end_of(source, options)
  options = options or {}
  options.name, options.source, options.heap_bits = "wrong", source, options.heap_bits or 17
  options.monitor = true
  local wrong = process.new(memory, options):start()
  local what = wrong:wait()
  wrong:kill()
  return tostring(what)
end
expect(has(end_of "local x\nx.y = 1", "wrong:2: attempt to index"), "an error: %s",
  end_of "local x\nx.y = 1")
expect(has(end_of "x x", "wrong:1: syntax error"), "%s", end_of "x x")
expect(has(end_of "local t = {} while true do t[#t + 1] = ('x'):rep(1000) .. #t end",
  "not enough memory"), "a full heap")
local told = end_of "local seL4 = require 'seL4'\n\nreturn seL4.Load8(0x77000)"
expect(has(told, "process 'wrong' at wrong:3 (`return seL4.Load8(0x77000)`) reads from 0x77000"),
  "%s", told)
told = end_of "local seL4 = require 'seL4'\nseL4.Store8(0x10000, 1)"
expect(has(told, "at wrong:2") and has(told, "That is in 'the program', mapped without this right"),
  "%s", told)
told = end_of "return print"
expect(has(told, "the results of the program cannot be sent: a function cannot be sent"), "%s",
  told)
told = end_of "return ('x'):rep(2000)"
expect(has(told, "cannot be sent: the values take 20"), "%s", told)
nothing_is_lost "processes with faults"

told = end_of "local seL4 = require 'seL4'\nseL4.Recv(63, seL4.ReplyObject and 0)"
expect(has(told, "at wrong:2 (`seL4.Recv(63") and has(told, "receives from capability 63"),
  "what it could hear of others: %s", told)

-- It has the capabilities named, with the one to its monitor, and no others.
local endpoint = memory:object(seL4.EndpointObject)
local look = [[
  local seL4 = require "seL4"
  local found = {}
  for i = 0, 255 do
    if seL4.DebugCapIdentify(i) ~= 0 then found[#found + 1] = i end
  end
  return table.concat(found, " ")]]
expect(has(end_of(look, { caps = { [9] = endpoint } }), "with 9 63"), "%s",
  end_of(look, { caps = { [9] = endpoint } }))
expect(has(end_of(look, { own_cspace = 2, cspace_bits = 4, monitor_slot = 1 }), "with 1 2"), "more")
memory:free(endpoint)

-- What it sends to its monitor by itself can be anything; the monitor is well after it.
local FORGED_MAX = 3000
child = process.new(memory, { name = "forger", heap_bits = 18, monitor = true,
  args = { FORGED_MAX, monitor.RESULT }, source = [[
  local seL4 = require "seL4"
  local count, result = ...
  local words = { 0, 1, 5, -1, 63, 64, 1 << 40, math.mininteger, math.maxinteger, 0x10000, 0x10500,
    0x7fff, 0xdfffffffff }
  local labels = { 0, 1, 2, 3, 4, 5, 6, 7, 100, 0x100, 0x101, tonumber(result), tonumber(result) }
  math.randomseed(7)
  for _ = 1, count do
    for i = 0, 11 do
      seL4.SetMR(i, words[math.random(#words)])
    end
    local label = math.tointeger(labels[math.random(#labels)])
    seL4.Send(63, seL4.MessageInfo_new(label, 0, 0, math.random(0, 12)))
  end
  error("done", 0)]] }):start()
local forged, longest = { result = 0, fault = 0, other = 0 }, 0
repeat
  local _, what = child.watch.monitor:next()
  local kind = what and what.kind or "other"
  forged[kind] = forged[kind] + 1
  longest = math.max(longest, #tostring(what))
until what and what.text
expect(forged.result > 100 and forged.fault > 500 and forged.other > 500, "%d %d %d",
  forged.result, forged.fault, forged.other)
expect(has(child.event, "did not catch: done"), "%s", child.event)
expect(longest < 1000, "a story of %d bytes", longest)
child:kill()
nothing_is_lost "a process that makes up messages"

-- Memory is shared where the parent says so.
own = vspace.own(memory)
local region = own:allocate(4096, { name = "letter box" })
seL4.StoreBytes(region.vaddr, "good morning")
child = process.new(memory, { monitor = true, heap_bits = 17, source = [[
  local seL4 = require "seL4"
  seL4.StoreBytes(0x50000000, "G")
  return seL4.LoadBytes(0x50000000, 12)]] })
child.space:share(region, { vaddr = 0x50000000 })
expect(child:start():wait()[1] == "Good morning" and seL4.LoadBytes(region.vaddr, 4) == "Good",
  "%s", child.event)
child:kill()
own:unmap(region)
nothing_is_lost "shared memory"

-- A limit of memory for all that a process is made of.
local err = error_of(process.new, memory, { name = "big", source = "", heap_bits = 20,
  bytes = 1 << 20 })
expect(has(err, "big may have 1024 KiB"), "%s", err)
nothing_is_lost "a process over its limit"

-- Spawning and killing does not grow, in the machine's memory or in this program's.
local SPAWNS = 2000
local wrong = {}
local function spawn_and_kill(i)
  local one = process.new(memory, { source = "return ...", heap_bits = 17, args = { i },
    monitor = i % 2 == 0 })
  if i % 4 ~= 3 then
    one:start()
  end
  if i % 2 == 0 and one:wait()[1] ~= tostring(i) then
    wrong[#wrong + 1] = tostring(one.event)
  end
  one:kill()
  local two = thread.new(memory, { entry = function() return i end, monitor = true })
  if two:start():wait()[1] ~= i then
    wrong[#wrong + 1] = tostring(two.event)
  end
  two:kill()
end
local function heap_in_use()
  local least = math.huge
  for i = 1, 8 do
    spawn_and_kill(i)
    least = math.min(least, collectgarbage "count")
  end
  return least
end
for i = 1, 50 do
  spawn_and_kill(i)
end
local heap_before = heap_in_use()
for i = 1, SPAWNS do
  spawn_and_kill(i)
end
nothing_is_lost(SPAWNS .. " processes")
expect(#wrong == 0, "%d went wrong, first: %s", #wrong, wrong[1])
local heap_after = heap_in_use()
expect(heap_after < 1.5 * heap_before + 1000, "heap: %d KiB, then %d", heap_before, heap_after)

-- --- MCS: budgets -------------------------------------------------------------------------------

if is_mcs then
  local spinner = thread.new(memory, { name = "spinner", budget = 2000, period = 100000,
    monitor = true, timeout_fault = true, entry = function() while true do end end }):start()
  expect(has(spinner:wait(), "thread 'spinner' has used up its budget of time: 20"), "%s",
    spinner.event)
  spinner:kill()
  child = process.new(memory, { name = "loop", budget = 2000, period = 100000, heap_bits = 17,
    monitor = true, timeout_fault = true, source = "while true do end" }):start()
  expect(has(child:wait(), "process 'loop' has used up its budget"), "%s", child.event)
  child:kill()
  nothing_is_lost "budgets"
else
  expect(has(error_of(thread.new, memory, { entry = print, monitor = true, timeout_fault = true }),
    "belongs to the MCS"), "a budget in the classic configuration")
  nothing_is_lost "a budget"
end

lib.finish()
if is_mcs then
  seL4.DebugHalt()
end
