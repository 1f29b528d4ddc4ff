-- SPDX-License-Identifier: MIT
--- Blocks of untyped memory for sel4.alloc: split, and joined again.
--
-- A block is { slot =, bits =, parent =, parts =, free_parts =, index = }. self.free_blocks[bits]
-- lists those that are not in use, each at its `index`; blocks in use have none. A block that is
-- split has `parts`.

local check = require("sel4.object").check
local seL4 = require "seL4"
local slots = require "sel4.alloc.slots"

local blocks = {}

-- Splitting in two keeps large blocks whole as long as possible; splitting in many saves slots.
local SMALL_BITS, FAN_OUT_BITS = 16, 4

--- The block is free.
function blocks.put(self, block)
  local list = self.free_blocks[block.bits]
  list[#list + 1] = block
  block.index = #list
end

local function take_out(self, block)
  local list = self.free_blocks[block.bits]
  local last = table.remove(list)
  if last ~= block then
    list[block.index], last.index = last, block.index
  end
  block.index = nil
end

-- log2 of the parts that a block of 2^from bytes is split into on the way to 2^bits.
local function fan_out_bits(from, bits)
  return from > SMALL_BITS and 1 or math.min(from - bits, FAN_OUT_BITS)
end

local function slots_to_split(from, bits)
  local count = 0
  while from > bits do
    local step = fan_out_bits(from, bits)
    count, from = count + (1 << step), from - step
  end
  return count
end

-- Splits a block on the way to 2^bits; one part is returned, the others are free.
local function split(self, block, bits)
  local step = fan_out_bits(block.bits, bits)
  local part_bits, parts = block.bits - step, {}
  for i = 1, 1 << step do
    local slot = slots.take(self)
    check(seL4.Untyped_Retype(block.slot, seL4.UntypedObject, part_bits, self.cnode, 0, 0, slot,
      1), "Untyped_Retype", 3)
    parts[i] = { slot = slot, bits = part_bits, parent = block }
  end
  for i = 2, #parts do
    blocks.put(self, parts[i])
  end
  block.parts, block.free_parts = parts, #parts - 1
  return parts[1]
end

--- A block of exactly 2^bits bytes, with a slot left beside it; nil if there is no memory. No slots
--- are an error.
function blocks.take(self, bits)
  for size = bits, self.most_bits do
    local block = self.free_blocks[size][#self.free_blocks[size]]
    if block then
      if self:slots_left() < slots_to_split(size, bits) + 1 then
        error("all slots of the CNode are in use; free some objects", 0)
      end
      take_out(self, block)
      if block.parent then
        block.parent.free_parts = block.parent.free_parts - 1
      end
      while block.bits > bits do
        block = split(self, block, bits)
      end
      return block
    end
  end
end

--- The block is free again: joined with the other parts of its parent if those are free, too.
function blocks.give(self, block)
  local parent = block.parent
  while parent and parent.free_parts == #parent.parts - 1 do
    for _, part in ipairs(parent.parts) do
      if part ~= block then
        take_out(self, part)
      end
      slots.give(self, part.slot)
    end
    block, parent.parts, parent.free_parts = parent, nil, nil
    parent = block.parent
  end
  blocks.put(self, block)
  if parent then
    parent.free_parts = parent.free_parts + 1
  end
end

return blocks
