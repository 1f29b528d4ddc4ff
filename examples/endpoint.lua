-- SPDX-License-Identifier: MIT
--- Two clients talk to a server over one endpoint, and the server tells them apart.
---
---   ./selvm run examples/endpoint.lua
---
--- An endpoint is a place where threads meet: a message passes when one of them sends and another
--- receives. Nobody can use it without a capability, a token that the kernel keeps for a thread in
--- a numbered slot. A capability may carry a badge, a number that the receiver sees and the sender
--- cannot change: that is how a server knows its clients.

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local thread = require "sel4.thread"

local memory = bootstrap.open() -- makes kernel objects from this program's share of memory

local endpoint = memory:object(seL4.EndpointObject)
local NAMES = { [1] = "alice", [2] = "bob" } -- the server's own idea of who has which badge

-- The server: it receives a question, answers it, and waits for the next one. It never ends.
local function serve()
  local balance = { [1] = 0, [2] = 0 }
  -- A message has a label, here of no use, and words. The first four come as results.
  local _, badge, amount = seL4.RecvWithMRs(endpoint)
  while true do
    balance[badge] = balance[badge] + amount
    print(("server: %s pays in %d"):format(NAMES[badge], amount))
    local one_word = seL4.MessageInfo_new(0, 0, 0, 1)
    -- One system call answers the last caller and waits for the next one.
    _, badge, amount = seL4.ReplyRecvWithMRs(endpoint, one_word, balance[badge])
  end
end

-- A client knows nothing but the slot of its capability, and what it wants.
local function save(capability, amount)
  for _ = 1, 2 do
    local one_word = seL4.MessageInfo_new(0, 0, 0, 1)
    local _, balance = seL4.CallWithMRs(capability, one_word, amount) -- sends, waits for the answer
    print(("  a client that pays in %d: my balance is %d"):format(amount, balance))
  end
end

-- Copies of the endpoint's capability with badges 1 and 2.
local alice = memory:copy(endpoint, seL4.AllRights, 1)
local bob = memory:copy(endpoint, seL4.AllRights, 2)

-- Threads share this program's variables. They run when the root task, whose priority is 255, does
-- not; the server has a higher one than the clients, so it is waiting before they ask.
thread.new(memory, { name = "server", entry = serve, priority = 110 }):start()
thread.new(memory, { name = "alice", entry = save, args = { alice, 10 } }):start()
thread.new(memory, { name = "bob", entry = save, args = { bob, 500 } }):start()

-- A badge cannot be changed again: what alice has, alice stays.
local err = seL4.CNode_Mint(seL4.CapInitThreadCNode, memory:slot(), seL4.WordBits,
  seL4.CapInitThreadCNode, alice, seL4.WordBits, seL4.AllRights, 2)
print("alice as bob: " .. bootstrap.error_name(err))
print("the root task ends; the others go on")
