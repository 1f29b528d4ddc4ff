-- SPDX-License-Identifier: MIT
--- Calls that do not wait, notifications, and notifications bound to threads.

local seL4 = require "seL4"
local system = require "lib.system"
local is, are = system.is, system.are

local ep = system.object(seL4.EndpointObject)
local info = seL4.MessageInfo_new

-- NBSend to nobody is lost, NBRecv from nobody gives badge 0.
seL4.NBSend(ep, info(1, 0, 0, 0))
seL4.NBSendWithMRs(ep, info(1, 0, 0, 1), 5)
local _, badge = seL4.NBRecv(ep)
is("NBRecv finds nothing: badge", badge, 0)
is("NBRecvWithMRs: number of results", select("#", seL4.NBRecvWithMRs(ep)), 6)

-- With a receiver NBSend delivers; with a sender NBRecv takes.
local badged = system.copy(ep, seL4.AllRights, 31)
local got
system.thread { fn = function() got = table.pack(seL4.RecvWithMRs(ep)) end }
system.rest()
seL4.NBSendWithMRs(badged, info(6, 0, 0, 2), 7, 8)
system.rest()
are("NBSend to a receiver", { seL4.MessageInfo_get_label(got[1]), got[2], got[3], got[4] },
  { 6, 31, 7, 8 })
local is_sent
system.thread { fn = function()
  seL4.SendWithMRs(badged, info(9, 0, 0, 1), 10)
  is_sent = true
end }
system.rest()
is("the sender waits", is_sent, nil)
local message
message, badge, got = seL4.NBRecvWithMRs(ep)
are("NBRecv from a sender", { seL4.MessageInfo_get_label(message), badge, got }, { 9, 31, 10 })
system.rest()
is("the sender has gone on", is_sent, true)

-- What does not wait does not fault either: no capability, no right.
seL4.NBSend(system.slot(), info(0, 0, 0, 0))
seL4.NBSend(1 << 50, info(0, 0, 0, 0))
print "NBSend to no capability is dropped"

-- Notifications collect badges until somebody looks.
local note = system.object(seL4.NotificationObject)
local one, two = system.copy(note, seL4.AllRights, 1), system.copy(note, seL4.AllRights, 2)
_, badge = seL4.Poll(note)
is("Poll finds nothing: badge", badge, 0)
seL4.Signal(one)
seL4.Signal(two)
seL4.Signal(two)
_, badge = seL4.Poll(note)
is("Poll finds both", badge, 3)
seL4.Signal(two)
is("Wait does not wait", seL4.Wait(note), 2)
_, badge = seL4.Poll(note)
is("nothing is left", badge, 0)
local waited = {}
for i = 1, 3 do
  system.thread { priority = 50, fn = function()
    local badges = seL4.Wait(note)
    waited[#waited + 1] = { i, badges }
  end }
  system.rest()
end
for _, cap in ipairs { two, one, two } do
  seL4.Signal(cap)
  system.rest()
end
for i, entry in ipairs(waited) do
  are("waiter", entry, { i, i == 2 and 1 or 2 })
end

-- A bound notification reaches its thread while it receives on an endpoint.
local log = {}
local tcb = system.thread { priority = 60, fn = function()
  for _ = 1, 3 do
    local m, b, word = seL4.RecvWithMRs(ep)
    log[#log + 1] = ("%d/%d/%d"):format(seL4.MessageInfo_get_label(m), b, word)
  end
end, is_stopped = true }
is("BindNotification", seL4.TCB_BindNotification(tcb, note), 0)
is("bound twice", seL4.TCB_BindNotification(tcb, note), seL4.IllegalOperation)
seL4.TCB_Resume(tcb)
system.rest()
seL4.Signal(two)
system.rest()
seL4.SendWithMRs(badged, info(4, 0, 0, 1), 44)
system.rest()
seL4.Signal(one)
system.rest()
is("signal, message, signal", table.concat(log, " "), "0/2/0 4/31/44 0/1/0")
is("UnbindNotification", seL4.TCB_UnbindNotification(tcb), 0)
is("unbound twice", seL4.TCB_UnbindNotification(tcb), seL4.IllegalOperation)

-- A call and its answer are not disturbed by signals; they wait until the next receive.
local server_log
local server = system.thread { priority = 60, fn = function()
  local _, b = seL4.Recv(ep)
  seL4.Signal(two)
  local _, b2 = seL4.ReplyRecv(ep, info(0, 0, 0, 0))
  server_log = { b, b2 }
end, is_stopped = true }
seL4.TCB_BindNotification(server, note)
seL4.TCB_Resume(server)
seL4.Call(badged, info(0, 0, 0, 0))
system.rest()
are("the signal comes at ReplyRecv", server_log, { 31, 2 })

-- Yield hands over to equals.
local turns = {}
for i = 1, 2 do
  system.thread { priority = 40, fn = function()
    for _ = 1, 3 do
      turns[#turns + 1] = i
      seL4.Yield()
    end
  end }
end
system.rest()
is("turns", table.concat(turns), "212121")
