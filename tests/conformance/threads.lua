-- SPDX-License-Identifier: MIT
--- Threads: priorities, suspension, registers, spaces. behaviours/threads.lua lists what is shown.

local seL4 = require "seL4"
local messages = require "lib.messages"
local suite = require "lib.conformance"
local test, is, done, refused = suite.test, suite.is, suite.done, suite.refused
local info, log, server, faulty = messages.info, messages.log, messages.server, messages.faulty

local ROOT, DEPTH, SELF = seL4.CapInitThreadCNode, seL4.WordBits, seL4.CapInitThreadTCB

-- --- priorities ----------------------------------------------------------------------------------

test({ "threads: of ready threads the one of highest priority runs" }, "five threads", function(m)
  local order = log()
  for _, priority in ipairs { 30, 200, 2, 254, 100 } do
    suite.thread(m, function()
      order(priority)
    end, { priority = priority })
  end
  suite.rest()
  is(tostring(order), "254 200 100 30 2", "the order")
end)

test({ "threads: a thread whose priority is raised above the running one's runs at once" },
  "raised, lowered again", function(m)
    local order = log()
    local low = suite.thread(m, function()
      while true do
        order "low"
        seL4.Wait(seL4.CapNull + 0) -- a fault: it stops here
      end
    end, { priority = 10, fault_endpoint = m:object(seL4.EndpointObject) })
    suite.thread(m, function()
      order "high"
      done(seL4.TCB_SetPriority(low.tcb, SELF, 150))
      order "high again"
    end, { priority = 100 })
    suite.rest(50)
    is(tostring(order), "high low high again", "the order")
  end)

test({ "threads: a thread that lowers its own priority lets others run" }, "below another one",
  function(m)
    local order, own = log(), m:slot()
    local first = suite.thread(m, function()
      order "first"
      done(seL4.TCB_SetPriority(own, SELF, 20))
      order "first again"
    end, { priority = 100 })
    done(seL4.CNode_Copy(ROOT, own, DEPTH, ROOT, first.tcb, DEPTH, seL4.AllRights))
    suite.thread(m, function()
      order "second"
    end, { priority = 50 })
    suite.rest()
    is(tostring(order), "first second first again", "the order")
  end)

test({ "threads: nobody gives a priority above its authority's maximum" },
  "SetPriority, SetMCPriority and SetSchedParams", function(m)
    local tcb, authority = m:object(seL4.TCBObject), m:object(seL4.TCBObject)
    done(seL4.TCB_SetMCPriority(authority, SELF, 40))
    for _, call in ipairs { "TCB_SetPriority", "TCB_SetMCPriority" } do
      done(seL4[call](tcb, authority, 40))
      refused(seL4[call](tcb, authority, 41), "RangeError", 0, 40)
      done(seL4[call](tcb, SELF, 41)) -- another authority may
    end
    if not suite.is_mcs then
      done(seL4.TCB_SetSchedParams(tcb, authority, 40, 40))
      refused(seL4.TCB_SetSchedParams(tcb, authority, 41, 40), "RangeError", 0, 40)
      refused(seL4.TCB_SetSchedParams(tcb, authority, 40, 41), "RangeError", 0, 40)
    end
  end)

test({ "threads: a waiting thread whose priority changes keeps its place, or moves to it on MCS" },
  "the second of two senders is raised", function(m)
    local endpoint, s, threads = m:object(seL4.EndpointObject), server(m), {}
    for i = 1, 2 do
      threads[i] = suite.thread(m, function()
        seL4.Send(endpoint, info(0, i))
      end, { priority = 100 })
      suite.rest()
    end
    done(seL4.TCB_SetPriority(threads[2].tcb, SELF, 120))
    is(seL4.MessageInfo_get_label((s.recv(endpoint))), suite.is_mcs and 2 or 1, "who is first")
  end)

-- --- suspending ----------------------------------------------------------------------------------

-- What a thread can be doing: name and function(m, log) -> function of the thread.
local DOINGS = {
  { "runs", function()
    return function()
      while true do
        seL4.Yield()
      end
    end
  end },
  { "sends", function(m)
    local endpoint = m:object(seL4.EndpointObject)
    return function() seL4.Send(endpoint, info()) end
  end },
  { "receives", function(m)
    local endpoint, s = m:object(seL4.EndpointObject), server(m)
    return function() s.recv(endpoint) end
  end },
  { "calls", function(m)
    local endpoint, s = m:object(seL4.EndpointObject), server(m)
    suite.thread(m, function() s.recv(endpoint) seL4.Wait(m:object(seL4.NotificationObject)) end)
    return function() seL4.Call(endpoint, info()) end
  end },
  { "waits for a signal", function(m)
    local notification = m:object(seL4.NotificationObject)
    return function() seL4.Wait(notification) end
  end },
  { "has a fault that waits", function(m)
    local endpoint = m:object(seL4.EndpointObject)
    return function() seL4.Load8(0x7000000000) end, endpoint
  end },
}

test({ "threads: in whatever state a thread is, it can be suspended, and begun anew elsewhere",
  "TCB_Suspend", "TCB_Resume", "TCB_WriteRegisters" }, "six states", function(m)
    for _, doing in ipairs(DOINGS) do
      local order = log()
      local fn, endpoint = doing[2](m)
      local thread = suite.thread(m, fn, { priority = 60, fault_endpoint = endpoint })
      suite.rest(60)
      done(seL4.TCB_Suspend(thread.tcb))
      suite.rest()
      done(seL4.TCB_Suspend(thread.tcb)) -- twice is no error
      local err, registers = seL4.TCB_ReadRegisters(thread.tcb, false, 0, 32)
      is(err, 0, "ReadRegisters of one that " .. doing[1])
      registers.pc = seL4.Entry(function() order "elsewhere" end)
      done(seL4.TCB_WriteRegisters(thread.tcb, true, 0, 32, registers))
      suite.rest()
      is(tostring(order), "elsewhere", "one that " .. doing[1])
    end
  end)

test({ "threads: CopyRegisters begins a thread that has run anew, where its registers say" },
  "six states", function(m)
    for i, doing in ipairs(DOINGS) do
      local order = log()
      local fn, endpoint = doing[2](m)
      local thread = suite.thread(m, fn, { priority = 60, fault_endpoint = endpoint })
      suite.rest(60)
      local model = m:object(seL4.TCBObject)
      local err, registers = seL4.TCB_ReadRegisters(thread.tcb, true, 0, 32)
      is(err, 0, "ReadRegisters")
      registers.pc = seL4.Entry(function() order "elsewhere" end)
      done(seL4.TCB_WriteRegisters(model, false, 0, 32, registers))
      done(seL4.TCB_CopyRegisters(thread.tcb, model, false, i % 2 == 0, true, true, 0))
      done(seL4.TCB_Resume(thread.tcb))
      suite.rest()
      is(tostring(order), "elsewhere", "one that " .. doing[1])
    end
  end)

test({ "threads: CopyRegisters takes the registers that a thread has now" }, "it waits", function(m)
  local notification, target = m:object(seL4.NotificationObject), m:object(seL4.TCBObject)
  local source = suite.thread(m, function()
    seL4.Wait(notification)
  end)
  suite.rest()
  done(seL4.TCB_CopyRegisters(target, source.tcb, false, false, true, true, 0))
  local _, copied = seL4.TCB_ReadRegisters(target, false, 0, 32)
  local _, own = seL4.TCB_ReadRegisters(source.tcb, false, 0, 32)
  for name, value in pairs(own) do
    is(copied[name], value, name)
  end
end)

test({ "threads: a thread can suspend and destroy itself" }, "both", function(m)
  for _, how in ipairs { "suspends", "destroys" } do
    local order, own = log(), nil
    local thread = suite.thread(m, function()
      order "before"
      if how == "suspends" then
        done(seL4.TCB_Suspend(own))
      else
        done(seL4.CNode_Delete(ROOT, own, DEPTH))
      end
      order "behind"
    end, { stopped = true })
    own = thread.tcb
    thread:start()
    suite.rest()
    is(tostring(order), "before", "one that " .. how .. " itself")
    if how == "suspends" then
      done(seL4.TCB_Resume(own))
      suite.rest()
      is(tostring(order), "before", "resumed, it makes the same call again")
    else
      is(suite.type_of(own), 0, "its capability")
    end
  end
end)

-- --- registers -----------------------------------------------------------------------------------

local FRAME = { "pc", "ra", "sp", "gp", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9",
  "s10", "s11" }
local INTEGER = { "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "t0", "t1", "t2", "t3", "t4",
  "t5", "t6", "tp" }

-- A stopped thread whose registers are first, first + 1, ... in the order of the two lists.
local function with_registers(m, first)
  local tcb, registers, value = m:object(seL4.TCBObject), {}, first
  for _, list in ipairs { FRAME, INTEGER } do
    for _, name in ipairs(list) do
      registers[name], value = value, value + 1
    end
  end
  done(seL4.TCB_WriteRegisters(tcb, false, 0, 32, registers))
  return tcb
end

local function expect_registers(tcb, list, first, what)
  local err, registers = seL4.TCB_ReadRegisters(tcb, false, 0, 32)
  is(err, 0, "ReadRegisters")
  for i, name in ipairs(list) do
    local wanted = first + i - 1
    is(registers[name], name == "pc" and wanted & ~1 or wanted, what .. ": " .. name)
  end
end

test({ "threads: CopyRegisters copies the frame, the integers, both or none", "TCB_CopyRegisters",
  "TCB_ReadRegisters" }, "all four", function(m)
    for bits = 0, 3 do
      local frame, integer = bits & 1 ~= 0, bits & 2 ~= 0
      local from, to = with_registers(m, 0x1000), with_registers(m, 0x2000)
      done(seL4.TCB_CopyRegisters(to, from, false, false, frame, integer, 0))
      expect_registers(to, FRAME, frame and 0x1000 or 0x2000, "frame")
      expect_registers(to, INTEGER, (integer and 0x1000 or 0x2000) + #FRAME, "integers")
      expect_registers(from, FRAME, 0x1000, "the source")
    end
  end)

test({ "threads: WriteRegisters of fewer registers leaves the others" }, "the first two",
  function(m)
    local tcb = with_registers(m, 0x3000)
    done(seL4.TCB_WriteRegisters(tcb, false, 0, 2, { pc = 0x40, ra = 0x41 }))
    local err, registers = seL4.TCB_ReadRegisters(tcb, false, 0, 32)
    is(err, 0, "ReadRegisters")
    is(registers.pc, 0x40, "pc")
    is(registers.ra, 0x41, "ra")
    is(registers.sp, 0x3002, "sp")
  end)

test({ "threads: CopyRegisters can suspend the source and resume the target" }, "a living source",
  function(m)
    local order, endpoint, s = log(), m:object(seL4.EndpointObject), server(m)
    local source = suite.thread(m, function()
      s.recv(endpoint)
      order "source"
    end)
    suite.rest()
    local target = suite.thread(m, function() order "target" end, { stopped = true })
    local err, registers = seL4.TCB_ReadRegisters(source.tcb, false, 0, 32)
    is(err, 0, "ReadRegisters")
    registers.pc = seL4.Entry(function() order "copied" end)
    local model = m:object(seL4.TCBObject)
    done(seL4.TCB_WriteRegisters(model, false, 0, 32, registers))
    done(seL4.TCB_CopyRegisters(target.tcb, model, false, true, true, true, 0))
    done(seL4.TCB_CopyRegisters(model, source.tcb, true, false, false, false, 0))
    suite.rest()
    seL4.NBSend(endpoint, info())
    suite.rest()
    is(tostring(order), "copied", "who ran")
  end)

test({ "threads: SetTLSBase sets tp", "TCB_SetTLSBase" }, "a stopped thread", function(m)
  local tcb = with_registers(m, 0x5000)
  done(seL4.TCB_SetTLSBase(tcb, 0x123456789))
  local err, registers = seL4.TCB_ReadRegisters(tcb, false, 0, 32)
  is(err, 0, "ReadRegisters")
  is(registers.tp, 0x123456789, "tp")
end)

test({ "threads: SetFlags answers the flags as they are then", "TCB_SetFlags" },
  "set, cleared, unknown ones", function(m)
    local tcb = m:object(seL4.TCBObject)
    local function flags(clear, set)
      local err, now = seL4.TCB_SetFlags(tcb, clear, set)
      is(err, 0, "SetFlags")
      return now
    end
    is(flags(0, 0), 0, "at first")
    is(flags(0, seL4.TCBFlag_fpuDisabled), seL4.TCBFlag_fpuDisabled, "set")
    is(flags(0, 0), seL4.TCBFlag_fpuDisabled, "kept")
    is(flags(seL4.TCBFlag_fpuDisabled, 0), 0, "cleared")
    is(flags(0, -1) & ~seL4.TCBFlag_MASK, 0, "unknown ones")
  end)

-- --- spaces --------------------------------------------------------------------------------------

-- TCB_SetSpace with the handler that each configuration wants.
local function set_space(tcb, cspace)
  local words = { 0, cspace, 0, seL4.CapInitThreadVSpace, 0 }
  return seL4.TCB_SetSpace(tcb, table.unpack(words))
end

test({ "threads: a thread's next call is looked up in its new CSpace", "TCB_SetSpace" },
  "one that waits", function(m)
    local first, second = m:object(seL4.EndpointObject), m:object(seL4.EndpointObject)
    local go, order = m:object(seL4.NotificationObject), log()
    local spaces = {}
    for i, endpoint in ipairs { first, second } do
      spaces[i] = m:cspace(4)
      done(seL4.CNode_Copy(spaces[i], 3, DEPTH, ROOT, endpoint, DEPTH, seL4.AllRights))
      done(seL4.CNode_Copy(spaces[i], 4, DEPTH, ROOT, go, DEPTH, seL4.AllRights))
    end
    local thread = suite.thread(m, function()
      for i = 1, 2 do
        seL4.Wait(4)
        order(i)
        seL4.NBSend(3, info(0, i))
      end
    end, { stopped = true })
    done(set_space(thread.tcb, spaces[1]))
    thread:start()
    local heard = log()
    for i, endpoint in ipairs { first, second } do
      local s = server(m)
      suite.thread(m, function()
        while true do
          heard(("%d:%d"):format(i, seL4.MessageInfo_get_label((s.recv(endpoint)))))
        end
      end)
    end
    suite.rest()
    seL4.Signal(go)
    suite.rest()
    done(set_space(thread.tcb, spaces[2])) -- it waits in the notification, and goes on doing so
    seL4.Signal(go)
    suite.rest()
    is(tostring(order), "1 2", "what the thread did")
    is(tostring(heard), "1:1 2:2", "who heard it")
  end)

test({ "threads: a thread whose CNode is destroyed has no CSpace any more" }, "its next call",
  function(m)
    local cspace, order = m:cspace(4), log()
    local go = m:object(seL4.NotificationObject)
    done(seL4.CNode_Copy(cspace, 4, DEPTH, ROOT, go, DEPTH, seL4.AllRights))
    local thread = faulty(m, function()
      seL4.Wait(4)
      order "woken"
      seL4.Wait(4)
    end, { stopped = true, fault_endpoint = 0 })
    done(set_space(thread.tcb, cspace))
    thread.start()
    suite.rest()
    done(seL4.CNode_Revoke(ROOT, cspace, DEPTH))
    done(seL4.CNode_Delete(ROOT, cspace, DEPTH))
    seL4.Signal(go)
    suite.rest()
    is(tostring(order), "woken", "the wait that had begun")
    seL4.Signal(m:copy(go, seL4.AllRights, 1))
    suite.rest()
    is(select(2, seL4.Poll(go)), 1, "the signal that nobody takes")
  end)

suite.finish()
