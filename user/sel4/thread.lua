-- SPDX-License-Identifier: MIT
--- Threads of the caller's own process: they share its globals, and by default its CSpace.
--
--   local thread = require "sel4.thread"
--   local worker = thread.new(memory, { entry = function(n) return n + 1 end, args = { 7 },
--     priority = 100, name = "worker", monitor = true })
--   worker:start()
--   print(worker:wait())      --> thread 'worker' has ended with 8
--   worker:kill()             -- all its memory is given back

local alloc = require "sel4.alloc"
local image = require "sel4.image"
local object = require "sel4.object"
local seL4 = require "seL4"
local tcb = require "sel4.tcb"
local vspace = require "sel4.vspace"

local thread = {}

local REGISTER_COUNT = 32
local KNOWN = tcb.known_options { "entry", "args", "priority", "name", "cspace", "fault_endpoint",
  "monitor", "monitor_slot" }
local check = object.check

local Thread = setmetatable({ kind = "thread" }, { __index = tcb.Task })
Thread.__index = Thread
Thread.__name = "sel4.thread"
Thread.__tostring = tcb.Task.__tostring

-- Every thread begins in the same function, and finds here by number what it is to do: addresses of
-- functions (seL4.Entry) are never given back.
local threads, count = {}, 0 -- the number is the TCB's slot

local function run(number)
  local self = threads[number]
  local results = table.pack(self.entry(table.unpack(self.args, 1, self.args.n)))
  if self.watch then
    self.results = results
    seL4.Send(self.watch.exit, seL4.MessageInfo_new(tcb.RESULT, 0, 0, 0))
  end
end

--- Lets the thread run from its entry on. When it runs is up to its priority.
function Thread:start()
  self:check_alive("start", 2)
  self.event, self.results = nil, nil
  check(seL4.TCB_WriteRegisters(self.tcb, true, 0, REGISTER_COUNT,
    { pc = seL4.Entry(run), a0 = self.tcb }), "TCB_WriteRegisters")
  return self
end

--- Ends the thread at once, wherever it is, and gives back what it was made of. To start it then,
--- or wait for it, is an error.
function Thread:kill()
  if self.is_killed then
    return
  end
  self.is_killed = true
  if self.tcb then
    threads[self.tcb] = nil
  end
  self.group:destroy()
  if self.buffer_region then
    self.space:unmap(self.buffer_region)
  end
  tcb.unwatch(self)
end

Thread.__close = Thread.kill

--- Name of the module, number and text of the line of the program that an address stands for.
function Thread:place(address) -- luacheck: ignore self
  return image.place(address)
end

local function check_options(options)
  tcb.check_options("thread.new", KNOWN, options, 3)
  if type(options.entry) ~= "function" then
    error("thread.new: option 'entry' must be a function", 3)
  elseif options.cspace and options.monitor and not options.monitor_slot then
    error("thread.new: a thread with a CSpace of its own needs the option 'monitor_slot', too", 3)
  end
end

-- Gives a thread its TCB, IPC buffer and spaces.
local function build(self, options)
  self.tcb = self.group:object(seL4.TCBObject, nil, self.name).cptr
  threads[self.tcb] = self
  self.buffer_region = self.space:allocate(1 << seL4.PageBits,
    { name = "IPC buffer of " .. self.name })
  self.buffer = self.buffer_region.vaddr
  local settings = tcb.settings(options, {
    cspace = object.cptr(options.cspace or seL4.CapInitThreadCNode),
    slot = options.cspace and options.monitor_slot, vspace = seL4.CapInitThreadVSpace,
    buffer = self.buffer, frame = self.buffer_region.frames[1].cptr,
  })
  tcb.watch(self, self.group, options, settings)
  self.context = tcb.configure(self.group, self.tcb, settings)
  seL4.DebugNameThread(self.tcb, self.name)
end

--- Makes a thread, with an IPC buffer of its own. `memory` is of alloc.open or bootstrap.open; only
--- the first is given back all. Options:
---   entry            the function it runs
---   args             the function's arguments, a list; with a field n if some are nil
---   priority         0 to 255, 100 if left out; 255, the root task's, runs first
---   name             for tables, dumps and messages
---   cspace           the CNode it finds capabilities in (Memory:cspace); the caller's own if left
---                    out
---   monitor          a sel4.monitor that is told of its end, its results and its faults; true: one
---                    of its own, for wait. With a `cspace`, `monitor_slot` is the empty slot in it
---                    for the capability to the monitor
---   fault_endpoint   instead of a monitor: CPtr, in the thread's CSpace (MCS: in the caller's), of
---                    an endpoint for its faults. Without either a fault stops it for good
---   budget, period   MCS only: it may run so many microseconds in each period; 10 ms of 10 ms if
---                    left out. Further options of its time are tcb.configure's: extra_refills,
---                    sporadic, badge, passive, timeout_endpoint; timeout_fault: true makes a fault
---                    for the monitor of a budget that is used up
--- Returns { tcb = slot, buffer = address of the IPC buffer, context = slot of the scheduling
--- context or nil } with the methods above and those of
--- tcb.Task.
function thread.new(memory, options)
  local allocator = alloc.of(memory, "thread.new", 2)
  check_options(options)
  count = count + 1
  local name = options.name or ("thread %d"):format(count)
  local args = table.pack(table.unpack(options.args or {}, 1, (options.args or {}).n))
  local self = setmetatable({ name = name, entry = options.entry, args = args,
    group = allocator:group { name = name }, space = vspace.own(allocator) }, Thread)
  local is_built, err = pcall(build, self, options)
  if not is_built then
    self:kill()
    object.raise(err, 2)
  end
  return self
end

return thread
