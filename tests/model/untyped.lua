-- SPDX-License-Identifier: MIT
--- The reference model's Untyped_Retype. Manual sections 2.4 and 3.1.5.
---
---   untyped.new_object(kind, address, size_bits, is_device)   -- the first capability to it

local capability = require "tests.model.capability"
local objects = require "abi.objects"
local tree = require "tests.model.tree"

local refuse, with = capability.refuse, capability.with

local untyped = {}

local UNTYPED_BITS_MAX, FAN_OUT_MAX, SLOT_BITS, WORD_BITS = 38, 256, 5, 64

-- A table of slots that makes them when they are looked at.
local function new_slots(object)
  return setmetatable({}, { __index = function(slots, index)
    slots[index] = { holder = object, index = index }
    return slots[index]
  end })
end

local makers = {
  Untyped = function(object)
    return { type = "untyped", object = object, used = 0 }
  end,
  TCB = function(object)
    object.slots = { [0] = {}, {}, {}, {}, {} } -- CSpace, VSpace, IPC buffer, handlers (MCS)
    return { type = "tcb", object = object }
  end,
  Endpoint = function(object)
    return { type = "endpoint", object = object, rights = 15, badge = 0 }
  end,
  Notification = function(object)
    return { type = "notification", object = object, rights = 3, badge = 0 }
  end,
  CapTable = function(object)
    object.radix, object.slots = object.size_bits - SLOT_BITS, new_slots(object)
    return { type = "cnode", object = object, guard = 0, guard_size = 0 }
  end,
  RISCV_PageTable = function(object)
    object.entries = {}
    return { type = "page_table", object = object, is_mapped = false, asid = 0, vaddr = 0 }
  end,
  SchedContext = function(object)
    return { type = "sched_context", object = object }
  end,
  Reply = function(object)
    return { type = "reply", object = object }
  end,
  Lua_Heap = function(object)
    return { type = "heap", object = object }
  end,
}

local function make_frame(object)
  return { type = "frame", object = object, rights = 3, asid = 0, vaddr = 0 }
end

--- A new object and the first capability to it; `size_bits` is log2 of its bytes.
function untyped.new_object(kind, address, size_bits, is_device)
  local object = { address = address, size_bits = size_bits, is_device = is_device }
  return (makers[kind.name] or make_frame)(object)
end

--- The kind of object with this type number; nil: there is none.
function untyped.kind(configuration, number)
  for _, kind in ipairs(objects) do
    if kind[configuration] == number then
      return kind
    end
  end
end

--- Log2 of the bytes of an object for what the caller gives as its size.
function untyped.size_bits(configuration, kind, size)
  if kind.unit == "slot" then
    return size + SLOT_BITS
  elseif kind.unit == "byte" then
    return size
  end
  return configuration == "mcs" and kind.bits_mcs or kind.bits
end

local function check_size(configuration, kind, size)
  if not math.ult(size, WORD_BITS)
      or untyped.size_bits(configuration, kind, size) > UNTYPED_BITS_MAX then
    refuse("RangeError", 0, UNTYPED_BITS_MAX)
  elseif kind.name == "Lua_Heap" and (size < kind.bits_min or size > kind.bits_max) then
    refuse("RangeError", kind.bits_min, kind.bits_max)
  elseif kind.bits_min and size < kind.bits_min then
    refuse("InvalidArgument", 1)
  end
end

-- The CNode whose slots are to be filled.
local function find_destination(message)
  local root, index, depth = message.extras[1], message.words[3], message.words[4]
  local node = root
  if depth ~= 0 then
    node = capability.lookup(root, index, depth, 0).node
  end
  if not node or node.cap.type ~= "cnode" then
    capability.refuse_missing(0, depth)
  end
  return node.cap.object
end

local function check_window(cnode, first, count)
  local size = 1 << cnode.radix
  if not math.ult(first, size) then
    refuse("RangeError", 0, size - 1)
  elseif count == 0 or math.ult(FAN_OUT_MAX, count) then
    refuse("RangeError", 1, FAN_OUT_MAX)
  elseif count > size - first then
    refuse("RangeError", 1, size - first)
  end
  for i = first, first + count - 1 do
    capability.need_empty(cnode.slots[i])
  end
end

local function retype(model, node, message)
  message:need(6, 1)
  local words, memory = message.words, node.cap.object
  local kind = untyped.kind(model.configuration, words[1])
  if not kind then
    refuse("InvalidArgument", 0)
  end
  check_size(model.configuration, kind, words[2])
  local cnode = find_destination(message)
  local first, count = words[5], words[6]
  check_window(cnode, first, count)
  local bits = untyped.size_bits(model.configuration, kind, words[2])
  local used = #node.children == 0 and 0 or node.cap.used
  local free = (1 << memory.size_bits) - used
  if free >> bits < count then
    refuse("NotEnoughMemory", free)
  elseif memory.is_device and kind.name ~= "Untyped" and makers[kind.name] then
    refuse("InvalidArgument", 1)
  end
  local start = used + capability.mask(bits) & ~capability.mask(bits)
  node.cap = with(node.cap, { used = start + (count << bits) })
  for i = 0, count - 1 do
    local cap = untyped.new_object(kind, memory.address + start + (i << bits), bits,
      memory.is_device)
    tree.insert_child(node, cap, cnode.slots[first + i], true)
  end
end

untyped.methods = { untyped = { UntypedRetype = retype } }

return untyped
