-- SPDX-License-Identifier: MIT
--- A program that is loaded by another, and could ask for the time used, makes it count.

local seL4 = require "seL4"

local ask = assert(load("local seL4 = ... return seL4.SchedContext_" ..
  "Cons" .. "umed(seL4.CapInitThreadSC)"))

for _ = 1, 1000000 do end
seL4.Yield()
local err, us = ask(seL4)
print(err, us > 9900 and us < 10500 and "10 ms" or us)
