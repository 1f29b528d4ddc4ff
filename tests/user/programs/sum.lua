-- SPDX-License-Identifier: MIT
--- A program of tests/user/tasks.lua: the sum of its arguments.

local sum = 0
for _, text in ipairs { ... } do
  sum = sum + tonumber(text)
end
return sum
