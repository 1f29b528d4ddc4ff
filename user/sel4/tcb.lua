-- SPDX-License-Identifier: MIT
--- Sets up TCBs in both configurations; for sel4.thread and sel4.process.
--
--   tcb.configure(memory, slot, { cspace =, vspace =, buffer =, frame =, priority =,
--     fault_endpoint =, budget =, period = })
--
-- Options that only MCS has stand in tcb.TIME_OPTIONS.

local object = require "sel4.object"
local seL4 = require "seL4"

local tcb = {}

local PRIORITY = 100
local TIME_SLICE_US = 10000
local is_mcs = seL4.SchedContextObject ~= nil

-- Who is to blame calls what calls a function of this file.
local function check(err, call)
  object.check(err, call, 4)
end

--- The label of the message in which a thread's or process's result travels.
tcb.RESULT = 0xe1d

--- Names of the options that belong to the MCS configuration.
tcb.TIME_OPTIONS = { "budget", "period", "extra_refills", "badge", "sporadic", "passive",
  "timeout_endpoint", "timeout_fault" }

local CONTEXT_BITS = 8 -- room for 8 refills more than the two that every context has

-- The scheduling context that the options ask for: a slot; nil for a passive thread.
local function make_sched_context(memory, options)
  if options.passive then
    return nil
  end
  local budget = options.budget or TIME_SLICE_US
  local context = object.cptr(memory:object(seL4.SchedContextObject, CONTEXT_BITS))
  check(seL4.SchedControl_ConfigureFlags(memory.info.schedcontrol.start, context, budget,
    options.period or budget, options.extra_refills or 0, options.badge or 0,
    options.sporadic and seL4.SchedContext_Sporadic or seL4.SchedContext_NoFlag),
    "SchedControl_ConfigureFlags")
  return context
end

local function configure_mcs(memory, slot, options, priority)
  local context = make_sched_context(memory, options)
  check(seL4.TCB_Configure(slot, options.cspace, 0, options.vspace, 0, options.buffer,
    options.frame), "TCB_Configure")
  check(seL4.TCB_SetSchedParams(slot, seL4.CapInitThreadTCB, seL4.MinPrio, priority,
    context or seL4.CapNull, options.fault_endpoint or seL4.CapNull), "TCB_SetSchedParams")
  if options.timeout_endpoint then
    check(seL4.TCB_SetTimeoutEndpoint(slot, options.timeout_endpoint), "TCB_SetTimeoutEndpoint")
  end
  return context
end

local function configure_classic(slot, options, priority)
  for _, name in ipairs(tcb.TIME_OPTIONS) do
    if options[name] then
      error(("option '%s' belongs to the MCS configuration (selvm run --mcs)"):format(name), 5)
    end
  end
  check(seL4.TCB_Configure(slot, options.fault_endpoint or seL4.CapNull, options.cspace, 0,
    options.vspace, 0, options.buffer, options.frame), "TCB_Configure")
  check(seL4.TCB_SetSchedParams(slot, seL4.CapInitThreadTCB, seL4.MinPrio, priority),
    "TCB_SetSchedParams")
end

--- What threads and processes have in common; they have the fields kind, name and tcb.
local Task = {}
tcb.Task = Task

function Task:__tostring()
  return ("%s '%s' of TCB %d"):format(self.kind, self.name, self.tcb)
end

--- For the methods: raises an error if the thread or process has been killed. Its slots may hold
--- what is somebody else's by now. `level`: whom it is blamed on, as for error().
function Task:check_alive(method, level)
  if self.is_killed then
    error(("%s: %s '%s' has been killed"):format(method, self.kind, self.name), level + 1)
  end
end

--- Suspends the (first) thread: it runs no more until TCB_Resume.
function Task:suspend()
  self:check_alive("suspend", 2)
  object.check(seL4.TCB_Suspend(self.tcb), "TCB_Suspend")
end

--- Waits for the end, the result or a fault; returns the event, as sel4.monitor describes it. Only
--- with the option `monitor`.
function Task:wait()
  self:check_alive("wait", 2)
  if not self.watch then
    error(("wait: nobody watches %s; it needs the option 'monitor'"):format(tostring(self)), 2)
  end
  while not self.event do
    self.watch.monitor:next()
  end
  return self.event
end

--- A set of names of options, those of TIME_OPTIONS with it.
function tcb.known_options(names)
  local known = {}
  for _, list in ipairs { names, tcb.TIME_OPTIONS } do
    for _, name in ipairs(list) do
      known[name] = true
    end
  end
  return known
end

--- Raises an error if the options are no table, one of them is not in the set `known`, or the
--- priority is no number. `what` takes the options: "thread.new"; `level` is whom the error is
--- blamed on, as for error().
function tcb.check_options(what, known, options, level)
  if type(options) ~= "table" then
    error(("%s: the options must be a table, not %s"):format(what, object.described(options)),
      level + 1)
  end
  for key in pairs(options) do
    if not known[key] then
      error(("%s: unknown option '%s'"):format(what, tostring(key)), level + 1)
    end
  end
  if options.priority and not object.whole(options.priority) then
    error(("%s: option 'priority' must be a whole number, not %s"):format(what,
      object.described(options.priority)), level + 1)
  end
end

--- The settings of a TCB: `own`, with the priority, the fault endpoint and the options of its time
--- that the maker of a thread or process was given.
function tcb.settings(options, own)
  own.priority, own.fault_endpoint = options.priority, options.fault_endpoint
  for _, name in ipairs(tcb.TIME_OPTIONS) do
    own[name] = options[name]
  end
  return own
end

--- Lets the monitor that the options ask for, if they do, watch a new thread or process `who`:
--- who.watch = { monitor =, badge =, exit = CPtr in its own CSpace, is_own = }. The capability is
--- put into settings.slot of its CSpace, unless that is the caller's, and is its fault endpoint.
function tcb.watch(who, group, options, settings)
  if options.monitor and options.fault_endpoint then
    error("options 'monitor' and 'fault_endpoint' exclude each other: faults go to the monitor", 4)
  elseif not options.monitor then
    return
  end
  local watch = { is_own = options.monitor == true, monitor = options.monitor }
  if watch.is_own then
    watch.monitor = require("sel4.monitor").new(group.memory) -- most threads need none
  end
  who.watch = watch
  local badge, cap = watch.monitor:watch(who, group)
  watch.badge, watch.exit = badge, cap.cptr
  if settings.slot then
    check(seL4.CNode_Copy(settings.cspace, settings.slot, seL4.WordBits, group.cnode, cap.cptr,
      seL4.WordBits, seL4.AllRights), "CNode_Copy")
    watch.exit = settings.slot
  end
  settings.fault_endpoint = is_mcs and cap.cptr or watch.exit
  settings.timeout_endpoint = options.timeout_fault and cap.cptr or options.timeout_endpoint
end

--- The thread or process, if it is watched, is gone.
function tcb.unwatch(who)
  local watch = who.watch
  who.watch = nil
  if watch and watch.badge then
    watch.monitor:forget(watch.badge)
  end
  if watch and watch.is_own then
    watch.monitor:destroy()
  end
end

--- Gives a TCB its spaces, IPC buffer, priority (100 if left out) and fault endpoint; that is a
--- CPtr in the thread's own CSpace; MCS: in the caller's. MCS: and, unless it is to be `passive`, a
--- scheduling context of its own: `budget` in each `period`, both microseconds, 10 ms if left out,
--- in up to 2 + `extra_refills` pieces; `sporadic`: what is not used is not lost; `badge` is told
--- to the handler at `timeout_endpoint`. Returns the context's slot, if there is one.
function tcb.configure(memory, slot, options)
  local priority = options.priority or PRIORITY
  if is_mcs then
    return configure_mcs(memory, slot, options, priority)
  end
  return configure_classic(slot, options, priority)
end

return tcb
