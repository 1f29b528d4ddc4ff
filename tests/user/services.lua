-- SPDX-License-Identifier: MIT
--- Tests the servers of user/sel4/server from inside, in both configurations.
---
---   selvm run [--mcs] tests/user/services.lua

local seL4 = require "seL4"
local alloc = require "sel4.alloc"
local lib = require "lib"
local process = require "sel4.process"
local thread = require "sel4.thread"
local vspace = require "sel4.vspace"

local expect, error_of, has, blames = lib.expect, lib.error_of, lib.has, lib.blames

local memory = alloc.open()
local own = vspace.own(memory)
thread.new(memory, { entry = print }):kill()
own:unmap(own:allocate(4 * 4096))
local nothing_is_lost = lib.nothing_is_lost(memory)

-- --- memory is forgotten ------------------------------------------------------------------------

for _, name in ipairs { "console", "timer", "names", "files", "faults" } do
  blames(function() local _ = require("sel4.server." .. name).start({ priority = 7 }) end,
    name .. ".start: the first argument is the memory")
end

-- --- console ------------------------------------------------------------------------------------

local shown = {}
local console = require("sel4.server.console").start(memory, { put = function(line)
  shown[#shown + 1] = line
end })
local console_client = require("sel4.console").client
local anna = console_client(console:connect(1, "anna"))
local bert = console_client(console:connect(2, "bert"))
local plain = console_client(console:connect(3))
anna:write("one ")
bert:print("two", 2)
anna:write("line\nand\nthe ")
plain:print("three")
expect(table.concat(shown) == "bert| two\t2\nanna| one line\nanna| and\nthree\n", "%s",
  table.concat(shown))
console:disconnect(1)
expect(shown[5] == "anna| the \n" and #shown == 5, "what is left: %s", shown[5])
bert:write("no end")
bert:flush()
bert:flush()
expect(shown[6] == "bert| no end\n" and #shown == 6, "%s", shown[6])
bert:print("\27[2Jclear")
expect(shown[7] == "bert| ?[2Jclear\n", "control characters: %q", shown[7])
bert:write(("x"):rep(2500))
expect(#shown == 9 and #shown[8] == #"bert| \n" + 1000, "a line without end")
blames(function() local _ = console:connect() end,
  "connect: the first argument is the badge of the client, a whole number, not nil")
blames(function() local _ = console:connect(4, {}) end, "must be a text, not this table")
expect(console.prefixes[4] == nil, "a prefix is left")
console:kill()
nothing_is_lost "a console"

-- MCS: who floods a passive console pays for it, and the others are heard.
if seL4.ReplyObject then
  shown = {}
  console = require("sel4.server.console").start(memory, { passive = true, put = function(line)
    shown[#shown + 1] = line:sub(1, 4)
  end })
  local flood_cap, calm_cap = console:connect(1, "flood"), console:connect(2, "calm")
  local flood = thread.new(memory, { budget = 2000, period = 20000, entry = function()
    local client = console_client(flood_cap)
    while true do
      pcall(client.print, client, ("all "):rep(100))
    end
  end }):start()
  local calm = thread.new(memory, { budget = 10000, period = 20000, monitor = true, priority = 90,
    entry = function()
      local client = console_client(calm_cap)
      for i = 1, 50 do
        client:print("line", i)
      end
    end }):start()
  expect(calm:wait().kind == "result", "%s", calm.event)
  local lines = { calm = 0, floo = 0 }
  for _, line in ipairs(shown) do
    lines[line] = lines[line] + 1
  end
  expect(lines.calm == 50 and lines.floo > 5, "%d lines and %d", lines.calm, lines.floo)
  flood:kill()
  calm:kill()
  console:kill()
  nothing_is_lost "a passive console"
end

-- To a serial port, from a process.
local frame = memory:device_frame(0x10000000)
local uart = own:reserve(4096)
own:map_frame(frame, uart.vaddr)
console = require("sel4.server.console").start(memory, { uart = uart.vaddr })
local child = process.new(memory, { monitor = true, caps = { [1] = console:connect(4, "child") },
  source = [[
    local console = require("sel4.console").client(1)
    console:print("hello from a process")]] })
child:start():wait()
expect(child.event.kind == "result", "%s", child.event)
child:kill()
console:kill()
own:unmap(uart)
memory:free(frame)
nothing_is_lost "a console on a serial port"

-- --- timer --------------------------------------------------------------------------------------

local timer = require("sel4.server.timer").start(memory)
local timer_client = require("sel4.timer").client
local bell = memory:object(seL4.NotificationObject)
local first = timer_client(timer:connect(1), bell)
local start = first:now()
first:sleep(5000)
local passed = first:now() - start
expect(passed >= 5000 and passed < 5200, "slept for %d us", passed)

start = first:now()
local tick = first:every(1000)
for _ = 1, 10 do
  first:wait()
end
passed = first:now() - start
expect(passed >= 10000 and passed < 10200, "ten periods took %d us", passed)
expect(first:cancel(tick) == true and first:cancel(tick) == false, "cancelled once")
start = first:now()
local late, early = first:after(3000), first:after(1000)
first:wait()
expect(first:now() - start < 1200, "the earlier first")
first:wait()
expect(first:now() - start >= 3000 and not first:cancel(late) and not first:cancel(early), "later")
expect(has(error_of(first.after, first, -5), "-5 microseconds cannot be waited for"), "the past")
expect(has(error_of(first.every, first, 1), "cannot be waited for"), "too often")
expect(has(error_of(function()
  for _ = 1, 40 do
    first:after(1 << 40)
  end
end), "at most 32 timers"), "too many")

-- Threads share the allocator and the address space, and are preempted in the middle of it all.
local function allocate_and_free(seed)
  local mine = {}
  for i = 1, 150 do
    local choice = (i * 7 + seed * 13) % 5
    if choice < 3 then
      mine[#mine + 1] = memory:object(choice == 0 and seL4.TCBObject or seL4.EndpointObject)
    elseif choice == 3 and #mine > 0 then
      memory:free(table.remove(mine, 1 + i % #mine))
    else
      own:unmap(own:allocate(4096))
    end
  end
  for _, made in ipairs(mine) do
    memory:free(made)
  end
end
local free_before_threads = memory:statistics()
local workers = {}
for i = 1, 3 do
  workers[i] = thread.new(memory, { entry = allocate_and_free, args = { i }, monitor = true,
    priority = 90 })
end
local bells = memory:object(seL4.NotificationObject)
local interrupter = thread.new(memory, { monitor = true, priority = 120, entry = function()
  local clock = timer_client(timer:connect(9), bells)
  clock:every(43)
  for _ = 1, 1000 do
    clock:wait()
    memory:free(memory:object(seL4.EndpointObject))
    own:unmap(own:reserve(4096))
  end
end })
for _, worker in ipairs(workers) do
  worker:start()
end
expect(interrupter:start():wait().kind == "result", "%s", interrupter.event)
for _, worker in ipairs(workers) do
  expect(worker:wait().kind == "result", "%s", worker.event)
  worker:kill()
end
interrupter:kill()
timer:disconnect(9)
memory:free(bells)
expect(memory:statistics() == free_before_threads, "shared by threads: %d bytes of %d",
  memory:statistics(), free_before_threads)

-- Two sleep at the same time; one is a process. What a client brings cannot stop the server.
local silent = memory:object(seL4.EndpointObject)
timer_client(timer:connect(3), silent):after(10)
local done = {}
local other = memory:object(seL4.NotificationObject)
local sleeper = thread.new(memory, { monitor = true, entry = function()
  timer_client(timer:connect(2), other):sleep(2000)
  done[#done + 1] = "thread"
end }):start()
child = process.new(memory, { monitor = true, caps = { timer:connect(4), bell }, source = [[
  local timer = require("sel4.timer").client(1, 2)
  local start = timer:now()
  timer:sleep(4000)
  return timer:now() - start]] }):start()
expect(child:wait()[1] >= 4000 and child.event[1] < 5000, "%s", child.event)
sleeper:wait()
expect(done[1] == "thread", "the thread has slept, too")
child:kill()
sleeper:kill()
timer:disconnect(1)
expect(has(error_of(first.after, first, 5), "attach a notification first"), "disconnected")
blames(function() local _ = timer:connect() end, "the badge of the client, a whole number, not nil")
timer:kill()
memory:free(silent)
memory:free(other)
memory:free(bell)
nothing_is_lost "a timer"
timer = require("sel4.server.timer").start(memory) -- the device can be had again
timer:kill()

-- --- files --------------------------------------------------------------------------------------

local files = require("sel4.server.files").start(memory, { bytes = 50000, files = {
  ["/etc/motd"] = "good morning", ["/secret"] = "42" } })
local files_client = require("sel4.files").client
local reader = files_client(files:connect(1, { ["/"] = "r", ["/secret"] = "" }))
local writer = files_client(files:connect(2, { ["/home/"] = "rw", ["/drop/"] = "w" }))
expect(reader:read "/etc/motd" == "good morning" and reader:size "/etc/motd" == 12, "a file")
expect(reader:read("/etc/motd", 5, 3) == "mor" and reader:read("/etc/motd", 50) == "", "a part")
expect(has(error_of(reader.write, reader, "/etc/motd", ""), "client 1 may not write /etc/motd"),
  "no right to write")
expect(has(error_of(reader.read, reader, "/secret"), "may not read /secret"), "no right to read")
expect(has(error_of(reader.read, reader, "/nothing"), "there is no /nothing"), "no file")
expect(has(error_of(writer.read, writer, "/etc/motd"), "client 2 may not read"), "another's")
writer:write("/home/notes", ("0123456789"):rep(500))
writer:append("/home/notes", "end")
expect(writer:size "/home/notes" == 5003 and reader:read("/home/notes", 4998) == "89end", "long")
writer:write("/home/notes", "short")
expect(reader:read "/home/notes" == "short", "replaced")
writer:write("/drop/box", "x")
expect(has(error_of(writer.read, writer, "/drop/box"), "may not read"), "written only")
expect(table.concat(reader:list(), " ") == "/drop/box /etc/motd /home/notes", "%s",
  table.concat(reader:list(), " "))
expect(table.concat(writer:list("/home"), " ") == "/home/notes", "what one may see")
expect(has(error_of(writer.write, writer, "/home/big", ("x"):rep(60000)), "file system is full"),
  "full")
writer:remove("/home/big")
writer:remove("/home/notes")
expect(has(error_of(writer.remove, writer, "/home/notes"), "there is no"), "removed")
expect(has(error_of(writer.write, writer, "home", ""), "begins with /"), "a bad path")
for part, rights in pairs {
  ['are a table { [prefix of paths] = "r", "w" or "rw" }, such as { ["/"] = "rw" }, not a string']
    = "rw",
  ["are a table"] = false,
  ["prefixes of paths, which begin with /; 'home' does not"] = { home = "r" },
  ["prefixes of paths, which begin with /; '1' does not"] = { "rw" },
  ["the right for /home must be \"r\", \"w\", \"rw\" or \"\" (none), not 'all'"] =
    { ["/home"] = "all" },
  ["or \"\" (none), not true"] = { ["/home"] = true },
} do
  blames(function() local _ = files:connect(2, rights) end, part)
end
blames(function() local _ = files:connect({ ["/"] = "r" }) end, "connect: the rights of a client")
blames(function() local _ = files:connect(nil, { ["/"] = "r" }) end, "a whole number, not nil")
expect(files.rights[2]["/home/"] == "rw", "the rights from before")
files:disconnect(2)
expect(has(error_of(writer.write, writer, "/home/a", ""), "may not write"), "disconnected")

-- With a window, from a process.
local region = own:allocate(4 * 4096)
child = process.new(memory, { monitor = true, args = { region.size },
  caps = { files:connect(5, { ["/home/"] = "rw" }, region) }, source = [[
    local size = ...
    local files = require("sel4.files").client(1, { window = { vaddr = 0x50000000,
      size = math.tointeger(tonumber(size)) } })
    files:write("/home/long", ("abc"):rep(10000))
    return #files:read "/home/long"]] })
child.space:share(region, { vaddr = 0x50000000 })
expect(child:start():wait()[1] == 30000, "%s", child.event)
child:kill()
own:unmap(region)

-- --- names --------------------------------------------------------------------------------------

local names = require("sel4.server.names").start(memory, {
  may_register = function(badge) return badge == 1 end,
  may_lookup = function(badge, name) return badge ~= 9 or name ~= "files" end })
names:register("files", files.server.endpoint)
local slot = memory:slot()
local names_client = require("sel4.names").client
local one = names_client(names:connect(1), { receive_slot = slot })
files.rights[1] = { ["/"] = "r" }
expect(files_client(one:lookup "files"):read "/etc/motd" == "good morning", "a service by name")
memory:free_slot(slot)
slot = memory:slot()
local endpoint = memory:object(seL4.EndpointObject)
one:register("mine", endpoint)
expect(table.concat(one:list(), " ") == "files mine", "%s", table.concat(one:list(), " "))
one = names_client(names:connect(1), { receive_slot = slot })
expect(seL4.DebugCapIdentify(one:lookup "mine") == 4, "what a client has registered")
expect(has(error_of(one.register, one, "mine", endpoint), "registered already"), "twice")
local nine = names_client(names:connect(9))
expect(has(error_of(nine.register, nine, "x", endpoint), "client 9 may not register"), "no right")
expect(has(error_of(nine.lookup, nine, "files"), "there is no 'files' for client 9"), "hidden")
expect(table.concat(nine:list(), " ") == "mine", "hidden in the list, too")
expect(has(error_of(nine.remove, nine, "mine"), "has not registered"), "another's")
one:remove "mine"
expect(has(error_of(one.lookup, one, "mine"), "there is no 'mine'"), "removed")
expect(seL4.DebugCapIdentify(slot) == 4, "who has a capability, has it")
memory:free(endpoint)
expect(seL4.DebugCapIdentify(slot) == 0, "until the endpoint is gone")

-- A process finds the file server by name, with its own badge.
files.rights[7] = { ["/etc/"] = "r" }
child = process.new(memory, { monitor = true, own_cspace = 2, caps = { names:connect(7) },
  source = [[
    local names = require("sel4.names").client(1, { receive_slot = 3, receive_root = 2 })
    local files = require("sel4.files").client(names:lookup "files")
    return files:read "/etc/motd", select(2, pcall(files.read, files, "/secret")).message]] })
child:start()
expect(child:wait()[1] == "good morning", "%s", child.event)
expect(child.event[2] == "client 7 may not read /secret", "%s", child.event)
child:kill()
blames(function() local _ = names:connect() end, "the badge of the client, a whole number, not nil")
names:kill()
files:kill()
memory:free_slot(slot)
nothing_is_lost "names and files"

-- --- faults -------------------------------------------------------------------------------------

local told, ended = {}, {}
local faults = require("sel4.server.faults").start(memory, {
  put = function(text) told[#told + 1] = text end,
  on_event = function(who, event)
    ended[#ended + 1] = who.name .. " " .. event.kind
    who:kill()
  end })
local bystander = memory:object(seL4.NotificationObject)
thread.new(memory, { name = "well", monitor = faults.monitor, entry = function() end }):start()
thread.new(memory, { name = "unwell", monitor = faults.monitor, entry = function()
  seL4.Store8(0x123000, 1)
end }):start()
process.new(memory, { name = "broken", monitor = faults.monitor, heap_bits = 17,
  source = "local x\nlocal y = x + 1" }):start()
thread.new(memory, { priority = 1, monitor = faults.monitor, name = "last", entry = function()
  seL4.Signal(bystander.cptr)
end }):start()
bystander:wait()
table.sort(ended)
table.sort(told)
expect(table.concat(ended, ", ") == "broken fault, unwell fault, well result", "%s",
  table.concat(ended, ", "))
expect(#told == 2 and faults.count == 2, "%d stories", #told)
expect(has(told[2], "thread 'unwell' at tests/user/services.lua:") and has(told[2],
  "(`seL4.Store8(0x123000, 1)`) writes to 0x123000. Nothing is mapped there"), "%s", told[2])
expect(has(told[1], "process 'broken' has been stopped by an error that its program did not catch: "
  .. "broken:2: attempt to perform arithmetic on a nil value"), "%s", told[1])

lib.finish()
if seL4.ReplyObject then
  seL4.DebugHalt()
end
