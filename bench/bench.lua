-- SPDX-License-Identifier: MIT
--- Measures the machine from outside: programs of bench/programs run in it, and the host's clock
--- counts. Each figure is the median of several rounds, beside that of a floor: what plain Lua
--- takes for the like in the same run, so that the ratio says more than the machine it was measured
--- on. Some have a limit: the exit status is 1 if one of them is above it.
---
---   lua5.4 bench/bench.lua [--quick] [NAME...]   (from the repository's root; bench/run builds)
---
--- --quick makes few rounds of everything, to see that it works.

package.cpath = "build/release/?.so"

local selvm = require "selvm"

local is_quick = arg[1] == "--quick"
if is_quick then
  table.remove(arg, 1)
end
local ROUNDS = is_quick and 3 or 7
local SCALE = is_quick and 100 or 1 -- how much less is done in a round
local MICROSECOND, MILLISECOND = 1e-6, 1e-3

local function median(values)
  table.sort(values)
  return values[(#values + 1) // 2]
end

-- Processor seconds of a call.
local function seconds_of(fn)
  collectgarbage()
  local start = os.clock()
  fn()
  return os.clock() - start
end

local function median_of(fn)
  local values = {}
  for i = 1, ROUNDS do
    values[i] = fn()
  end
  return median(values)
end

-- Boots a program of bench/programs. It prepares, waits for an interrupt of line 1, and then does
-- what is measured: the machine stops in between, and only the second run is timed.
local function timed_program(name, args, memory)
  local said = {}
  local machine = selvm.machine {
    program = "bench/programs/" .. name .. ".lua", args = args, memory = memory or "64M",
    console = function(text) said[#said + 1] = text end,
  }
  local why = machine:run()
  assert(why == "deadlock", ("%s is not ready: %s\n%s"):format(name, why,
    table.concat(machine:errors()) .. table.concat(said)))
  machine:raise(1)
  local seconds = seconds_of(function() machine:run() end)
  local output = table.concat(said)
  assert(output:find("done\n$"), ("%s has failed: %s%s"):format(name, output,
    table.concat(machine:errors())))
  machine:close()
  return seconds
end

-- --- floors --------------------------------------------------------------------------------------

-- One resume and yield of a plain coroutine, which a round trip needs at the least.
local function coroutine_pair()
  local count = 1000000 // SCALE
  local other = coroutine.wrap(function()
    while true do
      coroutine.yield(1, 2)
    end
  end)
  return seconds_of(function()
    for _ = 1, count do
      other(1, 2)
    end
  end) / count
end

-- Removing one key of a table, for operations on a slot.
local function table_removal()
  local count = 1000000 // SCALE
  local t = {}
  for i = 1, count do
    t[i] = { i }
  end
  local seconds = seconds_of(function()
    for i = 1, count do
      t[i] = nil
    end
  end)
  assert(next(t) == nil)
  return seconds / count
end

-- The least that a machine consists of, in plain Lua: something to run, and slots.
local function table_of_slots()
  return seconds_of(function()
    local slots = {}
    for i = 1, 4096 do
      slots[i] = i
    end
    assert(coroutine.create(print) and #slots == 4096)
  end)
end

-- Real seconds that a command takes.
local function command_seconds(command)
  return function()
    local pipe = assert(io.popen("date +%s%N; " .. command .. " >/dev/null; date +%s%N"))
    local start, stop = pipe:read("n", "n")
    pipe:close()
    return (stop - start) * 1e-9
  end
end

-- --- benchmarks ----------------------------------------------------------------------------------

local UNITS = { us = MICROSECOND, ms = MILLISECOND }
local ROUND_TRIPS = 200000 // SCALE
local THREADS, ROUNDS_EACH = 1000, 100 // SCALE
local CAPS = is_quick and 1000 or 100000

-- Seconds to boot a machine; the program is not started.
local function boot(memory)
  return function()
    local machine
    local seconds = seconds_of(function()
      machine = selvm.machine { source = "", memory = memory }
    end)
    machine:close()
    return seconds
  end
end

-- Seconds that one of `count` things takes which a program does.
local function each(name, count, ...)
  local args = { ... }
  return function()
    return timed_program(name, args) / count
  end
end

local benchmarks = {
  { name = "round trip of Call and ReplyRecv", unit = "us",
    measure = each("round_trip", ROUND_TRIPS, ROUND_TRIPS),
    floor = coroutine_pair, floor_name = "resume and yield of a coroutine" },
  { name = "the same between two processes", unit = "us",
    measure = each("processes", ROUND_TRIPS, ROUND_TRIPS),
    floor = coroutine_pair, floor_name = "resume and yield of a coroutine" },
  { name = "signal to the next of 1,000 threads", unit = "us",
    measure = each("ring", THREADS * ROUNDS_EACH, THREADS, ROUNDS_EACH),
    floor = coroutine_pair, floor_name = "resume and yield of a coroutine" },
  { name = "revocation of 100,000 capabilities", unit = "ms",
    measure = each("revoke", 1, CAPS),
    floor = function() return table_removal() * CAPS end,
    floor_name = "as many keys removed from a table" },
  { name = "boot of a machine of 64 MiB", unit = "ms", measure = boot "64M", limit = 0.05,
    floor = table_of_slots, floor_name = "a coroutine and a table of 4096 slots" },
  { name = "boot of a machine of 1 GiB", unit = "ms", measure = boot "1G", limit = 0.05,
    floor = table_of_slots, floor_name = "a coroutine and a table of 4096 slots" },
  { name = "selvm run examples/hello.lua", unit = "ms", limit = 1,
    measure = command_seconds "./selvm run examples/hello.lua",
    floor = command_seconds "lua5.4 -e 'print \"hello\"'", floor_name = "lua5.4 printing hello" },
}

-- Prints a benchmark's figures. False: it is above its limit.
local function run(benchmark)
  local seconds, floor = median_of(benchmark.measure), median_of(benchmark.floor)
  local unit = benchmark.unit
  local is_within = not benchmark.limit or seconds <= benchmark.limit
  print(("%-36s %8.3f %s  %6.1f times %8.3f %s, %s%s"):format(benchmark.name, seconds / UNITS[unit],
    unit, seconds / floor, floor / UNITS[unit], unit, benchmark.floor_name,
    is_within and "" or ("; ABOVE THE LIMIT of %g s"):format(benchmark.limit)))
  return is_within
end

local function is_wanted(name)
  for _, word in ipairs(arg) do
    if name:find(word, 1, true) then
      return true
    end
  end
  return #arg == 0
end

local are_within = true
for _, benchmark in ipairs(benchmarks) do
  if is_wanted(benchmark.name) then
    are_within = run(benchmark) and are_within
  end
end
os.exit(are_within)
