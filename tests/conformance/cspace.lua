-- SPDX-License-Identifier: MIT
--- Addresses in CSpaces: guards, radices, depths, and the words of every lookup failure.
--- behaviours/cspace.lua lists what is shown.

local seL4 = require "seL4"
local suite = require "lib.conformance"
local test, is, done, refused = suite.test, suite.is, suite.done, suite.refused

local ROOT, DEPTH, ALL = seL4.CapInitThreadCNode, seL4.WordBits, seL4.AllRights
local GUARD, LEVEL, MISSING = seL4.GuardMismatch, seL4.DepthMismatch, seL4.MissingCapability

local MOST_BITS = 17 -- of a radix, so that it fits into a test's memory

-- A CNode of 2^radix slots; with a guard if there are bits for it.
local function make_cnode(m, radix, guard, guard_bits)
  local cnode = m:object(seL4.CapTableObject, radix)
  if (guard_bits or 0) == 0 then
    return cnode
  end
  return m:copy(cnode, ALL, seL4.CNode_CapData_new(guard, guard_bits))
end

-- Puts a copy of a capability into a slot of a CNode without guard.
local function put(cnode, radix, index, cap)
  done(seL4.CNode_Copy(cnode, index, radix, ROOT, cap, DEPTH, ALL))
end

-- The notification that an address leads to: its badge; by sending it a signal from outside.
local function badge_at(m, root, index, depth, notification)
  local slot = m:slot()
  done(seL4.CNode_Copy(ROOT, slot, DEPTH, root, index, depth, ALL))
  seL4.Signal(slot)
  done(seL4.CNode_Delete(ROOT, slot, DEPTH))
  return (select(2, seL4.Poll(notification)))
end

-- --- ways through --------------------------------------------------------------------------------

test({ "cspace: one level: guard and index take all 64 bits, or fewer" },
  "guards of 0 to 59 bits over 16 slots", function(m)
    local note = m:object(seL4.NotificationObject)
    local cnode = make_cnode(m, 4)
    for index = 0, 15 do
      done(seL4.CNode_Mint(cnode, index, 4, ROOT, note, DEPTH, ALL, index + 1))
    end
    for guard_bits = 0, 60, 5 do
      local guard = 0x123456789abcdef & (1 << math.min(guard_bits, 58)) - 1
      local root = guard_bits == 0 and cnode
        or m:copy(cnode, ALL, seL4.CNode_CapData_new(guard, guard_bits))
      for index = 0, 15 do
        is(badge_at(m, root, guard << 4 | index, guard_bits + 4, note), index + 1,
          ("index %d behind a guard of %d bits"):format(index, guard_bits))
      end
    end
  end)

test({ "cspace: two and more levels: each takes its guard and its index off the top" },
  "four levels of 10 + 9, 3 + 12, 0 + 8 and 7 + 15 bits", function(m)
    local note = m:object(seL4.NotificationObject)
    local below, bits, address = m:copy(note, ALL, 5), 0, 0
    for _, level in ipairs { { 7, 15, 0x55 }, { 0, 8, 0 }, { 3, 12, 6 }, { 10, 9, 0x2aa } } do
      local guard_bits, radix, guard = table.unpack(level)
      local cnode, index = make_cnode(m, radix), (1 << radix) - 3
      put(cnode, radix, index, below)
      if guard_bits > 0 then
        cnode = m:copy(cnode, ALL, seL4.CNode_CapData_new(guard, guard_bits))
      end
      address = (guard << radix | index) << bits | address
      bits = bits + guard_bits + radix
      below = cnode
      is(badge_at(m, below, address, bits, note), 5, ("through %d bits"):format(bits))
    end
    is(bits, 64, "all bits")
  end)

test({ "cspace: a depth that ends at a CNode's slot names that slot, not what is in the CNode" },
  "the inner CNode itself", function(m)
    local outer, inner = make_cnode(m, 4), make_cnode(m, 3, 1, 2)
    local slot = m:slot()
    put(outer, 4, 9, inner)
    done(seL4.CNode_Copy(ROOT, slot, DEPTH, outer, 9, 4, ALL))
    is(suite.type_of(slot), suite.type_of(inner), "what stands at depth 4")
    done(seL4.CNode_Delete(ROOT, slot, DEPTH))
    refused(seL4.CNode_Copy(ROOT, slot, DEPTH, outer, 9 << 5 | 1 << 3, 9, ALL), "FailedLookup", 1,
      MISSING, 9)
  end)

test({ "cspace: bits of an index above the depth do not count" }, "all bits above set", function(m)
  local note = m:object(seL4.NotificationObject)
  local cnode, badged = make_cnode(m, 4), m:copy(note, ALL, 3)
  put(cnode, 4, 6, badged)
  for shift = 4, 63 do
    is(badge_at(m, cnode, -1 << shift | 6, 4, note), 3, ("bits from %d on"):format(shift))
  end
end)

test({ "cspace: the last slot of a CNode of each radix is found" }, "radices 1 to 17", function(m)
  local note = m:object(seL4.NotificationObject)
  local badged = m:copy(note, ALL, 4)
  for radix = 1, MOST_BITS do
    local cnode = make_cnode(m, radix)
    put(cnode, radix, (1 << radix) - 1, badged)
    is(badge_at(m, cnode, (1 << radix) - 1, radix, note), 4, ("radix %d"):format(radix))
  end
end)

-- --- failures ------------------------------------------------------------------------------------

-- An outer CNode of 2^4 slots with guard 5 of 8 bits; in its slot 3 an inner one of 2^6 slots with
-- guard 2 of 3 bits, in its slot 4 an endpoint, in the inner's slot 1 another.
local function two_levels(m)
  local bare, inner = make_cnode(m, 4), make_cnode(m, 6)
  local endpoint = m:object(seL4.EndpointObject)
  put(inner, 6, 1, endpoint)
  put(bare, 4, 3, m:copy(inner, ALL, seL4.CNode_CapData_new(2, 3)))
  put(bare, 4, 4, endpoint)
  return m:copy(bare, ALL, seL4.CNode_CapData_new(5, 8))
end

-- The failure of an address as destination (word 0 is 0) and as source (1).
local function fails(m, cnode, index, depth, ...)
  refused(seL4.CNode_Delete(cnode, index, depth), "FailedLookup", 0, ...)
  refused(seL4.CNode_Copy(ROOT, m:slot(), DEPTH, cnode, index, depth, ALL), "FailedLookup", 1, ...)
end

test({ "cspace: GuardMismatch: other bits than the guard's, at the first level or an inner one" },
  "wrong guards", function(m)
    local cnode = two_levels(m)
    for bit = 0, 7 do
      fails(m, cnode, (5 ~ 1 << bit) << 4 | 4, 12, GUARD, 12, 5, 8)
    end
    for bit = 0, 2 do
      fails(m, cnode, 0x53 << 9 | (2 ~ 1 << bit) << 6 | 1, 21, GUARD, 9, 2, 3)
    end
  end)

test({ "cspace: GuardMismatch: fewer bits are left than the guard has" }, "depths", function(m)
  local cnode = two_levels(m)
  for depth = 1, 7 do
    fails(m, cnode, 5, depth, GUARD, depth, 5, 8)
  end
  for bits = 1, 2 do
    fails(m, cnode, 0x53 << bits, 12 + bits, GUARD, bits, 2, 3)
  end
end)

test({ "cspace: DepthMismatch: fewer bits are left than guard and index take" }, "depths between",
  function(m)
    local cnode = two_levels(m)
    for bits = 0, 3 do
      fails(m, cnode, 5 << bits, 8 + bits, LEVEL, 8 + bits, 12)
    end
    for bits = 3, 8 do
      fails(m, cnode, 0x53 << bits | 2 << (bits - 3), 12 + bits, LEVEL, bits, 9)
    end
  end)

test({ "cspace: DepthMismatch: bits are left over at what is no CNode" },
  "at an endpoint and at an empty slot", function(m)
    local cnode = two_levels(m)
    for bits = 1, 52 do
      fails(m, cnode, 0x54 << bits, 12 + bits, LEVEL, bits, 0)
      fails(m, cnode, 0x50 << bits, 12 + bits, LEVEL, bits, 0)
    end
    fails(m, cnode, (0x53 << 9 | 2 << 6 | 1) << 2, 23, LEVEL, 2, 0)
  end)

test({ "cspace: MissingCapability: an empty source, and its depth" }, "two depths", function(m)
  local cnode = two_levels(m)
  for index, depth in pairs { [0x50] = 12, [0x53 << 9 | 2 << 6 | 2] = 21 } do
    refused(seL4.CNode_Move(ROOT, m:slot(), DEPTH, cnode, index, depth), "FailedLookup", 1, MISSING,
      depth)
    done(seL4.CNode_Delete(cnode, index, depth))
  end
end)

test({ "cspace: InvalidRoot: a root that is no CNode, before depth and address" },
  "threads, frames and empty slots as roots", function(m)
    local slot = m:slot()
    for _, root in ipairs { m:object(seL4.TCBObject), m:object(seL4.RISCV_4K_Page), m:slot() } do
      for _, depth in ipairs { 0, 1, 64, 65 } do
        refused(seL4.CNode_Copy(ROOT, slot, DEPTH, root, 0, depth, ALL), "FailedLookup", 1,
          seL4.InvalidRoot)
      end
      refused(seL4.IRQControl_Get(seL4.CapIRQControl, 50, root, 0, 65), "FailedLookup", 0,
        seL4.InvalidRoot)
    end
  end)

-- --- a thread's own CSpace -----------------------------------------------------------------------

test({ "cspace: a CPtr of a system call has 64 bits, through any mixture of levels" },
  "threads that signal through one to four levels", function(m)
    local note = m:object(seL4.NotificationObject)
    for levels = 1, 4 do
      local below, address, bits = m:copy(note, ALL, levels), 0, 0
      for level = 1, levels do
        local radix, index = 3 + level, 2 * level + 1
        local cnode = make_cnode(m, radix)
        put(cnode, radix, index, below)
        local guard_bits = level == levels and 64 - bits - radix or level
        local guard = level == levels and 0x2d or 1
        below = m:copy(cnode, ALL, seL4.CNode_CapData_new(guard, guard_bits))
        address = (guard << radix | index) << bits | address
        bits = bits + guard_bits + radix
      end
      suite.thread(m, function()
        seL4.Signal(address)
      end, { cspace = below })
      suite.rest()
      is(select(2, seL4.Poll(note)), levels, "the badge")
    end
  end)

-- --- random mixtures -----------------------------------------------------------------------------

-- What the manual says about an address: the words of the failure, or "" and the level reached.
local function resolve(levels, address, depth)
  local bits = depth
  for at, level in ipairs(levels) do
    local guard_bits, radix = level.guard_bits, level.radix
    if bits < guard_bits or guard_bits > 0
        and address >> bits - guard_bits & (1 << guard_bits) - 1 ~= level.guard then
      return ("%d %d %d %d"):format(GUARD, bits, level.guard, guard_bits)
    elseif bits < guard_bits + radix then
      return ("%d %d %d"):format(LEVEL, bits, guard_bits + radix)
    end
    bits = bits - guard_bits - radix
    local index = address >> bits & (1 << radix) - 1
    if index ~= level.index then
      return bits > 0 and ("%d %d 0"):format(LEVEL, bits) or ("%d %d"):format(MISSING, depth)
    elseif bits == 0 or at == #levels then
      return bits > 0 and ("%d %d 0"):format(LEVEL, bits) or ""
    end
  end
end

-- CNodes one in the other, at most 64 bits, from the top: { guard, guard_bits, radix, index }. At
-- the bottom is an endpoint. Also the root, and the bits that they take.
local function random_levels(m)
  local levels, below, bits = {}, m:object(seL4.EndpointObject), 0
  for _ = 1, math.random(1, 6) do
    local radix = math.random(1, 6)
    local guard_bits = math.random(0, 2) * math.random(0, 8)
    if bits + radix + guard_bits > 64 then
      break
    end
    local guard = math.random(0, (1 << guard_bits) - 1)
    local index = math.random(0, (1 << radix) - 1)
    local bare = make_cnode(m, radix)
    put(bare, radix, index, below)
    below = guard_bits > 0 and m:copy(bare, ALL, seL4.CNode_CapData_new(guard, guard_bits)) or bare
    bits = bits + radix + guard_bits
    local level = { guard = guard, guard_bits = guard_bits, radix = radix, index = index }
    table.insert(levels, 1, level)
  end
  return levels, below, bits
end

-- The address that leads to the bottom.
local function right_address(levels)
  local address = 0
  for _, level in ipairs(levels) do
    address = (address << level.guard_bits | level.guard) << level.radix | level.index
  end
  return address
end

-- The answer of the kernel in resolve's words.
local function answer_of(m, root, address, depth)
  local slot = m:slot()
  local err = seL4.CNode_Copy(ROOT, slot, DEPTH, root, address, depth, ALL)
  if err == seL4.NoError then
    return ""
  end
  refused(err, "FailedLookup", 1)
  local kind = seL4.GetMR(1)
  local figures = { [GUARD] = 3, [LEVEL] = 2, [MISSING] = 1 }
  local words = { kind }
  for i = 1, figures[kind] do
    words[i + 1] = seL4.GetMR(i + 1)
  end
  return table.concat(words, " ")
end

-- Addresses near the right one: as it is, a bit changed, a depth changed.
local function check_near(m, levels, root, bits)
  local address = right_address(levels)
  local kinds = {}
  for try = 1, 12 do
    local depth, near = bits, address
    if try > 6 then
      depth = math.random(1, 64)
      near = depth <= bits and address >> bits - depth or address << depth - bits
    end
    if try > 1 and try % 3 ~= 1 then
      near = near ~ 1 << math.random(0, depth - 1)
    end
    local wanted = resolve(levels, near, depth)
    is(answer_of(m, root, near, depth), wanted, ("address 0x%x of %d bits"):format(near, depth))
    kinds[wanted:match "^%d*"] = true
  end
  return kinds
end

test({ "cspace: random mixtures of guards and radices are resolved as the manual says" },
  "12 addresses in each of 100 CSpaces", function()
    local kinds, count = {}, 0
    math.randomseed(5)
    for _ = 1, 100 do
      suite.within(function(m)
        local levels, root, bits = random_levels(m)
        for kind in pairs(check_near(m, levels, root, bits)) do
          kinds[kind] = true
        end
      end)
    end
    for _ in pairs(kinds) do
      count = count + 1
    end
    is(count, 4, "kinds of answers that have come")
  end)

suite.finish()
