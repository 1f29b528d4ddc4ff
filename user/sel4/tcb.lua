-- SPDX-License-Identifier: MIT
--- Sets up TCBs in both configurations; for sel4.thread and sel4.process.
--
--   tcb.configure(memory, slot, { cspace =, vspace =, buffer =, frame =, priority =,
--     fault_endpoint =, budget =, period = })

local bootstrap = require "sel4.bootstrap"
local seL4 = require "seL4"

local tcb = {}

local PRIORITY = 100
local TIME_SLICE_US = 10000
local is_mcs = seL4.SchedContextObject ~= nil
local check = bootstrap.check

-- A scheduling context of `budget` microseconds in each `period`.
local function make_sched_context(memory, budget, period)
  local context = memory:object(seL4.SchedContextObject, seL4.MinSchedContextBits)
  check(seL4.SchedControl_ConfigureFlags(memory.info.schedcontrol.start, context, budget, period, 0,
    0, seL4.SchedContext_NoFlag), 2)
  return context
end

--- Gives a TCB its spaces, IPC buffer, priority (100 if left out) and fault endpoint. MCS: and a
--- scheduling context of its own: `budget` in each `period`, both microseconds, 10 ms if left out.
--- The fault endpoint is a CPtr in the thread's own CSpace; MCS: in the caller's.
function tcb.configure(memory, slot, options)
  local fault_endpoint = options.fault_endpoint or seL4.CapNull
  local priority = options.priority or PRIORITY
  if is_mcs then
    local budget = options.budget or TIME_SLICE_US
    local context = make_sched_context(memory, budget, options.period or budget)
    check(seL4.TCB_Configure(slot, options.cspace, 0, options.vspace, 0, options.buffer,
      options.frame), 1)
    check(seL4.TCB_SetSchedParams(slot, seL4.CapInitThreadTCB, seL4.MinPrio, priority, context,
      fault_endpoint), 1)
  else
    if options.budget or options.period then
      error("'budget' and 'period' belong to the MCS configuration (selvm run --mcs)", 3)
    end
    check(seL4.TCB_Configure(slot, fault_endpoint, options.cspace, 0, options.vspace, 0,
      options.buffer, options.frame), 1)
    check(seL4.TCB_SetSchedParams(slot, seL4.CapInitThreadTCB, seL4.MinPrio, priority), 1)
  end
end

return tcb
