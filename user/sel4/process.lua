-- SPDX-License-Identifier: MIT
--- Processes: a VSpace, a CSpace, a Lua heap and a first thread, none of them shared; or, of RISC-V
--- code, the same without a heap.
--
--   local process = require "sel4.process"
--   local child = process.new(memory, { name = "child", source = 'return "hello", ...',
--     args = { "x" }, heap_bits = 18, caps = { [1] = endpoint }, monitor = true })
--   child:start()
--   print(child:wait())       --> process 'child' has ended with hello, x
--   child:respawn()           -- the same once more, from the beginning
--   child:kill()              -- all its memory is given back
--
-- `program = "a.module"` instead of `source` runs a module of the caller's image; written as a
-- plain string, it is found when the caller's program is started, as with require. What the program
-- requires comes along, if the caller's image has it.
--
-- `elf = bytes` instead makes a process of a RISC-V executable, such as image.file gives. It finds
-- what user/c/src/start.S says in its registers, and its arguments are numbers:
--
--   local server = process.new(memory, { name = "server", elf = image.file "server", args = { 7 },
--     caps = { [1] = endpoint }, monitor = true }):start()

local alloc = require "sel4.alloc"
local check_options = require("sel4.process.options").check
local elf = require "sel4.elf"
local image = require "sel4.image"
local object = require "sel4.object"
local seL4 = require "seL4"
local tcb = require "sel4.tcb"
local vspace = require "sel4.vspace"

local process = {}

local HEAP_BITS, CSPACE_BITS = 20, 6
local STARTER = { program = "sel4.start" } -- so named, the linker finds it
local REGISTER_COUNT = 32
local check = object.check

-- --- what it runs -------------------------------------------------------------------------------

-- The program's name and text.
local function program_of(options)
  if options.program then
    local text = image.module(options.program)
    if not text then
      error(("process.new: there is no module '%s' in the image; write its name as a plain string, "
        .. "program = \"%s\""):format(options.program, options.program), 3)
    end
    return options.program, text
  end
  return options.name or "process", options.source
    or error("process.new: 'source' is missing, or 'program'", 3)
end

-- The image of a program that the starter runs. Its arguments tell where the real program lies, so
-- they are known when everything else has its place: numbers of one width.
local WIDTH = 8

local function watched_image(list, args, exit)
  local starter = image.closure(STARTER.program, image.module(STARTER.program), {})
  local is_there = {}
  for _, module in ipairs(starter) do
    is_there[module[1]] = true
  end
  local main = list[1]
  for _, module in ipairs(list) do
    if not is_there[module[1]] then
      starter[#starter + 1] = module
    end
  end
  local number = ("%%0%dd"):format(WIDTH)
  local function arguments(vaddr)
    return { number:format(exit), tcb.RESULT, main[1], number:format(vaddr), #main[2],
      table.unpack(args) }
  end
  local bytes = image.pack(starter, arguments(0))
  for _, module in ipairs(image.modules(function(offset, size)
    return bytes:sub(offset + 1, offset + size)
  end)) do
    if module.name == main[1] then
      return image.pack(starter, arguments(image.VADDR + module.offset))
    end
  end
end

-- --- building and taking down -------------------------------------------------------------------

local function copy_caps(self, caps)
  for index, cap in pairs(caps) do
    self:grant(index, cap)
  end
end

-- Fills frames with the program and maps them, to be read and executed; RISC-V code writes there,
-- too.
local function load_image(self, own)
  local bytes, vaddr, rights = self.image, image.VADDR, seL4.CanRead
  if self.elf then
    bytes, vaddr, rights = self.elf.bytes, self.elf.vaddr, seL4.ReadWrite
  end
  local region = self.space:allocate(#bytes, { vaddr = vaddr, rights = rights,
    name = "the program" })
  own:write(region, bytes)
  return region
end

local function make_heap(self)
  self.heap = self.group:object(seL4.LuaHeapObject,
    object.whole(self.options.heap_bits or HEAP_BITS), self.name .. "'s heap").cptr
  check(seL4.Lua_Heap_Bind(self.heap, self.vspace), "Lua_Heap_Bind")
end

local function build(self)
  local options, group = self.options, self.group
  self.space = vspace.new(group, { name = self.name })
  self.vspace = self.space.root
  if not self.elf then
    make_heap(self)
  end
  self.cspace = group:cspace(self.cspace_bits, self.name .. "'s CSpace").cptr
  copy_caps(self, options.caps or {})
  if options.own_cspace then
    self:grant(options.own_cspace, self.cspace)
  end
  local program = load_image(self, vspace.own(alloc.of(self.memory)))
  local buffer = self.space:allocate(1 << seL4.PageBits,
    { vaddr = program.vaddr + program.size, name = "the IPC buffer" })
  self.buffer = buffer.vaddr
  self.tcb = group:object(seL4.TCBObject, nil, self.name).cptr
  local settings = tcb.settings(options, { cspace = self.cspace, slot = self.exit_slot,
    vspace = self.vspace, buffer = buffer.vaddr, frame = buffer.frames[1].cptr })
  tcb.watch(self, group, options, settings)
  self.context = tcb.configure(group, self.tcb, settings)
  seL4.DebugNameThread(self.tcb, self.name)
end

local Process = setmetatable({ kind = "process" }, { __index = tcb.Task })
Process.__index = Process
Process.__name = "sel4.process"
Process.__tostring = tcb.Task.__tostring

-- The registers that a RISC-V process begins with.
local function first_registers(self)
  local a = self.options.args or {}
  return { pc = self.elf.entry, a0 = 0, a1 = self.buffer, a2 = a[1], a3 = a[2], a4 = a[3],
    a5 = a[4], a6 = self.watch and self.watch.exit }
end

--- Lets the process's first thread run its program from the start. Of RISC-V code the data are as
--- the last run has left them; respawn loads it anew.
function Process:start()
  self:check_alive("start", 2)
  self.event = nil
  local registers, count = { pc = image.VADDR }, 1
  if self.elf then
    registers, count = first_registers(self), REGISTER_COUNT
  end
  check(seL4.TCB_WriteRegisters(self.tcb, true, 0, count, registers), "TCB_WriteRegisters")
  return self
end

--- Bytes of its heap: size, in use, most ever in use. RISC-V code has none, which is an error.
function Process:heap_stats()
  self:check_alive("heap_stats", 2)
  if not self.heap then
    error(("heap_stats: %s runs RISC-V code and has no Lua heap"):format(tostring(self)), 2)
  end
  local err, size, used, peak = seL4.Lua_Heap_Stats(self.heap)
  check(err, "Lua_Heap_Stats")
  return size, used, peak
end

--- Copies a capability into slot `index` of the process's CSpace, with at most `rights` (all if
--- left out) and, unless it is 0 or left out, with a badge.
function Process:grant(index, cap, rights, badge)
  self:check_alive("grant", 2)
  local slot = object.cptr(cap, 2)
  if badge and badge ~= 0 then
    check(seL4.CNode_Mint(self.cspace, index, seL4.WordBits, self.group.cnode, slot, seL4.WordBits,
      rights or seL4.AllRights, badge), "CNode_Mint")
  else
    check(seL4.CNode_Copy(self.cspace, index, seL4.WordBits, self.group.cnode, slot, seL4.WordBits,
      rights or seL4.AllRights), "CNode_Copy")
  end
end

--- Ends the process at once and gives back all that it was made of. Of its methods only respawn and
--- kill are of use then; the others are errors.
function Process:kill()
  if self.is_killed then
    return
  end
  self.is_killed = true
  self.group:destroy()
  tcb.unwatch(self)
end

Process.__close = Process.kill

--- Kills the process if it is still there, and starts it once more, with the capabilities of its
--- options. They must still be there.
function Process:respawn()
  self:kill()
  self.is_killed = false
  local is_built, err = pcall(build, self)
  if not is_built then
    self:kill()
    object.raise(err, 2)
  end
  return self:start()
end

--- Name of the module, number and text of the line of its program that an address stands for; nil
--- of RISC-V code.
function Process:place(address)
  if self.image then
    return image.place(address, self.image)
  end
end

-- Reads the executable of a RISC-V process.
local function read_elf(options)
  local program, why = elf.load(options.elf)
  return program or error(("process.new: the executable cannot be loaded: %s"):format(why), 3)
end

-- Reads the Lua program of a process, `name` and `text`.
local function make_image(self, options, name, text)
  local list = image.closure(name, text, options.modules or {})
  if not options.monitor then
    return image.pack(list, options.args or {})
  end
  return watched_image(list, options.args or {}, self.exit_slot)
end

--- Makes a process with one thread. `memory` is of alloc.open or bootstrap.open; only the first is
--- given back all. Options:
---   source, program  text of its program, or the name of a module of the caller's image
---   elf              instead: the bytes of a RISC-V executable, linked statically; it runs beside
---                    Lua processes, with its data and its first stack in the image
---   modules          { name = text } that the program requires, besides those of the caller's
---                    image
---   args             strings and numbers, the program's `...`; all arrive as strings, as on a
---                    command line. With `elf` up to 4 integers
---   name             what messages and tables call it
---   heap_bits        log2 of the size of its Lua heap, 16 to 30; 20 (1 MiB) if left out
---   bytes            the most memory that all its objects together may take; no limit if left out
---   caps             { [index] = capability }: copies of these are all its CSpace has
---   own_cspace       index of a slot for a capability to its own CSpace; none if left out
---   cspace_bits      log2 of the slots of its CSpace, 6 if left out
---   priority         100 if left out
---   monitor          a sel4.monitor that is told of its end, its results (any values of
---                    sel4.msgpack, up to 900 bytes; to send some takes 40 KiB of its heap; of
---                    C code what main returns) and its faults; true: one of its own, for wait. It
---                    has a capability to the monitor then, in slot `monitor_slot`, the last one
---                    if left out
---   fault_endpoint   instead of a monitor: CPtr, in its CSpace (MCS: in the caller's), of an
---                    endpoint for its faults
---   budget, period   MCS only, with the further options of its time: as for sel4.thread
--- Returns { tcb, vspace, cspace, heap = slots, context = slot or nil, space = its sel4.vspace }
--- with the methods above and those of tcb.Task.
function process.new(memory, options)
  local allocator = alloc.of(memory, "process.new", 2)
  check_options(options, 2)
  local program, text, executable
  if options.elf then
    executable = read_elf(options)
  else
    program, text = program_of(options)
  end
  local name = options.name or program or "process"
  local bits = object.whole(options.cspace_bits or CSPACE_BITS)
  local self = setmetatable({ name = name, memory = memory, options = options, cspace_bits = bits,
    elf = executable, group = allocator:group { name = name, bytes = options.bytes } },
    Process)
  if options.monitor then
    self.exit_slot = options.monitor_slot or (1 << bits) - 1
  end
  if not executable then
    self.image = make_image(self, options, program, text)
  end
  local is_built, err = pcall(build, self)
  if not is_built then
    self:kill()
    object.raise(err, 2)
  end
  return self
end

return process
