-- SPDX-License-Identifier: MIT
--- Refusals of a method as a table: a call that succeeds, and what can be wrong with it, in the
--- order in which the kernel looks.
---
---   refusals {
---     method = "CNode_Delete", label = "CNodeDelete", words = "index depth", caps = "",
---     good = { service = "root", index = "endpoint", depth = 64 },
---     { "InvalidCapability service", { service = "empty" }, 0 },
---     { "TruncatedMessage slot", { length = 1 } },
---     { "RangeError depth", { depth = 65 }, 1, 64 },
---   }
---
--- `words` and `caps` are the parameters in the order of the message. A row is an error of abi/,
--- what is changed in the good call (`length` and `extra` are the numbers of words and capabilities
--- that are sent), and the words of the answer. A text as a value is a slot of lib.bench.
---
--- Each row is tested alone, and together with each row below it that changes other things: the
--- answer must be that of the upper row. `pairs` says for "A before B" what to change besides, if
--- they change the same thing, or false where one call cannot have both. A row with `alone` needs a
--- state that cannot be left again, and gets a bench of its own. When all have been refused, the
--- good call must succeed: the refused ones have left nothing behind.

local bench = require "lib.bench"
local seL4 = require "seL4"
local suite = require "lib.conformance"

local REGISTERS = 4

local function split(text)
  local list = {}
  for word in text:gmatch "%S+" do
    list[#list + 1] = word
  end
  return list
end

local function value_of(b, call, name)
  local value = call[name]
  if value == nil then
    error(("the call has no %s"):format(name))
  elseif type(value) == "string" then
    return b[value]
  elseif type(value) == "function" then
    return value(b)
  end
  return value
end

-- Makes the call; what comes back: the error and the words of the answer.
local function make(spec, b, call)
  local words, caps = {}, {}
  for i, name in ipairs(split(spec.words)) do
    words[i] = value_of(b, call, name)
  end
  for i, name in ipairs(split(spec.caps)) do
    caps[i] = value_of(b, call, name)
  end
  local service = value_of(b, call, "service")
  for i = REGISTERS + 1, #words do
    seL4.SetMR(i - 1, words[i])
  end
  for i, cap in ipairs(caps) do
    seL4.SetCap(i - 1, cap)
  end
  local info = seL4.MessageInfo_new(seL4[spec.label], 0, call.extra or #caps, call.length or #words)
  local answer = { seL4.CallWithMRs(service, info, words[1], words[2], words[3], words[4]) }
  info = table.remove(answer, 1)
  local length = seL4.MessageInfo_get_length(info)
  for i = REGISTERS + 1, length do
    answer[i] = seL4.GetMR(i - 1)
  end
  return seL4.MessageInfo_get_label(info), table.move(answer, 1, length, 1, {})
end

-- The good call with changes.
local function changed(spec, ...)
  local call = {}
  for key, value in pairs(spec.good) do
    call[key] = value
  end
  for i = 1, select("#", ...) do
    for key, value in pairs((select(i, ...))) do
      call[key] = value
    end
  end
  return call
end

-- Makes a call that must be refused as the row says.
local function judge(spec, b, row, what, ...)
  local err, words = make(spec, b, changed(spec, ...))
  local wanted = row[1]:match "^%S+"
  local expected = {}
  for i = 3, #row do
    expected[i - 2] = value_of(b, row, i)
  end
  local why = seL4.Explain() or ""
  suite.is(err, seL4[wanted], ("%s: the error (%s)"):format(what, why))
  suite.is(table.concat(words, " "), table.concat(expected, " "), what .. ": the words")
  suite.is(why:sub(1, #spec.method), spec.method, what .. ": the explanation")
end

local function are_apart(a, b)
  for key, value in pairs(a) do
    if b[key] ~= nil and b[key] ~= value then
      return false
    end
  end
  return true
end

-- What to change besides so that both mistakes are made; nil: they cannot be.
local function both(spec, upper, lower)
  local given = spec.pairs and spec.pairs[upper[1] .. " before " .. lower[1]]
  if upper[1] == lower[1] or given == false then
    return nil
  end
  return given or are_apart(upper[2], lower[2]) and {} or nil
end

-- Calls body(b) with the bench, or with one of its own if that is changed for good.
local function with_bench(b, is_alone, body)
  if not is_alone then
    return body(b)
  end
  suite.within(function(m)
    body(bench.open(m))
  end)
end

-- One row, alone and above each row below it.
local function test_row(spec, b, at)
  local row = spec[at]
  local id = spec.method .. "/" .. row[1]
  local rows = { id }
  suite.check(rows, id, function()
    with_bench(b, row.alone, function(own)
      judge(spec, own, row, row[1], row[2])
    end)
    for below = at + 1, #spec do
      local lower = spec[below]
      local change = both(spec, row, lower)
      if change then
        with_bench(b, row.alone or lower.alone, function(own)
          judge(spec, own, row, row[1] .. " before " .. lower[1], lower[2], row[2], change)
        end)
        rows[#rows + 1] = id .. " before " .. lower[1]
      end
    end
  end)
end

--- Tests a method; see above.
local function refusals(spec)
  suite.within(function(m)
    local b = bench.open(m)
    for at = 1, #spec do
      test_row(spec, b, at)
    end
    suite.check({ spec.method }, spec.method .. " succeeds after all refusals", function()
      local err, words = make(spec, b, spec.good)
      suite.done(err)
      suite.is(#words, spec.results or 0, "the number of results")
    end)
  end)
end

return refusals
