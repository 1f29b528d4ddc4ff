-- SPDX-License-Identifier: MIT
--- Sequences' integer instructions: { weight, function(s) } each (families.lua).

local operands = require "tests.rv64.sequences.operands"

local random, pick = math.random, operands.pick

local PLAIN = { "add", "sub", "sll", "slt", "sltu", "xor", "srl", "sra", "or", "and", "addw",
  "subw", "sllw", "srlw", "sraw" }
local MULTIPLY = { "mul", "mulh", "mulhsu", "mulhu", "div", "divu", "rem", "remu", "mulw", "divw",
  "divuw", "remw", "remuw" }
local IMMEDIATE = { "addi", "slti", "sltiu", "xori", "ori", "andi", "addiw" }
local SHIFT = { slli = 63, srli = 63, srai = 63, slliw = 31, srliw = 31, sraiw = 31 }
local SHIFT_NAMES = { "slli", "srli", "srai", "slliw", "srliw", "sraiw" }

local function registers(s)
  s:emit("%s %s, %s, %s", pick(PLAIN), s:target(), s:source(), s:source())
end

local function multiply(s)
  s:emit("%s %s, %s, %s", pick(MULTIPLY), s:target(), s:source(), s:source())
end

local function immediate(s)
  local value = pick { 0, 1, -1, 2047, -2048, random(-2048, 2047), random(-2048, 2047) }
  s:emit("%s %s, %s, %d", pick(IMMEDIATE), s:target(), s:source(), value)
end

local function shift(s)
  local name = pick(SHIFT_NAMES)
  s:emit("%s %s, %s, %d", name, s:target(), s:source(), pick { 0, 1, SHIFT[name],
    random(0, SHIFT[name]) })
end

local function upper(s)
  s:emit("%s %s, 0x%x", pick { "lui", "auipc" }, s:target(), random(0, 0xfffff))
end

local function constant(s)
  s:emit("li %s, 0x%x", s:nonzero(), operands.integer())
end

-- Operands that are limits of division, of either width.
local function divide_limits(s)
  local a, b = s:nonzero(), s:nonzero()
  s:emit("li %s, 0x%x", a, pick { math.mininteger, -(1 << 31), 1 << 31, 0, -1, 7, -7 })
  s:emit("li %s, %d", b, pick { 0, -1, 1, 2, -2, 3 })
  s:emit("%s %s, %s, %s", pick(MULTIPLY), s:target(), a, b)
end

-- --- compressed ---------------------------------------------------------------------------------

local function signed6()
  return pick { 1, -1, 31, -32, random(-32, 31) }
end

local function nonzero6()
  local value = signed6()
  return value == 0 and 5 or value
end

local COMPRESSED = {
  function(s) s:emit("c.addi %s, %d", s:nonzero(), nonzero6()) end,
  function(s) s:emit("c.addiw %s, %d", s:nonzero(), signed6()) end,
  function(s) s:emit("c.li %s, %d", s:nonzero(), signed6()) end,
  function(s)
    local register = s:nonzero()
    s:emit("c.lui %s, 0x%x", register == "x2" and "x3" or register, -- x2 means another one
      pick { 1, 31, 0xfffe0, 0xfffff, random(1, 31) })
  end,
  function(s) s:emit("c.slli %s, %d", s:nonzero(), pick { 1, 31, 32, 63, random(1, 63) }) end,
  function(s)
    s:emit("%s %s, %d", pick { "c.srli", "c.srai" }, s:short_target(),
      pick { 1, 63, random(1, 63) })
  end,
  function(s) s:emit("c.andi %s, %d", s:short_target(), signed6()) end,
  function(s) s:emit("c.mv %s, x%d", s:nonzero(), random(31)) end,
  function(s) s:emit("c.add %s, x%d", s:nonzero(), random(31)) end,
  function(s)
    s:emit("%s %s, %s", pick { "c.sub", "c.xor", "c.or", "c.and", "c.subw", "c.addw" },
      s:short_target(), s:short_source())
  end,
  function(s) s:emit("c.addi4spn %s, x2, %d", s:short_target(), 4 * random(255)) end,
  function(s)
    if s.reserved ~= 2 and not s.locked[2] then
      s:emit("c.addi16sp x2, %d", 16 * pick { 1, -1, 31, -32 })
    end
  end,
}

local function compressed(s)
  if s.reserved == 3 or s.locked[3] then
    return shift(s)
  end
  pick(COMPRESSED)(s)
end

-- Codes without an effect: fences, and those kept for hints.
local HINTS = {
  function() return ".2byte 0x%04x # c.nop", 0x0001 | random(0, 31) << 2 | random(0, 1) << 12 end,
  function() return ".2byte 0x%04x # c.addi with 0", 0x0001 | random(31) << 7 end,
  function() return ".2byte 0x%04x # c.li x0", 0x4001 | random(0, 31) << 2 end,
  function() return ".2byte 0x%04x # c.lui x0", 0x6001 | random(31) << 2 end,
  function() return ".2byte 0x%04x # c.slli x0", 0x0002 | random(31) << 2 end,
  function() return ".2byte 0x%04x # c.slli by 0", 0x0002 | random(31) << 7 end,
  function() return ".2byte 0x%04x # c.srli by 0", 0x8001 | random(0, 7) << 7 end,
  function() return ".2byte 0x%04x # c.srai by 0", 0x8401 | random(0, 7) << 7 end,
  function() return ".2byte 0x%04x # c.mv x0", 0x8002 | random(31) << 2 end,
  function() return ".2byte 0x%04x # c.add x0", 0x9002 | random(31) << 2 end,
  function() return ".4byte 0x%08x # fence", 0x0000000f | random(0, 0xff) << 20 end,
  function() return ".4byte 0x%08x # fence.tso", 0x8330000f end,
  function() return ".4byte 0x%08x # fence, reserved fields", 0x0ff0000f | random(0, 31) << 15 |
    random(0, 31) << 7 end,
}

local function hint(s)
  s:emit(pick(HINTS)())
end

return {
  { 12, registers }, { 10, multiply }, { 8, immediate }, { 6, shift }, { 3, upper },
  { 4, constant }, { 4, divide_limits }, { 14, compressed }, { 2, hint },
}
