-- SPDX-License-Identifier: MIT
--- System calls, preemption and errors inside the program's own coroutines, pcall and metamethods.

local seL4 = require "seL4"
local system = require "lib.system"
local is, are = system.is, system.are

local ep = system.object(seL4.EndpointObject)
local note = system.object(seL4.NotificationObject)
local info = seL4.MessageInfo_new
local OK = info(0, 0, 0, 0)

-- A server that doubles; every call to it switches threads.
system.thread { fn = function()
  local _, _, word = seL4.RecvWithMRs(ep)
  while true do
    _, _, word = seL4.ReplyRecvWithMRs(ep, info(0, 0, 0, 1), word * 2)
  end
end }
local function double(n)
  local _, word = seL4.CallWithMRs(ep, info(0, 0, 0, 1), n)
  return word
end

-- A call inside a coroutine, between its own yields.
local co = coroutine.create(function(a, b)
  local c = coroutine.yield(double(a) + double(b))
  local d, e = coroutine.yield(double(c))
  return double(d), double(e)
end)
are("first", { coroutine.resume(co, 1, 2) }, { true, 6 })
is("suspended", coroutine.status(co), "suspended")
are("second", { coroutine.resume(co, 5) }, { true, 10 })
are("third", { coroutine.resume(co, 7, 8) }, { true, 14, 16 })
is("dead", coroutine.status(co), "dead")
are("resuming it", { coroutine.resume(co) }, { false, "cannot resume dead coroutine" })

-- A generator that makes calls, in a for loop.
local sum = 0
for value in coroutine.wrap(function()
  for i = 1, 10 do
    coroutine.yield(double(i))
  end
end) do
  sum = sum + double(value)
end
is("a generator", sum, 220)

-- Coroutines in coroutines, five deep, each making calls.
local function nested(depth)
  if depth == 0 then
    return double(1)
  end
  local inner = coroutine.wrap(nested)
  return double(inner(depth - 1))
end
is("five deep", nested(5), 64)
is("fifty deep", nested(50), 1 << 51)
local ok, problem = pcall(nested, 1000)
is("a thousand deep is too much", not ok and problem:find("C stack overflow") ~= nil, true)
is("and does no harm", double(21), 42)

-- Across pcall, xpcall, metamethods, iterators and tail calls.
are("pcall", { pcall(double, 4) }, { true, 8 })
are("pcall of an error after a call", { pcall(function()
  error("e" .. double(1), 0)
end) }, { false, "e2" })
are("xpcall", { xpcall(function()
  return double(double(2))
end, print) }, { true, 8 })
local doubling = setmetatable({}, {
  __index = function(_, n) return double(n) end,
  __call = function(_, n) return double(n) end,
  __add = function(_, n) return double(n) end,
  __concat = function(_, n) return double(n) end,
  __eq = function() return double(1) == 2 end,
  __lt = function() return double(1) == 2 end,
  __len = function() return double(5) end,
})
are("metamethods", { doubling[3], doubling(4), doubling + 5, doubling .. 6, #doubling,
  doubling == setmetatable({}, getmetatable(doubling)), doubling < doubling },
  { 6, 8, 10, 12, 10, true, true })
are("in a coroutine in pcall in a coroutine", { coroutine.wrap(function()
  return pcall(coroutine.wrap(function()
    coroutine.yield(double(3))
  end))
end)() }, { true, 6 })

-- In callbacks of the standard library.
local list = { 3, 2, 1 }
table.sort(list, function(a, b) return double(a) < double(b) end)
is("sort", table.concat(list), "123")
is("gsub", (("123"):gsub(".", function(c) return double(tonumber(c)) end)), "246")
is("a coroutine in sort", select("#", table.sort({ 3, 2, 1 }, coroutine.wrap(function()
  while true do
    seL4.Yield()
    coroutine.yield(false)
  end
end))), 0)
are("the handler of xpcall", { xpcall(error, double, 4) }, { false, 8 })
is("tostring", tostring(setmetatable({}, { __tostring = function() return "t" .. double(1) end })),
  "t2")

-- Where callbacks of C functions cannot make calls, they say so.
local _, refused = pcall(seL4.TCB_WriteRegisters, 1, false, 0, 1, setmetatable({}, {
  __index = function() seL4.Wait(note) end }))
print("a callback: " .. tostring(refused):match "seL4.*")
is("loads and stores work there", (("ab"):gsub(".", function(c)
  local vaddr = seL4.GetIPCBuffer()
  seL4.Store8(vaddr, c:byte() - 32)
  return string.char(seL4.Load8(vaddr))
end)), "AB")

-- Errors in coroutines, with calls on the way.
co = coroutine.create(function() error { code = double(4) } end)
local _, value = coroutine.resume(co)
is("an error value", value.code, 8)
is("the coroutine", coroutine.status(co), "dead")
are("wrap passes errors on", { pcall(coroutine.wrap(function() error("inside", 0) end)) },
  { false, _VERSION == "Lua 5.3" and "inside" or "inside" })
are("yield outside of coroutines", { pcall(coroutine.yield, 1) },
  { false, "attempt to yield from outside a coroutine" })
local main, is_main = coroutine.running()
are("running", { type(main), is_main, coroutine.isyieldable(), coroutine.status(main) },
  { "thread", true, false, "running" })
are("resuming oneself", { coroutine.resume(main) },
  { false, "cannot resume non-suspended coroutine" })

-- Closing, with a variable whose __close makes a call. Lua 5.3 has neither.
if coroutine.close then
  local closed
  local fn = load([[
    local double, set = ...
    local _ <close> = setmetatable({}, { __close = function() set() end })
    coroutine.yield(double(1))]])
  co = coroutine.create(fn)
  are("before close", { coroutine.resume(co, double, function() closed = true end) }, { true, 2 })
  are("close", { coroutine.close(co), closed, coroutine.status(co) }, { true, true, "dead" })
  co = coroutine.create(fn)
  coroutine.resume(co, double, seL4.Yield)
  is("a call while closing", select(2, coroutine.close(co)):match("cannot be called.*"),
    "cannot be called inside a callback of coroutine.close; call it before or after")
else
  print "before close: true 2"
  print "close: true true dead"
  print("a call while closing: cannot be called inside a callback of coroutine.close; call it "
    .. "before or after")
end

-- A coroutine is shared by two threads; while it waits in one, the other cannot resume it.
local shared = coroutine.create(function()
  seL4.Wait(note)
  return "done"
end)
local in_thread
system.thread { priority = 100, fn = function()
  in_thread = { coroutine.resume(shared) }
end }
system.rest()
are("held by another thread", { coroutine.status(shared), coroutine.resume(shared) },
  { "normal", false, "cannot resume non-suspended coroutine" })
if coroutine.close then
  is("closing it", select(2, pcall(coroutine.close, shared)), "cannot close a normal coroutine")
else
  print "closing it: cannot close a normal coroutine"
end
seL4.Signal(note)
system.rest()
are("then it ends there", in_thread, { true, "done" })

-- A thread that is deleted while its coroutine waits leaves that coroutine unusable, no more.
shared = coroutine.create(function()
  seL4.Wait(note)
end)
local tcb = system.thread { priority = 100, fn = function() coroutine.resume(shared) end }
system.rest()
system.check(seL4.CNode_Delete(seL4.CapInitThreadCNode, tcb, 64))
are("of a deleted thread", { coroutine.resume(shared) },
  { false, "cannot resume non-suspended coroutine" })
is("and the process goes on", double(1), 2)
seL4.Signal(note)
is("the signal is still there", seL4.Wait(note), 0)

-- A coroutine that is resumed in one thread and goes on in another.
shared = coroutine.create(function()
  for i = 1, 4 do
    coroutine.yield(double(i))
  end
end)
local seen = {}
for i = 1, 2 do
  system.thread { priority = 100, fn = function()
    for _ = 1, 2 do
      seen[#seen + 1] = i .. ":" .. select(2, coroutine.resume(shared))
      seL4.Yield()
    end
  end }
end
system.rest()
is("shared in turns", table.concat(seen, " "), "2:2 1:4 2:6 1:8")
print(seL4.MessageInfo_get_label(OK))
