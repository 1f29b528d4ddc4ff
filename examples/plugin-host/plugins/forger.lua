-- SPDX-License-Identifier: MIT
--- A plugin that makes up capability numbers: the root task's, and then all there could be.

local seL4 = require "seL4"
local console = require("sel4.console").client(2)

for number = 0, 1000 do
  seL4.NBSend(number, seL4.MessageInfo_new(0, 0, 0, 0)) -- to whoever might be there
end
for number = 3, 63 do
  seL4.TCB_Suspend(number)
  seL4.CNode_Revoke(number, 1, 64)
end
local found = {}
for number = 0, 1000 do
  if seL4.DebugCapIdentify(number) ~= 0 then
    found[#found + 1] = number
  end
end
console:print("I have tried 1000 numbers; there is something at " .. table.concat(found, ", "))
-- What do the others say to the host?
seL4.Recv(1, seL4.ReplyObject and 0)
