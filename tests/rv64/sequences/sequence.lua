-- SPDX-License-Identifier: MIT
--- One sequence while it is made: its lines of assembly, and which registers it may use.
--
--   local s = sequence.new(number)
--   s:emit("add %s, %s, %s", s:target(), s:source(), s:source())
--   s.lines
--
-- One integer register of each sequence, s.reserved, is not changed by it: the sequence is entered
-- through it, and left.

local operands = require "tests.rv64.sequences.operands"

local random, pick = math.random, operands.pick

local Sequence = {}
Sequence.__index = Sequence

local sequence = {}

--- An empty one. math.random decides which register is reserved and what the floating-point
--- registers hold in the beginning: s.kinds[0] to s.kinds[31] are "s" or "d".
function sequence.new(number)
  local s = setmetatable({ number = number, lines = {}, labels = 0, depth = 0, locked = {} },
    Sequence)
  s.reserved = random(31)
  s.locked[s.reserved] = true
  s.kinds = {}
  for i = 0, 31 do
    s.kinds[i] = pick { "s", "d" }
  end
  return s
end

--- Adds a line. Compressed instructions are understood whatever .option holds there.
function Sequence:emit(format, ...)
  local text = format:format(...)
  if text:find("^c%.") then
    text = ".option push; .option rvc; " .. text .. "; .option pop"
  end
  self.lines[#self.lines + 1] = "    " .. text
end

--- A label that no other line has; s:place(label) puts it before the next line.
function Sequence:label()
  self.labels = self.labels + 1
  return (".L%d_%d"):format(self.number, self.labels)
end

function Sequence:place(label)
  self.lines[#self.lines + 1] = label .. ":"
end

-- --- integer registers --------------------------------------------------------------------------

--- Any, to be read.
function Sequence.source(_)
  return "x" .. random(0, 31)
end

-- One that may be written, with a number from `low` to `high`.
local function writable(self, low, high)
  local number
  repeat
    number = random(low, high)
  until not self.locked[number]
  return "x" .. number
end

--- One to be written; now and then x0.
function Sequence:target()
  return writable(self, random(12) == 1 and 0 or 1, 31)
end

--- One to be written that is not x0.
function Sequence:nonzero()
  return writable(self, 1, 31)
end

--- Those that compressed instructions can name in three bits.
function Sequence.short_source(_)
  return "x" .. random(8, 15)
end

function Sequence:short_target()
  return writable(self, 8, 15)
end

--- Keeps a register from being written by what follows, until it is unlocked. Returns it.
function Sequence:lock(register)
  self.locked[math.tointeger(tonumber(register:sub(2)))] = true
  return register
end

function Sequence:unlock(...)
  for _, register in ipairs { ... } do
    self.locked[math.tointeger(tonumber(register:sub(2)))] = nil
  end
end

--- A register with an address in the data, `offset` bytes from its middle.
function Sequence:pointer(offset, register)
  register = register or self:nonzero()
  self:emit("lla %s, data_middle%+d", register, offset)
  return register
end

-- --- floating-point registers -------------------------------------------------------------------

--- One to be read, mostly one of the kind, "s" or "d".
function Sequence:float_source(kind)
  local number
  local is_any = random(8) == 1
  for _ = 1, 20 do
    number = random(0, 31)
    if is_any or self.kinds[number] == kind then
      break
    end
  end
  return "f" .. number
end

--- One to be written with a number of the kind.
function Sequence:float_target(kind)
  local number = random(0, 31)
  self.kinds[number] = kind
  return "f" .. number
end

return sequence
