-- SPDX-License-Identifier: MIT
--- N calls to a server thread of the same process.
---   bench/programs/round_trip.lua N

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local gate = require "gate"
local thread = require "sel4.thread"

local count = math.tointeger(tonumber((...)))
local memory = bootstrap.open()
local endpoint = memory:object(seL4.EndpointObject)

thread.new(memory, { name = "server", priority = 255, entry = function()
  local empty = seL4.MessageInfo_new(0, 0, 0, 0)
  seL4.Recv(endpoint)
  while true do
    seL4.ReplyRecv(endpoint, empty)
  end
end }):start()

gate.wait(memory) -- the server runs now, up to its Recv
local empty = seL4.MessageInfo_new(0, 0, 0, 0)
local call = seL4.Call
for _ = 1, count do
  call(endpoint, empty)
end
print "done"
