-- SPDX-License-Identifier: MIT
--- N calls to a server in another process.
---   bench/programs/processes.lua N

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local gate = require "gate"
local process = require "sel4.process"

local count = math.tointeger(tonumber((...)))
local memory = bootstrap.open()
local endpoint = memory:object(seL4.EndpointObject)

process.new(memory, { name = "server", priority = 255, caps = { [1] = endpoint }, source = [[
  local seL4 = require "seL4"
  local empty = seL4.MessageInfo_new(0, 0, 0, 0)
  seL4.Recv(1)
  while true do
    seL4.ReplyRecv(1, empty)
  end
]] }):start()

gate.wait(memory)
local empty = seL4.MessageInfo_new(0, 0, 0, 0)
local call = seL4.Call
for _ = 1, count do
  call(endpoint, empty)
end
print "done"
