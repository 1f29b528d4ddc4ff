-- SPDX-License-Identifier: MIT
--- What benchmarks are compared with: the least that the thing could be, in plain Lua and in this
--- process. Each is { measure, name }.
--
--   local all = floors.new(1)        -- of which so many times less is done
--   all.two_switches[1]()            --> seconds
--   all.two_switches[2]              --> two raw switches

local floor = require "floor"
local loop = require "bench.programs.loop"
local machines = require "bench.machines"
local work = require "bench.programs.work"

local floors = {}

local HOOK_INSTRUCTIONS = 1000 -- as the machine has it
local COROUTINES = 1000

-- One of `count` raw switches, round a ring of so many coroutines.
local function switch(coroutines, count)
  local go_round = floor.ring(coroutines)
  local rounds = math.max(1, count // coroutines)
  return machines.seconds_of(function() go_round(rounds) end) / (rounds * coroutines)
end

-- A C function that reads and returns so many integers, as a system call does.
local function c_call(count, name, ...)
  return machines.seconds_of(loop.times(count, floor[name], ...)) / count
end

local function loop_iteration(count)
  return machines.seconds_of(function()
    for _ = 1, count do end
  end) / count
end

-- Removing one key of a table, for operations on a slot.
local function table_removal(count)
  local t = {}
  for i = 1, count do
    t[i] = { i }
  end
  local seconds = machines.seconds_of(function()
    for i = 1, count do
      t[i] = nil
    end
  end)
  assert(next(t) == nil)
  return seconds / count
end

-- The least that a machine consists of, in plain Lua: something to run, and slots.
local function table_of_slots()
  return machines.seconds_of(function()
    local slots = {}
    for i = 1, 4096 do
      slots[i] = i
    end
    assert(coroutine.create(print) and #slots == 4096)
  end)
end

local function wait()
  coroutine.yield()
end

-- Bytes of a coroutine that waits. The list has its size before, so that it does not count.
local function coroutine_bytes()
  local list = table.pack(("x"):rep(COROUTINES):byte(1, -1))
  collectgarbage()
  local before = collectgarbage "count"
  for i = 1, COROUTINES do
    list[i] = coroutine.create(wait)
    coroutine.resume(list[i])
  end
  return (collectgarbage "count" - before) * 1024 / COROUTINES
end

--- Real seconds that a command takes: a function that measures.
function floors.command(command)
  return function()
    local pipe = assert(io.popen("date +%s%N; " .. command .. " >/dev/null; date +%s%N"))
    local start, stop = pipe:read("n", "n")
    pipe:close()
    return (stop - start) * 1e-9
  end
end

--- All floors, of which `scale` times less is done.
function floors.new(scale)
  local count = 1000000 // scale

  local function calls(arguments, results)
    local function measure()
      local name = ("call_%d_%d"):format(arguments, results)
      return c_call(count, name, table.unpack({ 1, 2, 3, 4, 5, 6 }, 1, arguments))
    end
    return { measure, ("a C call, %d in, %d out"):format(arguments, results) }
  end

  local function working(rounds, run)
    return function()
      return machines.seconds_of(function() run(work, rounds) end) / rounds
    end
  end
  local function hooked(fn, rounds)
    return floor.hooked(HOOK_INSTRUCTIONS, fn, rounds)
  end
  local function plain(fn, rounds)
    return fn(rounds)
  end

  return {
    calls = calls,
    two_switches = { function() return 2 * switch(2, 2 * count) end, "two raw switches" },
    one_switch = { function() return switch(2, 2 * count) end, "one raw switch" },
    switch_in_ring = function(coroutines)
      return { function() return switch(coroutines, count) end, "a raw switch of as many" }
    end,
    loop_iteration = { function() return loop_iteration(100 * count) end,
      "an iteration of an empty Lua loop" },
    table_removal = { function() return table_removal(count) end, "a key removed from a table" },
    table_of_slots = { table_of_slots, "a coroutine and a table of 4096 slots" },
    coroutine = { coroutine_bytes, "a coroutine that waits" },
    work = function(rounds) return { working(rounds, plain), "the same in plain Lua" } end,
    hooked_work = function(rounds)
      return { working(rounds, hooked), "the same with a count hook" }
    end,
    hello = { floors.command "lua5.4 -e 'print \"hello\"'", "lua5.4 printing hello" },
  }
end

return floors
