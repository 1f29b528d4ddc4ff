-- SPDX-License-Identifier: MIT
--- Where the parameters of a method stand in its message.
--
--   local packing = require "abi.packing"
--   local layout = packing.layout(invocations.params(row, "classic"))
--   print(layout.length, layout.cap_count, layout.reply_length)
--   for _, place in ipairs(layout) do print(place.name, place.kind, place.word, place.shift) end
--
-- Capabilities become extra capabilities in their order. Every other parameter stands in the lowest
-- free bits that are a multiple of its own width, after the one before it, and never in two words.
-- Results stand in the answer in the same way.

local packing = {}

-- Kind and width in bits of each type; capabilities have no width.
packing.types = {
  Word = { kind = "WORD", bits = 64 },
  Time = { kind = "WORD", bits = 64 },
  CapRights_t = { kind = "WORD", bits = 64 },
  RISCV_VMAttributes = { kind = "WORD", bits = 64 },
  Uint8 = { kind = "UINT8", bits = 8 },
  Bool = { kind = "BOOL", bits = 1 },
  UserContext = { kind = "USER_CONTEXT", bits = 64, words = 32 },
  CPtr = { kind = "CAP", bits = 0 },
  CNode = { kind = "CAP", bits = 0 },
  TCB = { kind = "CAP", bits = 0 },
  Untyped = { kind = "CAP", bits = 0 },
  SchedContext = { kind = "CAP", bits = 0 },
  RISCV_PageTable = { kind = "CAP", bits = 0 },
}

local function place_in(cursor, type_)
  local offset = (cursor.bits + type_.bits - 1) // type_.bits * type_.bits
  cursor.bits = offset + type_.bits * (type_.words or 1)
  return offset // 64, offset % 64
end

--- The places of parameters: a list of { name, kind, is_out, word, shift, bits }, with the fields
--- length and reply_length (words) and cap_count. For a capability, word is its number.
function packing.layout(params)
  local call, answer = { bits = 0 }, { bits = 0 }
  local layout = { cap_count = 0 }
  for i, param in ipairs(params) do
    local type_ = packing.types[param.type]
    if not type_ then
      error(("parameter %s has unknown type %s"):format(param.name, param.type), 2)
    end
    local place = {
      name = param.name, kind = type_.kind, bits = type_.bits, is_out = param.dir == "out", shift = 0,
    }
    if type_.kind == "CAP" then
      place.word = layout.cap_count
      layout.cap_count = layout.cap_count + 1
    else
      place.word, place.shift = place_in(place.is_out and answer or call, type_)
    end
    layout[i] = place
  end
  layout.length = (call.bits + 63) // 64
  layout.reply_length = (answer.bits + 63) // 64
  return layout
end

return packing
