-- SPDX-License-Identifier: MIT
--- Slots and untyped memory that are given back: a buddy allocator over Retype and Revoke.
--
--   local alloc = require "sel4.alloc"
--   local memory = alloc.open()                        -- once in a program
--   local endpoint = memory:object(seL4.EndpointObject, nil, "requests")
--   memory:free(endpoint)                              -- with every copy of it, wherever it went
--   local group = memory:group { name = "a job", bytes = 1 << 20 }
--   group:object(seL4.TCBObject)
--   group:destroy()                                    -- all that was made through it
--
-- Every object is made in an untyped capability of its own that is as large as the object. To free
-- it, that capability is revoked: the kernel deletes the object and all capabilities to it.
--
--     Untyped 2^20 (from boot)
--       |- Untyped 2^19 ... in use
--       `- Untyped 2^19 - split into two 2^18, and so on; from 2^16 on into up to 16 parts
--
-- Parts that are all free become their parent again, by deleting them. A call that fails leaves
-- everything as it was. The threads of a process may share an allocator; one that is killed while
-- it uses it would leave it locked.

local blocks = require "sel4.alloc.blocks"
local common = require "sel4.alloc.common"
local group = require "sel4.alloc.group"
local linear = require "sel4.alloc.linear"
local object = require "sel4.object"
local seL4 = require "seL4"
local slots = require "sel4.alloc.slots"

local alloc = {}

local DEPTH = seL4.WordBits
local check, exclusively = object.check, common.exclusively

local Memory = setmetatable({}, { __index = common.Common })
Memory.__index = Memory
Memory.__name = "sel4.alloc"

--- Number of slots that are left.
function Memory:slots_left()
  return #self.free_slots + self.slot_end - self.next_slot
end

--- An empty slot of the CNode that is nobody else's.
function Memory:slot()
  return (exclusively(self, 2, slots.take))
end

local function free_slot(self, slot)
  if self.blocks[slot] then
    error(("free_slot: capability %d is an object; free it"):format(slot), 0)
  elseif not self.taken[slot] then
    error(("free_slot: slot %d is free already"):format(slot), 0)
  end
  slots.give(self, slot)
end

--- Gives a slot back; what it holds is deleted.
function Memory:free_slot(slot)
  slot = object.cptr(slot, 2)
  exclusively(self, 2, free_slot, slot)
end

local function no_room(self, row, bits)
  local free, largest = self:statistics()
  error(("no untyped memory has room for one more %s of 2^%d bytes: %d KiB are free, in blocks of "
    .. "2^%d at most"):format(row.kind, bits, free >> 10, largest), 0)
end

local function allocate(self, object_type, size_bits, row, bits)
  local block = blocks.take(self, math.max(bits, seL4.MinUntypedBits)) or no_room(self, row, bits)
  local slot = slots.take(self)
  local err = seL4.Untyped_Retype(block.slot, object_type, size_bits or 0, self.cnode, 0, 0, slot,
    1)
  if err ~= seL4.NoError then
    local refusal = object.refusal(err, "Untyped_Retype")
    slots.give(self, slot)
    blocks.give(self, block)
    error(refusal, 0)
  end
  self.blocks[slot] = block
  self.used = self.used + (1 << block.bits)
  self.count = self.count + 1
  return slot
end

--- As object, but returns the slot alone.
function Memory:allocate(object_type, size_bits, level)
  level = (level or 1) + 1
  local row, bits = common.type_of(object_type, size_bits, level)
  return (exclusively(self, level, allocate, object_type, size_bits, row, bits))
end

-- An object's capability has been moved to another slot; the old one is free.
function Memory:moved(from, to)
  self.blocks[from], self.blocks[to] = nil, self.blocks[from]
  self:free_slot(from)
end

local function free_object(self, slot)
  local block = self.blocks[slot]
  if not block then
    error(("free: capability %d is no object of this allocator, or freed already"):format(slot), 0)
  end
  check(seL4.CNode_Revoke(self.cnode, block.slot, DEPTH), "CNode_Revoke")
  self.blocks[slot] = nil
  slots.give(self, slot)
  if block.is_device then
    return
  end
  self.used = self.used - (1 << block.bits)
  self.count = self.count - 1
  blocks.give(self, block)
end

--- Destroys an object of this allocator, and with it every capability to it.
function Memory:free(value)
  local slot = common.slot_to_free(self, value, 2)
  exclusively(self, 2, free_object, slot)
end

local function make_device_frame(self, untyped_slot)
  local slot = slots.take(self)
  local err = seL4.Untyped_Retype(untyped_slot, seL4.RISCV_4K_Page, 0, self.cnode, 0, 0, slot, 1)
  if err ~= seL4.NoError then
    local refusal = object.refusal(err, "Untyped_Retype")
    slots.give(self, slot)
    error(refusal, 0)
  end
  self.blocks[slot] = { slot = untyped_slot, bits = seL4.PageBits, is_device = true }
  return slot
end

--- A frame of the device page at a physical address, as a Page object. Once per page, until it is
--- freed.
function Memory:device_frame(paddr, level)
  level = (level or 1) + 1
  for i, untyped in ipairs(self.info and self.info.untypedList or {}) do
    if untyped.isDevice and untyped.paddr == paddr and untyped.sizeBits == seL4.PageBits then
      local from = self.info.untyped.start + i - 1
      return object.wrap("Page", (exclusively(self, level, make_device_frame, from)))
    end
  end
  error(("no device has a page of its own at 0x%x"):format(paddr), level)
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
  return ("allocator: %d objects of %d KiB, %d KiB free in blocks up to 2^%d bytes, %d free slots")
    :format(count, used >> 10, free >> 10, largest, self:slots_left())
end

--- A part of an allocator that is given back as a whole, with the same methods. Options: `name` for
--- messages; `bytes`, the most that its objects may take (without end if left out).
function Memory:group(options)
  local made = group(self, options or {}, 2)
  return made
end

--- An allocator over memory and slots that the caller has: for processes that were given some.
--- Options: `cnode`, CPtr of the CNode with the slots, all of whose slots have their number as
--- CPtr; `first_slot` and `slot_end`, the first and the one after the last; `untypeds`, a list of
--- { slot =, bits = }. It counts on being the only one that uses these.
function alloc.new(options)
  local memory = setmetatable({
    cnode = object.cptr(options.cnode, 2), next_slot = options.first_slot,
    slot_end = options.slot_end, info = options.info,
    free_blocks = {}, free_slots = {}, taken = {}, blocks = {}, used = 0, count = 0, most_bits = 0,
  }, Memory)
  for bits = 0, seL4.MaxUntypedBits do
    memory.free_blocks[bits] = {}
  end
  for _, untyped in ipairs(options.untypeds) do
    blocks.put(memory, { slot = object.cptr(untyped.slot, 2), bits = untyped.bits })
    memory.most_bits = math.max(memory.most_bits, untyped.bits)
  end
  return memory
end

--- An allocator over another one that makes objects side by side and gives no memory back: it needs
--- one slot for an object where the other needs two and more. The same methods, but no statistics.
alloc.linear = linear

--- The allocator behind what sel4.alloc or sel4.bootstrap has opened: modules take either. What is
--- neither is an error of `what`, the function that got it, such as "thread.new"; `level` is whom
--- it is blamed on, as for error().
function alloc.of(memory, what, level)
  local allocator = type(memory) == "table" and (memory.allocator or memory)
  if not allocator or not allocator.allocate then
    error(("%s: the first argument is the memory, as bootstrap.open() or alloc.open() gives it, "
      .. "not %s"):format(what or "alloc.of", object.described(memory)), (level or 1) + 1)
  end
  return allocator
end

local is_open = false

--- The allocator of the root task, over all that it was given at boot: { info = boot information }
--- with the methods above. Once in a program, be it here or through sel4.bootstrap: a second one
--- would hand out the same slots and memory. `level`: whom an error is blamed on, as for error().
function alloc.open(level)
  if is_open then
    error("open: memory has been opened already; pass on what the first call returned",
      (level or 1) + 1)
  end
  local info = seL4.GetBootInfo()
  local untypeds = {}
  for i, untyped in ipairs(info.untypedList) do
    if not untyped.isDevice then
      untypeds[#untypeds + 1] = { slot = info.untyped.start + i - 1, bits = untyped.sizeBits }
    end
  end
  local memory = alloc.new { info = info, cnode = seL4.CapInitThreadCNode, untypeds = untypeds,
    first_slot = info.empty.start, slot_end = info.empty.stop }
  local lock = memory:allocate(seL4.NotificationObject)
  seL4.Signal(lock)
  memory.lock, memory.used, memory.count = lock, 0, 0
  is_open = true
  return memory
end

return alloc
