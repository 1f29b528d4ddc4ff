-- SPDX-License-Identifier: MIT
--- Messages: what arrives, who runs next, who is served first. behaviours/ipc.lua lists what is
--- shown; ipc_caps.lua has capabilities in messages, ipc_cancel.lua what ends a wait.

local seL4 = require "seL4"
local messages = require "lib.messages"
local suite = require "lib.conformance"
local test, is, done = suite.test, suite.is, suite.done
local info, log, server = messages.info, messages.log, messages.server

local ALL, LONGEST = seL4.AllRights, 120
local ROOT, DEPTH = seL4.CapInitThreadCNode, seL4.WordBits

local function endpoint_of(m)
  return m:object(seL4.EndpointObject)
end

-- --- what arrives --------------------------------------------------------------------------------

-- Sends messages of each length by send(endpoint, info), and looks at what the thread receives.
local function each_length(m, receiver_first, send)
  local endpoint, s, got = endpoint_of(m), server(m), -1
  suite.thread(m, function()
    while true do
      local message = s.recv(endpoint)
      got = seL4.MessageInfo_get_length(message)
      messages.expect(message, 1000 * got, got)
      s.answer(info())
    end
  end, { priority = receiver_first and 254 or 100 })
  if receiver_first then
    suite.rest()
  end
  for length = 0, LONGEST do
    messages.write(1000 * length, length)
    send(endpoint, info(length))
    suite.rest()
    is(got, length, "the length that arrived")
  end
end

test({ "ipc: a message of each length from 0 to 120 words arrives whole", "Call" },
  "to a waiting receiver, by Call", function(m)
    each_length(m, true, seL4.Call)
  end)

test({ "ipc: a message of each length from 0 to 120 words arrives whole", "Send" },
  "to a waiting receiver, by Send", function(m)
    each_length(m, true, seL4.Send)
  end)

test({ "ipc: a message of each length from 0 to 120 words arrives whole", "NBSend" },
  "to a waiting receiver, by NBSend", function(m)
    each_length(m, true, seL4.NBSend)
  end)

test({ "ipc: a message of each length from 0 to 120 words arrives whole", "Recv" },
  "from a waiting sender", function(m)
    local endpoint, s = endpoint_of(m), server(m)
    suite.thread(m, function()
      for length = 0, LONGEST do
        messages.write(length, length)
        seL4.Send(endpoint, info(length))
      end
    end)
    suite.rest()
    for length = 0, LONGEST do
      messages.expect(s.recv(endpoint), length, length)
      suite.rest()
    end
  end)

test({ "ipc: a message of each length from 0 to 120 words arrives whole", "ReplyRecv" },
  "an answer", function(m)
    local endpoint, s = endpoint_of(m), server(m)
    suite.thread(m, function()
      local message = s.recv(endpoint)
      while true do
        local length = seL4.GetMR(0)
        messages.write(7 * length, length)
        message = s.reply_recv(endpoint, info(length, seL4.MessageInfo_get_label(message)))
      end
    end)
    suite.rest()
    for length = 0, LONGEST do
      seL4.SetMR(0, length)
      local answer = seL4.Call(endpoint, info(1, length))
      is(seL4.MessageInfo_get_label(answer), length, "the label")
      messages.expect(answer, 7 * length, length)
    end
  end)

test({ "ipc: a length beyond 120 counts as 120" }, "121 to 127", function(m)
  local endpoint, s = endpoint_of(m), server(m)
  for length = LONGEST + 1, 127 do
    suite.thread(m, function()
      messages.write(length, LONGEST)
      seL4.Send(endpoint, info(length))
    end)
    suite.rest()
    messages.expect(s.recv(endpoint), length, LONGEST)
  end
end)

test({ "ipc: label and badge arrive, of which the kernel knows nothing" }, "extreme values",
  function(m)
    local endpoint, s = endpoint_of(m), server(m)
    for _, badge in ipairs { 0, 1, -1 } do
      local sender = badge == 0 and endpoint or m:copy(endpoint, ALL, badge)
      for _, label in ipairs { 0, 1, (1 << 52) - 1 } do
        suite.thread(m, function()
          seL4.Send(sender, info(0, label))
        end)
        suite.rest()
        local message, got = s.recv(endpoint)
        is(seL4.MessageInfo_get_label(message), label, "the label")
        is(got, badge, "the badge")
      end
    end
  end)

-- A thread whose TCB has no IPC buffer.
local function bare_thread(m, fn)
  local made = suite.thread(m, fn, { stopped = true })
  done(seL4.TCB_SetIPCBuffer(made.tcb, 0, ROOT))
  made:start()
  suite.rest()
end

test({ "ipc: without an IPC buffer four words pass, and no capabilities" }, "the sender has none",
  function(m)
    local endpoint, s = endpoint_of(m), server(m)
    seL4.SetCapReceivePath(ROOT, m:slot(), DEPTH)
    bare_thread(m, function()
      seL4.SendWithMRs(endpoint, info(20, 0, 1), 50, 51, 52, 53)
    end)
    local message = s.recv(endpoint)
    messages.expect(message, 50, 4)
    is(seL4.MessageInfo_get_extraCaps(message), 0, "capabilities")
  end)

test({ "ipc: without an IPC buffer four words pass, and no capabilities" }, "the receiver has none",
  function(m)
    local endpoint, s, got, words = endpoint_of(m), server(m), nil, nil
    bare_thread(m, function()
      got = s.recv(endpoint)
      words = { select(3, seL4.NBRecvWithMRs(endpoint, s.reply)) }
    end)
    seL4.SetCap(0, endpoint)
    messages.write(50, 20)
    seL4.NBSend(endpoint, info(20, 0, 1))
    suite.rest()
    is(seL4.MessageInfo_get_length(got), 4, "the length")
    is(seL4.MessageInfo_get_extraCaps(got), 0, "capabilities")
    is(#words, 4, "words of a call that received nothing")
  end)

-- --- who runs next -------------------------------------------------------------------------------

-- Two threads, of which the first one runs first if they are equals: who is resumed last does. Each
-- is { priority, function }.
local function run_pair(m, first, second)
  suite.thread(m, second[2], { priority = second[1] })
  suite.thread(m, first[2], { priority = first[1] })
  suite.rest()
end

-- Priorities of sender and receiver, who is started first, and the order that follows.
local SENDING = {
  { 100, 50, "s1 r1 s2 r2" }, { 50, 100, "r1 s1 r2 s2" },
  { 70, 70, "s1 r1 r2 s2" }, { 70, 70, "r1 s1 s2 r2", receiver_first = true },
  { 100, 50, "s1 r1 s2 r2", receiver_first = true }, { 50, 100, "r1 s1 r2 s2" },
}
local CALLING = {
  { 100, 50, "s1 r1 r2 s2 r3" }, { 50, 100, "r1 s1 r2 r3 s2" },
  { 70, 70, "s1 r1 r2 r3 s2" }, { 70, 70, "r1 s1 r2 r3 s2", receiver_first = true },
}

local function pair_in_order(m, case, sender, receiver)
  local s, r = { case[1], sender }, { case[2], receiver }
  if case.receiver_first then
    s, r = r, s
  end
  run_pair(m, s, r)
end

test({ "ipc: after Send the one of higher priority runs, of equals the one that made the call" },
  "all relations of priority", function()
    for _, case in ipairs(SENDING) do
      suite.within(function(m)
        local endpoint, order, s = endpoint_of(m), log(), server(m)
        pair_in_order(m, case, function()
          order "s1"
          seL4.Send(endpoint, info())
          order "s2"
        end, function()
          order "r1"
          s.recv(endpoint)
          order "r2"
        end)
        is(tostring(order), case[3], ("priorities %d and %d"):format(case[1], case[2]))
      end)
    end
  end)

test({ "ipc: a caller waits for the answer, whatever its priority" }, "all relations of priority",
  function()
    for _, case in ipairs(CALLING) do
      suite.within(function(m)
        local endpoint, order, s = endpoint_of(m), log(), server(m)
        pair_in_order(m, case, function()
          order "s1"
          seL4.Call(endpoint, info())
          order "s2"
        end, function()
          order "r1"
          s.recv(endpoint)
          order "r2"
          s.answer(info())
          order "r3"
        end)
        is(tostring(order), case[3], ("priorities %d and %d"):format(case[1], case[2]))
      end)
    end
  end)

-- --- who is served first -------------------------------------------------------------------------

-- Threads of these priorities wait in this order; what the others then see.
local WAITING = { 50, 90, 70, 90, 50 }

test({ "ipc: waiting senders are served in order, by priority on MCS", "Recv" }, "five senders",
  function(m)
    local endpoint, s, order = endpoint_of(m), server(m), log()
    for i, priority in ipairs(WAITING) do
      suite.thread(m, function()
        seL4.Send(endpoint, info(0, i))
      end, { priority = priority })
      suite.rest()
    end
    for _ = 1, #WAITING do
      order(seL4.MessageInfo_get_label((s.recv(endpoint))))
    end
    is(tostring(order), suite.is_mcs and "2 4 3 1 5" or "1 2 3 4 5", "the order")
  end)

test({ "ipc: waiting receivers are served in order, by priority on MCS", "Send" },
  "five receivers", function(m)
    local endpoint, order = endpoint_of(m), log()
    for i, priority in ipairs(WAITING) do
      local s = server(m)
      suite.thread(m, function()
        s.recv(endpoint)
        order(i)
      end, { priority = priority })
      suite.rest()
    end
    for _ = 1, #WAITING do
      seL4.Send(endpoint, info())
      suite.rest()
    end
    is(tostring(order), suite.is_mcs and "2 4 3 1 5" or "1 2 3 4 5", "the order")
  end)

-- --- calls that do not wait ----------------------------------------------------------------------

test({ "ipc: NBSend to an endpoint where nobody waits is dropped", "NBSend" }, "nobody, a sender",
  function(m)
    local endpoint, s = endpoint_of(m), server(m)
    seL4.NBSend(endpoint, info(0, 1))
    suite.thread(m, function()
      seL4.Send(endpoint, info(0, 2))
    end)
    suite.rest()
    seL4.NBSend(endpoint, info(0, 3))
    is(seL4.MessageInfo_get_label((s.recv(endpoint))), 2, "the one message")
    local _, badge = s.nbrecv(endpoint)
    is(badge, 0, "the badge of none")
  end)

test({ "ipc: NBRecv takes a waiting sender's message, else it gives badge 0", "NBRecv" },
  "nobody, a sender, a receiver", function(m)
    local endpoint, s = endpoint_of(m), server(m)
    local badged = m:copy(endpoint, ALL, 9)
    local _, badge = s.nbrecv(endpoint)
    is(badge, 0, "nobody")
    suite.thread(m, function()
      seL4.SetMR(0, 77)
      seL4.Send(badged, info(1))
    end)
    suite.rest()
    local message
    message, badge = s.nbrecv(endpoint)
    is(badge, 9, "a sender")
    messages.expect(message, 77, 1)
    local other = server(m)
    suite.thread(m, function()
      other.recv(endpoint)
    end)
    suite.rest()
    _, badge = s.nbrecv(endpoint)
    is(badge, 0, "another receiver waits")
  end)

-- --- rights --------------------------------------------------------------------------------------

test({ "ipc: without the right to write Send does nothing, and Call answers InvalidCapability" },
  "a capability to read", function(m)
    local endpoint, s, got = endpoint_of(m), server(m), 0
    local reader = m:copy(endpoint, seL4.CapRights_new(true, true, true, false))
    suite.thread(m, function()
      s.recv(endpoint)
      got = got + 1
    end)
    suite.rest()
    seL4.Send(reader, info())
    seL4.NBSend(reader, info())
    local answer = seL4.Call(reader, info())
    is(seL4.MessageInfo_get_label(answer), seL4.InvalidCapability, "the answer")
    is(seL4.GetMR(0), 0, "its word: the invoked capability")
    suite.rest()
    is(got, 0, "messages that arrived")
  end)

test({ "ipc: to call the caller needs the right to grant, or to grant replies" },
  "four combinations", function(m)
    for _, case in ipairs {
      { false, false, false }, { false, true, true }, { true, false, true }, { true, true, true } }
    do
      local endpoint, s, came_back = endpoint_of(m), server(m), false
      local cap = m:copy(endpoint, seL4.CapRights_new(case[1], case[2], false, true))
      local caller = suite.thread(m, function()
        seL4.Call(cap, info(0, 5))
        came_back = true
      end)
      suite.rest()
      is(seL4.MessageInfo_get_label((s.recv(endpoint))), 5, "the message arrives")
      s.answer(info())
      suite.rest()
      is(came_back, case[3], "whether the caller goes on")
      done(seL4.TCB_Suspend(caller.tcb))
    end
  end)

-- --- answers -------------------------------------------------------------------------------------

test({ "ipc: a caller is answered once" }, "a second answer", function(m)
  local endpoint, s, answers = endpoint_of(m), server(m), 0
  suite.thread(m, function()
    for _ = 1, 2 do
      seL4.Call(endpoint, info())
      answers = answers + 1
    end
  end)
  suite.rest()
  s.recv(endpoint)
  s.answer(info())
  suite.rest()
  s.answer(info())
  suite.rest()
  is(answers, 1, "answers")
end)

test({ "ipc: ReplyRecv without a caller only receives", "ReplyRecv" }, "nobody to answer",
  function(m)
    local endpoint, s = endpoint_of(m), server(m)
    suite.thread(m, function()
      seL4.Send(endpoint, info(0, 3))
    end)
    suite.rest()
    is(seL4.MessageInfo_get_label((s.reply_recv(endpoint, info(0, 9)))), 3, "the message")
  end)

test({ "ipc: clients of a server are answered one after the other" }, "three clients", function(m)
  local endpoint, s, order = endpoint_of(m), server(m), log()
  suite.thread(m, function()
    local _, badge = s.recv(endpoint)
    while true do
      seL4.SetMR(0, badge * 10)
      _, badge = s.reply_recv(endpoint, info(1))
    end
  end, { priority = 60 })
  for client = 3, 1, -1 do
    local badged = m:copy(endpoint, ALL, client)
    suite.thread(m, function()
      for _ = 1, 2 do
        seL4.Call(badged, info())
        order(("%d:%d"):format(client, seL4.GetMR(0)))
      end
    end, { priority = 50 })
  end
  suite.rest()
  is(tostring(order), "1:10 1:10 2:20 2:20 3:30 3:30", "who was answered")
end)

if not suite.is_mcs then
  test({ "ipc: Reply answers the last caller, and nobody if there is none", "Reply" },
    "two callers, one after the other", function(m)
      local endpoint, s, answered = endpoint_of(m), server(m), log()
      seL4.Reply(info())
      for i = 1, 2 do
        suite.thread(m, function()
          seL4.Call(endpoint, info())
          answered(i)
        end)
        suite.rest()
      end
      s.recv(endpoint)
      s.recv(endpoint) -- the first one's reply capability is gone, and it waits for ever
      seL4.Reply(info())
      seL4.Reply(info())
      suite.rest()
      is(tostring(answered), "2", "who was answered")
    end)
end

test({ "ipc: Yield lets threads of equal priority run, and no others", "Yield" },
  "two equals, a lower one", function(m)
    local order = log()
    for _, case in ipairs { { "b", 100 }, { "a", 100 }, { "lower", 99 } } do
      suite.thread(m, function()
        order(case[1])
        seL4.Yield()
        order(case[1])
      end, { priority = case[2] })
    end
    suite.rest()
    is(tostring(order), "a b a b lower lower", "the order")
  end)

suite.finish()
