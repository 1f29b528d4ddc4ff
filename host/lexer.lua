-- SPDX-License-Identifier: MIT
--- Finds the modules that a Lua source text requires by name: `require "x"`, `require("x")` and the
--- optional `pcall(require, "x")` and `program = "x"` (sel4.process). Comments and strings are not
--- mistaken for code. A name that is computed cannot be found.
--
--   for _, found in ipairs(lexer.requires('local a = require "a"')) do
--     print(found.name, found.line, found.is_optional)    --> a  1  false
--   end

local lexer = {}

local ESCAPES = { n = "\n", t = "\t", r = "\r", a = "\a", b = "\b", f = "\f", v = "\v" }

-- The string in quotes that begins at `at`: its content and where it ends. nil if it does not end.
local function short_string(text, at)
  local quote, parts, i = text:sub(at, at), {}, at + 1
  while i <= #text do
    local c = text:sub(i, i)
    if c == quote then
      return table.concat(parts), i + 1
    elseif c == "\\" then
      local escaped = text:sub(i + 1, i + 1)
      parts[#parts + 1] = ESCAPES[escaped] or escaped
      i = i + 2
    elseif c == "\n" then
      return nil
    else
      parts[#parts + 1] = c
      i = i + 1
    end
  end
end

-- The text in long brackets that begins at `at`, likewise; nil if none begins there.
local function long_string(text, at)
  local equals, start = text:match("^%[(=*)%[()", at)
  if not equals then
    return nil
  end
  local last, after = text:find("]" .. equals .. "]", start, true)
  if not last then
    return text:sub(start), #text + 1
  end
  return text:sub(start, last - 1):gsub("^\r?\n", ""), after + 1
end

-- Where the comment that begins at `at` ends.
local function after_comment(text, at)
  local _, after = long_string(text, at + 2)
  return after or text:find("\n", at, true) or #text + 1
end

-- The token at or behind `at`: kind ("name", "string", or the character), value, start, end + 1.
local function token(text, at)
  while true do
    at = text:find("%S", at)
    if not at then
      return nil
    elseif text:sub(at, at + 1) == "--" then
      at = after_comment(text, at)
    else
      break
    end
  end
  local c = text:sub(at, at)
  local name = text:match("^[%a_][%w_]*", at)
  if name then
    return "name", name, at, at + #name
  end
  local number = text:match("^%d[%w.]*", at)
  if number then
    return "number", number, at, at + #number
  end
  local value, after
  if c == '"' or c == "'" then
    value, after = short_string(text, at)
  elseif c == "[" then
    value, after = long_string(text, at)
  end
  if after then
    return "string", value, at, after
  end
  return c, c, at, at + 1
end

-- The module that the `require` before `at` names: name, whether it may be missing.
local function required_name(text, at, before)
  local kind, value, _, after = token(text, at)
  if kind == "string" then
    return value, false
  elseif kind == "(" then
    kind, value, _, after = token(text, after)
    if kind == "string" and token(text, after) == ")" then
      return value, false
    end
  elseif kind == "," and before == "(" then
    kind, value = token(text, after)
    if kind == "string" then
      return value, true
    end
  end
end

-- The module that the `program` before `at` is set to; it may be missing, and `program` may be
-- something else.
local function program_name(text, at)
  local kind, _, _, after = token(text, at)
  local value
  if kind == "=" then
    kind, value = token(text, after)
    return kind == "string" and value or nil, true
  end
end

local FINDERS = { require = required_name, program = program_name }

-- Where the last place may be that names a module: nothing behind it needs to be looked at.
local function last_mention(text)
  local last = 0
  for _, pattern in ipairs { "require", "program%s*=" } do
    local at = text:find(pattern)
    while at do
      last = math.max(last, at)
      at = text:find(pattern, at + 1)
    end
  end
  return last
end

--- The modules that a text requires, as an array of { name, line, is_optional } in their order.
function lexer.requires(text)
  local found, at, line, counted, before = {}, 1, 1, 1, nil
  local last = last_mention(text)
  if text:sub(1, 1) == "#" then
    at = text:find("\n", 1, true) or #text + 1
  end
  while true do
    local kind, value, start, after = token(text, at)
    if not kind or start > last then
      return found
    end
    local finder = kind == "name" and before ~= "." and before ~= ":" and FINDERS[value]
    if finder then
      local name, is_optional = finder(text, after, before)
      if name then
        local _, lines = text:sub(counted, start - 1):gsub("\n", "")
        line, counted = line + lines, start
        found[#found + 1] = { name = name, line = line, is_optional = is_optional }
      end
    end
    at, before = after, kind
  end
end

return lexer
