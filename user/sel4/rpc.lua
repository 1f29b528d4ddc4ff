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
-- Arguments and results are any values of sel4.msgpack, and one capability each way. Messages are
-- as sel4.wire has them; the label is rpc.FIRST_LABEL + the method's number, in answers 0 (done) or
-- 1 (an error has been raised). Longer values go through a window, memory that both have mapped, if
-- there is one. An error that a handler raises is raised at the client, with the method's name.
--
-- The server's side is sel4.rpc.server; sel4.server starts one in a thread.

local errors = require "sel4.errors"
local seL4 = require "seL4"
local wire = require "sel4.wire"

local rpc = {}

--- Labels of answers.
rpc.DONE, rpc.FAILED = 0, 1

--- Label of an interface's first method; the labels of seL4's faults lie below, so that calls and
--- faults can arrive at one endpoint.
rpc.FIRST_LABEL = 0x100

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
  if type(description) ~= "table" then
    error(("rpc.interface: an interface is described by a table { name =, { \"method\", "
      .. "\"type\", ... }, ... }, not by a value of type %s"):format(type(description)), 2)
  end
  local interface = { name = description.name or "interface", methods = {}, numbers = {} }
  for i, method in ipairs(description) do
    check_method(interface, i, method)
    interface.methods[i] = { name = method[1], types = { table.unpack(method, 2) } }
    interface.numbers[method[1]] = i
  end
  return interface
end

--- Raises an error of `what`, such as "rpc.client", unless a value is what rpc.interface returns;
--- `level` is whom it is blamed on, as for error().
function rpc.check_interface(what, value, level)
  if type(value) ~= "table" or not value.numbers then
    error(what .. ": the interface must be one that rpc.interface has returned", level + 1)
  end
end

--- Whether a value may be an argument of a type.
function rpc.fits(value, kind)
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

--- The CPtr of a capability, which may be an object of sel4.object; nil if it is neither.
function rpc.cptr(value)
  local cptr = type(value) == "table" and value.cptr or value
  return math.type(cptr) == "integer" and cptr or nil
end

--- Says where a received capability is to be put: a slot of the CNode `root` (the caller's root
--- CNode if left out), or nowhere.
function rpc.set_receive_slot(slot, root)
  if slot then
    seL4.SetCapReceivePath(root or seL4.CapInitThreadCNode, slot, seL4.WordBits)
  else
    seL4.SetCapReceivePath(seL4.CapNull, 0, 0)
  end
end

--- Whether a capability has come with a message, into the slot for it. One to the endpoint that it
--- was sent through comes as its badge only.
function rpc.has_cap(info)
  return seL4.MessageInfo_get_extraCaps(info) > 0
    and seL4.MessageInfo_get_capsUnwrapped(info) & 1 == 0
end

-- Checks the arguments of a call; returns the CPtr among them, which travels by itself.
local function check_arguments(interface, method, values)
  local types, cap = method.types, nil
  if values.n > #types then
    error(("%s.%s takes %d arguments, not %d"):format(interface.name, method.name, #types,
      values.n), 3)
  end
  for i = 1, #types do
    local kind = types[i]
    if kind == "cap" then
      cap = rpc.cptr(values[i])
      values[i] = false -- it travels beside the values
      if not cap then
        error(("argument %d of %s.%s must be a capability"):format(i, interface.name,
          method.name), 3)
      end
    elseif not rpc.fits(values[i], kind) then
      error(("argument %d of %s.%s must be of type %s, not %s"):format(i, interface.name,
        method.name, kind, math.type(values[i]) or type(values[i])), 3)
    end
  end
  values.n = #types
  return cap
end

local function remote_error(client, method, message, value)
  error(setmetatable({ interface = client.interface.name, method = method.name, message = message,
    value = value }, RemoteError), 0)
end

-- The error of an answer that does not say "done", or that has no values: the server's, or that of
-- the kernel, which has refused the call, or of somebody who is no server.
local function raise_failure(client, method, label, values, level)
  if values and label == rpc.FAILED then
    remote_error(client, method, tostring(values[1]), values[2])
  end
  local why = label == rpc.DONE and "what has answered is no server of an interface"
    or ("the kernel has refused the call (%s): %s"):format(errors.name(label),
      seL4.Explain() or "it does not say why")
  error(("%s.%s: %s"):format(client.interface.name, method.name, why), level + 1)
end

-- The results in an answer; the first value says which of them is the capability that came along.
local function results_of(client, method, info)
  local options, label = client.options, seL4.MessageInfo_get_label(info)
  local is_read, values = pcall(wire.read, info, options.window)
  if label ~= rpc.DONE or not is_read then
    raise_failure(client, method, label, is_read and values, 2)
  end
  local position = values[1]
  if position ~= 0 then
    if not (options.receive_slot and rpc.has_cap(info)) then
      remote_error(client, method, "the capability in the answer has not come: it needs the option "
        .. "receive_slot of rpc.client, and that slot has to be empty")
    end
    values[position + 1] = options.receive_slot
  end
  return table.unpack(values, 2, values.n)
end

-- What is wrong with arguments is blamed on the caller of the method, which ends by calling this.
local function call(client, number, values)
  local options, method = client.options, client.interface.methods[number]
  local cap = check_arguments(client.interface, method, values)
  rpc.set_receive_slot(options.receive_slot, options.receive_root)
  local is_written, message = pcall(wire.write, rpc.FIRST_LABEL + number, values,
    options.window, cap)
  if not is_written then
    error(("%s.%s: %s"):format(client.interface.name, method.name, message), 2)
  end
  return results_of(client, method, (seL4.Call(client.endpoint, message)))
end

--- An object with the interface's methods, which call the server behind `endpoint`, an object or a
--- CPtr. Options:
---   window         { vaddr =, size = } for values that do not fit a message; the server must have
---                  the same memory for this client
---   receive_slot   empty slot for a capability in an answer; the method that gets one returns this
---                  slot for it. It is to be moved away before the next such call.
---   receive_root   CPtr of the CNode with that slot; the caller's root CNode if left out
--- An error that the server's handler raises is raised with fields interface, method, message, and
--- value, what was raised, if it was no text.
function rpc.client(interface, endpoint, options)
  rpc.check_interface("rpc.client", interface, 2)
  local client = { interface = interface, options = options or {}, endpoint = rpc.cptr(endpoint)
    or error("rpc.client: the endpoint is no capability", 2) }
  local methods = {}
  for number, method in ipairs(interface.methods) do
    methods[method.name] = function(_, ...)
      return call(client, number, { n = select("#", ...), ... })
    end
  end
  return setmetatable({}, { __index = methods, __name = interface.name })
end

return rpc
