-- SPDX-License-Identifier: MIT
--- Programs of bench/programs in machines, seen from outside: their steps, and what one takes.
--
--   local measure = machines.each("revoke", 1000, {}, { memory = "256M" })
--   print(measure())          --> seconds of one of the 1000 things that a pass does
--   machines.close_all()      -- of all that has been measured since the last time
--
-- A machine is booted when it is first wanted, and serves all rounds (bench/programs/gate.lua).

local selvm = require "selvm"

local machines = {}

local open = {}

--- Processor seconds of a call.
function machines.seconds_of(fn)
  collectgarbage()
  local start = os.clock()
  fn()
  return os.clock() - start
end

local Program = {}
Program.__index = Program

local function fail(self, why)
  error(("bench/programs/%s.lua %s: %s\n%s"):format(self.name, table.concat(self.args, " "), why,
    table.concat(self.machine:errors()) .. table.concat(self.said)), 0)
end

-- Runs on to the next gate: there nothing can run, or with a `limit_us` the time is over.
local function run(self)
  local why = self.limit_us and self.machine:run(self.limit_us) or self.machine:run()
  if why ~= (self.limit_us and "limit" or "deadlock") then
    fail(self, "has come to no gate: " .. why)
  end
end

-- Lets a program go to its next gate: seconds, and the word that it says there.
local function step(self, wanted)
  self.said = {}
  self.machine:raise(1)
  local seconds = machines.seconds_of(function() run(self) end)
  local word, value = table.concat(self.said):match "^(%l+)\t?([^\n]*)\n$"
  if word ~= wanted then
    fail(self, "has failed")
  end
  return seconds, tonumber(value)
end

local function boot(name, args, options)
  local self = setmetatable({ name = name, args = args, limit_us = options.limit_us, said = {} },
    Program)
  self.machine = selvm.machine {
    program = "bench/programs/" .. name .. ".lua", args = args,
    memory = options.memory or "64M", heap = options.heap, mcs = options.mcs,
    clock = options.timer and "host", timer = options.timer,
    root_cnode_bits = options.root_cnode_bits,
    console = function(text) self.said[#self.said + 1] = text end,
  }
  run(self)
  open[#open + 1] = self
  return self
end

-- Seconds that one pass takes, and what it has returned.
function Program:pass()
  step(self, "ready")
  return step(self, "done")
end

--- A function that measures: seconds of each of the `count` things that a program does in a pass;
--- `count` is its first argument. Options are those of selvm.machine, and `limit_us`: the virtual
--- time of a step, for programs with timers pending, which never come to rest. `check`, if given,
--- is called with what the pass returned.
function machines.each(name, count, args, options, check)
  local program
  return function()
    if not (program and program.machine) then
      program = boot(name, { count, table.unpack(args or {}) }, options or {})
    end
    local seconds, value = program:pass()
    if check then
      check(value)
    end
    return seconds / count
  end
end

--- A function that measures what the first pass of the program returns, in a machine of its own.
function machines.value(name, args, options)
  return function()
    local program = boot(name, args, options or {})
    local _, value = program:pass()
    machines.close_all()
    return value
  end
end

function machines.close_all()
  for _, program in ipairs(open) do
    program.machine:close()
    program.machine = nil
  end
  open = {}
end

return machines
