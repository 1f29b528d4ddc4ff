-- SPDX-License-Identifier: MIT
--- Typed calls over an endpoint: an interface is a table, a client an object with its methods.
--
--   local counter = rpc.interface { name = "counter", { "add", "integer" }, { "total" } }
--   -- the server's thread
--   rpc.serve(counter, { endpoint = endpoint, reply = reply, handlers = {
--     add = function(badge, n) sums[badge] = (sums[badge] or 0) + n end,
--     total = function(badge) return sums[badge] end } })
--   -- a client's, with a badged copy of the endpoint
--   local mine = rpc.client(counter, endpoint)
--   mine:add(5)
--   print(mine:total())
--
-- Arguments and results are any values of sel4.msgpack, and one capability each way. A message is
--
--     label: number of the method; answers: 0 done, 1 an error has been raised
--     MR0: bytes of what follows;  MR1...: the values, in MessagePack, eight bytes a word
--
-- What does not fit 118 words goes through a window, memory that both have mapped, if there is one.
-- An error that a handler raises is raised at the client, with the method's name.

local seL4 = require "seL4"
local wire = require "sel4.wire"

local rpc = {}

local DONE, FAILED = 0, 1
local STOP = {}

--- Returned by a handler, as its only value: the answer is sent, and rpc.serve returns.
rpc.STOP = STOP

local TYPES = {
  any = true, integer = true, number = true, string = true, boolean = true, table = true,
  cap = true,
}

-- --- interfaces ---------------------------------------------------------------------------------

local function check_method(interface, i, method)
  if type(method) ~= "table" or type(method[1]) ~= "string" then
    error(("interface: method %d must be a table { name, type, ... }"):format(i), 3)
  elseif interface.numbers[method[1]] then
    error(("interface: there are two methods '%s'"):format(method[1]), 3)
  end
  for n = 2, #method do
    if not TYPES[method[n]] then
      error(("interface: argument %d of '%s' has the unknown type '%s'"):format(n - 1, method[1],
        tostring(method[n])), 3)
    end
  end
end

--- An interface: { name =, { "method", "type of an argument", ... }, ... }. Types: integer, number,
--- string, boolean, table, any, and at most one cap a method, a CPtr. `nil` is accepted for any
--- argument but a cap. Client and server must have the same methods in the same order.
function rpc.interface(description)
  local interface = { name = description.name or "interface", methods = {}, numbers = {} }
  for i, method in ipairs(description) do
    check_method(interface, i, method)
    interface.methods[i] = { name = method[1], types = { table.unpack(method, 2) } }
    interface.numbers[method[1]] = i
  end
  return interface
end

local function fits(value, kind)
  if kind == "integer" then
    return math.type(value) == "integer"
  end
  return value == nil or kind == "any" or type(value) == kind
end

-- --- clients ------------------------------------------------------------------------------------

local RemoteError = { __name = "sel4.rpc.error" }
RemoteError.__index = RemoteError

function RemoteError:__tostring()
  return ("%s.%s: %s"):format(self.interface, self.method, self.message)
end

--- Whether a caught error was raised by the server: fields interface, method, message.
function rpc.is_error(err)
  return getmetatable(err) == RemoteError
end

-- Checks the arguments of a call; returns the CPtr among them, which travels by itself.
local function check_arguments(interface, method, values)
  local cap
  if values.n > #method.types then
    error(("%s.%s takes %d arguments, not %d"):format(interface.name, method.name, #method.types,
      values.n), 4)
  end
  for i, kind in ipairs(method.types) do
    if kind == "cap" then
      cap = values[i]
      values[i] = false -- it travels beside the values
      if math.type(cap) ~= "integer" then
        error(("argument %d of %s.%s must be a CPtr"):format(i, interface.name, method.name), 4)
      end
    elseif not fits(values[i], kind) then
      error(("argument %d of %s.%s must be of type %s, not %s"):format(i, interface.name,
        method.name, kind, math.type(values[i]) or type(values[i])), 4)
    end
  end
  values.n = #method.types
  return cap
end

local function set_receive_slot(slot)
  if slot then
    seL4.SetCapReceivePath(seL4.CapInitThreadCNode, slot, seL4.WordBits)
  end
end

local function call(client, number, values)
  local interface, options = client.interface, client.options
  local method = interface.methods[number]
  local cap = check_arguments(interface, method, values)
  set_receive_slot(options.receive_slot)
  local message = wire.write(number, wire.pack(values), options.window, cap)
  local info = seL4.Call(client.endpoint, message)
  local results = wire.unpack(wire.read(info, options.window))
  if seL4.MessageInfo_get_label(info) ~= DONE then
    error(setmetatable({
      interface = interface.name, method = method.name, message = tostring(results[1]),
    }, RemoteError), 0)
  end
  if seL4.MessageInfo_get_extraCaps(info) > 0 then
    return options.receive_slot
  end
  return table.unpack(results, 1, results.n)
end

--- An object with the interface's methods, which call the server behind `endpoint`, a CPtr.
--- Options:
---   window         { vaddr =, size = } for values that do not fit a message
---   receive_slot   empty slot of the caller's root CNode for a capability in an answer; the method
---                  that gets one returns it. It is to be moved away before the next such call.
function rpc.client(interface, endpoint, options)
  local client = { interface = interface, endpoint = endpoint, options = options or {} }
  local methods = {}
  for number, method in ipairs(interface.methods) do
    methods[method.name] = function(_, ...)
      return call(client, number, table.pack(...))
    end
  end
  return setmetatable({}, { __index = methods, __name = interface.name })
end

-- --- servers ------------------------------------------------------------------------------------

-- Carries out one message; returns what the handler does.
local function handle(interface, options, info, badge)
  local method = interface.methods[seL4.MessageInfo_get_label(info)]
  if not method then
    error("this method is not known here", 0)
  end
  local handler = options.handlers[method.name]
  if not handler then
    error("this method is not carried out here", 0)
  end
  local values = wire.unpack(wire.read(info, options.window))
  for i, kind in ipairs(method.types) do
    if kind == "cap" then
      values[i] = seL4.MessageInfo_get_extraCaps(info) > 0 and options.receive_slot or nil
    elseif not fits(values[i], kind) then
      error(("argument %d must be of type %s"):format(i, kind), 0)
    end
  end
  return table.pack(handler(badge, table.unpack(values, 1, #method.types)))
end

-- The answer to a message.
local function answer(interface, options, info, badge)
  local has_succeeded, results = pcall(handle, interface, options, info, badge)
  if not has_succeeded then
    return wire.write(FAILED, wire.pack({ n = 1, tostring(results) }), options.window)
  elseif results[1] == STOP then
    return wire.write(DONE, wire.pack({ n = 0 }), options.window), true
  elseif options.sends_cap and options.sends_cap(results[1]) then
    return wire.write(DONE, wire.pack({ n = 0 }), options.window, results[1].cap)
  end
  local is_sent, message = pcall(wire.write, DONE, wire.pack(results), options.window)
  return is_sent and message
    or wire.write(FAILED, wire.pack({ n = 1, tostring(message) }), options.window)
end

--- A handler that returns rpc.cap(cptr) sends that capability along with its answer.
local SentCap = {}

function rpc.cap(cptr)
  return setmetatable({ cap = cptr }, SentCap)
end

--- Answers calls until a handler returns rpc.STOP. Options:
---   endpoint       CPtr to receive from
---   reply          MCS: CPtr of a reply object
---   handlers       { method = function(badge, arguments...) return results... end }; an error that
---                  one raises is raised at the client
---   window         as for rpc.client
---   receive_slot   empty slot of the caller's root CNode for capabilities in arguments; a handler
---                  that gets one has to move it away
function rpc.serve(interface, options)
  local serving = setmetatable({
    sends_cap = function(value)
      return getmetatable(value) == SentCap
    end,
  }, { __index = options })
  set_receive_slot(options.receive_slot)
  local info, badge = seL4.Recv(options.endpoint, options.reply)
  while true do
    local reply_info, is_last = answer(interface, serving, info, badge)
    set_receive_slot(options.receive_slot)
    if is_last then
      if options.reply then
        seL4.Send(options.reply, reply_info)
      else
        seL4.Reply(reply_info)
      end
      return
    end
    info, badge = seL4.ReplyRecv(options.endpoint, reply_info, options.reply)
  end
end

return rpc
