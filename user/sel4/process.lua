-- SPDX-License-Identifier: MIT
--- Processes: a VSpace, a CSpace, a Lua heap and a first thread, none of them shared.
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

local alloc = require "sel4.alloc"
local image = require "sel4.image"
local object = require "sel4.object"
local seL4 = require "seL4"
local tcb = require "sel4.tcb"
local vspace = require "sel4.vspace"

local process = {}

local HEAP_BITS, CSPACE_BITS = 20, 6
local STARTER = { program = "sel4.start" } -- so named, the linker finds it
local KNOWN = tcb.known_options { "name", "source", "program", "args", "modules", "heap_bits",
  "cspace_bits", "caps", "priority", "fault_endpoint", "monitor", "monitor_slot", "own_cspace",
  "bytes" }
local check = object.check

-- --- what it runs -------------------------------------------------------------------------------

-- The program's name and text.
local function program_of(options)
  if options.program then
    local text = image.module(options.program)
    if not text then
      error(("process.new: there is no module '%s' in the image; write its name as a plain string, "
        .. "program = \"%s\""):format(options.program, options.program), 4)
    end
    return options.program, text
  end
  return options.name or "process", options.source
    or error("process.new: 'source' is missing, or 'program'", 4)
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

-- Fills frames with the image and maps them, to be read and executed.
local function load_image(self, own)
  local region = self.space:allocate(#self.image, { vaddr = image.VADDR, rights = seL4.CanRead,
    name = "the program" })
  own:write(region, self.image)
  return region
end

local function build(self)
  local options, group = self.options, self.group
  self.space = vspace.new(group, { name = self.name })
  self.vspace = self.space.root
  self.heap = group:object(seL4.LuaHeapObject, options.heap_bits or HEAP_BITS,
    self.name .. "'s heap").cptr
  check(seL4.Lua_Heap_Bind(self.heap, self.vspace), "Lua_Heap_Bind")
  self.cspace = group:cspace(self.cspace_bits, self.name .. "'s CSpace").cptr
  copy_caps(self, options.caps or {})
  if options.own_cspace then
    self:grant(options.own_cspace, self.cspace)
  end
  local program = load_image(self, vspace.own(alloc.of(self.memory)))
  local buffer = self.space:allocate(1 << seL4.PageBits,
    { vaddr = program.vaddr + program.size, name = "the IPC buffer" })
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

--- Lets the process's first thread run its program from the start.
function Process:start()
  self.event = nil
  check(seL4.TCB_WriteRegisters(self.tcb, true, 0, 1, { pc = image.VADDR }), "TCB_WriteRegisters")
  return self
end

--- Bytes of its heap: size, in use, most ever in use.
function Process:heap_stats()
  local err, size, used, peak = seL4.Lua_Heap_Stats(self.heap)
  check(err, "Lua_Heap_Stats")
  return size, used, peak
end

--- Copies a capability into slot `index` of the process's CSpace, with at most `rights` (all if
--- left out) and, unless it is 0 or left out, with a badge.
function Process:grant(index, cap, rights, badge)
  local slot = object.cptr(cap, 2)
  if badge and badge ~= 0 then
    check(seL4.CNode_Mint(self.cspace, index, seL4.WordBits, self.group.cnode, slot, seL4.WordBits,
      rights or seL4.AllRights, badge), "CNode_Mint")
  else
    check(seL4.CNode_Copy(self.cspace, index, seL4.WordBits, self.group.cnode, slot, seL4.WordBits,
      rights or seL4.AllRights), "CNode_Copy")
  end
end

--- Ends the process at once and gives back all that it was made of.
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
    error(err, 0)
  end
  return self:start()
end

--- Name of the module, number and text of the line of its program that an address stands for.
function Process:place(address)
  return image.place(address, self.image)
end

--- Makes a process with one thread. `memory` is of alloc.open or bootstrap.open; only the first is
--- given back all. Options:
---   source, program  text of its program, or the name of a module of the caller's image
---   modules          { name = text } that the program requires, besides those of the caller's
---   image args             texts, the program's `...`
---   name             what messages and tables call it
---   heap_bits        log2 of the size of its Lua heap, 16 to 30; 20 (1 MiB) if left out
---   bytes            the most memory that all its objects together may take; no limit if left out
---   caps             { [index] = capability }: copies of these are all its CSpace has
---   own_cspace       index of a slot for a capability to its own CSpace; none if left out
---   cspace_bits      log2 of the slots of its CSpace, 6 if left out
---   priority         100 if left out
---   monitor          a sel4.monitor that is told of its end, its results (any values of
---                    sel4.msgpack, up to 900 bytes; to send some takes 40 KiB of its heap) and its
---                    faults; true: one of its own, for wait. It has a capability to the monitor
---                    then, in slot `monitor_slot`, the last one if left out
---   fault_endpoint   instead of a monitor: CPtr, in its CSpace (MCS: in the caller's), of an
---                    endpoint for its faults
---   budget, period   MCS only, with the further options of its time: as for sel4.thread
--- Returns { tcb, vspace, cspace, heap = slots, context = slot or nil, space = its sel4.vspace }
--- with the methods above and those of tcb.Task.
function process.new(memory, options)
  tcb.check_options("process.new", KNOWN, options, 2)
  local program, text = program_of(options)
  local list = image.closure(program, text, options.modules or {})
  local name, bits = options.name or program, options.cspace_bits or CSPACE_BITS
  local self = setmetatable({ name = name, memory = memory, options = options, cspace_bits = bits,
    group = alloc.of(memory):group { name = name, bytes = options.bytes } }, Process)
  if options.monitor then
    self.exit_slot = options.monitor_slot or (1 << bits) - 1
    self.image = watched_image(list, options.args or {}, self.exit_slot)
  else
    self.image = image.pack(list, options.args or {})
  end
  local is_built, err = pcall(build, self)
  if not is_built then
    self:kill()
    error(err, 0)
  end
  return self
end

return process
