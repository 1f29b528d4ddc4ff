-- SPDX-License-Identifier: MIT
--- Tests sel4.server from inside, in both configurations: clients in processes, long values through
--- shared memory, signals, and in MCS passive servers and deadlines.
---
---   selvm run [--mcs] tests/user/servers.lua

local seL4 = require "seL4"
local alloc = require "sel4.alloc"
local lib = require "lib"
local process = require "sel4.process"
local rpc = require "sel4.rpc"
local rpc_server = require "sel4.rpc.server"
local server = require "sel4.server"
local thread = require "sel4.thread"
local vspace = require "sel4.vspace"

local expect, error_of, has, blames = lib.expect, lib.error_of, lib.has, lib.blames
local is_mcs = seL4.ReplyObject ~= nil

local memory = alloc.open()
local own = vspace.own(memory)
thread.new(memory, { entry = print }):kill()
own:unmap(own:allocate(4 * 4096)) -- page tables, which stay
local free_before, slots_before = memory:statistics(), memory:slots_left()

local interface = require "programs.words"
local stored, signals = {}, {}
local bell = memory:object(seL4.NotificationObject)
local ring = memory:copy(bell, seL4.AllRights, rpc_server.SIGNAL | 4)
local windows = {}
local words = server.start(memory, interface, {
  windows = windows, notification = bell, on_signal = function(badge)
    signals[#signals + 1] = badge & ~rpc_server.SIGNAL
  end,
  handlers = {
    store = function(badge, text)
      stored[badge] = text
      return #text
    end,
    fetch = function(badge) return stored[badge] end,
    fail = function() error({ message = "out of words", code = 3 }) end,
    spin = function() while true do end end,
  },
})
expect(has(words, "server 'words'"), "%s", words)
local here = rpc.client(interface, words:connect(1))
expect(here:store("one") == 3 and here:fetch() == "one", "a client in this process")
expect(error_of(here.fail, here).value.code == 3, "an error's value")
ring:signal()
expect(here:fetch() == "one" and signals[1] == 4 and #signals == 1, "a signal between calls")

-- A client in a process of its own, with a window of its own.
local region = own:allocate(3 * 4096, { name = "window of client 2" })
windows[2] = region
local child = process.new(memory, { program = "programs.words_client", monitor = true,
  caps = { [1] = words:connect(2) }, args = { 0x50000000, region.size } })
child.space:share(region, { vaddr = 0x50000000 })
local event = child:start():wait()
expect(event.kind == "result" and event[1] == 10000 and event[2] == "ok" and event[3] == 3, "%s",
  event)
expect(#stored[2] == 10000 and stored[1] == "one", "what the child has stored")
child:kill()

-- Nothing a client sends stops the server.
local wild = words:connect(3).cptr
for label = 0, 0x110, 0x10 do
  for length = 0, 5 do
    for i = 0, length - 1 do
      seL4.SetMR(i, label == 0x100 and 1 << 62 or -i - label)
    end
    seL4.SetCap(0, wild)
    local info = seL4.Call(wild, seL4.MessageInfo_new(label, 0, length % 2, length))
    expect(seL4.MessageInfo_get_label(info) == rpc.FAILED, "label %d, %d words", label, length)
  end
end
seL4.Send(wild, seL4.MessageInfo_new(0x101, 0, 0, 2)) -- nobody waits for the answer
expect(here:fetch() == "one", "the server is well")
expect(has(error_of(here.store, here, 5), "must be of type string"), "a wrong type")

expect(has(error_of(server.start, memory, interface, { handler = {} }), "unknown option 'handler'"),
  "an unknown option")
for part, fn in pairs {
  ["server.start: the options must be a table, not nil"] = function()
    local _ = server.start(memory, interface)
  end,
  ["server.start: the first argument is the memory"] = function()
    local _ = server.start(interface, {})
  end,
  ["server.start: the interface must be one that rpc.interface has returned"] = function()
    local _ = server.start(memory, { { "store", "string" } }, { handlers = {} })
  end,
  ["RangeError: TCB_SetSchedParams on capability"] = function()
    local _ = server.start(memory, interface, { handlers = {}, priority = 300 })
  end,
  ["IllegalOperation: TCB_BindNotification on capability"] = function()
    local _ = server.start(memory, interface, { handlers = {}, notification = seL4.CapIRQControl })
  end,
  ["a capability is needed (an object or a CPtr), not a string"] = function()
    local _ = server.start(memory, interface, { handlers = {}, notification = "bell" })
  end,
  ["server.start: option 'handlers' must be a table { method = function }, not nil"] = function()
    local _ = server.start(memory, interface, { name = "idle" })
  end,
} do
  blames(fn, part)
end
blames(function() local _ = words:connect() end,
  "connect: the first argument is the badge of the client, a whole number, not nil")
blames(function() local _ = words:connect("seven") end, "a whole number, not a string")
blames(function() local _ = words:connect(1.5) end, "a whole number, not 1.5")
words:kill()
own:unmap(region)
memory:free_slot(ring)
memory:free(bell)
expect(memory:statistics() == free_before and memory:slots_left() == slots_before, "%d %d, %d %d",
  memory:statistics(), free_before, memory:slots_left(), slots_before)

if is_mcs then
  -- A passive server, and a call that takes longer than its caller's budget.
  local passive = server.start(memory, interface, { name = "passive", passive = true,
    deadline = true, handlers = {
      store = function(_, text) return #text end,
      spin = function() while true do end end,
    } })
  local cap = passive:connect(1).cptr
  local results = {}
  local caller = thread.new(memory, { budget = 5000, period = 100000, monitor = true,
    entry = function()
      local client = rpc.client(interface, cap)
      results[1] = client:store("abc")
      results[2] = error_of(client.spin, client)
      results[3] = client:store("abcd")
      results[4] = error_of(client.spin, client)
    end })
  event = caller:start():wait()
  expect(event.kind == "result" and results[1] == 3 and results[3] == 4, "%s", event)
  expect(has(results[2], "words.spin: the caller's budget has run out in server 'passive'"), "%s",
    results[2])
  expect(rpc.is_error(results[4]) and passive.missed_deadlines == 2, "%s", results[4])
  caller:kill()
  passive:kill()
  expect(memory:statistics() == free_before, "a passive server: %d of %d", memory:statistics(),
    free_before)
  expect(has(error_of(server.start, memory, interface, { deadline = true }), "needs 'passive'"),
    "a deadline without being passive")
else
  expect(has(error_of(server.start, memory, interface, { passive = true }), "belongs to the MCS"),
    "a passive server in the classic configuration")
end

lib.finish()
if is_mcs then
  seL4.DebugHalt()
end
