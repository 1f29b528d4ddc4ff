-- SPDX-License-Identifier: MIT
--- Rows: messages between two threads, in one process and in two.

local machines = require "bench.machines"

local WORDS = { 0, 4, 10, 120 }
local CONFIGURATIONS = { { "" }, { ", MCS", mcs = true } }
local PLACES = { { "one process", "one" }, { "two processes", "two" } }

-- In one process; each is a thing of bench/programs/between.lua.
local BETWEEN = {
  { "Send to a thread that waits", "send" }, { "Signal to a thread that waits", "signal" },
  { "Yield of two threads, there and back", "yield" }, { "fault, handler and back", "fault" },
}

return function(bench)
  local count = 200000 // bench.scale
  local two_switches = bench.floors.two_switches
  local rows = {}
  local function add(name, measure)
    rows[#rows + 1] = { name = name, unit = "us", measure = measure, floor = two_switches }
  end

  for _, place in ipairs(PLACES) do
    for _, words in ipairs(WORDS) do
      for _, configuration in ipairs(CONFIGURATIONS) do
        add(("round trip, %s, %d words%s"):format(place[1], words, configuration[1]),
          machines.each("round_trip", count, { words, place[2] }, { mcs = configuration.mcs }))
      end
    end
    for _, configuration in ipairs(CONFIGURATIONS) do
      add(("round trip, %s, a capability%s"):format(place[1], configuration[1]),
        machines.each("round_trip", count, { 0, place[2], 0, "cap" }, { mcs = configuration.mcs }))
    end
  end
  for _, row in ipairs(BETWEEN) do
    add(row[1], machines.each("between", count, { row[2] }))
  end
  return rows
end
