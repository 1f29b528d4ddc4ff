-- SPDX-License-Identifier: MIT
--- What ends a wait for a message: deletion, suspension, CancelBadgedSends.
--- behaviours/ipc_cancel.lua lists what is shown.

local seL4 = require "seL4"
local messages = require "lib.messages"
local suite = require "lib.conformance"
local test, is, done = suite.test, suite.is, suite.done
local info, log, server, faulty = messages.info, messages.log, messages.server, messages.faulty

local ROOT, DEPTH, ALL = seL4.CapInitThreadCNode, seL4.WordBits, seL4.AllRights

local function label_of(message)
  return seL4.MessageInfo_get_label(message)
end

-- --- the endpoint goes ---------------------------------------------------------------------------

test({ "ipc_cancel: when its endpoint is destroyed a sender's call is made again, in vain" },
  "Send, Call", function(m)
    local endpoint, order = m:object(seL4.EndpointObject), log()
    suite.thread(m, function()
      seL4.Send(endpoint, info())
      order "sent"
    end)
    suite.rest()
    suite.thread(m, function()
      local answer = seL4.Call(endpoint, info())
      order(label_of(answer) == seL4.InvalidCapability and "refused" or "answered")
    end)
    suite.rest()
    is(tostring(order), "", "while the endpoint is there")
    done(seL4.CNode_Delete(ROOT, endpoint, DEPTH))
    suite.rest()
    is(#order, 2, "threads that go on")
    is(tostring(order):find "sent" ~= nil and tostring(order):find "refused" ~= nil, true, "how")
  end)

test({ "ipc_cancel: when its endpoint is destroyed a receiver has a fault" }, "Recv", function(m)
  local endpoint, s = m:object(seL4.EndpointObject), server(m)
  local receiver = faulty(m, function()
    s.recv(endpoint)
  end)
  is(receiver.next(), nil, "while the endpoint is there")
  done(seL4.CNode_Delete(ROOT, endpoint, DEPTH))
  local fault = receiver.next()
  is(fault.name, "CapFault", "the fault")
  is(fault.Addr, endpoint, "the capability's address")
  is(fault.InRecvPhase, 1, "in the receive phase")
end)

test({ "ipc_cancel: while a thread waits the endpoint's capabilities can be moved and deleted" },
  "move, delete a copy", function(m)
    local endpoint, s = m:object(seL4.EndpointObject), server(m)
    local copy, moved = m:copy(endpoint), m:slot()
    suite.thread(m, function()
      seL4.Send(copy, info(0, 3))
    end)
    suite.rest()
    done(seL4.CNode_Delete(ROOT, copy, DEPTH))
    done(seL4.CNode_Move(ROOT, moved, DEPTH, ROOT, endpoint, DEPTH))
    is(label_of((s.recv(moved))), 3, "the message")
  end)

-- --- the thread goes -----------------------------------------------------------------------------

test({ "ipc_cancel: a waiting thread that is destroyed or suspended leaves the queue" },
  "the middle one of three senders", function(m)
    for _, how in ipairs { "destroyed", "suspended" } do
      local endpoint, s, threads = m:object(seL4.EndpointObject), server(m), {}
      for i = 1, 3 do
        threads[i] = suite.thread(m, function()
          seL4.Send(endpoint, info(0, i))
        end)
        suite.rest()
      end
      if how == "destroyed" then
        done(seL4.CNode_Delete(ROOT, threads[2].tcb, DEPTH))
      else
        done(seL4.TCB_Suspend(threads[2].tcb))
      end
      is(label_of((s.recv(endpoint))), 1, how .. ": the first")
      is(label_of((s.recv(endpoint))), 3, how .. ": the next")
      local _, badge = s.nbrecv(endpoint)
      is(badge, 0, how .. ": nobody else")
    end
  end)

test({ "ipc_cancel: a thread that is resumed makes its call again" }, "Send", function(m)
  local endpoint, s = m:object(seL4.EndpointObject), server(m)
  local sender = suite.thread(m, function()
    seL4.Send(endpoint, info(0, 5))
  end)
  suite.rest()
  done(seL4.TCB_Suspend(sender.tcb))
  done(seL4.TCB_Resume(sender.tcb))
  suite.rest()
  is(label_of((s.nbrecv(endpoint))), 5, "the message")
  suite.rest()
  is(label_of((s.nbrecv(endpoint))), 0, "no second one")
end)

test({ "ipc_cancel: a thread that is resumed makes its call again" },
  "Recv, without having been suspended", function(m)
    local endpoint, s, got = m:object(seL4.EndpointObject), server(m), log()
    local receiver = suite.thread(m, function()
      got(label_of((s.recv(endpoint))))
    end)
    suite.rest()
    done(seL4.TCB_Resume(receiver.tcb))
    suite.rest()
    seL4.NBSend(endpoint, info(0, 6))
    suite.rest()
    is(tostring(got), "6", "what it received")
  end)

test({ "ipc_cancel: a caller that is resumed while it waits for the answer calls again" }, "Call",
  function(m)
    local endpoint, s, answers = m:object(seL4.EndpointObject), server(m), log()
    local caller = suite.thread(m, function()
      answers(label_of(seL4.Call(endpoint, info(0, 7))))
    end)
    suite.rest()
    is(label_of((s.recv(endpoint))), 7, "the call")
    done(seL4.TCB_Resume(caller.tcb))
    suite.rest()
    s.answer(info(0, 1)) -- to nobody
    suite.rest()
    is(tostring(answers), "", "what an answer to the first call does")
    is(label_of((s.recv(endpoint))), 7, "the call again")
    s.answer(info(0, 2))
    suite.rest()
    is(tostring(answers), "2", "the answer to the second")
  end)

-- --- the answer goes -----------------------------------------------------------------------------

if suite.is_mcs then
  test({ "ipc_cancel: a caller whose reply object is destroyed stops; resumed, it calls again" },
    "a reply object", function(m)
      local endpoint, s, answers = m:object(seL4.EndpointObject), server(m), log()
      local caller = suite.thread(m, function()
        answers(label_of(seL4.Call(endpoint, info(0, 7))))
      end)
      suite.rest()
      is(label_of((s.recv(endpoint))), 7, "the call")
      done(seL4.CNode_Delete(ROOT, s.reply, DEPTH))
      suite.rest()
      is(tostring(answers), "", "answers")
      done(seL4.TCB_Resume(caller.tcb))
      suite.rest()
      is(label_of((server(m).nbrecv(endpoint))), 7, "the call again")
    end)
else
  test({ "ipc_cancel: a caller whose reply capability is deleted waits; resumed, it calls again" },
    "a saved one", function(m)
      local endpoint, answers, saved = m:object(seL4.EndpointObject), log(), m:slot()
      local caller = suite.thread(m, function()
        answers(label_of(seL4.Call(endpoint, info(0, 7))))
      end)
      suite.rest()
      is(label_of((seL4.Recv(endpoint))), 7, "the call")
      done(seL4.CNode_SaveCaller(ROOT, saved, DEPTH))
      done(seL4.CNode_Delete(ROOT, saved, DEPTH))
      suite.rest()
      is(tostring(answers), "", "answers")
      done(seL4.TCB_Resume(caller.tcb))
      suite.rest()
      is(label_of((seL4.NBRecv(endpoint))), 7, "the call again")
    end)

  test({ "ipc_cancel: a saved reply capability answers once, in any order" }, "two callers",
    function(m)
      local endpoint, answers, saved = m:object(seL4.EndpointObject), log(), { m:slot(), m:slot() }
      for i = 1, 2 do
        suite.thread(m, function()
          answers(("%d:%d"):format(i, label_of(seL4.Call(endpoint, info(0, i)))))
        end)
        suite.rest()
      end
      for i = 1, 2 do
        is(label_of((seL4.Recv(endpoint))), i, "the call")
        done(seL4.CNode_SaveCaller(ROOT, saved[i], DEPTH))
      end
      for _, i in ipairs { 2, 1, 1 } do
        seL4.Send(saved[i], info(0, 10 * i))
        suite.rest()
      end
      is(tostring(answers), "2:20 1:10", "who was answered")
      is(suite.type_of(saved[1]), 0, "the capability after use")
    end)
end

-- --- CancelBadgedSends ---------------------------------------------------------------------------

test({ "ipc_cancel: CancelBadgedSends takes out senders of a badge, who call again",
  "CNode_CancelBadgedSends" }, "their capabilities are still there", function(m)
    local endpoint, s, order = m:object(seL4.EndpointObject), server(m), log()
    local seven, nine = m:copy(endpoint, ALL, 7), m:copy(endpoint, ALL, 9)
    for i, cap in ipairs { seven, nine, seven, endpoint } do
      suite.thread(m, function()
        seL4.Send(cap, info(0, i))
      end)
      suite.rest()
    end
    done(seL4.CNode_CancelBadgedSends(ROOT, seven, DEPTH))
    suite.rest()
    for _ = 1, 4 do
      order(label_of((s.recv(endpoint))))
    end
    is(tostring(order):sub(1, 3), "2 4", "those who stayed come first")
    is(#order, 4, "all of them")
  end)

test({ "ipc_cancel: CancelBadgedSends takes out senders of a badge, who call again" },
  "their capabilities are gone", function(m)
    local endpoint, s, order = m:object(seL4.EndpointObject), server(m), log()
    local seven, nine = m:copy(endpoint, ALL, 7), m:copy(endpoint, ALL, 9)
    local theirs = m:slot()
    done(seL4.CNode_Copy(ROOT, theirs, DEPTH, ROOT, seven, DEPTH, ALL))
    for i, cap in ipairs { theirs, nine, theirs } do
      suite.thread(m, function()
        seL4.Send(cap, info(0, i))
        order(i)
      end)
      suite.rest()
    end
    done(seL4.CNode_Revoke(ROOT, seven, DEPTH))
    suite.rest()
    is(tostring(order), "", "after the revocation alone")
    done(seL4.CNode_CancelBadgedSends(ROOT, seven, DEPTH))
    suite.rest()
    is(#order, 2, "senders that go on")
    is(label_of((s.recv(endpoint))), 2, "who still waits")
    suite.rest()
    local _, badge = s.nbrecv(endpoint)
    is(badge, 0, "nobody else")
  end)

test({ "ipc_cancel: CancelBadgedSends does nothing to receivers" }, "one waits", function(m)
  local endpoint, s, got = m:object(seL4.EndpointObject), server(m), log()
  suite.thread(m, function()
    got(label_of((s.recv(endpoint))))
  end)
  suite.rest()
  done(seL4.CNode_CancelBadgedSends(ROOT, m:copy(endpoint, ALL, 7), DEPTH))
  seL4.NBSend(endpoint, info(0, 4))
  suite.rest()
  is(tostring(got), "4", "what it received")
end)

suite.finish()
