-- SPDX-License-Identifier: MIT
--- Work as programs do it: calls, tables, texts and numbers in turn. compute.lua does it in the
--- machine, and its floor is the same in a plain interpreter.
--
--   local sum = work(1000)      -- so many rounds, each of some thousand instructions

local function fibonacci(n)
  return n < 2 and n or fibonacci(n - 1) + fibonacci(n - 2)
end

-- Sorts a list that is not in order, by insertion.
local function sorted(n)
  local list = {}
  for i = 1, n do
    local value, at = i * 7919 % 101, i
    while at > 1 and list[at - 1] > value do
      list[at], at = list[at - 1], at - 1
    end
    list[at] = value
  end
  return list
end

-- Words of a text, counted and put together again.
local function texts(round)
  local counts, words = {}, {}
  local text = ("round %d of the work: to be or not to be, that is 0x%x"):format(round, round)
  for word in text:gmatch "%w+" do
    counts[word] = (counts[word] or 0) + 1
    words[#words + 1] = word:upper()
  end
  return counts.to + #table.concat(words, " ") + text:byte(round % #text + 1)
end

local function numbers(n)
  local integer, real = n, 0.5
  for i = 1, 50 do
    integer = (integer * 1103515245 + 12345) & 0x7fffffff
    real = (real + integer / 0x7fffffff) * (1 - i / 1000)
  end
  return integer % 1000 + real // 1
end

return function(rounds)
  local sum = 0
  for round = 1, rounds do
    local list = sorted(24)
    sum = sum + fibonacci(9) + list[#list] + texts(round) + numbers(round)
  end
  return sum
end
