-- SPDX-License-Identifier: MIT
--- N processes are made and started, each of which ends at once.
---   bench/programs/spawn.lua N

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local gate = require "gate"
local process = require "sel4.process"

local count = math.tointeger(tonumber((...)))
local memory = bootstrap.open()
local done = memory:object(seL4.NotificationObject)

gate.each(memory, function()
  for _ = 1, count do
    process.new(memory, { priority = 255, caps = { [1] = done },
      source = 'require "seL4".Signal(1)' }):start()
    seL4.Wait(done)
  end
end)
