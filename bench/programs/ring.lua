-- SPDX-License-Identifier: MIT
--- THREADS threads in a ring, each waiting for a signal of the one before; it goes round ROUNDS
--- times.
---   bench/programs/ring.lua THREADS ROUNDS

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local gate = require "gate"
local thread = require "sel4.thread"

local thread_count, rounds = ...
thread_count, rounds = math.tointeger(tonumber(thread_count)), math.tointeger(tonumber(rounds))

local memory = bootstrap.open()
local done = memory:object(seL4.NotificationObject)
local turns = {}
for i = 1, thread_count do
  turns[i] = memory:object(seL4.NotificationObject)
end

local function pass_on(i)
  local mine, following = turns[i], turns[i % thread_count + 1]
  for _ = 1, rounds do
    seL4.Wait(mine)
    seL4.Signal(following)
  end
  if i == thread_count then
    seL4.Signal(done)
  end
end

for i = 1, thread_count do
  thread.new(memory, { entry = pass_on, args = { i } }):start()
end

gate.wait(memory)
seL4.Signal(turns[1])
seL4.Wait(done)
print "done"
