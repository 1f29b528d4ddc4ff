-- SPDX-License-Identifier: MIT
--- THREADS threads in a ring, each waiting for a signal of the one before; it goes round ROUNDS
--- times.
---   bench/programs/ring.lua THREADS ROUNDS

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local crowd = require "crowd"
local gate = require "gate"

local thread_count, rounds = ...
thread_count, rounds = math.tointeger(tonumber(thread_count)), math.tointeger(tonumber(rounds))

-- The root task is the last one of the ring. Thread i waits for notification number i.
local memory = bootstrap.open()
local first = crowd.objects(memory, seL4.NotificationObject, seL4.NotificationBits, thread_count)
local last = first + thread_count - 1

crowd.start(memory, { count = thread_count - 1, priority = 255, entry = function(i)
  local wait, signal = seL4.Wait, seL4.Signal
  local mine, following = first + i - 1, first + i
  while true do
    wait(mine)
    signal(following)
  end
end })

gate.each(memory, function()
  for _ = 1, rounds do
    seL4.Signal(first)
    seL4.Wait(last)
  end
end)
