-- SPDX-License-Identifier: MIT
--- Hostile programs: attacks[name] = { source, ... }. Each tries to take time or memory that is not
--- its own, in a few lines. Fields:
---
---   source     the program; it has seL4
---   ended      what became of it: "runs" (it is still running; the default), "error", "killed", or
---              "returned" (it has ended well)
---   text       a pattern that the text of its error matches
---   says       a pattern that what it prints matches
---   heap_bits  log2 of the size of its heap, 22 if left out
---   fills      true: it fills its heap, so that all of it is collected at once, which nobody can
---              interrupt: the delay may be as long as that takes
---   collections  how many of those may follow each other, 2 if left out: Lua 5.3 makes one
---              more when an error handler fails for want of memory; and a large text may need one
---              for its buffer and one for itself, behind one that was due
---   milliseconds  how long it runs, if the usual time is not enough for it to end
---   since      "5.4": not for Lua 5.3

local attacks = {}

local function attack(name, options)
  options.ended = options.ended or "runs"
  attacks[#attacks + 1] = name
  attacks[name] = options
end

local function runs(name, source, heap_bits)
  attack(name, { source = source, heap_bits = heap_bits })
end

local function fills(name, source, heap_bits)
  attack(name, { source = source, heap_bits = heap_bits, fills = true })
end

-- Loops, in places where a hook must find them ----------------------------------------------------

runs("loop", "while true do end")
runs("empty for", "for i = 1, math.maxinteger do end")
runs("goto", "::again:: goto again")
runs("tail calls", "local function f() return f() end f()")
runs("pcall loop", "while true do pcall(error) end")
runs("pcall swallows", "local function f() while true do end end while true do pcall(f) end")
runs("xpcall handler", "xpcall(error, function() while true do end end)")
runs("xpcall handler raises", [[
  local function f() while true do xpcall(error, function(e) error(e) end) end end f()]])
attack("xpcall of xpcall", { fills = true, collections = 4, -- its handler's handler fails, too
  source = "local function f() xpcall(f, f) end while true do f() end" })
runs("coroutine", "coroutine.wrap(function() while true do end end)()")
runs("many coroutines", [[
  while true do coroutine.resume(coroutine.create(function() coroutine.yield() end)) end]])
runs("iterator", "for _ in function() return 1 end do end")
runs("generic for next", [[
  local t = {} for i = 1, 1000 do t[i] = i end
  while true do for _ in pairs(t) do end end]])
for _, event in ipairs { "index", "add", "concat", "len", "eq", "lt", "call", "unm" } do
  runs("__" .. event, ([[
    local mt = {}
    local t, u = setmetatable({}, mt), setmetatable({}, mt)
    mt.__%s = function() while true do end end
    local _ = { index = function() return t.x end, add = function() return t + u end,
      concat = function() return t .. u end, len = function() return #t end,
      eq = function() return t == u end, lt = function() return t < u end,
      call = function() return t() end, unm = function() return -t end }
    _.%s()]]):format(event, event))
end
attack("__close", { since = "5.4", source = [[
  local _ <close> = setmetatable({}, { __close = function() while true do end end })]] })
runs("__pairs", "pairs(setmetatable({}, { __pairs = function() while true do end end }))")
runs("string arithmetic", [[
  local t = setmetatable({}, { __add = function() while true do end end })
  local _ = "1" + t]])

-- Callbacks of the standard library ---------------------------------------------------------------

runs("sort comparison", "table.sort({ 3, 2, 1 }, function() while true do end end)")
runs("sort __lt", [[
  local mt = { __lt = function() while true do end end }
  table.sort { setmetatable({}, mt), setmetatable({}, mt) }]])
runs("sort of a proxy", [[
  table.sort(setmetatable({}, { __len = function() return 1 << 30 end,
    __index = function(_, i) return i end, __newindex = function() end }))]])
runs("gsub function", [[("abc"):gsub(".", function() while true do end end)]])
runs("gsub __index", [[
  ("abc"):gsub(".", setmetatable({}, { __index = function() while true do end end }))]])
runs("__tostring", [[
  tostring(setmetatable({}, { __tostring = function() while true do end end }))]])
runs("print __tostring", [[
  print(setmetatable({}, { __tostring = function() while true do end end }))]])
runs("format __tostring", [[
  ("%s"):format(setmetatable({}, { __tostring = function() while true do end end }))]])
runs("concat __index", [[
  table.concat(setmetatable({}, { __index = function() while true do end end }), "", 1, 3)]])
runs("unpack __len", [[
  table.unpack(setmetatable({}, { __len = function() while true do end end }))]])
runs("insert __newindex", [[
  table.insert(setmetatable({}, { __newindex = function() while true do end end }), 1)]])
runs("ipairs __index", [[
  for _ in ipairs(setmetatable({}, { __index = function() while true do end end })) do end]])
runs("load reader", "load(function() while true do end end)")
fills("load endless text", [[while true do pcall(load, function() return "  " end) end]])
runs("gmatch shared", [[
  local f = ("a"):rep(1000):gmatch "a-b"
  while true do f = ("a"):rep(1000):gmatch "a-b" f() end]])

-- Sections that cannot be left: killed ------------------------------------------------------------

attack("__close in coroutine.close", { since = "5.4", ended = "killed", text = "coroutine.close",
  source = [[
  local co = coroutine.create(function()
    local _ <close> = setmetatable({}, { __close = function() while true do end end })
    coroutine.yield()
  end)
  coroutine.resume(co)
  coroutine.close(co)]] })
attack("__close after an error in wrap", { since = "5.4", ended = "killed",
  text = "coroutine.close", source = [[
  coroutine.wrap(function()
    local _ <close> = setmetatable({}, { __close = function() while true do end end })
    error "x"
  end)()]] })
attack("__close that catches the kill", { since = "5.4", ended = "killed",
  text = "coroutine.close", source = [[
  local function forever() while true do pcall(function() while true do end end) end end
  while true do
    pcall(coroutine.wrap(function()
      local a <close> = setmetatable({}, { __close = forever })
      local b <close> = setmetatable({}, { __close = forever })
      error "x"
    end))
  end]] })
attack("__index of options", { ended = "killed", text = "seL4%.TCB_WriteRegisters", source = [[
  local t = setmetatable({}, { __index = function() while true do end end })
  while true do pcall(seL4.TCB_WriteRegisters, 1, false, 0, 1, t) end]] })
attack("killed while closing", { since = "5.4", ended = "killed", text = "seL4", source = [[
  local t = setmetatable({}, { __index = function() while true do end end })
  while true do
    pcall(coroutine.wrap(function()
      local _ <close> = setmetatable({}, { __close = function() while true do end end })
      seL4.TCB_WriteRegisters(1, false, 0, 1, t)
    end))
  end]] })

-- Long by pattern ---------------------------------------------------------------------------------

runs("pattern of options", [[while true do
  ("a"):rep(50):find(("a?"):rep(50) .. ("a"):rep(50)) end]])
runs("pattern of stars", [[while true do ("a"):rep(28):find(("a*"):rep(28) .. "b") end]])
runs("pattern of minuses", [[while true do ("a"):rep(28):match(("a-"):rep(28) .. "b") end]])
runs("gmatch", [[while true do for _ in ("a"):rep(40):gmatch(("a*"):rep(20) .. "b") do end end]])
runs("gsub", [[while true do ("a"):rep(40):gsub(("a*"):rep(20) .. "b", "") end]])
runs("gsub anchored", [[while true do ("a"):rep(40):gsub("^" .. ("a*"):rep(20) .. "b", "") end]])
runs("captures", [[while true do ("a"):rep(40):find(("(a*)"):rep(20) .. "b") end]])
runs("back reference", [[while true do ("a"):rep(5000):find "(a*)%1b" end]])
runs("balance", [[local s = ("("):rep(1e5) while true do s:find "%b()" end]])
runs("frontier", [[local s = ("a"):rep(1e5) while true do s:find "%f[b]" end]])
runs("giant set", [[
  local set = "[" .. ("b"):rep(1e5) .. "]"
  while true do ("a"):rep(1e5):find(set) end]])
runs("plain find", [[
  local s, p = ("a"):rep(1e5), ("a"):rep(5e4) .. "b"
  while true do s:find(p, 1, true) end]])
runs("rest of a line", [[local s = ("a"):rep(1e5) while true do s:find ".-b" end]])

-- Long by count or by size ------------------------------------------------------------------------

runs("rep of nothing", [[while true do assert((""):rep(1 << 53) == "") end]])
runs("rep beyond all memory", [[while true do pcall(string.rep, "x", 1 << 53) end]])
attack("rep", { fills = true, collections = 3,
  source = [[while true do ("x"):rep(1 << 20) end]] })
runs("rep beyond the heap", [[while true do pcall(string.rep, "x", 1 << 24) end]])
fills("rep of 20 MB", [[while true do pcall(string.rep, "x", 20000000) end]], 26)
runs("move", [[table.move({}, 1, 1 << 53, 2)]])
runs("move down", [[table.move({}, 1, 1 << 53, 0)]])
runs("move from a proxy", [[
  table.move(setmetatable({}, { __index = function() end }), 1, 1 << 53, 2)]])
runs("insert __len", [[
  table.insert(setmetatable({}, { __len = function() return 1 << 53 end }), 1, 1)]])
runs("remove __len", [[
  table.remove(setmetatable({}, { __len = function() return 1 << 53 end }), 1)]])
runs("concat", [[
  local t = {} for i = 1, 1e5 do t[i] = "" end
  while true do table.concat(t) end]])
runs("unpack", [[
  local t = {} for i = 1, 1e5 do t[i] = i end
  while true do select("#", table.unpack(t)) end]], 24)
runs("insert in front", [[
  local t = {} for i = 1, 1e5 do t[i] = i end
  while true do table.insert(t, 1, 0) table.remove(t, 1) end]], 24)
runs("sort", [[while true do
  local t = {} for i = 1, 1e5 do t[i] = i * 7919 % 100003 end
  table.sort(t) end]], 24)
runs("sort of long strings", [[
  local t = {} for i = 1, 100 do t[i] = ("a"):rep(10000) .. i end
  while true do table.sort(t) t[1], t[100] = t[100], t[1] end]])
runs("utf8.len", [[local s = ("x"):rep(2e6) while true do utf8.len(s) end]])
runs("utf8.codes", [[
  local f, s = utf8.codes("a" .. ("\x80"):rep(1e6))
  while true do pcall(f, s, 1) end]])
runs("utf8.offset", [[
  local s = "a" .. ("\x80"):rep(1e6)
  while true do utf8.offset(s, 2) utf8.offset(s, -1) utf8.offset(s, 0, -1) end]])
attack("upper", { fills = true, collections = 3,
  source = [[local s = ("x"):rep(1e6) while true do s:upper() end]] })
runs("byte", [[local s = ("x"):rep(1e5) while true do select("#", s:byte(1, -1)) end]], 24)
runs("packsize", [[local s = (" "):rep(3e5) while true do string.packsize(s) end]])
runs("tonumber", [[local s = (" "):rep(3e5) while true do tonumber(s) end]])
runs("format", [[
  local f, t = ("%99.99f"):rep(200), {} for i = 1, 200 do t[i] = 1e300 end
  while true do f:format(table.unpack(t)) end]])
runs("load", [[
  local s = ("local a = 1 "):rep(100) .. "\n"
  s = ("do " .. s .. " end "):rep(15)
  while true do load(s) end]])
runs("table that grows", [[while true do local t = {} for i = 1, 50000 do t[i] = i end end]], 24)
runs("keys that grow", [[
  while true do local t = {} for i = 1, 50000 do t[i * 3.5] = i end end]], 24)

-- Memory ------------------------------------------------------------------------------------------

attack("list", { ended = "error", text = "not enough memory", heap_bits = 20,
  source = "local t = {} while true do t = { t } end" })
attack("string", { ended = "error", text = "not enough memory", heap_bits = 20,
  source = [[local s = "x" while true do s = s .. s end]] })
fills("list, again and again", [[
  while true do pcall(function() local t = {} while true do t = { t } end end) end]], 18)
fills("full heap", [[
  local hold = {}
  pcall(function() while true do hold[#hold + 1] = ("x"):rep(1000) .. #hold end end)
  while true do pcall(string.rep, "x", 1 << 20) end]])
attack("closures", { ended = "error", text = "not enough memory", heap_bits = 18,
  source = [[local t = {} for i = 1, 1e9 do t[i] = function() return i end end]] })
attack("coroutines kept", { ended = "error", text = "not enough memory", heap_bits = 18,
  source = [[local t = {} for i = 1, 1e9 do t[i] = coroutine.create(print) end]] })
runs("garbage", [[while true do local _ = {} end]], 18)
runs("weak tables", [[
  while true do
    local t = setmetatable({}, { __mode = "k" })
    for i = 1, 1000 do t[{}] = { t } end
  end]], 20)

-- Depth -------------------------------------------------------------------------------------------

attack("recursion", { ended = "error", text = "overflow", heap_bits = 27, fills = true,
  milliseconds = 120, source = "local function f() return 1 + f() end f()" })
fills("recursion, again", "local function f() return 1 + f() end while true do pcall(f) end", 24)
attack("metamethod recursion", { ended = "error", text = "overflow", heap_bits = 24, source = [[
  local t = setmetatable({}, {}) getmetatable(t).__index = function(_, k) return t[k .. 1] end
  return t.x]] })
runs("tostring recursion", [[
  local t = setmetatable({}, { __tostring = function(t) return tostring(t) end })
  while true do pcall(tostring, t) end]], 24)
runs("nested coroutines", [[
  local function nest(n) return n == 0 or coroutine.wrap(nest)(n - 1) end
  while true do pcall(nest, 10000) end]])
runs("nested pcalls", [[
  local function nest() return pcall(nest) end
  while true do nest() end]], 24)
runs("nested patterns", [[while true do pcall(string.find, ("("):rep(1e5), ("%("):rep(1e5)) end]])
runs("nested parentheses", [[while true do load("return " .. ("("):rep(1e4)) end]])
runs("nested concat", [[while true do load("return 1" .. ("..1"):rep(3000)) end]])
runs("nested gsub", [[
  local function f() return (("a"):gsub("a", f)) end
  while true do pcall(f) end]], 24)
-- Ways around the rules ---------------------------------------------------------------------------

attack("__gc", { ended = "error", text = "__gc is not allowed",
  source = "setmetatable({}, { __gc = function() while true do end end })" })
runs("__gc later", [[
  local mt = {} local t = setmetatable({}, mt) mt.__gc = function() while true do end end
  t = nil while true do local _ = {} end]], 18)
attack("bytecode", { ended = "returned", says = "nil\t",
  source = [[print(load("\27Lua\83\0\25\147\r\n\26\n"))]] })
attack("bytecode from a reader", { ended = "returned", says = "nil\t",
  source = [[
  local s = "\27Lua"
  print(load(function() local r = s s = nil return r end, "x", "b"))]] })
attack("collectgarbage", { ended = "error", text = "only 'count'",
  source = [[collectgarbage "stop"]] })
attack("the string metatable", { ended = "error", text = "mine", source = [[
  getmetatable("").__index = function() return function() return "mine" end end
  getmetatable("").__tostring = function() while true do end end
  error(("x"):upper(), 0)]] })
attack("globals", { ended = "returned", says = "nil nil nil nil",
  source = [[print(("%s %s %s %s"):format(io, os, debug, package))]] })
runs("a global table with __index", [[
  setmetatable(_G, { __index = function() while true do end end })
  return x]])
attack("error object", { ended = "error", text = "error object is a table value", source = [[
  error(setmetatable({}, { __tostring = function() while true do end end }))]] })
attack("error object with a name", { ended = "error", text = ".", source = [[
  error(setmetatable({}, { __name = "\xff\xfe", __tostring = false }))]] })
attack("text that is not UTF-8", { ended = "error", text = "\xff\xfe",
  source = [[error("\xff\xfe\0\x80", 0)]] })
attack("chunk name that is not UTF-8", { ended = "error", text = "\xff",
  source = [[load("error 'x'", "=\xff\xfe\n")()]] })
attack("long error", { ended = "error", text = "^xxxx", source = [[error(("x"):rep(1e6), 0)]] })
attack("constants", { ended = "returned", says = "70000", source = [[
  local t = {} for i = 1, 70000 do t[i] = i .. ".5," end
  print(#load("return {" .. table.concat(t) .. "}")())]], heap_bits = 25 })

return attacks
