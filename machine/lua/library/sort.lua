-- SPDX-License-Identifier: MIT
--- table.sort: quicksort, as Lua's own, around the median of three. It is in Lua so that the
--- comparisons can be left and preempted wherever they stand.
---
--- There are two, which return true if the comparison contradicts itself: one calls the program's
--- comparison, one compares with `<`. They are made from one text, in which LESS(a, b) stands for
--- the comparison.

local functions = ...
local gsub, load = functions.gsub, functions.load

local text = [[
local less = ...
local sort

-- list[low] and list[up] are not between the limits: makes them so.
local function order(list, low, up)
  local a, b = list[low], list[up]
  if LESS(b, a) then
    list[low], list[up] = b, a
  end
end

-- Splits list[low..up] around the pivot, which is at up - 1; list[low] <= pivot <= list[up].
-- Nil: the comparison contradicts itself.
local function partition(list, low, up, pivot)
  local i, j = low, up - 1
  while true do
    i = i + 1
    local a = list[i]
    while LESS(a, pivot) do
      if i == up - 1 then
        return nil
      end
      i = i + 1
      a = list[i]
    end
    j = j - 1
    local b = list[j]
    while LESS(pivot, b) do
      if j < i then
        return nil
      end
      j = j - 1
      b = list[j]
    end
    if j < i then
      list[up - 1], list[i] = list[i], list[up - 1]
      return i
    end
    list[i], list[j] = b, a
  end
end

-- True: the comparison contradicts itself.
function sort(list, low, up, random)
  while low < up do
    order(list, low, up)
    if up - low == 1 then
      return
    end
    local middle = (low + up) // 2
    if up - low > 100 then
      local quarter = (up - low) // 4
      middle = low + quarter + random % (quarter * 2)
    end
    local pivot, first = list[middle], list[low]
    if LESS(pivot, first) then
      list[middle], list[low] = first, pivot
    else
      local last = list[up]
      if LESS(last, pivot) then
        list[middle], list[up] = last, pivot
      end
    end
    if up - low == 2 then
      return
    end
    pivot = list[middle]
    list[middle], list[up - 1] = list[up - 1], pivot
    local at = partition(list, low, up, pivot)
    if not at then
      return true
    end
    local smaller, is_bad
    if at - low < up - at then -- the smaller part first, so that the stack stays low
      is_bad = sort(list, low, at - 1, random)
      smaller, low = at - low, at + 1
    else
      is_bad = sort(list, at + 1, up, random)
      smaller, up = up - at, at - 1
    end
    if is_bad then
      return true
    elseif (up - low) // 128 > smaller then -- the list has been made for our pivots
      random = (random * 1103515245 + 12345) & 0x7fffffff
    end
  end
end
return sort
]]

-- A function that is made when it is first called.
local function make(name, comparison)
  functions[name] = function(list, size, less)
    local chunk = load((gsub(text, "LESS(%b())", comparison)))
    functions[name] = function(a_list, a_size, a_less)
      return chunk(a_less)(a_list, 1, a_size, 0)
    end
    return functions[name](list, size, less)
  end
end

make("sort_with", "less%1")
make("sort", function(arguments)
  return (gsub(arguments, ",", " <"))
end)
