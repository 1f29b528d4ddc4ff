-- SPDX-License-Identifier: MIT
--- A passive server: it has no processor time of its own and works on that of its callers.
---
---   ./selvm run --mcs examples/mcs_passive_server.lua
---
--- In the MCS kernel the right to processor time is an object, the scheduling context. A thread
--- that calls lends its own to a server that has none; the answer brings it back. So a server's
--- work is paid for by whoever asked for it, and a client without time cannot make the server run.

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local thread = require "sel4.thread"

local memory = bootstrap.open()
local service = memory:object(seL4.EndpointObject)
local finished = memory:object(seL4.NotificationObject)
local reply = memory:object(seL4.ReplyObject) -- the right to answer, in MCS an object, too

local one_word = seL4.MessageInfo_new(0, 0, 0, 1)

-- Spins for about `milliseconds` of virtual time: 100 VM instructions are a microsecond.
local function work(milliseconds)
  for _ = 1, milliseconds * 100000 do
    -- one instruction a round
  end
end

local function serve()
  local _, badge, amount = seL4.RecvWithMRs(service, reply)
  while true do
    work(amount)
    _, badge, amount = seL4.ReplyRecvWithMRs(service, one_word, badge, 0, 0, 0, reply)
  end
end

local function be_client(endpoint, amount)
  seL4.CallWithMRs(endpoint, one_word, amount)
  seL4.Signal(finished)
end

-- The server needs time once, to get to its first Recv. Then its context is taken away.
local server = thread.new(memory, { name = "server", entry = serve, priority = 200, budget = 5000 })
server:start()
local clients = {}
for badge, amount in ipairs { 2, 6 } do
  clients[badge] = thread.new(memory, {
    name = "client " .. badge, entry = be_client, priority = 100,
    budget = 20000, period = 40000,
    args = { memory:copy(service, seL4.AllRights, badge), amount },
  })
end

-- The root task steps down, so that others run, and waits until the server waits.
bootstrap.check(seL4.TCB_SetPriority(seL4.CapInitThreadTCB, seL4.CapInitThreadTCB, 50))
bootstrap.check(seL4.SchedContext_Unbind(server.context))
print("the server is passive: it has no scheduling context any more")

for badge, client in ipairs(clients) do
  client:start()
  seL4.Wait(finished)
  local _, used = seL4.SchedContext_Consumed(client.context)
  print(("client %d asked for %d ms of work and was charged %d ms"):format(badge,
    badge == 1 and 2 or 6, (used + 500) // 1000))
end
local _, used = seL4.SchedContext_Consumed(server.context)
print(("the server's own context was charged %d ms"):format(used // 1000))
