-- SPDX-License-Identifier: MIT
--- Random traces of invocations: valid calls, nearly valid ones and garbage.
---
---   local traces = require "tests.model.traces"
---   local trace = traces.random(model.new("classic"), seed, 30)
---   print(trace[1].name, trace[1].service, trace[1].label)
---
--- A trace is a list of calls { service, label, words, extras, name }. The generator makes each
--- call on the model that it is given, so that the next ones can use what there is.

local model = require "tests.model.model"
local objects = require "abi.objects"

local traces = {}

local SLOTS = { 17, 18, 19, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
  41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60 }
local FIRST_SLOT, LAST_SLOT = 1, 60
local OWN, PAGE, MEGA, GIGA = 2, 1 << 12, 1 << 21, 1 << 30

-- --- chance --------------------------------------------------------------------------------------

-- A generator of our own, so that every version of Lua makes the same traces.
local state
local function random(first, last)
  state = state * 6364136223846793005 + 1442695040888963407
  return first + (state >> 33) % (last - first + 1)
end

local function chance(percent)
  return random(1, 100) <= percent
end

local function one_of(list)
  return list[random(1, #list)]
end

local FAVOURITES = { 0, 1, 2, 3, 15, 16, 55, 56, 57, 63, 64, 65, 255, 256, 257, 1 << 12, 1 << 32,
  1 << 58, 1 << 63, -1, -2, -4096, 0x3fffffefff, 0x3ffffff000, 0x3ffffff001, 0x4000000000 }

local function garbage()
  if chance(70) then
    return one_of(FAVOURITES)
  end
  return random(0, 0xffff) << random(0, 60) ~ random(0, 255)
end

-- --- what there is -------------------------------------------------------------------------------

-- A slot of the caller's CNode with a capability of the type; now and then any other.
local function find(m, wanted, percent)
  local found = {}
  for i = FIRST_SLOT, LAST_SLOT do
    local node = m.slots[i].node
    if node and (wanted == "any" or node.cap.type == wanted) then
      found[#found + 1] = i
    end
  end
  if #found > 0 and chance(percent or 95) then
    return one_of(found)
  end
  return chance(10) and garbage() or random(FIRST_SLOT, LAST_SLOT)
end

local function free_slot(m)
  for _ = 1, 8 do
    local slot = one_of(SLOTS)
    if not m.slots[slot].node then
      return slot
    end
  end
  return one_of(SLOTS)
end

-- A way from a CNode capability in the caller's CNode to a slot: the root's CPtr, index, depth. The
-- slot is full or empty as wanted, if one is found soon.
local function random_path(m)
  local root = chance(60) and OWN or find(m, "cnode")
  local slot = m.slots[root & 255]
  local cap = slot.node and slot.node.cap
  local index, depth = 0, 0
  while cap and cap.type == "cnode" do
    local object = cap.object
    local bits = cap.guard_size + object.radix
    if depth + bits > 64 or depth > 0 and chance(40) then
      break
    end
    local inner = object == m.own and random(FIRST_SLOT, LAST_SLOT)
      or random(0, (1 << math.min(object.radix, 3)) - 1)
    index = index << bits | cap.guard << object.radix | inner
    depth = depth + bits
    slot = object.slots[inner]
    cap = slot.node and slot.node.cap
  end
  return root, index, depth, slot
end

local function path(m, is_full)
  local root, index, depth, slot
  for _ = 1, 6 do
    root, index, depth, slot = random_path(m)
    if (slot.node ~= nil) == is_full then
      break
    end
  end
  if chance(3) then
    depth = depth + one_of { -1, 1, -8, 8 }
  end
  return root, index, depth
end

-- --- words ---------------------------------------------------------------------------------------

local function vaddr()
  local address = one_of { 0, GIGA, 0x3fc0000000 } + random(0, 2) * MEGA + random(0, 3) * PAGE
  return chance(8) and address + one_of { 1, 8, 1024, -PAGE } or address
end

local function badge()
  return chance(85) and random(0, 3) or garbage()
end

local function guard()
  return chance(80) and random(0, 3) << 6 | one_of { 0, 1, 2, 8, 40, 48, 56, 60 } or garbage()
end

local function data()
  return chance(50) and badge() or guard()
end

local function rights()
  return chance(50) and 15 or random(0, 15)
end

local SIZES = { Untyped = { 4, 5, 8, 10, 12, 13, 14, 21 }, CapTable = { 1, 2, 3, 4, 8 },
  SchedContext = { 7, 8, 9 }, Lua_Heap = { 16, 17 } }

local function type_and_size(m)
  local kind = chance(25) and objects[1] or chance(20) and objects[5] or one_of(objects)
  local number = kind[m.configuration]
  if chance(2) or not number then
    number = garbage()
  end
  local sizes = SIZES[kind.name]
  return number, sizes and chance(95) and one_of(sizes) or random(0, 70)
end

-- --- calls ---------------------------------------------------------------------------------------

local shapes = {}

function shapes.UntypedRetype(m)
  local number, size = type_and_size(m)
  local count = chance(60) and 1 or chance(90) and random(1, 4) or garbage()
  if chance(70) then
    return find(m, "untyped"), { number, size, 0, 0, free_slot(m), count }, { OWN }
  end
  local inner = find(m, "cnode")
  if chance(50) then
    return find(m, "untyped"), { number, size, 0, 0, random(0, 8), count }, { inner }
  end
  local root, index, depth = path(m, true)
  if chance(60) then
    root, index, depth = OWN, inner, 64
  end
  return find(m, "untyped"), { number, size, index, depth, random(0, 8), count }, { root }
end

-- CNode methods with a destination and a source.
local function transfer(...)
  local rest = { ... }
  return function(m)
    local service, index, depth = path(m, false)
    local source_root, source_index, source_depth = path(m, true)
    local words = { index, depth, source_index, source_depth }
    for _, make in ipairs(rest) do
      words[#words + 1] = make()
    end
    return service, words, { source_root }
  end
end

shapes.CNodeCopy = transfer(rights)
shapes.CNodeMint = transfer(rights, data)
shapes.CNodeMove = transfer()
shapes.CNodeMutate = transfer(function()
  return chance(40) and 0 or data()
end)

function shapes.CNodeRotate(m)
  local service, index, depth = path(m, false)
  local pivot_root, pivot_index, pivot_depth = path(m, true)
  local source_root, source_index, source_depth = path(m, true)
  if chance(20) then
    service, index, depth = source_root, source_index, source_depth
  end
  return service, { index, depth, guard(), pivot_index, pivot_depth, guard(), source_index,
    source_depth }, { pivot_root, source_root }
end

local function on_slot(m)
  local service, index, depth = path(m, chance(90))
  return service, { index, depth }, {}
end

shapes.CNodeRevoke, shapes.CNodeDelete = on_slot, on_slot
shapes.CNodeCancelBadgedSends, shapes.CNodeSaveCaller = on_slot, on_slot

function shapes.RISCVPageTableMap(m)
  return find(m, "page_table"), { vaddr(), 0 }, { find(m, "page_table") }
end

function shapes.RISCVPageTableUnmap(m)
  return find(m, "page_table"), {}, {}
end

function shapes.RISCVPageMap(m)
  return find(m, "frame"), { vaddr(), rights(), random(0, 1) }, { find(m, "page_table") }
end

function shapes.RISCVPageUnmap(m)
  return find(m, "frame"), {}, {}
end

function shapes.RISCVASIDControlMakePool(m)
  local root, index, depth = path(m, false)
  return find(m, "asid_control"), { index, depth }, { find(m, "untyped"), root }
end

function shapes.RISCVASIDPoolAssign(m)
  return find(m, "asid_pool"), {}, { find(m, "page_table") }
end

function shapes.TCBSetIPCBuffer(m)
  return find(m, "tcb"), { vaddr() }, { find(m, "frame") }
end

local function handler(m)
  return chance(40) and 0 or find(m, "endpoint")
end

function shapes.TCBSetSpace(m)
  local cspace, vspace = find(m, "cnode"), find(m, "page_table")
  local cspace_data = chance(50) and 0 or guard()
  if m.configuration == "mcs" then
    return find(m, "tcb"), { cspace_data, 0 }, { handler(m), cspace, vspace }
  end
  return find(m, "tcb"), { 0, cspace_data, 0 }, { cspace, vspace }
end

function shapes.TCBConfigure(m)
  local words = { chance(50) and 0 or guard(), 0, vaddr() }
  if m.configuration == "classic" then
    table.insert(words, 1, 0)
  end
  return find(m, "tcb"), words, { find(m, "cnode"), find(m, "page_table"), find(m, "frame") }
end

function shapes.TCBSetTimeoutEndpoint(m)
  return find(m, "tcb"), {}, { handler(m) }
end

-- How often, in parts of the sum.
local WEIGHTS = {
  { "UntypedRetype", 30 }, { "CNodeCopy", 16 }, { "CNodeMint", 18 }, { "CNodeMove", 9 },
  { "CNodeMutate", 7 }, { "CNodeRotate", 5 }, { "CNodeRevoke", 7 }, { "CNodeDelete", 10 },
  { "CNodeCancelBadgedSends", 1 }, { "CNodeSaveCaller", 1 }, { "RISCVPageTableMap", 7 },
  { "RISCVPageTableUnmap", 2 }, { "RISCVPageMap", 9 }, { "RISCVPageUnmap", 2 },
  { "RISCVASIDControlMakePool", 3 }, { "RISCVASIDPoolAssign", 4 }, { "TCBSetIPCBuffer", 2 },
  { "TCBSetSpace", 2 }, { "TCBConfigure", 2 }, { "TCBSetTimeoutEndpoint", 2 },
}
local weights_sum = 0
for _, row in ipairs(WEIGHTS) do
  weights_sum = weights_sum + row[2]
end

local function random_name(labels)
  local left = random(1, weights_sum)
  for _, row in ipairs(WEIGHTS) do
    left = left - row[2]
    if left <= 0 then -- the other configuration may lack it
      return labels[row[1]] and row[1] or random_name(labels)
    end
  end
end

-- A mistake: a word, a capability, the label or a length.
local function spoil(m, call)
  local kind = random(1, 5)
  if kind == 1 and #call.words > 0 then
    call.words[random(1, #call.words)] = garbage()
  elseif kind == 2 and #call.extras > 0 then
    call.extras[random(1, #call.extras)] = find(m, "any", 80)
  elseif kind == 3 then
    call.label = random(0, 50)
  elseif kind == 4 then
    table.remove(chance(50) and call.words or call.extras)
  else
    call.service = find(m, "any", 80)
  end
end

local function labels_of(m)
  local labels = {}
  for number, name in pairs(m.names) do
    labels[name] = number
  end
  return labels
end

--- The trace of a seed, of so many calls. `m` is a new model, changed by making them.
function traces.random(m, seed, length)
  state = seed * 0x5851f42d4c957f2d + 1
  local labels, trace = labels_of(m), {}
  for i = 1, length do
    local name = random_name(labels)
    local call = {}
    call.service, call.words, call.extras = shapes[name](m)
    call.label, call.name = labels[name], name
    if chance(12) then
      spoil(m, call)
    end
    trace[i] = call
    local is_right, why = pcall(m.call, m, call.service, call.label, call.words, call.extras)
    if not is_right then
      error(("the model fails at call %d of seed %d: %s"):format(i, seed, why), 0)
    end
  end
  return trace
end

--- A fresh model with what the kernel's side has besides the recordings' environment (run_calls.c).
function traces.new_model(configuration)
  local m = model.new(configuration)
  m:place(20, "Untyped", 12, true)
  m:place(21, "RISCV_4K_Page", 12, true)
  m:place(22, "Untyped", 22)
  return m
end

return traces
