-- SPDX-License-Identifier: MIT
--- MessagePack: Lua values as bytes and back.
--- https://github.com/msgpack/msgpack/blob/master/spec.md
--
--   local bytes = msgpack.encode { 1, "two", { three = 3.5 } }
--   local value = msgpack.decode(bytes)
--
-- nil, booleans, integers of 64 bits, floats (as 64 bits), strings and tables. A table whose keys
-- are 1..n is an array, any other a map; an empty one is an array. Strings that are not UTF-8
-- travel as binary. What is decoded is checked: bytes that are not MessagePack raise an error.

local msgpack = {}

local byte, char = string.byte, string.char

local DEPTH_MAX = 64

-- What is a single byte: small integers.
local SHORT = {}
for number = -32, 127 do
  SHORT[number] = char(number & 0xff)
end

-- --- encoding -----------------------------------------------------------------------------------

local encode_value

local function encode_long_integer(value)
  if value >= 0 then
    return value < 0x100 and (">BB"):pack(0xcc, value) or value < 0x10000
      and (">BI2"):pack(0xcd, value) or value < 0x100000000 and (">BI4"):pack(0xce, value)
      or (">BI8"):pack(0xcf, value)
  end
  return value >= -0x80 and (">Bb"):pack(0xd0, value)
    or value >= -0x8000 and (">Bi2"):pack(0xd1, value)
    or value >= -0x80000000 and (">Bi4"):pack(0xd2, value) or (">Bi8"):pack(0xd3, value)
end

local function encode_string(value)
  local size = #value
  if not utf8.len(value) then
    return (size < 0x100 and (">Bs1") or size < 0x10000 and (">Bs2") or (">Bs4")):pack(
      size < 0x100 and 0xc4 or size < 0x10000 and 0xc5 or 0xc6, value)
  elseif size < 32 then
    return char(0xa0 | size) .. value
  end
  return (size < 0x100 and (">Bs1") or size < 0x10000 and (">Bs2") or (">Bs4")):pack(
    size < 0x100 and 0xd9 or size < 0x10000 and 0xda or 0xdb, value)
end

-- The head of an array or map of `count` entries, given the three codes for it.
local function head(count, small, medium, large)
  if count < 16 then
    return char(small | count)
  end
  return count < 0x10000 and (">BI2"):pack(medium, count) or (">BI4"):pack(large, count)
end

-- Number of entries if the keys are 1..n; nil otherwise.
local function array_length(value)
  local count = 0
  for _ in pairs(value) do
    count = count + 1
    if value[count] == nil then
      return nil
    end
  end
  return count
end

local function encode_table(value, depth)
  if depth > DEPTH_MAX then
    error(("a table is nested more than %d deep, or holds itself"):format(DEPTH_MAX), 0)
  end
  local length = array_length(value)
  local pieces = {}
  if length then
    pieces[1] = head(length, 0x90, 0xdc, 0xdd)
    for i = 1, length do
      pieces[i + 1] = encode_value(value[i], depth)
    end
    return table.concat(pieces)
  end
  local count = 0
  for key, item in pairs(value) do
    count = count + 1
    pieces[count] = encode_value(key, depth) .. encode_value(item, depth)
  end
  return head(count, 0x80, 0xde, 0xdf) .. table.concat(pieces)
end

function encode_value(value, depth)
  local kind = type(value)
  if kind == "number" then
    if math.type(value) == "float" then
      return (">Bd"):pack(0xcb, value)
    end
    return SHORT[value] or encode_long_integer(value)
  elseif kind == "string" then
    return encode_string(value)
  elseif kind == "table" then
    return encode_table(value, depth + 1)
  elseif kind == "boolean" then
    return value and "\xc3" or "\xc2"
  elseif kind == "nil" then
    return "\xc0"
  end
  error(("a %s cannot be sent"):format(kind), 0)
end

--- As encode, for what calls it often: an error is only the sentence.
function msgpack.encode_plainly(value)
  return encode_value(value, 0)
end

--- The bytes of a value. A function, thread or userdata in it, or nesting of more than 64 levels,
--- is an error.
function msgpack.encode(value)
  local has_succeeded, result = pcall(encode_value, value, 0)
  return has_succeeded and result or error("msgpack.encode: " .. tostring(result), 2)
end

-- --- decoding -----------------------------------------------------------------------------------

local decode_value

-- Codes whose value is unpacked by a format.
local FORMATS = {
  [0xcc] = ">B", [0xcd] = ">I2", [0xce] = ">I4", [0xcf] = ">i8", -- 64 bits wrap, as Lua's integers
  [0xd0] = ">b", [0xd1] = ">i2", [0xd2] = ">i4", [0xd3] = ">i8", [0xca] = ">f", [0xcb] = ">d",
  [0xd9] = ">s1", [0xda] = ">s2", [0xdb] = ">s4", [0xc4] = ">s1", [0xc5] = ">s2", [0xc6] = ">s4",
}
local COUNTS = { [0xdc] = ">I2", [0xdd] = ">I4", [0xde] = ">I2", [0xdf] = ">I4" }

local function decode_array(bytes, at, count, depth)
  if count > #bytes - at + 1 then
    error("it ends in the middle of an array", 0)
  end
  local result = {}
  for i = 1, count do
    result[i], at = decode_value(bytes, at, depth)
  end
  return result, at
end

local function decode_map(bytes, at, count, depth)
  if count > #bytes - at + 1 then
    error("it ends in the middle of a map", 0)
  end
  local result = {}
  for _ = 1, count do
    local key, value
    key, at = decode_value(bytes, at, depth)
    value, at = decode_value(bytes, at, depth)
    if key == nil or key ~= key then
      error("a key is nil or not a number", 0)
    end
    result[key] = value
  end
  return result, at
end

local function decode_short(bytes, at, code, depth)
  if code < 0x90 then
    return decode_map(bytes, at, code & 15, depth)
  elseif code < 0xa0 then
    return decode_array(bytes, at, code & 15, depth)
  elseif code < 0xc0 then
    local size = code & 31
    if size > #bytes - at + 1 then
      error("it ends in the middle of a string", 0)
    end
    return bytes:sub(at, at + size - 1), at + size
  end
  return code - 0x100, at -- 0xe0 and above
end

-- The value that begins at `at`, and where the next one does.
function decode_value(bytes, at, depth)
  local code = byte(bytes, at)
  if not code then
    error("it ends too early", 0)
  elseif code < 0x80 then
    return code, at + 1
  elseif depth > DEPTH_MAX then
    error(("it is nested more than %d deep"):format(DEPTH_MAX), 0)
  end
  at, depth = at + 1, depth + 1
  if code < 0xc0 or code >= 0xe0 then
    return decode_short(bytes, at, code, depth)
  elseif FORMATS[code] then
    return FORMATS[code]:unpack(bytes, at)
  elseif COUNTS[code] then
    local count, next = COUNTS[code]:unpack(bytes, at)
    return (code <= 0xdd and decode_array or decode_map)(bytes, next, count, depth)
  elseif code == 0xc0 then
    return nil, at
  elseif code == 0xc2 or code == 0xc3 then
    return code == 0xc3, at
  end
  error(("code 0x%02x is not supported"):format(code), 0)
end

--- As decode, for what calls it often: `at` is needed, and an error is only the sentence.
function msgpack.decode_plainly(bytes, at)
  return decode_value(bytes, at, 0)
end

--- The value that the bytes stand for. `at` (1 if left out) is where it begins; returns also where
--- the next one would. Bytes that are not MessagePack, or that end early, are an error.
function msgpack.decode(bytes, at)
  local has_succeeded, value, next = pcall(decode_value, bytes, at or 1, 0)
  if not has_succeeded then
    error("msgpack.decode: " .. tostring(value), 2)
  end
  return value, next
end

return msgpack
