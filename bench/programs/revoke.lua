-- SPDX-License-Identifier: MIT
--- N copies of a capability, deleted by one revocation.
---   bench/programs/revoke.lua N

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local gate = require "gate"

local count = math.tointeger(tonumber((...)))
local CNODE, DEPTH = seL4.CapInitThreadCNode, seL4.WordBits

local memory = bootstrap.open()
local endpoint = memory:object(seL4.EndpointObject)
local bits = 1
while 1 << bits < count do
  bits = bits + 1
end
local copies = memory:cspace(bits)
for i = 0, count - 1 do
  bootstrap.check(seL4.CNode_Mint(copies, i, DEPTH, CNODE, endpoint, DEPTH, seL4.AllRights, i + 1))
end

gate.wait(memory)
bootstrap.check(seL4.CNode_Revoke(CNODE, endpoint, DEPTH))
for _, i in ipairs { 0, count // 2, count - 1 } do
  local err = seL4.CNode_Copy(CNODE, memory:slot(), DEPTH, copies, i, DEPTH, seL4.AllRights)
  assert(err == seL4.FailedLookup, "a copy is left")
end
print "done"
