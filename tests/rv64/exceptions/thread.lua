-- SPDX-License-Identifier: MIT
--- A RISC-V thread inside the machine, to run a few instructions at a time until a fault.
---
---   local thread = require "thread"
---   thread.write(bytes, places.CODE)
---   local fault = thread.run(places.CODE, { registers = {}, no_fpu = true })
---   thread.data, thread.unwritten      where the caller sees pages of the thread's (places.lua)
---   thread.memory, thread.space        the allocator of its objects, and its VSpace

local alloc = require "sel4.alloc"
local object = require "sel4.object"
local places = require "places"
local seL4 = require "seL4"
local tcb = require "sel4.tcb"
local vspace = require "sel4.vspace"

local PAGE_SIZE, REGISTER_COUNT = 4096, 32
local check = object.check
local thread = {}

local memory = alloc.open()
local own, space = vspace.own(memory), vspace.new(memory, { name = "RISC-V" })
local faults = object.cptr(memory:object(seL4.EndpointObject))
local slot = object.cptr(memory:object(seL4.TCBObject))

thread.memory, thread.space = memory, space

-- A page of the thread's: where the caller sees it, and the frame.
local function page(vaddr, options)
  options = options or {}
  options.vaddr = vaddr
  local region = space:allocate(PAGE_SIZE, options)
  return own:share(region).vaddr, region.frames[1]
end

local code, code_frame = page(places.CODE)
thread.code_frame = code_frame

--- The page that the thread may read and write, and those that it must not write.
thread.data = (page(places.DATA))
thread.unwritten = { (page(places.READ_ONLY, { rights = seL4.CanRead })),
  (page(places.BEHIND, { attributes = seL4.RISCV_ExecuteNever })) }

tcb.configure(memory, slot, { cspace = seL4.CapInitThreadCNode, vspace = space.root, buffer = 0,
  frame = 0, priority = 100, fault_endpoint = faults })

--- Puts code at an address of the page for it.
function thread.write(bytes, start)
  seL4.StoreBytes(code + (start - places.CODE), bytes)
end

--- Runs code from an address on. Options: `registers`, by name, those that are left out
--- begin with 0; `no_fpu`, it may not use floating point. Returns the fault that ends it; the
--- registers then are thread.registers().
function thread.run(start, options)
  check(seL4.TCB_SetFlags(slot, seL4.TCBFlag_MASK, options.no_fpu and seL4.TCBFlag_fpuDisabled
    or seL4.TCBFlag_NoFlag), "TCB_SetFlags")
  options.registers.pc = start
  check(seL4.TCB_WriteRegisters(slot, true, 0, REGISTER_COUNT, options.registers),
    "TCB_WriteRegisters")
  return seL4.getFault((seL4.Recv(faults)))
end

--- Goes on in another VSpace, of sel4.vspace.
function thread.enter(other)
  check(seL4.TCB_SetSpace(slot, faults, seL4.CapInitThreadCNode, 0, other.root, 0),
    "TCB_SetSpace")
end

--- What the registers hold.
function thread.registers()
  local err, registers = seL4.TCB_ReadRegisters(slot, true, 0, REGISTER_COUNT)
  check(err, "TCB_ReadRegisters")
  return registers
end

return thread
