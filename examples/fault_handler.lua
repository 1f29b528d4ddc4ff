-- SPDX-License-Identifier: MIT
--- Memory on demand: a thread touches addresses where nothing is, and a fault handler puts memory
--- there.
---
---   ./selvm run examples/fault_handler.lua
---
--- When a thread does something that it cannot do, such as reading memory that is not mapped, the
--- kernel stops it and sends a message in its name to an endpoint, its fault handler. When somebody
--- answers the message, the thread tries again. It does not notice that it has waited.

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local thread = require "sel4.thread"

local memory = bootstrap.open()
local PAGE_SIZE = 1 << seL4.PageBits -- 4096 bytes: memory is mapped in pages
local START, PAGES_MAX = 0x60000000, 3 -- how much the handler is willing to give, and where

-- The thread finds its fault handler in its CSpace, which here is the root task's.
local faults = memory:object(seL4.EndpointObject)
local WORKER_BADGE = 7
local worker_faults = memory:copy(faults, seL4.AllRights, WORKER_BADGE)

-- Adds up numbers that it keeps in memory nobody has given it. The last one is one too many.
local function work()
  for i = 0, PAGES_MAX do
    local address = START + i * PAGE_SIZE
    seL4.Store64(address, 100 + i)
    print(("  worker: there is %d at 0x%x"):format(seL4.Load64(address), address))
  end
end

-- What a fault message says, from its label and words.
local function describe(fault)
  return ("%s at 0x%x"):format(fault.name, fault.Addr)
end

local worker = thread.new(memory, { name = "worker", entry = work, fault_endpoint = worker_faults })
worker:start()

local given = 0
while true do
  local info, badge = seL4.Recv(faults) -- waits, so that the worker runs
  local fault = seL4.getFault(info)
  print(("handler: thread %d has had a %s"):format(badge, describe(fault)))
  local page = fault.Addr & ~(PAGE_SIZE - 1)
  if not seL4.isVMFault_tag(info) or given == PAGES_MAX then
    break
  end
  memory:map(memory:object(seL4.RISCV_4K_Page), page) -- fresh memory is zero
  given = given + 1
  seL4.Reply(seL4.MessageInfo_new(0, 0, 0, 0)) -- label 0: go on; the access is made again
end

-- Without an answer the worker waits where it is, before the access that it cannot make.
print("handler: that is enough; the worker is not answered any more")
worker:suspend()
