-- SPDX-License-Identifier: MIT
--- Sequences' loads, stores and atomic accesses, in the data on both sides of a page's end.

local operands = require "tests.rv64.sequences.operands"

local random, pick = math.random, operands.pick

local LOADS = { "lb", "lh", "lw", "ld", "lbu", "lhu", "lwu" }
local STORES = { "sb", "sh", "sw", "sd" }
local ATOMICS = { "amoswap", "amoadd", "amoxor", "amoand", "amoor", "amomin", "amomax", "amominu",
  "amomaxu" }
local ORDERS = { "", "", ".aq", ".rl", ".aqrl" }

-- A place in the data: often where an access crosses the pages.
local function place()
  return pick { random(-9, 9), random(-9, 9), 8 * random(-30, 30), random(-250, 250) }
end

-- Emits an access at a place: `format` has a register, an offset and a base.
local function access(s, name, register)
  local offset = pick { 0, random(-2048, 2047), 2047, -2048 }
  local base = s:pointer(place() - offset)
  s:emit("%s %s, %d(%s)", name, register, offset, base)
end

local function load(s)
  access(s, pick(LOADS), s:target())
end

local function store(s)
  access(s, pick(STORES), s:source())
end

local function float_load(s)
  local kind = pick { "s", "d" }
  access(s, kind == "s" and "flw" or "fld", s:float_target(kind))
end

local function float_store(s)
  access(s, pick { "fsw", "fsd" }, s:float_source(pick { "s", "d" }))
end

-- --- compressed ---------------------------------------------------------------------------------

-- { name, bytes, kind of register }; kind "x" is read.
local SHORT = { { "c.lw", 4, "target" }, { "c.ld", 8, "target" }, { "c.sw", 4, "source" },
  { "c.sd", 8, "source" }, { "c.fld", 8, "float" }, { "c.fsd", 8, "float" } }
local STACK = { { "c.lwsp", 4, "target" }, { "c.ldsp", 8, "target" }, { "c.swsp", 4, "source" },
  { "c.sdsp", 8, "source" }, { "c.fldsp", 8, "float" }, { "c.fsdsp", 8, "float" } }

local function compressed_register(s, kind, is_short)
  if kind == "float" then
    local number = is_short and random(8, 15) or random(0, 31)
    s.kinds[number] = "d"
    return "f" .. number
  elseif kind == "source" then
    return is_short and s:short_source() or s:source()
  end
  return is_short and s:short_target() or s:nonzero()
end

local function short_access(s)
  local row = pick(SHORT)
  local base = s:pointer(place() - 31, s:short_target())
  s:emit("%s %s, %d(%s)", row[1], compressed_register(s, row[3], true), row[2] * random(0, 31),
    base)
end

local function stack_access(s)
  if s.locked[2] then
    return short_access(s)
  end
  local row = pick(STACK)
  s:pointer(place() - 31, "x2")
  s:emit("%s %s, %d(x2)", row[1], compressed_register(s, row[3], false), row[2] * random(0, 27))
end

-- --- atomic -------------------------------------------------------------------------------------

local function atomic(s)
  local width = pick { "w", "d" }
  local base = s:pointer((width == "w" and 4 or 8) * random(-20, 20))
  s:emit("%s.%s%s %s, %s, (%s)", pick(ATOMICS), width, pick(ORDERS), s:target(), s:source(), base)
end

-- What may happen between LR and SC. Those that store are not allowed in code that must succeed,
-- but whether it does is defined by what is in memory.
local BETWEEN = {
  function() end,
  function() end,
  function(s) s:emit("add %s, %s, %s", s:target(), s:source(), s:source()) end,
  function(s, base) s:emit("ld %s, 8(%s)", s:target(), base) end,
  function(s, base) s:emit("sd %s, 16(%s)", s:source(), base) end,
  function(s, base, width) s:emit("s%s x%d, (%s)", width, s.reserved, base) end, -- it fails
  function(s, base, width) s:emit("sc.%s %s, %s, (%s)", width, s:target(), s:source(), base) end,
}

local function reservation(s)
  local width = pick { "w", "d" }
  local base = s:lock(s:pointer((width == "w" and 4 or 8) * random(-20, 20)))
  s:emit("lr.%s%s %s, (%s)", width, pick(ORDERS), s:target(), base)
  pick(BETWEEN)(s, base, width)
  s:emit("sc.%s%s %s, %s, (%s)", width, pick(ORDERS), s:nonzero(), s:source(), base)
  s:unlock(base)
end

-- Of another address, or of none.
local function no_reservation(s)
  local width = pick { "w", "d" }
  local base, other = s:lock(s:pointer(8 * random(-20, 0))), s:pointer(8 * random(1, 20))
  if random(2) == 1 then
    s:emit("lr.%s %s, (%s)", width, s:target(), base)
    s:emit("lla %s, data_middle+%d", other, 8 * random(1, 20))
  end
  s:emit("sc.%s %s, %s, (%s)", width, s:nonzero(), s:source(), other)
  s:unlock(base)
end

return {
  { 8, load }, { 8, store }, { 4, float_load }, { 4, float_store }, { 8, short_access },
  { 6, stack_access }, { 6, atomic }, { 3, reservation }, { 1, no_reservation },
}
