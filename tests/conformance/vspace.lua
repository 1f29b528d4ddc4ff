-- SPDX-License-Identifier: MIT
--- Address spaces: frames of each size, page tables, ASIDs. behaviours/vspace.lua lists what is
--- shown.

local seL4 = require "seL4"
local messages = require "lib.messages"
local process = require "sel4.process"
local suite = require "lib.conformance"
local test, is, done, refused = suite.test, suite.is, suite.done, suite.refused
local faulty = messages.faulty

local ROOT, DEPTH, ALL = seL4.CapInitThreadCNode, seL4.WordBits, seL4.AllRights
local OWN, POOL = seL4.CapInitThreadVSpace, seL4.CapInitThreadASIDPool
local RW, ATTRIBUTES = seL4.ReadWrite, seL4.RISCV_Default_VMAttributes or 0
local PAGE, MEGA, GIGA = 1 << 12, 1 << 21, 1 << 30
local FAR = 0x2000000000 -- an address of which the root task's VSpace has no tables

-- The root of a new VSpace.
local function new_vspace(m)
  local root = m:object(seL4.RISCV_PageTableObject)
  done(seL4.RISCV_ASIDPool_Assign(POOL, root))
  return root
end

local function map_table(m, vspace, vaddr)
  local page_table = m:object(seL4.RISCV_PageTableObject)
  done(seL4.RISCV_PageTable_Map(page_table, vspace, vaddr, ATTRIBUTES))
  return page_table
end

-- A frame of 1 GiB: there is none of RAM, so of device memory.
local function giga_frame(m)
  return suite.device_frame(m, seL4.RISCV_Giga_Page, 30)
end

-- Name, function(m) -> frame, bytes, how many tables are above it.
local SIZES = {
  { "4 KiB", function(m) return m:object(seL4.RISCV_4K_Page) end, PAGE, 2 },
  { "2 MiB", function(m) return m:object(seL4.RISCV_Mega_Page) end, MEGA, 1 },
  { "1 GiB", giga_frame, GIGA, 0 },
}
local BITS_LEFT = { [0] = 30, [1] = 21 } -- of an address, where that many tables are there

-- --- mapping -------------------------------------------------------------------------------------

test({ "vspace: a frame needs the tables of all levels above its size", "RISCV_Page_Map",
  "RISCV_PageTable_Map" }, "each size", function(m)
    for _, size in ipairs(SIZES) do
      local vspace, frame = new_vspace(m), size[2](m)
      for tables = 0, size[4] - 1 do
        refused(seL4.RISCV_Page_Map(frame, vspace, FAR, RW, ATTRIBUTES), "FailedLookup", 0,
          seL4.MissingCapability, BITS_LEFT[tables])
        map_table(m, vspace, FAR)
      end
      done(seL4.RISCV_Page_Map(frame, vspace, FAR, RW, ATTRIBUTES))
      if size[4] < 2 then
        refused(seL4.RISCV_PageTable_Map(m:object(seL4.RISCV_PageTableObject), vspace, FAR,
          ATTRIBUTES), "DeleteFirst")
      end
      done(seL4.RISCV_Page_Unmap(frame))
    end
  end)

test({ "vspace: a frame's address is a multiple of its size" }, "each size", function(m)
  for _, size in ipairs(SIZES) do
    local vspace, frame = new_vspace(m), size[2](m)
    refused(seL4.RISCV_Page_Map(frame, vspace, FAR + size[3] // 2, RW, ATTRIBUTES),
      "AlignmentError")
  end
end)

test({ "vspace: where something is mapped nothing else can be" }, "frames and tables", function(m)
  local vspace = new_vspace(m)
  map_table(m, vspace, FAR)
  local frame, other = m:object(seL4.RISCV_Mega_Page), m:object(seL4.RISCV_Mega_Page)
  done(seL4.RISCV_Page_Map(frame, vspace, FAR, RW, ATTRIBUTES))
  refused(seL4.RISCV_Page_Map(other, vspace, FAR, RW, ATTRIBUTES), "DeleteFirst")
  done(seL4.RISCV_Page_Unmap(frame))
  done(seL4.RISCV_Page_Map(other, vspace, FAR, RW, ATTRIBUTES))
end)

test({ "vspace: a mapped frame can be mapped anew at its address, with other rights" },
  "read and write, read, read and write", function(m)
    local frame, vaddr = m:object(seL4.RISCV_4K_Page), m:window(PAGE)
    m:map(frame, vaddr)
    seL4.Store8(vaddr, 7)
    done(seL4.RISCV_Page_Map(frame, OWN, vaddr, seL4.CanRead, ATTRIBUTES))
    is(seL4.Load8(vaddr), 7, "what can be read")
    local writer = faulty(m, function() seL4.Store8(vaddr, 8) end)
    is(writer.next().name, "VMFault", "a store")
    done(seL4.RISCV_Page_Map(frame, OWN, vaddr, RW, ATTRIBUTES))
    writer.answer(messages.info())
    is(writer.next(), nil, "one more fault")
    is(seL4.Load8(vaddr), 8, "what was stored then")
    refused(seL4.RISCV_Page_Map(frame, OWN, vaddr + PAGE, RW, ATTRIBUTES), "InvalidArgument")
  end)

test({ "vspace: a mapping has no rights that the capability lacks" }, "a capability to read",
  function(m)
    local frame, vaddr = m:object(seL4.RISCV_4K_Page), m:window(PAGE)
    m:map(m:copy(frame, seL4.CanRead), vaddr)
    is(faulty(m, function() seL4.Store8(vaddr, 8) end).next().name, "VMFault", "a store")
  end)

test({ "vspace: a frame is seen at all addresses where it is mapped" }, "two copies", function(m)
  local frame, vaddr = m:object(seL4.RISCV_4K_Page), m:window(2 * PAGE)
  m:map(frame, vaddr)
  m:map(m:copy(frame), vaddr + PAGE)
  seL4.Store64(vaddr + 16, 0x1122)
  is(seL4.Load64(vaddr + PAGE + 16), 0x1122, "at the other address")
end)

test({ "vspace: an unmapped frame keeps its content, and can be mapped elsewhere",
  "RISCV_Page_Unmap" }, "two addresses", function(m)
    local frame, vaddr = m:object(seL4.RISCV_4K_Page), m:window(2 * PAGE)
    m:map(frame, vaddr)
    seL4.Store64(vaddr, 99)
    done(seL4.RISCV_Page_Unmap(frame))
    done(seL4.RISCV_Page_Unmap(frame)) -- nothing to be done is no error
    is(faulty(m, function() seL4.Load8(vaddr) end).next().Addr, vaddr, "the old address")
    m:map(frame, vaddr + PAGE)
    is(seL4.Load64(vaddr + PAGE), 99, "at the new address")
  end)

test({ "vspace: deleting a capability that is mapped unmaps it, deleting another one does not" },
  "a copy, then the mapped one", function(m)
    local frame, vaddr = m:object(seL4.RISCV_4K_Page), m:window(PAGE)
    local copy = m:copy(frame)
    m:map(frame, vaddr)
    done(seL4.CNode_Delete(ROOT, copy, DEPTH))
    is(seL4.Load8(vaddr), 0, "after deleting the copy")
    done(seL4.CNode_Delete(ROOT, frame, DEPTH))
    is(faulty(m, function() seL4.Load8(vaddr) end).next().Addr, vaddr, "after the mapped one")
  end)

-- --- tables --------------------------------------------------------------------------------------

test({ "vspace: an unmapped table takes its mappings along, and is empty when it is back",
  "RISCV_PageTable_Unmap" }, "a frame below it", function(m)
    local vspace = new_vspace(m)
    map_table(m, vspace, FAR)
    local leaf = map_table(m, vspace, FAR)
    local frame, other = m:object(seL4.RISCV_4K_Page), m:object(seL4.RISCV_4K_Page)
    done(seL4.RISCV_Page_Map(frame, vspace, FAR, RW, ATTRIBUTES))
    done(seL4.RISCV_PageTable_Unmap(leaf))
    refused(seL4.RISCV_Page_Map(other, vspace, FAR, RW, ATTRIBUTES), "FailedLookup", 0,
      seL4.MissingCapability, 21)
    done(seL4.RISCV_PageTable_Map(leaf, vspace, FAR, ATTRIBUTES))
    done(seL4.RISCV_Page_Map(other, vspace, FAR, RW, ATTRIBUTES))
    done(seL4.RISCV_Page_Unmap(frame)) -- its own mapping is long gone: the other's stays
    refused(seL4.RISCV_Page_Map(m:object(seL4.RISCV_4K_Page), vspace, FAR, RW, ATTRIBUTES),
      "DeleteFirst")
  end)

test({ "vspace: deleting a table unmaps it" }, "the upper of two", function(m)
  local vspace = new_vspace(m)
  local upper = map_table(m, vspace, FAR)
  map_table(m, vspace, FAR)
  done(seL4.CNode_Delete(ROOT, upper, DEPTH))
  refused(seL4.RISCV_Page_Map(m:object(seL4.RISCV_4K_Page), vspace, FAR, RW, ATTRIBUTES),
    "FailedLookup", 0, seL4.MissingCapability, 30)
  map_table(m, vspace, FAR)
end)

-- --- VSpaces and ASIDs ---------------------------------------------------------------------------

test({ "vspace: frames of a VSpace that has been deleted can be unmapped and mapped elsewhere" },
  "a frame, a table", function(m)
    local vspace = new_vspace(m)
    local upper = map_table(m, vspace, FAR)
    local leaf, frame = map_table(m, vspace, FAR), m:object(seL4.RISCV_4K_Page)
    done(seL4.RISCV_Page_Map(frame, vspace, FAR, RW, ATTRIBUTES))
    done(seL4.CNode_Delete(ROOT, vspace, DEPTH))
    done(seL4.RISCV_Page_Unmap(frame))
    done(seL4.RISCV_PageTable_Unmap(leaf))
    done(seL4.RISCV_PageTable_Unmap(upper))
    local other = new_vspace(m)
    done(seL4.RISCV_PageTable_Map(upper, other, FAR, ATTRIBUTES))
    done(seL4.RISCV_PageTable_Map(leaf, other, FAR, ATTRIBUTES))
    done(seL4.RISCV_Page_Map(frame, other, FAR, RW, ATTRIBUTES))
  end)

test({ "vspace: a table without an ASID is no VSpace" }, "never assigned", function(m)
  refused(seL4.RISCV_Page_Map(m:object(seL4.RISCV_4K_Page),
    m:object(seL4.RISCV_PageTableObject), FAR, RW, ATTRIBUTES), "InvalidCapability", 1)
end)

test({ "vspace: the threads of a VSpace that is deleted stop" }, "a process that loops",
  function(m)
    local child = process.new(m, { name = "child", source = "while true do end", heap_bits = 18,
      priority = 50 })
    child:start()
    suite.rest(51)
    done(seL4.CNode_Revoke(ROOT, child.vspace, DEPTH)) -- the TCB has a copy
    done(seL4.CNode_Delete(ROOT, child.vspace, DEPTH))
    suite.rest(1) -- would never return if it went on
  end)

test({ "vspace: an ASID is free again when its VSpace is deleted", "RISCV_ASIDPool_Assign" },
  "a pool that is full", function(m)
    local untyped, pool = m:object(seL4.UntypedObject, 12), m:slot()
    done(seL4.RISCV_ASIDControl_MakePool(seL4.CapASIDControl, untyped, ROOT, pool, DEPTH))
    local roots = {}
    for i = 1, 512 do
      roots[i] = m:object(seL4.RISCV_PageTableObject)
      done(seL4.RISCV_ASIDPool_Assign(pool, roots[i]))
    end
    local one_more = m:object(seL4.RISCV_PageTableObject)
    refused(seL4.RISCV_ASIDPool_Assign(pool, one_more), "DeleteFirst")
    done(seL4.CNode_Delete(ROOT, roots[300], DEPTH))
    done(seL4.RISCV_ASIDPool_Assign(pool, one_more))
  end)

test({ "vspace: a pool that is deleted takes the ASIDs of its VSpaces along",
  "RISCV_ASIDControl_MakePool" }, "mapping in one of them", function(m)
    local untyped, pool = m:object(seL4.UntypedObject, 12), m:slot()
    done(seL4.RISCV_ASIDControl_MakePool(seL4.CapASIDControl, untyped, ROOT, pool, DEPTH))
    local root, frame = m:object(seL4.RISCV_PageTableObject), giga_frame(m)
    done(seL4.RISCV_ASIDPool_Assign(pool, root))
    done(seL4.RISCV_Page_Map(frame, root, FAR, RW, ATTRIBUTES))
    done(seL4.CNode_Delete(ROOT, pool, DEPTH))
    refused(seL4.RISCV_Page_Map(frame, root, FAR, RW, ATTRIBUTES), "FailedLookup", 0,
      seL4.InvalidRoot)
    done(seL4.RISCV_Page_Unmap(frame))
    is(seL4.RISCV_Page_Map(m:copy(frame, ALL), root, FAR, RW, ATTRIBUTES) ~= 0, true,
      "a VSpace without an ASID any more")
  end)

test({ "RISCV_Page_GetAddress", "vspace: frames made one after the other have addresses in order" },
  "three frames of one untyped", function(m)
    local untyped, slot = m:object(seL4.UntypedObject, 14), m:slot()
    m:slot()
    m:slot()
    done(seL4.Untyped_Retype(untyped, seL4.RISCV_4K_Page, 0, ROOT, 0, 0, slot, 3))
    local function address(i)
      local err, paddr = seL4.RISCV_Page_GetAddress(slot + i)
      is(err, 0, "GetAddress")
      return paddr
    end
    is(address(1), address(0) + PAGE, "the second")
    is(address(2), address(0) + 2 * PAGE, "the third")
    is(address(0) & (1 << 14) - 1, 0, "the first is aligned like the untyped")
  end)

suite.finish()
