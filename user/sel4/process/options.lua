-- SPDX-License-Identifier: MIT
--- Checks the options of process.new, which documents them.
--
--   require("sel4.process.options").check({ source = "return 7", args = { "x" } }, 2)

local object = require "sel4.object"
local tcb = require "sel4.tcb"

local options = {}

local KNOWN = tcb.known_options { "name", "source", "program", "elf", "args", "modules",
  "heap_bits", "cspace_bits", "caps", "priority", "fault_endpoint", "monitor", "monitor_slot",
  "own_cspace", "bytes" }
local LUA_OPTIONS = { "source", "program", "modules", "heap_bits" }
local HEAP_BITS_MIN, HEAP_BITS_MAX = 16, 30
local INTEGERS_MAX = 4

-- Each of these returns what is wrong; nothing if all is well.

local function wrong_size(given)
  local heap_bits = given.heap_bits
  if heap_bits and not (object.whole(heap_bits) and heap_bits >= HEAP_BITS_MIN
    and heap_bits <= HEAP_BITS_MAX) then
    return ("option 'heap_bits', log2 of the heap's bytes, must be a whole number from %d to %d, "
      .. "not %s"):format(HEAP_BITS_MIN, HEAP_BITS_MAX, object.described(heap_bits))
  elseif given.bytes and not object.whole(given.bytes) then
    return ("option 'bytes' must be a whole number, such as 1 << 20, not %s"):format(
      object.described(given.bytes))
  elseif given.cspace_bits and not object.whole(given.cspace_bits) then
    return ("option 'cspace_bits', log2 of the slots, must be a whole number, not %s"):format(
      object.described(given.cspace_bits))
  end
end

local function not_for_elf(given)
  for _, name in ipairs(given.elf and LUA_OPTIONS or {}) do
    if given[name] then
      return ("a process of RISC-V code ('elf') has no '%s'"):format(name)
    end
  end
end

-- How long a list is, nils in it included; or nil, and a key that is of no list.
local function length_of(list)
  local length = object.whole(list.n) or 0
  for key in pairs(list) do
    local index = object.whole(key)
    if index and index > 0 then
      length = math.max(length, index)
    elseif key ~= "n" then
      return nil, key
    end
  end
  return length
end

-- Arguments cross into another heap, where no table or function of this one is; and of a list with
-- a nil in it the rest would be lost.
local function wrong_arguments(given)
  local args = given.args or {}
  if type(args) ~= "table" then
    return ("option 'args' must be a list, such as { 'x', 7 }, not %s"):format(
      object.described(args))
  end
  local length, key = length_of(args)
  if not length then
    return ("option 'args' is a list, and has no place for '%s'"):format(tostring(key))
  end
  for i = 1, length do
    local value = args[i]
    if given.elf and (math.type(value) ~= "integer" or i > INTEGERS_MAX) then
      return ("arguments of RISC-V code are at most %d integers, for a2 to a5"):format(INTEGERS_MAX)
    elseif type(value) ~= "string" and type(value) ~= "number" then
      return ("argument %d must be a string or a number, and reaches the program as a string; it "
        .. "is %s"):format(i, value == nil and "nil" or "a " .. type(value))
    end
  end
end

--- Raises an error if there is something wrong with options; `level` is whom it is blamed on, as
--- for error().
function options.check(given, level)
  tcb.check_options("process.new", KNOWN, given, level + 1)
  local why = wrong_size(given) or not_for_elf(given) or wrong_arguments(given)
  if why then
    error("process.new: " .. why, level + 1)
  end
end

return options
