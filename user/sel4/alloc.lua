-- SPDX-License-Identifier: MIT
--- Slots and untyped memory that are given back: a buddy allocator over Retype and Revoke.
--
--   local alloc = require "sel4.alloc"
--   local memory = alloc.open()                        -- once in a program
--   local endpoint = memory:object(seL4.EndpointObject, nil, "requests")
--   memory:free(endpoint)                              -- with every copy of it, wherever it went
--
-- Every object is made in an untyped capability of its own that is as large as the object. To free
-- it, that capability is revoked: the kernel deletes the object and all capabilities to it.
--
--     Untyped 2^20 (from boot)
--       |- Untyped 2^19 ... in use
--       `- Untyped 2^19 - split into two 2^18, and so on down to the object's size
--
-- Two halves that are both free become their parent again, by deleting them.

local object = require "sel4.object"
local seL4 = require "seL4"

local alloc = {}

local CNODE, DEPTH = seL4.CapInitThreadCNode, seL4.WordBits

-- Sizes of objects that come in one, and the kinds of sel4.object.
local TYPES = {
  [seL4.TCBObject] = { bits = seL4.TCBBits, kind = "TCB" },
  [seL4.EndpointObject] = { bits = seL4.EndpointBits, kind = "Endpoint" },
  [seL4.NotificationObject] = { bits = seL4.NotificationBits, kind = "Notification" },
  [seL4.RISCV_4K_Page] = { bits = seL4.PageBits, kind = "Page" },
  [seL4.RISCV_Mega_Page] = { bits = seL4.LargePageBits, kind = "Page" },
  [seL4.RISCV_Giga_Page] = { bits = seL4.HugePageBits, kind = "Page" },
  [seL4.RISCV_PageTableObject] = { bits = seL4.PageTableBits, kind = "PageTable" },
  [seL4.CapTableObject] = { extra_bits = seL4.SlotBits, kind = "CNode" },
  [seL4.UntypedObject] = { extra_bits = 0, kind = "Untyped" },
  [seL4.LuaHeapObject] = { extra_bits = 0, kind = "Heap" },
}
if seL4.SchedContextObject then
  TYPES[seL4.SchedContextObject] = { extra_bits = 0, kind = "SchedContext" }
  TYPES[seL4.ReplyObject] = { bits = seL4.ReplyBits, kind = "Reply" }
end

local function check(err, call, level)
  if err ~= seL4.NoError then
    object.refuse(err, call, nil, (level or 1) + 1)
  end
end

local Memory = {}
Memory.__index = Memory
Memory.__name = "sel4.alloc"

-- --- slots --------------------------------------------------------------------------------------

--- An empty slot of the root CNode that is nobody else's.
function Memory:slot()
  local slot = table.remove(self.free_slots)
  if slot then
    return slot
  elseif self.next_slot >= self.slot_end then
    error("all slots of the root CNode are in use; free some objects", 2)
  end
  self.next_slot = self.next_slot + 1
  return self.next_slot - 1
end

--- Gives a slot back; what it holds is deleted.
function Memory:free_slot(slot)
  check(seL4.CNode_Delete(CNODE, slot, DEPTH), "CNode_Delete", 2)
  object.name(slot, nil)
  self.free_slots[#self.free_slots + 1] = slot
end

-- --- blocks of memory ---------------------------------------------------------------------------

-- A block is { slot =, bits =, parent =, buddy = }; self.free_blocks[bits] lists those not in use.

local function take(list, block)
  for i = #list, 1, -1 do
    if list[i] == block then
      list[i] = list[#list]
      list[#list] = nil
      return true
    end
  end
  return false
end

function Memory:put(block)
  local list = self.free_blocks[block.bits]
  list[#list + 1] = block
end

-- Two blocks of half the size; one is returned, the other is free.
function Memory:split(block)
  local bits = block.bits - 1
  local halves = {}
  for i = 1, 2 do
    local slot = self:slot()
    check(seL4.Untyped_Retype(block.slot, seL4.UntypedObject, bits, CNODE, 0, 0, slot, 1),
      "Untyped_Retype", 3)
    halves[i] = { slot = slot, bits = bits, parent = block }
  end
  halves[1].buddy, halves[2].buddy = halves[2], halves[1]
  self:put(halves[2])
  return halves[1]
end

-- A block of exactly 2^bits bytes; nil if there is none.
function Memory:take_block(bits)
  for size = bits, self.most_bits do
    local list = self.free_blocks[size]
    local block = list and table.remove(list)
    if block then
      while block.bits > bits do
        block = self:split(block)
      end
      return block
    end
  end
end

-- The block is free: joined with its other half as far as that is free, too.
function Memory:give_block(block)
  while block.buddy and take(self.free_blocks[block.bits], block.buddy) do
    self:free_slot(block.slot)
    self:free_slot(block.buddy.slot)
    block = block.parent
  end
  self:put(block)
end

-- --- objects ------------------------------------------------------------------------------------

local function type_of(object_type, size_bits, level)
  local row = TYPES[object_type]
  if not row then
    error(("object: %s is no object type of this configuration"):format(tostring(object_type)),
      level + 1)
  elseif not row.bits and math.type(size_bits) ~= "integer" then
    error(("object: %s objects come in several sizes: size_bits is needed"):format(row.kind),
      level + 1)
  end
  return row, row.bits or size_bits + row.extra_bits
end

function Memory:no_room(row, bits, level)
  local free, largest = self:statistics()
  error(("no room for one more %s of 2^%d bytes: %d KiB are free, in blocks of 2^%d at most")
    :format(row.kind, bits, free >> 10, largest), level + 1)
end

--- Makes an object and returns it as sel4.object has it. `size_bits` is for the types that come in
--- several sizes: log2 of the slots of a CapTable, of the bytes of the others. `name` is for
--- explanations.
function Memory:object(object_type, size_bits, name)
  local row, bits = type_of(object_type, size_bits, 2)
  local least = math.max(bits, seL4.MinUntypedBits)
  local block = self:take_block(least)
  if not block then
    self:no_room(row, bits, 2)
  end
  local slot = self:slot()
  local err = seL4.Untyped_Retype(block.slot, object_type, size_bits or 0, CNODE, 0, 0, slot, 1)
  if err ~= seL4.NoError then
    self.free_slots[#self.free_slots + 1] = slot
    self:give_block(block)
    object.refuse(err, "Untyped_Retype", nil, 2)
  end
  local made = object.wrap(row.kind, slot, name)
  self.blocks[slot] = block
  self.used = self.used + (1 << least)
  self.count = self.count + 1
  return made
end

--- Destroys an object of this allocator, and with it every capability to it.
function Memory:free(value)
  local slot = object.cptr(value, 2)
  local block = self.blocks[slot]
  if not block then
    error(("free: capability %d is no object of this allocator, or freed already"):format(slot), 2)
  end
  check(seL4.CNode_Revoke(CNODE, block.slot, DEPTH), "CNode_Revoke", 2)
  self.blocks[slot] = nil
  self.used = self.used - (1 << block.bits)
  self.count = self.count - 1
  object.name(slot, nil)
  self.free_slots[#self.free_slots + 1] = slot -- revoking has emptied it, unless it was moved
  self:give_block(block)
end

--- Copies a capability to a new slot with at most `rights` (all if left out) and, unless it is 0 or
--- left out, with a badge. Returns it as an object of the same kind. Give it back with free_slot.
function Memory:copy(value, rights, badge, name)
  local slot = self:slot()
  check(seL4.CNode_Mint(CNODE, slot, DEPTH, CNODE, object.cptr(value, 2), DEPTH,
    rights or seL4.AllRights, badge or 0), "CNode_Mint", 2)
  return object.wrap(type(value) == "table" and value.kind or "Endpoint", slot, name)
end

--- A CSpace of one CNode with 2^bits slots, as a CNode object whose guard makes a slot's number its
--- CPtr at depth WordBits.
function Memory:cspace(bits, name)
  local bare = self:object(seL4.CapTableObject, bits)
  local guarded = self:slot()
  check(seL4.CNode_Mint(CNODE, guarded, DEPTH, CNODE, bare.cptr, DEPTH, seL4.AllRights,
    seL4.CNode_CapData_new(0, DEPTH - bits)), "CNode_Mint", 2)
  local cspace = object.wrap("CNode", guarded, name)
  cspace.bare = bare -- to be freed: the CSpace goes with it
  return cspace
end

--- A CSpace of two levels: 2^root_bits CNodes of 2^leaf_bits slots, made when first used. Returns
--- the CNode object; :leaf(i) makes sure that the i-th (from 0) is there and returns it. The CPtr
--- of slot j of leaf i is i << leaf_bits | j.
function Memory:two_level_cspace(root_bits, leaf_bits, name)
  local cspace = self:object(seL4.CapTableObject, root_bits)
  local guarded = self:slot()
  check(seL4.CNode_Mint(CNODE, guarded, DEPTH, CNODE, cspace.cptr, DEPTH, seL4.AllRights,
    seL4.CNode_CapData_new(0, DEPTH - root_bits - leaf_bits)), "CNode_Mint", 2)
  local top = object.wrap("CNode", guarded, name)
  local memory, leaves = self, {}
  top.bare = cspace
  top.leaf = function(_, index)
    if not leaves[index] then
      leaves[index] = memory:object(seL4.CapTableObject, leaf_bits)
      check(seL4.CNode_Copy(cspace.cptr, index, root_bits, CNODE, leaves[index].cptr, DEPTH,
        seL4.AllRights), "CNode_Copy", 2)
    end
    return leaves[index]
  end
  return top
end

--- Bytes that are free; log2 of the largest free block; bytes in use; number of objects.
function Memory:statistics()
  local free, largest = 0, 0
  for bits, list in pairs(self.free_blocks) do
    free = free + (#list << bits)
    if #list > 0 and bits > largest then
      largest = bits
    end
  end
  return free, largest, self.used, self.count
end

function Memory:__tostring()
  local free, largest, used, count = self:statistics()
  return ("allocator: %d objects of %d KiB, %d KiB free in blocks up to 2^%d bytes"):format(count,
    used >> 10, free >> 10, largest)
end

--- The allocator of the root task: { info = boot information } with the methods above. It counts on
--- being the only one that uses empty slots and untyped memory.
function alloc.open()
  local info = seL4.GetBootInfo()
  local memory = setmetatable({
    info = info, free_blocks = {}, free_slots = {}, blocks = {}, used = 0, count = 0, most_bits = 0,
    next_slot = info.empty.start, slot_end = info.empty.stop,
  }, Memory)
  for bits = 0, seL4.MaxUntypedBits do
    memory.free_blocks[bits] = {}
  end
  for i, untyped in ipairs(info.untypedList) do
    if not untyped.isDevice then
      memory:put({ slot = info.untyped.start + i - 1, bits = untyped.sizeBits })
      memory.most_bits = math.max(memory.most_bits, untyped.sizeBits)
    end
  end
  return memory
end

return alloc
