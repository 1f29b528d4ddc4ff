-- SPDX-License-Identifier: MIT
--- The reference model's methods of threads, as far as they put capabilities into threads or take
--- them out (classic configuration). Manual chapter 6.
---
--- What the others answer is not modelled; they change no capability.

local capability = require "tests.model.capability"
local cnodes = require "tests.model.cnodes"
local tree = require "tests.model.tree"

local refuse = capability.refuse

local threads = {}

local CSPACE, VSPACE, BUFFER = 0, 1, 2
local BUFFER_MASK = 1023

-- What is to be put into a slot of the thread: { from, cap }; without them only the old one goes.
local function buffer_change(address, node)
  if address == 0 then
    return {}
  end
  local cap = node and capability.derive(node, node.cap)
  if not cap or cap.type ~= "frame" or cap.object.is_device then
    refuse("IllegalOperation")
  elseif address & BUFFER_MASK ~= 0 then
    refuse("AlignmentError")
  end
  return { from = node, cap = cap }
end

local function space_change(node, data, is_right)
  local cap = node and node.cap
  if cap and data ~= 0 then
    cap = capability.with_data(cap, data, false)
  end
  cap = cap and capability.derive(node, cap)
  if not cap or not is_right(cap) then
    refuse("IllegalOperation")
  end
  return { from = node, cap = cap }
end

local function is_cspace(cap)
  return cap.type == "cnode"
end

local function is_vspace(cap)
  return cap.type == "page_table" and cap.is_mapped
end

-- What would take long to delete is refused.
local function check_old(thread)
  for _, index in ipairs { CSPACE, VSPACE } do
    local node = thread.slots[index].node
    if node and tree.is_final(node) and (node.cap.type == "cnode" or node.cap.type == "tcb") then
      refuse("IllegalOperation")
    end
  end
end

local function space_changes(message, first_extra, first_word)
  local extras, words = message.extras, message.words
  return space_change(extras[first_extra], words[first_word], is_cspace),
    space_change(extras[first_extra + 1], words[first_word + 1], is_vspace)
end

-- The old capability's deletion may delete what the new one is copied from, or the thread.
local function change(model, node, index, what)
  local thread = node.cap.object
  cnodes.delete(model, thread.slots[index])
  if what.from and not what.from.is_gone and not node.is_gone then
    tree.insert_copy(what.from, what.cap, thread.slots[index])
  end
end

local function set_buffer(model, node, message)
  message:need(1, 1)
  change(model, node, BUFFER, buffer_change(message.words[1], message.extras[1]))
end

local function set_space(model, node, message)
  message:need(3, 2)
  check_old(node.cap.object)
  local cspace, vspace = space_changes(message, 1, 2)
  change(model, node, CSPACE, cspace)
  change(model, node, VSPACE, vspace)
end

local function configure(model, node, message)
  message:need(4, 3)
  local buffer = buffer_change(message.words[4], message.extras[3])
  check_old(node.cap.object)
  local cspace, vspace = space_changes(message, 1, 2)
  change(model, node, CSPACE, cspace)
  change(model, node, VSPACE, vspace)
  change(model, node, BUFFER, buffer)
end

threads.methods = {
  tcb = { TCBSetIPCBuffer = set_buffer, TCBSetSpace = set_space, TCBConfigure = configure },
}

return threads
