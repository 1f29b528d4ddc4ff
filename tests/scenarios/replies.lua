-- SPDX-License-Identifier: MIT
--- The right to answer: once, kept for later, lost, and taken away.

local seL4 = require "seL4"
local system = require "lib.system"
local is = system.is

local ep = system.object(seL4.EndpointObject)
local info = seL4.MessageInfo_new
local root, depth = seL4.CapInitThreadCNode, seL4.WordBits

local answers = {}
local function client(number)
  return system.thread { priority = 100, fn = function()
    local message, word = seL4.CallWithMRs(ep, info(0, 0, 0, 1), number)
    answers[#answers + 1] = ("%d:%d/%d"):format(number, seL4.MessageInfo_get_label(message), word)
  end }
end

local function answers_so_far()
  local text = table.concat(answers, " ")
  answers = {}
  return text
end

-- The second answer to one call goes nowhere.
client(1)
local _, _, word = seL4.RecvWithMRs(ep)
is("the call", word, 1)
seL4.ReplyWithMRs(info(5, 0, 0, 1), 6)
seL4.ReplyWithMRs(info(7, 0, 0, 1), 8)
system.rest()
is("answered once", answers_so_far(), "1:5/6")

-- SaveCaller keeps two callers, who are answered in the other order.
local saved = { system.slot(), system.slot() }
for i = 1, 2 do
  client(i)
  seL4.Recv(ep)
  is("SaveCaller", seL4.CNode_SaveCaller(root, saved[i], depth), 0)
  is("a reply capability", seL4.DebugCapIdentify(saved[i]), 8)
end
client(3)
seL4.Recv(ep)
is("SaveCaller onto another", seL4.CNode_SaveCaller(root, saved[1], depth), seL4.DeleteFirst)
seL4.Reply(info(0, 0, 0, 0))
seL4.SendWithMRs(saved[2], info(2, 0, 0, 1), 22)
seL4.SendWithMRs(saved[1], info(1, 0, 0, 1), 11)
is("a reply capability is used up", seL4.DebugCapIdentify(saved[1]), 0)
system.rest()
is("who is woken last goes first", answers_so_far(), "1:1/11 2:2/22 3:0/3")
is("SaveCaller without one", seL4.CNode_SaveCaller(root, saved[1], depth), 0)
is("leaves the slot empty", seL4.DebugCapIdentify(saved[1]), 0)

-- A reply capability can be moved but not copied.
client(4)
seL4.Recv(ep)
system.check(seL4.CNode_SaveCaller(root, saved[1], depth))
is("copying one", seL4.CNode_Copy(root, system.slot(), depth, root, saved[1], depth,
  seL4.AllRights), seL4.IllegalOperation)
local moved = system.slot()
is("moving one", seL4.CNode_Move(root, moved, depth, root, saved[1], depth), 0)
-- An answer by Call: the caller waits for the answer to the answer.
seL4.SendWithMRs(moved, info(0, 0, 0, 1), 44)
system.rest()
is("answered through the moved one", answers_so_far(), "4:0/44")

-- The caller that is restarted while it waits calls again.
local caller = client(5)
seL4.Recv(ep)
system.check(seL4.CNode_SaveCaller(root, saved[1], depth))
seL4.TCB_Suspend(caller)
is("suspending the caller takes its answer away", seL4.DebugCapIdentify(saved[1]), 0)
seL4.TCB_Resume(caller)
_, _, word = seL4.RecvWithMRs(ep)
is("resumed it calls again", word, 5)
seL4.ReplyWithMRs(info(0, 0, 0, 1), 55)
system.rest()
is("answered", answers_so_far(), "5:0/55")

-- The caller that is deleted.
caller = client(6)
seL4.RecvWithMRs(ep)
is("deleting the caller", seL4.CNode_Delete(root, caller, depth), 0)
seL4.ReplyWithMRs(info(0, 0, 0, 1), 66)
system.rest()
is("nobody is answered", answers_so_far(), "")

-- A reply capability that is deleted leaves the caller waiting for ever.
client(7)
seL4.RecvWithMRs(ep)
system.check(seL4.CNode_SaveCaller(root, saved[1], depth))
is("deleting the answer", seL4.CNode_Delete(root, saved[1], depth), 0)
system.rest()
is("nobody is answered", answers_so_far(), "")

-- The next receive gives up the right to answer the last caller.
client(8)
client(9)
seL4.Recv(ep)
seL4.Recv(ep)
seL4.ReplyWithMRs(info(0, 0, 0, 1), 99)
system.rest()
is("only the last caller is answered", answers_so_far():match "%d:", "8:")
