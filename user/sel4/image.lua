-- SPDX-License-Identifier: MIT
--- Program images: what a process runs, in one piece that is mapped executable (machine/image.h).
--
--   local image = require "sel4.image"
--   local bytes = image.pack({ { "main.lua", text }, { "part", "return 1" } }, { "argument" })

local image = {}

local HEADER_SIZE, RECORD_SIZE = 32, 32

--- The bytes of an image: modules are { name, text } each, the main program first; arguments texts.
function image.pack(modules, arguments)
  local records, bytes = {}, {}
  local offset = HEADER_SIZE + RECORD_SIZE * (#modules + #arguments)
  local function add(name, text)
    records[#records + 1] = ("<I8I8I8I8"):pack(offset, #name, offset + #name, #text)
    bytes[#bytes + 1] = name .. text
    offset = offset + #name + #text
  end
  for _, module in ipairs(modules) do
    add(module[1], module[2])
  end
  for _, argument in ipairs(arguments) do
    add("", tostring(argument))
  end
  return ("<c8I8I8I8"):pack("seLVMimg", offset, #modules, #arguments)
    .. table.concat(records) .. table.concat(bytes)
end

return image
