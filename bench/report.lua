-- SPDX-License-Identifier: MIT
--- Figures of benchmarks as lines of a table and as JSON, and two files of them side by side.
---
---   print(report.line(row))      -- row: name, unit, value, floor, ratio, floor_name, target
---   report.write("before.json", rows)
---   print(report.compare("before.json", "after.json"))
---
--- Values are in seconds or bytes, whatever the unit they are shown in. The row of a curve has
--- is_curve, first and last, and its ratio is the largest cost to the smallest.

local report = {}

local SCALES = { ns = 1e9, us = 1e6, ms = 1e3, bytes = 1 }

-- What stands behind a row's figures.
local function target_text(row)
  local target = row.target
  if not target then
    return ""
  end
  local text = ("%g"):format(target.value)
  if target.kind == "ratio_least" then
    text = "at least " .. text
  elseif target.kind == "value_most" then
    text = ("%g %s"):format(target.value * SCALES[row.unit], row.unit)
  end
  if target.is_met then
    return ("; target %s: met"):format(text)
  end
  return ("; target %s: NOT met%s"):format(text, target.why and ", by " .. target.why or "")
end

function report.line(row)
  if row.is_curve then
    return ("%-44s flat within %.2f times from %d to %d%s"):format(row.name .. ":", row.ratio,
      row.first, row.last, target_text(row))
  end
  local scale = SCALES[row.unit]
  return ("%-44s %8.3f %s  %6.2f times %8.3f %s, %s%s"):format(row.name, row.value * scale,
    row.unit, row.ratio, row.floor * scale, row.unit, row.floor_name, target_text(row))
end

--- How many targets the rows have met, of those that they have.
function report.sum(rows)
  local count, met = 0, 0
  for _, row in ipairs(rows) do
    count = count + (row.target and 1 or 0)
    met = met + (row.target and row.target.is_met and 1 or 0)
  end
  return ("targets: %d of %d met"):format(met, count)
end

local function quoted(text)
  assert(not text:find '["\\%c]', "a name that JSON would escape")
  return '"' .. text .. '"'
end

-- A row as JSON.
local function encode(row)
  local parts = { ('{"name": %s, "ratio": %.6g'):format(quoted(row.name), row.ratio) }
  if row.is_curve then
    parts[#parts + 1] = ('"curve": true, "first": %d, "last": %d'):format(row.first, row.last)
  else
    parts[#parts + 1] = ('"unit": %s, "value": %.6g, "floor": %.6g, "floor_name": %s'):format(
      quoted(row.unit), row.value, row.floor, quoted(row.floor_name))
  end
  if row.target then
    parts[#parts + 1] = ('"target": {%s: %g, "met": %s}'):format(quoted(row.target.kind),
      row.target.value, row.target.is_met)
  end
  return table.concat(parts, ", ") .. "}"
end

--- Writes rows as a JSON array, one a line. Names have nothing that JSON would escape.
function report.write(path, rows)
  local lines = {}
  for i, row in ipairs(rows) do
    lines[i] = encode(row)
  end
  local file <close> = assert(io.open(path, "w"))
  assert(file:write("[\n", table.concat(lines, ",\n"), "\n]\n"))
end

-- Ratios by name, and the names in order, of a file that report.write made.
local function read(path)
  local file <close> = assert(io.open(path))
  local ratios, names = {}, {}
  for name, ratio in file:read("a"):gmatch '"name": "([^"]*)".-"ratio": ([^,}]*)' do
    names[#names + 1] = name
    ratios[name] = assert(tonumber(ratio), path .. ": the ratio of " .. name .. " is no number")
  end
  assert(names[1], path .. " has no figures; bench/run --json FILE writes them")
  return ratios, names
end

--- The ratios in both files, and by how much they differ, as text: a line for each name that is in
--- both, then the names that are in one only.
function report.compare(before_path, after_path)
  local before, before_names = read(before_path)
  local after, after_names = read(after_path)
  local lines = {}
  for _, name in ipairs(before_names) do
    if after[name] then
      lines[#lines + 1] = ("%-44s %7.2f -> %7.2f times, %+.0f %%"):format(name, before[name],
        after[name], (after[name] / before[name] - 1) * 100)
    else
      lines[#lines + 1] = ("%-44s only in %s"):format(name, before_path)
    end
  end
  for _, name in ipairs(after_names) do
    if not before[name] then
      lines[#lines + 1] = ("%-44s only in %s"):format(name, after_path)
    end
  end
  return table.concat(lines, "\n")
end

return report
