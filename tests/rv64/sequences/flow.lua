-- SPDX-License-Identifier: MIT
--- Sequences' jumps: branches, loops, calls. Their bodies are made of all families again.

local operands = require "tests.rv64.sequences.operands"

local random, pick = math.random, operands.pick

local BRANCHES = { "beq", "bne", "blt", "bge", "bltu", "bgeu" }
local DEPTH_MAX = 2

-- A few instructions, s.any(s) each.
local function body(s, count)
  s.depth = s.depth + 1
  for _ = 1, count or random(3) do
    s.any(s)
  end
  s.depth = s.depth - 1
end

local function branch(s)
  local label = s:label()
  local name, a, b = pick(BRANCHES), s:source(), s:source()
  s:emit("%s %s, %s, %s", name, a, random(6) == 1 and a or b, label)
  body(s)
  s:place(label)
end

local function short_branch(s)
  local label = s:label()
  s:emit("%s %s, %s", pick { "c.beqz", "c.bnez" }, s:short_source(), label)
  s:emit("%s %s, %s, %d", "addi", s:target(), s:source(), random(-2048, 2047))
  s:place(label)
end

local function loop(s)
  local label, counter = s:label(), s:lock(s:nonzero())
  s:emit("li %s, %d", counter, random(4))
  s:place(label)
  body(s, random(2))
  s:emit("addi %s, %s, -1", counter, counter)
  s:emit("bnez %s, %s", counter, label)
  s:unlock(counter)
end

local function jump(s)
  local label = s:label()
  s:emit("%s", pick { "j " .. label, ("jal %s, %s"):format(s:target(), label), "c.j " .. label })
  body(s)
  s:place(label)
end

-- Bit 0 of the sum is ignored.
local function indirect_jump(s)
  local label, base = s:label(), s:nonzero()
  local offset = pick { 0, 1, 2, -2, 2047, -2048, random(-2048, 2047) }
  s:emit("lla %s, %s%+d", base, label, -offset + (offset % 2 == 0 and random(0, 1) or 0))
  if offset == 0 and random(2) == 1 then
    s:emit("%s", (pick { "c.jr %s", "jr %s" }):format(base))
  else
    s:emit("jalr %s, %d(%s)", random(4) == 1 and base or s:target(), offset, base)
  end
  body(s, 1)
  s:place(label)
end

local function call(s)
  local start, stop, link = s:label(), s:label(), s:lock(s:nonzero())
  if link == "x1" and random(2) == 1 then
    local base = s:nonzero()
    s:emit("lla %s, %s", base, start)
    s:emit("c.jalr %s", base)
  else
    s:emit("jal %s, %s", link, start)
  end
  body(s, 1)
  s:emit("j %s", stop)
  s:place(start)
  body(s, 1)
  s:emit("jr %s", link)
  s:place(stop)
  s:unlock(link)
end

-- Jumps forward and back over bytes that are never executed, as far as each kind reaches: the
-- instruction with a format of its target, and the bytes.
local FAR = {
  { "c.j %s", 1900 }, { "c.beqz x%d, %s", 100, true }, { "beq x0, x0, %s", 3900 },
  { "jal x%d, %s", 9000 },
}

local function far_jump(s)
  local row = pick(FAR)
  local start, back, stop = s:label(), s:label(), s:label()
  local link = s:lock(s:nonzero())
  local function jump_to(label)
    local register = row[3] and s:short_source():sub(2) or link:sub(2)
    s:emit("%s", (row[1]:gsub("%%d", register):gsub("%%s", label)))
  end
  s:emit("j %s", start)
  s:place(back)
  body(s, 1)
  s:emit("j %s", stop)
  s:emit(".skip %d", 2 * random(0, row[2] // 4))
  s:place(start)
  jump_to(back)
  jump_to(stop)
  s:emit("j %s", stop)
  s:emit(".skip %d", 2 * random(0, row[2] // 4))
  s:place(stop)
  s:unlock(link)
end

local FLOW = {
  { 12, branch }, { 4, short_branch }, { 6, loop }, { 6, jump }, { 6, indirect_jump }, { 4, call },
  { 1, far_jump },
}

-- Not too many in one another.
for _, family in ipairs(FLOW) do
  local make = family[2]
  family[2] = function(s)
    if s.depth < DEPTH_MAX then
      make(s)
    end
  end
end

return FLOW
