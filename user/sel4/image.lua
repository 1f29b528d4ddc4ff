-- SPDX-License-Identifier: MIT
--- Program images: what a process runs, in one piece that is mapped executable (machine/image.h).
--
--   local image = require "sel4.image"
--   local bytes = image.pack({ { "main.lua", text }, { "part", "return 1" } }, { "argument" })
--   local text = image.module "sel4.rpc"            -- a module of the caller's own image
--   local bytes = image.file "picture"              -- selvm run --file picture=PATH
--   print(image.place(0x10300))                     --> main.lua  12  print "hello"

local seL4 = require "seL4"

local image = {}

--- Where a program finds its image.
image.VADDR = 0x10000

local HEADER_SIZE, RECORD_SIZE = 32, 32
local HEADER, RECORD = "<c8I8I8I8", "<I8I8I8I8"

--- The bytes of an image: modules are { name, text } each, the main program first; arguments texts.
function image.pack(modules, arguments)
  local records, bytes = {}, {}
  local offset = HEADER_SIZE + RECORD_SIZE * (#modules + #arguments)
  local function add(name, text)
    records[#records + 1] = RECORD:pack(offset, #name, offset + #name, #text)
    bytes[#bytes + 1] = name .. text
    offset = offset + #name + #text
  end
  for _, module in ipairs(modules) do
    add(module[1], module[2])
  end
  for _, argument in ipairs(arguments) do
    add("", tostring(argument))
  end
  return HEADER:pack("seLVMimg", offset, #modules, #arguments)
    .. table.concat(records) .. table.concat(bytes)
end

--- The modules of an image, a list of { name =, offset =, size = } of their texts from its start.
--- read(offset, size) gives its bytes.
function image.modules(read)
  local _, _, count = HEADER:unpack(read(0, HEADER_SIZE))
  local list = {}
  for i = 1, count do
    local name_at, name_size, at, size = RECORD:unpack(read(HEADER_SIZE + RECORD_SIZE * (i - 1),
      RECORD_SIZE))
    list[i] = { name = read(name_at, name_size), offset = at, size = size }
  end
  return list
end

-- The caller's own image.
local function read_own(offset, size)
  return size == 0 and "" or seL4.LoadBytes(image.VADDR + offset, size)
end

local own_modules -- name -> { offset, size }, when first asked for

--- The text of a module of the caller's own image; nil if it has none of this name.
function image.module(name)
  if not own_modules then
    own_modules = {}
    for _, module in ipairs(image.modules(read_own)) do
      own_modules[module.name] = module
    end
  end
  local module = own_modules[name]
  return module and read_own(module.offset, module.size)
end

--- The bytes of a data file that the caller's image was given by this name (selvm run --file
--- NAME=PATH, or option `files` of selvm.machine). An error if there is none.
function image.file(name)
  return image.module(name) or error(("there is no file '%s' in the image; it is given with "
    .. "selvm run --file %s=PATH"):format(name, name), 2)
end

-- The forms of naming a module; what is no code, such as a comment, may match, too.
local NAMES = {
  'require%s*%(?%s*["\']([%w_%.%-]+)["\']', 'require%s*,%s*["\']([%w_%.%-]+)["\']',
  'program%s*=%s*["\']([%w_%.%-]+)["\']',
}

--- What a program needs: the list of { name, text } of its own and of all modules that it names,
--- and that they name, which are in `given` ({ name = text }) or in the caller's own image.
function image.closure(name, text, given)
  local list, is_there = { { name, text } }, { [name] = true }
  local function add(module_name, module_text)
    if module_text and not is_there[module_name] then
      is_there[module_name] = true
      list[#list + 1] = { module_name, module_text }
    end
  end
  for module_name, module_text in pairs(given) do
    add(module_name, module_text)
  end
  local index = 1
  while list[index] do
    for _, pattern in ipairs(NAMES) do
      for found in list[index][2]:gmatch(pattern) do
        if not is_there[found] then
          add(found, image.module(found))
        end
      end
    end
    index = index + 1
  end
  return list
end

--- Which line of a program an address of its image stands for: name of the module, number of the
--- line, its text. nil if it is no address of a text. `bytes`: the image, the caller's own if left
--- out.
function image.place(address, bytes)
  local read = bytes and function(offset, size)
    return bytes:sub(offset + 1, offset + size)
  end or read_own
  local offset = address - image.VADDR
  for _, module in ipairs(image.modules(read)) do
    local inside = offset - module.offset
    if inside >= 0 and inside < module.size then
      local text = read(module.offset, module.size)
      local _, line = text:sub(1, inside):gsub("\n", "")
      return module.name, line + 1, text:match("^[ \t]*([^\n]*)", inside + 1)
    end
  end
end

return image
