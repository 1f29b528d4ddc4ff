-- SPDX-License-Identifier: MIT
--- Faults as stories: which thread, at which line of its program, what it did, and what it would
--- have needed.
--
--   print(story.tell(worker, seL4.getFault(info)))
--   --> thread 'worker' at main.lua:12 (`return seL4.Load64(address)`) reads from 0x1234000.
--   Nothing --> is mapped there; it would have needed a frame, mapped there (RISCV_Page_Map) with
--   the right --> to read.

local seL4 = require "seL4"

local story = {}

local CAUSES = {
  [1] = "execute", [5] = "read", [7] = "write", [12] = "execute", [13] = "read", [15] = "write",
}
local VERBS = { execute = "runs code at", read = "reads from", write = "writes to" }
local NEEDED = {
  execute = "with the right to read, executable", read = "with the right to read",
  write = "with the rights to read and write",
}
local INVALID_ROOT, MISSING, DEPTH_MISMATCH, GUARD_MISMATCH = 1, 2, 3, 4

-- "at main.lua:12 (`text`) ", of RISC-V code "at 0x10096 ", or "".
local function place_of(thing, address)
  local name, line, text = thing:place(address)
  if not name then
    return thing.elf and ("at 0x%x "):format(address) or ""
  end
  return text ~= "" and ("at %s:%d (`%s`) "):format(name, line, text)
    or ("at %s:%d "):format(name, line)
end

-- What is at an address that could not be used, as the space's owner knows it.
local function what_is_at(thing, address)
  local region, is_guard
  if thing.space then
    region, is_guard = thing.space:find(address)
  end
  if is_guard then
    return ("That is a guard page of '%s', kept empty so that running over its %s is noticed")
      :format(region.name, address < region.vaddr and "start" or "end")
  elseif region then
    return ("That is in '%s', mapped without this right"):format(region.name)
  end
  return "Nothing is mapped there, or not with this right"
end

local function vm_fault(thing, fault)
  local access = fault.PrefetchFault ~= 0 and "execute" or CAUSES[fault.FSR] or "read"
  return ("%s%s 0x%x. %s; it would have needed a frame, mapped there (RISCV_Page_Map) %s."):format(
    place_of(thing, fault.IP), VERBS[access], fault.Addr, what_is_at(thing, fault.Addr),
    NEEDED[access])
end

local LOOKUPS = {
  [INVALID_ROOT] = function()
    return "It has no CSpace; it would have needed a CNode as root (TCB_SetSpace)"
  end,
  [MISSING] = function(fault)
    return fault.InRecvPhase ~= 0
      and "Nothing there can be received from; it would have needed an Endpoint or Notification "
        .. "with the right to read in that slot"
      or "That slot is empty; it would have needed a capability in it"
  end,
  [DEPTH_MISMATCH] = function(fault)
    return ("Its CSpace ends there with %d bits left; it would have needed a CNode on the way")
      :format(fault.BitsLeft)
  end,
  [GUARD_MISMATCH] = function()
    return "Its CSpace has no slot of this number; it would have needed a capability in one that "
      .. "it has"
  end,
}

local function cap_fault(thing, fault)
  local explain = LOOKUPS[fault.LookupFailureType]
  return ("%s%s capability %s. %s."):format(place_of(thing, fault.IP),
    fault.InRecvPhase ~= 0 and "receives from" or "sends to",
    fault.Addr >= 0 and fault.Addr < 1 << 20 and fault.Addr or ("0x%x"):format(fault.Addr),
    explain and explain(fault) or "It was not found")
end

local EXCEPTIONS = {
  LuaException_Error = "an error that its program did not catch",
  LuaException_BadEntry = "its pc leads to no function or program",
  LuaException_BadImage = "the program at its pc is damaged, or bytecode",
  LuaException_NoEngine = "its VSpace has no Lua heap",
  LuaException_Overstayed = "a function that could not be left went on for too long",
}

-- Of RISC-V code, by the processor's numbers.
local CODE_EXCEPTIONS = {
  [2] = "an instruction that the processor does not have", [3] = "an ebreak instruction",
}

local function user_exception(thing, fault)
  local what = CODE_EXCEPTIONS[fault.Number]
    or ("exception %d with code %d"):format(fault.Number, fault.Code)
  for name, sentence in pairs(EXCEPTIONS) do
    if seL4[name] == fault.Number then
      what = sentence
    end
  end
  local text = seL4.DebugFaultText(thing.tcb)
  local first = text and text:match "^[^\n]*"
  return ("%shas been stopped by %s%s"):format(first and "" or place_of(thing, fault.FaultIP), what,
    first and ": " .. first or ".")
end

local TELLERS = {
  VMFault = vm_fault,
  CapFault = cap_fault,
  UserException = user_exception,
  UnknownSyscall = function(thing, fault)
    return ("%smakes system call %d, which seL4 does not have."):format(
      place_of(thing, fault.FaultIP), fault.Syscall)
  end,
  Timeout = function(_, fault)
    return ("has used up its budget of time: %d us since it was last filled up."):format(
      fault.Consumed)
  end,
}

--- The story of a fault, one line of whole sentences. `thing` is a sel4.thread or sel4.process;
--- `fault` what seL4.getFault says, in the same turn as the message was received.
function story.tell(thing, fault)
  local teller = TELLERS[fault.name]
  return ("%s '%s' %s"):format(thing.kind, thing.name, teller and teller(thing, fault)
    or "has had a fault of kind " .. fault.name)
end

return story
