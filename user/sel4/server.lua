-- SPDX-License-Identifier: MIT
--- Servers of an interface, each in a thread of the caller's process.
--
--   local server = require "sel4.server"
--   local counting = server.start(memory, counter, { name = "counter", handlers = {
--     add = function(badge, n) sums[badge] = (sums[badge] or 0) + n end } })
--   local cap = counting:connect(7)                 -- for a client: it has badge 7
--   local client = rpc.client(counter, cap)
--   counting:kill()
--
-- MCS: a server can be passive, so that it runs on its callers' time. With a `deadline` then, a
-- call that uses up its caller's budget ends with an error at the client, and the server goes on
-- with the next call: what the handler was doing is left undone. A client that can call can also
-- send, and seL4 gives a passive server no time for that: it stands still with the message. So
-- passive servers are for clients that are trusted not to. For others an active server with a
-- `budget` is right.

local alloc = require "sel4.alloc"
local object = require "sel4.object"
local rpc = require "sel4.rpc"
local rpc_server = require "sel4.rpc.server"
local seL4 = require "seL4"
local tcb = require "sel4.tcb"
local thread = require "sel4.thread"
local wire = require "sel4.wire"

local server = {}

local PRIORITY = 150
local KNOWN = { name = true, handlers = true, priority = true, window = true, windows = true,
  on_signal = true, notification = true, passive = true, deadline = true, budget = true,
  period = true }

local MCS_OPTIONS = { "passive", "deadline", "budget", "period" }

local check = object.check

local Server = {}
Server.__index = Server
Server.__name = "sel4.server"

function Server:__tostring()
  return ("server '%s'"):format(self.name)
end

--- A capability for a client, with a badge that the handlers are told; give it back with
--- memory:free_slot, or with the server. `level`: whom an error is blamed on, as for error().
function Server:connect(badge, name, level)
  level = (level or 1) + 1
  if not object.whole(badge) then
    error(("connect: the first argument is the badge of the client, a whole number, not %s"):format(
      object.described(badge)), level)
  end
  local cap = self.group:copy(self.endpoint, seL4.NoRead, badge,
    name or ("client %d of %s"):format(badge, self.name), level)
  return cap
end

--- Ends the server at once, with all capabilities to it.
function Server:kill()
  if self.guard then
    self.guard:kill()
  end
  if self.thread then
    self.thread:kill()
  end
  self.group:destroy()
end

Server.__close = Server.kill

-- --- passive servers ----------------------------------------------------------------------------

-- Lets the thread run until it waits for calls; a passive one has no time of its own any more then.
local function bring_to_receive(self, is_passive)
  self.thread:start()
  self.ready:wait()
  if is_passive then
    check(seL4.SchedContext_Unbind(self.thread.context), "SchedContext_Unbind")
  end
end

-- The guard's work: a caller's budget has run out in the server. The caller gets an error, and with
-- it its scheduling context; the server starts anew.
local function guard_deadlines(self)
  while true do
    seL4.Recv(self.timeouts.cptr, self.guard_reply.cptr)
    seL4.Send(self.reply.cptr, wire.write(rpc.FAILED, { n = 1,
      ("the caller's budget has run out in server '%s'"):format(self.name) }))
    self.missed_deadlines = self.missed_deadlines + 1
    self.thread:suspend()
    check(seL4.SchedContext_Bind(self.thread.context, self.thread.tcb), "SchedContext_Bind")
    bring_to_receive(self, true)
  end
end

local function start_guard(self, memory, priority)
  self.guard_reply = self.group:object(seL4.ReplyObject)
  self.guard = thread.new(memory, { name = self.name .. "'s guard", priority = priority + 1,
    entry = function() guard_deadlines(self) end })
  self.guard:start()
end

-- --- starting -----------------------------------------------------------------------------------

local function check_options(options)
  tcb.check_options("server.start", KNOWN, options, 3)
  for _, name in ipairs(seL4.ReplyObject and {} or MCS_OPTIONS) do
    if options[name] then
      error(("server.start: option '%s' belongs to the MCS configuration (selvm run --mcs)"):format(
        name), 3)
    end
  end
  if options.deadline and not options.passive then
    error("server.start: only a passive server works on its callers' time; 'deadline' needs "
      .. "'passive'", 3)
  elseif type(options.handlers) ~= "table" then
    error(("server.start: option 'handlers' must be a table { method = function }, not %s"):format(
      object.described(options.handlers)), 3)
  end
  if options.notification then
    object.cptr(options.notification, 3)
  end
end

local function make_objects(self, options)
  local group = self.group
  self.endpoint = group:object(seL4.EndpointObject, nil, self.name)
  self.ready = group:object(seL4.NotificationObject)
  if seL4.ReplyObject then
    self.reply = group:object(seL4.ReplyObject)
  end
  if options.deadline then
    self.timeouts = group:object(seL4.EndpointObject)
  end
end

-- Makes what a server consists of, and lets it run until it waits for calls.
local function build(self, memory, interface, options)
  local priority = options.priority or PRIORITY
  make_objects(self, options)
  self.receive_slot = self.group:slot()
  local serving = { endpoint = self.endpoint, reply = self.reply, ready = self.ready,
    receive_slot = self.receive_slot, handlers = options.handlers, window = options.window,
    windows = options.windows, on_signal = options.on_signal }
  self.thread = thread.new(memory, { name = self.name, priority = priority,
    budget = options.budget, period = options.period,
    timeout_endpoint = self.timeouts and self.timeouts.cptr,
    entry = function() rpc_server.serve(interface, serving) end })
  if options.notification then
    check(seL4.TCB_BindNotification(self.thread.tcb, object.cptr(options.notification)),
      "TCB_BindNotification")
  end
  bring_to_receive(self, options.passive)
  if options.deadline then
    start_guard(self, memory, priority)
  end
end

--- Starts a server of an interface in a new thread; it waits for calls when this returns. Options:
---   handlers       as for sel4.rpc.server
---   name, priority of its thread; 150 if left out
---   window, windows   as for sel4.rpc.server
---   on_signal      function(badge) for signals of `notification`, a capability to one, which is
---                  bound to the server's thread; badges with server.SIGNAL of sel4.rpc.server
---   budget, period   MCS: microseconds of its time, as for sel4.thread
---   passive        MCS: it has no time of its own
---   deadline       MCS: a call that uses up its caller's budget fails
--- Returns { endpoint = its Endpoint, thread =, receive_slot = where its handlers find capabilities
--- in arguments, missed_deadlines = how many calls have failed so } with the methods above.
function server.start(memory, interface, options)
  local allocator = alloc.of(memory, "server.start", 2)
  rpc.check_interface("server.start", interface, 2)
  check_options(options)
  local name = options.name or interface.name
  local self = setmetatable({ name = name, missed_deadlines = 0,
    group = allocator:group { name = name } }, Server)
  local is_built, err = pcall(build, self, allocator, interface, options)
  if not is_built then
    self:kill()
    object.raise(err, 2)
  end
  return self
end

return server
