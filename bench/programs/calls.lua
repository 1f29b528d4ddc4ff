-- SPDX-License-Identifier: MIT
--- N times one thing that a single thread does, while there are COPIES copies, with badges, of the
--- capability that most of them are about.
---   bench/programs/calls.lua N WHAT [COPIES]      (a key of `things` or `rounds`)

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local gate = require "gate"
local loop = require "loop"
local object = require "sel4.object"

local count, what, copies = ...
count, copies = math.tointeger(tonumber(count)), math.tointeger(tonumber(copies or 0))
local CNODE, DEPTH = seL4.CapInitThreadCNode, seL4.WordBits
local check = bootstrap.check
local memory = bootstrap.open()
local notification = memory:object(seL4.NotificationObject)
local slot, untyped = memory:slot(), memory:object(seL4.UntypedObject, 12)
local frame, vaddr = memory:object(seL4.RISCV_4K_Page), memory:window(4096)
local VSPACE = seL4.CapInitThreadVSpace
memory:map(frame, vaddr) -- and the page tables that this needs

local function retype(object_type)
  return function()
    check(seL4.Untyped_Retype(untyped, object_type, 0, CNODE, 0, 0, slot, 1))
    check(seL4.CNode_Revoke(CNODE, untyped, DEPTH))
  end
end

-- What is short is called without a function around it.
local things = {
  poll = loop.times(count, seL4.Poll, notification),
  signal = loop.times(count, seL4.Signal, notification),
  yield = loop.times(count, seL4.Yield),
  load = loop.times(count, seL4.Load64, vaddr),
  store = loop.times(count, seL4.Store64, vaddr, 7),
}

local wrapped = object.wrap("CNode", CNODE, "root CNode")
local rounds = {
  copy = function()
    check(seL4.CNode_Copy(CNODE, slot, DEPTH, CNODE, notification, DEPTH, seL4.AllRights))
    check(seL4.CNode_Delete(CNODE, slot, DEPTH))
  end,
  object = function()
    wrapped:copy(slot, DEPTH, CNODE, notification, DEPTH, seL4.AllRights)
    wrapped:delete(slot, DEPTH)
  end,
  mint = function()
    check(seL4.CNode_Mint(CNODE, slot, DEPTH, CNODE, notification, DEPTH, seL4.AllRights, 7))
    check(seL4.CNode_Delete(CNODE, slot, DEPTH))
  end,
  map = function()
    check(seL4.RISCV_Page_Unmap(frame))
    check(seL4.RISCV_Page_Map(frame, VSPACE, vaddr, seL4.AllRights,
      seL4.RISCV_Default_VMAttributes))
  end,
  revoke = function()
    check(seL4.CNode_Revoke(CNODE, untyped, DEPTH))
  end,
  endpoint = retype(seL4.EndpointObject),
  frame = retype(seL4.RISCV_4K_Page),
}

local cspace = copies > 0 and memory:cspace(math.ceil(math.log(copies + 1, 2)))
for i = 1, copies do
  check(seL4.CNode_Mint(cspace, i - 1, DEPTH, CNODE, notification, DEPTH, seL4.AllRights, i))
end

gate.each(memory, things[what] or loop.times(count, assert(rounds[what], "no such thing to do")))
