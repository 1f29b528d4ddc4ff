-- SPDX-License-Identifier: MIT
--- Slots for sel4.alloc: from memory.next_slot to memory.slot_end none has been used; those in
--- memory.free_slots have been given back; memory.taken[slot] are in use. Errors have no position.

local object = require "sel4.object"
local seL4 = require "seL4"

local check = object.check

local slots = {}

--- An empty slot that is nobody else's.
function slots.take(memory)
  local slot = table.remove(memory.free_slots)
  if not slot then
    if memory.next_slot >= memory.slot_end then
      error("all slots of the CNode are in use; free some objects", 0)
    end
    slot = memory.next_slot
    memory.next_slot = slot + 1
  end
  memory.taken[slot] = true
  return slot
end

--- Empties a slot and takes it back.
function slots.give(memory, slot)
  check(seL4.CNode_Delete(memory.cnode, slot, seL4.WordBits), "CNode_Delete")
  object.name(slot, nil)
  memory.taken[slot] = nil
  memory.free_slots[#memory.free_slots + 1] = slot
end

return slots
