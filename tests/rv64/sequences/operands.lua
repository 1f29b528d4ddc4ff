-- SPDX-License-Identifier: MIT
--- Values for registers that are likely to find mistakes: limits, their neighbours, sparse bits,
--- numbers halfway between two others, and what is no number. All are integers of 64 bits, drawn
--- with math.random.
--
--   operands.integer()      for an integer register
--   operands.double()       for a floating-point register
--   operands.single()       the same, boxed; now and then wrongly
--   operands.pick(list)     one of a list

local operands = {}

local random = math.random

function operands.pick(list)
  return list[random(#list)]
end

local pick = operands.pick

-- --- integers -----------------------------------------------------------------------------------

local EDGES = { 0, 1, 2, 3, 7, 8, 31, 32, 33, 63, 64, 65, 0x7f, 0x80, 0xff, 0x100, 0x7ff, 0x800,
  0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff, 0x100000000,
  0x17fffffff, 0x180000000, 0x7fffffffffffffff, math.mininteger, 0xffffffff80000000,
  0xffffffff7fffffff, 0x5555555555555555, 0xaaaaaaaaaaaaaaaa, 0x0123456789abcdef,
  -- what does not fit into the significand of a floating-point number, and how it rounds
  (1 << 24) + 1, (1 << 25) + 2, (1 << 25) + 3, (1 << 25) + 6, (1 << 53) + 1, (1 << 54) + 2,
  (1 << 54) + 3, (1 << 54) + 6, 0x7ffffffffffffc00, 0x7ffffffffffffe00, 0x7fffffffffffffbf }

function operands.integer()
  local kind = random(6)
  if kind <= 3 then
    local edge = pick(EDGES)
    return random(3) == 1 and -edge or edge
  elseif kind == 4 then
    return random(0)
  elseif kind == 5 then
    return random(0) >> random(0, 63)
  end
  return (1 << random(0, 63)) + random(-1, 1)
end

-- --- floating-point numbers ---------------------------------------------------------------------

local DOUBLE = { fraction_bits = 52, exponent_bits = 11, bias = 1023 }
local SINGLE = { fraction_bits = 23, exponent_bits = 8, bias = 127 }

-- Exponents as they are encoded, by kind.
local function exponent(format)
  local greatest = (1 << format.exponent_bits) - 1
  local kind = random(8)
  if kind == 1 then
    return pick { 0, 0, 1, 2 }
  elseif kind == 2 then
    return greatest - random(0, 2)
  elseif kind <= 5 then
    return format.bias + random(-3, 3)
  elseif kind == 6 then -- where integers end, or single precision does
    return math.min(greatest, math.max(0, format.bias + pick { 22, 23, 24, 30, 31, 32, 51, 52, 53,
      62, 63, 64, 126, 127, 128, -126, -127, -148, -149, -150 }))
  elseif kind == 7 then
    return format.bias + random(-60, 60)
  end
  return random(0, greatest)
end

-- Fractions of few bits, so that results are often exact, or halfway between two numbers.
local function fraction(bits)
  local all = (1 << bits) - 1
  local kind = random(8)
  if kind == 1 then
    return pick { 0, 0, all, 1, 1 << (bits - 1), (1 << (bits - 1)) - 1, all - 1 }
  elseif kind == 2 then
    return 1 << random(0, bits - 1)
  elseif kind == 3 then
    return all << random(0, bits - 1) & all
  elseif kind == 4 then
    return all >> random(0, bits - 1)
  elseif kind == 5 then -- halfway in single precision, for doubles
    return (random(0) << 29 | pick { 0, 1 << 28, (1 << 28) - 1, (1 << 28) + 1, 1 }) & all
  elseif kind == 6 then
    return random(0, 31) << (bits - 5)
  end
  return random(0) & all
end

local function number(format)
  local sign = random(0, 1) << (format.fraction_bits + format.exponent_bits)
  return sign | exponent(format) << format.fraction_bits | fraction(format.fraction_bits)
end

-- An integer and a part of it, near the limits of the integer types.
local function near_integer(pack)
  local base = pick { 0, 1, 2, 3, 255, 2 ^ 24, 2 ^ 31, 2 ^ 32, 2 ^ 52, 2 ^ 53, 2 ^ 63, 2 ^ 64 }
  local value = base + pick { 0, 0.25, 0.5, 0.75, 1, -0.25, -0.5, -1, -1.5 }
  return (string.unpack(pack == "<f" and "<I4" or "<i8",
    string.pack(pack, random(2) == 1 and value or -value)))
end

local NAMED = {
  [DOUBLE] = { 0, math.mininteger, 0x3ff0000000000000, 0x7ff0000000000000, 0xfff0000000000000,
    0x7ff8000000000000, 0xfff8000000000001, 0x7ff0000000000001, 0xfff4000000000000, 1,
    0x000fffffffffffff, 0x0010000000000000, 0x7fefffffffffffff, 0x36a0000000000000,
    0x47efffffe0000000, 0x47efffffefffffff, 0x47effffff0000000, 0x380fffffffffffff,
    0x380fffffe0000000, 0x3810000000000000, 0x3690000000000000,
    -- their square roots lie halfway between two numbers but for a part in 2^100
    0x3fdd407bb3641da5, 0x3fe5b95344972fe2, 0x3fd256565cadcbf4, 0x3fd2b035c1197f48,
    0x3fda881d1831fabd, 0x3fe77483d37ce205, 0x3fde99893042c2cb, 0x3fe4eb5f85e783a9 },
  [SINGLE] = { 0, 0x80000000, 0x3f800000, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00001,
    0x7f800001, 0xffa00000, 1, 0x007fffff, 0x00800000, 0x7f7fffff },
}

local function any(format, pack)
  local kind = random(8)
  if kind <= 2 then
    return pick(NAMED[format])
  elseif kind == 3 then
    return near_integer(pack)
  end
  return number(format)
end

function operands.double()
  return any(DOUBLE, "<d")
end

function operands.single()
  local bits = any(SINGLE, "<f")
  local kind = random(12)
  if kind == 1 then -- not boxed: a register that holds no single-precision number
    return bits | pick { 0, 0xfffffffe00000000, 0x7fffffff00000000, random(0) << 32 }
  end
  return 0xffffffff00000000 | bits
end

local SPECIAL = {
  s = { 0, 0x80000000, 0x7f800000, 0xff800000, 0x7fc00000, 0x7f800001, 0xffbfffff, 0x3f800000,
    0x80000001, 0x7f7fffff },
  d = { 0, math.mininteger, 0x7ff0000000000000, 0xfff0000000000000, 0x7ff8000000000000,
    0x7ff0000000000001, 0xfff7ffffffffffff, 0x3ff0000000000000, 0x8000000000000001,
    0x7fefffffffffffff },
}

--- One of few numbers, none of them usual: zeros, infinities, what is no number. "s" or "d".
function operands.special(kind)
  return kind == "d" and pick(SPECIAL.d) or 0xffffffff00000000 | pick(SPECIAL.s)
end

return operands
