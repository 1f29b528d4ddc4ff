-- SPDX-License-Identifier: MIT
--- Codes of which it is asked whether they are instructions: every one of 16 bits, and random ones
--- of 32 bits.
---
---   for i, code, length in encodings.each(seed, count) do ... end
---
--- Left out are those whose effect would last: jumps that may lead to themselves, system calls,
--- accesses of fcsr; counters beyond the three that every machine has; and what qemu takes for
--- instructions where it should not: counters written through a register that holds 0, vector
--- registers moved as a whole.

local encodings = {}

local BASE = 5 -- t0 may have the code's address

local function is_system_left_out(code)
  local csr, funct3, rs1 = code >> 20 & 0xfff, code >> 12 & 7, code >> 15 & 31
  return code == 0x73 or funct3 ~= 0 and (csr >= 1 and csr <= 3 or csr >= 0xc03 and csr <= 0xc1f
    or csr >= 0xc00 and csr <= 0xc02 and rs1 ~= 0)
end

local LEFT_OUT = { -- by opcode
  [0x07] = function(code) return code >> 20 & 0xdf == 8 end,
  [0x27] = function(code) return code >> 20 & 0xdf == 8 end,
  [0x57] = function(code) return code >> 26 == 0x27 end,
  [0x63] = function(code) return code & 0xfe000f80 == 0 end,
  [0x67] = function(code) return code >> 15 & 31 == BASE end,
  [0x6f] = function(code) return code >> 12 == 0 end,
  [0x73] = is_system_left_out,
}

local function is_left_out(code)
  local is_one = LEFT_OUT[code & 0x7f]
  return is_one and is_one(code)
end

-- c.j, c.beqz and c.bnez by 0; c.jr and c.jalr.
local function is_short_left_out(code)
  return code == 0xa001 or code & 0xdc7f == 0xc001 or code & 0xefff == 0x8002 | BASE << 7
end

-- The next number of a sequence of 64-bit states.
local function step(state)
  return state * 6364136223846793005 + 1442695040888963407
end

-- A code of 32 bits from 40 random ones: each opcode as often as the others, and fields that are
-- often 0.
local function code_of(bits)
  local code = bits & 0xffffffff | 3
  local kind = bits >> 32 & 7
  if kind == 0 then
    code = code & ~(31 << 20) -- rs2
  elseif kind == 1 then
    code = code & ~(0x7f << 25) | (bits >> 35 & 1) << 30 -- funct7, but for one bit
  elseif kind == 2 then
    code = code & ~(0xfff << 20) & ~(31 << 7)
  end
  return code
end

--- Iterates over the codes: index, code, length in bytes. `count` of 32 bits, or some less.
function encodings.each(seed, count)
  return coroutine.wrap(function()
    local index = 0
    local function give(code, length)
      index = index + 1
      coroutine.yield(index, code, length)
    end
    for code = 0, 0xffff do
      if code & 3 ~= 3 and not is_short_left_out(code) then
        give(code, 2)
      end
    end
    local state = step(step(seed))
    for _ = 1, count do
      state = step(state)
      local code = code_of(state >> 24)
      if not is_left_out(code) then
        give(code, 4)
      end
    end
  end)
end

return encodings
