-- SPDX-License-Identifier: MIT
--- The server's side of sel4.rpc.
--
--   local server = require "sel4.rpc.server"
--   server.serve(counter, { endpoint = endpoint, reply = reply, handlers = {
--     add = function(badge, n) sums[badge] = (sums[badge] or 0) + n end } })
--
-- What clients send is checked: nothing that one does can raise an error in the server's loop.

local rpc = require "sel4.rpc"
local seL4 = require "seL4"
local wire = require "sel4.wire"

local server = {}

local ERROR_TEXT_MAX = 700 -- so that an error fits a message

--- Returned by a handler, as its only value: the answer is sent, and serve returns.
server.STOP = {}

--- Bit of the badges of notifications whose signals a server hears while it waits for calls.
server.SIGNAL = 1 << 62

local SentCap = {}

--- A handler that returns this among its results sends the capability along with its answer.
function server.cap(value)
  return setmetatable({ cap = rpc.cptr(value) or error("cap: this is no capability", 2) }, SentCap)
end

local function window_of(options, badge)
  return options.windows and options.windows[badge] or options.window
end

-- The arguments for a handler out of a message.
local function arguments_of(method, options, info, badge)
  local values = wire.read(info, window_of(options, badge))
  for i, kind in ipairs(method.types) do
    if kind == "cap" then
      if not (options.receive_slot and rpc.has_cap(info)) then
        error(("argument %d: no capability has come"):format(i), 0)
      end
      values[i] = options.receive_slot
    elseif not rpc.fits(values[i], kind) then
      error(("argument %d must be of type %s"):format(i, kind), 0)
    end
  end
  return table.unpack(values, 1, #method.types)
end

-- Carries out one message; returns what the handler does, behind a 0.
local function handle(interface, options, info, badge)
  local method = interface.methods[seL4.MessageInfo_get_label(info) - rpc.FIRST_LABEL]
  if not method then
    error("this method is not known here", 0)
  end
  local handler = options.handlers[method.name]
  if not handler then
    error("this method is not carried out here", 0)
  end
  return table.pack(0, handler(badge, arguments_of(method, options, info, badge)))
end

-- The message info of an error; its value travels, too, if it can.
local function failure(err)
  local text = tostring(err):sub(1, ERROR_TEXT_MAX)
  if type(err) == "table" and not getmetatable(err) then
    local is_sent, info = pcall(wire.write, rpc.FAILED, { n = 2, err.message or text, err })
    if is_sent then
      return info
    end
  end
  return wire.write(rpc.FAILED, { n = 1, text })
end

-- The message info of results, which stand behind a 0: the place for which of them is a capability.
local function success(results, window)
  local cap
  for i = 2, results.n do
    if type(results[i]) == "table" and getmetatable(results[i]) == SentCap then
      cap, results[1], results[i] = results[i].cap, i - 1, false
    end
  end
  return wire.write(rpc.DONE, results, window, cap)
end

--- Carries out one received message: for programs with a loop of their own. The answer's message
--- info, its words in place; and whether the handler has returned server.STOP. Interface and
--- options are those of serve. What has come into the receive slot and was not moved away is
--- deleted.
function server.answer(interface, options, info, badge)
  local has_succeeded, results = pcall(handle, interface, options, info, badge)
  if options.receive_slot and seL4.MessageInfo_get_extraCaps(info) > 0 then
    seL4.CNode_Delete(options.receive_root or seL4.CapInitThreadCNode, options.receive_slot,
      seL4.WordBits)
  end
  if not has_succeeded then
    return failure(results), false
  elseif results[2] == server.STOP then
    return success({ n = 1, 0 }), true
  end
  local is_sent, message = pcall(success, results, window_of(options, badge))
  return is_sent and message or failure(message), false
end

--- Sends an answer without waiting for the next call. MCS: through `reply`.
function server.reply(reply, info)
  if reply then
    seL4.Send(reply, info)
  else
    seL4.Reply(info)
  end
end

-- Waits for the first call; who waits for `ready` is signalled at the same time.
local function first_call(options, endpoint, reply)
  if not options.ready then
    return seL4.Recv(endpoint, reply)
  elseif reply then
    return seL4.NBSendRecv(rpc.cptr(options.ready), seL4.MessageInfo_new(0, 0, 0, 0), endpoint,
      reply)
  end
  seL4.Signal(rpc.cptr(options.ready))
  return seL4.Recv(endpoint)
end

--- Answers calls until a handler returns server.STOP. Options:
---   endpoint       to receive from; capabilities are objects or CPtrs
---   reply          MCS: a reply object
---   handlers       { method = function(badge, arguments...) return results... end }; an error that
---                  one raises is raised at the client
---   window         as for rpc.client; windows = { [badge] = window } gives each client its own
---   receive_slot   empty slot for capabilities in arguments: a handler that wants to keep one
---                  moves it away, else it is deleted
---   receive_root   CPtr of the CNode with that slot; the caller's root CNode if left out
---   on_signal      function(badge) for signals of a notification that is bound to the thread, with
---                  server.SIGNAL in its badge
---   ready          notification that is signalled when the server waits for its first call
function server.serve(interface, options)
  local endpoint, reply = rpc.cptr(options.endpoint), rpc.cptr(options.reply)
  local slot, root = options.receive_slot, options.receive_root
  rpc.set_receive_slot(slot, root)
  local info, badge = first_call(options, endpoint, reply)
  while true do
    if options.on_signal and badge & server.SIGNAL ~= 0 then
      options.on_signal(badge)
      rpc.set_receive_slot(slot, root)
      info, badge = seL4.Recv(endpoint, reply)
    else
      local answer, is_last = server.answer(interface, options, info, badge)
      if is_last then
        return server.reply(reply, answer)
      end
      rpc.set_receive_slot(slot, root)
      info, badge = seL4.ReplyRecv(endpoint, answer, reply)
    end
  end
end

return server
