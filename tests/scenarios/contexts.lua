-- SPDX-License-Identifier: MIT
--- Scheduling contexts in situations that are rare: changed while their thread waits for its
--- budget, deleted by their own thread, taken away before a timeout is told, or used up by others.

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local thread = require "sel4.thread"

local check = bootstrap.check
local ROOT, DEPTH = seL4.CapInitThreadCNode, seL4.WordBits
local memory = bootstrap.open()
local CONTROL = memory.info.schedcontrol.start

local function configure(context, budget, period)
  return seL4.SchedControl_ConfigureFlags(CONTROL, context, budget, period, 0, 0, 0)
end

local function object(kind)
  return memory:object(seL4[kind .. "Object"])
end

local function spin()
  while true do end
end

-- A thread with 2 ms in each second, which it uses up, and who hears of that.
local function spender(options)
  options.priority, options.budget, options.period = 100, 2000, 1000000
  return thread.new(memory, options):start()
end

local function set_own_priority(priority)
  check(seL4.TCB_SetPriority(seL4.CapInitThreadTCB, seL4.CapInitThreadTCB, priority))
end

-- Lets all others run until none can.
local function rest()
  set_own_priority(10)
  set_own_priority(255)
end

-- A context that becomes round robin has its time at once, though its thread waits for the next.
do
  local count = 0
  local job = spender { name = "job", entry = function()
    while true do
      count = count + 1
    end
  end }
  rest()
  local before = count
  rest()
  print("without time it goes on:", count > before)
  check(configure(job.context, 5000, 5000))
  check(configure(seL4.CapInitThreadSC, 1000, 10000))
  for _ = 1, 3 do
    seL4.Yield() -- it has a turn now
  end
  print("as round robin it goes on:", count > before)
  job:kill()
  check(configure(seL4.CapInitThreadSC, 10000, 10000))
end

-- SetSchedParams with the context that a thread has already, while it is blocked without time.
local endpoint, reply = object "Endpoint", object "Reply"
do
  local job = spender { name = "job", timeout_endpoint = endpoint, entry = spin }
  print("a timeout:", seL4.isTimeoutFault_tag((seL4.Recv(endpoint, reply))))
  print("its own context:", seL4.TCB_SetSchedParams(job.tcb, seL4.CapInitThreadTCB, 0, 90,
    job.context, 0))
  job:kill()
end

-- A timeout whose context has been taken away: nothing is said of what it consumed.
do
  local job = spender { name = "job", timeout_endpoint = endpoint, entry = spin }
  rest()
  check(seL4.SchedContext_Unbind(job.context))
  print("words of the timeout:", seL4.MessageInfo_get_length((seL4.Recv(endpoint, reply))))
  job:kill()
end

-- A thread that revokes the memory of its own context, made last, and of 1000 endpoints: what has
-- no time any more goes no further than to the next preemption point.
do
  local untyped = memory:object(seL4.UntypedObject, 17)
  local cnode = memory:object(seL4.CapTableObject, 10)
  for i = 0, 3 do
    check(seL4.Untyped_Retype(untyped, seL4.EndpointObject, 0, ROOT, cnode, DEPTH, i * 250, 250))
  end
  local context = memory:slot()
  check(seL4.Untyped_Retype(untyped, seL4.SchedContextObject, 8, ROOT, 0, 0, context, 1))
  check(configure(context, 1000000, 1000000))
  local job = thread.new(memory, { name = "job", priority = 100, entry = function()
    seL4.CNode_Revoke(ROOT, untyped, DEPTH)
  end })
  check(seL4.SchedContext_Unbind(job.context))
  job:start()
  check(seL4.SchedContext_Bind(context, job.tcb))
  rest()
  local left = 0
  for i = 0, 999 do
    left = left + (seL4.CNode_Move(cnode, 1000, 10, cnode, i, 10) == seL4.NoError and 1 or 0)
    seL4.CNode_Delete(cnode, 1000, 10)
  end
  print("it ends in the middle:", left > 800 and left < 1000)
  print("its context:", seL4.DebugCapIdentify(context))
end

-- A passive server has used up its caller's time, and the server's timeout handler answers in its
-- place. The caller has a handler, too: whose answer of label 0 makes it do its call again, with
-- what the first answer has left in its registers, so that it calls the empty slot 0.
do
  local server_timeouts, client_timeouts = object "Endpoint", object "Endpoint"
  local server_reply, client_reply = object "Reply", object "Reply"
  local server = thread.new(memory, { name = "server", priority = 150,
    timeout_endpoint = server_timeouts, entry = function()
      seL4.Recv(endpoint, reply)
      spin()
    end }):start()
  rest()
  check(seL4.SchedContext_Unbind(server.context))
  local done, answer = object "Notification", nil
  thread.new(memory, { name = "client", priority = 100, budget = 2000, period = 20000,
    timeout_endpoint = client_timeouts, entry = function()
      answer = seL4.MessageInfo_get_label((seL4.Call(endpoint, seL4.MessageInfo_new(1, 0, 0, 0))))
      seL4.Signal(done)
    end }):start()
  local info = seL4.Recv(server_timeouts, server_reply)
  print("the server's timeout:", seL4.isTimeoutFault_tag(info))
  seL4.Send(reply, seL4.MessageInfo_new(77, 0, 0, 0))
  info = seL4.Recv(client_timeouts, client_reply)
  print("the client's timeout:", seL4.isTimeoutFault_tag(info))
  seL4.Send(client_reply, seL4.MessageInfo_new(0, 0, 0, 0))
  seL4.Wait(done)
  print("an empty slot is called:", answer == seL4.InvalidCapability)
end
