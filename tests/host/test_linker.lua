-- SPDX-License-Identifier: MIT
--- Tests host/lexer.lua, host/linker.lua and host/words.lua, which are plain Lua.
--
--   lua5.4 tests/host/test_linker.lua      (from the root of the repository)

package.path = "./?.lua;" .. package.path
for _, name in ipairs { "lexer", "linker", "words" } do
  package.preload["selvm." .. name] = loadfile("host/" .. name .. ".lua")
end

local checks = require "tests.abi.checks"
local lexer = require "selvm.lexer"
local linker = require "selvm.linker"
local process = require "tests.host.process"
local words = require "selvm.words"

-- The names that a text requires, with ? behind those that may be missing, and lines.
local function required(text)
  local names = {}
  for i, found in ipairs(lexer.requires(text)) do
    names[i] = found.name .. (found.is_optional and "?" or "") .. "@" .. found.line
  end
  return table.concat(names, " ")
end

checks.group("every form of require is found", function(expect)
  local function is(text, names)
    expect(required(text) == names, "%q gives %q, not %q", text, required(text), names)
  end
  is('require "a"', "a@1")
  is("require 'a.b'", "a.b@1")
  is('x = 1\nlocal a = require("a")\n\nlocal b = require ( [[b]] )', "a@2 b@4")
  is('pcall(require, "a")', "a?@1")
  is('process.new(memory, { program = "a", name = "b" })', "a?@1")
  is('local program = f "a"; x.program = "b"; if program == "c" then end', "")
  is('#!/usr/bin/env selvm\nrequire "a"', "a@2")
  is('local a = require --[[ x ]] "a"', "a@1")
end)

checks.group("what is no require is left alone", function(expect)
  for _, text in ipairs {
    '-- require "a"', '--[[ require "a" ]]', '--[==[ \n ]] require "a" ]==]', "x = 'require \"a\"'",
    'x = [[ require "a" ]]', 'm.require "a"', 'm:require "a"', "require(name)",
    'require("a" .. b)', 'requires "a"', 'local s = "\\"require \'a\'"', 'f(require, x)',
    'x = "unfinished\nrequired "b"', "require",
  } do
    expect(required(text) == "", "%q gives %q", text, required(text))
  end
end)

-- Link a program in the test's folder; its modules' names and texts, or nil, why.
local function link(text, request)
  request = request or {}
  request.name, request.text = "main.lua", text
  request.arguments = request.arguments or {}
  request.modules = request.modules or {}
  request.folder = process.folder
  local image, why = linker.link(request)
  if not image then
    return nil, why
  end
  local magic, length, modules, arguments = ("<c8I8I8I8"):unpack(image)
  local list = { magic = magic, is_whole = length == #image, module_count = modules }
  for i = 0, modules + arguments - 1 do
    local name, name_length, at, size = ("<I8I8I8I8"):unpack(image, 33 + 32 * i)
    list[#list + 1] = image:sub(name + 1, name + name_length) .. "=" .. image:sub(at + 1, at + size)
  end
  return list
end

checks.group("an image has the program, its modules and its arguments", function(expect)
  process.file("a.lua", 'return require "b.c"')
  process.file("b/c.lua", "return 1")
  process.file("d/init.lua", 'require "a" require "seL4" require "string"')
  local list, why = link('require "a" require "d"', { arguments = { "x", "" } })
  expect(list, "%s", why)
  expect(list.magic == "seLVMimg" and list.is_whole and list.module_count == 4, "header")
  expect(list[1] == 'main.lua=require "a" require "d"', "%s", list[1])
  expect(list[2] == 'a=return require "b.c"', "%s", list[2])
  expect(list[3]:find("^d="), "%s", list[3])
  expect(list[4] == "b.c=return 1", "%s", list[4])
  expect(list[5] == "=x" and list[6] == "=" and #list == 6, "arguments")
end)

checks.group("given modules and the library are used", function(expect)
  local library = function(name) return name == "lib" and "return 'l'" or nil end
  local list = link('require "lib" require "a"', { modules = { a = "return 'mine'" },
    library = library })
  expect(list and list[2] == "a=return 'mine'" and list[3] == "lib=return 'l'", "modules")
end)

checks.group("data files come behind the modules, and are no modules", function(expect)
  local list = link('require "lib"', { files = { z = "\0\1", a = "" }, arguments = { "x" },
    library = function() return "return 1" end })
  expect(list and table.concat(list, "|", 2) == "lib=return 1|a=|z=\0\1|=x", "%s",
    list and table.concat(list, "|", 2))
  expect(list.module_count == 4, "%d", list.module_count)
  local _, why = link('require "z"', { files = { z = "return 1" } })
  expect(why and why:find("main.lua:1: module 'z' not found", 1, true), "%s", why)
end)

checks.group("an optional module may be missing", function(expect)
  local list, why = link('pcall(require, "nowhere")')
  expect(list and #list == 1, "%s", why)
end)

checks.group("what is wrong is said with its place", function(expect)
  local _, why = link('\n\nrequire "nowhere.x"')
  expect(why and why:find("^main.lua:3: module 'nowhere.x' not found; looked for " ..
    ".*/nowhere/x.lua, .*/nowhere/x/init.lua, the user/ modules"), "%s", why)
  _, why = link("x = = 1")
  expect(why == "main.lua:1: unexpected symbol near '='", "%s", why)
  process.file("bad.lua", "\nlocal")
  _, why = link('require "bad"')
  expect(why and why:find("bad.lua:2: "), "%s", why)
  _, why = link(string.dump(function() end))
  expect(why and why:find("^main.lua: this is bytecode"), "%s", why)
end)

checks.group("sizes are read", function(expect)
  for text, bytes in pairs { ["64M"] = 64 << 20, ["1G"] = 1 << 30, ["512K"] = 512 << 10,
    ["4096"] = 4096 } do
    expect(words.size(text) == bytes, "%s", text)
    expect(words.size(words.size_text(bytes)) == bytes, "%s", text)
  end
  expect(words.size(4096.0) == 4096, "a float")
  for _, text in ipairs { "", "M", "-1", "64m", "64MB", "1.5M", "0", "99999999999G", 0, -5, 1.5 } do
    local bytes, why = words.size(text)
    expect(not bytes and why, "%s", text)
  end
end)

process.cleanup()
checks.finish()
