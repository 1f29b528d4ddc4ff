-- SPDX-License-Identifier: MIT
--- N processes are made and started, each of which ends at once. Before the next pass they are
--- killed, so that the memory of those to come has been used before; or, with "fresh", they stay,
--- and so does their memory.
---   bench/programs/spawn.lua N [fresh]

local alloc = require "sel4.alloc"
local bootstrap = require "sel4.bootstrap"
local gate = require "gate"
local process = require "sel4.process"
local seL4 = require "seL4"

local count, how = ...
count = math.tointeger(tonumber(count))
local memory = how == "fresh" and bootstrap.open() or alloc.open()
local done = alloc.of(memory):allocate(seL4.NotificationObject)
local made = {}

local function kill_all()
  while how ~= "fresh" and #made > 0 do
    table.remove(made):kill()
  end
end

gate.each(memory, function()
  for _ = 1, count do
    made[#made + 1] = process.new(memory, { priority = 255, caps = { [1] = done },
      source = 'require "seL4".Signal(1)' }):start()
    seL4.Wait(done)
  end
end, kill_all)
