-- SPDX-License-Identifier: MIT
--- Rows: what it takes to have a machine, a process and a thread.

local floors = require "bench.floors"
local machines = require "bench.machines"
local selvm = require "selvm"

local BOOTS = 5 -- in each round; one alone is over too soon

-- Seconds to make a machine. Its program is not started.
local function boot(memory)
  return function()
    local machine
    local seconds = machines.seconds_of(function()
      machine = selvm.machine { source = "", memory = memory }
    end)
    machine:close()
    return seconds
  end
end

-- Seconds until the first line of its program has been executed, and with that the program.
local function first_line()
  local total = 0
  for _ = 1, BOOTS do
    local machine, said = nil, ""
    total = total + machines.seconds_of(function()
      machine = selvm.machine { source = 'print "here"', memory = "64M",
        console = function(text) said = said .. text end }
      machine:run()
    end)
    assert(said == "here\n", said)
    machine:close()
  end
  return total / BOOTS
end

return function(bench)
  local slots = bench.floors.table_of_slots
  local spawned = math.max(2, 20 // bench.scale)
  local rows = {
    { name = "boot to the root task's first line, 64 MiB", unit = "ms", measure = first_line,
      floor = slots },
  }
  for _, size in ipairs { 64, 1024 } do
    rows[#rows + 1] = { name = ("boot of a machine of %d MiB"):format(size), unit = "ms",
      measure = boot(size .. "M"), floor = slots, limit = 0.05 }
  end
  rows[#rows + 1] = { name = "selvm run examples/hello.lua", unit = "ms", limit = 1,
    measure = floors.command "./selvm run examples/hello.lua", floor = bench.floors.hello }
  local function spawn(how)
    return machines.each("spawn", spawned, { how }, { memory = "1G", root_cnode_bits = 16 })
  end
  rows[#rows + 1] = { name = "spawn of a process", unit = "us", floor = bench.floors.calls(6, 5),
    measure = spawn() }
  rows[#rows + 1] = { name = "spawn in memory never used before", unit = "us",
    floor = bench.floors.calls(6, 5), measure = spawn "fresh" }
  local waiting = bench.is_quick and 1000 or 10000
  rows[#rows + 1] = { name = "memory of a thread that waits", unit = "bytes",
    measure = machines.value("idle", { waiting }, { memory = "256M", heap = "64M",
      root_cnode_bits = 16 }), floor = bench.floors.coroutine }
  return rows
end
