-- SPDX-License-Identifier: MIT
--- N calls of a method that answers a number with it, over sel4.rpc.
---   bench/programs/service.lua N

local seL4 = require "seL4"
local gate = require "gate"
local rpc = require "sel4.rpc"
local server = require "sel4.server"
local bootstrap = require "sel4.bootstrap"

local count = math.tointeger(tonumber((...)))
local memory = bootstrap.open()
local echo = rpc.interface { name = "echo", { "echo", "integer" } }
local serving = server.start(memory, echo, { name = "echo", priority = seL4.MaxPrio,
  handlers = { echo = function(_, n) return n end } })
local client = rpc.client(echo, serving:connect(1))

gate.each(memory, function()
  for i = 1, count do
    client:echo(i)
  end
  assert(client:echo(count) == count)
end)
