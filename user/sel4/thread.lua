-- SPDX-License-Identifier: MIT
--- Threads of the root task's own process: they share its globals, and by default its CSpace.
--
--   local thread = require "sel4.thread"
--   local worker = thread.new(memory, { entry = function(n) print(n) end, args = { 7 },
--     priority = 100, name = "worker" })
--   worker:start()

local bootstrap = require "sel4.bootstrap"
local seL4 = require "seL4"
local tcb = require "sel4.tcb"

local thread = {}

local ARGUMENTS_MAX = 6
local REGISTER_COUNT = 32
local KNOWN = { entry = true, args = true, priority = true, name = true, cspace = true,
  fault_endpoint = true }
for _, name in ipairs(tcb.TIME_OPTIONS) do
  KNOWN[name] = true
end

local Thread = {}
Thread.__index = Thread
Thread.__name = "sel4.thread"

function Thread:__tostring()
  return ("thread '%s' of TCB %d"):format(self.name, self.tcb)
end

--- Lets the thread run from its entry on. When it runs is up to its priority.
function Thread:start()
  local registers = { pc = self.entry }
  for i, argument in ipairs(self.args) do
    registers["a" .. i - 1] = argument
  end
  bootstrap.check(seL4.TCB_WriteRegisters(self.tcb, true, 0, REGISTER_COUNT, registers), 1)
  return self
end

--- Suspends the thread: it runs no more until TCB_Resume.
function Thread:suspend()
  bootstrap.check(seL4.TCB_Suspend(self.tcb), 1)
end

local function check_options(options)
  for key in pairs(options) do
    if not KNOWN[key] then
      error(("thread.new: unknown option '%s'"):format(tostring(key)), 3)
    end
  end
  if type(options.entry) ~= "function" then
    error("thread.new: option 'entry' must be a function", 3)
  elseif #(options.args or {}) > ARGUMENTS_MAX then
    error(("thread.new: a thread takes at most %d arguments"):format(ARGUMENTS_MAX), 3)
  end
end

--- Makes a thread, with an IPC buffer of its own. `memory` is of bootstrap.open. Options:
---   entry            the function it runs
---   args             up to 6 integers, the function's arguments
---   priority         0 to 255, 100 if left out; 255, the root task's, runs first
---   name             for tables and dumps
---   cspace           slot of the CNode it finds capabilities in (Memory:cspace); the caller's own
---                    if left out
---   fault_endpoint   CPtr, in the thread's CSpace (MCS: in the caller's), of an endpoint for its
---                    faults; without one a fault stops it for good
---   budget, period   MCS only: it may run so many microseconds in each period; 10 ms of 10 ms if
---                    left out. Further options of its time are tcb.configure's: extra_refills,
---                    sporadic, badge, passive, timeout_endpoint
--- Returns { tcb = slot, buffer = address of the IPC buffer, context = slot of the scheduling
--- context or nil } with the methods above.
function thread.new(memory, options)
  check_options(options)
  local slot = memory:object(seL4.TCBObject)
  local frame = memory:object(seL4.RISCV_4K_Page)
  local buffer = memory:window(1 << seL4.PageBits)
  local name = options.name or ("thread %d"):format(slot)
  memory:map(frame, buffer)
  local context = tcb.configure(memory, slot, tcb.settings(options, {
    cspace = options.cspace or seL4.CapInitThreadCNode, vspace = seL4.CapInitThreadVSpace,
    buffer = buffer, frame = frame,
  }))
  seL4.DebugNameThread(slot, name)
  return setmetatable({ tcb = slot, buffer = buffer, context = context, name = name,
    args = options.args or {}, entry = seL4.Entry(options.entry) }, Thread)
end

return thread
