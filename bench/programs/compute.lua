-- SPDX-License-Identifier: MIT
--- N rounds of work that makes no system call; the result is told to the host. Beside another
--- thread of the same priority, which is always ready, virtual time has to be watched.
---   bench/programs/compute.lua N alone|beside

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local gate = require "gate"
local thread = require "sel4.thread"
local work = require "work"

local count, how = ...
count = math.tointeger(tonumber(count))
local memory = bootstrap.open()
local start = memory:object(seL4.NotificationObject)
local is_busy

-- The other thread gives its turn away whenever it has one.
if how == "beside" then
  thread.new(memory, { name = "other", priority = 255, entry = function()
    while true do
      seL4.Wait(start)
      while is_busy do
        seL4.Yield()
      end
    end
  end }):start()
end

gate.each(memory, function()
  is_busy = true
  seL4.Signal(start)
  local sum = work(count)
  is_busy = false
  return sum
end)
