-- SPDX-License-Identifier: MIT
--- Runs inside the machine: prints for each code of encodings.lua a 1 if it is no instruction, else
--- a 0. The arguments are the seed and the count, as there; tests/rv64/test_encodings.lua compares.

local encodings = require "encodings"
local places = require "places"
local thread = require "thread"

local seed, count = ...
local LINE, ILLEGAL_INSTRUCTION = 64, 2
local EBREAK = "\x02\x90\x02\x90" -- twice, of two bytes
local FORMATS = { [2] = "<I2", [4] = "<I4" }

local line = {}
for _, code, length in encodings.each(math.tointeger(tonumber(seed)), tonumber(count)) do
  thread.write(FORMATS[length]:pack(code) .. EBREAK, places.CODE)
  local fault = thread.run(places.CODE, { registers = {} })
  local is_illegal = fault.name == "UserException" and fault.Number == ILLEGAL_INSTRUCTION and
    fault.FaultIP == places.CODE
  line[#line + 1] = is_illegal and "1" or "0"
  if #line == LINE then
    print(table.concat(line))
    line = {}
  end
end
print(table.concat(line))
