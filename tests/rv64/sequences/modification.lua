-- SPDX-License-Identifier: MIT
--- Sequences' code that changes: instructions replaced by others of the same length, and code
--- written into the data. Sometimes FENCE.I is left out: after a jump both machines see anyway what
--- was written.

local operands = require "tests.rv64.sequences.operands"

local random, pick = math.random, operands.pick

local function fence(s)
  if random(3) > 1 then
    s:emit("fence.i")
  end
end

local function plain(s)
  s:emit("%s %s, %s, %d", pick { "addi", "xori", "slti" }, s:nonzero(), s:source(),
    random(-2048, 2047))
end

local function short(s)
  s:emit("c.li %s, %d", s:nonzero(), random(-32, 31))
end

local function pair(s)
  plain(s)
  plain(s)
end

-- What is replaced, at a time: how it is loaded and stored (formats of a register and a base); the
-- option of the assembler with which it has the right length; what makes it; how it is aligned.
local REPLACED = {
  { "lw %s, (%s)", "sw %s, (%s)", "norvc", plain },
  { "lh %s, (%s)", "sh %s, (%s)", "rvc", short },
  { "lh %s, 2(%s)", "sh %s, 2(%s)", "norvc", plain }, -- its second half only
  { "ld %s, (%s)", "sd %s, (%s)", "norvc", pair },
  { "lw %s, (%s)", "amoswap.w x0, %s, (%s)", "norvc", plain, 4 },
  { "ld %s, (%s)", "amoswap.d x0, %s, (%s)", "norvc", pair, 8 },
}

-- Code that is jumped over, to be copied. Returns its label.
local function literal(s, make)
  local label, over = s:label(), s:label()
  s:emit("j %s", over)
  s:place(label)
  make(s)
  s:place(over)
  return label
end

-- Goes on where what follows begins in one page and ends in the next, or a little before.
local function go_to_page_end(s, label)
  s:emit("j %s", label)
  s:emit(".balign 4096")
  s:emit(".skip %d", 4096 - pick { 2, 2, 2, 4, 6, 8 })
end

-- Stores what lies at one label at another.
local function replace(s, row, from, to)
  local base, value = s:lock(s:nonzero()), s:nonzero()
  s:emit("lla %s, %s", base, from)
  s:emit(row[1], value, base)
  s:emit("lla %s, %s", base, to)
  s:emit(row[2], value, base)
  s:unlock(base)
end

local function align(s, row)
  if row[5] then
    s:emit(".option rvc; .balign %d; .option norvc", row[5])
  end
end

-- Instructions of a loop, which are changed after they have been executed; before them there may
-- be more in the same block.
local function behind(s)
  local row = pick(REPLACED)
  local start, label, counter = s:label(), s:label(), s:lock(s:nonzero())
  s:emit(".option push")
  s:emit(".option %s", row[3])
  local from = literal(s, row[4])
  s:emit("li %s, %d", counter, random(1, 2))
  if random(6) == 1 then
    go_to_page_end(s, start)
  end
  s:place(start)
  for _ = 1, pick { 0, 0, 1, random(40) } do
    plain(s)
  end
  align(s, row)
  s:place(label)
  row[4](s)
  replace(s, row, from, label)
  fence(s)
  s:emit("addi %s, %s, -1", counter, counter)
  s:emit("bgez %s, %s", counter, start)
  s:emit(".option pop")
  s:unlock(counter)
end

-- What comes next is changed.
local function ahead(s)
  local row, label = pick(REPLACED), s:label()
  s:emit(".option push")
  s:emit(".option %s", row[3])
  replace(s, row, literal(s, row[4]), label)
  s:emit("fence.i")
  for _ = 1, pick { 0, 0, 1, random(20) } do
    plain(s)
  end
  align(s, row)
  s:place(label)
  row[4](s)
  s:emit(".option pop")
end

-- Copies `count` words from a label to an address.
local function copy(s, from, base, count)
  local source = s:lock(s:nonzero())
  s:emit("lla %s, %s", source, from)
  for i = 0, count - 1 do
    local value = s:nonzero()
    s:emit("lw %s, %d(%s)", value, 4 * i, source)
    s:emit("sw %s, %d(%s)", value, 4 * i, base)
  end
  s:unlock(source)
end

-- Code among the data, called, written over and called again.
local function in_data(s)
  local base, link = s:lock(s:nonzero()), s:lock(s:nonzero())
  local count = random(6)
  s:emit(".option push")
  s:emit(".option norvc")
  s:pointer(pick { -4 * random(6), -4 * random(6) + 2, 2 * random(-240, 200) }, base)
  for _ = 1, random(2, 3) do
    local from = literal(s, function()
      for _ = 1, count do
        plain(s)
      end
      s:emit("jr %s", link)
    end)
    copy(s, from, base, count + 1)
    fence(s)
    s:emit("jalr %s, (%s)", link, base)
    if random(2) == 1 then
      s:emit("sd %s, %d(%s)", s:source(), pick { -1, 1 } * 8 * random(8, 30), base)
    end
  end
  s:emit(".option pop")
  s:unlock(base, link)
end

return { { 3, behind }, { 1, ahead }, { 2, in_data } }
