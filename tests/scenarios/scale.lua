-- SPDX-License-Identifier: MIT
--- Many of everything: a thousand threads that pass a token round, and a hundred thousand
--- capabilities that one call revokes.

local seL4 = require "seL4"
local system = require "lib.system"
local is = system.is

local THREADS, ROUNDS, CAPS, BATCH, CNODE_BITS = 1000, 3, 100000, 250, 17
local info = seL4.MessageInfo_new(0, 0, 0, 1)

-- Threads that wait, all in one function: what each takes of the heap beside its TCB. They are
-- made before they run, so that only what the engine keeps of them is counted.
local waiting, idlers = system.object(seL4.EndpointObject), {}
local entry = seL4.Entry(function() seL4.Recv(waiting) end)
for i = 1, THREADS do
  idlers[i] = system.thread { pc = entry, priority = 2 }
end
local _, _, before = seL4.Lua_Heap_Stats(seL4.CapInitThreadLuaHeap)
system.rest()
local _, _, after = seL4.Lua_Heap_Stats(seL4.CapInitThreadLuaHeap)
is("a thread that waits takes at most 1.5 KiB", after - before > THREADS * 512 and
  after - before <= THREADS * 1536, true)
for _, tcb in ipairs(idlers) do
  system.check(seL4.CNode_Delete(seL4.CapInitThreadCNode, tcb, 64))
end

-- Endpoints in a row; thread i receives on number i and sends to the next one.
local endpoints = system.object(seL4.EndpointObject, 0, THREADS + 1)
local function relay(from, to)
  for _ = 1, ROUNDS do
    local _, _, word = seL4.RecvWithMRs(from)
    seL4.SendWithMRs(to, info, word + 1)
  end
end
for i = 0, THREADS - 1 do
  system.thread { fn = relay, args = { endpoints + i, endpoints + i + 1 }, priority = 100 }
end
local word = 0
for _ = 1, ROUNDS do
  seL4.SendWithMRs(endpoints, info, word)
  _, _, word = seL4.RecvWithMRs(endpoints + THREADS)
end
is("passed on", word, THREADS * ROUNDS)

-- Pairs that call each other.
local answered = 0
local tcbs = {}
for i = 0, THREADS // 2 - 1 do
  local ep = endpoints + i
  tcbs[#tcbs + 1] = system.thread { priority = 90, fn = function()
    local _, _, m0 = seL4.RecvWithMRs(ep)
    while true do
      _, _, m0 = seL4.ReplyRecvWithMRs(ep, info, m0 * 2)
    end
  end }
  tcbs[#tcbs + 1] = system.thread { priority = 90, fn = function()
    for n = 1, 10 do
      local _, m0 = seL4.CallWithMRs(ep, info, n)
      answered = answered + (m0 == n * 2 and 1 or 0)
    end
  end }
end
system.rest()
is("calls answered", answered, THREADS // 2 * 10)
for _, tcb in ipairs(tcbs) do
  system.check(seL4.CNode_Delete(seL4.CapInitThreadCNode, tcb, 64))
end
local _, _, used, _, threads = seL4.Lua_Heap_Stats(seL4.CapInitThreadLuaHeap)
is("their memory comes back", used < 8 << 20 and threads <= THREADS + 1, true)

-- A hundred thousand objects of one untyped memory, and their capabilities revoked by one call.
local cnode = system.object(seL4.CapTableObject, CNODE_BITS)
local memory = system.object(seL4.UntypedObject, 21)
for first = 0, CAPS - 1, BATCH do
  system.check(seL4.Untyped_Retype(memory, seL4.EndpointObject, 0, cnode, 0, 0, first, BATCH))
end
is("the last one is there", seL4.CNode_Mint(cnode, CAPS, CNODE_BITS, cnode, CAPS - 1, CNODE_BITS,
  seL4.AllRights, 1), 0)
is("its memory is taken", seL4.Untyped_Retype(memory, seL4.UntypedObject, 20, cnode, 0, 0, CAPS + 1,
  1), seL4.NotEnoughMemory)
is("CNode_Revoke", seL4.CNode_Revoke(seL4.CapInitThreadCNode, memory, 64), 0)
is("all are gone", seL4.CNode_Move(cnode, 0, CNODE_BITS, cnode, CAPS - 1, CNODE_BITS),
  seL4.FailedLookup)
is("and the memory is back", seL4.Untyped_Retype(memory, seL4.UntypedObject, 20, cnode, 0, 0, CAPS,
  1), 0)

-- Copies of one capability.
local original = system.object(seL4.EndpointObject)
for slot = 0, 999 do
  system.check(seL4.CNode_Copy(cnode, slot, CNODE_BITS, seL4.CapInitThreadCNode, original, 64,
    seL4.AllRights))
end
is("deleting the CNode with the rest", seL4.CNode_Delete(seL4.CapInitThreadCNode, cnode, 64), 0)
