-- SPDX-License-Identifier: MIT
--- The system calls and their numbers in each configuration (nil: not there).
--
--   local syscalls = require "abi.syscalls"
--   for _, call in ipairs(syscalls) do
--     print(call.name, call.classic, call.mcs, call.doc)
--   end
--
-- Numbers are negative and go in register a7. `is_debug` marks calls of debug builds.

return {
  { name = "Call", classic = -1, mcs = -1,
    doc = "Sends a message and waits for the answer; an invocation of a kernel object is a Call." },
  { name = "ReplyRecv", classic = -2, mcs = -2,
    doc = "Answers the last caller and receives the next message, in one kernel entry." },
  { name = "Send", classic = -3, mcs = -5,
    doc = "Sends a message and waits until it has been taken." },
  { name = "NBSend", classic = -4, mcs = -6,
    doc = "Sends a message if somebody waits for it, else drops it." },
  { name = "Recv", classic = -5, mcs = -7,
    doc = "Waits for a message on an endpoint, or for a signal on a notification." },
  { name = "Reply", classic = -6,
    doc = "Answers the last caller. MCS: invoke the reply object instead." },
  { name = "Yield", classic = -7, mcs = -11,
    doc = "Gives up the rest of the time slice (MCS: of the budget)." },
  { name = "NBRecv", classic = -8, mcs = -8,
    doc = "Takes a message or signal if there is one; a badge of 0 says that there was none." },
  { name = "NBSendRecv", mcs = -3,
    doc = "Sends without waiting on one capability, then receives on another, in one kernel entry." },
  { name = "NBSendWait", mcs = -4,
    doc = "Sends without waiting on one capability, then waits on another without a reply object." },
  { name = "Wait", mcs = -9,
    doc = "Waits for a message or signal without a reply object, so that it cannot be answered." },
  { name = "NBWait", mcs = -10,
    doc = "As Wait, but comes back at once when there is nothing to take." },
  { name = "DebugPutChar", classic = -9, mcs = -12, is_debug = true,
    doc = "Prints one character on the kernel's console." },
  { name = "DebugDumpScheduler", classic = -10, mcs = -13, is_debug = true,
    doc = "Prints all threads with their states on the kernel's console." },
  { name = "DebugHalt", classic = -11, mcs = -14, is_debug = true,
    doc = "Stops the machine." },
  { name = "DebugCapIdentify", classic = -12, mcs = -15, is_debug = true,
    doc = "Answers the type number of the capability in a slot." },
  { name = "DebugSnapshot", classic = -13, mcs = -16, is_debug = true,
    doc = "Prints the whole capability state on the kernel's console." },
  { name = "DebugNameThread", classic = -14, mcs = -17, is_debug = true,
    doc = "Gives a thread a name for dumps; the name is read from the IPC buffer." },
}
