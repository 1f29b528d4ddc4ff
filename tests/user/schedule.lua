-- SPDX-License-Identifier: MIT
--- sel4.schedule beside a list that is sorted after every change; and how many comparisons a change
--- takes. Its last line is the sum.
---
---   selvm run tests/user/schedule.lua

local schedule = require "sel4.schedule"

local passed, failed = 0, 0
local STEPS, MOST, SEED = 4000, 60, 11
local random_state = SEED

local function expect(condition, what)
  if condition then
    passed = passed + 1
  else
    failed = failed + 1
    print(("FAILED: %s (seed %d)"):format(what, SEED))
  end
end

local function random(limit)
  random_state = (random_state * 1103515245 + 12345) % (1 << 31)
  return (random_state >> 8) % limit + 1
end

-- --- the same as a sorted list ------------------------------------------------------------------

local list, sorted, count = schedule.new(), {}, 0

local function add()
  count = count + 1
  local entry, time = { count }, random(20) -- so that many are equal
  expect(list:add(entry, time) == entry, "add returns the entry")
  table.insert(sorted, { entry = entry, time = time, number = count })
  table.sort(sorted, function(a, b)
    return a.time < b.time or (a.time == b.time and a.number < b.number)
  end)
end

local function remove(place)
  local gone = table.remove(sorted, place)
  expect(list:remove(gone.entry), "an entry is taken out")
  expect(not list:remove(gone.entry), "and then it is out")
end

expect(list:first() == nil and tostring(list) == "schedule with 0 entries", "an empty one")
for _ = 1, STEPS do
  if #sorted == 0 or (random(2) == 1 and #sorted < MOST) then
    add()
  else
    remove(random(3) == 1 and random(#sorted) or 1)
  end
  local entry, time = list:first()
  local wanted = sorted[1] or {}
  expect(entry == wanted.entry and time == wanted.time, "the first one is another")
end
expect(tostring(list) == ("schedule with %d entries"):format(#sorted), tostring(list))

local twice = list:add({}, 1)
local is_added, why = pcall(function() list:add(twice, 2) end)
expect(not is_added and why:find("schedule.lua:%d+: add: the entry is in the list already$"), why)
expect(select(2, list:first()) == 1, "nothing has changed by the error")

-- --- the work -----------------------------------------------------------------------------------

-- Times that count how often they are compared.
local comparisons = 0
local Time = {}
Time.__lt = function(a, b)
  comparisons = comparisons + 1
  return a.us < b.us
end
Time.__eq = function(a, b)
  return a.us == b.us
end

-- The most comparisons of one addition or removal, among so many entries.
local function most_comparisons(size)
  local many, entries, most = schedule.new(), {}, 0
  local function counted(fn, ...)
    comparisons = 0
    fn(many, ...)
    most = math.max(most, comparisons)
  end
  for i = 1, size do
    entries[i] = {}
    counted(many.add, entries[i], setmetatable({ us = (i * 7919) % size }, Time))
  end
  for i = 1, size do
    counted(many.remove, entries[(i * 31) % size + 1])
  end
  expect(many:first() == nil, "all have been taken out")
  return most
end

-- Two comparisons for each level of the heap, and one to decide the direction.
expect(most_comparisons(16) <= 2 * 5 + 1, "16 entries")
expect(most_comparisons(4096) <= 2 * 13 + 1, "4096 entries")

print(("%d passed, %d failed"):format(passed, failed))
