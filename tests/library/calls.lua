-- SPDX-License-Identifier: MIT
--- Calls functions of the standard library with arguments made from a seed, and prints what comes
--- of each call: the same in every Lua that keeps the manual. It runs in plain Lua and in the
--- machine.
---
---   lua5.4 tests/library/calls.lua SEED COUNT

local seed, count = ...
local state = math.tointeger(tonumber(seed))

-- A generator of our own: that of math differs between versions.
local function random(n)
  state = (state * 6364136223846793005 + 1442695040888963407)
  return (state >> 33) % n + 1
end

local function pick(list)
  return list[random(#list)]
end

-- A value as text that shows its type, without addresses.
local function show(value, depth)
  local kind = math.type(value) or type(value)
  if kind == "string" then
    if #value > 200 then
      return ("string of %d: %q"):format(#value, value:sub(-20))
    end
    return (("%q"):format(value):gsub("0x%x%x%x%x%x+", "ADDRESS"))
  elseif kind == "float" then
    return ("%.14g f"):format(value)
  elseif kind == "table" and (depth or 0) < 2 and not getmetatable(value) then
    local items = {}
    for i = 1, 12 do
      items[i] = show(value[i], (depth or 0) + 1)
    end
    return "{" .. table.concat(items, ",") .. "}"
  elseif kind == "integer" or kind == "boolean" or kind == "nil" then
    return tostring(value)
  end
  return kind
end

-- --- arguments -----------------------------------------------------------------------------------

local LETTERS = { "a", "b", "c", "A", "Z", "0", "9", " ", "\t", "\n", "_", "-", ".", "%", "\0",
  "\xe9", "\xff", "(", ")", "[", "]", "é", "€", "x" }
local ITEMS = { "a", "b", ".", "%a", "%d", "%s", "%w", "%p", "%c", "%x", "%u", "%l", "%g", "%z",
  "%A", "%W", "[ab]", "[^a]", "[a-c]", "[%w_]", "[]]", "[^]]", "[a-]", "[%a-z]", "%.", "%%", "x",
  "é", "\0" }
local REPEATS = { "", "", "", "", "*", "+", "-", "?" }
local INTEGERS = { 0, 1, 2, 3, 4, 5, 8, -1, -2, -3, -5, 10, 100, math.maxinteger, math.mininteger,
  1 << 31, 1 << 53 }

local function text()
  local parts = {}
  for i = 1, random(random(24)) - 1 do
    parts[i] = random(3) == 1 and pick(LETTERS) or pick { "a", "b", "ab" }
  end
  return table.concat(parts)
end

-- Bytes of UTF-8 and others, more than the library passes in one piece.
local function long_text()
  local middle = pick { "a", "\xC3\xA4", "\x80", "\xFD\xBF\xBF\xBF\xBF\xBF" }
  return text() .. middle:rep(8180 // #middle + random(24)) .. text() .. pick { "", "\x80\x80" }
    .. text()
end

local function pattern()
  local parts, open = {}, 0
  if random(6) == 1 then
    parts[1] = "^"
  end
  for _ = 1, random(5) do
    local what = random(16)
    if what == 1 then
      parts[#parts + 1] = "("
      open = open + 1
    elseif what == 2 and open > 0 then
      parts[#parts + 1] = ")"
      open = open - 1
    elseif what == 3 then
      parts[#parts + 1] = "()"
    elseif what == 4 then
      parts[#parts + 1] = pick { "%1", "%b()", "%bab", "%f[a]", "%f[%W]", "%2", "[a", "%", "%b",
        "%f", "$", "(", ")", "^" }
    else
      parts[#parts + 1] = pick(ITEMS) .. pick(REPEATS)
    end
  end
  if random(20) > 1 then
    parts[#parts + 1] = (")"):rep(open)
  end
  if random(6) == 1 then
    parts[#parts + 1] = "$"
  end
  return table.concat(parts)
end

local function small()
  return random(9) - 4
end

local function far()
  return random(4) == 1 and small() or random(18000) - 9000
end

local function boolean()
  return random(2) == 1
end

local function integer()
  return random(4) == 1 and pick(INTEGERS) or small()
end

local function number()
  return pick { integer, small, function() return random(1000) / 8 - 60 end,
    function() return pick { 0.5, -0.0, 1e15, 1e100, math.huge, -math.huge, 3.0, 2^53 } end,
    function() return pick { "10", " 7 ", "0x1F", "1e2", "abc", "", "0x", "1 2" } end }()
end

local function list()
  local t = {}
  for i = 1, random(10) - 1 do
    t[i] = random(2) == 1 and random(20) or text()
  end
  return t
end

local function numbers()
  local t = {}
  for i = 1, random(20) - 1 do
    t[i] = random(30)
  end
  return t
end

local function words()
  local t = {}
  for i = 1, random(100) - 1 do -- longer lists Lua may shuffle
    t[i] = pick(LETTERS) .. random(50)
  end
  return t
end

-- A table that is one only by its metamethods.
local function proxy(content)
  return setmetatable({}, { __index = content, __newindex = content,
    __len = function() return #content end })
end

local function any()
  return pick { integer, number, text, list, function() return nil end,
    function() return random(2) == 1 end, function() return type end,
    function() return setmetatable({}, { __tostring = function() return "named" end }) end,
    function() return setmetatable({}, { __tostring = function() return 1 end }) end }()
end

local function replacement()
  return pick { text, function() return pick { "%0%0", "<%1>", "%2", "%%", "%9", "%x", "" } end,
    function() return { a = "1", b = false, ab = 7, [1] = "p" } end,
    function() return setmetatable({}, { __index = function(_, k) return k ~= "a" and k end }) end,
    function() return function(a, b) return b or a end end,
    function() return function() end end, any }()
end

-- --- calls ---------------------------------------------------------------------------------------

local function collect(iterate, state_of, first)
  local found = {}
  for a, b in iterate, state_of, first do
    found[#found + 1] = show(a) .. "/" .. show(b)
    if #found > 30 then
      break
    end
  end
  return table.concat(found, " ")
end

local function changed(fn)
  return function(t, ...)
    return fn(t, ...), t
  end
end

-- Each is { name, function, makers of arguments... }; a last argument may be left out.
local CALLS = {
  { "find", string.find, text, pattern, small },
  { "find plain", string.find, text, text, small, function() return true end },
  { "match", string.match, text, pattern, integer },
  { "match", string.match, text, pattern },
  { "gmatch", function(s, p) return collect(string.gmatch(s, p)) end, text, pattern },
  { "gsub", string.gsub, text, pattern, replacement },
  { "gsub", string.gsub, text, pattern, replacement, integer },
  { "rep", string.rep, text, small, text },
  { "sub", string.sub, text, integer, integer },
  { "byte", string.byte, text, small, integer },
  { "char", string.char, small, function() return random(300) end },
  { "upper", string.upper, text }, { "lower", string.lower, text },
  { "reverse", string.reverse, text }, { "len", string.len, any },
  { "upper", string.upper, any }, { "rep", string.rep, any, integer, any },
  { "long upper", function(s, n) return s:rep(n):upper() end, text, function() return 20000 end },
  { "long lower", function(s, n) return s:rep(n):lower() end, text, function() return 20000 end },
  { "long reverse", function(s, n) return s:rep(n, "-"):reverse() end, text,
    function() return 20000 end },
  { "format", string.format, function() return pick { "%d", "%5.2f", "%s", "%q", "%x", "%g", "%i%%",
    "%-5s|", "%c", "%s %s", "%", "%y", "%10.3s" } end, any, any },
  { "pack", string.pack, function() return pick { "i4", "<I2", "z", "s1", "d", "!4 i8", "q" } end,
    any },
  { "unpack", string.unpack, function() return pick { "i4", "<I2", "z", "s1", "b" } end, text,
    small },
  { "concat", table.concat, list, text, small, small },
  { "concat", table.concat, list, text }, { "concat", table.concat, any, any },
  { "concat proxy", table.concat, function() return proxy(list()) end, text },
  { "insert", changed(table.insert), list, integer, text },
  { "insert", changed(table.insert), list, text }, { "insert", table.insert, any, any, any },
  { "insert proxy", function(t, ...)
    table.insert(proxy(t), ...)
    return t
  end, list, integer, text },
  { "remove", changed(table.remove), list, integer }, { "remove", changed(table.remove), list },
  { "remove proxy", function(t, ...) return table.remove(proxy(t), ...), t end, list, integer },
  { "move", table.move, list, small, small, small },
  { "move", table.move, list, small, small, small, list },
  { "move", table.move, list, integer, small, integer },
  { "move proxy", function(t, ...) return table.move(proxy(t), ...) and t end, list, small, small,
    small },
  { "unpack", table.unpack, list, integer, small }, { "unpack", table.unpack, list },
  { "unpack proxy", table.unpack, function() return proxy(list()) end, small, small },
  { "pack", table.pack, any, any },
  { "sort", changed(table.sort), numbers }, { "sort", changed(table.sort), list },
  { "sort words", function(t)
    table.sort(t)
    return table.concat(t, " ")
  end, words },
  { "sort with", function(t)
    table.sort(t, function(a, b) return a > b end)
    return table.concat(t, " ")
  end, words },
  { "sort by first", function(t)
    table.sort(t, function(a, b) return a:byte() < b:byte() end)
    return table.concat(t, " ")
  end, words },
  { "sort badly", function(t) table.sort(t, function() return true end) end, numbers },
  { "utf8.len", utf8.len, text, integer, integer }, { "utf8.len", utf8.len, text },
  { "long utf8.len", function(s, n, i) return utf8.len(s:rep(n), i) end, text,
    function() return 5000 end, small },
  { "longer utf8.len", utf8.len, long_text, small }, { "lax", utf8.len, long_text, small, small,
    boolean },
  { "utf8.offset", utf8.offset, text, small, small },
  { "long utf8.offset", utf8.offset, long_text, far, far },
  { "long utf8.offset", utf8.offset, long_text, far }, { "far", utf8.offset, long_text, small },
  { "utf8.codepoint", utf8.codepoint, text, small, small },
  { "utf8.char", utf8.char, function() return random(70000) end, integer },
  { "utf8.codes", function(s) return collect(utf8.codes(s)) end, text },
  { "long utf8.codes", function(s, i) return utf8.codes("a")(s, i) end, long_text, small },
  { "utf8.codes from far", function(s, i) return utf8.codes("a")(s, i) end, long_text, far },
  { "math.floor", math.floor, number }, { "math.ceil", math.ceil, number },
  { "math.fmod", math.fmod, number, number }, { "math.max", math.max, number, number },
  { "math.tointeger", math.tointeger, number }, { "math.ult", math.ult, number, number },
  { "math.abs", math.abs, number }, { "math.type", math.type, any },
  { "tonumber", tonumber, number, function() return random(40) end }, { "tonumber", tonumber, any },
  { "tostring", tostring, any }, { "select", select, integer, any, any },
  { "select #", select, function() return "#" end, any, any },
  { "rawlen", rawlen, any }, { "rawequal", rawequal, any, any }, { "type", type, any },
  { "next", next, any, any },
  { "ipairs", function(t) return collect(ipairs(t)) end, list },
  { "ipairs proxy", function(t) return collect(ipairs(proxy(t))) end, list },
  { "pairs", function(t) return collect(pairs(t)) end, list },
  { "pairs meta", function(t)
    return collect(pairs(setmetatable({}, { __pairs = function() return ipairs(t) end })))
  end, list },
  { "load", function(s) return load(s) end, text },
  { "load", function(n)
    local parts = { "return ", tostring(n), " + ", "1" }
    local i = 0
    return load(function()
      i = i + 1
      return parts[i]
    end)()
  end, small },
  { "arithmetic", function(a, b) return a + b end, number, number },
  { "arithmetic", function(a, b) return a // b end, any, number },
  { "arithmetic", function(a, b) return a .. b end, number, text },
  { "arithmetic", function(a) return a + setmetatable({}, { __add = function(x) return x end }) end,
    any },
  { "compare", function(a, b) return a < b end, any, any },
  { "xpcall", function(a, b) return xpcall(error, function(e) return b, e end, a) end, any, any },
  { "xpcall", function(a) return xpcall(function(...) return ... end, error, a, 1) end, any },
  { "pcall", pcall, any, any }, { "error", error, any, small },
  { "coroutine", function(a, b)
    local co = coroutine.wrap(function(x)
      local y = coroutine.yield(x, 1)
      error(y, 0)
    end)
    return co(a), pcall(co, b), pcall(co)
  end, any, any },
  { "coroutine in gsub", function(s, p)
    return coroutine.wrap(function() return (s:gsub(p, function(c) return c end)) end)()
  end, text, pattern },
  { "coroutine", function(a)
    local co = coroutine.create(function(...) return select("#", ...), coroutine.isyieldable() end)
    return coroutine.status(co), coroutine.resume(co, a), coroutine.status(co), coroutine.resume(co)
  end, any },
}

-- An error's text without what tells where, and without addresses.
local function error_text(problem)
  if type(problem) ~= "string" then
    return show(problem)
  end
  return (problem:gsub("^[%w_./\\]+%.lua:%d+: ", "")
    :gsub("^%[library%]:%d+: ", ""):gsub("0x%x+", "ADDRESS"))
end

for i = 1, math.tointeger(tonumber(count)) do
  local call = pick(CALLS)
  local arguments = {}
  local n = #call - 2
  if n > 1 and random(8) == 1 then
    n = n - 1
  end
  local shown = {}
  for j = 1, n do
    arguments[j] = call[j + 2]()
    shown[j] = show(arguments[j])
  end
  local results = table.pack(pcall(call[2], table.unpack(arguments, 1, n)))
  local line = {}
  for j = 2, results.n do
    line[j - 1] = results[1] and show(results[j]) or error_text(results[j])
  end
  print(("%d %s(%s) %s %s"):format(i, call[1], table.concat(shown, ", "), results[1],
    (table.concat(line, ", "):gsub("\n", " "))))
end
