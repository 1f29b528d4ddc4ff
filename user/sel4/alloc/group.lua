-- SPDX-License-Identifier: MIT
--- Groups of sel4.alloc: what is made through one is given back as a whole, and may be limited.

local common = require "sel4.alloc.common"
local object = require "sel4.object"
local seL4 = require "seL4"

local type_of, slot_to_free = common.type_of, common.slot_to_free

local Group = setmetatable({}, { __index = common.Common })
Group.__index = Group
Group.__name = "sel4.alloc.group"

--- As an allocator's; the slot is given back with the group.
function Group:slot()
  local slot = self.memory:slot()
  self.slots[slot] = true
  return slot
end

function Group:free_slot(slot)
  slot = object.cptr(slot, 2)
  self.memory:free_slot(slot)
  self.slots[slot] = nil
end

function Group:allocate(object_type, size_bits, level)
  level = (level or 1) + 1
  local _, bits = type_of(object_type, size_bits, level)
  local bytes = 1 << math.max(bits, seL4.MinUntypedBits)
  if self.used + bytes > self.bytes_max then
    error(("%s may have %d KiB, of which %d are in use: there is no room for 2^%d bytes more")
      :format(self.name, self.bytes_max >> 10, self.used >> 10, bits), level)
  end
  local slot = self.memory:allocate(object_type, size_bits, level)
  self.objects[slot] = bytes
  self.used = self.used + bytes
  self.count = self.count + 1
  return slot
end

function Group:moved(from, to)
  self.memory:moved(from, to)
  self.objects[from], self.objects[to] = nil, self.objects[from]
  self.slots[to] = nil -- it belongs to the object now
end

--- Destroys an object of this group.
function Group:free(value)
  local slot = slot_to_free(self, value, 2)
  local bytes = self.objects[slot]
  if not bytes then
    error(("free: capability %d is no object of %s, or freed already"):format(slot, self.name), 2)
  end
  self.memory:free(slot)
  self.objects[slot] = nil
  self.used = self.used - bytes
  self.count = self.count - 1
end

--- Destroys everything that was made through the group. It can be used again.
function Group:destroy()
  for slot in pairs(self.slots) do
    self:free_slot(slot)
  end
  for slot in pairs(self.objects) do
    self:free(slot)
  end
end

--- Bytes in use, number of objects, and the most bytes that may be in use.
function Group:statistics()
  return self.used, self.count, self.bytes_max
end

function Group:__tostring()
  return ("%s: %d objects of %d KiB"):format(self.name, self.count, self.used >> 10)
end

local KNOWN = { name = true, bytes = true }

local function check_options(options, level)
  level = level + 1
  if type(options) ~= "table" then
    error(("group: the options must be a table { name =, bytes = }, not %s"):format(
      object.described(options)), level)
  end
  for key in pairs(options) do
    if not KNOWN[key] then
      error(("group: unknown option '%s'; there are: name, bytes"):format(tostring(key)), level)
    end
  end
  if options.bytes and not object.whole(options.bytes) then
    error(("group: option 'bytes' must be a whole number, such as 64 << 10, not %s"):format(
      object.described(options.bytes)), level)
  end
end

--- A group of an allocator; Memory:group documents the options. `level`: whom an error is blamed
--- on, as for error().
return function(memory, options, level)
  check_options(options, level + 1)
  return setmetatable({
    memory = memory, info = memory.info, cnode = memory.cnode, name = options.name or "the group",
    bytes_max = object.whole(options.bytes) or math.maxinteger,
    used = 0, count = 0, slots = {}, objects = {},
  }, Group)
end
