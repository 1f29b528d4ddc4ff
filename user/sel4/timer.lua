-- SPDX-License-Identifier: MIT
--- Time for programs without a device: the client's side of sel4.server.timer.
--
--   local timer = require("sel4.timer").client(1, 2)       -- the server, and a notification
--   timer:sleep(5000)                                      -- microseconds
--   local tick = timer:every(1000)
--   timer:wait()
--   timer:cancel(tick)

local rpc = require "sel4.rpc"
local seL4 = require "seL4"

local timer = {}

timer.interface = rpc.interface {
  name = "timer", { "attach", "cap" }, { "after", "integer" }, { "every", "integer" },
  { "cancel", "integer" }, { "now" },
}

local Client = {}
Client.__index = Client
Client.__name = "sel4.timer"

--- Microseconds since the machine's start.
function Client:now()
  return self.service:now()
end

--- Signals the notification once, in so many microseconds. Returns a number for cancel.
function Client:after(microseconds)
  return self.service:after(microseconds)
end

--- Signals the notification every so many microseconds, 20 at least, until it is cancelled. Returns
--- a number for cancel.
function Client:every(microseconds)
  return self.service:every(microseconds)
end

--- No more signals for this number. Returns whether there would have been any.
function Client:cancel(number)
  return self.service:cancel(number)
end

--- Waits for the next signal.
function Client:wait()
  seL4.Wait(self.notification)
end

--- Waits so many microseconds; with periodic signals at the same notification, at most as long.
function Client:sleep(microseconds)
  self:after(microseconds)
  self:wait()
end

--- The timer behind `endpoint`; `notification` is signalled, and the caller's to wait on: objects
--- or CPtrs.
function timer.client(endpoint, notification)
  local service = rpc.client(timer.interface, endpoint)
  service:attach(notification)
  return setmetatable({ service = service, notification = rpc.cptr(notification) }, Client)
end

return timer
