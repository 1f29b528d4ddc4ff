-- SPDX-License-Identifier: MIT
--- What is typed, as Lua: expressions and statements, perhaps over several lines; and what may
--- follow a word.
--
--   local statement = require "sel4.repl.statement"
--   local fn, why, is_incomplete = statement.compile("1 + ", environment)

local statement = {}

local WORDS_MAX = 200

-- Whether the text ended too early; "'<eof>' expected near ..." is the opposite.
local function lacks_end(why)
  return why ~= nil and why:find "near <eof>$" ~= nil
end

--- A function for a text, with `environment` as its globals; an expression returns its values. Or
--- nil, what is wrong, and whether the text only lacks an end.
function statement.compile(text, environment)
  local fn, why_no_expression = load("return " .. text, "=typed", "t", environment)
  if fn then
    return fn
  end
  local why
  fn, why = load(text, "=typed", "t", environment)
  return fn, why, not fn and (lacks_end(why) or lacks_end(why_no_expression))
end

local function is_name(key)
  return type(key) == "string" and key:find "^[%a_][%w_]*$" ~= nil
end

-- Names of a table's fields, and of what its metatable looks up.
local function collect(names, value, prefix, start)
  local seen = {}
  while type(value) == "table" and not seen[value] and #names < WORDS_MAX do
    seen[value] = true
    for key in pairs(value) do
      if is_name(key) and key:sub(1, #start) == start and not names[key] then
        names[key] = true
        names[#names + 1] = prefix .. key
      end
    end
    local meta = getmetatable(value)
    value = type(meta) == "table" and meta.__index
  end
end

local function field(value, key)
  if type(value) ~= "table" then
    return nil
  end
  local is_there, found = pcall(function() return value[key] end)
  return is_there and found or nil
end

--- The words that `word`, a chain of names such as "seL4.CNode_" or "worker:set", may begin; in
--- order.
function statement.completions(word, environment)
  local prefix, start = word:match "^(.-)([%w_]*)$"
  local value = environment
  for name in prefix:gmatch "([%w_]+)[.:]" do
    value = field(value, name)
  end
  local names = {}
  if prefix == "" or prefix:find "^[%a_][%w_.]*[.:]$" then
    collect(names, value, prefix, start)
  end
  table.sort(names)
  return { table.unpack(names, 1, #names) }
end

return statement
