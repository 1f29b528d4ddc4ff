-- SPDX-License-Identifier: MIT
--- Address spaces: free ranges, mappings with the page tables they need, guard pages, sharing.
--
--   local vspace = require "sel4.vspace"
--   local own = vspace.own(memory)                          -- the caller's; `memory` of sel4.alloc
--   local stack = own:allocate(16384, { guard = 1, name = "stack" })
--   seL4.Store64(stack.vaddr, 42)
--   local child = vspace.new(memory, { name = "child" })
--   local seen = child:share(stack, { rights = seL4.CanRead })   -- the same memory, read only
--   own:unmap(stack)                                        -- gone for both: it is freed
--
-- A region is { vaddr =, size =, frames = { Page objects }, rights =, name =, guard =, space = }.
-- On the `guard` pages before and behind it nothing is ever mapped: to run over is a fault.

local common = require "sel4.alloc.common"
local object = require "sel4.object"
local seL4 = require "seL4"

local check, exclusively = object.check, common.exclusively
local vspace = {}

local PAGE_SIZE = 1 << seL4.PageBits
local FIRST, STOP = 0x40000000, 0x3000000000 -- where ranges are sought; programs lie below

local Space = {}
Space.__index = Space
Space.__name = "sel4.vspace"

function Space:__tostring()
  return ("address space of %s, %d regions, %d page tables"):format(self.name, #self.regions,
    #self.tables)
end

local function pages_of(size)
  return (size + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1)
end

-- --- ranges -------------------------------------------------------------------------------------

-- self.regions is sorted by address; what a region keeps others from includes its guards.
local function bounds(region)
  local guard = region.guard * PAGE_SIZE
  return region.vaddr - guard, region.vaddr + region.size + guard
end

-- Index of the last region that begins at the address or below; 0 if none does.
local function index_at(self, vaddr)
  local low, high = 0, #self.regions
  while low < high do
    local middle = (low + high + 1) // 2
    if bounds(self.regions[middle]) <= vaddr then
      low = middle
    else
      high = middle - 1
    end
  end
  return low
end

-- From FIRST to self.packed_end the first self.packed regions leave nothing free: looking begins
-- there. The next ones may have joined them.
local function pack(self)
  local next_region = self.regions[self.packed + 1]
  while next_region do
    local low, high = bounds(next_region)
    if low > self.packed_end then
      return
    end
    self.packed, self.packed_end = self.packed + 1, math.max(high, self.packed_end)
    next_region = self.regions[self.packed + 1]
  end
end

-- Where `size` bytes are free, at `wanted` or else first of all: the address, and the index in the
-- list. nil, and the region in the way.
local function find_free(self, size, wanted)
  local first = wanted and math.max(index_at(self, wanted), 1) or self.packed + 1
  local at = wanted or self.packed_end
  for i = first, #self.regions do
    local low, high = bounds(self.regions[i])
    if at + size <= low then
      return at, i
    elseif wanted and at < high then
      return nil, self.regions[i]
    end
    at = math.max(at, high)
  end
  return at, #self.regions + 1
end

local function reserve(self, size, options)
  local guard = options.guard or 0
  local whole = pages_of(size) + 2 * guard * PAGE_SIZE
  local wanted = options.vaddr and options.vaddr - guard * PAGE_SIZE
  local at, index = find_free(self, whole, wanted)
  if not at then
    error(("there is %s at 0x%x already"):format(index.name, index.vaddr), 0)
  elseif at + whole > STOP or size <= 0 or at % PAGE_SIZE ~= 0 then
    error(("no range of %d bytes is free in %s"):format(size, self), 0)
  end
  local region = { vaddr = at + guard * PAGE_SIZE, size = pages_of(size), guard = guard,
    frames = {}, name = options.name or "memory", space = self }
  table.insert(self.regions, index, region)
  if index <= self.packed then
    self.packed = self.packed + 1 -- it lies below FIRST
  end
  pack(self)
  return region
end

--- Finds a free range of `size` bytes, rounded up to pages, and keeps it: a region without frames.
--- Options: `vaddr`, where it has to be (a page's address); `guard`, number of pages on both sides
--- that stay unmapped, 0 if left out; `name`, for messages.
function Space:reserve(size, options)
  return (exclusively(self, 2, reserve, size, options or {}))
end

--- The region at an address, and whether the address lies in one of its guard pages; nil if nothing
--- is there.
function Space:find(vaddr)
  local region = self.regions[index_at(self, vaddr)]
  if region and vaddr < select(2, bounds(region)) then
    return region, vaddr < region.vaddr or vaddr >= region.vaddr + region.size
  end
end

local function forget(self, region)
  local low = bounds(region)
  local index = index_at(self, low)
  if self.regions[index] ~= region then
    return -- it has been forgotten already
  end
  table.remove(self.regions, index)
  if index <= self.packed then
    self.packed, self.packed_end = index - 1, math.max(low, FIRST)
  end
end

-- --- mappings -----------------------------------------------------------------------------------

-- The next page table on the way to an address.
local function map_table(self, vaddr, level)
  local page_table = self.memory:object(seL4.RISCV_PageTableObject)
  local err = seL4.RISCV_PageTable_Map(page_table.cptr, self.root, vaddr,
    seL4.RISCV_Default_VMAttributes)
  if err ~= seL4.NoError then
    local refusal = object.refusal(err, "RISCV_PageTable_Map", nil, level + 1)
    self.memory:free(page_table)
    if err == seL4.DeleteFirst then
      return -- another thread has mapped one there meanwhile
    end
    error(refusal, 0)
  end
  self.tables[#self.tables + 1] = page_table
end

--- Maps one frame, whose address is the caller's choice, and makes the page tables it needs; they
--- stay until the space is destroyed. `rights` are ReadWrite and `attributes` the default if left
--- out. `level`: whom an error is blamed on, as for error().
function Space:map_frame(frame, vaddr, rights, attributes, level)
  level = (level or 1) + 1
  local cptr = object.cptr(frame, level)
  rights = rights or seL4.ReadWrite
  attributes = attributes or seL4.RISCV_Default_VMAttributes
  local err = seL4.RISCV_Page_Map(cptr, self.root, vaddr, rights, attributes)
  while err == seL4.FailedLookup do
    map_table(self, vaddr, level)
    err = seL4.RISCV_Page_Map(cptr, self.root, vaddr, rights, attributes)
  end
  check(err, "RISCV_Page_Map", level)
end

-- Gives frames to a region, each made by make(i), and takes all back if one cannot be had.
local function fill(self, region, options, make, release)
  region.rights, region.release = options.rights or seL4.ReadWrite, release
  local has_succeeded, err = pcall(function()
    for i = 1, region.size // PAGE_SIZE do
      region.frames[i] = make(i)
      self:map_frame(region.frames[i], region.vaddr + (i - 1) * PAGE_SIZE, region.rights,
        options.attributes)
    end
  end)
  if not has_succeeded then
    self:unmap(region)
    error(err, 0)
  end
  return region
end

--- Fresh memory, full of zeroes: a region of `size` bytes, rounded up to pages. Options: as for
--- reserve, and `rights` (ReadWrite if left out) and `attributes`.
function Space:allocate(size, options)
  options = options or {}
  local memory = self.memory
  return fill(self, self:reserve(size, options), options, function()
    return memory:object(seL4.RISCV_4K_Page)
  end, function(frame)
    memory:free(frame)
  end)
end

--- Maps the memory of a region of another space here, too. Options as for allocate. Whoever unmaps
--- the region that was allocated takes it from all.
function Space:share(region, options)
  options = options or {}
  local memory = self.memory
  options.name = options.name or region.name
  return fill(self, self:reserve(region.size, options), options, function(i)
    return memory:copy(region.frames[i])
  end, function(frame)
    memory:free_slot(frame)
  end)
end

--- Takes a region's mappings away and gives its addresses back, and its frames: those that were
--- allocated with it are destroyed.
function Space:unmap(region)
  if region.space ~= self then
    error(("unmap: this region is not of the address space of %s, or is unmapped already")
      :format(self.name), 2)
  end
  for _, frame in ipairs(region.frames) do
    region.release(frame)
  end
  exclusively(self, 2, forget, region)
  region.space, region.frames = nil, {}
end

--- Puts bytes at the start of a region of any space, whatever the rights there. This space is the
--- caller's own.
function Space:write(region, bytes)
  local window = self:share(region)
  seL4.StoreBytes(window.vaddr, bytes)
  self:unmap(window)
end

--- Unmaps everything, and gives back page tables and, if it was made by vspace.new, the VSpace.
function Space:destroy()
  while #self.regions > 0 do
    self:unmap(self.regions[#self.regions])
  end
  for i = #self.tables, 1, -1 do
    self.memory:free(self.tables[i])
    self.tables[i] = nil
  end
  if self.root_object then
    self.memory:free(self.root_object)
    self.root_object = nil
  end
end

local function space_of(memory, root, name)
  return setmetatable({ memory = memory, root = root, name = name, regions = {}, tables = {},
    packed = 0, packed_end = FIRST },
    Space)
end

--- The space of a VSpace that somebody else has made, such as a root task's own; each CPtr has one.
function vspace.of(memory, root)
  root = object.cptr(root or seL4.CapInitThreadVSpace, 2)
  memory.spaces = memory.spaces or {}
  if not memory.spaces[root] then
    local space = space_of(memory, root, ("VSpace %d"):format(root))
    space.lock = object.cptr(memory:object(seL4.NotificationObject))
    seL4.Signal(space.lock)
    memory.spaces[root] = space
  end
  return memory.spaces[root]
end

--- The caller's own space.
function vspace.own(memory)
  return vspace.of(memory, seL4.CapInitThreadVSpace)
end

--- A new VSpace. Options: `name` for messages; `asid_pool`, the initial one if left out.
function vspace.new(memory, options)
  options = options or {}
  local root = memory:object(seL4.RISCV_PageTableObject)
  local err = seL4.RISCV_ASIDPool_Assign(object.cptr(options.asid_pool
    or seL4.CapInitThreadASIDPool), root.cptr)
  if err ~= seL4.NoError then
    local refusal = object.refusal(err, "RISCV_ASIDPool_Assign", nil, 2)
    memory:free(root)
    error(refusal, 0)
  end
  local space = space_of(memory, root.cptr, options.name or "a process")
  space.root_object = root
  return space
end

return vspace
