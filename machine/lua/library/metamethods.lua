-- SPDX-License-Identifier: MIT
--- What functions of the standard library do with tables that have metatables. Metamethods that are
--- called from Lua can be left and preempted like any other code, so these are in Lua; the C
--- functions have checked the arguments.
---
--- The engine calls this chunk with the table that gets the functions, when one is first needed.

local functions = ...

-- As they were before the program came.
local error, to_integer = functions.error, functions.to_integer

--- The length of a value, for the functions that need one.
function functions.length(list)
  return to_integer(#list) or error("object length is not an integer", 3)
end

--- A raw table with the elements from `first` to `last`.
function functions.elements(list, first, last)
  local copy = {}
  for i = first, last do
    copy[i] = list[i]
  end
  return copy
end

--- table.insert at a position that has been checked; `last` is the one behind the list.
function functions.insert(list, last, position, value)
  for i = last, position + 1, -1 do
    list[i] = list[i - 1]
  end
  list[position] = value
end

--- table.remove likewise.
function functions.remove(list, size, position)
  local value = list[position]
  for i = position, size - 1 do
    list[i] = list[i + 1]
  end
  list[position < size and size or position] = nil
  return value
end

function functions.move(from, first, last, to_first, to)
  if to_first > last or to_first <= first or to ~= from then
    for i = 0, last - first do
      to[to_first + i] = from[first + i]
    end
  else
    for i = last - first, 0, -1 do
      to[to_first + i] = from[first + i]
    end
  end
  return to
end

--- The iterator of ipairs.
function functions.next_element(list, i)
  i = i + 1
  local value = list[i]
  if value ~= nil then
    return i, value
  end
end
