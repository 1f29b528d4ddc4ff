-- SPDX-License-Identifier: MIT
--- N times one thing that a single thread does.
---   bench/programs/calls.lua N WHAT      (a key of `things`)

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local gate = require "gate"
local object = require "sel4.object"

local count, what = ...
count = math.tointeger(tonumber(count))
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

-- Each makes `count` rounds of something; what is short is called without a function around it.
local things = {
  poll = function()
    local poll = seL4.Poll
    for _ = 1, count do
      poll(notification)
    end
  end,
  signal = function()
    local signal = seL4.Signal
    for _ = 1, count do
      signal(notification)
    end
  end,
  yield = function()
    local yield = seL4.Yield
    for _ = 1, count do
      yield()
    end
  end,
  load = function()
    local load = seL4.Load64
    for _ = 1, count do
      load(vaddr)
    end
  end,
  store = function()
    local store = seL4.Store64
    for i = 1, count do
      store(vaddr, i)
    end
  end,
  object = function()
    local wrapped = object.wrap("CNode", CNODE, "root CNode")
    for _ = 1, count do
      wrapped:copy(slot, DEPTH, CNODE, notification, DEPTH, seL4.AllRights)
      wrapped:delete(slot, DEPTH)
    end
  end,
}

local rounds = {
  copy = function()
    check(seL4.CNode_Copy(CNODE, slot, DEPTH, CNODE, notification, DEPTH, seL4.AllRights))
    check(seL4.CNode_Delete(CNODE, slot, DEPTH))
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
  endpoint = retype(seL4.EndpointObject),
  frame = retype(seL4.RISCV_4K_Page),
}

gate.wait(memory)
if things[what] then
  things[what]()
else
  local round = assert(rounds[what], "no such thing to do")
  for _ = 1, count do
    round()
  end
end
print "done"
