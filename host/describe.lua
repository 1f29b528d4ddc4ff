-- SPDX-License-Identifier: MIT
--- Makes the machine's state readable: who waits for what, and where capabilities lie.
--
--   for _, thread in ipairs(describe.threads(machine)) do
--     print(thread.name, thread.state, thread.waits_on, thread.where)
--   end
--   print(describe.table(describe.threads(machine)))

local core = require "selvm.core"

local describe = {}

local SLOT_SIZE, TCB_SLOT_COUNT = 32, 5
local CLASSIC_SLOT_NAMES = { [0] = "CSpace", "VSpace", "reply master", "caller", "IPC buffer" }
local MCS_SLOT_NAMES = {
  [0] = "CSpace", "VSpace", "fault handler", "timeout handler", "IPC buffer",
}
local CSPACE_SLOT = 0

-- The objects that have slots, by address: CNodes and threads.
local function holders_of(rows, thread_names)
  local holders, is_there = {}, {}
  for _, row in ipairs(rows) do
    local count = row.type == "CNode" and row.slot_count or row.type == "TCB" and TCB_SLOT_COUNT
    if count and not is_there[row.object] then
      is_there[row.object] = true
      local name = thread_names[row.object]
      holders[#holders + 1] = { address = row.object, count = count, name = name }
    end
  end
  table.sort(holders, function(a, b) return a.address < b.address end)
  return holders
end

-- The holder that the slot lies in, and its index there; nil for slots of the kernel's own.
local function holder_of(holders, slot)
  local low, high = 1, #holders
  while low <= high do
    local middle = (low + high) // 2
    local holder = holders[middle]
    local index = (slot - holder.address) // SLOT_SIZE
    if index < 0 then
      high = middle - 1
    elseif index >= holder.count then
      low = middle + 1
    else
      return holder, index
    end
  end
end

local function thread_title(name, address)
  return name ~= "" and ("'%s'"):format(name) or ("0x%x"):format(address)
end

-- What to call each CNode, by address: by its name, or after the thread whose CSpace it is.
local function cnode_titles(rows, root_cnode, holders, thread_names)
  local titles = {}
  for _, row in ipairs(rows) do
    local holder, index = holder_of(holders, row.slot)
    if row.type == "CNode" and holder and holder.name and index == CSPACE_SLOT then
      local owner = thread_title(thread_names[holder.address], holder.address)
      titles[row.object] = ("CSpace of thread %s, CNode 0x%x"):format(owner, row.object)
    end
  end
  for _, row in ipairs(rows) do
    if row.type == "CNode" and row.name then
      titles[row.object] = ("CNode '%s'"):format(row.name)
    end
  end
  titles[root_cnode] = "root CNode"
  return titles
end

-- Says of each row in whose slot it lies: holder (text), cnode or thread (address), index.
local function place(rows, root_cnode, thread_names, slot_names)
  local holders = holders_of(rows, thread_names)
  local titles = cnode_titles(rows, root_cnode, holders, thread_names)
  for _, row in ipairs(rows) do
    local holder, index = holder_of(holders, row.slot)
    row.index = index
    if not holder then
      row.holder = "kernel"
    elseif holder.name then
      row.thread = holder.address
      row.holder = ("%s of thread %s"):format(slot_names[index],
        thread_title(holder.name, holder.address))
    else
      row.cnode = holder.address
      row.holder = titles[holder.address] or ("CNode 0x%x"):format(holder.address)
    end
  end
end

-- Raw rows of threads without repetitions, and their names by address.
local function raw_threads(machine)
  local rows, names = {}, {}
  for _, row in ipairs(core.threads(machine)) do
    if not names[row.address] then
      rows[#rows + 1] = row
      names[row.address] = row.name
    end
  end
  return rows, names
end

-- Capabilities by the object that they name, each a list in their order.
local function by_object(capabilities)
  local lists = {}
  for _, row in ipairs(capabilities) do
    if row.object then
      lists[row.object] = lists[row.object] or {}
      table.insert(lists[row.object], row)
    end
  end
  return lists
end

-- "endpoint 'requests' (slot 33)": by its name, else its address, and the first of the root task's
-- slots that has it.
local function object_text(noun, address, capabilities, root_cnode)
  local slot, name
  for _, row in ipairs(capabilities[address] or {}) do
    local is_it = row.type ~= "Untyped"
    if is_it and row.cnode == root_cnode and (not slot or row.index < slot) then
      slot = row.index
    end
    if is_it and (not name or row.badge == 0) then
      name = row.name
    end
  end
  local text = name and ("%s '%s'"):format(noun, name) or ("%s 0x%x"):format(noun, address)
  return slot and ("%s (slot %d)"):format(text, slot) or text
end

-- MCS: who has the reply object that a caller is to be answered through.
local function reply_object_text(thread, capabilities, root_cnode)
  local text = "an answer through " ..
    object_text("reply object", thread.reply, capabilities, root_cnode)
  for _, row in ipairs(capabilities[thread.reply] or {}) do
    if row.type == "Reply" then
      return ("%s; may be given by: %s"):format(text, row.holder)
    end
  end
  return text
end

-- Who may answer a caller.
local function reply_text(thread, capabilities, root_cnode)
  if thread.reply then
    return reply_object_text(thread, capabilities, root_cnode)
  end
  for _, row in ipairs(capabilities[thread.address] or {}) do
    if row.type == "Reply" and not row.is_master then
      return "an answer; may be given by: " .. row.holder
    end
  end
  return "an answer that nobody can give any more"
end

-- A thread that could run, if it had time (MCS).
local function time_text(thread, is_mcs)
  if is_mcs and thread.awaits_budget then
    return "its next budget"
  elseif is_mcs and not thread.sched_context and
    (thread.state == "running" or thread.state == "restarting") then
    return "a scheduling context: it has none"
  end
end

local function waits_on(thread, capabilities, root_cnode, is_mcs)
  if thread.fault == "Timeout" and thread.blocked_on then
    return "its timeout handler, after using up its budget"
  elseif thread.explanation and thread.blocked_on then
    return ("its fault handler, after %s: %s"):format(thread.fault, thread.explanation)
  elseif thread.fault and thread.blocked_on then
    return ("its fault handler, after %s at 0x%x"):format(thread.fault, thread.fault_address)
  elseif thread.state == "receiving" or thread.state == "sending" then
    return object_text("endpoint", thread.blocked_on, capabilities, root_cnode)
  elseif thread.state == "waiting" then
    return object_text("notification", thread.blocked_on, capabilities, root_cnode)
  elseif thread.state == "waiting for reply" then
    return reply_text(thread, capabilities, root_cnode)
  end
  return time_text(thread, is_mcs)
end

--- All capabilities, in the order of derivation: an array of { slot = address, holder = text,
--- index = in the holder, type, name = of the object, if it has one, object = address, size_bits,
--- badge, rights = "RWGP", is_original, ... }; which of them there are depends on the type.
function describe.capabilities(machine)
  local rows, root_cnode, is_mcs = core.capabilities(machine)
  local _, names = raw_threads(machine)
  place(rows, root_cnode, names, is_mcs and MCS_SLOT_NAMES or CLASSIC_SLOT_NAMES)
  return rows, root_cnode, is_mcs
end

--- All threads: an array of { address, name, state, priority, domain, where = "file.lua:12" or nil,
--- waits_on = text or nil, fault = name or nil, error = text of an uncaught error or nil,
--- is_root }. A fault is there while the thread waits for its handler, not one without a handler.
function describe.threads(machine)
  local capabilities, root_cnode, is_mcs = describe.capabilities(machine)
  local rows = raw_threads(machine)
  local lists = by_object(capabilities)
  for _, row in ipairs(rows) do
    row.waits_on = waits_on(row, lists, root_cnode, is_mcs)
  end
  return rows
end

--- The threads as lines of text, with columns.
function describe.table(threads)
  local lines = { { "thread", "state", "waits on", "where" } }
  for _, thread in ipairs(threads) do
    lines[#lines + 1] = {
      thread.name ~= "" and thread.name or ("0x%x"):format(thread.address),
      thread.state, thread.waits_on or "-", thread.where or "-",
    }
  end
  local widths = { 0, 0, 0, 0 }
  for _, line in ipairs(lines) do
    for column, text in ipairs(line) do
      widths[column] = math.max(widths[column], #text)
    end
  end
  for i, line in ipairs(lines) do
    for column = 1, #line - 1 do
      line[column] = line[column] .. (" "):rep(widths[column] - #line[column])
    end
    lines[i] = "  " .. table.concat(line, "  ")
  end
  return table.concat(lines, "\n")
end

return describe
