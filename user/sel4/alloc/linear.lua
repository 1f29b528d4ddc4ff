-- SPDX-License-Identifier: MIT
--- The allocator of sel4.alloc that gives no memory back.

local common = require "sel4.alloc.common"
local group = require "sel4.alloc.group"
local object = require "sel4.object"
local seL4 = require "seL4"

local DEPTH = seL4.WordBits
local check, type_of, slot_to_free = object.check, common.type_of, common.slot_to_free

local Linear = setmetatable({}, { __index = common.Common })
Linear.__index = Linear
Linear.__name = "sel4.alloc.linear"

function Linear:__tostring()
  return tostring(self.memory)
end

function Linear:slot()
  return self.memory:slot()
end

function Linear:free_slot(slot)
  self.memory:free_slot(slot)
end

function Linear:device_frame(paddr, level)
  local frame = self.memory:device_frame(paddr, (level or 1) + 1)
  return frame
end

-- The first free byte for an object of 2^bits bytes in a chunk, counted from its start; nil if it
-- has no room. The kernel aligns objects to their size in the same way.
local function room(chunk, bits)
  local size = 1 << bits
  local offset = (chunk.used + size - 1) & ~(size - 1)
  return offset + size <= 1 << chunk.bits and offset or nil
end

-- A chunk with room for an object of 2^bits bytes: of CHUNK_BITS, or what is left.
local CHUNK_BITS = 20

local function chunk_for(self, bits, level)
  for _, chunk in ipairs(self.chunks) do
    if room(chunk, bits) then
      return chunk
    end
  end
  local size = math.max(bits, CHUNK_BITS)
  while size > math.max(bits, seL4.MinUntypedBits) do
    local has_succeeded, slot = pcall(self.memory.allocate, self.memory, seL4.UntypedObject, size)
    if has_succeeded then
      self.chunks[#self.chunks + 1] = { slot = slot, bits = size, used = 0 }
      return self.chunks[#self.chunks]
    end
    size = size - 1
  end
  local slot = self.memory:allocate(seL4.UntypedObject, size, level + 1)
  self.chunks[#self.chunks + 1] = { slot = slot, bits = size, used = 0 }
  return self.chunks[#self.chunks]
end

function Linear:allocate(object_type, size_bits, level)
  level = (level or 1) + 1
  local _, bits = type_of(object_type, size_bits, level)
  local chunk, slot = chunk_for(self, bits, level), self:slot()
  local err = seL4.Untyped_Retype(chunk.slot, object_type, size_bits or 0, self.cnode, 0, 0, slot,
    1)
  if err ~= seL4.NoError then
    local refusal = object.refusal(err, "Untyped_Retype", nil, level)
    self:free_slot(slot)
    error(refusal, 0)
  end
  chunk.used = room(chunk, bits) + (1 << bits)
  return slot
end

function Linear:moved(from)
  self:free_slot(from)
end

--- Destroys an object with all capabilities to it; its slot can be used again, its memory not.
function Linear:free(value)
  local slot = slot_to_free(self, value, 2)
  check(seL4.CNode_Revoke(self.cnode, slot, DEPTH), "CNode_Revoke", 2)
  self:free_slot(slot)
end

function Linear:group(options)
  local made = group(self, options or {}, 2)
  return made
end

--- A linear allocator over another one.
return function(memory)
  return setmetatable({ memory = memory, cnode = memory.cnode, info = memory.info, chunks = {} },
    Linear)
end
