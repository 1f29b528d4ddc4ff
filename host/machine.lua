-- SPDX-License-Identifier: MIT
--- seL4 machines in a Lua program.
--
--   local selvm = require "selvm"
--   local m = selvm.machine { program = "hello.lua", args = { "world" }, memory = "64M" }
--   print(m:run())                  --> "idle", "halted", "deadlock" or "limit"
--   for _, text in ipairs(m:errors()) do print(text) end
--   m:close()

local core = require "selvm.core"
local describe = require "selvm.describe"
local options = require "selvm.options"
local program = require "selvm.program"
local words = require "selvm.words"

local selvm = { VERSION = "0.1" }

local LINE_MAX = 96

-- What is remembered of each machine for its text.
local facts = setmetatable({}, { __mode = "k" })

-- --- methods -------------------------------------------------------------------------------------

local methods = {}

-- The machine, or an error at the caller of the method.
local function check(machine, method)
  if not facts[machine] then
    error(("call it as machine:%s(...), with a colon"):format(method), 3)
  elseif core.is_closed(machine) then
    error(method .. ": the machine is closed", 3)
  end
  return machine
end

--- Runs the machine until it stops by itself, or for `limit_us` microseconds of its time. Returns
--- "halted" (by DebugHalt; it runs nothing any more), "idle" (nothing can run, and the root task
--- has ended, or an error or fault that nobody handles has stopped it: errors() tells),
--- "deadlock" (nothing can run, and the root task waits) or "limit". After "idle", "deadlock" and
--- "limit" it may be run again: an interrupt or input may have woken something. A
--- second result says what was wrong if one of the host program's own functions (console, time,
--- sleep) has failed meanwhile; nil: none has.
function methods.run(machine, limit_us)
  check(machine, "run")
  if limit_us ~= nil and not (math.type(limit_us) == "integer" and limit_us >= 0 and
    limit_us < 1 << 50) then
    error("run: the limit must be a whole number of microseconds below 2^50", 2)
  end
  local hooks = facts[machine].hooks
  hooks.problem = nil
  local why = core.run(machine, limit_us)
  if hooks.problem then
    return why, hooks.problem
  end
  return why
end

--- All threads; describe.threads says what is in a row.
function methods.threads(machine)
  return describe.threads(check(machine, "threads"))
end

--- All capabilities; describe.capabilities says what is in a row.
function methods.capabilities(machine)
  return (describe.capabilities(check(machine, "capabilities")))
end

--- The threads as a table of text for people.
function methods.thread_table(machine)
  return describe.table(describe.threads(check(machine, "thread_table")))
end

--- Raises interrupt line `irq` once, as a device would.
function methods.raise(machine, irq)
  check(machine, "raise")
  if math.type(irq) ~= "integer" or irq < 1 or irq > LINE_MAX then
    error(("raise: there are interrupt lines 1 to %d, not %s"):format(LINE_MAX, words.shown(irq)),
      2)
  end
  core.raise(machine, irq)
end

--- Types `text` at the machine's serial port. Returns how many bytes it had room for.
function methods.input(machine, text)
  check(machine, "input")
  if type(text) ~= "string" then
    error("input: a string is needed, not a " .. type(text), 2)
  end
  return core.input(machine, text)
end

--- Checks every invariant of the kernel's state: true, or nil and which one is broken.
function methods.check(machine)
  return core.check(check(machine, "check"))
end

--- The machine's time in microseconds since its start.
function methods.time(machine)
  return core.time(check(machine, "time"))
end

--- Texts with tracebacks of uncaught errors that have stopped threads of the root task and that no
--- fault handler was told of, and how many there were in all: of threads that are gone there is no
--- text.
function methods.errors(machine)
  local texts, root_vspace = {}, nil
  local threads = describe.threads(check(machine, "errors"))
  for _, thread in ipairs(threads) do
    root_vspace = thread.is_root and thread.vspace or root_vspace
  end
  for _, thread in ipairs(threads) do
    local is_of_root = thread.is_root or thread.vspace == root_vspace
    if thread.error and thread.is_abandoned and is_of_root then
      texts[#texts + 1] = ("thread '%s': %s"):format(thread.name, thread.error)
    end
  end
  return texts, core.error_count(machine)
end

--- Ends the machine and gives its memory back. Closing twice is harmless.
function methods.close(machine)
  if not facts[machine] then
    error("call it as machine:close(), with a colon", 2)
  end
  core.close(machine)
end

local metatable = core.metatable

-- A misspelt method is an error that knows better.
function metatable.__index(_, name)
  local method = methods[name]
  if method then
    return method
  end
  local names = {}
  for known in pairs(methods) do
    names[#names + 1] = known
  end
  table.sort(names)
  local near = type(name) == "string" and words.nearest(name, names)
  error(("a machine has no '%s'; %s"):format(tostring(name), near and
    ("did you mean '%s'?"):format(near) or "there are: " .. table.concat(names, ", ")), 2)
end

metatable.__close = core.close
metatable.__metatable = "selvm.machine"

function metatable.__tostring(machine)
  local fact = facts[machine]
  if core.is_closed(machine) then
    return ("seL4 machine of %s, closed"):format(fact.name)
  end
  return ("seL4 machine of %s, at %d us"):format(fact.name, core.time(machine))
end

-- --- making --------------------------------------------------------------------------------------

-- The host's clock by what Lua itself has: processor time, which passes while we wait actively.
local function host_time()
  return os.clock() * 1e6
end

local function host_sleep(us)
  local deadline = os.clock() + us / 1e6
  while os.clock() < deadline do end
end

-- A function of the host program as a hook. The machine goes on when it fails, and the first
-- failure is kept in hooks.problem.
local function guard(hooks, name, fn)
  return function(...)
    local has_succeeded, result = pcall(fn, ...)
    if has_succeeded then
      return result
    end
    hooks.problem = hooks.problem or ("%s: %s"):format(name, tostring(result))
  end
end

-- Microseconds from a function of the host program, or an error at its creator.
local function read_time(time)
  local now = time()
  if type(now) ~= "number" then
    error("it must return a number of microseconds, not a " .. type(now), 0)
  end
  return now
end

local function make_hooks(checked)
  local hooks = {}
  hooks.console = guard(hooks, "console", checked.console or function(text) io.write(text) end)
  if checked.clock == "host" and not checked.timer then
    local time = checked.time or host_time
    local can_start, start = pcall(read_time, time)
    if not can_start then
      return nil, "option 'time': " .. tostring(start)
    end
    hooks.clock = guard(hooks, "time", function() return read_time(time) - start end)
  end
  return hooks
end

--- Makes a machine from checked options (options.check); nil and why it cannot be.
function selvm.create(checked)
  local loaded, why = program.load(checked)
  if not loaded then
    return nil, why
  end
  local hooks, fault = make_hooks(checked)
  if not hooks then
    return nil, fault
  end
  local timer = checked.timer or {}
  local machine, problem = core.create({
    image = loaded.image,
    vaddr = loaded.vaddr,
    entry = loaded.entry,
    extra = loaded.extra,
    heap_bits = loaded.heap_bits,
    memory = checked.memory,
    cnode_bits = checked.cnode_bits,
    domains = checked.domains,
    mcs = checked.mcs,
    schedule = checked.schedule,
    trace_errors = checked.trace_errors,
    host_clock = checked.clock == "host",
    timer = timer.handle,
    tick_us = timer.period,
  }, hooks)
  if not machine then
    return nil, problem
  end
  local sleep = checked.sleep or timer.sleep or host_sleep
  hooks.sleep = guard(hooks, "sleep", function(us)
    core.flush(machine) -- who waits wants to see what has been said
    sleep(us)
  end)
  facts[machine] = { hooks = hooks, name = checked.name or checked.program or "main.lua" }
  return machine
end

--- Makes a machine and boots seL4 in it, with a Lua program as the root task, or a RISC-V
--- executable (which takes no args, modules, files and heap). Options:
---   program = "file.lua"  or  source = "text" (then name = what messages call it)
---   args = { "..." }           arguments of the program
---   modules = { name = text }  modules that `require` finds before any file
---   files = { name = bytes }   data that the program reads with sel4.image.file
---   memory = "64M", heap = "16M"   of the machine; of the root task's Lua heap in it
---   root_cnode_bits = 12       the root task's CNode has 2^12 slots
---   domains = 1, schedule = { { domain = 0, ticks = 5 }, ... }   of 2 ms; MCS: of 1 us
---   clock = "virtual", or "host" with time = function() (microseconds) and sleep = function(us)
---   timer = require "selvm_timer"   with clock = "host": its clock, and ticks by signals
---   console = function(text)   gets what the system prints; io.write if left out
---   trace_errors = false       true: every refused invocation is explained on the console
--- Raises an error that says what is wrong if it cannot be made.
function selvm.machine(given)
  local checked, machine, why
  checked, why = options.check(given)
  if checked then
    machine, why = selvm.create(checked)
  end
  return machine or error(why, 2)
end

return selvm
