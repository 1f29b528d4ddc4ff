-- SPDX-License-Identifier: MIT
--- Faults: what a handler is told, and what its answer does. behaviours/fault.lua lists what is
--- shown.

local seL4 = require "seL4"
local messages = require "lib.messages"
local suite = require "lib.conformance"
local test, is, done = suite.test, suite.is, suite.done
local info, log, server, faulty = messages.info, messages.log, messages.server, messages.faulty

local ROOT, DEPTH, ALL = seL4.CapInitThreadCNode, seL4.WordBits, seL4.AllRights
local NOWHERE = 0x7000000000            -- an address where nothing is mapped
local LOAD, STORE, FETCH = 5, 7, 1      -- causes of the processor: access faults

-- Compares the fields of a fault that are named.
local function expect(fault, fields)
  is(fault ~= nil, true, "a fault")
  for name, value in pairs(fields) do
    is(fault[name], value, name)
  end
end

-- --- capability faults ---------------------------------------------------------------------------

test({ "fault: a lookup that fails while sending says so", "fault CapFault" }, "Send and Call",
  function(m)
    for _, call in ipairs { seL4.Send, seL4.Call } do
      expect(faulty(m, function()
        call(1 << 40, info())
      end).next(), { name = "CapFault", Addr = 1 << 40, InRecvPhase = 0,
        LookupFailureType = seL4.GuardMismatch, BitsLeft = 64, GuardMismatch_GuardFound = 0,
        GuardMismatch_BitsFound = 52 })
    end
  end)

test({ "fault: a lookup that fails while receiving says so" }, "an empty slot, a guard", function(m)
  local s, empty = server(m), m:slot()
  expect(faulty(m, function()
    s.recv(empty)
  end).next(), { name = "CapFault", Addr = empty, InRecvPhase = 1,
    LookupFailureType = seL4.MissingCapability, BitsLeft = 0 })
  expect(faulty(m, function()
    s.recv(1 << 40)
  end).next(), { Addr = 1 << 40, InRecvPhase = 1, LookupFailureType = seL4.GuardMismatch })
end)

test({ "fault: ReplyRecv answers before it looks up where to receive" }, "a bad endpoint",
  function(m)
    local endpoint, s, answered = m:object(seL4.EndpointObject), server(m), log()
    suite.thread(m, function()
      answered(seL4.MessageInfo_get_label(seL4.Call(endpoint, info())))
    end, { priority = 50 })
    local replier = faulty(m, function()
      s.recv(endpoint)
      s.reply_recv(1 << 40, info(0, 9))
    end)
    expect(replier.next(), { name = "CapFault", Addr = 1 << 40, InRecvPhase = 1 })
    is(tostring(answered), "9", "the answer")
  end)

test({ "fault: sending to an empty slot is no fault: it is a capability without methods" },
  "both", function(m)
    local empty, order = m:slot(), log()
    local sender = faulty(m, function()
      seL4.Send(empty, info())
      seL4.NBSend(empty, info())
      order "goes on"
    end)
    is(sender.next(), nil, "a fault")
    is(tostring(order), "goes on", "the thread")
  end)

test({ "fault: NBSend that fails to look up is no fault" }, "a guard that differs", function(m)
  local order = log()
  local sender = faulty(m, function()
    seL4.NBSend(1 << 40, info())
    order "goes on"
  end)
  is(sender.next(), nil, "a fault")
  is(tostring(order), "goes on", "the thread")
end)

test({ "fault: after the answer to a capability fault the call is made again" },
  "with the capability in place, whatever the label", function(m)
    for _, label in ipairs { 0, 3 } do
      local endpoint, empty, s, order = m:object(seL4.EndpointObject), m:slot(), server(m), log()
      local receiver = faulty(m, function()
        s.recv(empty)
        order "received"
      end)
      expect(receiver.next(), { Addr = empty })
      receiver.answer(info(0, label))
      expect(receiver.next(), { Addr = empty })
      done(seL4.CNode_Copy(ROOT, empty, DEPTH, ROOT, endpoint, DEPTH, ALL))
      receiver.answer(info(0, label))
      suite.rest()
      seL4.NBSend(endpoint, info())
      suite.rest()
      is(tostring(order), "received", "the thread")
    end
  end)

-- --- memory faults -------------------------------------------------------------------------------

-- The address of a page with these rights and attributes.
local function page(m, rights, attributes)
  local frame, vaddr = m:object(seL4.RISCV_4K_Page), m:window(1 << seL4.PageBits)
  m:map(frame, vaddr, nil, rights)
  if attributes then
    done(seL4.RISCV_Page_Map(frame, seL4.CapInitThreadVSpace, vaddr, rights, attributes))
  end
  return vaddr
end

test({ "fault: an access that the page tables do not allow tells address and cause",
  "fault VMFault" }, "loads and stores", function(m)
    local reading, nothing = page(m, seL4.CanRead), page(m, seL4.CapRights_new(false, false, false,
      true))
    for _, case in ipairs {
      { seL4.Load8, NOWHERE, LOAD }, { seL4.Store8, NOWHERE, STORE },
      { seL4.Store64, reading, STORE },
      { seL4.Load64, nothing, LOAD }, { seL4.Store32, nothing, STORE },
      { seL4.Load64, -8, LOAD },
    } do
      expect(faulty(m, function()
        case[1](case[2], 1)
      end).next(), { name = "VMFault", Addr = case[2], PrefetchFault = 0, FSR = case[3] })
    end
    is(seL4.Load8(reading), 0, "a load where loads are allowed")
  end)

test({ "fault: a fetch that the page tables do not allow says that it is one" },
  "unmapped, execute-never, a kernel address", function(m)
    local data = page(m, seL4.ReadWrite, seL4.RISCV_ExecuteNever)
    for _, pc in ipairs { NOWHERE, data } do
      local thread = faulty(m, function() end, { stopped = true })
      done(seL4.TCB_WriteRegisters(thread.tcb, true, 0, 1, { pc = pc }))
      expect(thread.next(), { name = "VMFault", IP = pc, Addr = pc, PrefetchFault = 1,
        FSR = FETCH })
    end
  end)

test({ "fault: after the answer to a memory fault the access is made again" },
  "a load, then a page is mapped", function(m)
    local vaddr, got = m:window(1 << seL4.PageBits), log()
    local loader = faulty(m, function()
      got(seL4.Load8(vaddr))
    end)
    for _, label in ipairs { 0, 5 } do
      expect(loader.next(), { name = "VMFault", Addr = vaddr })
      loader.answer(info(0, label))
    end
    expect(loader.next(), { Addr = vaddr })
    m:map(m:object(seL4.RISCV_4K_Page), vaddr)
    seL4.Store8(vaddr, 42)
    loader.answer(info())
    is(loader.next(), nil, "one more fault")
    is(tostring(got), "42", "what was loaded")
  end)

-- --- system calls and exceptions -----------------------------------------------------------------

test({ "fault: an unknown system call tells its number and arguments", "fault UnknownSyscall" },
  "numbers of both signs", function(m)
    for _, number in ipairs { 1, 4711, -1000, math.maxinteger } do
      expect(faulty(m, function()
        seL4.Trap(number, 11, 12, 13, 14, 15, 16, 17)
      end).next(), { name = "UnknownSyscall", Syscall = number, A0 = 11, A1 = 12, A2 = 13, A3 = 14,
        A4 = 15, A5 = 16, A6 = 17 })
    end
  end)

-- Answers an unknown system call: behind the call, with a0 = 21 and a1 = 22 as far as they go.
local function answer_call(thread, fault, length, label)
  for i, word in ipairs { fault.FaultIP + 4, fault.SP, fault.RA, 21, 22, 23, 24, 25, 26, 27 } do
    seL4.SetMR(i - 1, word)
  end
  thread.answer(info(length, label))
end

test({ "fault: the answer to an unknown system call sets as many registers as it has words" },
  "ten words, four words", function(m)
    for _, case in ipairs { { 10, "21 22" }, { 4, "21 12" } } do
      local got = log()
      local caller = faulty(m, function()
        local a0, a1 = seL4.Trap(4711, 11, 12)
        got(a0)
        got(a1)
      end)
      answer_call(caller, caller.next(), case[1], 0)
      is(caller.next(), nil, "one more fault")
      is(tostring(got), case[2], "a0 and a1")
    end
  end)

test(
  { "fault: answered with a label, a thread with an unknown call or an exception stays stopped" },
  "both; resumed, it does the same again", function(m)
    for _, program in ipairs { function() seL4.Trap(4711) end, function() error "again" end } do
      local thread = faulty(m, program)
      local name = thread.next().name
      thread.answer(info(0, 1))
      is(thread.next(), nil, "a fault after the answer")
      done(seL4.TCB_Resume(thread.tcb))
      expect(thread.next(), { name = name })
    end
  end)

test({ "fault: what the processor refuses tells number and code, and an answer where to go on",
  "fault UserException" }, "an error of Lua", function(m)
    local order = log()
    local thread = faulty(m, function() error "no" end)
    expect(thread.next(), { name = "UserException", Number = seL4.LuaException_Error, Code = 0 })
    seL4.SetMR(0, seL4.Entry(function() order "a second life" end))
    thread.answer(info(1))
    is(thread.next(), nil, "one more fault")
    is(tostring(order), "a second life", "where it goes on")
  end)

test({ "fault: a message with label 0 is no fault", "fault NullFault" }, "from an ordinary thread",
  function(m)
    local endpoint, s = m:object(seL4.EndpointObject), server(m)
    suite.thread(m, function()
      seL4.Send(endpoint, info(2, 0))
    end)
    suite.rest()
    is(seL4.getFault((s.recv(endpoint))).name, "NullFault", "its name")
  end)

-- --- handlers ------------------------------------------------------------------------------------

test({ "fault: a fault waits until its handler receives" }, "three threads, in order", function(m)
  local endpoint, s, order = m:object(seL4.EndpointObject), server(m), log()
  for badge = 1, 3 do
    suite.thread(m, function()
      seL4.Load8(NOWHERE)
    end, { fault_endpoint = m:copy(endpoint, ALL, badge) })
    suite.rest()
  end
  for _ = 1, 3 do
    order(select(2, s.recv(endpoint)))
  end
  is(tostring(order), "1 2 3", "the badges")
end)

test({ "fault: without a handler a thread stops; resumed, it tries again" }, "no endpoint",
  function(m)
    local vaddr, got = m:window(1 << seL4.PageBits), log()
    local loader = suite.thread(m, function()
      got(seL4.Load8(vaddr))
    end)
    suite.rest()
    m:map(m:object(seL4.RISCV_4K_Page), vaddr)
    suite.rest()
    is(tostring(got), "", "before it is resumed")
    done(seL4.TCB_Resume(loader.tcb))
    suite.rest()
    is(tostring(got), "0", "afterwards")
  end)

test({ "fault: a handler can have a fault itself, and a handler for that" }, "two deep", function(m)
  local vaddr, order = m:window(1 << seL4.PageBits), log()
  local endpoint, s = m:object(seL4.EndpointObject), server(m)
  local handler = faulty(m, function()
    local message = s.recv(endpoint)
    order(seL4.getFault(message).name)
    seL4.Trap(4711)
    order "answers"
    s.answer(info())
  end)
  suite.thread(m, function()
    seL4.Load8(vaddr)
    order "goes on"
  end, { fault_endpoint = endpoint, priority = 50 })
  local fault = handler.next()
  expect(fault, { name = "UnknownSyscall" })
  m:map(m:object(seL4.RISCV_4K_Page), vaddr)
  answer_call(handler, fault, 10, 0)
  suite.rest()
  is(tostring(order), "VMFault answers goes on", "what happened")
end)

test({ "fault: when its handler is destroyed a thread waits on; resumed, it tries again" },
  "after the handler has received", function(m)
    local vaddr, got = m:window(1 << seL4.PageBits), log()
    local endpoint, s = m:object(seL4.EndpointObject), server(m)
    local handler = suite.thread(m, function()
      s.recv(endpoint)
      s.recv(m:object(seL4.EndpointObject))
    end)
    local loader = suite.thread(m, function()
      got(seL4.Load8(vaddr))
    end, { fault_endpoint = endpoint, priority = 50 })
    suite.rest()
    done(seL4.CNode_Delete(ROOT, handler.tcb, DEPTH))
    m:map(m:object(seL4.RISCV_4K_Page), vaddr)
    suite.rest()
    is(tostring(got), "", "before it is resumed")
    done(seL4.TCB_Resume(loader.tcb))
    suite.rest()
    is(tostring(got), "0", "afterwards")
  end)

test({ "fault: when the handler's endpoint is destroyed a thread whose fault waits there stops" },
  "resumed, it tries again", function(m)
    local vaddr, got = m:window(1 << seL4.PageBits), log()
    local endpoint = m:object(seL4.EndpointObject)
    local loader = suite.thread(m, function()
      got(seL4.Load8(vaddr))
    end, { fault_endpoint = endpoint })
    suite.rest()
    m:map(m:object(seL4.RISCV_4K_Page), vaddr)
    done(seL4.CNode_Revoke(ROOT, endpoint, DEPTH)) -- on MCS the TCB has a copy
    done(seL4.CNode_Delete(ROOT, endpoint, DEPTH))
    suite.rest()
    if suite.is_mcs then
      is(tostring(got), "", "before it is resumed")
      done(seL4.TCB_Resume(loader.tcb))
      suite.rest()
    end
    is(tostring(got), "0", "afterwards")
  end)

-- Whether a handler's capability with these rights is told of a fault.
local function is_told(m, rights)
  local endpoint, s = m:object(seL4.EndpointObject), server(m)
  suite.thread(m, function()
    seL4.Load8(NOWHERE)
  end, { fault_endpoint = m:copy(endpoint, rights, 6) })
  suite.rest()
  return select(2, s.nbrecv(endpoint)) == 6
end

test({ "fault: a handler's capability needs rights to write, and to grant or grant replies" },
  "all combinations", function(m)
    for bits = 0, 15 do
      local grant_reply, grant = bits & 1 ~= 0, bits & 2 ~= 0
      local read, write = bits & 4 ~= 0, bits & 8 ~= 0
      local rights = seL4.CapRights_new(grant_reply, grant, read, write)
      local enough = write and (grant or grant_reply)
      if suite.is_mcs and not enough then -- there it is refused at once
        is(pcall(is_told, m, rights), false, "setting it")
      else
        is(is_told(m, rights), enough, ("rights %d"):format(bits))
      end
    end
  end)

if not suite.is_mcs then
  test({ "fault: the handler is looked up in the thread's CSpace when the fault happens" },
    "the slot is filled later", function(m)
      local endpoint, slot, s = m:object(seL4.EndpointObject), m:slot(), server(m)
      suite.thread(m, function()
        seL4.Yield()
        seL4.Load8(NOWHERE)
      end, { fault_endpoint = slot })
      done(seL4.CNode_Copy(ROOT, slot, DEPTH, ROOT, endpoint, DEPTH, ALL))
      suite.rest()
      is(seL4.getFault((s.nbrecv(endpoint))).name, "VMFault", "the fault")
    end)
end

suite.finish()
