-- SPDX-License-Identifier: MIT
--- Address spaces of the reference model: ASIDs, page tables, frames, as far as capabilities and
--- the answers of their methods depend on them.
---
---   local table_object = spaces.find(model, asid)    -- the root that has the ASID, or nil
---
--- A page table's entries are { table = object } or { frame = object }; levels have 9 bits, the
--- root's entries cover 2^30 bytes.

local capability = require "tests.model.capability"
local tree = require "tests.model.tree"

local refuse, with = capability.refuse, capability.with

local spaces = {}

local USER_TOP = 0x3ffffff000
local INDEX_BITS, PAGE_BITS, TOP_BITS = 9, 12, 30
local POOL_BITS, POOL_COUNT, POOL_SIZE = 9, 128, 512
local EXECUTE_NEVER = 1

function spaces.find(model, asid)
  local pool = model.pools[asid >> POOL_BITS]
  return pool and pool.entries[asid & (POOL_SIZE - 1)]
end

-- The table that has the entry for vaddr at the lowest level there is, the entry's index, and log2
-- of the bytes that it covers.
local function walk(root, vaddr)
  local bits, current = TOP_BITS, root
  while true do
    local index = vaddr >> bits & (1 << INDEX_BITS) - 1
    local entry = current.entries[index]
    if not entry or not entry.table or bits == PAGE_BITS then
      return current, index, bits
    end
    current, bits = entry.table, bits - INDEX_BITS
  end
end

local function unmap_frame(model, cap)
  local root = cap.asid ~= 0 and spaces.find(model, cap.asid)
  if root then
    local current, index, bits = walk(root, cap.vaddr)
    local entry = current.entries[index]
    if entry and entry.frame == cap.object and bits == cap.object.size_bits then
      current.entries[index] = nil
    end
  end
end

-- Where the table stands in the address space, if it still does.
local function unmap_table(model, cap)
  local current, bits = spaces.find(model, cap.asid), TOP_BITS
  while current and bits >= PAGE_BITS do
    local index = cap.vaddr >> bits & (1 << INDEX_BITS) - 1
    local entry = current.entries[index]
    if not entry or not entry.table then
      return
    elseif entry.table == cap.object then
      current.entries[index] = nil
      return
    end
    current, bits = entry.table, bits - INDEX_BITS
  end
end

--- What the deletion of a capability does to address spaces.
function spaces.finalise(model, cap, is_final)
  if cap.type == "frame" then
    unmap_frame(model, cap)
  elseif cap.type == "page_table" and is_final and cap.is_mapped then
    if spaces.find(model, cap.asid) == cap.object then
      model.pools[cap.asid >> POOL_BITS].entries[cap.asid & (POOL_SIZE - 1)] = nil
    else
      unmap_table(model, cap)
    end
  elseif cap.type == "asid_pool" and is_final then
    local number = cap.object.base >> POOL_BITS
    if model.pools[number] == cap.object then
      model.pools[number] = nil
    end
  end
end

-- The object of a capability to the root of an address space with a living ASID.
local function need_space(model, cap)
  local root = spaces.find(model, cap.asid)
  if not root then
    capability.refuse_invalid_root(0)
  elseif root ~= cap.object then
    refuse("InvalidCapability", 1)
  end
  return root
end

local function need_root_cap(node)
  local cap = node and node.cap
  if not cap or cap.type ~= "page_table" or not cap.is_mapped then
    refuse("InvalidCapability", 1)
  end
  return cap
end

-- --- page tables ---------------------------------------------------------------------------------

local function unmap_page_table(model, node)
  local cap = node.cap
  if not tree.is_final(node) then
    refuse("RevokeFirst")
  end
  if cap.is_mapped then
    if spaces.find(model, cap.asid) == cap.object then
      refuse("RevokeFirst")
    end
    unmap_table(model, cap)
    cap.object.entries = {}
  end
  node.cap = with(cap, { is_mapped = false, asid = 0, vaddr = 0 })
end

local function map_page_table(model, node, message)
  message:need(2, 1)
  local cap, vaddr = node.cap, message.words[1]
  if cap.is_mapped then
    refuse("InvalidCapability", 0)
  end
  local root_cap = need_root_cap(message.extras[1])
  if not math.ult(vaddr, USER_TOP) then
    refuse("InvalidArgument", 0)
  end
  local root = need_space(model, root_cap)
  local current, index, bits = walk(root, vaddr)
  if bits == PAGE_BITS or current.entries[index] then
    refuse("DeleteFirst")
  end
  current.entries[index] = { table = cap.object }
  node.cap = with(cap, { is_mapped = true, asid = root_cap.asid,
    vaddr = vaddr & ~capability.mask(bits) })
end

-- --- frames --------------------------------------------------------------------------------------

local function map_frame(model, node, message)
  message:need(3, 1)
  local cap, vaddr = node.cap, message.words[1]
  local size = cap.object.size_bits
  local root_cap = need_root_cap(message.extras[1])
  local root = need_space(model, root_cap)
  if not math.ult(vaddr + capability.mask(size), USER_TOP) then
    refuse("InvalidArgument", 0)
  elseif vaddr & capability.mask(size) ~= 0 then
    refuse("AlignmentError")
  end
  local current, index, bits = walk(root, vaddr)
  if bits ~= size then
    capability.refuse_missing(0, bits)
  elseif cap.asid ~= 0 and cap.asid ~= root_cap.asid then
    refuse("InvalidCapability", 1)
  elseif cap.asid ~= 0 and cap.vaddr ~= vaddr then
    refuse("InvalidArgument", 0)
  elseif cap.asid == 0 and current.entries[index] then
    refuse("DeleteFirst")
  end
  local rights = capability.restrict(cap, message.words[2]).rights
  local is_visible = rights ~= 1 or message.words[3] & EXECUTE_NEVER == 0
  current.entries[index] = is_visible and { frame = cap.object } or nil
  node.cap = with(cap, { asid = root_cap.asid, vaddr = vaddr })
end

local function unmap_page(model, node)
  unmap_frame(model, node.cap)
  node.cap = with(node.cap, { asid = 0, vaddr = 0 })
end

-- --- ASIDs ---------------------------------------------------------------------------------------

local function make_pool(model, _, message)
  message:need(2, 2)
  local untyped, root = message.extras[1], message.extras[2]
  local number = 0
  while number < POOL_COUNT and model.pools[number] do
    number = number + 1
  end
  if number == POOL_COUNT then
    refuse("DeleteFirst")
  end
  local cap = untyped and untyped.cap
  if not cap or cap.type ~= "untyped" or cap.object.size_bits ~= PAGE_BITS
      or cap.object.is_device then
    refuse("InvalidCapability", 1)
  elseif #untyped.children > 0 then
    refuse("RevokeFirst")
  end
  local slot = capability.lookup(root, message.words[1], message.words[2], 0)
  capability.need_empty(slot)
  untyped.cap = with(cap, { used = 1 << PAGE_BITS })
  local pool = { address = cap.object.address, entries = {}, base = number << POOL_BITS }
  model.pools[number] = pool
  tree.insert_child(untyped, { type = "asid_pool", object = pool }, slot)
end

local function assign(model, node, message)
  message:need(0, 1)
  local target = message.extras[1]
  local cap = target and target.cap
  if not cap or cap.type ~= "page_table" or cap.is_mapped then
    refuse("InvalidCapability", 1)
  end
  local pool = node.cap.object
  local known = model.pools[pool.base >> POOL_BITS]
  if not known then
    capability.refuse_invalid_root(0)
  elseif known ~= pool then
    refuse("InvalidCapability", 0)
  end
  local free = 0
  while free < POOL_SIZE and (pool.base + free == 0 or pool.entries[free]) do
    free = free + 1
  end
  if free == POOL_SIZE then
    refuse("DeleteFirst")
  end
  pool.entries[free] = cap.object
  target.cap = with(cap, { is_mapped = true, asid = pool.base + free, vaddr = 0 })
end

spaces.methods = {
  page_table = { RISCVPageTableMap = map_page_table, RISCVPageTableUnmap = unmap_page_table },
  frame = { RISCVPageMap = map_frame, RISCVPageUnmap = unmap_page },
  asid_control = { RISCVASIDControlMakePool = make_pool },
  asid_pool = { RISCVASIDPoolAssign = assign },
}

return spaces
