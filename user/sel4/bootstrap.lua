-- SPDX-License-Identifier: MIT
--- The first thing a root task needs: slots and kernel objects out of what it was given at boot.
--
--   local bootstrap = require "sel4.bootstrap"
--   local memory = bootstrap.open()                          -- once in a program
--   local endpoint = memory:object(seL4.EndpointObject)      -- the slot of a new endpoint
--   local frame = memory:object(seL4.RISCV_4K_Page)
--   memory:map(frame, 0x50000000)                            -- page tables are made as needed
--
-- This is sel4.alloc and sel4.vspace with plain CPtrs, for programs that call the functions of seL4
-- themselves. Memory is never given back. A failure is an error that says why the kernel refused.

local alloc = require "sel4.alloc"
local errors = require "sel4.errors"
local seL4 = require "seL4"
local vspace = require "sel4.vspace"

local bootstrap = {}

--- The name of an error number, such as "DeleteFirst".
bootstrap.error_name = errors.name

--- For the first result of an invocation: nothing if it is NoError; else raises an error with its
--- name and the kernel's explanation, at the caller's line (or `level` callers further up).
function bootstrap.check(err, level)
  if err ~= seL4.NoError then
    error(("%s: %s"):format(bootstrap.error_name(err), seL4.Explain()), 2 + (level or 0))
  end
end

local Memory = {}
Memory.__index = Memory
Memory.__name = "sel4.bootstrap.memory"

function Memory:__tostring()
  return tostring(self.allocator)
end

--- A slot of the root CNode that is empty and nobody else's.
function Memory:slot()
  return self.allocator:slot()
end

--- Makes an object; returns the slot of its capability. `size_bits` is for the types that come in
--- several sizes: log2 of the number of slots of a CapTable, of the bytes of the others.
function Memory:object(object_type, size_bits)
  return (self.allocator:allocate(object_type, size_bits, 2))
end

--- A frame of the device page at a physical address; returns its slot. Once per page.
function Memory:device_frame(paddr)
  return self.allocator:device_frame(paddr, 2).cptr
end

--- A CSpace of one CNode with 2^bits slots; returns the slot of its capability. The guard is set so
--- that a slot's number is its CPtr, and depth WordBits leads to it.
function Memory:cspace(bits)
  return self.allocator:cspace(bits, nil, 2).cptr
end

--- Copies the capability in `slot` to a new slot with at most `rights` (AllRights if left out) and,
--- unless it is 0 or left out, with a badge. Returns the new slot.
function Memory:copy(slot, rights, badge)
  return self.allocator:copy(slot, rights, badge, nil, 2).cptr
end

--- Addresses for `size` bytes in the root task's VSpace that nothing else uses.
function Memory:window(size)
  return vspace.own(self.allocator):reserve(size).vaddr
end

--- Maps a frame, and makes the page tables it needs. `root` is the VSpace, the caller's own if left
--- out; `rights` are ReadWrite if left out.
function Memory:map(frame, vaddr, root, rights)
  vspace.of(self.allocator, root):map_frame(frame, vaddr, rights, nil, 2)
end

--- The allocator of the root task: { info = boot information, allocator = the same of sel4.alloc }
--- with the methods above. It counts on being the only one that uses empty slots and untyped
--- memory: once in a program, be it here or with alloc.open.
function bootstrap.open()
  local allocator = alloc.linear(alloc.open(2))
  return setmetatable({ info = allocator.info, allocator = allocator }, Memory)
end

return bootstrap
