-- SPDX-License-Identifier: MIT
--- How the C library spells the types of parameters, and which values a configuration has.
--
--   local c_values = require "abi.c_values"
--   print(c_values.type_name "CapRights_t")              --> seL4_CapRights_t
--   print(c_values.is_there(row, "mcs"))                 --> whether MCS has a row of a table

local packing = require "abi.packing"

local c_values = {}

--- The C name of a type that parameters have.
function c_values.type_name(name)
  return "seL4_" .. name
end

--- A parameter as it is declared: registers are passed by their address.
function c_values.declaration(param)
  local is_context = packing.types[param.type].kind == "USER_CONTEXT"
  return ("%s %s%s"):format(c_values.type_name(param.type), is_context and "*" or "", param.name)
end

--- Whether a configuration has the thing that a row describes.
function c_values.is_there(row, configuration)
  return row[configuration] ~= nil and row[configuration] ~= false
end

--- The rows of a list that a configuration has.
function c_values.rows(list, configuration)
  local chosen = {}
  for _, row in ipairs(list) do
    if c_values.is_there(row, configuration) then
      chosen[#chosen + 1] = row
    end
  end
  return chosen
end

return c_values
