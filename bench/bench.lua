-- SPDX-License-Identifier: MIT
--- Measures the machine from outside: programs of bench/programs run in it, and the host's clock
--- counts. Each figure is the median of several rounds, beside that of a floor: what plain Lua
--- takes for the like in the same run, so that the ratio says more than the machine it was measured
--- on. Some have a limit: the exit status is 1 if one of them is above it.
---
---   bench/run [--fast] [--quick] [--json FILE] [NAME...]   (bench/run builds, and calls this)
---   bench/run --compare BEFORE AFTER
---
--- --quick makes few rounds of everything, to see that it works. --json writes the figures to a
--- file too, --compare shows two such files side by side.

package.path = "./?.lua;" .. package.path

local floor = require "floor"
local report = require "bench.report"
local riscv = require "bench.riscv"
local selvm = require "selvm"

if arg[1] == "--compare" then
  if #arg ~= 3 then
    error("--compare needs two files that --json has written", 0)
  end
  print(report.compare(arg[2], arg[3]))
  return true
end

local is_quick = arg[1] == "--quick"
if is_quick then
  table.remove(arg, 1)
end
local json_path
if arg[1] == "--json" then
  json_path = table.remove(arg, 2) or error("--json needs the name of a file", 0)
  table.remove(arg, 1)
end
local ROUNDS = is_quick and 3 or 7
local SCALE = is_quick and 100 or 1 -- how much less is done in a round

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

-- Boots a program of bench/programs. It prepares, waits for an interrupt of line 1, and then does
-- what is measured: the machine stops in between, and only the second run is timed.
local function timed_program(name, args, options)
  local said = {}
  local machine = selvm.machine {
    program = "bench/programs/" .. name .. ".lua", args = args,
    memory = options.memory or "64M", heap = options.heap, mcs = options.mcs,
    root_cnode_bits = options.root_cnode_bits,
    console = function(text) said[#said + 1] = text end,
  }
  local why = machine:run()
  if why ~= "deadlock" then
    error(("%s is not ready: %s\n%s"):format(name, why,
      table.concat(machine:errors()) .. table.concat(said)))
  end
  machine:raise(1)
  local seconds = seconds_of(function() machine:run() end)
  local output = table.concat(said)
  if not output:find("done\n$") then
    error(("%s has failed: %s%s"):format(name, output, table.concat(machine:errors())))
  end
  machine:close()
  return seconds
end

-- --- floors --------------------------------------------------------------------------------------

-- Two raw switches between coroutines, which a round trip needs at the least.
local function two_switches()
  local count = 1000000 // SCALE
  return seconds_of(function() floor.switches(count) end) / count
end

local function one_switch()
  return two_switches() / 2
end

-- A C function that reads six integers and returns five, as a system call does.
local function c_call()
  local count = 1000000 // SCALE
  local call = floor.call
  return seconds_of(function()
    for _ = 1, count do
      call(1, 2, 3, 4, 5, 6)
    end
  end) / count
end

-- An iteration of a loop that does nothing.
local function loop_iteration()
  local count = 100000000 // SCALE
  return seconds_of(function()
    for _ = 1, count do end
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

local ROUND_TRIPS = 200000 // SCALE
local CALLS = 1000000 // SCALE
local MESSAGES = 400000 // SCALE

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

-- Seconds that one of `count` things takes which a program does, whose first argument that is.
local function each(name, count, args, options)
  return function()
    return timed_program(name, { count, table.unpack(args or {}) }, options or {}) / count
  end
end

-- Seconds of a message and its answer in Erlang; `how` as bench/erlang/round_trip has it.
local function erlang(how)
  return function()
    local command = ("escript bench/erlang/round_trip %s %d"):format(how, MESSAGES)
    local pipe = assert(io.popen(command))
    local seconds = pipe:read "n"
    pipe:close()
    return assert(seconds, command .. " has failed")
  end
end

local benchmarks = {}

local function add(name, unit, measure, floor_of, floor_name, limit)
  benchmarks[#benchmarks + 1] = { name = name, unit = unit, measure = measure, floor_of = floor_of,
    floor_name = floor_name, limit = limit }
end

add("round trip of Call and ReplyRecv", "us", each("round_trip", ROUND_TRIPS), two_switches,
  "two raw switches")
for _, words in ipairs { 0, 4, 10, 120 } do
  local name = ("round trip, two processes, %d words"):format(words)
  add(name, "us", each("processes", ROUND_TRIPS, { words }), two_switches, "two raw switches")
  add(name .. ", MCS", "us", each("processes", ROUND_TRIPS, { words }, { mcs = true }),
    two_switches, "two raw switches")
end
for _, row in ipairs { { "Poll of nothing", "poll" }, { "Signal to nobody", "signal" },
  { "Yield alone", "yield" }, { "Load of a word", "load" }, { "Store of a word", "store" } } do
  add(row[1], "us", each("calls", CALLS, { row[2] }), c_call, "a C call with six words")
end
for _, row in ipairs { { "Send to a thread that waits", "send" },
  { "Signal to a thread that waits", "signal" },
  { "Yield of two threads, there and back", "yield" },
  { "Call with a capability, deleted then", "cap" }, { "fault, handler and back", "fault" } } do
  add(row[1], "us", each("between", ROUND_TRIPS, { row[2] }), two_switches, "two raw switches")
end
add("call over sel4.rpc", "us", each("service", ROUND_TRIPS // 10), two_switches,
  "two raw switches")
for _, row in ipairs { { "CNode copy and delete", "copy" },
  { "copy and delete over sel4.object", "object" }, { "CNode mint and delete", "mint" },
  { "unmap and map of a frame", "map" },
  { "retype and revoke of an endpoint", "endpoint" },
  { "retype and revoke of a frame", "frame" } } do
  add(row[1], "us", each("calls", CALLS // 10, { row[2] }), c_call, "a C call with six words")
end
local LARGE = { memory = "256M", heap = "64M", root_cnode_bits = 16 } -- room for 10,000 threads
local HUGE = { memory = "2G", heap = "512M", root_cnode_bits = 20 } -- for 100,000
for _, threads in ipairs { 10, 100, 1000, 10000, 100000 } do
  local count = is_quick and math.min(threads, 100) or threads
  local rounds = math.max(1, 100000 // SCALE // count)
  local options = count > 10000 and HUGE or count > 1000 and LARGE or { memory = "256M" }
  add(("signal to the next of %d threads"):format(threads), "us", function()
    return timed_program("ring", { count, rounds }, options) / (count * rounds)
  end, one_switch, "one raw switch")
end
add("spawn of a process", "us", each("spawn", is_quick and 2 or 20), c_call,
  "a C call with six words")
for _, caps in ipairs { 10000, 100000, 1000000 } do
  local count = is_quick and 1000 or caps
  add(("revocation of %d capabilities, for each"):format(caps), "ns",
    each("revoke", count, nil, { memory = "256M" }), table_removal, "a key removed from a table")
end
for _, size in ipairs { 64, 1024 } do
  add(("boot of a machine of %d MiB"):format(size), "ms", boot(size .. "M"), table_of_slots,
    "a coroutine and a table of 4096 slots", 0.05)
end
add("selvm run examples/hello.lua", "ms", command_seconds "./selvm run examples/hello.lua",
  command_seconds "lua5.4 -e 'print \"hello\"'", "lua5.4 printing hello", 1)

if os.execute "command -v escript >/dev/null 2>&1" then
  local round_trip = each("processes", ROUND_TRIPS, { 4 })
  add("Erlang: message and answer", "us", erlang "plain", round_trip, "our round trip, 4 words")
  add("Erlang: gen_server:call", "us", erlang "gen_server", round_trip, "our round trip, 4 words")
end

if riscv.is_there() then
  for _, part in ipairs(riscv.PARTS) do
    add(("RISC-V code, %s, per instruction"):format(part), "ns", function()
      return riscv.compute(part, SCALE)
    end, loop_iteration, "an iteration of an empty Lua loop")
  end
  for _, words in ipairs(riscv.LENGTHS) do
    for _, is_mcs in ipairs { false, true } do
      add(("RISC-V round trip, two processes, %d words%s"):format(words, is_mcs and ", MCS" or ""),
        "us", function() return riscv.calls(words, SCALE, is_mcs) end, two_switches,
        "two raw switches")
    end
  end
end

-- Measures a benchmark and prints its figures. False: it is above its limit.
local function run(benchmark)
  local all, floors, ratios = {}, {}, {}
  for i = 1, ROUNDS do -- in turn, so that both see the same load of the host
    floors[i] = benchmark.floor_of()
    all[i] = benchmark.measure()
    ratios[i] = all[i] / floors[i]
  end
  local row = { name = benchmark.name, unit = benchmark.unit, floor_name = benchmark.floor_name,
    floor = median(floors), seconds = median(all), ratio = median(ratios) }
  local is_within = not benchmark.limit or row.seconds <= benchmark.limit
  print(report.line(row) ..
    (is_within and "" or ("; ABOVE THE LIMIT of %g s"):format(benchmark.limit)))
  return is_within, row
end

local function is_wanted(name)
  for _, word in ipairs(arg) do
    if name:find(word, 1, true) then
      return true
    end
  end
  return #arg == 0
end

local are_within, rows = true, {}
for _, benchmark in ipairs(benchmarks) do
  if is_wanted(benchmark.name) then
    local is_within, row = run(benchmark)
    are_within = is_within and are_within
    rows[#rows + 1] = row
  end
end
if json_path then
  report.write(json_path, rows)
end
return are_within
