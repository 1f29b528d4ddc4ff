-- SPDX-License-Identifier: MIT
--- Retype beyond single calls: behaviours/untyped.lua lists what is shown.

local seL4 = require "seL4"
local suite = require "lib.conformance"
local test, is, done, refused = suite.test, suite.is, suite.done, suite.refused
local type_of = suite.type_of

local ROOT, DEPTH, ALL = seL4.CapInitThreadCNode, seL4.WordBits, seL4.AllRights

-- Makes objects in new slots; the first slot.
local function make(m, memory, kind, bits, count)
  local slot = m:slot()
  for _ = 2, count or 1 do
    m:slot()
  end
  done(seL4.Untyped_Retype(memory, kind, bits, ROOT, 0, 0, slot, count or 1))
  return slot
end

-- Bytes from the watermark to the end of an untyped, as the kernel tells them.
local function free_bytes(m, memory)
  refused(seL4.Untyped_Retype(memory, seL4.UntypedObject, 38, ROOT, 0, 0, m:slot(), 1),
    "NotEnoughMemory")
  return seL4.GetMR(0)
end

local FIXED = {
  [seL4.TCBObject] = 11, [seL4.EndpointObject] = 4,
  [seL4.NotificationObject] = suite.is_mcs and 6 or 5, [seL4.RISCV_4K_Page] = 12,
  [seL4.RISCV_Mega_Page] = 21, [seL4.RISCV_PageTableObject] = 12,
}
if suite.is_mcs then
  FIXED[seL4.ReplyObject] = 5
end

-- --- types and sizes -----------------------------------------------------------------------------

test({ "untyped: each type is made, with its size taken from the memory" }, "types of one size",
  function(m)
    for kind, bits in pairs(FIXED) do
      local memory, number = m:object(seL4.UntypedObject, bits + 1), nil
      for _, ignored in ipairs { 0, 3, 38 } do -- the size word has no effect
        local made = type_of(make(m, memory, kind, ignored))
        is(made, number or made, "the capability's type")
        is(made ~= 0, true, "a capability is there")
        is(free_bytes(m, memory), 1 << bits, ("what type %d leaves of twice its size"):format(kind))
        done(seL4.CNode_Revoke(ROOT, memory, DEPTH))
        number = made
      end
    end
  end)

test({ "untyped: objects of several sizes are made in each of them" },
  "untyped memory, CNodes, Lua heaps, scheduling contexts", function(m)
    local kinds = {
      { seL4.UntypedObject, 4, 21, 0 }, { seL4.CapTableObject, 1, 16, 5 },
      { seL4.LuaHeapObject, 16, 20, 0 },
    }
    if suite.is_mcs then
      kinds[4] = { seL4.SchedContextObject, 7, 16, 0 }
    end
    local memory = m:object(seL4.UntypedObject, 22)
    for _, row in ipairs(kinds) do
      local kind, least, most, extra = table.unpack(row)
      for bits = least, most do
        make(m, memory, kind, bits)
        is(free_bytes(m, memory), (1 << 22) - (1 << bits + extra),
          ("type %d of size %d"):format(kind, bits))
        done(seL4.CNode_Revoke(ROOT, memory, DEPTH))
      end
    end
  end)

-- --- windows -------------------------------------------------------------------------------------

test({ "untyped: 1 and 256 objects are made by one call" }, "endpoints", function(m)
  local memory, cnode = m:object(seL4.UntypedObject, 13), m:object(seL4.CapTableObject, 9)
  for _, count in ipairs { 1, 2, 255, 256 } do
    done(seL4.Untyped_Retype(memory, seL4.EndpointObject, 0, cnode, 0, 0, 7, count))
    is(free_bytes(m, memory), (1 << 13) - 16 * count, "what is left")
    refused(seL4.CNode_Move(ROOT, m:slot(), DEPTH, cnode, 7 + count, 9), "FailedLookup", 1,
      seL4.MissingCapability, 9)
    done(seL4.CNode_Delete(cnode, 6 + count, 9))
    done(seL4.CNode_Revoke(ROOT, memory, DEPTH))
  end
end)

test({ "untyped: a window in a foreign CNode, named by root, index and depth, is filled" },
  "at depth 0, 4 and 15", function(m)
    local memory = m:object(seL4.UntypedObject, 12)
    local outer, inner = m:object(seL4.CapTableObject, 4), m:object(seL4.CapTableObject, 5)
    local leaf = m:object(seL4.CapTableObject, 3)
    local guarded = m:copy(inner, ALL, seL4.CNode_CapData_new(1, 6))
    done(seL4.CNode_Copy(inner, 31, 5, ROOT, leaf, DEPTH, ALL))
    done(seL4.CNode_Copy(outer, 2, 4, ROOT, guarded, DEPTH, ALL))
    done(seL4.Untyped_Retype(memory, seL4.EndpointObject, 0, outer, 99, 0, 8, 2))
    done(seL4.Untyped_Retype(memory, seL4.EndpointObject, 0, outer, 2, 4, 8, 2))
    done(seL4.Untyped_Retype(memory, seL4.EndpointObject, 0, outer, 2 << 11 | 1 << 5 | 31, 15, 6,
      2))
    for _, place in ipairs { { outer, 8, 4 }, { outer, 9, 4 }, { inner, 8, 5 }, { inner, 9, 5 },
        { leaf, 6, 3 }, { leaf, 7, 3 } } do
      local cnode, index, depth = table.unpack(place)
      done(seL4.CNode_Move(ROOT, m:slot(), DEPTH, cnode, index, depth))
    end
  end)

test({ "untyped: a window up to the last slot is filled" }, "the end of a CNode", function(m)
  local memory, cnode = m:object(seL4.UntypedObject, 12), m:object(seL4.CapTableObject, 4)
  refused(seL4.Untyped_Retype(memory, seL4.EndpointObject, 0, cnode, 0, 0, 12, 5), "RangeError", 1,
    4)
  done(seL4.Untyped_Retype(memory, seL4.EndpointObject, 0, cnode, 0, 0, 12, 4))
  done(seL4.Untyped_Retype(memory, seL4.EndpointObject, 0, cnode, 0, 0, 0, 12))
  refused(seL4.Untyped_Retype(memory, seL4.EndpointObject, 0, cnode, 0, 0, 15, 1), "DeleteFirst")
end)

-- --- where objects lie ---------------------------------------------------------------------------

test({ "untyped: objects lie one behind the other from the watermark on, each at a multiple of "
    .. "its size" }, "frames between smaller objects", function(m)
  local memory = m:object(seL4.UntypedObject, 23)
  local function address(slot)
    return done(seL4.RISCV_Page_GetAddress(slot))
  end
  local first = make(m, memory, seL4.RISCV_4K_Page, 0, 3)
  local base = address(first)
  is(address(first + 1) - base, 4096, "the second frame")
  is(address(first + 2) - base, 8192, "the third frame")
  make(m, memory, seL4.EndpointObject, 0)
  is(free_bytes(m, memory), (1 << 23) - 12288 - 16, "the watermark behind an endpoint")
  is(address(make(m, memory, seL4.RISCV_4K_Page, 0)) - base, 16384, "the frame behind it")
  is(address(make(m, memory, seL4.RISCV_Mega_Page, 0)) - base, 1 << 21, "a frame of 2 MiB")
  is(free_bytes(m, memory), 1 << 22, "the watermark behind that")
end)

test({ "untyped: the watermark is told with NotEnoughMemory" }, "after each of 16 endpoints",
  function(m)
    local memory = m:object(seL4.UntypedObject, 8)
    for count = 0, 16 do
      is(free_bytes(m, memory), 256 - 16 * count, "the free bytes")
      if count < 16 then
        make(m, memory, seL4.EndpointObject, 0)
      end
    end
  end)

test({ "untyped: an object as large as the memory is made; a larger one is not" }, "all sizes",
  function(m)
    local slot = m:slot()
    m:slot()
    for bits = 4, 20 do
      local memory = m:object(seL4.UntypedObject, bits)
      refused(seL4.Untyped_Retype(memory, seL4.UntypedObject, bits + 1, ROOT, 0, 0, slot, 1),
        "NotEnoughMemory", 1 << bits)
      refused(seL4.Untyped_Retype(memory, seL4.UntypedObject, bits, ROOT, 0, 0, slot, 2),
        "NotEnoughMemory", 1 << bits)
      done(seL4.Untyped_Retype(memory, seL4.UntypedObject, bits, ROOT, 0, 0, slot, 1))
      refused(seL4.Untyped_Retype(memory, seL4.UntypedObject, 4, ROOT, 0, 0, m:slot(), 1),
        "NotEnoughMemory", 0)
      done(seL4.CNode_Delete(ROOT, slot, DEPTH))
    end
  end)

test({ "untyped: alignment can take the room of the last object" }, "a frame behind an endpoint",
  function(m)
    local memory = m:object(seL4.UntypedObject, 13)
    make(m, memory, seL4.EndpointObject, 0)
    make(m, memory, seL4.RISCV_4K_Page, 0)
    is(free_bytes(m, memory), 0, "what is left of 8 KiB behind an endpoint and a frame")
  end)

-- --- memory that comes back ----------------------------------------------------------------------

test({ "untyped: memory comes back when the last child is gone, and not before" },
  "three endpoints, deleted one after the other", function(m)
    local memory = m:object(seL4.UntypedObject, 8)
    local first = make(m, memory, seL4.EndpointObject, 0, 3)
    local copy = m:copy(first + 2)
    for slot = first, first + 2 do
      done(seL4.CNode_Delete(ROOT, slot, DEPTH))
      is(free_bytes(m, memory), 208, "the free bytes while there are children")
    end
    done(seL4.CNode_Delete(ROOT, copy, DEPTH))
    is(free_bytes(m, memory), 256, "the free bytes without")
    done(seL4.Untyped_Retype(memory, seL4.UntypedObject, 8, ROOT, 0, 0, first, 1))
  end)

test({ "untyped: memory comes back with Revoke" }, "again and again", function(m)
  local memory = m:object(seL4.UntypedObject, 12)
  for _ = 1, 20 do
    make(m, memory, seL4.TCBObject, 0, 2)
    is(free_bytes(m, memory), 0, "the free bytes")
    done(seL4.CNode_Revoke(ROOT, memory, DEPTH))
    is(free_bytes(m, memory), 4096, "the free bytes after Revoke")
  end
end)

test({ "untyped: memory that comes back is cleared" }, "a frame that was written, and a CNode",
  function(m)
    local memory, vaddr = m:object(seL4.UntypedObject, 14), m:window(4 << 12)
    for round = 1, 2 do
      local frames = make(m, memory, seL4.RISCV_4K_Page, 0, 4)
      for page = 0, 3 do
        local at = vaddr + (page << 12)
        m:map(frames + page, at)
        is(seL4.LoadBytes(at, 4096), ("\0"):rep(4096), "the new frame")
        seL4.StoreBytes(at, ("\xa5"):rep(4096))
      end
      done(seL4.CNode_Revoke(ROOT, memory, DEPTH))
      local cnode = make(m, memory, seL4.CapTableObject, 9)
      for slot = 0, 511, 73 do
        refused(seL4.CNode_Move(cnode, (slot + 1) % 512, 9, cnode, slot, 9), "FailedLookup", 1,
          seL4.MissingCapability, 9)
      end
      done(seL4.CNode_Revoke(ROOT, memory, DEPTH))
      is(free_bytes(m, memory), 1 << 14, ("the memory after round %d"):format(round))
    end
  end)

-- --- copies and children -------------------------------------------------------------------------

test({ "untyped: a copy of untyped memory takes all that the original has free" },
  "copying untyped memory", function(m)
    local memory = m:object(seL4.UntypedObject, 12)
    local copy = m:copy(memory)
    is(free_bytes(m, memory), 0, "what the original has")
    is(free_bytes(m, copy), 4096, "what the copy has")
    make(m, copy, seL4.EndpointObject, 0)
    refused(seL4.CNode_Copy(ROOT, m:slot(), DEPTH, ROOT, copy, DEPTH, ALL), "RevokeFirst")
    done(seL4.CNode_Revoke(ROOT, memory, DEPTH))
    is(type_of(copy), 0, "the copy after Revoke of the original")
    is(free_bytes(m, memory), 4096, "what the original has then")
  end)

test({ "untyped: untyped memory within untyped memory is used on its own" }, "two halves",
  function(m)
    local memory = m:object(seL4.UntypedObject, 13)
    local halves = make(m, memory, seL4.UntypedObject, 12, 2)
    make(m, halves, seL4.EndpointObject, 0)
    is(free_bytes(m, halves), 4080, "the first half")
    is(free_bytes(m, halves + 1), 4096, "the second half")
    is(free_bytes(m, memory), 0, "the whole")
    done(seL4.CNode_Delete(ROOT, halves + 1, DEPTH))
    is(free_bytes(m, memory), 0, "the whole while one half is there")
  end)

-- --- devices -------------------------------------------------------------------------------------

-- The clock's page, of device memory.
local function device(m)
  for i, untyped in ipairs(m.info.untypedList) do
    if untyped.isDevice and untyped.paddr == 0x00101000 then
      return m.info.untyped.start + i - 1
    end
  end
end

test({ "untyped: device memory is made into untyped memory and frames only" }, "every type",
  function(m)
    local memory, slot = device(m), m:slot()
    for kind, bits in pairs(FIXED) do
      if kind ~= seL4.RISCV_4K_Page and bits <= 12 then
        refused(seL4.Untyped_Retype(memory, kind, 0, ROOT, 0, 0, slot, 1), "InvalidArgument", 1)
      end
    end
    refused(seL4.Untyped_Retype(memory, seL4.CapTableObject, 4, ROOT, 0, 0, slot, 1),
      "InvalidArgument", 1)
    done(seL4.Untyped_Retype(memory, seL4.UntypedObject, 12, ROOT, 0, 0, slot, 1))
    done(seL4.CNode_Delete(ROOT, slot, DEPTH))
    done(seL4.Untyped_Retype(memory, seL4.RISCV_4K_Page, 0, ROOT, 0, 0, slot, 1))
    done(seL4.CNode_Delete(ROOT, slot, DEPTH))
  end)

test({ "untyped: device memory stays device memory in its children, and is not cleared" },
  "the clock's alarm survives a Retype", function(m)
    local memory, child, frame = device(m), m:slot(), m:slot()
    local vaddr = m:window(4096)
    local ALARM_HIGH, ALARM_LOW, CLEAR_ALARM, STATUS = 0x0c, 0x08, 0x14, 0x18
    for round = 1, 2 do
      done(seL4.Untyped_Retype(memory, seL4.UntypedObject, 12, ROOT, 0, 0, child, 1))
      refused(seL4.Untyped_Retype(child, seL4.EndpointObject, 0, ROOT, 0, 0, frame, 1),
        "InvalidArgument", 1)
      done(seL4.Untyped_Retype(child, seL4.RISCV_4K_Page, 0, ROOT, 0, 0, frame, 1))
      m:map(frame, vaddr)
      is(seL4.Load32(vaddr + STATUS), round - 1, "the alarm is armed")
      seL4.Store32(vaddr + ALARM_HIGH, 0x7fffffff)
      seL4.Store32(vaddr + ALARM_LOW, 0)
      if round == 2 then
        seL4.Store32(vaddr + CLEAR_ALARM, 1)
      end
      refused(seL4.TCB_SetIPCBuffer(m:object(seL4.TCBObject), 0x10000, frame), "IllegalOperation")
      done(seL4.CNode_Revoke(ROOT, memory, DEPTH))
    end
  end)

test({ "untyped: a refused call takes nothing from the memory" }, "calls refused for each reason",
  function(m)
    local memory, full = m:object(seL4.UntypedObject, 12), m:object(seL4.EndpointObject)
    make(m, memory, seL4.EndpointObject, 0)
    local slot = m:slot()
    for _, words in ipairs { { 99, 0, ROOT, 0, 0, slot, 1 },
        { seL4.UntypedObject, 3, ROOT, 0, 0, slot, 1 }, { seL4.TCBObject, 0, full, 0, 0, slot, 1 },
        { seL4.TCBObject, 0, ROOT, 0, 0, slot, 0 }, { seL4.EndpointObject, 0, ROOT, 0, 0, full, 1 },
        { seL4.TCBObject, 0, ROOT, 0, 0, slot, 3 } } do
      is(seL4.Untyped_Retype(memory, table.unpack(words)) ~= seL4.NoError, true, "it is refused")
      is(free_bytes(m, memory), 4080, "the free bytes")
      is(type_of(slot), 0, "the slot")
    end
  end)

suite.finish()
