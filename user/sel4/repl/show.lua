-- SPDX-License-Identifier: MIT
--- Values as text for people: what the REPL prints.
--
--   local show = require "sel4.repl.show"
--   show.value { 1, name = "x" }       --> { 1, name = "x" }
--   show.value(seL4.CNode_Delete)      --> seL4.CNode_Delete(_service, index, depth) -> error
--   show.value(object.cnode)           --> capability 2: a CNode (root CNode)

local manual = require "sel4.repl.manual"
local seL4 = require "seL4"

local show = {}

local DEPTH_MAX, ITEMS_MAX, HEX_FROM = 3, 24, 10000

local function_names = {}
for name, value in pairs(seL4) do
  if type(value) == "function" then
    function_names[value] = name
  end
end

--- "capability 2: a CNode (root CNode)"
function show.capability(cptr)
  return ("capability %d: %s"):format(cptr, seL4.DebugCapText(cptr) or "no slot has this number")
end

local render

local function key_text(key, depth)
  if type(key) == "string" and key:find "^[%a_][%w_]*$" then
    return key
  end
  return ("[%s]"):format(render(key, depth))
end

-- Keys in an order: of the list first, then the others by their texts.
local function ordered_keys(value)
  local keys, length = {}, #value
  for key in pairs(value) do
    local is_in_list = math.type(key) == "integer" and key >= 1 and key <= length
    if not is_in_list then
      keys[#keys + 1] = key
    end
  end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  return keys
end

local function table_text(value, depth)
  if depth >= DEPTH_MAX then
    return "{ ... }"
  end
  local parts = {}
  for i = 1, math.min(#value, ITEMS_MAX) do
    parts[i] = render(value[i], depth + 1)
  end
  local keys = ordered_keys(value)
  for i = 1, math.min(#keys, ITEMS_MAX) do
    parts[#parts + 1] = ("%s = %s"):format(key_text(keys[i], depth + 1),
      render(value[keys[i]], depth + 1))
  end
  if #value > ITEMS_MAX or #keys > ITEMS_MAX then
    parts[#parts + 1] = ("... (%d in all)"):format(#value + #keys)
  end
  return #parts == 0 and "{}" or ("{ %s }"):format(table.concat(parts, ", "))
end

local function number_text(value)
  if math.type(value) == "integer" and (value >= HEX_FROM or value <= -HEX_FROM) then
    return ("%d (0x%x)"):format(value, value)
  end
  return tostring(value)
end

-- A value inside of a table is shown shorter than one by itself.
function render(value, depth)
  local meta = getmetatable(value)
  if type(value) == "string" then
    return ("%q"):format(value):gsub("\\\n", "\\n")
  elseif type(value) == "number" then
    return depth == 0 and number_text(value) or tostring(value)
  elseif function_names[value] then
    return depth == 0 and manual.signature(function_names[value]) or
      "seL4." .. function_names[value]
  elseif depth == 0 and type(value) == "table" and math.type(rawget(value, "cptr")) then
    return show.capability(value.cptr)
  elseif type(value) == "table" and not (type(meta) == "table" and meta.__tostring) then
    return table_text(value, depth)
  end
  return tostring(value)
end

--- A value as text: strings in quotes, tables with what is in them, objects as they say themselves.
function show.value(value)
  return (render(value, 0))
end

return show
