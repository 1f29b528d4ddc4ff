-- SPDX-License-Identifier: MIT
--- MCS: a client that calls through three passive servers, and what happens to one of the four
--- while the last one works; and contexts that go, whatever their thread does.
--- behaviours/mcs_chain.lua lists what is shown.

local clocks = require "lib.clock"
local seL4 = require "seL4"
local messages = require "lib.messages"
local suite = require "lib.conformance"
local test, is, done = suite.test, suite.is, suite.done
local info, log, server = messages.info, messages.log, messages.server

local ROOT, DEPTH, ALL = seL4.CapInitThreadCNode, seL4.WordBits, seL4.AllRights
local BADGE = 0x55

local function configure(m, context, budget, period)
  done(seL4.SchedControl_ConfigureFlags(m.info.schedcontrol.start, context, budget, period, 0,
    BADGE, 0))
end

-- A context with 1 ms in 1 ms, nobody's.
local function new_context(m)
  local context = m:object(seL4.SchedContextObject, seL4.MinSchedContextBits)
  configure(m, context, 1000, 1000)
  return context
end

-- Server i logs "i<", works, calls server i + 1 if there is one, and logs "i>".
local function add_server(m, chain, i, work)
  local s = server(m)
  local endpoints, order = chain.endpoints, chain.order
  local made = suite.thread(m, function()
    s.recv(endpoints[i])
    while true do
      order(i .. "<")
      if endpoints[i + 1] then
        seL4.Call(endpoints[i + 1], info(0, i)) -- the label says who calls
      end
      work(i)
      order(i .. ">")
      s.reply_recv(endpoints[i], info())
    end
  end, { priority = 100 + i })
  suite.rest()
  done(seL4.SchedContext_Unbind(made.context))
  chain[i] = { tcb = made.tcb, reply = s.reply }
end

-- The chain at work: server 3 waits for chain.go, unless `work` is given. chain[0] is the client,
-- which logs "0>" at the end. `tcbs` gets the servers' before the client starts.
local function start_chain(m, work, client_options, tcbs)
  local chain = { order = log(), endpoints = {}, go = m:object(seL4.NotificationObject) }
  for i = 1, 3 do
    chain.endpoints[i] = m:object(seL4.EndpointObject)
  end
  for i = 1, 3 do
    add_server(m, chain, i, work or function()
      if i == 3 then
        seL4.Wait(chain.go)
      end
    end)
    if tcbs then
      tcbs[i] = chain[i].tcb
    end
  end
  local options = client_options or {}
  options.priority = 50
  local client = suite.thread(m, function()
    seL4.Call(chain.endpoints[1], info())
    chain.order "0>"
  end, options)
  chain[0], chain.context = { tcb = client.tcb }, client.context
  suite.rest(40)
  return chain
end

-- Lets server 3 go on, and compares what is logged after it had begun.
local function finish(chain, wanted, what)
  is(tostring(chain.order):sub(1, 8), "1< 2< 3<", "the way there")
  seL4.Signal(chain.go)
  suite.rest()
  is(tostring(chain.order):sub(10), wanted, what)
end

test({ "mcs_chain: a context comes back through three servers" }, "nothing happens on the way",
  function(m)
    finish(start_chain(m), "3> 2> 1> 0>", "the way back")
  end)

-- The last one's is the top of the stack: with it the context goes back to the caller at once.
test({ "mcs_chain: where a reply object is destroyed, the way back ends" }, "that of each server",
  function()
    for i, wanted in ipairs { "3> 2> 1>", "3> 2>", "" } do
      suite.within(function(m)
        local chain = start_chain(m)
        done(seL4.CNode_Delete(ROOT, chain[i].reply, DEPTH))
        finish(chain, wanted, "that of server " .. i)
      end)
    end
  end)

test({ "mcs_chain: a caller whose reply object was destroyed calls again when it is resumed" },
  "with another context", function(m)
    local chain = start_chain(m)
    done(seL4.CNode_Delete(ROOT, chain[2].reply, DEPTH))
    finish(chain, "3> 2>", "the way back")
    done(seL4.SchedContext_Bind(new_context(m), chain[1].tcb))
    done(seL4.TCB_Resume(chain[1].tcb))
    suite.rest()
    -- Server 2 has a fault when it receives without a reply object, so the call waits.
    is(tostring(chain.order):sub(10), "3> 2>", "server 2 does not take the call")
    is(seL4.MessageInfo_get_label((server(m).nbrecv(chain.endpoints[2]))), 1, "the call")
    done(seL4.TCB_Resume(chain[1].tcb))
    suite.rest()
    is(seL4.MessageInfo_get_label((server(m).nbrecv(chain.endpoints[2]))), 1, "the call again")
  end)

for _, way in ipairs {
  { "suspended", seL4.TCB_Suspend },
  { "destroyed", function(tcb) return seL4.CNode_Delete(ROOT, tcb, DEPTH) end },
} do
  test({ ("mcs_chain: where a thread is %s, the way back ends before it"):format(way[1]) },
    "the client and each server", function()
      for i, wanted in pairs { [0] = "3> 2> 1>", "3> 2>", "3>", "" } do
        suite.within(function(m)
          local chain = start_chain(m)
          done(way[2](chain[i].tcb))
          finish(chain, wanted, "thread " .. i)
        end)
      end
    end)
end

test({ "mcs_chain: a lent context that goes stops the last server; with another it ends its work" },
  "destroyed, unbound", function()
    for _, how in ipairs { "destroyed", "unbound" } do
      suite.within(function(m)
        local chain = start_chain(m)
        if how == "destroyed" then
          done(seL4.CNode_Delete(ROOT, chain.context, DEPTH))
        else
          done(seL4.SchedContext_Unbind(chain.context))
        end
        finish(chain, "", how .. ": without it")
        done(seL4.SchedContext_Bind(new_context(m), chain[3].tcb))
        suite.rest()
        is(tostring(chain.order):sub(10), "3>", how .. ": with another, which it keeps")
      end)
    end
  end)

-- Work of so many milliseconds of the clock in one of the servers.
local function busy(clock, server_index)
  return function(i)
    local stop = clock.time() + 4 * clock.MS
    while i == server_index and clock.time() < stop do end -- luacheck: ignore
  end
end

test({ "mcs_chain: a budget that ends is a fault of the server at work, whichever that is" },
  "answered with a larger budget, all go on", function()
    for i = 1, 3 do
      suite.within(function(m)
        local clock, handler, s = clocks.open(m), m:object(seL4.EndpointObject), server(m)
        local own = m:copy(handler, ALL, i)
        local tcbs, works = {}, busy(clock, i)
        local chain = start_chain(m, function(index)
          if index == i then
            done(seL4.TCB_SetTimeoutEndpoint(tcbs[index], own))
          end
          works(index)
        end, { budget = 2000, period = 20000, badge = BADGE }, tcbs)
        local message, badge = s.recv(handler)
        local fault = seL4.getFault(message)
        is(badge, i, "the handler of server " .. i)
        is(fault.name, "Timeout", "the fault")
        is(fault.Data, BADGE, "the client's context")
        configure(m, chain.context, 10000, 20000)
        s.answer(info())
        clock.alarm(clock.time() + 10 * clock.MS)
        suite.rest(40)
        seL4.Wait(clock.notification)
        is(tostring(chain.order), "1< 2< 3< 3> 2> 1> 0>", "the whole way")
      end)
    end
  end)

-- --- contexts that go ----------------------------------------------------------------------------

-- What a thread with a context of its own does when that goes: name and function(m) -> its program,
-- and what wakes it afterwards.
local STATES = {
  { "receives", function(m, order)
    local endpoint, s = m:object(seL4.EndpointObject), server(m)
    return function() s.recv(endpoint) order "on" end,
      function() seL4.NBSend(endpoint, info()) end
  end },
  { "sends", function(m, order)
    local endpoint, s = m:object(seL4.EndpointObject), server(m)
    return function() seL4.Send(endpoint, info()) order "on" end,
      function() s.recv(endpoint) end
  end },
  { "waits for a signal", function(m, order)
    local notification = m:object(seL4.NotificationObject)
    return function() seL4.Wait(notification) order "on" end,
      function() seL4.Signal(notification) end
  end },
  { "is ready", function(m, order) -- luacheck: ignore
    return function() order "on" end, function() end, true
  end },
}

test({ "mcs_chain: whatever a thread waits for, it goes on with another context" },
  "four states", function()
    for _, state in ipairs(STATES) do
      suite.within(function(m)
        local order = log()
        local program, wake, is_ready = state[2](m, order)
        local thread = suite.thread(m, program)
        if not is_ready then
          suite.rest()
        end
        done(seL4.CNode_Delete(ROOT, thread.context, DEPTH))
        wake()
        suite.rest()
        is(tostring(order), "", state[1] .. ": without one")
        done(seL4.SchedContext_Bind(new_context(m), thread.tcb))
        suite.rest()
        is(tostring(order), "on", state[1] .. ": with another")
      end)
    end
  end)

test({ "mcs_chain: a thread that waits for its next budget goes on at once with another context" },
  "its own is destroyed", function(m)
    local clock, order = clocks.open(m), log()
    local thread = suite.thread(m, function()
      local stop = clock.time() + 3 * clock.MS
      while clock.time() < stop do end -- luacheck: ignore
      order "on"
    end, { budget = 1000, period = 500000 })
    suite.rest(200)
    is(tostring(order), "", "its budget is used up")
    done(seL4.CNode_Delete(ROOT, thread.context, DEPTH))
    done(seL4.SchedContext_Bind(new_context(m), thread.tcb))
    suite.rest()
    clock.alarm(clock.time() + 5 * clock.MS)
    seL4.Wait(clock.notification)
    is(tostring(order), "on", "with another")
  end)

test({ "mcs_chain: a thread can destroy its own context, and stops" }, "bound again", function(m)
  local order, own = log(), nil
  local thread = suite.thread(m, function()
    order "before"
    done(seL4.CNode_Delete(ROOT, own, DEPTH))
    order "after"
  end, { stopped = true })
  own = thread.context
  thread:start()
  suite.rest()
  is(tostring(order), "before", "without one")
  done(seL4.SchedContext_Bind(new_context(m), thread.tcb))
  suite.rest()
  is(tostring(order), "before after", "with another")
end)

test({ "mcs_chain: a context bound to a notification can be destroyed, and another one bound" },
  "while it is lent", function(m)
    local note, rounds = m:object(seL4.NotificationObject), 0
    local thread = suite.thread(m, function()
      while true do
        seL4.Wait(note)
        rounds = rounds + 1
      end
    end)
    suite.rest()
    done(seL4.SchedContext_Unbind(thread.context))
    for round = 1, 2 do
      local context = new_context(m)
      done(seL4.SchedContext_Bind(context, note))
      seL4.Signal(note)
      suite.rest()
      is(rounds, 2 * round - 1, "with it")
      done(seL4.CNode_Delete(ROOT, context, DEPTH))
      seL4.Signal(note)
      suite.rest()
      is(rounds, 2 * round - 1, "without it")
      local own = new_context(m)
      done(seL4.SchedContext_Bind(own, thread.tcb))
      suite.rest()
      is(rounds, 2 * round, "with one of its own, which goes again")
      done(seL4.SchedContext_Unbind(own))
    end
  end)

suite.finish()
