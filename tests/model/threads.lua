-- SPDX-License-Identifier: MIT
--- The reference model's methods of threads, as far as they put capabilities into threads or take
--- them out. Manual chapter 6.
---
--- What the others answer is not modelled; they change no capability.

local capability = require "tests.model.capability"
local cnodes = require "tests.model.cnodes"
local tree = require "tests.model.tree"

local refuse = capability.refuse

local threads = {}

local CSPACE, VSPACE, BUFFER, FAULT, TIMEOUT = 0, 1, 2, 3, 4 -- the last two: MCS
local BUFFER_MASK, WRITE, ANY_GRANT = 1023, 1, 4 | 8

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

local function change_spaces(model, node, cspace, vspace)
  change(model, node, CSPACE, cspace)
  change(model, node, VSPACE, vspace)
end

-- MCS: an endpoint that can be sent a fault to be answered, or nothing. The second capability of
-- the message, it is said where it is the first.
local function handler_change(node)
  if not node then
    return {}
  end
  local cap = node.cap
  if cap.type ~= "endpoint" or cap.rights & WRITE == 0 or cap.rights & ANY_GRANT == 0 then
    refuse("InvalidCapability", 1)
  end
  return { from = node, cap = cap }
end

local classic, mcs = {}, {}

function classic.TCBSetSpace(model, node, message)
  message:need(3, 2)
  check_old(node.cap.object)
  change_spaces(model, node, space_changes(message, 1, 2))
end

function mcs.TCBSetSpace(model, node, message)
  message:need(2, 3)
  check_old(node.cap.object)
  local cspace, vspace = space_changes(message, 2, 1)
  change(model, node, FAULT, handler_change(message.extras[1]))
  change_spaces(model, node, cspace, vspace)
end

function mcs.TCBSetTimeoutEndpoint(model, node, message)
  message:need(0, 1)
  change(model, node, TIMEOUT, handler_change(message.extras[1]))
end

-- The words before the address of the buffer differ.
local function configure(model, node, message, first_word)
  message:need(first_word + 2, 3)
  local buffer = buffer_change(message.words[first_word + 2], message.extras[3])
  check_old(node.cap.object)
  local cspace, vspace = space_changes(message, 1, first_word)
  change_spaces(model, node, cspace, vspace)
  change(model, node, BUFFER, buffer)
end

function classic.TCBConfigure(model, node, message)
  configure(model, node, message, 2)
end

function mcs.TCBConfigure(model, node, message)
  configure(model, node, message, 1)
end

classic.TCBSetIPCBuffer, mcs.TCBSetIPCBuffer = set_buffer, set_buffer
threads.methods = { classic = { tcb = classic }, mcs = { tcb = mcs } }

return threads
