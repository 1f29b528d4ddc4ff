-- SPDX-License-Identifier: MIT
--- A chain of calls through more processes than stand on the host's stack at a time, and what
--- becomes of it when heaps in its middle go away while all of them wait.

local seL4 = require "seL4"
local system = require "lib.system"
local is, are = system.is, system.are

local LENGTH, ATTACK = 7, 100
local info = seL4.MessageInfo_new
local root_ep, fault_ep = system.object(seL4.EndpointObject), system.object(seL4.EndpointObject)

-- Passes a number on, one more each time, and answers with a thousand more.
local LINK = [[
local seL4 = require "seL4"
local mine, following, root_ep, attack = ...
mine, following = math.tointeger(tonumber(mine)), math.tointeger(tonumber(following))
root_ep, attack = math.tointeger(tonumber(root_ep)), math.tointeger(tonumber(attack))
local one_word = seL4.MessageInfo_new(0, 0, 0, 1)
local _, _, number = seL4.RecvWithMRs(mine)
while true do
  local value = number
  if following ~= 0 then
    _, value = seL4.CallWithMRs(following, one_word, number + 1)
  elseif number > attack then
    seL4.CallWithMRs(root_ep, one_word, number)
  end
  _, _, number = seL4.ReplyRecvWithMRs(mine, one_word, value + 1000)
end
]]

local endpoints, links = {}, {}
for i = 1, LENGTH do
  endpoints[i] = system.object(seL4.EndpointObject)
end
for i = 1, LENGTH do
  links[i] = system.process { source = LINK, name = "link.lua", modules = {}, heap_bits = 17,
    args = { tostring(endpoints[i]), tostring(endpoints[i + 1] or 0), tostring(root_ep),
      tostring(ATTACK) } }
  links[i].tcb = system.thread { process = links[i], fault_ep = system.copy(fault_ep, nil, i),
    buffer = true, priority = 100 }
end
system.rest()

local function ask(number)
  local answer
  system.thread { priority = 50, fn = function()
    local _, value = seL4.CallWithMRs(endpoints[1], info(0, 0, 0, 1), number)
    answer = value
  end }
  return function() return answer end
end

local answer = ask(1)
system.rest(10)
is("there and back", answer(), 1 + LENGTH - 1 + 1000 * LENGTH)
answer = ask(2)
system.rest(10)
is("again", answer(), 2 + LENGTH - 1 + 1000 * LENGTH)

-- The last of them calls the root task, with all others waiting below it.
answer = ask(ATTACK)
local _, _, number = seL4.RecvWithMRs(root_ep)
is("the call of the last", number, ATTACK + LENGTH - 1)
for i = 2, 4 do
  is("a heap of the middle", seL4.Lua_Heap_Unbind(links[i].heap), seL4.NoError)
end
seL4.ReplyWithMRs(info(0, 0, 0, 1), 0)
local message, badge = seL4.Recv(fault_ep)
local fault = seL4.getFault(message)
are("who is answered without a heap", { badge, fault.name, fault.Number },
  { 4, "UserException", seL4.LuaException_NoEngine })
system.rest(10)
is("nobody is answered any more", answer(), nil)

-- Those at the end are whole.
local _, value = seL4.CallWithMRs(endpoints[5], info(0, 0, 0, 1), 1)
is("the rest of the chain", value, 1 + 2 + 3000)
seL4.DebugHalt()
