-- SPDX-License-Identifier: MIT
--- Whatever a program does when its heap is nearly full either works or raises "not enough memory",
--- and afterwards the process is as well as before. The heap is filled up to a rest that grows from
--- nothing to what every operation needs.

local seL4 = require "seL4"
local system = require "lib.system"

local STEPS, STEP_BYTES = 60, 400

-- The program that runs in a small heap of its own, so that it fills up fast.
local FILLER = [[
local seL4 = require "seL4"
local STEPS, STEP_BYTES = ]] .. STEPS .. ", " .. STEP_BYTES .. [[

local note, ep = math.tointeger(tonumber((...))), math.tointeger(tonumber((select(2, ...))))
local info = seL4.MessageInfo_new(0, 0, 0, 1)

local function grow(n)
  return n == 0 and 0 or 1 + grow(n - 1)
end

-- Lua 5.3 frees the buffers of failed string functions only at the next instruction.
local function twice(fn, ...)
  local ok, value = pcall(fn, ...)
  return ok and value or fn(...)
end

local operations = {
  { "a coroutine with a call", function()
    return coroutine.wrap(function()
      local _, word = seL4.CallWithMRs(ep, info, 20)
      coroutine.yield(word + 1)
    end)()
  end, 41 },
  { "nested pcalls", function()
    return select(3, pcall(pcall, function() return seL4.Signal(note) or seL4.Wait(note) end))
  end, 0 },
  { "an error with a traceback", function()
    local _, value = xpcall(error, function(value) return { value } end, "x" .. note)
    return type(value) == "table" and #value or error(value, 0)
  end, 1 },
  { "an entry point", function() return seL4.Entry(grow) & 15 end, 0 },
  { "bytes of memory", function() return #seL4.LoadBytes(0x10000, 3000) end, 3000 },
  { "a module", function()
    return (pcall(require, "no such module") and 1 or 0) + require("helper").value
  end, 7 },
  { "load", function() return load("local a = 1 return a + 1")() end, 2 },
  { "recursion", function() return grow(60) end, 60 },
  { "string building", function() return #(("ab"):rep(500):gsub("a", "xyz")) end, 2000 },
  { "sort", function()
    local list = { 5, 3, 9, 1 }
    table.sort(list, function(a, b) return ("%d"):format(a) < ("%d"):format(b) end)
    return list[4]
  end, 9 },
}

for _, operation in ipairs(operations) do
  local name, fn, wanted = table.unpack(operation)
  local worked, refused = 0, 0
  for step = 0, STEPS do
    local hold, rest = {}, twice(string.rep, "r", step * STEP_BYTES + 1)
    pcall(function()
      for i = 1, math.huge do
        hold[i] = ("x"):rep(100) .. i
      end
    end)
    rest = nil -- luacheck: ignore
    local ok, value = pcall(fn)
    hold = nil
    if ok and value == wanted then
      worked = worked + 1
    elseif not ok and tostring(value):find "not enough memory" then
      refused = refused + 1
    else
      print("FAIL: " .. name, step, ok, value)
    end
  end
  local ok, value = pcall(fn)
  print(name, worked + refused == STEPS + 1 and worked > 0, ok, value)
end
]]

local ep, note = system.object(seL4.EndpointObject), system.object(seL4.NotificationObject)
system.thread { priority = 200, fn = function()
  local _, _, word = seL4.RecvWithMRs(ep)
  while true do
    _, _, word = seL4.ReplyRecvWithMRs(ep, seL4.MessageInfo_new(0, 0, 0, 1), word * 2)
  end
end }
local process = system.process { source = FILLER, name = "filler.lua", heap_bits = 19,
  modules = { { "helper", "return { value = 7 }" } }, args = { tostring(note), tostring(ep) } }
system.thread { process = process, buffer = true, priority = 100 }
system.rest()
local _, _, used = seL4.Lua_Heap_Stats(process.heap)
system.is("the heap is not full", used < 1 << 19, true)
