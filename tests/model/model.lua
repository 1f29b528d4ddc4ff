-- SPDX-License-Identifier: MIT
--- A reference model of the kernel's capabilities: CSpaces, derivation, untyped memory, rights,
--- address spaces. It is written from the manual, the documented errors (abi/) and the recorded
--- answers, not from the kernel: a second opinion to compare the kernel with.
---
---   local m = model.new("classic")
---   local answer = m:call(1, 1, { 2, 0, 0, 0, 20, 1 }, { 2 })   -- service, label, words, extras
---   print(answer.kind, answer.label, table.unpack(answer.words))
---
--- The caller is the thread of tests/vectors/tester.h. An answer is { kind = "reply" or "fault",
--- label, words }, or { kind = "skip", label } for services that would make the caller wait.
--- { kind = "unknown" }: the model does not know the answer, but no capability changes.
--- { kind = "end" }: the model does not know what happens; it can say nothing more.

local capability = require "tests.model.capability"
local cnodes = require "tests.model.cnodes"
local invocations = require "abi.invocations"
local spaces = require "tests.model.spaces"
local threads = require "tests.model.threads"
local tree = require "tests.model.tree"
local untyped = require "tests.model.untyped"

local model = {}
model.__index = model

local WORD_BITS, SLOTS_BITS, GUARD_SIZE, ADDRESS_STEP = 64, 8, 56, 1 << 40
local CAP_FAULT, HANDLER_SLOT = 1, 255

--- What DebugCapIdentify answers for the types; nil, an empty slot: 0.
model.numbers = {
  frame = 1, untyped = 2, page_table = 3, endpoint = 4, notification = 6, reply = 8, cnode = 10,
  asid_control = 11, tcb = 12, asid_pool = 13, domain = 20, sched_context = 22, sched_control = 24,
  heap = 0x4c00,
}

local waits = { endpoint = true, notification = true, reply = true }

local known = { classic = {}, mcs = {} }
for configuration, all in pairs(known) do
  for _, methods in ipairs { cnodes.methods, untyped.methods, spaces.methods,
    threads.methods[configuration] } do
    for type, list in pairs(methods) do
      all[type] = list
    end
  end
end

-- Methods whose answer is not modelled, by type. Those that might change capabilities end the
-- trace.
local unmodelled = {
  tcb = "^TCB", domain = "^Domain", heap = "^LuaHeap", sched_context = "^SchedContext",
  sched_control = "^SchedControl", frame = "^RISCVPageGetAddress",
}
local changing = { mcs = { TCBSetSchedParams = true }, classic = {} }

-- --- the environment -----------------------------------------------------------------------------

local kinds = {}
for _, kind in ipairs(require "abi.objects") do
  kinds[kind.name] = kind
end

-- Memory of its own for each of the first objects.
function model:place(slot, name, bits, is_device)
  self.next_address = self.next_address + ADDRESS_STEP
  local cap = untyped.new_object(kinds[name], self.next_address, bits, is_device)
  tree.insert_child(self.outside, cap, self.slots[slot], true)
  return cap
end

-- A capability that is also held outside of the CSpace, so that it is never the last.
local function copy_of_outside(self, slot, cap)
  if cap.object then
    self.next_address = self.next_address + ADDRESS_STEP
    cap.object.address = self.next_address
  end
  local original = tree.insert_child(self.root, cap, {}, true)
  tree.insert_copy(original, cap, self.slots[slot])
  return original
end

local function fill(self)
  local own = untyped.new_object(kinds.CapTable, 0, SLOTS_BITS + 5)
  own.guard_size = GUARD_SIZE
  self.cspace, self.own, self.slots = own, own.object, own.object.slots
  self:place(1, "Untyped", 16)
  copy_of_outside(self, 2, own)
  self:place(3, "TCB", 11)
  self:place(4, "Endpoint", 4)
  self:place(5, "Notification", self.configuration == "mcs" and 6 or 5)
  copy_of_outside(self, 7, { type = "asid_control" })
  copy_of_outside(self, 8, { type = "asid_pool", object = self.pools[0] })
  copy_of_outside(self, 9, { type = "domain" })
  local space = self:place(10, "RISCV_PageTable", 12)
  self.slots[10].node.cap = capability.with(space, { is_mapped = true, asid = 2 })
  self.pools[0].entries[2] = space.object
  self:place(11, "RISCV_4K_Page", 12)
  self:place(12, "Untyped", 12)
  self:place(13, "RISCV_PageTable", 12)
  if self.configuration == "classic" then
    copy_of_outside(self, HANDLER_SLOT,
      { type = "endpoint", object = {}, rights = 15, badge = 0x55 })
    self.handler = self.slots[HANDLER_SLOT].node
  else
    copy_of_outside(self, 14, { type = "sched_control" })
    self:place(15, "SchedContext", 8)
    self:place(16, "Reply", 5)
  end
end

--- The model in the state in which the recordings begin.
function model.new(configuration)
  local root = tree.new()
  local self = setmetatable({
    configuration = configuration, root = root, next_address = 0, names = {},
    pools = { [0] = { base = 0, entries = { [1] = {} } } }, -- ASID 1: the caller's own
  }, model)
  self.outside = tree.insert_child(root, { type = "untyped", object = {} }, {}, true)
  for _, row in ipairs(invocations) do
    if row[configuration] then
      self.names[row[configuration]] = row.label_name
    end
  end
  fill(self)
  return self
end

-- --- calls ---------------------------------------------------------------------------------------

local message_class = {}
message_class.__index = message_class

--- Refuses a message with fewer words or capabilities. An empty slot counts as a capability.
function message_class:need(words, extras)
  local has_all = #self.words >= words
  for i = 1, extras or 0 do
    has_all = has_all and self.extras[i] ~= nil
  end
  if not has_all then
    capability.refuse("TruncatedMessage")
  end
end

-- The slot that a CPtr names; nil and the answer if it leads nowhere. A caller whose fault handler
-- is gone stops for ever.
local function find(self, cptr)
  local slot, failure = capability.resolve(self.cspace, cptr, WORD_BITS)
  if not slot and self.handler and self.slots[HANDLER_SLOT].node ~= self.handler then
    return nil, { kind = "end" }
  elseif not slot then
    return nil, { kind = "fault", label = CAP_FAULT, words = { cptr, 0, table.unpack(failure) } }
  end
  return slot
end

local function find_extras(self, cptrs)
  local nodes = {}
  for i, cptr in ipairs(cptrs) do
    local slot, fault = find(self, cptr)
    if not slot then
      return nil, fault
    end
    nodes[i] = slot.node or false
  end
  return nodes
end

local function reply(label, words)
  return { kind = "reply", label = label, words = words }
end

local function invoke(self, node, message)
  local cap_type, name = node.cap.type, message.method or ""
  local methods = known[self.configuration][cap_type]
  local method = methods and methods[name]
  if cap_type == "tcb" and changing[self.configuration][name] then
    return { kind = "end" }
  elseif not method and unmodelled[cap_type] and name:find(unmodelled[cap_type]) then
    return { kind = "unknown" }
  elseif not method then
    return reply(3, {})
  end
  local is_done, refusal = pcall(method, self, node, message)
  if not is_done and type(refusal) ~= "table" then
    error(refusal, 0)
  end
  return is_done and reply(0, {}) or reply(refusal.label, refusal.words)
end

--- The caller calls: what it is answered.
function model:call(service, label, words, extras)
  local slot, fault = find(self, service)
  if not slot then
    return fault
  elseif slot.node and waits[slot.node.cap.type] then
    return { kind = "skip", label = model.numbers[slot.node.cap.type], words = {} }
  end
  local nodes
  nodes, fault = find_extras(self, extras)
  if not nodes then
    return fault
  elseif not slot.node then
    return reply(2, { 0 })
  end
  local message = setmetatable({ words = words, extras = nodes, method = self.names[label] },
    message_class)
  return invoke(self, slot.node, message)
end

return model
