-- SPDX-License-Identifier: MIT
--- Receiving and answering on either configuration: with reply objects where there are any.
---
---   local server = messages.server(m)
---   local info, badge = server.recv(endpoint)
---   server.answer(messages.info(3))

local seL4 = require "seL4"
local suite = require "lib.conformance"

local messages = {}

--- A message info of so many words, with a label and a number of capabilities, 0 if left out.
function messages.info(length, label, caps)
  return seL4.MessageInfo_new(label or 0, 0, caps or 0, length or 0)
end

--- Calls that receive, with a reply object made by m on MCS: .reply, nil on classic.
function messages.server(m)
  if not suite.is_mcs then
    return { recv = seL4.Recv, nbrecv = seL4.NBRecv, reply_recv = seL4.ReplyRecv,
      answer = seL4.Reply }
  end
  local reply = m:object(seL4.ReplyObject)
  return {
    reply = reply,
    recv = function(src) return seL4.Recv(src, reply) end,
    nbrecv = function(src) return seL4.NBRecv(src, reply) end,
    reply_recv = function(src, info) return seL4.ReplyRecv(src, info, reply) end,
    answer = function(info) seL4.Send(reply, info) end,
  }
end

--- Puts words first, first + 1, ... into the message.
function messages.write(first, count)
  for i = 0, count - 1 do
    seL4.SetMR(i, first + i)
  end
end

--- Fails unless the message is of so many words first, first + 1, ...
function messages.expect(info, first, count)
  suite.is(seL4.MessageInfo_get_length(info), count, "the message's length")
  for i = 0, count - 1 do
    suite.is(seL4.GetMR(i), first + i, "word " .. i)
  end
end

--- A list that threads put what happens into: log("text"); tostring gives "text text".
function messages.log()
  return setmetatable({}, {
    __call = function(self, text)
      self[#self + 1] = text
    end,
    __tostring = function(self)
      return table.concat(self, " ")
    end,
  })
end

--- Starts a thread whose faults the root task receives: { tcb =, endpoint =, next =, answer = }.
--- next() gives its next fault as seL4.getFault has it, or nil if there is none; answer(info)
--- answers it. `options` are suite.thread's.
function messages.faulty(m, fn, options)
  local endpoint, server = m:object(seL4.EndpointObject), messages.server(m)
  local settings = { fault_endpoint = m:copy(endpoint, seL4.AllRights, 0xfa) }
  for key, value in pairs(options or {}) do
    settings[key] = value
  end
  local made = suite.thread(m, fn, settings)
  return {
    tcb = made.tcb, context = made.context, endpoint = endpoint, answer = server.answer,
    start = function() made:start() end,
    next = function()
      suite.rest()
      local message, badge = server.nbrecv(endpoint)
      if badge == 0 then
        return nil
      end
      suite.is(badge, 0xfa, "the badge of a fault")
      return seL4.getFault(message)
    end,
  }
end

return messages
