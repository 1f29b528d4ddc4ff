-- SPDX-License-Identifier: MIT
--- Tests machines with the host's clock whose preemption comes from the host's timer.
--
--   lua5.4 tests/host/test_timer.lua [FOLDER]      (from the root of the repository)
--
-- FOLDER has selvm.so and selvm_timer.so for this interpreter; build/release, or build/lua5.3.

local folder = arg[1] or (_VERSION == "Lua 5.3" and "build/lua5.3" or "build/release")
package.path = "./?.lua;" .. package.path
package.cpath = folder .. "/?.so"

local checks = require "tests.abi.checks"
local made = require "tests.host.made"
local selvm = require "selvm"
local core = require "selvm.core" -- luacheck: ignore (after selvm, which provides it)
local timer = require "selvm_timer"

if not timer then
  print "this build has no timer: skipped"
  checks.finish()
end

local SECOND = 1000000
local LIMIT = 60 * SECOND -- a machine that has not stopped by then has failed

-- The module's table with another period, in microseconds.
local function every(period)
  return { time = timer.time, sleep = timer.sleep, handle = timer.handle, period = period }
end

local error_of = made.error_of

-- As made.machine, with the host's timer.
local function machine_of(source, given)
  given = given or {}
  given.clock, given.timer = "host", given.timer or timer
  given.memory = given.memory or "16M"
  return made.machine(source, given)
end

-- Both configurations: their name, and their option.
local function each_configuration(f)
  f("classic", false)
  f("MCS", true)
end

-- Does nothing for so many microseconds, with ticks let through.
local function spin(us)
  local deadline = timer.time() + us
  while timer.time() < deadline do end
end

-- wait(us): the root thread, higher than all others, waits for an alarm of the clock.
local PRELUDE = [[
local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local thread = require "sel4.thread"
local memory = bootstrap.open()
local rtc = memory:window(4096)
memory:map(memory:device_frame(0x00101000), rtc)
local handler, alarm = memory:slot(), memory:object(seL4.NotificationObject)
bootstrap.check(seL4.IRQControl_Get(seL4.CapIRQControl, 11, seL4.CapInitThreadCNode, handler, 64))
bootstrap.check(seL4.IRQHandler_SetNotification(handler, alarm))
seL4.Store32(rtc + 0x10, 1)
local function time()
  local low = seL4.Load32(rtc)
  return seL4.Load32(rtc + 4) << 32 | low
end
local function wait(us)
  local at = time() + us * 1000
  seL4.Store32(rtc + 0x0c, at >> 32)
  seL4.Store32(rtc + 0x08, at & 0xffffffff)
  seL4.Wait(alarm)
  seL4.Store32(rtc + 0x1c, 1)
  bootstrap.check(seL4.IRQHandler_Ack(handler))
  return (time() - at) // 1000
end
local counts = {}
local function start(name, entry)
  counts[name] = 0
  return thread.new(memory, { name = name, priority = 100, entry = entry }):start()
end
local function spin(name)
  start(name, function()
    while true do counts[name] = counts[name] + 1 end
  end)
end
]]

checks.group("the module is a clock", function(expect)
  local before = timer.time()
  timer.sleep(2000)
  local passed = timer.time() - before
  expect(math.type(before) == "integer" and passed >= 2000, "%s us", passed)
  expect(error_of(timer.sleep, -1):find("a number of microseconds is needed", 1, true), "sleep(-1)")
  expect(type(timer.handle) == "userdata" and math.type(timer.ticks()) == "integer", "fields")
end)

checks.group("threads of one priority share the processor, and an alarm preempts them",
  function(expect)
    each_configuration(function(name, mcs)
      local m, output = machine_of(PRELUDE .. [[
spin "a" spin "b"
local late = 0
for _ = 1, 4 do late = math.max(late, wait(25000)) end
print(counts.a > 1000, counts.b > 1000, late)
seL4.DebugHalt()]], { mcs = mcs })
      local why = m:run(LIMIT)
      local a, b, late = output[1]:match("^(%S+)\t(%S+)\t(%d+)\n$")
      expect(why == "halted" and a == "true" and b == "true", "%s: %s %s", name, why, output[1])
      expect(late and tonumber(late) < SECOND, "%s: an alarm is late by %s us", name, late)
      expect(m:check() == true, "%s: an invariant is broken", name)
    end)
  end)

checks.group("a coroutine of the program's own is preempted, within pcall too", function(expect)
  each_configuration(function(name, mcs)
    local m, output = machine_of(PRELUDE .. [[
local function endless(name)
  return function() while true do counts[name] = counts[name] + 1 end end
end
start("a", function() coroutine.wrap(endless "a")() end)
start("b", function()
  pcall(function() coroutine.wrap(function() pcall(coroutine.wrap(endless "b")) end)() end)
end)
start("c", function() -- from one coroutine to the other, without end
  local other = coroutine.wrap(function() while true do coroutine.yield() end end)
  while true do other() counts.c = counts.c + 1 end
end)
for _ = 1, 4 do wait(30000) end
print(counts.a > 1000, counts.b > 1000, counts.c > 100)
seL4.DebugHalt()]], { mcs = mcs })
    local why = m:run(LIMIT)
    expect(why == "halted" and output[1] == "true\ttrue\ttrue\n", "%s: %s %s", name, why, output[1])
  end)
end)

checks.group("a limit stops a machine that computes", function(expect)
  local m = machine_of("while true do end")
  for _ = 1, 3 do
    local before = m:time()
    local why = m:run(5000)
    expect(why == "limit" and m:time() - before >= 5000, "%s after %d us", why, m:time() - before)
  end
end)

checks.group("system calls without end are preempted as well", function(expect)
  each_configuration(function(name, mcs)
    local m, output = machine_of(PRELUDE .. [[
start("yields", function() while true do seL4.Yield() counts.yields = counts.yields + 1 end end)
start("signals", function()
  while true do seL4.Signal(alarm + 1000) counts.signals = counts.signals + 1 end
end)
for _ = 1, 3 do wait(20000) end
print(counts.yields > 0, counts.signals > 100)
seL4.DebugHalt()]], { mcs = mcs })
    local why = m:run(LIMIT)
    expect(why == "halted" and output[1] == "true\ttrue\n", "%s: %s %s", name, why, output[1])
  end)
end)

-- Programs that stay where nothing can yield, in the time of somebody else.
local TRAPS = {
  [[local t = setmetatable({}, { __index = function() while true do end end })
    while true do pcall(seL4.TCB_WriteRegisters, 1, false, 0, 1, t) end]],
  _VERSION ~= "Lua 5.3" and [[local function forever()
      while true do pcall(function() while true do end end) end
    end
    while true do
      pcall(coroutine.wrap(function()
        local a <close> = setmetatable({}, { __close = forever })
        error "x"
      end))
    end]] or nil,
}

checks.group("who stays where nothing can yield is killed", function(expect)
  for number, code in ipairs(TRAPS) do
    local m, output = machine_of(PRELUDE .. "start('victim', function() " .. code .. [[ end)
wait(5000)
print "the others go on"]])
    local why = m:run(LIMIT)
    local text = m:errors()[1] or ""
    expect(output[1]:find("the others go on\n", 1, true), "%d: %s, %s", number, why, output[1])
    expect(text:find("killed: for 1 ms after an interrupt it stayed inside a callback", 1, true),
      "%d: %s", number, text)
  end
end)

checks.group("an endless callback of sort or gsub is left", function(expect)
  local m, output = machine_of(PRELUDE .. [[
local function endless(name)
  return function() while true do counts[name] = counts[name] + 1 end end
end
start("sort", function() table.sort({ 3, 2, 1 }, endless "sort") end)
start("gsub", function() pcall(string.gsub, "a", "a", endless "gsub") end)
for _ = 1, 4 do wait(20000) end
print(counts.sort > 1000, counts.gsub > 1000)
seL4.DebugHalt()]])
  local why = m:run(LIMIT)
  expect(why == "halted" and output[1] == "true\ttrue\n", "%s: %s", why, output[1])
end)

checks.group("a callback that ends is left then", function(expect)
  local m, output = machine_of(PRELUDE .. [[
start("sorter", function()
  while true do
    table.sort({ 3, 1, 2 }, function(a, b) return a < b end)
    counts.sorter = counts.sorter + 1
  end
end)
spin "other"
for _ = 1, 10 do wait(5000) end
print(counts.sorter > 100, counts.other > 100)
seL4.DebugHalt()]])
  local why = m:run(LIMIT)
  expect(why == "halted" and output[1] == "true\ttrue\n" and #m:errors() == 0, "%s %s %s", why,
    output[1], m:errors()[1])
end)

checks.group("a deep recursion does not make ticks a trap", function(expect)
  local m, output = machine_of(PRELUDE .. [[
start("deep", function()
  local function f(n) counts.deep = counts.deep + 1 return n == 0 and 0 or 1 + f(n - 1) end
  while true do pcall(f, 150000) end
end)
for _ = 1, 5 do wait(20000) end
print(counts.deep > 1000)
seL4.DebugHalt()]], { memory = "256M", heap = "64M", timer = every(200) })
  local why = m:run(LIMIT)
  expect(why == "halted" and output[1] == "true\n", "%s %s", why, output[1])
end)

checks.group("between ticks no hook is called", function(expect)
  each_configuration(function(name, mcs)
    local m = machine_of(PRELUDE .. "spin 'a' spin 'b' seL4.TCB_Suspend(seL4.CapInitThreadTCB)",
      { mcs = mcs })
    local ticks = timer.ticks()
    m:run(300000)
    ticks = timer.ticks() - ticks
    local hooks = core.hook_count(m)
    expect(ticks >= 10, "%s: only %d ticks", name, ticks)
    expect(hooks <= ticks + 10, "%s: %d hooks in %d ticks", name, hooks, ticks)
    expect(hooks >= 5, "%s: only %d hooks in %d ticks", name, hooks, ticks)
  end)
end)

checks.group("a machine with one thread to run calls no hook at all", function(expect)
  local m = machine_of("while true do end")
  m:run(100000)
  expect(core.hook_count(m) <= 2, "%d hooks", core.hook_count(m))
end)

checks.group("ticks come only while a machine runs", function(expect)
  local m = machine_of("while true do end", { console = function() error "broken" end })
  m:run(20000)
  local ticks = timer.ticks()
  spin(20000)
  expect(timer.ticks() == ticks, "%d ticks after it", timer.ticks() - ticks)
  local other, output = machine_of("print(1)")
  expect(other:run(LIMIT) == "idle" and output[1] == "1\n", "the next one runs")
  m:run(20000)
  expect(timer.ticks() > ticks, "no ticks in a second run")
end)

checks.group("the host's sleep is not cut short, and nobody wakes it", function(expect)
  local m, output = machine_of(PRELUDE .. "print(wait(200000) >= 0)")
  local ticks = timer.ticks()
  local why = m:run(LIMIT)
  expect(output[1] == "true\n", "%s %s", why, output[1])
  expect(timer.ticks() - ticks < 150, "%d ticks", timer.ticks() - ticks)
end)

checks.group("a machine in another's console function counts instructions", function(expect)
  local inner_why, inner_hooks, inner_late
  local m, output
  m, output = machine_of(PRELUDE .. [[
spin "a" spin "b"
for _ = 1, 3 do print(wait(10000) >= 0) end
print(counts.a > 0, counts.b > 0)
seL4.DebugHalt()]], { console = function(text)
    output[1] = output[1] .. text
    local inner = machine_of("while true do end")
    local before = inner:time()
    inner_why = inner:run(10000)
    inner_late = inner:time() - before - 10000
    inner_hooks = core.hook_count(inner)
  end })
  local why = m:run(LIMIT)
  expect(why == "halted" and output[1] == ("true\n"):rep(3) .. "true\ttrue\n", "%s %s", why,
    output[1])
  expect(inner_why == "limit" and inner_late >= 0 and inner_hooks > 20, "%s, %s us, %s hooks",
    inner_why, inner_late, inner_hooks)
end)

-- Clients in processes of their own call a server, while others compute; all at one priority.
local MESSAGES = PRELUDE .. [[
local process = require "sel4.process"
local endpoint = memory:object(seL4.EndpointObject)
local SERVER = "local seL4 = require 'seL4' local endpoint, reply = 1, 2 " ..
  "if seL4.ReplyObject == nil then reply = nil end " ..
  "local info, badge, word = seL4.RecvWithMRs(endpoint, reply) " ..
  "while true do if reply then " ..
  "info, badge, word = seL4.ReplyRecvWithMRs(endpoint, info, word + 1, 0, 0, 0, reply) else " ..
  "info, badge, word = seL4.ReplyRecvWithMRs(endpoint, info, word + 1, 0, 0, 0) end end"
local CLIENT = "local seL4 = require 'seL4' local n = ... " ..
  "local one = seL4.MessageInfo_new(0, 0, 0, 1) " ..
  "for i = 1, n do local _, answer = seL4.CallWithMRs(1, one, i) assert(answer == i + 1) " ..
  "if i % 64 == 0 then local t = {} for k = 1, 40 do t[k] = {} end end end return 'done'"
local caps = { [1] = endpoint }
if seL4.ReplyObject then caps[2] = memory:object(seL4.ReplyObject) end
process.new(memory, { name = "server", source = SERVER, caps = caps, priority = 100 }):start()
spin "a"
local clients = {}
for i = 1, 3 do
  clients[i] = process.new(memory, { name = "client " .. i, source = CLIENT, args = { ROUNDS },
    caps = { [1] = endpoint }, priority = 100, monitor = true }):start()
end
for i = 1, 3 do print(clients[i]:wait()) end
seL4.DebugHalt()
]]

checks.group("messages and a tick every 50 us do not disturb each other", function(expect)
  local rounds = folder:find "debug" and "1500" or "6000"
  each_configuration(function(name, mcs)
    local m, output = machine_of(MESSAGES:gsub("ROUNDS", rounds), { mcs = mcs, memory = "32M",
      timer = every(50) })
    local ticks = timer.ticks()
    local why = m:run(LIMIT)
    ticks = timer.ticks() - ticks
    local _, done = output[1]:gsub("has ended with done\n", "")
    expect(why == "halted" and done == 3, "%s: %s, %s %s", name, why, output[1], m:errors()[1])
    expect(ticks > 100, "%s: %d ticks", name, ticks)
    expect(m:check() == true, "%s: an invariant is broken", name)
  end)
end)

checks.group("options are checked", function(expect)
  local function refused(given, message)
    given.source = ""
    local text = error_of(selvm.machine, given)
    expect(text:find(message, 1, true), "no %q in %q", message, text)
  end
  refused({ timer = timer }, "option 'timer' belongs to clock = 'host'")
  refused({ clock = "virtual", timer = timer }, "option 'timer' belongs to clock = 'host'")
  refused({ clock = "host", timer = true }, "option 'timer' must be a table, not a boolean")
  refused({ clock = "host", timer = timer, time = timer.time }, "both 'timer' and 'time' are given")
  refused({ clock = "host", timer = {} }, "gives: its field 'time' must be a function, not a nil")
  refused({ clock = "host", timer = { time = print, sleep = 1, handle = timer.handle } },
    "its field 'sleep' must be a function, not a number")
  refused({ clock = "host", timer = { time = print, sleep = print, handle = "x" } },
    "its field 'handle' must be a userdata, not a string")
  refused({ clock = "host", timer = { time = print, sleep = print, handle = io.stdout } },
    "its field 'handle' is not that of selvm_timer")
  refused({ clock = "host", timer = every(10) },
    "its field 'period' must be a whole number from 50 to 1000000, not 10")
  local slept = 0
  local m = machine_of(PRELUDE .. "wait(3000)", { sleep = function(us)
    slept = slept + us
    timer.sleep(us)
  end })
  m:run(LIMIT)
  expect(slept > 1000, "a sleep of one's own is used, for %s us", slept)
end)

checks.finish()
