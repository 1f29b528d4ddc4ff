-- SPDX-License-Identifier: MIT
--- Every kind of failed lookup of a system call, in words: a thread makes calls that fault, and its
--- handler reads why. Both configurations. Its last line is the sum.
---
---   selvm run [--mcs] tests/user/lookups.lua

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local thread = require "sel4.thread"

local passed, failed = 0, 0
local CNODE, DEPTH = seL4.CapInitThreadCNode, seL4.WordBits
local INFO = seL4.MessageInfo_new(0, 0, 0, 0)

local memory = bootstrap.open()
local faults = memory:object(seL4.EndpointObject)
local reply = seL4.ReplyObject and memory:object(seL4.ReplyObject)
local endpoint, note = memory:object(seL4.EndpointObject), memory:object(seL4.NotificationObject)
seL4.DebugNameCap(endpoint, "requests")

-- A CSpace of 16 slots whose guard leaves 2 bits for a second CNode, in slot 1, of 16 slots; the
-- fault handler is in slot 2.
local function shallow_cspace()
  local bare, inner = memory:object(seL4.CapTableObject, 4), memory:object(seL4.CapTableObject, 4)
  local guarded = memory:slot()
  bootstrap.check(seL4.CNode_Copy(bare, 1, 4, CNODE, inner, DEPTH, seL4.AllRights))
  bootstrap.check(seL4.CNode_Copy(bare, 2, 4, CNODE, faults, DEPTH, seL4.AllRights))
  bootstrap.check(seL4.CNode_Mint(CNODE, guarded, DEPTH, CNODE, bare, DEPTH, seL4.AllRights,
    seL4.CNode_CapData_new(0, 58)))
  return guarded
end

-- The explanation of the fault that a function runs into has all of the parts.
local function explains(what, entry, parts, options)
  options = options or {}
  options.entry, options.priority = entry, 200
  options.fault_endpoint = options.fault_endpoint or faults
  local worker = thread.new(memory, options):start()
  local fault = seL4.getFault((seL4.Recv(faults, reply)))
  local text = seL4.DebugFaultText(worker.tcb) or ""
  local is_right = fault.name == "CapFault"
  for _, part in ipairs(parts) do
    is_right = is_right and text:find(part, 1, true)
  end
  if is_right then
    passed = passed + 1
  else
    failed = failed + 1
    print(("FAILED: %s: %s, \"%s\" lacks one of: %s"):format(what, fault.name, text,
      table.concat(parts, " | ")))
  end
  seL4.TCB_Suspend(worker.tcb)
end

local function send_only(slot)
  return memory:copy(slot, seL4.CapRights_new(false, false, false, true))
end

explains("a guard", function() seL4.Send(1 << 40, INFO) end,
  { "sending to capability 0x10000000000: no slot has this number (GuardMismatch); a CNode on the "
    .. "way has guard 0 of 52 bits" })
explains("a depth", function() seL4.Send(1 << 2, INFO) end,
  { "sending to capability 4: no slot has this number (DepthMismatch); a CNode on the way takes 4 "
    .. "bits" }, { cspace = shallow_cspace(), fault_endpoint = not reply and 2 << 2 or nil })
local along = seL4.MessageInfo_new(0, 0, 1, 0)
explains("a capability sent along", function()
  seL4.SetCap(0, 1 << 41)
  seL4.Send(endpoint, along)
end, { "sending along capability 0x20000000000: no slot has this number (GuardMismatch)" })
explains("a slot to receive from that is empty", function() seL4.Recv(memory:slot(), reply) end,
  { "receiving from capability ", ": the slot is empty (MissingCapability)" })
explains("something else", function() seL4.Recv(CNODE, reply) end,
  { "receiving from capability 2: the capability is to no endpoint and no notification "
    .. "(MissingCapability)" })
local deaf_endpoint, deaf_note = send_only(endpoint), send_only(note)
explains("an endpoint without the right", function() seL4.Recv(deaf_endpoint, reply) end,
  { "lacks the right to receive (MissingCapability); copy it with right Read" })
explains("a notification without the right", function() seL4.Wait(deaf_note) end,
  { "lacks the right to receive (MissingCapability); copy it with right Read" })
bootstrap.check(seL4.TCB_BindNotification(seL4.CapInitThreadTCB, note))
explains("another thread's notification", function() seL4.Wait(note) end,
  { "the notification is bound to another thread, and only that may wait (MissingCapability)" })
if reply then
  explains("a reply object that is none", function() seL4.Recv(endpoint, CNODE) end,
    { "receiving from capability 2: a6 names no reply object (MissingCapability); make one" })
  explains("a reply object that is not found", function() seL4.Recv(endpoint, 1 << 40) end,
    { "receiving from capability 0x10000000000: no slot has this number (GuardMismatch)" })
end

-- No CSpace: only the MCS configuration's handler is found without one.
if reply then
  local worker = thread.new(memory, { entry = function() seL4.Send(5, INFO) end, priority = 200,
    fault_endpoint = faults })
  local empty = memory:object(seL4.CapTableObject, 1)
  bootstrap.check(seL4.TCB_SetSpace(worker.tcb, faults, empty, 0, seL4.CapInitThreadVSpace, 0))
  bootstrap.check(seL4.CNode_Revoke(CNODE, empty, DEPTH))
  worker:start()
  seL4.Recv(faults, reply)
  local text = seL4.DebugFaultText(worker.tcb)
  if text == "sending to capability 5: the thread has no CNode as its CSpace root "
    .. "(InvalidRoot)" then
    passed = passed + 1
  else
    failed = failed + 1
    print("FAILED: no CSpace: " .. tostring(text))
  end
end

print(("%d passed, %d failed"):format(passed, failed))
