-- SPDX-License-Identifier: MIT
--- How many bytes of its process's heap a thread takes that waits, counted over N of them.
---   bench/programs/idle.lua N

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local crowd = require "crowd"
local gate = require "gate"

local count = math.tointeger(tonumber((...)))
local ROOT = seL4.CapInitThreadTCB
local memory = bootstrap.open()
local nothing = memory:object(seL4.EndpointObject)

local function used()
  local _, _, bytes = seL4.Lua_Heap_Stats(seL4.CapInitThreadLuaHeap)
  return bytes
end

-- They are made before they run, so that only what the engine keeps of them is counted.
gate.each(memory, function()
  crowd.start(memory, { count = count, entry = function() seL4.Recv(nothing) end })
  local before = used()
  bootstrap.check(seL4.TCB_SetPriority(ROOT, ROOT, seL4.MinPrio))
  bootstrap.check(seL4.TCB_SetPriority(ROOT, ROOT, seL4.MaxPrio))
  return (used() - before) / count
end)
