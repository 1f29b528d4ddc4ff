-- SPDX-License-Identifier: MIT
--- MCS: who runs with whose scheduling context, what a budget allows, and reply objects in chains.
--- behaviours/mcs.lua lists what is shown.

local clocks = require "lib.clock"
local seL4 = require "seL4"
local messages = require "lib.messages"
local suite = require "lib.conformance"
local test, is, done, refused = suite.test, suite.is, suite.done, suite.refused
local info, log, server = messages.info, messages.log, messages.server

local ROOT, DEPTH, ALL = seL4.CapInitThreadCNode, seL4.WordBits, seL4.AllRights

local function label_of(message)
  return seL4.MessageInfo_get_label(message)
end

-- A context with that budget and period in microseconds, nobody's.
local function new_context(m, budget, period, badge)
  local context = m:object(seL4.SchedContextObject, seL4.MinSchedContextBits)
  done(seL4.SchedControl_ConfigureFlags(m.info.schedcontrol.start, context, budget or 1000,
    period or budget or 1000, 0, badge or 0, 0))
  return context
end

-- A thread that has run until it waits, and then lost its context.
local function passive(m, fn, options)
  local thread = suite.thread(m, fn, options)
  suite.rest()
  done(seL4.SchedContext_Unbind(thread.context))
  return thread
end

-- A passive server that logs "NAME<" and "NAME>" around body(), and answers each call.
local function serve(m, order, name, endpoint, body, priority)
  local s = server(m)
  local thread = passive(m, function()
    s.recv(endpoint)
    while true do
      order(name .. "<")
      body()
      order(name .. ">")
      s.reply_recv(endpoint, info(0, 1))
    end
  end, { priority = priority or 150 })
  thread.reply = s.reply
  return thread
end

-- Computes for so many milliseconds of the clock.
local function compute(clock, milliseconds)
  local stop = clock.time() + milliseconds * clock.MS
  while clock.time() < stop do end -- luacheck: ignore
end

-- --- the calls -----------------------------------------------------------------------------------

test({ "NBSendRecv", "mcs: NBSendRecv sends, if somebody waits, and receives" },
  "somebody, nobody", function(m)
    local out, back, s, order = m:object(seL4.EndpointObject), m:object(seL4.EndpointObject),
      server(m), log()
    suite.thread(m, function()
      order(label_of((s.recv(out))))
      seL4.Send(back, info(0, 8))
    end)
    suite.rest()
    local own = server(m)
    is(label_of((seL4.NBSendRecv(out, info(0, 7), back, own.reply))), 8, "what it received")
    is(tostring(order), "7", "what it sent")
    suite.thread(m, function()
      seL4.Send(back, info(0, 9))
    end)
    is(label_of((seL4.NBSendRecv(out, info(0, 7), back, own.reply))), 9, "with nobody there")
  end)

test({ "NBSendWait", "mcs: NBSendWait sends, if somebody waits, and waits without a reply object" },
  "a signal comes back", function(m)
    local out, note = m:object(seL4.EndpointObject), m:object(seL4.NotificationObject)
    local badged, s, order = m:copy(note, ALL, 5), server(m), log()
    suite.thread(m, function()
      order(label_of((s.recv(out))))
      seL4.Signal(badged)
    end)
    suite.rest()
    is(select(2, seL4.NBSendWait(out, info(0, 7), note)), 5, "the badge")
    is(tostring(order), "7", "what it sent")
  end)

test({ "Wait", "NBWait", "mcs: Wait and NBWait take messages, whose callers nobody can answer" },
  "Send, Call, nobody", function(m)
    local endpoint, order = m:object(seL4.EndpointObject), log()
    is(select(2, seL4.NBWait(endpoint)), 0, "nobody")
    for i, call in ipairs { seL4.Send, seL4.Call, seL4.Send } do
      suite.thread(m, function()
        call(endpoint, info(0, i))
        order(i)
      end, { priority = 100 - i })
    end
    suite.rest()
    is(label_of((seL4.Wait(endpoint))), 1, "Send")
    is(label_of((seL4.NBWait(endpoint))), 2, "Call")
    is(label_of((seL4.Wait(endpoint))), 3, "Send again")
    suite.rest()
    is(tostring(order), "1 3", "who goes on")
  end)

-- --- donation ------------------------------------------------------------------------------------

test({ "mcs: a passive server runs with its caller's context, which comes back with the answer" },
  "two calls", function(m)
    local endpoint, order = m:object(seL4.EndpointObject), log()
    local s = serve(m, order, "s", endpoint, function() end)
    suite.thread(m, function()
      for i = 1, 2 do
        seL4.Call(endpoint, info())
        order(i)
      end
    end, { priority = 50 })
    suite.rest()
    is(tostring(order), "s< s> 1 s< s> 2", "the order")
    done(seL4.SchedContext_Bind(new_context(m), s.tcb)) -- it has none of its own still
  end)

test({ "mcs: a context passes through a chain of three passive servers and back" }, "each calls on",
  function(m)
    local order, endpoints = log(), {}
    for i = 1, 3 do
      endpoints[i] = m:object(seL4.EndpointObject)
    end
    for i = 1, 3 do
      serve(m, order, i, endpoints[i], function()
        if i < 3 then
          seL4.Call(endpoints[i + 1], info())
        end
      end, 100 + i)
    end
    suite.thread(m, function()
      seL4.Call(endpoints[1], info())
      order "client"
    end, { priority = 50 })
    suite.rest()
    is(tostring(order), "1< 2< 3< 3> 2> 1> client", "the order")
  end)

test({ "mcs: what a server uses is charged to its caller's context", "SchedContext_Consumed" },
  "3 ms of the client's", function(m)
    local clock, endpoint, order = clocks.open(m), m:object(seL4.EndpointObject), log()
    serve(m, order, "s", endpoint, function() compute(clock, 3) end)
    local client = suite.thread(m, function()
      seL4.Call(endpoint, info())
    end, { priority = 50, budget = 9000, period = 10000 })
    suite.rest()
    local err, used = seL4.SchedContext_Consumed(client.context)
    is(err, 0, "Consumed")
    is(used >= 3000 and used < 4000, true, ("it used %d us"):format(used))
    is(select(2, seL4.SchedContext_Consumed(client.context)), 0, "asked again")
  end)

test({ "mcs: Send gives no context: a passive receiver has the message, and waits for time",
  "SchedContext_Bind" }, "bound afterwards", function(m)
    local endpoint, order, s = m:object(seL4.EndpointObject), log(), server(m)
    local receiver = passive(m, function()
      order(label_of((s.recv(endpoint))))
    end)
    seL4.Send(endpoint, info(0, 4))
    suite.rest()
    is(tostring(order), "", "without a context")
    done(seL4.SchedContext_Bind(new_context(m), receiver.tcb))
    suite.rest()
    is(tostring(order), "4", "with one")
  end)

test({ "mcs: NBSendRecv gives its context to a passive receiver" }, "who then has it", function(m)
  local out, back, order, s = m:object(seL4.EndpointObject), m:object(seL4.EndpointObject), log(),
    server(m)
  passive(m, function()
    order(label_of((s.recv(out))))
    seL4.Wait(m:object(seL4.NotificationObject))
  end)
  local own = server(m)
  suite.thread(m, function()
    seL4.NBSendRecv(out, info(0, 6), back, own.reply)
    order "back"
  end, { priority = 50 })
  suite.rest()
  is(tostring(order), "6", "the receiver has run")
  seL4.NBSend(back, info())
  suite.rest()
  is(tostring(order), "6", "the sender has no context now")
end)

-- --- reply objects -------------------------------------------------------------------------------

test({ "mcs: a reply object that is destroyed in a chain leaves the context with the server" },
  "the client's, while two servers work", function(m)
    local order, first, second = log(), m:object(seL4.EndpointObject), m:object(seL4.EndpointObject)
    local go = m:object(seL4.NotificationObject)
    local s1 = serve(m, order, "1", first, function()
      seL4.Call(second, info())
    end, 101)
    serve(m, order, "2", second, function()
      seL4.Wait(go)
    end, 102)
    suite.thread(m, function()
      seL4.Call(first, info())
      order "client"
    end, { priority = 50 })
    suite.rest()
    is(tostring(order), "1< 2<", "both at work")
    done(seL4.CNode_Delete(ROOT, s1.reply, DEPTH))
    seL4.Signal(go)
    suite.rest()
    is(tostring(order), "1< 2< 2> 1>", "the first server had the context again")
  end)

test({ "mcs: a client that is suspended in a chain leaves its context with the server" },
  "while two servers work", function(m)
    local order, first, second = log(), m:object(seL4.EndpointObject), m:object(seL4.EndpointObject)
    local go = m:object(seL4.NotificationObject)
    serve(m, order, "1", first, function() seL4.Call(second, info()) end, 101)
    serve(m, order, "2", second, function() seL4.Wait(go) end, 102)
    local client = suite.thread(m, function()
      seL4.Call(first, info())
      order "client"
    end, { priority = 50 })
    suite.rest()
    done(seL4.TCB_Suspend(client.tcb))
    seL4.Signal(go)
    suite.rest()
    is(tostring(order), "1< 2< 2> 1>", "both servers end their work")
  end)

test({ "mcs: a reply object is used for one caller at a time" }, "received with twice", function(m)
  local endpoint, order, s = m:object(seL4.EndpointObject), log(), server(m)
  for i = 1, 2 do
    suite.thread(m, function()
      seL4.Call(endpoint, info(0, i))
      order(i)
    end)
    suite.rest()
  end
  is(label_of((s.recv(endpoint))), 1, "the first")
  is(label_of((s.recv(endpoint))), 2, "the second, whose caller takes the reply object over")
  s.answer(info())
  s.answer(info())
  suite.rest()
  is(tostring(order), "2", "who is answered")
end)

-- --- contexts ------------------------------------------------------------------------------------

test({ "mcs: a thread whose context goes stops, and goes on with another",
  "SchedContext_Unbind", "SchedContext_UnbindObject" }, "unbound, destroyed; it is ready",
  function(m)
    for _, how in ipairs { "Unbind", "UnbindObject", "destroyed" } do
      local go, rounds = m:object(seL4.NotificationObject), 0
      local thread = suite.thread(m, function()
        while true do
          seL4.Wait(go)
          rounds = rounds + 1
        end
      end)
      suite.rest()
      seL4.Signal(go) -- it is ready to run
      if how == "Unbind" then
        done(seL4.SchedContext_Unbind(thread.context))
      elseif how == "UnbindObject" then
        done(seL4.SchedContext_UnbindObject(thread.context, thread.tcb))
      else
        done(seL4.CNode_Delete(ROOT, thread.context, DEPTH))
      end
      suite.rest()
      is(rounds, 0, how .. ": without a context")
      done(seL4.SchedContext_Bind(new_context(m), thread.tcb))
      suite.rest()
      is(rounds, 1, how .. ": with another")
    end
  end)

test({ "mcs: a context that a server has borrowed can be taken away" }, "destroyed", function(m)
  local endpoint, order = m:object(seL4.EndpointObject), log()
  local go = m:object(seL4.NotificationObject)
  local s = serve(m, order, "s", endpoint, function() seL4.Wait(go) end)
  local client = suite.thread(m, function()
    seL4.Call(endpoint, info())
    order "client"
  end, { priority = 50 })
  suite.rest()
  done(seL4.CNode_Delete(ROOT, client.context, DEPTH))
  seL4.Signal(go)
  suite.rest()
  is(tostring(order), "s<", "without it")
  done(seL4.SchedContext_Bind(new_context(m), s.tcb))
  suite.rest()
  is(tostring(order), "s< s>", "the server with another")
end)

test({ "mcs: a notification's context goes to a passive thread that it wakes, until that waits" },
  "signals", function(m)
    local note, rounds = m:object(seL4.NotificationObject), 0
    local thread = passive(m, function()
      while true do
        seL4.Wait(note)
        rounds = rounds + 1
      end
    end)
    seL4.Signal(note)
    suite.rest()
    is(rounds, 0, "without one")
    local context = new_context(m)
    done(seL4.SchedContext_Bind(context, thread.tcb))
    suite.rest()
    done(seL4.SchedContext_UnbindObject(context, thread.tcb))
    done(seL4.SchedContext_Bind(context, note))
    for i = 2, 4 do
      seL4.Signal(note)
      suite.rest()
      is(rounds, i, "with the notification's")
    end
    refused(seL4.SchedContext_Bind(context, m:object(seL4.NotificationObject)),
      "IllegalOperation")
  end)

-- --- budgets -------------------------------------------------------------------------------------

test({ "mcs: a thread runs for its budget in each period, and no longer",
  "SchedControl_ConfigureFlags" }, "2 ms in 10 ms, beside one below", function(m)
    local clock, spans = clocks.open(m), {}
    suite.thread(m, function()
      while true do
        local now, last = clock.time(), spans[#spans]
        if not last or now - last[2] > clock.MS then
          spans[#spans + 1] = { now, now }
        else
          last[2] = now
        end
      end
    end, { budget = 2000, period = 10000, priority = 200 })
    clock.alarm(clock.time() + 55 * clock.MS)
    seL4.Wait(clock.notification)
    is(#spans, 6, "periods")
    for i = 2, #spans - 1 do
      local ran, period = spans[i][2] - spans[i][1], spans[i + 1][1] - spans[i][1]
      is(ran > 1900000 and ran <= 2000000, true, ("it ran %d ns"):format(ran))
      is(period > 9900000 and period < 10100000, true, ("a period of %d ns"):format(period))
    end
  end)

-- A thread that computes, with a timeout handler: of faulty, and the context's badge is 0x77.
local function timed(m, budget, period, fn)
  local endpoint, s = m:object(seL4.EndpointObject), server(m)
  local handler = m:copy(endpoint, ALL, 0xfe)
  local thread = suite.thread(m, fn, { priority = 100, timeout_endpoint = handler, budget = budget,
    period = period, badge = 0x77 })
  thread.endpoint, thread.server = endpoint, s
  return thread
end

test({ "fault Timeout", "mcs: a used-up budget is a fault if the thread has a timeout handler",
  "TCB_SetTimeoutEndpoint" }, "answered, it goes on with the next budget", function(m)
    local clock, ended = clocks.open(m), false
    local thread = timed(m, 2000, 50000, function()
      compute(clock, 5)
      ended = true
    end)
    suite.rest(50)
    local message, badge = thread.server.recv(thread.endpoint)
    local fault = seL4.getFault(message)
    is(badge, 0xfe, "the handler's badge")
    is(fault.name, "Timeout", "the fault")
    is(fault.Data, 0x77, "the context's badge")
    is(fault.Consumed >= 1990 and fault.Consumed <= 2100, true,
      ("%d us consumed"):format(fault.Consumed))
    is(ended, false, "the thread")
    done(seL4.SchedControl_ConfigureFlags(m.info.schedcontrol.start, thread.context, 10000, 50000,
      0, 0x77, 0))
    thread.server.answer(info())
    suite.rest(50)
    clock.alarm(clock.time() + 8 * clock.MS)
    seL4.Wait(clock.notification)
    is(ended, true, "with a new budget")
  end)

test({ "mcs: without a timeout handler a thread waits for its next budget" }, "1 ms in 4 ms",
  function(m)
    local clock, ended = clocks.open(m), nil
    local started = clock.time()
    suite.thread(m, function()
      for _ = 1, 3 do
        compute(clock, 1)
      end
      ended = clock.time()
    end, { budget = 1000, period = 4000, priority = 100 })
    clock.alarm(started + 30 * clock.MS)
    seL4.Wait(clock.notification)
    is(ended ~= nil and ended - started >= 7 * clock.MS, true, "three periods later")
  end)

test({ "mcs: a budget that ends in a server is the server's fault, if that has a timeout handler" },
  "a passive server", function(m)
    local clock, endpoint, order = clocks.open(m), m:object(seL4.EndpointObject), log()
    local handler, s = m:object(seL4.EndpointObject), server(m)
    local worker = serve(m, order, "s", endpoint, function() compute(clock, 4) end)
    done(seL4.TCB_SetTimeoutEndpoint(worker.tcb, m:copy(handler, ALL, 3)))
    suite.thread(m, function()
      seL4.Call(endpoint, info())
      order "client"
    end, { priority = 50, budget = 2000, period = 20000, badge = 0x55 })
    suite.rest(40)
    local message, badge = s.recv(handler)
    is(badge, 3, "the handler's badge")
    is(seL4.getFault(message).Data, 0x55, "the client's context")
    is(tostring(order), "s<", "the server")
  end)

-- --- YieldTo -------------------------------------------------------------------------------------

test({ "mcs: YieldTo lets the context's thread run before others of its priority",
  "SchedContext_YieldTo" }, "the last of three", function(m)
    local order, threads = log(), {}
    for i = 3, 1, -1 do
      threads[i] = suite.thread(m, function()
        order(i)
      end, { priority = 100 })
    end
    done(seL4.SchedContext_YieldTo(threads[3].context))
    is(tostring(order), "", "a caller of higher priority goes on")
    suite.rest()
    is(tostring(order), "3 1 2", "the order")
  end)

test({ "mcs: YieldTo to an equal runs it at once, and answers what it has used" }, "an equal",
  function(m)
    local clock, order, used = clocks.open(m), log(), nil
    local note = m:object(seL4.NotificationObject)
    local target = suite.thread(m, function()
      order "target"
      compute(clock, 2)
      seL4.Wait(note)
    end, { priority = 100, stopped = true })
    local caller = suite.thread(m, function()
      target:start()
      order "before"
      local err
      err, used = seL4.SchedContext_YieldTo(target.context)
      order(err)
    end, { priority = 100 })
    done(seL4.TCB_SetMCPriority(caller.tcb, seL4.CapInitThreadTCB, 100))
    suite.rest()
    is(tostring(order), "before target 0", "the order")
    is(used >= 2000 and used < 3000, true, ("%d us"):format(used))
  end)

-- --- faults and contexts -------------------------------------------------------------------------

test({ "mcs: a passive fault handler runs with the context of who has the fault" }, "answered",
  function(m)
    local endpoint, order, s = m:object(seL4.EndpointObject), log(), server(m)
    local vaddr = m:window(1 << seL4.PageBits)
    passive(m, function()
      while true do
        order(seL4.getFault((s.recv(endpoint))).name)
        m:map(m:object(seL4.RISCV_4K_Page), vaddr)
        s.answer(info())
      end
    end)
    suite.thread(m, function()
      seL4.Load8(vaddr)
      order "goes on"
    end, { priority = 50, fault_endpoint = endpoint })
    suite.rest()
    is(tostring(order), "VMFault goes on", "the order")
  end)

suite.finish()
