-- SPDX-License-Identifier: MIT
--- How much time a scheduling context has used is counted, though nobody else could run meanwhile:
--- whether the question stands in the program, in what it loads, or in another process.

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local process = require "sel4.process"

local memory = bootstrap.open()
local done = memory:object(seL4.NotificationObject)

-- About a million instructions of the VM, which take 10 ms.
local function compute()
  for _ = 1, 1000000 do end
end

-- What is not over yet when it is asked for is charged first.
local function used(context)
  seL4.Yield()
  local err, us = seL4.SchedContext_Consumed(context)
  bootstrap.check(err)
  return us
end

local function is(name, us)
  print(name, us > 9900 and us < 10500 and "10 ms" or us)
end

used(seL4.CapInitThreadSC)
compute()
is("the root task", used(seL4.CapInitThreadSC))

-- A child whose text has no such word: it is this program that asks.
local child = process.new(memory, { name = "child", priority = 255, caps = { [1] = done },
  source = 'for _ = 1, 1000000 do end require "seL4".Signal(1)' })
child:start()
seL4.Wait(done)
is("another process", used(child.context))
