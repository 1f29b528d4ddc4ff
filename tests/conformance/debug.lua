-- SPDX-License-Identifier: MIT
--- The system calls for debugging. behaviours/debug.lua lists what is shown.

local seL4 = require "seL4"
local suite = require "lib.conformance"
local test, is, done, type_of = suite.test, suite.is, suite.done, suite.type_of

-- Numbers of libsel4's cap types as seL4 has them for 64-bit RISC-V; a context and a reply object
-- are of the MCS configuration.
local NUMBERS = {
  { "UntypedObject", 2, 8 }, { "EndpointObject", 4 }, { "NotificationObject", 6 },
  { "CapTableObject", 10, 2 }, { "TCBObject", 12 }, { "RISCV_4K_Page", 1 },
  { "RISCV_PageTableObject", 3 },
}
local FIXED = { CapNull = 0, CapInitThreadTCB = 12, CapInitThreadCNode = 10,
  CapInitThreadVSpace = 3, CapIRQControl = 14, CapASIDControl = 11, CapInitThreadASIDPool = 13,
  CapDomain = 20 }

test({ "DebugCapIdentify" }, "each kind of capability", function(m)
  for _, case in ipairs(NUMBERS) do
    is(type_of(m:object(seL4[case[1]], case[3])), case[2], case[1])
  end
  for name, number in pairs(FIXED) do
    is(type_of(seL4[name]), number, name)
  end
  is(type_of(m:slot()), 0, "an empty slot")
  is(type_of(1 << 60), 0, "no slot")
  if suite.is_mcs then
    is(type_of(m:object(seL4.SchedContextObject, seL4.MinSchedContextBits)),
      type_of(seL4.CapInitThreadSC), "a scheduling context")
  end
end)

test({ "DebugNameThread", "DebugDumpScheduler",
  "debug: the dump of the scheduler lists threads by the names they were given" },
  "the console shows it", function(m)
    local tcb, notification = m:object(seL4.TCBObject), m:object(seL4.NotificationObject)
    suite.thread(m, function()
      seL4.Wait(notification)
    end)
    suite.rest()
    seL4.DebugNameThread(tcb, "conformance")
    seL4.DebugDumpScheduler()
    seL4.DebugNameThread(tcb, ("n"):rep(300)) -- a long name is cut
    seL4.DebugDumpScheduler()
  end)

test({ "DebugSnapshot", "debug: a snapshot changes nothing" }, "the console shows it", function(m)
  local endpoint = m:object(seL4.EndpointObject)
  seL4.DebugSnapshot()
  is(type_of(endpoint), 4, "an endpoint")
  done(seL4.CNode_Delete(seL4.CapInitThreadCNode, endpoint, seL4.WordBits))
end)

test({ "DebugPutChar" }, "the console shows it", function()
  for character in ("characters\n"):gmatch "." do
    seL4.DebugPutChar(character:byte())
  end
end)

suite.finish()
