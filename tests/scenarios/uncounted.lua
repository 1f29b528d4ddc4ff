-- SPDX-License-Identifier: MIT
--- Time that nobody can notice is not counted: a thread that runs alone in slices leaves the clock
--- where it is. What it loads may ask for the time: from then on it counts.

local seL4 = require "seL4"

-- In the name of what a program cannot do without saying so. The parts are never whole.
local question = "SchedContext_Cons" .. "umed"

local function compute()
  for _ = 1, 1000000 do end
end

local function used()
  seL4.Yield()
  local err, us = seL4[question](seL4.CapInitThreadSC)
  assert(err == seL4.NoError)
  return us
end

compute()
print("before the first question", used() < 1000 and "next to nothing")
compute()
print("after it", used() > 9900 and "all of it")
