-- SPDX-License-Identifier: MIT
--- Rows: what one thread asks of the kernel, and what the libraries make of it.

local machines = require "bench.machines"

-- Things of bench/programs/calls.lua; with how many integers they read and return.
local SWITCHLESS = {
  { "Poll of nothing", "poll", 1, 2 }, { "Signal to nobody", "signal", 1, 0 },
  { "Yield alone", "yield", 0, 0 }, { "Load of a word", "load", 1, 1 },
  { "Store of a word", "store", 2, 0 },
}
local INVOCATIONS = {
  { "CNode copy and delete", "copy" }, { "CNode mint and delete", "mint" },
  { "unmap and map of a frame", "map" }, { "retype and revoke of an endpoint", "endpoint" },
  { "retype and revoke of a frame", "frame" },
}

return function(bench)
  local floors, calls = bench.floors, 1000000 // bench.scale
  local rows = {}
  local function add(name, measure, floor)
    rows[#rows + 1] = { name = name, unit = "us", measure = measure, floor = floor }
  end
  local function invocation(what)
    return machines.each("calls", calls // 10, { what })
  end

  for _, row in ipairs(SWITCHLESS) do
    add(row[1], machines.each("calls", calls, { row[2] }), floors.calls(row[3], row[4]))
  end
  for _, row in ipairs(INVOCATIONS) do
    add(row[1], invocation(row[2]), floors.calls(6, 5))
  end

  -- What a library adds: the same beside the calls that it makes, and beside what plain Lua takes.
  local object, bare = invocation "object", { invocation "copy", "the bare calls" }
  add("copy and delete over sel4.object", object, floors.calls(6, 5))
  add("sel4.object beside the bare calls", object, bare)
  local rpc = machines.each("service", calls // 50)
  local round_trip = machines.each("round_trip", calls // 5, { 4, "one" })
  add("call over sel4.rpc", rpc, floors.two_switches)
  add("sel4.rpc beside the bare call", rpc, { round_trip, "our round trip, 4 words" })
  return rows
end
