-- SPDX-License-Identifier: MIT
--- COPIES copies of a capability, deleted by one revocation; of each of ORIGINALS capabilities.
---   bench/programs/revoke.lua COPIES ORIGINALS

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local crowd = require "crowd"
local gate = require "gate"

local copies, originals = ...
copies, originals = math.tointeger(tonumber(copies)), math.tointeger(tonumber(originals))
local CNODE, DEPTH = seL4.CapInitThreadCNode, seL4.WordBits

local memory = bootstrap.open()
local first = crowd.objects(memory, seL4.EndpointObject, seL4.EndpointBits, originals)
local spare = memory:slot()
local bits = 1
while 1 << bits < copies * originals do
  bits = bits + 1
end
local cspace = memory:cspace(bits)

gate.each(memory, function()
  for original = first, first + originals - 1 do
    seL4.CNode_Revoke(CNODE, original, DEPTH)
  end
end, function()
  for i = 0, copies * originals - 1 do
    bootstrap.check(seL4.CNode_Mint(cspace, i, DEPTH, CNODE, first + i // copies, DEPTH,
      seL4.AllRights, i + 1)) -- refused if the last pass has left one
  end
  bootstrap.check(seL4.CNode_Copy(CNODE, spare, DEPTH, cspace, copies * originals - 1, DEPTH,
    seL4.AllRights))
  bootstrap.check(seL4.CNode_Delete(CNODE, spare, DEPTH))
end)
