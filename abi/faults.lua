-- SPDX-License-Identifier: MIT
--- Faults: the label and the words of the message that a fault handler receives.
--
--   local faults = require "abi.faults"
--   for _, fault in ipairs(faults) do
--     print(fault.name, fault.classic, fault.mcs, table.concat(fault.words, " "))
--   end
--
-- `words` are the message registers from MR0 on, by libsel4's names; the constant of each is
-- the fault's name, an underscore and the word's name. `aliases` are further names with their index.

local registers = require "abi.registers"

local timeout_reply = { "FaultIP", "LR", "SP", "GP" }
for i = 5, 31 do
  timeout_reply[i] = registers[i]
end
timeout_reply[32] = "TP"

return {
  { name = "NullFault", c = "NONE", classic = 0, mcs = 0, words = {},
    doc = "No fault; as the label of an answer to a fault it restarts the thread." },
  { name = "CapFault", c = "CAP", classic = 1, mcs = 1,
    words = { "IP", "Addr", "InRecvPhase", "LookupFailureType", "BitsLeft", "DepthMismatch_BitsFound",
              "GuardMismatch_BitsFound" },
    aliases = { { "GuardMismatch_GuardFound", 5 } },
    doc = "A system call named a capability that could not be found; the words after "
      .. "LookupFailureType depend on it." },
  { name = "UnknownSyscall", c = "UNKNOWN_SYSCALL", classic = 2, mcs = 2,
    words = { "FaultIP", "SP", "RA", "A0", "A1", "A2", "A3", "A4", "A5", "A6", "Syscall" },
    has_length = true,
    doc = "A system call with a number that the kernel does not know. The answer may write the "
      .. "same words back." },
  { name = "UserException", c = "USER_EXCEPTION", classic = 3, mcs = 3,
    words = { "FaultIP", "SP", "Number", "Code" }, has_length = true,
    doc = "The program did something that the processor refuses; numbers from 0x4c00 are those of "
      .. "Lua threads. The answer may write FaultIP and SP back." },
  { name = "Timeout", c = "TIMEOUT", mcs = 5, words = { "Data", "Consumed" }, has_length = true,
    reply = { name = "TimeoutReply", words = timeout_reply },
    doc = "The thread used up its budget and has a timeout handler. The answer may carry all "
      .. "registers." },
  { name = "VMFault", c = "VM", classic = 5, mcs = 6,
    words = { "IP", "Addr", "PrefetchFault", "FSR" }, has_length = true,
    doc = "An access to memory that the page tables do not allow; FSR is the processor's cause." },
}
