-- SPDX-License-Identifier: MIT
--- A timer for several clients, over the machine's real-time clock (docs/devices.md).
--
--   local timer = require("sel4.server.timer").start(memory)
--   local cap = timer:connect(7)                    -- for a client, who brings a notification
--
-- The client's side is sel4.timer. The server never waits for a client: to signal is all it does.

local alloc = require "sel4.alloc"
local interface = require("sel4.timer").interface
local object = require "sel4.object"
local rpc_server = require "sel4.rpc.server"
local schedule = require "sel4.schedule"
local seL4 = require "seL4"
local server = require "sel4.server"
local vspace = require "sel4.vspace"

local timer = {}

local RTC_ADDRESS, RTC_LINE = 0x00101000, 11
local TIME_LOW, TIME_HIGH, ALARM_LOW, ALARM_HIGH = 0x00, 0x04, 0x08, 0x0c
local IRQ_ENABLED, CLEAR_ALARM, CLEAR_INTERRUPT = 0x10, 0x14, 0x1c
local MICROSECOND = 1000
local PERIOD_MIN, TIMERS_MAX = 20, 32 -- microseconds; for each client

local Timer = {}
Timer.__index = Timer
Timer.__name = "sel4.server.timer"

-- --- the device ---------------------------------------------------------------------------------

local function now(self)
  local low = seL4.Load32(self.registers + TIME_LOW) -- read first: it holds the other half still
  return seL4.Load32(self.registers + TIME_HIGH) << 32 | low
end

-- The alarm is for the earliest timer.
local function arm(self)
  local first, at = self.timers:first()
  if first then
    seL4.Store32(self.registers + ALARM_HIGH, at >> 32)
    seL4.Store32(self.registers + ALARM_LOW, at & 0xffffffff) -- written last: this arms it
  else
    seL4.Store32(self.registers + CLEAR_ALARM, 1)
  end
end

-- --- timers -------------------------------------------------------------------------------------

local function add(self, badge, microseconds, period)
  local client = self.clients[badge]
  if not client then
    error("attach a notification first", 0)
  elseif not microseconds or microseconds < (period and PERIOD_MIN or 0)
    or microseconds > math.maxinteger // (2 * MICROSECOND) then
    error(("%s microseconds cannot be waited for"):format(tostring(microseconds)), 0)
  elseif client.count >= TIMERS_MAX then
    error(("a client has at most %d timers"):format(TIMERS_MAX), 0)
  end
  client.count, self.last_number = client.count + 1, self.last_number + 1
  local entry = { client = client, period = period and microseconds * MICROSECOND,
    number = self.last_number }
  client.timers[entry.number] = entry
  self.timers:add(entry, now(self) + microseconds * MICROSECOND)
  arm(self)
  return entry.number
end

-- The client has this timer no longer.
local function forget(self, entry)
  local client = entry.client
  self.timers:remove(entry)
  client.timers[entry.number] = nil
  client.count = client.count - 1
end

local function cancel(self, badge, number)
  local client = self.clients[badge]
  local entry = client and client.timers[number]
  if not entry then
    return false
  end
  forget(self, entry)
  arm(self)
  return true
end

-- The next time of a periodic timer that lies ahead: what was missed is not made up for.
local function renew(self, entry, at, time)
  local missed = (time - at) // entry.period
  self.timers:remove(entry)
  self.timers:add(entry, at + (missed + 1) * entry.period)
end

-- An interrupt: signals all that is due. A client may have brought an endpoint instead of a
-- notification, so this must not be a call that waits for somebody.
local function ring(self)
  seL4.Store32(self.registers + CLEAR_INTERRUPT, 1)
  seL4.IRQHandler_Ack(self.irq_handler)
  local time = now(self)
  local entry, at = self.timers:first()
  while entry and at <= time do
    seL4.NBSend(entry.client.slot, seL4.MessageInfo_new(0, 0, 0, 0))
    if entry.period then
      renew(self, entry, at, time)
    else
      forget(self, entry)
    end
    entry, at = self.timers:first()
  end
  arm(self)
end

-- Keeps the notification that a client has sent.
local function attach(self, badge, received)
  self:disconnect(badge)
  local slot = self.group:slot()
  local err = seL4.CNode_Move(self.group.cnode, slot, seL4.WordBits, self.group.cnode, received,
    seL4.WordBits)
  if err ~= seL4.NoError then
    self.group:free_slot(slot)
    error("the notification cannot be kept", 0)
  end
  self.clients[badge] = { slot = slot, count = 0, timers = {} }
end

-- --- interface ----------------------------------------------------------------------------------

--- A capability for a client.
function Timer:connect(badge)
  local cap = self.server:connect(badge, nil, 2)
  return cap
end

--- A client has gone: its timers and its notification are forgotten.
function Timer:disconnect(badge)
  local client = self.clients[badge]
  if client then
    for _, entry in pairs(client.timers) do
      self.timers:remove(entry)
    end
    self.group:free_slot(client.slot)
    self.clients[badge] = nil
  end
end

--- Ends the server, and gives the device back.
function Timer:kill()
  self.server:kill()
  seL4.Store32(self.registers + IRQ_ENABLED, 0)
  self.space:unmap(self.region)
  self.memory:free(self.frame)
  self.group:destroy()
end

-- Maps the registers and has the line's interrupts signalled.
local function open_device(self)
  self.space = vspace.own(self.memory)
  self.frame = self.memory:device_frame(RTC_ADDRESS)
  self.region = self.space:reserve(1 << seL4.PageBits, { name = "the clock's registers" })
  self.registers = self.region.vaddr
  self.space:map_frame(self.frame, self.registers)
  self.irq_handler = self.group:slot()
  object.irq_control:get(RTC_LINE, self.group.cnode, self.irq_handler, seL4.WordBits)
  self.alarm = self.group:object(seL4.NotificationObject, nil, "alarm")
  local signal = self.group:copy(self.alarm, seL4.AllRights, rpc_server.SIGNAL)
  object.wrap("IRQHandler", self.irq_handler):set_notification(signal)
  seL4.Store32(self.registers + IRQ_ENABLED, 1)
end

--- Starts the timer. Option: `priority` of its thread, which should be above its clients'; 200 if
--- left out. Only one program can have the clock.
function timer.start(memory, options)
  local allocator = alloc.of(memory, "timer.start", 2)
  local self = setmetatable({ memory = allocator, group = allocator:group { name = "the timer" },
    timers = schedule.new(), clients = {}, last_number = 0 }, Timer)
  open_device(self)
  self.server = server.start(memory, interface, {
    priority = options and options.priority or 200, notification = self.alarm,
    on_signal = function() ring(self) end,
    handlers = {
      attach = function(badge, received) attach(self, badge, received) end,
      after = function(badge, microseconds) return add(self, badge, microseconds, false) end,
      every = function(badge, microseconds) return add(self, badge, microseconds, true) end,
      cancel = function(badge, number) return cancel(self, badge, number) end,
      now = function() return now(self) // MICROSECOND end,
    },
  })
  return self
end

return timer
