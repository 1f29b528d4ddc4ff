-- SPDX-License-Identifier: MIT
--- What sel4.alloc's allocators and groups have in common: types of objects, and the methods that
--- need no more than self:allocate, self:slot, self:free, self:free_slot and self:moved.

local object = require "sel4.object"
local seL4 = require "seL4"

local DEPTH = seL4.WordBits

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

-- A name that module seL4 does not have is nil.
local NO_TYPE = ("object: the type is nil, so module seL4 has no such name in this configuration: "
  .. "it is misspelt, or only the %s configuration has it (selvm run %s --mcs)"):format(
  seL4.ReplyObject and "classic" or "MCS", seL4.ReplyObject and "without" or "with")

local common = {}

-- Raises a caught error once more, at the line that `level` says, as error() has it.
local function raise(err, level)
  if object.is_refusal(err) then
    local _, place = pcall(error, "", level + 2)
    err.place = place
    error(err, 0)
  end
  error(err, level + 1)
end

--- operation(self, ...), with no other thread inside an operation of self at the same time: threads
--- of a process share its tables, and each can be preempted anywhere. self.lock is a notification
--- with one signal, if there may be several threads. The operation raises its errors without a
--- position; they get that of `level`, as error() in the caller has it.
function common.exclusively(self, level, operation, ...)
  if self.lock then
    seL4.Wait(self.lock)
  end
  local results = table.pack(pcall(operation, self, ...))
  if self.lock then
    seL4.Signal(self.lock)
  end
  if not results[1] then
    raise(results[2], level + 1)
  end
  return table.unpack(results, 2, results.n)
end

--- The row of an object's type, and log2 of the bytes of an object of it.
function common.type_of(object_type, size_bits, level)
  local row = TYPES[object_type]
  if object_type == nil then
    error(NO_TYPE, level + 1)
  elseif not row then
    error(("object: %s is no object type of this configuration"):format(tostring(object_type)),
      level + 1)
  elseif not row.bits and math.type(size_bits) ~= "integer" then
    error(("object: %s objects come in several sizes, so it needs size_bits"):format(row.kind),
      level + 1)
  end
  return row, row.bits or size_bits + row.extra_bits
end

local check = object.check
local Common = {}

--- The class with the methods.
common.Common = Common

--- Makes an object and returns it as sel4.object has it. `size_bits` is for the types that come in
--- several sizes: log2 of the slots of a CapTable, of the bytes of the others. `name` is for
--- explanations. Running out of memory or slots is an error that says what is left.
function Common:object(object_type, size_bits, name)
  local slot = self:allocate(object_type, size_bits, 2)
  return object.wrap(TYPES[object_type].kind, slot, name)
end

--- Copies a capability to a new slot with at most `rights` (all if left out) and, unless it is 0 or
--- left out, with a badge. Returns it as an object of the same kind. Give it back with free_slot.
--- `level` here and below: whom an error is blamed on, as for error().
function Common:copy(value, rights, badge, name, level)
  level = (level or 1) + 1
  local slot = self:slot()
  local err = seL4.CNode_Mint(self.cnode, slot, DEPTH, self.cnode, object.cptr(value, level), DEPTH,
    rights or seL4.AllRights, badge or 0)
  if err ~= seL4.NoError then
    local refusal = object.refusal(err, "CNode_Mint", nil, level)
    self:free_slot(slot)
    error(refusal, 0)
  end
  return object.wrap(type(value) == "table" and value.kind or "Endpoint", slot, name)
end

-- A CNode whose guard of zeroes fills what `translated` bits leave of a word.
local function guarded_cnode(self, bits, translated, name, level)
  local bare = self:allocate(seL4.CapTableObject, bits, level + 1)
  local slot = self:slot()
  check(seL4.CNode_Mutate(self.cnode, slot, DEPTH, self.cnode, bare, DEPTH,
    seL4.CNode_CapData_new(0, DEPTH - translated)), "CNode_Mutate", level + 1)
  self:moved(bare, slot)
  return object.wrap("CNode", slot, name)
end

--- A CSpace of one CNode with 2^bits slots, as a CNode object whose guard makes a slot's number its
--- CPtr at depth WordBits.
function Common:cspace(bits, name, level)
  local cspace = guarded_cnode(self, bits, bits, name, (level or 1) + 1)
  return cspace
end

--- A CSpace of two levels: 2^root_bits CNodes of 2^leaf_bits slots, made when first used. Returns
--- the CNode object; :leaf(i) makes sure that the i-th (from 0) is there and returns it. The CPtr
--- of slot j of leaf i is i << leaf_bits | j. Freeing it frees its leaves.
function Common:two_level_cspace(root_bits, leaf_bits, name)
  local top = guarded_cnode(self, root_bits, root_bits + leaf_bits, name, 2)
  local memory, leaves = self, {}
  top.leaves = leaves
  top.leaf = function(_, index)
    if leaves[index] then
      return leaves[index]
    end
    local leaf = memory:object(seL4.CapTableObject, leaf_bits)
    local err = seL4.CNode_Copy(top.cptr, index, DEPTH - leaf_bits, memory.cnode, leaf.cptr, DEPTH,
      seL4.AllRights)
    if err ~= seL4.NoError then
      local refusal = object.refusal(err, "CNode_Copy", top, 2)
      memory:free(leaf)
      error(refusal, 0)
    end
    leaves[index] = leaf
    return leaf
  end
  return top
end

-- The slot of an object that is to be freed; what hangs on it is freed first.
function common.slot_to_free(self, value, level)
  local slot = object.cptr(value, level + 1)
  if type(value) == "table" and value.leaves then
    for index, leaf in pairs(value.leaves) do
      self:free(leaf)
      value.leaves[index] = nil
    end
  end
  return slot
end

return common
