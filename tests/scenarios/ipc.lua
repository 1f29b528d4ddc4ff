-- SPDX-License-Identifier: MIT
--- Messages: words in registers and in the buffer, badges, order, grant and capability transfer.

local seL4 = require "seL4"
local system = require "lib.system"
local is, are = system.is, system.are

local ep = system.object(seL4.EndpointObject)
local badged = system.copy(ep, seL4.AllRights, 0x77)
local info = seL4.MessageInfo_new

-- A server of a higher priority than the clients: it answers with the words it got, doubled.
local function echo()
  local message, badge, m0, m1, m2, m3 = seL4.RecvWithMRs(ep)
  while seL4.MessageInfo_get_label(message) ~= 99 do
    message, badge, m0, m1, m2, m3 = seL4.ReplyRecvWithMRs(ep,
      info(badge, 0, 0, seL4.MessageInfo_get_length(message)), m0 * 2, m1 * 2, m2 * 2, m3 * 2)
  end
  seL4.ReplyWithMRs(info(100, 0, 0, 1), 5)
end

system.thread { fn = echo }
local answer, m0, m1, m2, m3 = seL4.CallWithMRs(badged, info(3, 0, 0, 4), 1, 2, 3, 4)
are("CallWithMRs", { seL4.MessageInfo_get_label(answer), m0, m1, m2, m3 }, { 0x77, 2, 4, 6, 8 })
seL4.SetMR(0, 11)
seL4.SetMR(1, -1)
answer = seL4.Call(ep, info(3, 0, 0, 2))
are("Call with SetMR", { seL4.MessageInfo_get_label(answer), seL4.MessageInfo_get_length(answer),
  seL4.GetMR(0), seL4.GetMR(1) }, { 0, 2, 22, -2 })
answer, m0 = seL4.CallWithMRs(ep, info(99, 0, 0, 0))
are("the server ends", { seL4.MessageInfo_get_label(answer), m0 }, { 100, 5 })
is("missing words are 0", select("#", seL4.CallWithMRs(seL4.CapNull, info(1, 0, 0, 0))), 5)

-- A long message: 120 words, both sides have a buffer.
system.thread { buffer = true, fn = function()
  local message, badge = seL4.Recv(ep)
  local sum = 0
  for i = 0, seL4.MessageInfo_get_length(message) - 1 do
    sum = sum + seL4.GetMR(i)
    seL4.SetMR(i, seL4.GetMR(i) + badge)
  end
  is("120 words, their sum", sum, 120 * 119 // 2)
  seL4.Reply(message)
end }
for i = 0, 119 do
  seL4.SetMR(i, i)
end
answer = seL4.Call(badged, info(0, 0, 0, 120))
are("120 words back", { seL4.MessageInfo_get_length(answer), seL4.GetMR(0), seL4.GetMR(4),
  seL4.GetMR(119) }, { 120, 0x77, 0x77 + 4, 0x77 + 119 })

-- A receiver without a buffer gets the first four.
system.thread { fn = function()
  local message = seL4.Recv(ep)
  are("no buffer", { seL4.MessageInfo_get_length(message), seL4.GetMR(3) }, { 4, 3 })
  system.raises("GetMR(4)", "message words from 4 on are in the IPC buffer, but this thread has no "
    .. "IPC buffer", seL4.GetMR, 4)
end }
for i = 0, 9 do
  seL4.SetMR(i, i)
end
seL4.Send(ep, info(0, 0, 0, 10))
system.rest()

-- First come, first served.
local order = {}
for i = 1, 4 do
  system.thread { fn = function() seL4.SendWithMRs(ep, info(0, 0, 0, 1), i) end, priority = 100 }
  system.rest() -- a thread that is resumed goes before its equals: let each come to wait
end
for i = 1, 4 do
  local _, _, word = seL4.RecvWithMRs(ep)
  order[i] = word
end
are("senders in order", order, { 1, 2, 3, 4 })
for i = 1, 3 do
  system.thread { priority = 100, fn = function()
    local _, _, word = seL4.RecvWithMRs(ep)
    order[i] = word
  end }
  system.rest()
end
for i = 1, 3 do
  seL4.SendWithMRs(ep, info(0, 0, 0, 1), 10 + i)
end
system.rest()
are("receivers in order", order, { 11, 12, 13, 4 })

-- Three capabilities in one message: one is received, those to the same endpoint are unwrapped.
local tcb = seL4.CapInitThreadTCB
local other = system.object(seL4.NotificationObject)
local path = system.slot()
local function receive_caps()
  seL4.SetCapReceivePath(seL4.CapInitThreadCNode, path, seL4.WordBits)
  local message, badge = seL4.Recv(ep)
  are("transfer", { badge, seL4.MessageInfo_get_extraCaps(message),
    seL4.MessageInfo_get_capsUnwrapped(message), seL4.GetBadge(0), seL4.DebugCapIdentify(path) },
    { 0, 2, 1, 0x77, 6 })
end
system.thread { buffer = true, fn = receive_caps }
seL4.SetCap(0, badged)
seL4.SetCap(1, other)
seL4.SetCap(2, tcb)
seL4.Send(ep, info(0, 0, 3, 0))
system.rest()
seL4.Signal(path)
is("the received one works", seL4.Wait(other), 0)

-- Three unwrapped.
system.thread { buffer = true, fn = function()
  local message = seL4.Recv(ep)
  are("unwrapped", { seL4.MessageInfo_get_extraCaps(message),
    seL4.MessageInfo_get_capsUnwrapped(message), seL4.GetBadge(0), seL4.GetBadge(1),
    seL4.GetBadge(2) }, { 3, 7, 0, 0x77, 0 })
end }
seL4.SetCap(0, ep)
seL4.SetCap(1, badged)
seL4.SetCap(2, ep)
seL4.Send(ep, info(0, 0, 3, 0))
system.rest()

-- Without the grant right nothing is transferred; without write nothing is sent.
local no_grant = system.copy(ep, seL4.CapRights_new(false, false, true, true))
system.thread { buffer = true, fn = function()
  seL4.SetCapReceivePath(seL4.CapInitThreadCNode, system.slot(), seL4.WordBits)
  is("without grant", seL4.MessageInfo_get_extraCaps((seL4.Recv(ep))), 0)
end }
seL4.SetCap(0, other)
seL4.Send(no_grant, info(0, 0, 1, 0))
system.rest()

-- Without grant and grant-reply a call stops its caller: nobody can answer.
local sender = system.thread { fn = function()
  seL4.Call(no_grant, info(5, 0, 0, 0))
  print "FAIL: answered"
end }
is("a call without grant-reply arrives", seL4.MessageInfo_get_label((seL4.Recv(ep))), 5)
seL4.Reply(info(0, 0, 0, 0))
system.rest()
is("and its caller is suspended for good", seL4.TCB_Suspend(sender), 0)

-- Any message to any capability: what an object's method is underneath.
seL4.SetMR(0, 200)
seL4.SetCap(0, tcb)
is("a method as a raw call", seL4.MessageInfo_get_label(seL4.Call(sender,
  info(seL4.TCBSetPriority, 0, 1, 1))), 0)
seL4.SetMR(0, 2)
is("a raw call with too few words", seL4.MessageInfo_get_label(seL4.Call(sender,
  info(seL4.TCBSetPriority, 0, 1, 0))), seL4.TruncatedMessage)
is("a label that no object knows", seL4.MessageInfo_get_label(seL4.Call(sender,
  info(4711, 0, 0, 0))), seL4.IllegalOperation)
seL4.Send(sender, info(seL4.TCBResume, 0, 0, 0))
seL4.NBSend(sender, info(seL4.TCBSuspend, 0, 0, 0))
print "Send and NBSend invoke too"

-- Two pairs of badged senders: cancelling one badge leaves the other.
local cancelled = {}
for i, badge in ipairs { 8, 9, 8 } do
  local cap = system.copy(ep, seL4.AllRights, badge)
  cancelled[i] = cap
  system.thread { priority = 100, fn = function()
    seL4.SendWithMRs(cap, info(0, 0, 0, 1), i)
    print("sender " .. i .. " goes on")
  end }
end
system.rest()
is("CancelBadgedSends", seL4.CNode_CancelBadgedSends(seL4.CapInitThreadCNode, cancelled[1],
  seL4.WordBits), 0)
local _, badge, word = seL4.RecvWithMRs(ep)
are("the other badge stays", { badge, word }, { 9, 2 })
