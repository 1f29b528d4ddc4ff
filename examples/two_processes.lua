-- SPDX-License-Identifier: MIT
--- Two processes: what one does to its memory, the other does not notice.
---
---   ./selvm run examples/two_processes.lua
---
--- A process here is a VSpace (which addresses lead where), a CSpace (what it may do) and a Lua
--- heap (the memory of its Lua program). All are kernel objects, made of memory that the root task
--- owns. The hungry process uses up its heap; that is an error in its program, nothing elsewhere.

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local process = require "sel4.process"

local memory = bootstrap.open()

-- The program of both. `...` is what the root task passes to it; slot 1 of its CSpace has an
-- endpoint to report to, the others are empty. Globals are its own: each has its `counter`.
local PROGRAM = [[
local seL4 = require "seL4"
local REPORT = 1
local name, megabytes = ...
counter = (counter or 0) + 1

local function fill()
  local kept = {}
  for i = 1, megabytes do
    kept[i] = ("x"):rep(1 << 20)
  end
  return #kept
end

local is_done, result = pcall(fill)
print(("  %s: counter is %d; %s"):format(name, counter,
  is_done and "I have filled " .. result .. " MiB" or "an error: " .. tostring(result)))
local two_words = seL4.MessageInfo_new(0, 0, 0, 2)
seL4.CallWithMRs(REPORT, two_words, is_done and 1 or 0, counter) -- waits for the answer
print(("  %s: goodbye"):format(name))
]]

local endpoint = memory:object(seL4.EndpointObject)

-- Starts a process with a heap of 4 MiB that is to fill some of it.
local function start(name, badge, megabytes)
  local child = process.new(memory, {
    name = name, source = PROGRAM, args = { name, megabytes }, heap_bits = 22,
    caps = { [1] = memory:copy(endpoint, seL4.AllRights, badge) },
  })
  return child:start()
end

local children = { start("modest", 1, 2), start("hungry", 2, 100) }

for _ = 1, #children do
  local _, badge, has_succeeded = seL4.RecvWithMRs(endpoint)
  local child = children[badge]
  local size, _, most = child:heap_stats()
  print(("root task: '%s' %s; of its heap of %d KiB it had %s in use at once"):format(child.name,
    has_succeeded == 1 and "has succeeded" or "has failed", size >> 10,
    most > size // 2 and "more than half" or "less than half"))
  seL4.Reply(seL4.MessageInfo_new(0, 0, 0, 0))
end
print("root task: nothing of this was mine")
