-- SPDX-License-Identifier: MIT
--- What the scenarios need of a system: objects, mapped memory, threads and processes. Everything
--- is made from the root task's largest untyped memory and never given back.
---
---   local system = require "lib.system"
---   local endpoint = system.object(seL4.EndpointObject)
---   local tcb = system.thread { fn = function(a0) print(a0) end, args = { 7 }, priority = 200 }
---   system.is("what was tested", 1 + 1, 2)     --> what was tested: 2

local image = require "sel4.image"
local seL4 = require "seL4"

local system = {}

local PAGE_SIZE = 4096
local CHILD_IMAGE = 0x10000     -- where processes find their program
local FIRST_FREE_VADDR = 0x20000000
local REGISTER_COUNT = 32

local info = seL4.GetBootInfo()
local next_slot, next_vaddr = info.empty.start, FIRST_FREE_VADDR

--- A list of values as text.
local function text_of(...)
  local texts = table.pack(...)
  for i = 1, texts.n do
    local value = texts[i]
    texts[i] = math.type(value) == "integer" and (value < -9 or value > 9999)
      and ("0x%x"):format(value) or tostring(value)
  end
  return table.concat(texts, " ")
end

--- Prints a result, and says so if it is not the expected one.
function system.is(what, got, wanted)
  if got == wanted then
    print(("%s: %s"):format(what, text_of(got)))
  else
    print(("FAIL %s: %s, not %s"):format(what, text_of(got), text_of(wanted)))
  end
end

--- The same for several results: { got } and { wanted } with fields n, or plain lists.
function system.are(what, got, wanted)
  local a = text_of(table.unpack(got, 1, got.n or #got))
  local b = text_of(table.unpack(wanted, 1, wanted.n or #wanted))
  print(a == b and ("%s: %s"):format(what, a) or ("FAIL %s: %s, not %s"):format(what, a, b))
end

--- Runs a function that must raise an error with the text in it.
function system.raises(what, text, fn, ...)
  local ok, problem = pcall(fn, ...)
  problem = tostring(problem)
  if not ok and problem:find(text, 1, true) then
    print(("%s: error: %s"):format(what, text))
  else
    print(("FAIL %s: %s %s, not an error with %s"):format(what, ok, problem, text))
  end
end

--- Passes results on if the first, an error number, is 0.
function system.check(err, ...)
  if err ~= 0 then
    error(("error %d: %s"):format(err, seL4.Explain() or "?"), 2)
  end
  return ...
end
local check = system.check

--- A slot of the root CNode that has never been used.
function system.slot(count)
  local slot = next_slot
  next_slot = next_slot + (count or 1)
  assert(next_slot <= info.empty.stop, "the root CNode is full")
  return slot
end

--- The root task's largest untyped capability of RAM.
local function largest_untyped()
  local best
  for i, untyped in ipairs(info.untypedList) do
    local largest = best and info.untypedList[best].sizeBits or 0
    if not untyped.isDevice and untyped.sizeBits > largest then
      best = i
    end
  end
  return info.untyped.start + best - 1
end
system.untyped = largest_untyped()

--- A new object; its slot. With `count`, so many: the first of their slots.
function system.object(object_type, size_bits, count)
  local slot = system.slot(count)
  for first = 0, (count or 1) - 1, 256 do
    check(seL4.Untyped_Retype(system.untyped, object_type, size_bits or 0, seL4.CapInitThreadCNode,
      0, 0, slot + first, math.min((count or 1) - first, 256)))
  end
  return slot
end

--- A copy of a capability in a new slot; `badge` given, with that badge.
function system.copy(cap, rights, badge)
  local slot, root = system.slot(), seL4.CapInitThreadCNode
  check(seL4.CNode_Mint(root, slot, seL4.WordBits, root, cap, seL4.WordBits,
    rights or seL4.AllRights, badge or 0))
  return slot
end

--- Maps a frame at an address of a VSpace, with the page tables that are missing.
function system.map(frame, vspace, vaddr, rights, attributes)
  while true do
    local err = seL4.RISCV_Page_Map(frame, vspace, vaddr, rights or seL4.ReadWrite,
      attributes or 0)
    if err ~= seL4.FailedLookup then
      check(err)
      return frame
    end
    check(seL4.RISCV_PageTable_Map(system.object(seL4.RISCV_PageTableObject), vspace, vaddr, 0))
  end
end

--- Addresses of the root task's VSpace where nothing is mapped yet.
function system.vaddr(pages)
  local vaddr = next_vaddr
  next_vaddr = next_vaddr + (pages or 1) * PAGE_SIZE
  return vaddr
end

--- A new frame, mapped readable and writable in the root task's VSpace: vaddr, frame.
function system.page()
  local vaddr = system.vaddr()
  return vaddr, system.map(system.object(seL4.RISCV_4K_Page), seL4.CapInitThreadVSpace, vaddr)
end

--- The device's frame, mapped likewise: vaddr.
function system.device(paddr)
  for i, untyped in ipairs(info.untypedList) do
    if untyped.isDevice and untyped.paddr == paddr and untyped.sizeBits == 12 then
      local frame, vaddr = system.slot(), system.vaddr()
      check(seL4.Untyped_Retype(info.untyped.start + i - 1, seL4.RISCV_4K_Page, 0,
        seL4.CapInitThreadCNode, 0, 0, frame, 1))
      system.map(frame, seL4.CapInitThreadVSpace, vaddr)
      return vaddr
    end
  end
  error "no such device"
end

--- A thread. Options: fn or pc, args (a0..a5), priority (254), process, buffer (true: it gets an
--- IPC buffer), fault_ep, cspace, cspace_data, is_stopped. Its TCB's slot, the buffer's address.
function system.thread(options)
  local tcb = system.object(seL4.TCBObject)
  local vspace = options.process and options.process.vspace or seL4.CapInitThreadVSpace
  local buffer, frame = 0, 0
  if options.buffer then
    buffer, frame = system.vaddr(), system.object(seL4.RISCV_4K_Page)
    system.map(frame, vspace, buffer)
  end
  check(seL4.TCB_Configure(tcb, options.fault_ep or 0, options.cspace or seL4.CapInitThreadCNode,
    options.cspace_data or 0, vspace, 0, buffer, frame))
  check(seL4.TCB_SetPriority(tcb, seL4.CapInitThreadTCB, options.priority or 254))
  local regs = { pc = options.pc or options.fn and seL4.Entry(options.fn) or CHILD_IMAGE }
  for i, value in ipairs(options.args or {}) do
    regs["a" .. i - 1] = value
  end
  check(seL4.TCB_WriteRegisters(tcb, not options.is_stopped, 0, REGISTER_COUNT, regs))
  return tcb, buffer
end

--- The bytes of a program image: modules { { name, text }, ... }, arguments { text, ... }.
system.image = image.pack

--- Puts bytes into new frames and maps those in a VSpace, to be executed (or with `attributes`).
function system.load(vspace, vaddr, bytes, attributes)
  for at = 1, #bytes, PAGE_SIZE do
    local own, frame = system.page()
    seL4.StoreBytes(own, bytes:sub(at, at + PAGE_SIZE - 1))
    local copy = system.copy(frame)
    system.map(copy, vspace, vaddr + at - 1, seL4.CanRead, attributes)
  end
end

--- A process with a VSpace and a heap of its own. Options: source (of its program), name, modules,
--- args (texts), heap_bits (17). { vspace =, heap =, entry = pc of the program }.
function system.process(options)
  local process = {
    vspace = system.object(seL4.RISCV_PageTableObject),
    heap = system.object(seL4.LuaHeapObject, options.heap_bits or 18),
    entry = CHILD_IMAGE,
  }
  check(seL4.RISCV_ASIDPool_Assign(seL4.CapInitThreadASIDPool, process.vspace))
  check(seL4.Lua_Heap_Bind(process.heap, process.vspace))
  local modules = { { options.name or "child.lua", options.source }, table.unpack(options.modules
    or {}) }
  system.load(process.vspace, CHILD_IMAGE, system.image(modules, options.args or {}))
  return process
end

--- Lets the threads of higher priority than this (1) run until they wait or end: the root task
--- lowers its own meanwhile.
function system.rest(priority)
  check(seL4.TCB_SetPriority(seL4.CapInitThreadTCB, seL4.CapInitThreadTCB, priority or 1))
  check(seL4.TCB_SetPriority(seL4.CapInitThreadTCB, seL4.CapInitThreadTCB, 255))
end

return system
