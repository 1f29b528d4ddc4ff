-- SPDX-License-Identifier: MIT
--- Stopping, resuming, reading and writing threads: where they stand, and where they go on.

local seL4 = require "seL4"
local system = require "lib.system"
local is, are = system.is, system.are

local ep, note = system.object(seL4.EndpointObject), system.object(seL4.NotificationObject)
local info = seL4.MessageInfo_new
local IMAGE = 0x10000

-- The text of the image from an address to the end of its line.
local function line_at(address)
  local text = seL4.LoadBytes(address, 120)
  return text:match("^[^\n]*")
end

-- A thread that waits stands at the line of its call.
local log = {}
local tcb = system.thread { priority = 100, fn = function(...)
  log[#log + 1] = "args " .. table.concat({ ... }, " ")
  local badge = seL4.Wait(note)
  log[#log + 1] = "badge " .. badge
end, args = { 1, 2, 3, -4, 5, 6 } }
system.rest()
is("arguments", log[1], "args 1 2 3 -4 5 6")
local _, regs = seL4.TCB_ReadRegisters(tcb, false, 0, 32)
is("it stands at", line_at(regs.pc), "  local badge = seL4.Wait(note)")
is("a0 is the capability", regs.a0, note)

-- Suspended while it waits, it waits again; the registers that were read can be written back.
seL4.TCB_Suspend(tcb)
_, regs = seL4.TCB_ReadRegisters(tcb, false, 0, 32)
is("suspended at", line_at(regs.pc), "  local badge = seL4.Wait(note)")
seL4.TCB_WriteRegisters(tcb, true, 0, 32, regs)
system.rest()
is("nothing has happened", #log, 1)
local badged = system.copy(note, seL4.AllRights, 5)
seL4.Signal(badged)
system.rest()
is("it went on", log[2], "badge 5")

-- Behind its call: the call is left out and a register is its result.
tcb = system.thread { priority = 100, fn = function()
  local badge = seL4.Wait(note)
  log[#log + 1] = "other badge " .. badge
end }
system.rest()
_, regs = seL4.TCB_ReadRegisters(tcb, true, 0, 32)
regs.pc, regs.a0 = regs.pc + 4, 1234
seL4.TCB_WriteRegisters(tcb, true, 0, 32, regs)
system.rest()
is("a result was put in", log[3], "other badge 1234")

-- Another call than it made: a0 names another capability, the call is made again.
tcb = system.thread { priority = 100, fn = function()
  local badge = seL4.Wait(note)
  log[#log + 1] = "third badge " .. badge
end }
system.rest()
_, regs = seL4.TCB_ReadRegisters(tcb, true, 0, 32)
local other = system.object(seL4.NotificationObject)
regs.a0 = other
seL4.TCB_WriteRegisters(tcb, true, 0, 32, regs)
system.rest()
seL4.Signal(note)
system.rest()
is("it waits elsewhere", #log, 3)
seL4.Signal(other)
system.rest()
is("signalled there", log[4], "third badge 0")
seL4.Wait(note)

-- Sent to another function, out of coroutines and pcalls; then started once more.
tcb = system.thread { priority = 100, fn = function()
  coroutine.wrap(function()
    pcall(function()
      seL4.Wait(note)
      log[#log + 1] = "never"
    end)
  end)()
end }
system.rest()
local entry = seL4.Entry(function(a0)
  log[#log + 1] = "elsewhere " .. a0
end)
for i = 1, 2 do
  seL4.TCB_WriteRegisters(tcb, true, 0, 32, { pc = entry, a0 = i })
  system.rest()
end
are("elsewhere", { log[5], log[6] }, { "elsewhere 1", "elsewhere 2" })
is("nobody waits any more", select(2, seL4.Poll(note)), 0)
is("Entry gives the same address again", seL4.Entry(system.rest), seL4.Entry(system.rest))

-- An ended thread that is resumed has ended again.
seL4.TCB_Resume(tcb)
system.rest()
is("an ended thread", #log, 6)

-- Preempted, suspended and resumed: it goes on where it was.
local n = 0
tcb = system.thread { priority = 50, fn = function()
  while true do
    n = n + 1
  end
end }
local idler = system.thread { priority = 50, buffer = true, fn = function()
  for _ = 1, 3 do
    seL4.Yield()
  end
  seL4.TCB_SetPriority(seL4.CapInitThreadTCB, seL4.CapInitThreadTCB, 255)
end }
system.check(seL4.TCB_SetPriority(seL4.CapInitThreadTCB, seL4.CapInitThreadTCB, 49))
is("both have run", n > 1000, true)
_, regs = seL4.TCB_ReadRegisters(tcb, true, 0, 1)
is("preempted in the loop", line_at(regs.pc):match("^%s*(%a+)") == "n"
  or line_at(regs.pc):match("^%s*(%a+)") == "while", true)
local before = n
seL4.TCB_Resume(tcb)
system.thread { priority = 50, buffer = true, fn = function()
  for _ = 1, 2 do
    seL4.Yield()
  end
  seL4.TCB_SetPriority(seL4.CapInitThreadTCB, seL4.CapInitThreadTCB, 255)
end }
system.check(seL4.TCB_SetPriority(seL4.CapInitThreadTCB, seL4.CapInitThreadTCB, 49))
is("it counts on", n > before, true)
seL4.TCB_Suspend(tcb)

-- CopyRegisters starts a thread like another one.
local function who(name, number)
  log[#log + 1] = name + number
end
local model = system.thread { fn = who, args = { 40, 2 }, is_stopped = true }
tcb = system.thread { fn = print, is_stopped = true }
system.check(seL4.TCB_CopyRegisters(tcb, model, false, true, true, true, 0))
system.rest()
is("a copy runs", log[7], 42)
seL4.TCB_Resume(model)
system.rest()
is("and the model", log[8], 42)

-- A thread that suspends itself, deletes itself, and deletes its IPC buffer's frame.
local itself = { }
tcb = system.thread { priority = 100, buffer = true, fn = function()
  log[#log + 1] = "stops"
  seL4.TCB_Suspend(itself.tcb)
  log[#log + 1] = "goes on"
  seL4.CNode_Delete(seL4.CapInitThreadCNode, itself.tcb, 64)
  log[#log + 1] = "never"
end, is_stopped = true }
itself.tcb = tcb
seL4.TCB_Resume(tcb)
system.rest()
is("itself suspended", log[#log], "stops")
seL4.TCB_Resume(tcb)
system.rest()
is("resumed it makes the call again, as on seL4", log[#log], "stops")
_, regs = seL4.TCB_ReadRegisters(tcb, false, 0, 1)
is("at", line_at(regs.pc), "  seL4.TCB_Suspend(itself.tcb)")
regs.pc = regs.pc + 4
seL4.TCB_WriteRegisters(tcb, true, 0, 1, regs)
system.rest()
is("itself deleted", log[#log], "goes on")
is("its slot is empty", seL4.DebugCapIdentify(tcb), 0)

-- A thread in a process of its own IPC buffer whose frame goes away.
local frame = system.object(seL4.RISCV_4K_Page)
local vaddr = system.vaddr()
system.map(frame, seL4.CapInitThreadVSpace, vaddr)
tcb = system.thread { priority = 100, is_stopped = true, fn = function()
  seL4.SetMR(10, 5)
  seL4.Recv(ep)
  log[#log + 1] = tostring(select(2, pcall(seL4.GetMR, 10))):match("no IPC buffer")
end }
system.check(seL4.TCB_SetIPCBuffer(tcb, vaddr, frame))
seL4.TCB_Resume(tcb)
system.rest()
is("its word lies in the frame", seL4.Load64(vaddr + 8 + 80), 5)
system.check(seL4.CNode_Revoke(seL4.CapInitThreadCNode, frame, 64)) -- the thread's own too
seL4.Send(ep, info(0, 0, 0, 12))
system.rest()
is("without the frame", log[#log], "no IPC buffer")
is("the image starts at", seL4.LoadBytes(IMAGE, 8), "seLVMimg")
seL4.TCB_Suspend(idler)
