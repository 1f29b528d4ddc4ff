-- SPDX-License-Identifier: MIT
--- A fault monitor: a thread that tells the story of each fault of the threads and processes that
--- it watches.
--
--   local faults = require("sel4.server.faults").start(memory)
--   thread.new(memory, { entry = work, monitor = faults.monitor }):start()
--   --> thread 'thread 3' at main.lua:12 (`...`) reads from 0x1234000. Nothing is mapped there, ...
--
-- Whoever is watched by it cannot be waited for with its method wait: `on_event` is told instead.

local alloc = require "sel4.alloc"
local monitor = require "sel4.monitor"
local seL4 = require "seL4"
local thread = require "sel4.thread"

local faults = {}

local PRIORITY = 200

local Faults = {}
Faults.__index = Faults
Faults.__name = "sel4.server.faults"

local function tell(self)
  while true do
    local who, event = self.monitor:next()
    if event and event.kind == "fault" then
      self.count = self.count + 1
      self.put(event.story .. "\n")
    end
    if event and self.on_event then
      self.on_event(who, event)
    end
  end
end

--- Ends the monitor. Those whom it has watched must have been killed.
function Faults:kill()
  self.thread:kill()
  self.monitor:destroy()
end

--- Starts a fault monitor. Options: `put`, function(text) that shows whole lines
--- (seL4.DebugPutString if left out); `on_event`, function(who, event), called for every fault and
--- every end in the monitor's thread: it may kill who has had it; `priority`. Fields: `monitor`,
--- for the option of sel4.thread and sel4.process; `count` of faults.
function faults.start(memory, options)
  alloc.of(memory, "faults.start", 2) -- an error is the caller's, not this module's
  options = options or {}
  local self = setmetatable({ monitor = monitor.new(memory), count = 0, on_event = options.on_event,
    put = options.put or seL4.DebugPutString }, Faults)
  self.thread = thread.new(memory, { name = "fault monitor",
    priority = options.priority or PRIORITY, entry = function() tell(self) end }):start()
  return self
end

return faults
