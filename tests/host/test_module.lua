-- SPDX-License-Identifier: MIT
--- Tests the module selvm from a stock Lua interpreter.
--
--   lua5.4 tests/host/test_module.lua [FOLDER]      (from the root of the repository)
--
-- FOLDER has selvm.so for this interpreter; build/release, or build/lua5.3 for Lua 5.3.

local folder = arg[1] or (_VERSION == "Lua 5.3" and "build/lua5.3" or "build/release")
package.path = "./?.lua;" .. package.path
package.cpath = folder .. "/?.so"

local checks = require "tests.abi.checks"
local made = require "tests.host.made"
local selvm = require "selvm"

local machine_of, error_of = made.machine, made.error_of

local DRIVER = [[
local seL4 = require "seL4"
local info = seL4.GetBootInfo()
local ram
for i, u in ipairs(info.untypedList) do
  if not u.isDevice and u.sizeBits >= 14 then ram = info.untyped.start + i - 1 end
end
local handler, notification = info.empty.start, info.empty.start + 1
local function check(err) assert(err == 0, seL4.Explain()) end
check(seL4.Untyped_Retype(ram, seL4.NotificationObject, 0, seL4.CapInitThreadCNode, 0, 0,
  notification, 1))
check(seL4.IRQControl_Get(seL4.CapIRQControl, 33, seL4.CapInitThreadCNode, handler, 64))
check(seL4.IRQHandler_SetNotification(handler, notification))
for i = 1, 2 do
  seL4.Wait(notification)
  print("interrupt " .. i)
  check(seL4.IRQHandler_Ack(handler))
end
]]

checks.group("a machine runs a program to its end", function(expect)
  local m, output = machine_of('print("hello", ...)', { args = { "a", 1 }, name = "x.lua" })
  expect(tostring(m) == "seL4 machine of x.lua, at 0 us", "%s", tostring(m))
  local why = m:run()
  expect(why == "idle", "%s", why)
  expect(output[1] == "hello\ta\t1\n", "%s", output[1])
  expect(m:check() == true, "check")
  expect(#m:errors() == 0, "errors")
  m:close()
  m:close()
  expect(tostring(m):find("closed"), "%s", tostring(m))
  expect(error_of(m.run, m):find("the machine is closed"), "%s", error_of(m.run, m))
end)

checks.group("a halted machine says so", function(expect)
  local m, output = machine_of('print "1" require("seL4").DebugHalt() print "2"')
  expect(m:run() == "halted" and m:run() == "halted", "not halted")
  expect(output[1] == "1\n", "%s", output[1])
end)

checks.group("errors of the root task are kept", function(expect)
  local m = machine_of('local function f() error "boom" end\nf()', { name = "e.lua" })
  expect(m:run() == "idle" or m:run() == "deadlock", "it runs")
  local texts, count = m:errors()
  expect(count == 1 and #texts == 1, "%s errors", count)
  expect(texts[1] and texts[1]:find("e.lua:1: boom\nstack traceback:", 1, true), "%s", texts[1])
end)

checks.group("a limit stops a machine that computes", function(expect)
  local m, output = machine_of("for i = 1, 3 do for j = 1, 1e5 do end print(i) end")
  local rounds = 0
  local why
  repeat
    why = m:run(100)
    rounds = rounds + 1
  until why ~= "limit" or rounds > 1000000
  expect(why == "idle" and rounds > 10, "%s after %d rounds", why, rounds)
  expect(output[1] == "1\n2\n3\n", "%s", output[1])
  expect(m:time() > 1000, "%d us", m:time())
end)

checks.group("interrupts can be raised between runs", function(expect)
  local m, output = machine_of(DRIVER)
  expect(m:run() == "deadlock", "it waits")
  local threads = m:threads()
  expect(#threads == 1 and threads[1].name == "rootserver" and threads[1].is_root, "threads")
  expect(threads[1].state == "waiting" and threads[1].priority == 255, "%s", threads[1].state)
  expect(threads[1].waits_on:find("^notification 0x%x+ %(slot %d+%)$"), "%s", threads[1].waits_on)
  expect(threads[1].where == "main.lua:14", "%s", threads[1].where)
  expect(m:thread_table():find("rootserver +waiting +notification"), "%s", m:thread_table())
  m:raise(33)
  expect(m:run() == "deadlock", "it waits again")
  m:raise(34)
  expect(m:run() == "deadlock", "another line does not matter")
  m:raise(33)
  expect(m:run() == "idle", "it has ended")
  expect(output[1] == "interrupt 1\ninterrupt 2\n", "%s", output[1])
  expect(m:check() == true, "check")
  expect(error_of(m.raise, m, 97):find("lines 1 to 96, not 97"), "raise(97)")
end)

checks.group("input arrives at the serial port", function(expect)
  local source = assert(io.open("tests/host/devices.lua")):read("a")
  local m, output = machine_of(source, { args = { "input" } })
  expect(m:run() == "deadlock", "it waits for input")
  expect(m:input("ab") == 2, "room")
  expect(m:run() == "deadlock", "it waits for the rest")
  expect(m:input(("x"):rep(1000)) == 256, "room for 256 bytes")
  m:run()
  m:input("\n")
  m:run()
  expect(output[1]:find("typed: ab" .. ("x"):rep(256) .. "\n", 1, true), "%s", output[1])
end)

checks.group("capabilities are described", function(expect)
  local m = machine_of("")
  local of_type, tcb = {}, nil
  for _, cap in ipairs(m:capabilities()) do
    of_type[cap.type] = (of_type[cap.type] or 0) + 1
    if cap.type == "TCB" and cap.holder == "root CNode" then
      tcb = cap
    end
  end
  expect(of_type.Untyped > 10 and of_type.CNode >= 1 and of_type.Lua_Heap == 1, "types")
  expect(tcb and tcb.index == 1 and tcb.object > 0x80000000, "the TCB's capability")
end)

checks.group("capabilities of other CSpaces are told by their threads", function(expect)
  local m = machine_of([[
local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local memory = bootstrap.open()
local endpoint, cspace = memory:object(seL4.EndpointObject), memory:cspace(3)
bootstrap.check(seL4.CNode_Mint(cspace, 5, 64, seL4.CapInitThreadCNode, endpoint, 64, 15, 7))
require("sel4.thread").new(memory, { name = "worker", entry = print, cspace = cspace })
]])
  m:run()
  local found
  for _, cap in ipairs(m:capabilities()) do
    found = cap.badge == 7 and cap or found
  end
  expect(found and found.index == 5 and found.holder:find("^CSpace of thread 'worker', CNode 0x"),
    "%s", found and found.holder)
end)

-- A client calls a server, which does not answer; with a heap of names.
local CALLER = [[
local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local thread = require "sel4.thread"
local memory = bootstrap.open()
local endpoint = memory:object(seL4.EndpointObject)
local note = memory:object(seL4.NotificationObject)
seL4.DebugNameCap(endpoint, "requests")
local reply = seL4.ReplyObject and memory:object(seL4.ReplyObject)
if reply then seL4.DebugNameCap(reply, "answer") end
thread.new(memory, { name = "server", priority = 120, entry = function()
  seL4.Recv(endpoint, reply)
  seL4.Wait(note)
end }):start()
thread.new(memory, { name = "client", entry = function()
  seL4.Call(endpoint, seL4.MessageInfo_new(0, 0, 0, 0))
end }):start()
thread.new(memory, { name = "sender", priority = 90, entry = function()
  seL4.Send(endpoint, seL4.MessageInfo_new(0, 0, 0, 0))
end }):start()
local faults = memory:object(seL4.EndpointObject)
thread.new(memory, { name = "failing", priority = 80, fault_endpoint = faults, entry = function()
  seL4.Send(1 << 40, seL4.MessageInfo_new(0, 0, 0, 0))
end }):start()
if reply then
  local lazy = thread.new(memory, { name = "timeless", entry = print, passive = true })
  lazy:start()
end
seL4.Wait(note)
]]

local function waits_of(machine)
  local waits = {}
  for _, thread in ipairs(machine:threads()) do
    waits[thread.name] = thread.waits_on or "nothing"
  end
  return waits
end

checks.group("who waits for what, in both configurations", function(expect)
  for _, mcs in ipairs { false, true } do
    local m = machine_of(CALLER, { mcs = mcs })
    expect(m:run() == "deadlock", "it waits")
    local waits = waits_of(m)
    local function waits_on(name, pattern)
      expect(waits[name] and waits[name]:find(pattern), "%s: %s waits on %s", mcs and "MCS" or
        "classic", name, waits[name])
    end
    waits_on("rootserver", "^notification 0x%x+ %(slot %d+%)$")
    waits_on("server", "^notification 0x%x+ %(slot %d+%)$")
    waits_on("sender", "^endpoint 'requests' %(slot %d+%)$")
    waits_on("failing", "^its fault handler, after CapFault: sending to capability 0x1+0+: no")
    if mcs then
      waits_on("client", "^an answer through reply object 'answer' %(slot %d+%); may be given by: ")
      waits_on("timeless", "^a scheduling context: it has none$")
    else
      waits_on("client", "^an answer; may be given by: caller of thread 'server'$")
    end
  end
end)

checks.group("every capability has its type and its place, in both configurations", function(expect)
  local function capabilities(mcs)
    local m = machine_of(CALLER, { mcs = mcs })
    m:run()
    local of_type, holders = {}, {}
    for _, cap in ipairs(m:capabilities()) do
      expect(cap.type and cap.holder, "a capability of type %s, in %s", cap.type, cap.holder)
      if cap.type ~= "SchedContext" or cap.bound_thread and cap.budget == 10000 then
        of_type[cap.type or "?"] = cap
      end
      holders[cap.holder:match("^(.-) of thread") or cap.holder] = cap
    end
    return of_type, holders
  end
  local of_type, holders = capabilities(true)
  expect(of_type.Reply and of_type.Reply.name == "answer" and of_type.Reply.bound_thread, "a reply")
  expect(of_type.SchedControl and of_type.SchedContext and of_type.SchedContext.period == 10000,
    "time")
  expect(holders["fault handler"] and holders["fault handler"].type == "Endpoint", "a handler")
  expect(not holders["reply master"] and not holders.caller, "slots of the classic kernel")
  of_type, holders = capabilities(false)
  expect(holders["reply master"] and holders.caller and not holders["fault handler"], "its slots")
  expect(of_type.Reply and not of_type.SchedControl and not of_type.SchedContext, "its types")
  expect(of_type.Endpoint and of_type.CNode.name == "root CNode", "names")
end)

checks.group("machines are independent and are collected", function(expect)
  local a, a_output = machine_of("x = 1 print(x, y)")
  local b, b_output = machine_of("y = 2 print(x, y)")
  expect(a:run() == "idle" and b:run() == "idle", "they run")
  expect(a_output[1] == "1\tnil\n" and b_output[1] == "nil\t2\n", "globals are shared")
  local weak = setmetatable({}, { __mode = "k" })
  for _ = 1, 20 do
    local m
    m = machine_of("print(1)", { console = function(text) return m, text end })
    m:run()
    weak[m] = true
  end
  collectgarbage()
  collectgarbage()
  local left = 0
  for _ in pairs(weak) do
    left = left + 1
  end
  expect(left <= 1, "%d of 20 machines are not collected", left)
end)

checks.group("runs are the same every time", function(expect)
  local source = "for i = 1, 300 do print(i, math.random(1000), {} ~= nil) end"
  local a, a_output = machine_of(source)
  local b, b_output = machine_of(source)
  a:run()
  b:run()
  expect(a_output[1] == b_output[1] and a:time() == b:time(), "they differ")
end)

checks.group("a failing console does no harm, and may not re-enter", function(expect)
  local m
  local seen = {}
  m = machine_of('print "a" print "b"', { console = function()
    seen[#seen + 1] = error_of(function() m:run() end)
    seen[#seen + 1] = error_of(function() m:close() end)
    error "broken"
  end })
  expect(m:run() == "idle", "it runs")
  expect(select(2, m:run()) == nil, "a second run has nothing to say")
  expect(seen[1]:find("the machine is running") and seen[2]:find("the machine is running"), "%s",
    seen[1])
end)

checks.group("what fails in the host program is told", function(expect)
  local m = selvm.machine { source = "print(1)", console = function() error("my console", 0) end }
  local why, problem = m:run()
  expect(why == "idle" and problem == "console: my console", "%s %s", why, problem)
  local count = 0
  m = selvm.machine { source = "print(1)", clock = "host", console = function() end,
    time = function()
      count = count + 1
      return count == 1 and 0 or "late"
    end }
  why, problem = m:run()
  expect(why == "idle" and problem:find("^time: it must return a number of microseconds"), "%s",
    problem)
end)

checks.group("misspelt and misused methods are errors that say so", function(expect)
  local m = machine_of("")
  local function refused(message, f, ...)
    local text = error_of(f, ...)
    expect(text:find(message, 1, true), "no %q in %q", message, text)
  end
  refused("a machine has no 'thread'; did you mean 'threads'?", function() return m:thread() end)
  refused("a machine has no 'frobnicate'; there are: capabilities, check, close", function()
    return m.frobnicate
  end)
  refused("call it as machine:run(...), with a colon", m.run)
  refused("call it as machine:threads(...), with a colon", m.threads, {})
  refused("run: the limit must be a whole number of microseconds", m.run, m, "5")
  refused("run: the limit must be a whole number of microseconds", m.run, m, -1)
  refused("lines 1 to 96, not '5'", m.raise, m, "5")
  refused("lines 1 to 96, not nil", m.raise, m)
  refused("input: a string is needed, not a nil", m.input, m)
  m:close()
  for _, name in ipairs { "run", "threads", "capabilities", "check", "time", "errors" } do
    refused(name .. ": the machine is closed", m[name], m)
  end
end)

checks.group("the host's clock can be given", function(expect)
  local now, slept = 1000, 0
  local given = { clock = "host", time = function() now = now + 1 return now end,
    sleep = function(us) now, slept = now + us, slept + us end }
  local source = assert(io.open("tests/host/devices.lua")):read("a")
  local m, output = machine_of(source, given)
  m:run()
  expect(output[1]:find("three alarms"), "%s", output[1])
  expect(slept > 10000 and slept < 30000, "slept %s us", slept)
end)

checks.group("options are checked", function(expect)
  local function refused(given, message)
    local text = error_of(selvm.machine, given)
    expect(text:find(message, 1, true), "no %q in %q", message, text)
  end
  refused(nil, "needs a table of options")
  refused({}, "option 'program' (a file) or 'source' (a text) is needed")
  refused({ source = "", program = "x" }, "both 'program'")
  refused({ source = "", memry = "1M" }, "unknown option 'memry'; did you mean 'memory'?")
  refused({ source = "", zzzzzz = 1 }, "unknown option 'zzzzzz'; there are: program, source")
  refused({ source = "", memory = "x" }, "option 'memory': 'x' is no size")
  refused({ "a.lua" }, "'a.lua' stands in the options without a name; there are: program, source")
  refused({ program = "" }, "option 'program' is empty")
  refused({ program = "tests" }, "cannot read 'tests': Is a directory")
  refused({ source = "", domains = "2" }, "a whole number from 1 to 256, not '2'")
  refused({ source = "", memory = -4096 }, "-4096 is not a whole number of bytes")
  refused({ source = "", modules = { x = "= =" } }, "x:1: unexpected symbol near '='")
  refused({ source = "", modules = { "x" } }, "must map names to texts; '1' does not")
  refused({ source = "", files = { x = 1 } }, "'files' must map names to texts; 'x' does not")
  refused({ source = "", files = "x" }, "option 'files' must be a table")
  refused({ source = "", schedule = {} }, "must have 1 to 99 entries, not 0")
  refused({ source = "", clock = "host", time = function() return "x" end },
    "option 'time': it must return a number of microseconds, not a string")
  refused({ source = "", memory = 5000 }, "must be a multiple of 4K; 5000 is not")
  refused({ source = "", heap = "32K" }, "for 32K choose 64K")
  refused({ source = "", clock = "wall" }, "must be 'virtual' or 'host', not 'wall'")
  refused({ source = "", time = os.time }, "belong to clock = 'host'")
  refused({ source = "", console = 1 }, "option 'console' must be a function, not a number")
  refused({ source = "", args = { {} } }, "entry 1 of option 'args' must be a string, not a table")
  refused({ source = "", domains = 2, schedule = { { domain = 2, ticks = 1 } } },
    "entry 1 of option 'schedule': domain must be a whole number from 0 to 1, not 2")
  refused({ source = "", schedule = { { domain = 0, tick = 1 } } }, "did you mean 'ticks'?")
  refused({ program = "no/such.lua" }, "cannot read 'no/such.lua': No such file or directory")
  refused({ source = "x = = 1" }, "main.lua:1: unexpected symbol near '='")
  refused({ source = "", memory = "1M" }, "1M of memory is too little")
  expect(selvm.machine { source = "", domains = 2,
    schedule = { { domain = 0, ticks = 1 }, { domain = 1, ticks = 2 } } }:run() == "idle",
    "a schedule")
end)

checks.finish()
