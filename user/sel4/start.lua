-- SPDX-License-Identifier: MIT
--- The first program of a process whose end somebody waits for (sel4.process, option `monitor`): it
--- runs the real one, whose text lies in the image, too, and sends what that returns.

local seL4 = require "seL4"

local exit, result_label, name, vaddr, size = ...
exit, result_label = math.tointeger(tonumber(exit)), math.tointeger(tonumber(result_label))
vaddr, size = math.tointeger(tonumber(vaddr)), math.tointeger(tonumber(size))

local main, why = load((seL4.LoadBytes(vaddr, size):gsub("^#[^\n]*", "")), "@" .. name)
if not main then
  error(why, 0)
end
local results = table.pack(main(select(6, ...)))
if results.n == 0 then
  seL4.Send(exit, seL4.MessageInfo_new(result_label, 0, 0, 0))
else
  local wire = require "sel4.wire"
  local is_written, info = pcall(wire.write, result_label, results)
  if not is_written then
    error("the results of the program cannot be sent: " .. info, 0)
  end
  seL4.Send(exit, info)
end
