-- SPDX-License-Identifier: MIT
--- A console for several clients: whole lines, each with its client's prefix.
--
--   local console = require("sel4.server.console").start(memory)
--   local cap = console:connect(7, "worker")       -- for a client; its lines begin with "worker| "
--
-- The client's side is sel4.console.

local alloc = require "sel4.alloc"
local interface = require("sel4.console").interface
local object = require "sel4.object"
local seL4 = require "seL4"
local server = require "sel4.server"

local console = {}

local LINE_MAX = 1000 -- bytes that a client may keep waiting without a line end
local PREFIX_TYPES = { string = true, number = true, ["nil"] = true }

local Console = {}
Console.__index = Console
Console.__name = "sel4.server.console"

local function show(self, badge, line)
  local prefix = self.prefixes[badge]
  self.put((prefix and prefix .. "| " or "") .. line .. "\n")
end

-- Control characters of a client could do things to a terminal that are not its to do.
local function visible(text)
  return (text:gsub("[\0-\8\11-\31\127]", "?"))
end

local function write(self, badge, text)
  local rest = (self.rests[badge] or "") .. visible(text or "")
  local at = 1
  for line, after in rest:gmatch "([^\n]*)\n()" do
    show(self, badge, line)
    at = after
  end
  rest = rest:sub(at)
  while #rest > LINE_MAX do
    show(self, badge, rest:sub(1, LINE_MAX))
    rest = rest:sub(LINE_MAX + 1)
  end
  self.rests[badge] = rest
end

local function flush(self, badge)
  if (self.rests[badge] or "") ~= "" then
    show(self, badge, self.rests[badge])
    self.rests[badge] = nil
  end
end

--- A capability for a client, whose lines begin with the prefix; with none if that is left out.
function Console:connect(badge, prefix)
  if not PREFIX_TYPES[type(prefix)] then
    error(("connect: the prefix of the client's lines must be a text, not %s"):format(
      object.described(prefix)), 2)
  end
  local cap = self.server:connect(badge, nil, 2)
  self.prefixes[badge] = prefix
  return cap
end

--- A client has gone: shows what is left of its line.
function Console:disconnect(badge)
  flush(self, badge)
  self.prefixes[badge], self.rests[badge] = nil, nil
end

--- Ends the server.
function Console:kill()
  self.server:kill()
end

--- Starts a console. Options: `put`, function(text) that shows whole lines (seL4.DebugPutString if
--- left out); `uart`, the address where a 16550 UART is mapped, to write there instead; `priority`.
--- MCS: `budget` and `period`, so that who writes much takes no more than that from others; or
--- `passive`, so that he does it in his own time, with the risk that sel4.server tells.
function console.start(memory, options)
  alloc.of(memory, "console.start", 2) -- an error is the caller's, not this module's
  options = options or {}
  local self = setmetatable({ prefixes = {}, rests = {}, put = options.put
    or seL4.DebugPutString }, Console)
  if options.uart then
    self.put = function(text)
      for i = 1, #text do
        seL4.Store8(options.uart, text:byte(i))
      end
    end
  end
  self.server = server.start(memory, interface, { priority = options.priority,
    budget = options.budget, period = options.period, passive = options.passive,
    deadline = options.passive, handlers = {
      write = function(badge, text) write(self, badge, text) end,
      flush = function(badge) flush(self, badge) end,
    } })
  return self
end

return console
