-- SPDX-License-Identifier: MIT
--- Slots of the root task's CNode with objects in known states, each made when it is first named.
---
---   local b = require("lib.bench").open(m)     -- m: the allocator of a test
---   b.endpoint, b.mapped_frame, b.empty        -- slots

local bootstrap = require "sel4.bootstrap"
local seL4 = require "seL4"
local suite = require "lib.conformance"

local bench = {}

local ROOT, DEPTH, ROOT_VSPACE = seL4.CapInitThreadCNode, seL4.WordBits, seL4.CapInitThreadVSpace
local check = bootstrap.check

-- The functions that make the slots: name -> function(b) -> slot. They stand in groups below.
local make = {}

-- --- capabilities of the root task ---------------------------------------------------------------

for name, slot in pairs {
  null = seL4.CapNull, root = ROOT, own_tcb = seL4.CapInitThreadTCB, root_vspace = ROOT_VSPACE,
  irq_control = seL4.CapIRQControl, asid_control = seL4.CapASIDControl,
  asid_pool = seL4.CapInitThreadASIDPool, domain = seL4.CapDomain,
  own_context = seL4.CapInitThreadSC, own_heap = seL4.CapInitThreadLuaHeap,
} do
  make[name] = function()
    return slot
  end
end

function make.sched_control(b)
  return b.memory.info.schedcontrol.start
end

function make.empty(b)
  return b.memory:slot()
end

make.empty2, make.empty3 = make.empty, make.empty

-- --- untyped memory ------------------------------------------------------------------------------

-- 2^14 bytes, nothing made from it.
function make.untyped(b)
  return b.memory:object(seL4.UntypedObject, 14)
end

-- Of 2^bits bytes, an endpoint made from it.
local function used_untyped(b, bits)
  local untyped = b.memory:object(seL4.UntypedObject, bits)
  check(seL4.Untyped_Retype(untyped, seL4.EndpointObject, 0, ROOT, 0, 0, b.memory:slot(), 1))
  return untyped
end

function make.used_untyped(b)
  return used_untyped(b, 13)
end

-- 2^4 bytes.
function make.small_untyped(b)
  return b.memory:object(seL4.UntypedObject, seL4.MinUntypedBits)
end

-- 2^12 bytes: as an ASID pool needs.
function make.page_untyped(b)
  return b.memory:object(seL4.UntypedObject, seL4.PageBits)
end

function make.used_page_untyped(b)
  return used_untyped(b, seL4.PageBits)
end

-- The first device untyped of a page.
function make.device_untyped(b)
  return suite.device_untyped(b.memory, seL4.PageBits)
end

-- --- endpoints and notifications -----------------------------------------------------------------

function make.endpoint(b)
  return b.memory:object(seL4.EndpointObject)
end

make.full = make.endpoint

-- Badge 7, all rights.
function make.badged_endpoint(b)
  return b.memory:copy(b.endpoint, seL4.AllRights, 7)
end

-- May only send.
function make.send_endpoint(b)
  return b.memory:copy(b.endpoint, seL4.CanWrite)
end

function make.notification(b)
  return b.memory:object(seL4.NotificationObject)
end

function make.signal_notification(b)
  return b.memory:copy(b.notification, seL4.CanWrite)
end

function make.wait_notification(b)
  return b.memory:copy(b.notification, seL4.CanRead)
end

-- --- threads -------------------------------------------------------------------------------------

-- Never configured; both priorities are 0.
function make.tcb(b)
  return b.memory:object(seL4.TCBObject)
end

-- Bound to bound_notification.
function make.bound_tcb(b)
  local tcb = b.memory:object(seL4.TCBObject)
  check(seL4.TCB_BindNotification(tcb, b.bound_notification))
  return tcb
end

function make.bound_notification(b)
  return b.memory:object(seL4.NotificationObject)
end

-- A thread waits on it.
function make.awaited_notification(b)
  local notification = b.memory:object(seL4.NotificationObject)
  suite.thread(b.memory, function()
    seL4.Wait(notification)
  end)
  suite.rest()
  return notification
end

-- Holds the last capability to the CNode of its CSpace.
function make.lone_tcb(b)
  local tcb, cnode = b.memory:object(seL4.TCBObject), b.memory:object(seL4.CapTableObject, 1)
  local words = suite.is_mcs and {} or { 0 }
  table.move({ cnode, 0, ROOT_VSPACE, 0 }, 1, 4, #words + 1, words)
  if suite.is_mcs then
    table.insert(words, 1, 0)
  end
  check(seL4.TCB_SetSpace(tcb, table.unpack(words)))
  check(seL4.CNode_Delete(ROOT, cnode, DEPTH))
  return tcb
end

-- --- CNodes --------------------------------------------------------------------------------------

-- 2^4 slots, guard 0 of 0 bits, empty but for the capability in its slot 9.
function make.cnode(b)
  local cnode = b.memory:object(seL4.CapTableObject, 4)
  check(seL4.CNode_Copy(cnode, 9, 4, ROOT, b.endpoint, DEPTH, seL4.AllRights))
  return cnode
end

-- A copy of it with guard 5 of 8 bits.
function make.guarded(b)
  return b.memory:copy(b.cnode, seL4.AllRights, seL4.CNode_CapData_new(5, 8))
end

-- --- memory of address spaces --------------------------------------------------------------------

-- Never mapped.
function make.frame(b)
  return b.memory:object(seL4.RISCV_4K_Page)
end

-- Address of a page of the root task's VSpace that has a page table.
function make.free_vaddr(b)
  local vaddr = b.memory:window(2 << seL4.PageBits)
  b.memory:map(b.memory:object(seL4.RISCV_4K_Page), vaddr)
  return vaddr + (1 << seL4.PageBits)
end

-- In the root task's VSpace at mapped_vaddr.
function make.mapped_frame(b)
  local frame = b.memory:object(seL4.RISCV_4K_Page)
  b.memory:map(frame, b.mapped_vaddr)
  return frame
end

function make.mapped_vaddr(b)
  return b.memory:window(1 << seL4.PageBits)
end

-- Of device memory.
function make.device_frame(b)
  local frame = b.memory:slot()
  check(seL4.Untyped_Retype(b.device_untyped, seL4.RISCV_4K_Page, 0, ROOT, 0, 0, frame, 1))
  return frame
end

-- A page table, neither mapped nor assigned.
function make.table(b)
  return b.memory:object(seL4.RISCV_PageTableObject)
end

-- Root of a VSpace, with tables of both levels at 0: mapped_table and its child.
function make.vspace(b)
  local vspace = b.memory:object(seL4.RISCV_PageTableObject)
  check(seL4.RISCV_ASIDPool_Assign(seL4.CapInitThreadASIDPool, vspace))
  return vspace
end

function make.mapped_table(b)
  local first, second = b.memory:object(seL4.RISCV_PageTableObject),
    b.memory:object(seL4.RISCV_PageTableObject)
  check(seL4.RISCV_PageTable_Map(first, b.vspace, 0, 0))
  check(seL4.RISCV_PageTable_Map(second, b.vspace, 0, 0))
  return first
end

-- The address that they translate; in its last level nothing is mapped.
function make.table_vaddr(b)
  return b.mapped_table and 0
end

-- A mapped page table with a second capability.
function make.copied_table(b)
  local own_table = b.memory:object(seL4.RISCV_PageTableObject)
  check(seL4.RISCV_PageTable_Map(own_table, b.vspace, 2 << 30, 0))
  b.memory:copy(own_table)
  return own_table
end

-- Address of a page of the root task's VSpace where a frame is mapped.
function make.taken_vaddr(b)
  local vaddr = b.memory:window(1 << seL4.PageBits)
  b.memory:map(b.memory:object(seL4.RISCV_4K_Page), vaddr)
  return vaddr
end

-- --- ASIDs ---------------------------------------------------------------------------------------

local function make_pool(b)
  local memory, pool = b.memory:object(seL4.UntypedObject, seL4.PageBits), b.memory:slot()
  return seL4.RISCV_ASIDControl_MakePool(seL4.CapASIDControl, memory, ROOT, pool, DEPTH), pool
end

-- A VSpace whose ASID pool has been deleted: its ASID leads nowhere; and a page table in it.
local function make_orphans(b)
  local err, pool = make_pool(b)
  local vspace = b.memory:object(seL4.RISCV_PageTableObject)
  local inner = b.memory:object(seL4.RISCV_PageTableObject)
  check(err)
  check(seL4.RISCV_ASIDPool_Assign(pool, vspace))
  check(seL4.RISCV_PageTable_Map(inner, vspace, 0, 0))
  check(seL4.CNode_Delete(ROOT, pool, DEPTH))
  rawset(b, "orphan_vspace", vspace)
  rawset(b, "orphan_table", inner)
end

function make.orphan_vspace(b)
  make_orphans(b)
  return b.orphan_vspace
end

function make.orphan_table(b)
  make_orphans(b)
  return b.orphan_table
end

-- The ASIDControl capability, when there are all pools that there may be.
function make.full_asid_control(b)
  local err
  repeat
    err = make_pool(b)
  until err ~= seL4.NoError
  assert(err == seL4.DeleteFirst)
  return seL4.CapASIDControl
end

-- A pool whose ASIDs are all taken.
function make.full_pool(b)
  local err, pool = make_pool(b)
  check(err)
  repeat
    err = seL4.RISCV_ASIDPool_Assign(pool, b.memory:object(seL4.RISCV_PageTableObject))
  until err ~= seL4.NoError
  assert(err == seL4.DeleteFirst)
  return pool
end

-- --- the others ----------------------------------------------------------------------------------

-- Handler of interrupt line bench.LINE.
bench.LINE = 42
function make.handler(b)
  local handler = b.memory:slot()
  check(seL4.IRQControl_Get(seL4.CapIRQControl, bench.LINE, ROOT, handler, DEPTH))
  return handler
end

-- The line, when it has a handler.
function make.used_line(b)
  return b.handler and bench.LINE
end

-- 2^16 bytes, not bound.
function make.heap(b)
  return b.memory:object(seL4.LuaHeapObject, 16)
end

-- Bound to a VSpace of its own, heap_vspace.
function make.bound_heap(b)
  local heap = b.memory:object(seL4.LuaHeapObject, 16)
  check(seL4.Lua_Heap_Bind(heap, b.heap_vspace))
  return heap
end

function make.heap_vspace(b)
  local vspace = b.memory:object(seL4.RISCV_PageTableObject)
  check(seL4.RISCV_ASIDPool_Assign(seL4.CapInitThreadASIDPool, vspace))
  return vspace
end

-- Its VSpace, when it is bound.
function make.full_heap_vspace(b)
  return b.bound_heap and b.heap_vspace
end

-- --- MCS -----------------------------------------------------------------------------------------

-- Of 2^7 bytes, 1 ms in 2 ms, nobody's.
function make.context(b)
  local context = b.memory:object(seL4.SchedContextObject, seL4.MinSchedContextBits)
  check(seL4.SchedControl_ConfigureFlags(b.sched_control, context, 1000, 2000, 0, 0, 0))
  return context
end

-- Never configured, so without time.
function make.empty_context(b)
  return b.memory:object(seL4.SchedContextObject, seL4.MinSchedContextBits)
end

-- Bound to context_tcb and context_notification.
function make.bound_context(b)
  local context = b.memory:object(seL4.SchedContextObject, seL4.MinSchedContextBits)
  check(seL4.SchedContext_Bind(context, b.context_tcb))
  check(seL4.SchedContext_Bind(context, b.context_notification))
  return context
end

function make.context_tcb(b)
  return b.memory:object(seL4.TCBObject)
end

function make.context_notification(b)
  return b.memory:object(seL4.NotificationObject)
end

-- Both, when they are bound.
function make.owner_tcb(b)
  return b.bound_context and b.context_tcb
end

function make.owner_notification(b)
  return b.bound_context and b.context_notification
end

-- A thread that waits and has no scheduling context any more.
function make.waiting_tcb(b)
  local notification = b.memory:object(seL4.NotificationObject)
  local thread = suite.thread(b.memory, function()
    seL4.Wait(notification)
  end)
  suite.rest()
  check(seL4.SchedContext_Unbind(thread.context))
  return thread.tcb
end

-- --- opening -------------------------------------------------------------------------------------

local Bench = {}

function Bench.__index(b, name)
  local maker = make[name]
  if not maker then
    error(("the bench has no '%s'"):format(tostring(name)), 2)
  end
  local slot = maker(b)
  rawset(b, name, slot)
  return slot
end

--- A bench whose objects are made with the allocator of a test.
function bench.open(m)
  return setmetatable({ memory = m }, Bench)
end

return bench
