-- SPDX-License-Identifier: MIT
--- Every reason to refuse that abi/ documents is explained: the call that provokes it in the
--- kernel's tests gives a sentence with the method, the arguments concerned and, where there is
--- something to do about it, the remedy.
--
--   lua5.4 tests/kernel/check_explanations.lua build/debug/tests/kernel_tests classic
--
-- run from the project's folder. An explanation belongs to a row of abi/ if it is of the method and
-- the error and has the names of the parameters that the row's sentence names, or the words of
-- explanations.lua where that names none or where two rows of a method name the same. The last line
-- is "N passed, N failed", where each row and each explanation is a unit.

package.path = "./?.lua;" .. package.path

local program, configuration = require "tests.kernel.arguments" "check_explanations"

local checks = require "tests.abi.checks"
local errors = require "abi.errors"
local invocations = require "abi.invocations"
local says = require "tests.kernel.explanations"

local LENGTH_MAX = 510 -- one that is longer has been cut

-- Errors that something can be done about: their sentences have a part behind a semicolon.
local HAS_REMEDY = {
  DeleteFirst = true, RevokeFirst = true, RangeError = true, AlignmentError = true,
  NotEnoughMemory = true, TruncatedMessage = true,
}

local expect = checks.expect

local error_names = {}
for _, row in ipairs(errors.invocation) do
  error_names[row.value] = row.name
end

-- All explanations of the tests' refusals, by "Method Error".
local function read_explanations()
  local pipe = assert(io.popen(program .. " --explanations 'refuses: '"))
  local lists, count = {}, 0
  for line in pipe:lines() do
    local method, number, reason, text = line:match("^([^\t]+)\t(%d+)\t([^\t]+)\t([^\t]*)$")
    if method then
      local key = method .. " " .. error_names[tonumber(number)]
      lists[key] = lists[key] or {}
      table.insert(lists[key], { method = method, error = error_names[tonumber(number)],
        reason = reason, text = text })
      count = count + 1
    end
  end
  pipe:close()
  expect(count > 100, "%s --explanations prints %d explanations", program, count)
  return lists
end

local function words_of(text)
  local words = {}
  for word in text:gmatch "[%w_]+" do
    words[word] = true
  end
  return words
end

-- The words that a row's explanation must have.
local function needed(row, refusal)
  local given = says.words(row.object .. "_" .. row.method, refusal)
  if given then
    return { given }
  end
  local list, words = {}, words_of(refusal.when)
  for _, param in ipairs(invocations.params(row, configuration)) do
    if param.dir == "in" and words[param.name] then
      list[#list + 1] = param.name
    end
  end
  return list
end

local function has_all(text, list)
  for _, part in ipairs(list) do
    if not text:find(part, 1, true) then
      return false
    end
  end
  return true
end

local function is_explained(list, parts)
  for _, explanation in ipairs(list or {}) do
    if has_all(explanation.text, parts) then
      return true
    end
  end
  return false
end

local function check_method(row, lists)
  local method = row.object .. "_" .. row.method
  local seen = {}
  for _, refusal in ipairs(invocations.errors(row, configuration)) do
    if says.unreachable(method, refusal) then
      goto continue
    end
    local parts = needed(row, refusal)
    local key = refusal.error .. ": " .. table.concat(parts, " ")
    expect(#parts > 0, "%s, %s: which words tell \"%s\"?", method, refusal.error, refusal.when)
    expect(not seen[key] or refusal.error == "TruncatedMessage" or seen[key] == refusal.when,
      "%s: \"%s\" and \"%s\" cannot be told apart", method, refusal.when, seen[key])
    seen[key] = refusal.when
    expect(is_explained(lists[method .. " " .. refusal.error], parts),
      "%s, %s: no explanation of \"%s\" with: %s", method, refusal.error, refusal.when,
      table.concat(parts, ", "))
    ::continue::
  end
end

-- The argument that a message lacks is one of the method's.
local function check_missing(row, list)
  for _, explanation in ipairs(list or {}) do
    local name, is_parameter = explanation.text:match("([%w_]+) is missing"), false
    for _, param in ipairs(invocations.params(row, configuration)) do
      is_parameter = is_parameter or param.name == name and param.dir == "in"
    end
    expect(is_parameter, "%s: \"%s\" names no parameter", explanation.method, explanation.text)
  end
end

-- A sentence: what was called on what, and words behind it.
local function check_sentence(explanation)
  local text = explanation.text
  local title = explanation.method .. " refuses: " .. explanation.reason
  local head = explanation.method .. " on capability "
  expect(text:sub(1, #head) == head, "%s: \"%s\" does not begin with the call", title, text)
  local rest = text:match(" on capability %w+: (.+)$") or
    text:match(" on capability %w+ %b(): (.+)$") or ""
  local _, count = rest:gsub("%a+", "")
  expect(count >= 4, "%s: \"%s\" says too little", title, text)
  expect(#text < LENGTH_MAX, "%s: \"%s\" is cut", title, text)
  expect(not text:find("  ", 1, true) and not text:find("[;:,] ?$") and not text:find("[%%\t]"),
    "%s: \"%s\" is no sentence", title, text)
  expect(not HAS_REMEDY[explanation.error] or text:find("; %a"),
    "%s: \"%s\" does not say what to do", title, text)
end

local lists = read_explanations()
for _, row in ipairs(invocations) do
  if row[configuration] then
    check_method(row, lists)
    check_missing(row, lists[row.object .. "_" .. row.method .. " TruncatedMessage"])
  end
end
for _, list in pairs(lists) do
  for _, explanation in ipairs(list) do
    check_sentence(explanation)
  end
end
for _, failure in ipairs(errors.lookup) do
  local is_found = failure.name == "NoFailure"
  for key, list in pairs(lists) do
    is_found = is_found or key:find("FailedLookup", 1, true) and
      is_explained(list, { "(" .. failure.name .. ")" })
  end
  expect(is_found, "no refusal is explained with a lookup's %s", failure.name)
end

checks.finish()
