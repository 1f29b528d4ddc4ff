-- SPDX-License-Identifier: MIT
--- Runs inside the machine: a reservation of LR ends when the kernel is entered, by an interrupt
--- too. Another thread may have written there since, even if memory has the same value again.

local places = require "places"
local seL4 = require "seL4"
local thread = require "thread"
local worker = require "sel4.thread"

local PRIORITY = 100
local ROUNDS = 3000000 -- of two instructions: some time slices of a million

-- lr.d t0, (a0); a loop of t2 rounds; sc.d t1, t0, (a0); ebreak
thread.write(("<I4I4I4I4I4"):pack(0x100532af, 0xfff38393, 0xfe039ee3, 0x1855332f, 0x00100073),
  places.CODE)

-- Whether SC fails, after so many rounds.
local function result(rounds)
  thread.run(places.CODE, { registers = { a0 = places.DATA, t2 = rounds } })
  return thread.registers().t1
end

local passed, failed = 0, 0

local function is(name, got, right)
  if got == right then
    passed = passed + 1
  else
    failed = failed + 1
    print(("FAIL %s: SC gives %d, not %d"):format(name, got, right))
  end
end

is("at once", result(1), 0)
is("after a hundred instructions", result(50), 0)

local changes = 0
local other = worker.new(thread.memory, { priority = PRIORITY, entry = function()
  while true do
    seL4.Store64(thread.data, 5)
    seL4.Store64(thread.data, 0)
    changes = changes + 1
  end
end })
other:start()
is("after a Lua thread has written there", result(ROUNDS), 1)
is("it has", changes > 0 and 1 or 0, 1)
other:kill()

print(("%d passed, %d failed"):format(passed, failed))
