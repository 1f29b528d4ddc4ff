-- SPDX-License-Identifier: MIT
--- Curves: one operation with more and more of something. Each is a list of rows, measured in turn
--- within each round, so that they see the same load of the host.

local machines = require "bench.machines"

local STEP_US = 10000000 -- for a pass with timers, in virtual time

-- Room for so many threads.
local function room(threads, is_mcs)
  if threads > 10000 then -- 100,000 take about 0.4 GiB of the host's memory
    return { memory = "2G", heap = "512M", root_cnode_bits = 20, mcs = is_mcs }
  elseif threads > 1000 then
    return { memory = "256M", heap = "64M", root_cnode_bits = 16, mcs = is_mcs }
  end
  return { memory = "64M", mcs = is_mcs }
end

local function with_timers(threads)
  local options = room(threads, true)
  options.limit_us = STEP_US
  return options
end

return function(bench)
  local floors, scale = bench.floors, bench.scale
  local THREADS = { 10, 100, 1000, 10000, 100000 }

  -- A curve over `sizes`, with measure_of(size) for each, beside one floor or floor_of(size).
  -- With --quick those above `quick_most` are left out.
  local function curve(name, row_name, unit, sizes, quick_most, measure_of, floor)
    local result = { curve = name }
    for _, size in ipairs(sizes) do
      if not bench.is_quick or size <= quick_most then
        result[#result + 1] = { name = row_name:format(size), unit = unit, size = size,
          measure = measure_of(size),
          floor = type(floor) == "function" and floor(size) or floor }
      end
    end
    return result
  end

  local function idle(threads)
    return machines.each("round_trip", 200000 // scale, { 4, "two", threads }, room(threads))
  end
  local function ring(threads)
    local rounds = math.max(1, 200000 // scale // threads)
    local measure = machines.each("ring", threads, { rounds }, room(threads))
    return function() return measure() / rounds end
  end
  -- What a capability adds: a revocation of nothing takes its time, too.
  local nothing = machines.each("calls", 100000 // scale, { "revoke" })
  local function revoke(count)
    local originals = math.max(1, 100000 // scale // count)
    local measure = machines.each("revoke", count, { originals }, { memory = "256M",
      root_cnode_bits = 16 })
    return function() return measure() / originals - nothing() / count end
  end
  local function copy(copies)
    return machines.each("calls", 100000 // scale, { "copy", copies }, { memory = "256M" })
  end
  local function timers(what)
    return function(pending)
      return machines.each("timers", 20000 // scale, { pending, what }, with_timers(pending))
    end
  end

  return {
    curve("round trip beside idle threads", "round trip beside %d idle threads", "us", THREADS, 100,
      idle, floors.two_switches),
    curve("signal round a ring", "signal to the next of %d threads", "us", THREADS, 100, ring,
      floors.switch_in_ring),
    curve("copy and delete beside others", "copy and delete beside %d copies", "us", THREADS, 1000,
      copy, floors.calls(6, 5)),
    curve("revocation", "revocation of %d capabilities, for each", "ns",
      { 10, 100, 1000, 10000, 100000, 1000000 }, 1000, revoke, floors.table_removal),
    curve("budget over and back", "budget over and back, %d pending", "us", THREADS, 100,
      timers "yield", floors.one_switch),
    curve("latest timer, out and in", "latest timer out and in, %d pending", "us", THREADS, 100,
      timers "resume", floors.calls(6, 5)),
  }
end
