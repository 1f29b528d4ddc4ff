-- SPDX-License-Identifier: MIT
--- Capabilities in messages. behaviours/ipc_caps.lua lists what is shown.

local seL4 = require "seL4"
local messages = require "lib.messages"
local suite = require "lib.conformance"
local test, is, done, type_of = suite.test, suite.is, suite.done, suite.type_of
local info, server = messages.info, messages.server

local ROOT, DEPTH, ALL = seL4.CapInitThreadCNode, seL4.WordBits, seL4.AllRights

-- A thread sends `caps` on `cap`, by seL4.Send unless `send` is given; the root task receives them
-- in the slot `into`, if there is one. Returns the message info.
local function post(m, endpoint, cap, caps, into, send)
  seL4.SetCapReceivePath(ROOT, into or 0, into and DEPTH or 0)
  suite.thread(m, function()
    for i, each in ipairs(caps) do
      seL4.SetCap(i - 1, each)
    end
    (send or seL4.Send)(cap, info(0, 0, #caps))
  end)
  suite.rest()
  return (server(m).recv(endpoint))
end

-- Looks at what came: the number of capabilities, and which of them are badges, as bits.
local function expect(message, count, unwrapped)
  is(seL4.MessageInfo_get_extraCaps(message), count, "capabilities that came")
  is(seL4.MessageInfo_get_capsUnwrapped(message), unwrapped or 0, "unwrapped ones")
end

test({ "ipc_caps: a capability arrives as a child of what was sent" }, "each kind of object",
  function(m)
    local endpoint = m:object(seL4.EndpointObject)
    for _, case in ipairs { { seL4.TCBObject }, { seL4.NotificationObject },
      { seL4.EndpointObject }, { seL4.CapTableObject, 2 }, { seL4.RISCV_4K_Page } } do
      local object, into = m:object(case[1], case[2]), m:slot()
      expect(post(m, endpoint, endpoint, { object }, into), 1)
      is(type_of(into), type_of(object), "what arrived")
      done(seL4.CNode_Revoke(ROOT, object, DEPTH))
      is(type_of(into), 0, "after revoking what was sent")
    end
  end)

-- Whether work goes on, done by a thread that may fault and is stopped at last.
local function goes_on(m, work, meanwhile)
  local went_on = false
  local prober = suite.thread(m, function()
    work()
    went_on = true
  end, { fault_endpoint = m:object(seL4.EndpointObject) })
  suite.rest()
  if meanwhile then
    meanwhile()
    suite.rest()
  end
  done(seL4.TCB_Suspend(prober.tcb))
  return went_on
end

-- Whether the notification's capability may signal, and wait: "sw", "s-", ...
local function rights_of(m, notification, cap)
  seL4.Poll(notification)
  seL4.Signal(cap)
  local _, signalled = seL4.Poll(notification)
  local waits = goes_on(m, function() seL4.Poll(cap) end) -- a fault without the right to read
  return (signalled ~= 0 and "s" or "-") .. (waits and "w" or "-")
end

test({ "ipc_caps: a capability arrives with the rights it was sent with" }, "read and write",
  function(m)
    local endpoint, notification = m:object(seL4.EndpointObject), m:object(seL4.NotificationObject)
    for _, case in ipairs { { false, false, "--" }, { false, true, "s-" }, { true, false, "-w" },
      { true, true, "sw" } } do
      local sent = m:copy(notification, seL4.CapRights_new(false, false, case[1], case[2]), 1)
      local into = m:slot()
      expect(post(m, endpoint, endpoint, { sent }, into), 1)
      is(rights_of(m, notification, into), case[3], "rights")
    end
  end)

-- What a capability to the endpoint allows: "wrgp", each a dash if not. To grant is to send
-- `something`; to grant a reply, or to grant, is to be answered.
local function endpoint_rights(m, endpoint, cap, something)
  local s, into, writes = server(m), m:slot(), nil
  goes_on(m, function() seL4.Send(cap, info(0, 1)) end, function()
    writes = seL4.MessageInfo_get_label(s.nbrecv(endpoint)) == 1
  end)
  local reads = goes_on(m, function() s.nbrecv(cap) end)
  local message = writes and post(m, endpoint, cap, { something }, into)
  local grants = message and seL4.MessageInfo_get_extraCaps(message) == 1
  local is_answered = writes and goes_on(m, function() seL4.Call(cap, info()) end, function()
    s.nbrecv(endpoint)
    s.answer(info())
  end)
  return (writes and "w" or "-") .. (reads and "r" or "-") .. (grants and "g" or "-") ..
    (is_answered and "p" or "-")
end

test({ "ipc_caps: a capability arrives with the rights it was sent with" }, "of an endpoint",
  function(m)
    local carrier, endpoint = m:object(seL4.EndpointObject), m:object(seL4.EndpointObject)
    local notification = m:object(seL4.NotificationObject)
    for bits = 0, 15 do
      local writes, reads, grants = bits & 1 ~= 0, bits & 2 ~= 0, bits & 4 ~= 0
      local grants_reply = bits & 8 ~= 0
      local rights = seL4.CapRights_new(grants_reply, grants, reads, writes)
      local into = m:slot()
      expect(post(m, carrier, carrier, { m:copy(endpoint, rights, 1) }, into), 1)
      is(endpoint_rights(m, endpoint, into, notification), (writes and "w" or "-") ..
        (reads and "r" or "-") .. (writes and grants and "g" or "-") ..
        (writes and (grants or grants_reply) and "p" or "-"), "rights " .. bits)
    end
  end)

test({ "ipc_caps: only a sender with the right to grant sends capabilities" },
  "all rights of the endpoint's capability", function(m)
    local endpoint, notification = m:object(seL4.EndpointObject), m:object(seL4.NotificationObject)
    for bits = 0, 7 do
      local grant_reply, grant, read = bits & 1 ~= 0, bits & 2 ~= 0, bits & 4 ~= 0
      local cap = m:copy(endpoint, seL4.CapRights_new(grant_reply, grant, read, true))
      local into = m:slot()
      expect(post(m, endpoint, cap, { notification }, into), grant and 1 or 0)
      is(type_of(into) ~= 0, grant, "whether it arrived")
    end
  end)

test({ "ipc_caps: NBSend and Call carry capabilities like Send" }, "both", function(m)
  local endpoint, notification = m:object(seL4.EndpointObject), m:object(seL4.NotificationObject)
  local into, s, got = m:slot(), server(m), nil
  expect(post(m, endpoint, endpoint, { notification }, into, seL4.Call), 1)
  is(type_of(into), type_of(notification), "by Call")
  local second = m:slot()
  suite.thread(m, function()
    seL4.SetCapReceivePath(ROOT, second, DEPTH)
    got = s.recv(endpoint)
  end)
  suite.rest()
  seL4.SetCap(0, notification)
  seL4.NBSend(endpoint, info(0, 0, 1))
  suite.rest()
  expect(got, 1)
  is(type_of(second), type_of(notification), "by NBSend")
end)

test({ "ipc_caps: a capability to the endpoint itself arrives as its badge" },
  "badged, without a badge, to another endpoint", function(m)
    local endpoint, other = m:object(seL4.EndpointObject), m:object(seL4.EndpointObject)
    local badged, into = m:copy(endpoint, ALL, 0x55), m:slot()
    expect(post(m, endpoint, endpoint, { badged }, into), 1, 1)
    is(seL4.GetBadge(0), 0x55, "the badge")
    expect(post(m, endpoint, endpoint, { endpoint }, into), 1, 1)
    is(seL4.GetBadge(0), 0, "the badge of one without")
    expect(post(m, endpoint, endpoint, { badged, endpoint, badged }, nil), 3, 7)
    is(type_of(into), 0, "the slot")
    expect(post(m, endpoint, endpoint, { m:copy(other, ALL, 3) }, into), 1, 0)
    is(type_of(into), type_of(other), "to another endpoint")
  end)

test({ "ipc_caps: the first capability that is none to the endpoint takes the slot" },
  "three in each order", function(m)
    local endpoint, tcb = m:object(seL4.EndpointObject), m:object(seL4.TCBObject)
    local badged, notification = m:copy(endpoint, ALL, 8), m:object(seL4.NotificationObject)
    for _, case in ipairs {
      { { badged, tcb, notification }, 2, 1, tcb }, { { tcb, badged, badged }, 3, 6, tcb },
      { { notification, tcb, badged }, 1, 0, notification }, { { badged, badged, tcb }, 3, 3, tcb },
    } do
      local into = m:slot()
      expect(post(m, endpoint, endpoint, case[1], into), case[2], case[3])
      is(type_of(into), type_of(case[4]), "what took the slot")
    end
  end)

test({ "ipc_caps: without an empty slot no capability arrives, but the message does" },
  "none, full, no slot, no CNode", function(m)
    local endpoint, tcb = m:object(seL4.EndpointObject), m:object(seL4.TCBObject)
    local full = m:object(seL4.NotificationObject)
    for _, path in ipairs { { 0, 0, 0 }, { ROOT, full, DEPTH }, { ROOT, 1 << 40, DEPTH },
      { tcb, m:slot(), DEPTH }, { ROOT, m:slot(), 65 }, { 1 << 40, m:slot(), DEPTH } } do
      local s = server(m)
      suite.thread(m, function()
        seL4.SetCap(0, tcb)
        seL4.Send(endpoint, info(1, 4, 1))
      end)
      suite.rest()
      seL4.SetCapReceivePath(path[1], path[2], path[3])
      local message = s.recv(endpoint)
      is(seL4.MessageInfo_get_label(message), 4, "the message")
      expect(message, 0)
    end
    is(type_of(full), type_of(m:object(seL4.NotificationObject)), "what was in the slot")
  end)

test({ "ipc_caps: a slot in another CNode can be named" }, "of 2^3 slots", function(m)
  local endpoint, tcb = m:object(seL4.EndpointObject), m:object(seL4.TCBObject)
  local foreign, s = m:object(seL4.CapTableObject, 3), server(m)
  suite.thread(m, function()
    seL4.SetCap(0, tcb)
    seL4.Send(endpoint, info(0, 0, 1))
  end)
  suite.rest()
  seL4.SetCapReceivePath(foreign, 6, 3)
  expect(s.recv(endpoint), 1)
  local slot = m:slot()
  done(seL4.CNode_Move(ROOT, slot, DEPTH, foreign, 6, 3))
  is(type_of(slot), type_of(tcb), "what arrived")
end)

test({ "ipc_caps: what cannot be copied does not arrive" }, "an untyped that has children",
  function(m)
    local endpoint, untyped = m:object(seL4.EndpointObject), m:object(seL4.UntypedObject, 8)
    done(seL4.Untyped_Retype(untyped, seL4.EndpointObject, 0, ROOT, 0, 0, m:slot(), 1))
    local into = m:slot()
    expect(post(m, endpoint, endpoint, { untyped }, into), 0)
    is(type_of(into), 0, "the slot")
  end)

test({ "ipc_caps: of a waiting sender, capabilities that are gone do not arrive" },
  "one is deleted", function(m)
    local endpoint, tcb, s = m:object(seL4.EndpointObject), m:object(seL4.TCBObject), server(m)
    suite.thread(m, function()
      seL4.SetCap(0, tcb)
      seL4.Send(endpoint, info(0, 6, 1))
    end)
    suite.rest()
    done(seL4.CNode_Delete(ROOT, tcb, DEPTH))
    seL4.SetCapReceivePath(ROOT, m:slot(), DEPTH)
    local message = s.recv(endpoint)
    is(seL4.MessageInfo_get_label(message), 6, "the message")
    -- An empty slot is a capability to the kernel, which cannot be copied.
    expect(message, 0)
  end)

-- --- answers -------------------------------------------------------------------------------------

-- Whether a capability arrives with an answer: the rights to grant of the capabilities that server
-- and caller have of the endpoint, and of the one to the reply object on MCS.
local function answers_with_capability(m, inside_grants, outside_grants, reply_grants)
  local endpoint, tcb = m:object(seL4.EndpointObject), m:object(seL4.TCBObject)
  local inside = m:copy(endpoint, seL4.CapRights_new(true, inside_grants, true, true))
  local outside = m:copy(endpoint, seL4.CapRights_new(true, outside_grants, false, true))
  local into, s, came = m:slot(), server(m), nil
  suite.thread(m, function()
    seL4.SetCapReceivePath(ROOT, into, DEPTH)
    came = seL4.Call(outside, info())
  end)
  suite.rest()
  s.recv(inside)
  seL4.SetCap(0, tcb)
  if reply_grants == false then
    seL4.Send(m:copy(s.reply, seL4.CapRights_new(false, false, true, true)), info(0, 0, 1))
  else
    s.answer(info(0, 0, 1))
  end
  suite.rest()
  is(seL4.MessageInfo_get_extraCaps(came) == 1, type_of(into) ~= 0, "as the message says")
  return type_of(into) ~= 0
end

if suite.is_mcs then
  test({ "ipc_caps: an answer carries capabilities if the reply's capability grants" },
    "whatever the endpoint's", function(m)
      for _, inside in ipairs { true, false } do
        for _, outside in ipairs { true, false } do
          is(answers_with_capability(m, inside, outside, true), true, "with the right")
          is(answers_with_capability(m, inside, outside, false), false, "without the right")
        end
      end
    end)
else
  test({ "ipc_caps: an answer carries capabilities if the server's endpoint grants" },
    "whatever the caller's", function(m)
      for _, outside in ipairs { true, false } do
        is(answers_with_capability(m, true, outside), true, "with the right")
        is(answers_with_capability(m, false, outside), false, "without the right")
      end
    end)
end

suite.finish()
