-- SPDX-License-Identifier: MIT
--- Processes: a VSpace, a CSpace, a Lua heap and a first thread, none of them shared.
--
--   local process = require "sel4.process"
--   local child = process.new(memory, { name = "child", source = 'print("hello", ...)',
--     args = { "x" }, heap_bits = 18, caps = { [1] = endpoint } })
--   child:start()

local bootstrap = require "sel4.bootstrap"
local image = require "sel4.image"
local seL4 = require "seL4"
local tcb = require "sel4.tcb"

local process = {}

local PAGE_SIZE = 1 << seL4.PageBits
local IMAGE_VADDR = 0x10000
local HEAP_BITS, CSPACE_BITS = 20, 6
local KNOWN = { name = true, source = true, args = true, modules = true, heap_bits = true,
  cspace_bits = true, caps = true, priority = true, fault_endpoint = true }
for _, name in ipairs(tcb.TIME_OPTIONS) do
  KNOWN[name] = true
end

local check = bootstrap.check

-- The image of a program with the modules { [name] = text } that it requires.
local function make_image(name, source, modules, args)
  local list = { { name, source } }
  for module_name, text in pairs(modules) do
    list[#list + 1] = { module_name, text }
  end
  return image.pack(list, args)
end

-- Fills frames with an image and maps them in the new VSpace; the address after the last.
local function load_image(memory, vspace, bytes)
  local vaddr = IMAGE_VADDR
  local window = memory:window(PAGE_SIZE)
  for at = 1, #bytes, PAGE_SIZE do
    local frame = memory:object(seL4.RISCV_4K_Page)
    memory:map(frame, window)
    seL4.StoreBytes(window, bytes:sub(at, at + PAGE_SIZE - 1))
    check(seL4.RISCV_Page_Unmap(frame), 1)
    memory:map(frame, vaddr, vspace, seL4.CanRead)
    vaddr = vaddr + PAGE_SIZE
  end
  return vaddr
end

-- A VSpace with a Lua heap: what a Lua thread needs to run in.
local function make_vspace(memory, heap_bits)
  local vspace = memory:object(seL4.RISCV_PageTableObject)
  local heap = memory:object(seL4.LuaHeapObject, heap_bits)
  check(seL4.RISCV_ASIDPool_Assign(seL4.CapInitThreadASIDPool, vspace), 1)
  check(seL4.Lua_Heap_Bind(heap, vspace), 1)
  return vspace, heap
end

local function make_cspace(memory, bits, caps)
  local cspace = memory:cspace(bits)
  for index, slot in pairs(caps) do
    check(seL4.CNode_Copy(cspace, index, seL4.WordBits, seL4.CapInitThreadCNode, slot,
      seL4.WordBits, seL4.AllRights), 1)
  end
  return cspace
end

local Process = {}
Process.__index = Process
Process.__name = "sel4.process"

function Process:__tostring()
  return ("process '%s' of TCB %d"):format(self.name, self.tcb)
end

--- Lets the process's first thread run its program from the start.
function Process:start()
  check(seL4.TCB_WriteRegisters(self.tcb, true, 0, 1, { pc = IMAGE_VADDR }), 1)
  return self
end

--- Bytes of its heap: size, in use, most ever in use.
function Process:heap_stats()
  local err, size, used, peak = seL4.Lua_Heap_Stats(self.heap)
  check(err, 1)
  return size, used, peak
end

--- Makes a process with one thread. `memory` is of bootstrap.open. Options:
---   source           text of its program;  modules = { name = text } what the program requires
---   args             texts, the program's `...`
---   name             what messages and tables call it
---   heap_bits        log2 of the size of its Lua heap, 16 to 30; 20 (1 MiB) if left out
---   caps             { [index] = slot }: copies of these capabilities are all its CSpace has
---   cspace_bits      log2 of the slots of its CSpace, 6 if left out
---   priority         100 if left out
---   fault_endpoint   CPtr, in its CSpace (MCS: in the caller's), of an endpoint for its faults
---   budget, period   MCS only, with the further options of its time: as for sel4.thread
--- Returns { tcb, vspace, cspace, heap = slots, context = slot or nil } with the methods above.
function process.new(memory, options)
  for key in pairs(options) do
    if not KNOWN[key] then
      error(("process.new: unknown option '%s'"):format(tostring(key)), 2)
    end
  end
  local name = options.name or "process"
  local bytes = make_image(name, options.source or error("process.new: 'source' is missing", 2),
    options.modules or {}, options.args or {})
  local vspace, heap = make_vspace(memory, options.heap_bits or HEAP_BITS)
  local cspace = make_cspace(memory, options.cspace_bits or CSPACE_BITS, options.caps or {})
  local buffer = load_image(memory, vspace, bytes)
  local frame = memory:object(seL4.RISCV_4K_Page)
  local slot = memory:object(seL4.TCBObject)
  memory:map(frame, buffer, vspace)
  local context = tcb.configure(memory, slot, tcb.settings(options, {
    cspace = cspace, vspace = vspace, buffer = buffer, frame = frame,
  }))
  seL4.DebugNameThread(slot, name)
  return setmetatable({ name = name, tcb = slot, context = context, vspace = vspace,
    cspace = cspace, heap = heap }, Process)
end

return process
