-- SPDX-License-Identifier: MIT
--- A first root task: says hello from seL4's user mode, and shows what the kernel gave it at boot.
---
---   ./selvm run examples/hello.lua [NAME]

local seL4 = require "seL4"

local name = ... or "world"
print(("hello, %s: this is Lua on seL4"):format(name))

-- The boot information says which capabilities the root task has, and to which memory.
local info = seL4.GetBootInfo()
print(("my CNode has 2^%d slots; the first empty one is %d"):format(
  info.initThreadCNodeSizeBits, info.empty.start))
print(("my IPC buffer lies at 0x%x"):format(info.ipcBuffer))

local bytes, largest = 0, nil
for i, untyped in ipairs(info.untypedList) do
  if not untyped.isDevice then
    bytes = bytes + (1 << untyped.sizeBits)
    if not largest or untyped.sizeBits > info.untypedList[largest].sizeBits then
      largest = i
    end
  end
end
print(("I have %d untyped capabilities; %.1f MiB of them are RAM"):format(
  #info.untypedList, bytes / (1 << 20)))

-- All kernel objects are made from untyped memory by those who own it.
local endpoint = info.empty.start
local err = seL4.Untyped_Retype(info.untyped.start + largest - 1, seL4.EndpointObject, 0,
  seL4.CapInitThreadCNode, 0, 0, endpoint, 1)
print(("retyping some of it into an endpoint: error %d"):format(err))

-- What the kernel refuses, it explains. The endpoint is where the copy would go.
err = seL4.CNode_Copy(seL4.CapInitThreadCNode, endpoint, seL4.WordBits,
  seL4.CapInitThreadCNode, seL4.CapInitThreadTCB, seL4.WordBits, seL4.AllRights)
print(("copying my TCB capability onto it: error %d (%s)"):format(err, seL4.Explain()))
