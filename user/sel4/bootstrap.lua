-- SPDX-License-Identifier: MIT
--- The first thing a root task needs: slots and kernel objects out of what it was given at boot.
--
--   local bootstrap = require "sel4.bootstrap"
--   local memory = bootstrap.open()                          -- once in a program
--   local endpoint = memory:object(seL4.EndpointObject)      -- the slot of a new endpoint
--   local frame = memory:object(seL4.RISCV_4K_Page)
--   memory:map(frame, 0x50000000)                            -- page tables are made as needed
--
-- What is allocated is never given back. A failure is an error that says why the kernel refused.

local errors = require "sel4.errors"
local seL4 = require "seL4"

local bootstrap = {}

local CNODE = seL4.CapInitThreadCNode
local WINDOW_START = 0x40000000 -- addresses that Memory:window gives out; the program lies below
local PAGE_SIZE = 1 << seL4.PageBits

-- log2 of the bytes of objects that come in one size.
local SIZE_BITS = {
  [seL4.TCBObject] = seL4.TCBBits,
  [seL4.EndpointObject] = seL4.EndpointBits,
  [seL4.NotificationObject] = seL4.NotificationBits,
  [seL4.RISCV_4K_Page] = seL4.PageBits,
  [seL4.RISCV_Mega_Page] = seL4.LargePageBits,
  [seL4.RISCV_Giga_Page] = seL4.HugePageBits,
  [seL4.RISCV_PageTableObject] = seL4.PageTableBits,
}
if seL4.ReplyObject then -- MCS
  SIZE_BITS[seL4.ReplyObject] = seL4.ReplyBits
end

--- The name of an error number, such as "DeleteFirst".
bootstrap.error_name = errors.name

--- For the first result of an invocation: nothing if it is NoError; else raises an error with its
--- name and the kernel's explanation, at the caller's line (or `level` callers further up).
function bootstrap.check(err, level)
  if err ~= seL4.NoError then
    error(("%s: %s"):format(bootstrap.error_name(err), seL4.Explain()), 2 + (level or 0))
  end
end

local check = bootstrap.check

local Memory = {}
Memory.__index = Memory
Memory.__name = "sel4.bootstrap.memory"

function Memory:__tostring()
  return ("allocator with %d free slots"):format(self.slot_end - self.next_slot)
end

--- A slot of the root CNode that is empty and nobody else's.
function Memory:slot()
  if self.next_slot >= self.slot_end then
    error("all slots of the root CNode are in use", 2)
  end
  self.next_slot = self.next_slot + 1
  return self.next_slot - 1
end

-- log2 of the bytes of an object; sizes are given for those that come in several.
local function object_bits(object_type, size_bits)
  if object_type == seL4.CapTableObject then
    return size_bits + seL4.SlotBits
  end
  return SIZE_BITS[object_type] or size_bits
end

-- The first free byte for an object of 2^bits bytes in an untyped, counted from its start; nil if
-- it has no room. The kernel aligns objects to their size in the same way.
local function room(untyped, bits)
  local size = 1 << bits
  local offset = (untyped.used + size - 1) & ~(size - 1)
  return offset + size <= 1 << untyped.bits and offset or nil
end

--- Makes an object; returns the slot of its capability. `size_bits` is for the types that come in
--- several sizes: log2 of the number of slots of a CapTable, of the bytes of the others.
function Memory:object(object_type, size_bits)
  local bits = object_bits(object_type, size_bits)
  if not bits then
    error("object: this type needs size_bits", 2)
  end
  for _, untyped in ipairs(self.untypeds) do -- the smallest first, to keep the large ones whole
    local offset = room(untyped, bits)
    if offset then
      local slot = self:slot()
      check(seL4.Untyped_Retype(untyped.slot, object_type, size_bits or 0, CNODE, 0, 0, slot, 1), 1)
      untyped.used = offset + (1 << bits)
      return slot
    end
  end
  error(("no untyped memory has room for an object of 2^%d bytes"):format(bits), 2)
end

--- A frame of the device page at a physical address; returns its slot. Once per page.
function Memory:device_frame(paddr)
  for i, untyped in ipairs(self.info.untypedList) do
    if untyped.isDevice and untyped.paddr == paddr and untyped.sizeBits == seL4.PageBits then
      local slot = self:slot()
      check(seL4.Untyped_Retype(self.info.untyped.start + i - 1, seL4.RISCV_4K_Page, 0, CNODE, 0, 0,
        slot, 1), 1)
      return slot
    end
  end
  error(("no device has a page of its own at 0x%x"):format(paddr), 2)
end

--- A CSpace of one CNode with 2^bits slots; returns the slot of its capability. The guard is set so
--- that a slot's number is its CPtr, and depth WordBits leads to it.
function Memory:cspace(bits)
  local bare, guarded = self:object(seL4.CapTableObject, bits), self:slot()
  check(seL4.CNode_Mint(CNODE, guarded, seL4.WordBits, CNODE, bare, seL4.WordBits, seL4.AllRights,
    seL4.CNode_CapData_new(0, seL4.WordBits - bits)), 1)
  return guarded
end

--- Copies the capability in `slot` to a new slot with at most `rights` (AllRights if left out) and,
--- unless it is 0 or left out, with a badge. Returns the new slot.
function Memory:copy(slot, rights, badge)
  local to = self:slot()
  check(seL4.CNode_Mint(CNODE, to, seL4.WordBits, CNODE, slot, seL4.WordBits,
    rights or seL4.AllRights, badge or 0), 1)
  return to
end

--- Addresses for `size` bytes in the root task's VSpace that nothing else uses.
function Memory:window(size)
  local vaddr = self.next_window
  self.next_window = vaddr + ((size + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1))
  return vaddr
end

--- Maps a frame, and makes the page tables it needs. `vspace` is the caller's own, and `rights` are
--- ReadWrite, if left out.
function Memory:map(frame, vaddr, vspace, rights)
  vspace = vspace or seL4.CapInitThreadVSpace
  rights = rights or seL4.ReadWrite
  local err = seL4.RISCV_Page_Map(frame, vspace, vaddr, rights, seL4.RISCV_Default_VMAttributes)
  while err == seL4.FailedLookup do
    local table_slot = self:object(seL4.RISCV_PageTableObject)
    check(seL4.RISCV_PageTable_Map(table_slot, vspace, vaddr, seL4.RISCV_Default_VMAttributes), 1)
    err = seL4.RISCV_Page_Map(frame, vspace, vaddr, rights, seL4.RISCV_Default_VMAttributes)
  end
  check(err, 1)
end

--- The allocator of the root task: { info = boot information } with the methods above. It counts
--- on being the only one that uses empty slots and untyped memory.
function bootstrap.open()
  local info = seL4.GetBootInfo()
  local untypeds = {}
  for i, untyped in ipairs(info.untypedList) do
    if not untyped.isDevice then
      untypeds[#untypeds + 1] = {
        slot = info.untyped.start + i - 1, bits = untyped.sizeBits, used = 0,
      }
    end
  end
  table.sort(untypeds, function(a, b)
    return a.bits < b.bits or a.bits == b.bits and a.slot < b.slot
  end)
  return setmetatable({
    info = info, untypeds = untypeds, next_window = WINDOW_START,
    next_slot = info.empty.start, slot_end = info.empty.stop,
  }, Memory)
end

return bootstrap
