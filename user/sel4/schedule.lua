-- SPDX-License-Identifier: MIT
--- What is to happen when: entries by their time, the earliest first; of equal times, those that
--- came first. To add one or to take one out takes a number of steps that grows with the logarithm
--- of how many there are.
--
--   local schedule = require "sel4.schedule"
--   local list = schedule.new()
--   local entry = list:add({ name = "tea" }, 300)    -- a table, for as long as it is in the list
--   list:first()                                     --> the entry, and 300; or nil
--   list:remove(entry)

local schedule = {}

local Schedule = {}
Schedule.__index = Schedule
Schedule.__name = "sel4.schedule"

function Schedule:__tostring()
  return ("schedule with %d entries"):format(#self.order)
end

-- The places 1, 2, ... of `order` form a binary heap: no entry comes before the one at half its
-- place. `place_of` says where each stands.
local function put(self, entry, place)
  self.order[place], self.place_of[entry] = entry, place
end

local function is_before(self, a, b)
  local time_a, time_b = self.time_of[a], self.time_of[b]
  return time_a < time_b or (time_a == time_b and self.number_of[a] < self.number_of[b])
end

-- Moves an entry from a place that is free towards the first one, as far as it belongs.
local function rise(self, entry, place)
  while place > 1 and is_before(self, entry, self.order[place // 2]) do
    put(self, self.order[place // 2], place)
    place = place // 2
  end
  put(self, entry, place)
end

-- The same, away from it.
local function sink(self, entry, place)
  while true do
    local child = 2 * place
    local other = self.order[child + 1]
    if other and is_before(self, other, self.order[child]) then
      child = child + 1
    end
    if not self.order[child] or not is_before(self, self.order[child], entry) then
      put(self, entry, place)
      return
    end
    put(self, self.order[child], place)
    place = child
  end
end

--- Adds a table that is not in the list, at a time, a number; returns it.
function Schedule:add(entry, time)
  if self.place_of[entry] then
    error("add: the entry is in the list already", 2)
  end
  self.last_number = self.last_number + 1
  self.time_of[entry], self.number_of[entry] = time, self.last_number
  rise(self, entry, #self.order + 1)
  return entry
end

--- The earliest entry and its time; nil if there is none.
function Schedule:first()
  local entry = self.order[1]
  return entry, entry and self.time_of[entry]
end

--- Takes an entry out, if it is there; whether it was.
function Schedule:remove(entry)
  local place = self.place_of[entry]
  if not place then
    return false
  end
  local last = table.remove(self.order)
  self.place_of[entry], self.time_of[entry], self.number_of[entry] = nil, nil, nil
  if last == entry then
    return true
  elseif place > 1 and is_before(self, last, self.order[place // 2]) then
    rise(self, last, place)
  else
    sink(self, last, place)
  end
  return true
end

--- A list without entries.
function schedule.new()
  return setmetatable({ order = {}, place_of = {}, time_of = {}, number_of = {}, last_number = 0 },
    Schedule)
end

return schedule
