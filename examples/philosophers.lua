-- SPDX-License-Identifier: MIT
--- The dining philosophers: five threads, five forks, and each needs two of them to eat.
---
---   ./selvm run examples/philosophers.lua            they eat
---   ./selvm run examples/philosophers.lua greedy     they starve: everybody holds one fork
---
--- A fork is a notification, used as a lock: a signal means that it lies on the table. Wait takes
--- it or waits for it, Signal puts it back. If everybody takes the left fork first, all can wait
--- for each other in a circle; nothing then runs ever again, and selvm ends with a table of who
--- waits for what. So they take the fork with the lower number first.

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local thread = require "sel4.thread"

local memory = bootstrap.open()
local is_greedy = ... == "greedy"
local NAMES = { "Aristotle", "Hypatia", "Kant", "Arendt", "Turing" }
local MEALS = 2

local forks = {}
for i = 1, #NAMES do
  forks[i] = memory:object(seL4.NotificationObject)
  seL4.Signal(forks[i]) -- it lies on the table
end
local finished = memory:object(seL4.NotificationObject)
local guests_left = #NAMES

-- The order in which philosopher `i` takes the forks beside the plate.
local function fork_order(i)
  local left, right = i, i % #NAMES + 1
  if right < left and not is_greedy then
    return right, left
  end
  return left, right
end

local function dine(i)
  local first, second = fork_order(i)
  for meal = 1, MEALS do
    seL4.Wait(forks[first])
    seL4.Yield() -- thinks a while, so that the others come to take a fork
    seL4.Wait(forks[second])
    print(("%s eats meal %d with forks %d and %d"):format(NAMES[i], meal, first, second))
    seL4.Signal(forks[first])
    seL4.Signal(forks[second])
  end
  guests_left = guests_left - 1
  if guests_left == 0 then
    seL4.Signal(finished)
  end
end

for i, name in ipairs(NAMES) do
  thread.new(memory, { name = name, entry = dine, args = { i } }):start()
end

seL4.Wait(finished)
print("the table is empty")
