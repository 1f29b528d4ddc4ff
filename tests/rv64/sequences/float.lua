-- SPDX-License-Identifier: MIT
--- Sequences' floating-point instructions, and those of its control and status register.

local operands = require "tests.rv64.sequences.operands"

local random, pick = math.random, operands.pick

local KINDS = { "s", "d" }
local BINARY = { "fadd", "fsub", "fmul", "fdiv" }
local FUSED = { "fmadd", "fmsub", "fnmadd", "fnmsub" }
local UNROUNDED = { "fsgnj", "fsgnjn", "fsgnjx", "fmin", "fmax" }
local COMPARE = { "feq", "flt", "fle" }
local INTEGERS = { "w", "wu", "l", "lu" }
local ROUNDING = { "", "", ", rne", ", rtz", ", rdn", ", rup", ", rmm" }

local function binary(s)
  local kind = pick(KINDS)
  local a, b = s:float_source(kind), s:float_source(kind)
  s:emit("%s.%s %s, %s, %s%s", pick(BINARY), kind, s:float_target(kind), a, b, pick(ROUNDING))
end

local function root(s)
  local kind = pick(KINDS)
  local a = s:float_source(kind)
  if random(3) > 1 then -- of a number that is not negative
    local b = a
    a = s:float_target(kind)
    s:emit("fsgnjx.%s %s, %s, %s", kind, a, b, b)
  end
  s:emit("fsqrt.%s %s, %s%s", kind, s:float_target(kind), a, pick(ROUNDING))
end

local function fused(s)
  local kind = pick(KINDS)
  local a, b, c = s:float_source(kind), s:float_source(kind), s:float_source(kind)
  s:emit("%s.%s %s, %s, %s, %s%s", pick(FUSED), kind, s:float_target(kind), a, b, c, pick(ROUNDING))
end

-- The difference of a product and the product rounded: nearly everything is cancelled.
local function cancellation(s)
  local kind = pick(KINDS)
  local a, b = s:float_source(kind), s:float_source(kind)
  local c = s:float_target(kind)
  s:emit("fmul.%s %s, %s, %s", kind, c, a, b)
  s:emit("%s.%s %s, %s, %s, %s%s", pick(FUSED), kind, s:float_target(kind), a, b, c, pick(ROUNDING))
end

-- Of neighbours, or of a number and a part of its last bit.
local function close_sum(s)
  local kind = pick(KINDS)
  local a = s:float_source(kind)
  local b, x = s:float_target(kind), s:nonzero()
  s:emit("fmv.x.%s %s, %s", kind == "s" and "w" or "d", x, a)
  s:emit("addi %s, %s, %d", x, x, random(-3, 3))
  s:emit("fmv.%s.x %s, %s", kind == "s" and "w" or "d", b, x)
  s:emit("%s.%s %s, %s, %s%s", pick { "fadd", "fsub", "fdiv" }, kind, s:float_target(kind), a, b,
    pick(ROUNDING))
end

local function unrounded(s)
  local kind = pick(KINDS)
  local a, b = s:float_source(kind), s:float_source(kind)
  s:emit("%s.%s %s, %s, %s", pick(UNROUNDED), kind, s:float_target(kind), a, b)
end

local function compare(s)
  local kind = pick(KINDS)
  local a = s:float_source(kind)
  s:emit("%s.%s %s, %s, %s", pick(COMPARE), kind, s:target(), a,
    random(4) == 1 and a or s:float_source(kind))
end

local function classify(s)
  local kind = pick(KINDS)
  s:emit("fclass.%s %s, %s", kind, s:target(), s:float_source(kind))
end

local function to_integer(s)
  local kind = pick(KINDS)
  s:emit("fcvt.%s.%s %s, %s%s", pick(INTEGERS), kind, s:target(), s:float_source(kind),
    pick(ROUNDING))
end

-- Conversions that never round take no rounding mode in assembly.
local function of_integer(s)
  local kind, integer = pick(KINDS), pick(INTEGERS)
  local is_exact = kind == "d" and integer:sub(1, 1) == "w"
  s:emit("fcvt.%s.%s %s, %s%s", kind, integer, s:float_target(kind), s:source(),
    is_exact and "" or pick(ROUNDING))
end

local function convert(s)
  if random(3) == 1 then
    local a = s:float_source("s")
    s:emit("fcvt.d.s %s, %s", s:float_target("d"), a)
  else
    local a = s:float_source("d")
    s:emit("fcvt.s.d %s, %s%s", s:float_target("s"), a, pick(ROUNDING))
  end
end

local function move(s)
  local kind = pick(KINDS)
  local width = kind == "s" and "w" or "d"
  if random(2) == 1 then
    s:emit("fmv.x.%s %s, %s", width, s:target(), s:float_source(pick(KINDS)))
  else
    s:emit("fmv.%s.x %s, %s", width, s:float_target(kind), s:source())
  end
end

-- A number of either kind that the registers did not hold in the beginning.
local function constant(s)
  local x, kind = s:nonzero(), pick(KINDS)
  s:emit("li %s, 0x%x", x, kind == "s" and operands.single() or operands.double())
  s:emit("fmv.d.x %s, %s", s:float_target(kind), x)
end

-- Operands of which none is a usual number.
local function special(s)
  local kind, x, names = pick(KINDS), s:nonzero(), {}
  for i = 1, 3 do
    s:emit("li %s, 0x%x", x, operands.special(kind))
    names[i] = s:float_target(kind)
    s:emit("fmv.d.x %s, %s", names[i], x)
  end
  local a, b, c = table.unpack(names)
  s:emit("%s.%s %s, %s, %s", pick { "fadd", "fsub", "fmul", "fdiv", "fmin", "fmax" }, kind,
    s:float_target(kind), a, b)
  s:emit("%s.%s %s, %s, %s, %s%s", pick(FUSED), kind, s:float_target(kind), a, b, c, pick(ROUNDING))
  s:emit("%s.%s %s, %s, %s", pick(COMPARE), kind, s:target(), b, c)
end

-- --- fcsr ---------------------------------------------------------------------------------------

local CSR = {
  function(s) s:emit("frflags %s", s:target()) end,
  function(s) s:emit("frrm %s", s:target()) end,
  function(s) s:emit("frcsr %s", s:target()) end,
  function(s) s:emit("fsflags %s, %s", s:target(), s:source()) end,
  function(s) s:emit("fsflagsi %s, %d", s:target(), random(0, 31)) end,
  function(s)
    s:emit("%s %s, fflags, %s", pick { "csrrw", "csrrs", "csrrc" }, s:target(), s:source())
  end,
  function(s)
    s:emit("%s %s, fflags, %d", pick { "csrrwi", "csrrsi", "csrrci" }, s:target(), random(0, 31))
  end,
  function(s) s:emit("csrrs %s, fcsr, x0", s:target()) end,
}

-- These may leave a rounding mode that there is not, with which nothing may be rounded.
local ROUNDING_CSR = {
  function(s)
    s:emit("%s %s, %s, %s", pick { "csrrw", "csrrs", "csrrc" }, s:target(), pick { "frm", "fcsr" },
      s:source())
  end,
  function(s)
    s:emit("%s %s, %s, %d", pick { "csrrwi", "csrrsi", "csrrci" }, s:target(),
      pick { "frm", "fcsr" }, random(0, 31))
  end,
  function() end,
}

local function csr(s)
  if random(2) == 1 then
    return pick(CSR)(s)
  end
  pick(ROUNDING_CSR)(s)
  s:emit("frcsr %s", s:target())
  s:emit("fsrmi %s, %d", s:target(), random(0, 4))
end

return {
  { 22, binary }, { 8, root }, { 20, fused }, { 6, cancellation }, { 6, close_sum },
  { 14, unrounded }, { 10, compare }, { 4, classify }, { 14, to_integer }, { 10, of_integer },
  { 8, convert }, { 6, move }, { 4, constant }, { 8, csr }, { 5, special },
}
