-- SPDX-License-Identifier: MIT
--- A trace as a Lua program for `selvm run`: it builds the caller's CSpace, makes the calls, and
--- prints their answers and what the slots hold afterwards.
---
---   print(require("tests.model.script")("classic", trace))

local BEGINNING = [[
-- SPDX-License-Identifier: MIT
-- selvm run %sTHIS_FILE
-- Calls on which the kernel and the reference model differ. A call with a CPtr of 256 or more is a
-- fault, which ends the program.
local seL4 = require "seL4"

local info = seL4.GetBootInfo()
local root, depth, next_slot = seL4.CapInitThreadCNode, seL4.WordBits, info.empty.start
local memory, memory_bits, device = nil, 0, nil
for i, untyped in ipairs(info.untypedList) do
  local cap = info.untyped.start + i - 1
  if untyped.isDevice then
    device = device or cap
  elseif untyped.sizeBits > memory_bits then
    memory, memory_bits = cap, untyped.sizeBits
  end
end

local function must(err)
  if err ~= 0 then
    error(("error %%d: %%s"):format(err, seL4.Explain() or "?"), 2)
  end
end

local function new_slot()
  next_slot = next_slot + 1
  return next_slot - 1
end

local function make(type, bits)
  local slot = new_slot()
  must(seL4.Untyped_Retype(memory, type, bits, root, 0, 0, slot, 1))
  return slot
end

-- The caller's CNode.
local original, T = make(seL4.CapTableObject, 8), new_slot()
must(seL4.CNode_Mint(root, T, depth, root, original, depth, seL4.AllRights,
  seL4.CNode_CapData_new(0, 56)))

local function retype(from, type, bits, slot)
  must(seL4.Untyped_Retype(from, type, bits, T, 0, 0, slot, 1))
end

local function copy(slot, cap)
  must(seL4.CNode_Copy(T, slot, depth, root, cap, depth, seL4.AllRights))
end

retype(memory, seL4.UntypedObject, 16, 1)
copy(2, T)
retype(memory, seL4.TCBObject, 0, 3)
retype(memory, seL4.EndpointObject, 0, 4)
retype(memory, seL4.NotificationObject, 0, 5)
copy(7, seL4.CapASIDControl)
copy(8, seL4.CapInitThreadASIDPool)
copy(9, seL4.CapDomain)
local space = make(seL4.RISCV_PageTableObject, 0)
must(seL4.RISCV_ASIDPool_Assign(seL4.CapInitThreadASIDPool, space))
must(seL4.CNode_Move(T, 10, depth, root, space, depth))
retype(memory, seL4.RISCV_4K_Page, 0, 11)
retype(memory, seL4.UntypedObject, 12, 12)
retype(memory, seL4.RISCV_PageTableObject, 0, 13)
retype(device, seL4.UntypedObject, 12, 20)
retype(device + 1, seL4.RISCV_4K_Page, 0, 21)
retype(memory, seL4.UntypedObject, 22, 22)
]]

local SPECIAL = {
  classic = [[
local handler = make(seL4.EndpointObject, 0)
must(seL4.CNode_Mint(T, 255, depth, root, handler, depth, seL4.AllRights, 0x55))
]],
  mcs = [[
copy(14, info.schedcontrol.start)
retype(memory, seL4.SchedContextObject, 8, 15)
retype(memory, seL4.ReplyObject, 0, 16)
]],
}

local MIDDLE = [[
must(seL4.TCB_SetSpace(seL4.CapInitThreadTCB, 0, T, 0, seL4.CapInitThreadVSpace, 0))

local number = 0
local function call(service, label, words, extras)
  for i = 1, 120 do
    seL4.SetMR(i - 1, words[i] or 0)
  end
  for i = 1, 3 do
    seL4.SetCap(i - 1, extras[i] or 0)
  end
  number = number + 1
  local answer = seL4.Call(service, seL4.MessageInfo_new(label, 0, #extras, #words))
  local texts = { ("%d: reply %x"):format(number, seL4.MessageInfo_get_label(answer)) }
  for i = 0, seL4.MessageInfo_get_length(answer) - 1 do
    texts[#texts + 1] = ("%x"):format(seL4.GetMR(i))
  end
  print(table.concat(texts, " "))
end

]]

local END = [[

for slot = 0, 255 do
  local type = seL4.DebugCapIdentify(slot)
  if type ~= 0 then
    print(("slot %x holds %x"):format(slot, type))
  end
end
]]

local function list_text(list)
  local texts = {}
  for i, word in ipairs(list) do
    texts[i] = (math.ult(word, 10) and "%d" or "0x%x"):format(word)
  end
  return #texts > 0 and "{ " .. table.concat(texts, ", ") .. " }" or "{}"
end

return function(configuration, trace)
  local parts = { BEGINNING:format(configuration == "mcs" and "--mcs " or ""),
    SPECIAL[configuration], MIDDLE }
  for _, call in ipairs(trace) do
    parts[#parts + 1] = ("call(0x%x, 0x%x, %s, %s) -- %s\n"):format(call.service, call.label,
      list_text(call.words), list_text(call.extras), call.name)
  end
  parts[#parts + 1] = END
  return table.concat(parts)
end
