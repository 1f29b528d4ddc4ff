-- SPDX-License-Identifier: MIT
--- N calls to a server, with WORDS message words each way and perhaps a capability, while IDLE
--- other threads wait for something else.
---   bench/programs/round_trip.lua N WORDS one|two [IDLE] [cap]      (one: the same process)

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local crowd = require "crowd"
local gate = require "gate"
local process = require "sel4.process"
local serve = require "serve"
local thread = require "sel4.thread"

local count, words, where, idle, cap = ...
count, words = math.tointeger(tonumber(count)), math.tointeger(tonumber(words))
idle = math.tointeger(tonumber(idle or 0))
local CNODE = seL4.CapInitThreadCNode
local memory = bootstrap.open()
local endpoint = memory:object(seL4.EndpointObject)
local reply = seL4.ReplyObject and memory:object(seL4.ReplyObject) -- only MCS has them

if where == "one" then
  thread.new(memory, { name = "server", priority = 255, entry = serve,
    args = { endpoint, reply, words, cap and CNODE, cap and memory:slot(), n = 5 } }):start()
else
  process.new(memory, { name = "server", priority = 255, caps = { [1] = endpoint, [2] = reply },
    own_cspace = 3, args = { words },
    source = ([[require "serve"(1, 2, math.tointeger(...), %s)]]):format(cap and "3, 4" or "nil"),
  }):start()
end

if idle > 0 then
  local nothing = memory:object(seL4.EndpointObject)
  crowd.start(memory, { count = idle, entry = function() seL4.Recv(nothing) end })
end

for i = 4, words - 1 do
  seL4.SetMR(i, i) -- they stay in the buffer
end
if cap then
  seL4.SetCap(0, endpoint)
end

-- The server and the idle ones run now, up to where they wait.
gate.each(memory, function()
  local info = seL4.MessageInfo_new(0, 0, cap and 1 or 0, words)
  local call = seL4.CallWithMRs
  for _ = 1, count do
    call(endpoint, info, 1, 2, 3, 4)
  end
end)
