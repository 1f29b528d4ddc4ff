-- SPDX-License-Identifier: MIT
--- Giving a capability to another thread, and taking it back.
---
---   ./selvm run examples/delegate.lua
---
--- A thread finds capabilities in its CSpace, a table of slots that only the kernel writes. Here a
--- worker gets a CSpace of its own, empty but for what the root task puts there. The kernel
--- remembers which capability was copied from which, so that the giver can revoke all copies at
--- once, also what the worker has made of them in the meantime.

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local thread = require "sel4.thread"

local check = bootstrap.check -- raises an error that explains what the kernel has refused
local memory = bootstrap.open()
local CNODE, DEPTH = seL4.CapInitThreadCNode, seL4.WordBits

-- What is given: untyped memory, the right to make kernel objects out of 4 KiB.
local gift = memory:object(seL4.UntypedObject, 12)

-- The worker's CSpace has 16 slots. In it: the gift, the CSpace itself, something to wait for.
local cspace = memory:cspace(4)
local go = memory:object(seL4.NotificationObject)
local GIFT, OWN_CSPACE, GO, RESULT, COPY = 1, 2, 3, 4, 5 -- numbers of slots in there

local function give(slot, index)
  check(seL4.CNode_Copy(cspace, index, DEPTH, CNODE, slot, DEPTH, seL4.AllRights))
end
give(gift, GIFT)
give(cspace, OWN_CSPACE)
give(go, GO)

-- What an invocation has come to, in words.
local function report(what, err)
  if err == seL4.NoError then
    print(what .. ": done")
  else
    print(("%s: refused, %s: %s"):format(what, bootstrap.error_name(err), seL4.Explain()))
  end
end

-- This function runs in the worker: the slot numbers in it are those of the worker's CSpace.
local function work()
  report("worker makes an endpoint of the gift", seL4.Untyped_Retype(GIFT, seL4.EndpointObject, 0,
    OWN_CSPACE, 0, 0, RESULT, 1))
  report("worker keeps a copy of the endpoint", seL4.CNode_Copy(OWN_CSPACE, COPY, DEPTH,
    OWN_CSPACE, RESULT, DEPTH, seL4.AllRights))
  seL4.Wait(GO) -- until the root task has taken the gift back
  report("worker makes another endpoint", seL4.Untyped_Retype(GIFT, seL4.EndpointObject, 0,
    OWN_CSPACE, 0, 0, RESULT, 1))
  -- The endpoint and its copy went with the memory they were made of. Sending to an empty slot is
  -- not refused but a fault, as nothing answers; looking at a slot does no harm.
  print(("worker's slots: gift %d, endpoint %d, copy %d (0: empty)"):format(
    seL4.DebugCapIdentify(GIFT), seL4.DebugCapIdentify(RESULT), seL4.DebugCapIdentify(COPY)))
end

thread.new(memory, { name = "worker", entry = work, cspace = cspace, priority = 200 }):start()

-- The root task has the highest priority. It steps behind the worker until that waits.
check(seL4.TCB_SetPriority(seL4.CapInitThreadTCB, seL4.CapInitThreadTCB, 100))
report("root task revokes the gift", seL4.CNode_Revoke(CNODE, gift, DEPTH))
seL4.Signal(go)
print("root task still has the memory: " .. tostring(seL4.DebugCapIdentify(gift) ~= 0))
