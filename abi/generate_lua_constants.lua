-- SPDX-License-Identifier: MIT
--- Makes abi/lua_constants.h: the constants that the Lua module seL4 is filled with.
--
--   local make = require "abi.generate_lua_constants"
--   io.write(make.text())

local lua_constants = require "abi.lua_constants"
local text = require "abi.text"

local make = {}

local head = [[
/* One constant. A name whose value differs between the configurations has two rows. */
struct lua_constant {
    const char *name;
    int64_t value;
    uint8_t configurations; /* bit 0 classic, bit 1 MCS */
};
]]

local function rows()
  local list = {}
  for _, row in ipairs(lua_constants) do
    if row.classic == row.mcs then
      list[#list + 1] = { row.name, row.classic, 3 }
    else
      list[#list + 1] = row.classic and { row.name, row.classic, 1 } or nil
      list[#list + 1] = row.mcs and { row.name, row.mcs, 2 } or nil
    end
  end
  return list
end

--- The header.
function make.text()
  local w = text.writer()
  text.open_header(w, "ABI_LUA_CONSTANTS_H", "The constants of the Lua module seL4.",
    { "<stdint.h>" })
  w:line(head)
  local list = rows()
  w:line("enum { LUA_CONSTANT_COUNT = %d };", #list)
  w:line()
  w:line("__attribute__((unused))")
  w:line("static const struct lua_constant lua_constants[LUA_CONSTANT_COUNT] = {")
  for _, row in ipairs(list) do
    w:line("    { %s, %s, %d },", text.c_string(row[1]),
      row[2] > 0x7fffffff and ("INT64_C(0x%x)"):format(row[2]) or text.number(row[2]), row[3])
  end
  w:line("};")
  w:line()
  text.close_header(w)
  return w:finish()
end

return make
