-- SPDX-License-Identifier: MIT
--- Measures the machine from outside: programs of bench/programs run in it, and the host's clock
--- counts. Each figure is the median of several rounds, beside that of a floor: what plain Lua
--- takes for the like in the same run, so that the ratio says more than the machine it was measured
--- on. Some rows have a target (bench/targets.lua), which is told. Some have a limit: the exit
--- status is 1 if one of them is above it.
---
---   bench/run [--fast] [--quick] [--json FILE] [NAME...]   (bench/run builds, and calls this)
---   bench/run --compare BEFORE AFTER
---
--- --quick makes few rounds of everything, to see that it works. --json writes the figures to a
--- file too, --compare shows two such files side by side.
---
--- A file of bench/rows is a function of { scale, is_quick, floors } that returns rows: { name,
--- unit, measure = function() that returns seconds or bytes, floor = { such a function, name },
--- limit = in seconds }, or curves: { curve = name, rows with a `size` }.

package.path = "./?.lua;./bench/programs/?.lua;" .. package.path

local floors = require "bench.floors"
local machines = require "bench.machines"
local report = require "bench.report"
local targets = require "bench.targets"

local FILES = { "messages", "calls", "starting", "curves", "compute", "erlang", "riscv" }

local preset = table.remove(arg, 1)
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
local ROUNDS = is_quick and 3 or 21 -- many short ones are steadier than a few long ones
local SCALE = is_quick and 100 or 3 -- how much less is done in a round

local function is_wanted(name)
  for _, word in ipairs(arg) do
    if name:find(word, 1, true) then
      return true
    end
  end
  return #arg == 0
end

local function median(values)
  table.sort(values)
  return values[(#values + 1) // 2]
end

local results, are_within = {}, true

-- Prints a row of results, and keeps it.
local function tell(result, limit)
  result.target = targets.judge(result, preset)
  local is_within = not limit or result.value <= limit
  are_within = are_within and is_within
  print(report.line(result) .. (is_within and "" or ("; ABOVE THE LIMIT of %g s"):format(limit)))
  results[#results + 1] = result
end

-- Measures rows round by round: in turn, so that all of them and the floors see the same load of
-- the host. Returns what each has taken.
local function measure(rows)
  local figures = {}
  for i in ipairs(rows) do
    figures[i] = { values = {}, floors = {}, ratios = {} }
  end
  for round = 1, ROUNDS do
    for i, row in ipairs(rows) do
      local of = figures[i]
      of.floors[round] = row.floor[1]()
      of.values[round] = row.measure()
      of.ratios[round] = of.values[round] / of.floors[round]
    end
  end
  machines.close_all()
  return figures
end

-- Measures and tells rows, and if they are a curve how flat it is.
local function run(rows, curve)
  local least, most = math.huge, 0
  for i, of in ipairs(measure(rows)) do
    local row = rows[i]
    local value = median(of.values)
    least, most = math.min(least, value), math.max(most, value)
    tell({ name = row.name, unit = row.unit, value = value, floor = median(of.floors),
      ratio = median(of.ratios), floor_name = row.floor[2] }, row.limit)
  end
  if curve and #rows > 1 then
    tell { name = curve, is_curve = true, ratio = most / least, first = rows[1].size,
      last = rows[#rows].size }
  end
end

local bench = { scale = SCALE, is_quick = is_quick, floors = floors.new(SCALE) }
for _, file in ipairs(FILES) do
  for _, item in ipairs(require("bench.rows." .. file)(bench)) do
    local wanted = {}
    for _, row in ipairs(item.curve and item or { item }) do
      if is_wanted(row.name) or item.curve and is_wanted(item.curve) then
        wanted[#wanted + 1] = row
      end
    end
    if wanted[1] then
      run(wanted, item.curve)
    end
  end
end
print(report.sum(results))
if json_path then
  report.write(json_path, results)
end
return are_within
