-- SPDX-License-Identifier: MIT
--- Waiting for threads and processes: their ends, results and faults arrive at one endpoint.
--
--   local monitor = require("sel4.monitor").new(memory)
--   thread.new(memory, { entry = work, monitor = monitor }):start()
--   process.new(memory, { program = "plugin", monitor = monitor }):start()
--   local who, event = monitor:next()
--   print(who.name, event.kind, event)     --> worker  result  thread 'worker' has ended with 42
--
-- An event is { kind =, who = } and
--   kind "result"  n =, 1, 2, ...: what the thread's function or the program has returned
--   kind "fault"   fault =, as seL4.getFault has it; text =, of a Lua error with its traceback;
--                  story =, what has happened in whole sentences
-- As a text it is a sentence. Who had a fault stands still, until it is killed or answered.
--
-- Whoever holds the monitored badge can also send other messages, which are not understood here:
-- a server can wait for them, and for the ends of its clients, in one place.

local alloc = require "sel4.alloc"
local seL4 = require "seL4"
local story = require "sel4.story"
local tcb = require "sel4.tcb"
local wire = require "sel4.wire"

local monitor = {}

--- The label of the message in which a thread's or process's result travels.
monitor.RESULT = tcb.RESULT

local Monitor = {}
Monitor.__index = Monitor
Monitor.__name = "sel4.monitor"

function Monitor:__tostring()
  local count = 0
  for _ in pairs(self.watched) do
    count = count + 1
  end
  return ("monitor of %d threads and processes"):format(count)
end

local Event = {}
Event.__index = Event
Event.__name = "sel4.monitor.event"

function Event:__tostring()
  if self.kind == "fault" then
    return self.story
  end
  local texts = {}
  for i = 1, self.n do
    texts[i] = tostring(self[i])
  end
  return ("%s '%s' has ended%s"):format(self.who.kind, self.who.name,
    self.n > 0 and " with " .. table.concat(texts, ", ") or "")
end

-- The event of a message from `who`; nil if it is some other message.
local function event_of(who, info)
  local label = seL4.MessageInfo_get_label(info)
  if label == monitor.RESULT then
    local is_read, values = true, who.results or { n = 0 }
    if seL4.MessageInfo_get_length(info) > 0 then
      is_read, values = pcall(wire.read, info)
    end
    local event = setmetatable(is_read and values or { n = 0 }, Event)
    event.kind, event.who = "result", who
    return event
  end
  local is_fault, fault = pcall(seL4.getFault, info)
  if is_fault and fault.name ~= "NullFault" then
    return setmetatable({ kind = "fault", who = who, fault = fault,
      text = fault.name == "UserException" and seL4.DebugFaultText(who.tcb) or nil,
      story = story.tell(who, fault) }, Event)
  end
end

--- For sel4.thread and sel4.process: the badge and the badged capability of a new one to watch. It
--- cannot receive with that: it would hear of the others.
function Monitor:watch(who, group)
  self.last_badge = self.last_badge + 1
  self.watched[self.last_badge] = who
  return self.last_badge, group:copy(self.endpoint, seL4.NoRead, self.last_badge)
end

--- For these: nothing more is expected from a badge.
function Monitor:forget(badge)
  self.watched[badge] = nil
end

--- Waits for the next message. An event: returns who it is about and the event, which is also kept
--- as who.event. Any other message, and a signal of a notification that is bound to the caller:
--- returns who has sent it (nil: nobody who is watched), nil, the message info and the badge.
function Monitor:next()
  local info, badge = seL4.Recv(self.endpoint.cptr, self.reply and self.reply.cptr)
  local who = self.watched[badge]
  local event = who and event_of(who, info)
  if not event then
    return who, nil, info, badge
  end
  who.event = event
  return who, event
end

--- Lets whoever had the last event, a fault, go on: it tries again what it could not do. Before the
--- next call of next.
function Monitor:resume()
  local info = seL4.MessageInfo_new(0, 0, 0, 0)
  if self.reply then
    seL4.Send(self.reply.cptr, info)
  else
    seL4.Reply(info)
  end
end

--- Gives the endpoint back; nobody may be watched any more.
function Monitor:destroy()
  if next(self.watched) then
    error(("destroy: this is a %s; kill them first"):format(tostring(self)), 2)
  end
  self.group:destroy()
end

--- A monitor; `memory` of sel4.alloc or sel4.bootstrap. Several threads and processes may share
--- one, but only one thread may wait at it. Field `endpoint` is its Endpoint, in MCS `reply` the
--- Reply object that it receives with.
function monitor.new(memory)
  local group = alloc.of(memory, "monitor.new", 2):group { name = "a monitor" }
  return setmetatable({
    group = group, endpoint = group:object(seL4.EndpointObject, nil, "monitor"),
    reply = seL4.ReplyObject and group:object(seL4.ReplyObject) or nil,
    watched = {}, last_badge = 0,
  }, Monitor)
end

return monitor
