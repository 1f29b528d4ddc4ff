-- SPDX-License-Identifier: MIT
--- Notifications: signals, waits, binding to threads. behaviours/notification.lua lists what is
--- shown.

local seL4 = require "seL4"
local messages = require "lib.messages"
local suite = require "lib.conformance"
local test, is, done = suite.test, suite.is, suite.done
local info, log, server, faulty = messages.info, messages.log, messages.server, messages.faulty

local ROOT, DEPTH, ALL, SELF = seL4.CapInitThreadCNode, seL4.WordBits, seL4.AllRights,
  seL4.CapInitThreadTCB

-- The word that a Wait gives: on MCS it is the second result.
local function wait(notification)
  return (select(suite.is_mcs and 2 or 1, seL4.Wait(notification)))
end

local function poll(notification)
  return (select(2, seL4.Poll(notification)))
end

-- A notification and capabilities to it with these badges.
local function badged(m, ...)
  local notification, caps = m:object(seL4.NotificationObject), {}
  for i, badge in ipairs { ... } do
    caps[i] = m:copy(notification, ALL, badge)
  end
  return notification, table.unpack(caps)
end

-- --- signals -------------------------------------------------------------------------------------

test({ "notification: badges of signals gather until somebody takes them" }, "Poll and Wait",
  function(m)
    local notification, one, six = badged(m, 1, 6)
    is(poll(notification), 0, "before")
    for _, taker in ipairs { poll, wait } do
      seL4.Signal(one)
      seL4.Signal(six)
      seL4.Signal(one)
      is(taker(notification), 7, "the word")
      is(poll(notification), 0, "afterwards")
    end
  end)

test({ "notification: badges of signals gather until somebody takes them" },
  "all 64 bits; Send and NBSend signal as well", function(m)
    local notification, high, low = badged(m, math.mininteger, 1)
    seL4.Send(high, info(0, 7))
    seL4.NBSend(low, info())
    is(poll(notification), math.mininteger | 1, "the word")
  end)

test({ "notification: a signal without a badge wakes too, with the word 0" }, "one", function(m)
  local notification, got = m:object(seL4.NotificationObject), log()
  suite.thread(m, function()
    got(wait(notification))
  end)
  suite.rest()
  seL4.Signal(notification)
  suite.rest()
  is(tostring(got), "0", "the word")
  seL4.Signal(notification)
  is(wait(notification), 0, "a signal that was there")
end)

test({ "notification: each signal wakes one, in order, by priority on MCS" }, "five wait",
  function(m)
    local notification, one = badged(m, 1)
    local order = log()
    for i, priority in ipairs { 50, 90, 70, 90, 50 } do
      suite.thread(m, function()
        wait(notification)
        order(i)
      end, { priority = priority })
      suite.rest()
    end
    for _ = 1, 5 do
      seL4.Signal(one)
      suite.rest()
    end
    is(tostring(order), suite.is_mcs and "2 4 3 1 5" or "1 2 3 4 5", "the order")
    is(poll(notification), 0, "no signal is left")
  end)

test({ "notification: who is woken runs at once if its priority is higher" }, "all relations",
  function()
    for _, case in ipairs { { 50, 100, "w1 s1 w2 s2" }, { 100, 50, "w1 s1 s2 w2" },
      { 70, 70, "w1 s1 s2 w2" } } do
      suite.within(function(m)
        local notification, order = m:object(seL4.NotificationObject), log()
        suite.thread(m, function()
          order "w1"
          wait(notification)
          order "w2"
        end, { priority = case[2] })
        suite.rest()
        suite.thread(m, function()
          order "s1"
          seL4.Signal(notification)
          order "s2"
        end, { priority = case[1] })
        suite.rest()
        is(tostring(order), case[3], ("priorities %d and %d"):format(case[1], case[2]))
      end)
    end
  end)

-- --- rights --------------------------------------------------------------------------------------

test({ "notification: without the right to write a signal does nothing" }, "Signal", function(m)
  local notification = m:object(seL4.NotificationObject)
  seL4.Signal(m:copy(notification, seL4.CanRead, 5))
  is(poll(notification), 0, "the word")
end)

test({ "notification: without the right to read a wait is a fault in the receive phase" },
  "Wait and Poll", function(m)
    local notification = m:object(seL4.NotificationObject)
    local cap = m:copy(notification, seL4.CanWrite)
    for _, call in ipairs { seL4.Wait, seL4.Poll } do
      local fault = faulty(m, function()
        call(cap)
      end).next()
      is(fault.name, "CapFault", "the fault")
      is(fault.Addr, cap, "the capability's address")
      is(fault.InRecvPhase, 1, "in the receive phase")
    end
  end)

-- --- the end of a wait ---------------------------------------------------------------------------

test({ "notification: when it is destroyed those who wait have a fault" }, "two wait", function(m)
  local notification, waiters = m:object(seL4.NotificationObject), {}
  for i = 1, 2 do
    waiters[i] = faulty(m, function()
      wait(notification)
    end)
  end
  suite.rest()
  done(seL4.CNode_Delete(ROOT, notification, DEPTH))
  for i = 1, 2 do
    is(waiters[i].next().name, "CapFault", "the fault")
  end
end)

test({ "notification: a waiting thread that is destroyed or suspended leaves the queue" },
  "the first of two", function(m)
    for _, how in ipairs { "destroyed", "suspended" } do
      local notification, order, threads = m:object(seL4.NotificationObject), log(), {}
      for i = 1, 2 do
        threads[i] = suite.thread(m, function()
          wait(notification)
          order(i)
        end)
        suite.rest()
      end
      if how == "destroyed" then
        done(seL4.CNode_Delete(ROOT, threads[1].tcb, DEPTH))
      else
        done(seL4.TCB_Suspend(threads[1].tcb))
      end
      seL4.Signal(notification)
      suite.rest()
      is(tostring(order), "2", how .. ": who was woken")
      if how == "suspended" then
        done(seL4.TCB_Resume(threads[1].tcb))
        seL4.Signal(notification)
        suite.rest()
        is(tostring(order), "2 1", "resumed, it waits again")
      end
    end
  end)

-- --- binding -------------------------------------------------------------------------------------

test({ "notification: bound to a thread, a signal reaches it where it waits for messages",
  "TCB_BindNotification" }, "it waits on an endpoint", function(m)
    local notification, eight = badged(m, 8)
    local endpoint, s, order = m:object(seL4.EndpointObject), server(m), log()
    local receiver = suite.thread(m, function()
      for _ = 1, 2 do
        local message, badge = s.recv(endpoint)
        order(("%d:%d:%d"):format(badge, seL4.MessageInfo_get_label(message),
          seL4.MessageInfo_get_length(message)))
      end
    end)
    done(seL4.TCB_BindNotification(receiver.tcb, notification))
    suite.rest()
    seL4.Signal(eight)
    suite.rest()
    seL4.NBSend(m:copy(endpoint, ALL, 3), info(1, 4))
    suite.rest()
    is(tostring(order), "8:0:0 3:4:1", "a signal, a message")
    done(seL4.TCB_UnbindNotification(receiver.tcb))
    is(poll(notification), 0, "the signal has been taken")
  end)

test({ "notification: a signal that is there goes before messages that are" },
  "Recv, NBRecv and ReplyRecv", function(m)
    local notification, eight = badged(m, 8)
    local endpoint, s = m:object(seL4.EndpointObject), server(m)
    local five = m:copy(endpoint, ALL, 5)
    done(seL4.TCB_BindNotification(SELF, notification))
    for _, receive in ipairs { s.recv, s.nbrecv, function(src)
      return s.reply_recv(src, info())
    end } do
      suite.thread(m, function()
        seL4.Send(five, info())
      end)
      suite.rest()
      seL4.Signal(eight)
      is(select(2, receive(endpoint)), 8, "first")
      is(select(2, receive(endpoint)), 5, "then")
    end
    done(seL4.TCB_UnbindNotification(SELF))
  end)

test({ "notification: bound, it keeps a signal while its thread does something else" },
  "a sender, one that runs", function(m)
    local notification, eight = badged(m, 8)
    local endpoint, s, got = m:object(seL4.EndpointObject), server(m), log()
    local sender = suite.thread(m, function()
      seL4.Send(endpoint, info(0, 1))
      got(select(2, s.nbrecv(endpoint)))
    end)
    done(seL4.TCB_BindNotification(sender.tcb, notification))
    suite.rest()
    seL4.Signal(eight)
    suite.rest()
    is(tostring(got), "", "the sender waits on")
    server(m).recv(endpoint)
    suite.rest()
    is(tostring(got), "8", "and takes the signal when it receives")
  end)

test({ "notification: bound, only its own thread may wait on it" }, "another one", function(m)
  local notification, eight = badged(m, 8)
  local got = log()
  local owner = suite.thread(m, function()
    got(wait(notification))
  end, { stopped = true })
  done(seL4.TCB_BindNotification(owner.tcb, notification))
  local fault = faulty(m, function()
    wait(notification)
  end).next()
  is(fault.name, "CapFault", "another thread's wait")
  is(fault.InRecvPhase, 1, "in the receive phase")
  owner:start()
  suite.rest()
  seL4.Signal(eight)
  suite.rest()
  is(tostring(got), "8", "its own thread's wait")
end)

test({ "notification: unbound, a signal does not reach the thread any more",
  "TCB_UnbindNotification" }, "unbound, destroyed", function(m)
    local endpoint, s, got = m:object(seL4.EndpointObject), server(m), log()
    local receiver = suite.thread(m, function()
      while true do
        got(select(2, s.recv(endpoint)))
      end
    end)
    suite.rest()
    local notification, eight = badged(m, 8)
    done(seL4.TCB_BindNotification(receiver.tcb, notification))
    done(seL4.TCB_UnbindNotification(receiver.tcb))
    seL4.Signal(eight)
    suite.rest()
    is(tostring(got), "", "after unbinding")
    is(poll(notification), 8, "the signal is kept")
    done(seL4.TCB_BindNotification(receiver.tcb, notification))
    done(seL4.CNode_Revoke(ROOT, notification, DEPTH))
    done(seL4.CNode_Delete(ROOT, notification, DEPTH))
    done(seL4.TCB_BindNotification(receiver.tcb, (badged(m))))
    seL4.NBSend(m:copy(endpoint, ALL, 2), info())
    suite.rest()
    is(tostring(got), "2", "after the notification was destroyed, another can be bound")
  end)

test({ "notification: when its thread is destroyed it can be bound to another" }, "two threads",
  function(m)
    local notification, first = m:object(seL4.NotificationObject), m:object(seL4.TCBObject)
    local second = m:object(seL4.TCBObject)
    done(seL4.TCB_BindNotification(first, notification))
    suite.refused(seL4.TCB_BindNotification(second, notification), "IllegalOperation")
    done(seL4.CNode_Delete(ROOT, first, DEPTH))
    done(seL4.TCB_BindNotification(second, notification))
  end)

suite.finish()
