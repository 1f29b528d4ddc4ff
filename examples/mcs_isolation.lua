-- SPDX-License-Identifier: MIT
--- Temporal isolation: a greedy thread cannot take a millisecond from a periodic one.
---
---   ./selvm run --mcs examples/mcs_isolation.lua
---
--- The periodic thread may run 3 ms in every 10 ms; the greedy one has the higher priority, and
--- would run for ever if it were let. Its scheduling context allows 5 ms in 10 ms, so it is stopped
--- after five, and the other has its three, period after period.

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local thread = require "sel4.thread"

local PERIODS = 10

local memory = bootstrap.open()
local greedy_rounds = 0

local function be_greedy()
  while true do
    greedy_rounds = greedy_rounds + 1
  end
end

local function be_periodic()
  while true do
    -- compute; a real one would do its work and wait for the next period
  end
end

local greedy = thread.new(memory, {
  name = "greedy", entry = be_greedy, priority = 200, budget = 5000, period = 10000,
})
local periodic = thread.new(memory, {
  name = "periodic", entry = be_periodic, priority = 150, budget = 3000, period = 10000,
})

-- The root task has the lowest priority of the three and as much time as is left: 2 ms in 10 ms.
bootstrap.check(seL4.TCB_SetPriority(seL4.CapInitThreadTCB, seL4.CapInitThreadTCB, 50))
greedy:start()
periodic:start()

-- What a thread is charged is known when it stops running: here, whenever its slice ends.
local totals = { [greedy] = 0, [periodic] = 0 }
local slices = 0
while slices < PERIODS do
  local _, used = seL4.SchedContext_Consumed(periodic.context)
  totals[periodic] = totals[periodic] + used
  slices = slices + (used > 0 and 1 or 0)
  _, used = seL4.SchedContext_Consumed(greedy.context)
  totals[greedy] = totals[greedy] + used
end
greedy:suspend()
periodic:suspend()

print(("in %d periods of 10 ms the periodic thread ran %d us, the greedy one %d us"):format(PERIODS,
  totals[periodic], totals[greedy]))
print(greedy_rounds > 0 and "the greedy one was busy all the time" or "the greedy one never ran")
