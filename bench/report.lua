-- SPDX-License-Identifier: MIT
--- Figures of benchmarks as lines of a table and as JSON, and two files of them side by side.
---
---   print(report.line(row))      -- row: name, unit, seconds, floor, ratio, floor_name
---   report.write("before.json", rows)
---   print(report.compare("before.json", "after.json"))

local report = {}

local SCALES = { ns = 1e9, us = 1e6, ms = 1e3 }

function report.line(row)
  local scale = SCALES[row.unit]
  return ("%-40s %8.3f %s  %6.2f times %8.3f %s, %s"):format(row.name, row.seconds * scale,
    row.unit, row.ratio, row.floor * scale, row.unit, row.floor_name)
end

local ROW = '{"name": "%s", "seconds": %.6g, "floor": %.6g, "ratio": %.6g, "floor_name": "%s"}'

--- Writes rows as a JSON array, one a line. Names have nothing that JSON would escape.
function report.write(path, rows)
  local lines = {}
  for i, row in ipairs(rows) do
    assert(not (row.name .. row.floor_name):find '["\\%c]', "a name that JSON would escape")
    lines[i] = ROW:format(row.name, row.seconds, row.floor, row.ratio, row.floor_name)
  end
  local file <close> = assert(io.open(path, "w"))
  assert(file:write("[\n", table.concat(lines, ",\n"), "\n]\n"))
end

-- Ratios by name, and the names in order, of a file that report.write made.
local function read(path)
  local file <close> = assert(io.open(path))
  local ratios, names = {}, {}
  for name, ratio in file:read("a"):gmatch '"name": "([^"]*)".-"ratio": ([^,]*),' do
    names[#names + 1] = name
    ratios[name] = assert(tonumber(ratio), path .. ": the ratio of " .. name .. " is no number")
  end
  assert(names[1], path .. " has no figures; bench/run --json FILE writes them")
  return ratios, names
end

--- The ratios to the floor in both files, and by how much they differ, as text: a line for each
--- name that is in both, then the names that are in one only.
function report.compare(before_path, after_path)
  local before, before_names = read(before_path)
  local after, after_names = read(after_path)
  local lines = {}
  for _, name in ipairs(before_names) do
    if after[name] then
      lines[#lines + 1] = ("%-40s %7.2f -> %7.2f times the floor, %+.0f %%"):format(name,
        before[name], after[name], (after[name] / before[name] - 1) * 100)
    else
      lines[#lines + 1] = ("%-40s only in %s"):format(name, before_path)
    end
  end
  for _, name in ipairs(after_names) do
    if not before[name] then
      lines[#lines + 1] = ("%-40s only in %s"):format(name, after_path)
    end
  end
  return table.concat(lines, "\n")
end

return report
