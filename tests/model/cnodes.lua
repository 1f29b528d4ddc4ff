-- SPDX-License-Identifier: MIT
--- The reference model's methods of CNodes, and the deletion of capabilities.
---
---   cnodes.delete(model, slot)
---
--- Manual sections 3.1 and 3.2.

local capability = require "tests.model.capability"
local spaces = require "tests.model.spaces"
local tree = require "tests.model.tree"

local refuse = capability.refuse

local cnodes = {}

local ALL_RIGHTS = 15

-- --- deletion ------------------------------------------------------------------------------------

--- Deletes the capability in the slot, if there is one; with the last capability to a CNode or a
--- TCB goes all that it holds.
function cnodes.delete(model, slot)
  local node = slot.node
  if not node then
    return
  end
  local cap, is_final = node.cap, tree.is_final(node)
  tree.remove(node)
  spaces.finalise(model, cap, is_final)
  if is_final and cap.object.slots then
    for _, inner in pairs(cap.object.slots) do
      cnodes.delete(model, inner)
    end
  end
end

local function revoke(model, slot)
  local node = slot.node
  while node and not node.is_gone and #node.children > 0 do
    cnodes.delete(model, node.children[1].slot)
  end
end

local function cancel_badged_sends(_, slot)
  local cap = slot.node and slot.node.cap
  if not cap or cap.type ~= "endpoint" or cap.rights ~= ALL_RIGHTS then
    refuse("IllegalOperation")
  end
end

-- Nothing ever waits to be answered by the caller.
local function save_caller(_, slot)
  capability.need_empty(slot)
end

-- --- copies and moves ----------------------------------------------------------------------------

local function copy(node, slot, cap)
  local derived = cap and capability.derive(node, cap)
  if not derived then
    refuse("IllegalOperation")
  end
  tree.insert_copy(node, derived, slot)
  if derived.type == "untyped" then -- its memory is the copy's from now on
    node.cap = capability.with(node.cap, { used = 1 << node.cap.object.size_bits })
  end
end

local transfers = {
  CNodeCopy = function(message, node, slot)
    message:need(5)
    copy(node, slot, capability.restrict(node.cap, message.words[5]))
  end,
  CNodeMint = function(message, node, slot)
    message:need(6)
    local cap = capability.restrict(node.cap, message.words[5])
    copy(node, slot, capability.with_data(cap, message.words[6], false))
  end,
  CNodeMove = function(_, node, slot)
    tree.move(node, node.cap, slot)
  end,
  CNodeMutate = function(message, node, slot)
    message:need(5)
    local cap = capability.with_data(node.cap, message.words[5], true)
    if not cap then
      refuse("IllegalOperation")
    end
    tree.move(node, cap, slot)
  end,
}

local function transfer(slot, message, method)
  message:need(4, 1)
  local words = message.words
  capability.need_empty(slot)
  local source = capability.lookup(message.extras[1], words[3], words[4], 1)
  if not source.node then
    capability.refuse_missing(1, words[4])
  end
  method(message, source.node, slot)
end

local function rotate(_, destination, message)
  message:need(8, 2)
  local words, extras = message.words, message.extras
  local source = capability.lookup(extras[2], words[7], words[8], 1)
  local pivot = capability.lookup(extras[1], words[4], words[5], 1)
  if pivot == source or pivot == destination then
    refuse("IllegalOperation")
  end
  if source ~= destination then
    capability.need_empty(destination)
  end
  if not source.node then
    capability.refuse_missing(1, words[8])
  elseif not pivot.node then
    capability.refuse_missing(0, words[5])
  end
  local source_cap = capability.with_data(source.node.cap, words[6], true)
  local pivot_cap = capability.with_data(pivot.node.cap, words[3], true)
  if not source_cap or not pivot_cap then
    refuse("IllegalOperation")
  elseif source == destination then
    tree.swap(source.node, source_cap, pivot.node, pivot_cap)
  else
    tree.move(pivot.node, pivot_cap, destination)
    tree.move(source.node, source_cap, pivot)
  end
end

-- --- dispatch ------------------------------------------------------------------------------------

local on_slots = {
  CNodeRevoke = revoke, CNodeDelete = cnodes.delete, CNodeCancelBadgedSends = cancel_badged_sends,
  CNodeSaveCaller = save_caller, CNodeRotate = rotate,
}

local function invoke(model, node, message)
  message:need(2)
  local slot = capability.lookup(node, message.words[1], message.words[2], 0)
  local method = transfers[message.method]
  if method then
    transfer(slot, message, method)
  else
    on_slots[message.method](model, slot, message)
  end
end

cnodes.methods = { cnode = {} }
for _, methods in ipairs { on_slots, transfers } do
  for name in pairs(methods) do
    cnodes.methods.cnode[name] = invoke
  end
end

return cnodes
