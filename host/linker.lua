-- SPDX-License-Identifier: MIT
--- Makes a program image of a Lua program and all modules that it requires (machine/image.h).
--
--   local image, why = linker.link {
--     name = "hello.lua", text = source, folder = ".", arguments = { "a" },
--     modules = { extra = "return 1" },        -- texts that need no file
--     files = { picture = bytes },             -- data for sel4.image.file; may be left out
--     library = function(name) end,            -- text of a module of user/, or nil
--   }
--
-- A module x.y is looked for in `modules`, then as x/y.lua and x/y/init.lua in `folder`, then in
-- the library.

local lexer = require "selvm.lexer"

local linker = {}

local HEADER_SIZE, RECORD_SIZE = 32, 32

-- What `require` finds in every program without a file.
local BUILT_IN = {
  _G = true, coroutine = true, math = true, string = true, table = true, utf8 = true, seL4 = true,
}

-- Lua's own modules that no program in the machine has.
local ABSENT = { debug = true, io = true, os = true, package = true }

--- The content of a file; nil, why.
function linker.read(path)
  local file, why = io.open(path, "rb")
  if not file then
    return nil, why:match("^.*: ([^:]*)$") or why
  end
  local text, problem = file:read("a")
  file:close()
  return text, problem
end

--- The same of a program's text, without the mark that some editors put before UTF-8.
function linker.read_program(path)
  local text, why = linker.read(path)
  return text and (text:gsub("^\xef\xbb\xbf", "")), why
end

-- Why a text is no program: its first line's "file:line: message", or nil.
local function syntax_error(name, text)
  if text:sub(1, 1) == "\27" then
    return ("%s: this is bytecode; only Lua source can be run"):format(name)
  end
  local source = text:gsub("^#[^\n]*", "", 1) -- as a stand-alone interpreter leaves it out
  local _, why = load(source, "@" .. name, "t")
  return why
end

-- Text of a module and its path for messages; nil and the places looked at.
local function find_module(request, name)
  if request.modules[name] then
    return request.modules[name], name
  end
  local places = {}
  local path = name:gsub("%.", "/")
  if request.folder then
    for _, form in ipairs { "%s/%s.lua", "%s/%s/init.lua" } do
      local place = form:format(request.folder, path):gsub("^%./", "")
      local text = linker.read_program(place)
      if text then
        return text, place
      end
      places[#places + 1] = place
    end
  end
  local text = request.library and request.library(name)
  if text then
    return text, "user/" .. path .. ".lua"
  end
  places[#places + 1] = "the user/ modules of seLVM"
  return nil, places
end

local function not_found(user, found, places)
  if ABSENT[found.name] then
    return ("%s:%d: module '%s' does not exist inside the machine: a program there has only what "
      .. "its capabilities lead to"):format(user, found.line, found.name)
  end
  return ("%s:%d: module '%s' not found; looked for %s%s"):format(user, found.line, found.name,
    table.concat(places, ", "), found.name:lower() == "sel4" and "; did you mean 'seL4'?" or "")
end

-- Adds the module `found` that `user` (a path) requires, unless it is there already. nil, why.
local function add_module(request, list, user, found)
  if BUILT_IN[found.name] or list.is_there[found.name] then
    return true
  end
  local text, path = find_module(request, found.name)
  if not text then
    return found.is_optional or nil, not_found(user, found, path)
  end
  local why = syntax_error(path, text)
  if why then
    return nil, why
  end
  list.is_there[found.name] = true
  list[#list + 1] = { name = found.name, text = text, path = path }
  return true
end

-- The main program and all modules, in the order found. nil, why.
local function collect(request)
  local list = { is_there = {} }
  local why = syntax_error(request.name, request.text)
  if why then
    return nil, why
  end
  list[1] = { name = request.name, text = request.text, path = request.name }
  local given = {}
  for name in pairs(request.modules) do
    given[#given + 1] = name
  end
  table.sort(given) -- the image depends on nothing but what is in it
  for _, name in ipairs(given) do
    local ok, problem = add_module(request, list, request.name, { name = name, line = 1 })
    if not ok then
      return nil, problem
    end
  end
  local index = 1
  while list[index] do
    for _, found in ipairs(lexer.requires(list[index].text)) do
      local ok, problem = add_module(request, list, list[index].path, found)
      if not ok then
        return nil, problem
      end
    end
    index = index + 1
  end
  return list
end

-- Adds the data files, in the order of their names. nil, why.
local function add_files(list, files)
  local names = {}
  for name in pairs(files) do
    names[#names + 1] = name
  end
  table.sort(names)
  for _, name in ipairs(names) do
    if list.is_there[name] or name == list[1].name then
      return nil, ("file '%s' has the name of a module; give it another one"):format(name)
    elseif files[name]:sub(1, 1) == "\27" then
      return nil, ("file '%s' begins like bytecode, with the byte 27, which no image may have")
        :format(name)
    end
    list[#list + 1] = { name = name, text = files[name] }
  end
  return true
end

-- The bytes of an image.
local function pack(modules, arguments)
  local records, bytes = {}, {}
  local offset = HEADER_SIZE + RECORD_SIZE * (#modules + #arguments)
  local function add(name, text)
    records[#records + 1] = ("<I8I8I8I8"):pack(offset, #name, offset + #name, #text)
    bytes[#bytes + 1] = name .. text
    offset = offset + #name + #text
  end
  for _, module in ipairs(modules) do
    add(module.name, module.text)
  end
  for _, argument in ipairs(arguments) do
    add("", argument)
  end
  local header = ("<c8I8I8I8"):pack("seLVMimg", offset, #modules, #arguments)
  return header .. table.concat(records) .. table.concat(bytes)
end

--- The image, or nil and what is wrong with the program, as "file:line: message".
function linker.link(request)
  local modules, why = collect(request)
  local is_complete
  if modules then
    is_complete, why = add_files(modules, request.files or {})
  end
  if not is_complete then
    return nil, why
  end
  return pack(modules, request.arguments)
end

return linker
