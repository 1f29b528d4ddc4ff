-- SPDX-License-Identifier: MIT
--- The tree of derivation: who is whose child, what Revoke and Delete take along, and CNodes that
--- hold themselves. behaviours/cdt.lua lists what is shown.

local seL4 = require "seL4"
local suite = require "lib.conformance"
local test, is, done, refused = suite.test, suite.is, suite.done, suite.refused
local type_of = suite.type_of

local ROOT, DEPTH, ALL = seL4.CapInitThreadCNode, seL4.WordBits, seL4.AllRights

local function copy(m, slot)
  local to = m:slot()
  done(seL4.CNode_Copy(ROOT, to, DEPTH, ROOT, slot, DEPTH, ALL))
  return to
end

-- Revokes a slot, then compares which of the slots are still full: "xx.x".
local function revoke(slot, slots, wanted, what)
  done(seL4.CNode_Revoke(ROOT, slot, DEPTH))
  local marks = {}
  for i, each in ipairs(slots) do
    marks[i] = type_of(each) ~= 0 and "x" or "."
  end
  is(table.concat(marks), wanted, what)
end

-- --- who is whose child --------------------------------------------------------------------------

test({ "cdt: revoking an original deletes all copies and badged ones, and not the original" },
  "an endpoint and six more capabilities", function(m)
    local original = m:object(seL4.EndpointObject)
    local plain = copy(m, original)
    local badged = m:copy(original, ALL, 1)
    local slots = { original, plain, copy(m, plain), badged, copy(m, badged),
      m:copy(original, ALL, 2), m:copy(plain, seL4.CanRead, 3) }
    revoke(original, slots, "x......", "what is left")
  end)

test({ "cdt: a plain copy has no children: revoking it deletes nothing" }, "copies of a plain copy",
  function(m)
    local original = m:object(seL4.EndpointObject)
    local plain = copy(m, original)
    local slots = { original, plain, copy(m, plain), m:copy(plain, ALL, 1) }
    revoke(plain, slots, "xxxx", "what is left")
    local tcb = m:object(seL4.TCBObject)
    local tcb_copy = copy(m, tcb)
    revoke(tcb_copy, { tcb, tcb_copy, copy(m, tcb_copy) }, "xxx", "what is left of a thread's")
  end)

test({ "cdt: a badged copy has its copies as children, and no others" }, "two badges", function(m)
  local original = m:object(seL4.NotificationObject)
  local one, two = m:copy(original, ALL, 1), m:copy(original, ALL, 2)
  local slots = { original, one, copy(m, one), copy(m, copy(m, one)), two, copy(m, two) }
  revoke(one, slots, "xx..xx", "what is left")
  revoke(slots[6], slots, "xx..xx", "what a copy of a badged one takes along")
end)

test({ "cdt: revoking in the middle of four generations deletes those below and no others" },
  "untyped, untyped, endpoint, badged, copy", function(m)
    local grandparent = m:object(seL4.UntypedObject, 12)
    local function make(from, kind, bits)
      local slot = m:slot()
      done(seL4.Untyped_Retype(from, kind, bits, ROOT, 0, 0, slot, 1))
      return slot
    end
    local parent = make(grandparent, seL4.UntypedObject, 10)
    local uncle = make(grandparent, seL4.UntypedObject, 10)
    local endpoint = make(parent, seL4.EndpointObject, 0)
    local sibling = make(parent, seL4.UntypedObject, 8)
    local badged = m:copy(endpoint, ALL, 1)
    local slots = { grandparent, parent, uncle, sibling, endpoint, badged, copy(m, badged) }
    revoke(badged, slots, "xxxxxx.", "after revoking the badged one")
    slots[7] = copy(m, badged)
    revoke(endpoint, slots, "xxxxx..", "after revoking the endpoint")
    revoke(parent, slots, "xxx....", "after revoking the parent")
    revoke(grandparent, slots, "x......", "after revoking the grandparent")
  end)

test({ "cdt: revoking untyped memory destroys all that was made from it, in other CNodes too" },
  "objects in three CNodes", function(m)
    local foreign, memory = m:object(seL4.CapTableObject, 4), m:object(seL4.UntypedObject, 14)
    local slot = m:slot()
    done(seL4.Untyped_Retype(memory, seL4.CapTableObject, 4, ROOT, 0, 0, slot, 1))
    done(seL4.Untyped_Retype(memory, seL4.EndpointObject, 0, foreign, 0, 0, 3, 2))
    done(seL4.Untyped_Retype(memory, seL4.TCBObject, 0, slot, 0, 0, 7, 1))
    done(seL4.CNode_Copy(foreign, 9, 4, slot, 7, 4, ALL))
    done(seL4.CNode_Copy(foreign, 10, 4, ROOT, foreign, DEPTH, ALL))
    revoke(memory, { memory, slot, foreign }, "x.x", "in the root CNode")
    for _, i in ipairs { 3, 4, 9 } do
      refused(seL4.CNode_Move(foreign, 15, 4, foreign, i, 4), "FailedLookup", 1,
        seL4.MissingCapability, 4)
    end
    done(seL4.CNode_Move(foreign, 15, 4, foreign, 10, 4))
    done(seL4.Untyped_Retype(memory, seL4.UntypedObject, 14, ROOT, 0, 0, slot, 1))
  end)

test({ "cdt: copies do not depend on those of another object from the same memory" },
  "two notifications in a row", function(m)
    local memory, slot = m:object(seL4.UntypedObject, 8), m:slot()
    m:slot()
    done(seL4.Untyped_Retype(memory, seL4.NotificationObject, 0, ROOT, 0, 0, slot, 2))
    local slots = { slot, m:copy(slot, ALL, 1), slot + 1, m:copy(slot + 1, ALL, 1) }
    revoke(slot, slots, "x.xx", "after revoking the first")
    revoke(slot + 1, slots, "x.x.", "after revoking the second")
  end)

-- --- moving within the tree ----------------------------------------------------------------------

-- A parent, its child and its grandchild; `step` moves one of them.
local function family(m)
  local parent = m:object(seL4.NotificationObject)
  local child = m:copy(parent, ALL, 1)
  return parent, child, copy(m, child), m:slot()
end

test({ "cdt: Move keeps children and parent" }, "moving the child", function(m)
  local parent, child, grandchild, free = family(m)
  done(seL4.CNode_Move(ROOT, free, DEPTH, ROOT, child, DEPTH))
  revoke(free, { parent, free, grandchild }, "xx.", "its children")
  local other = copy(m, free)
  revoke(parent, { parent, free, other }, "x..", "its parent's children")
end)

test({ "cdt: Move keeps children and parent" }, "moving the parent", function(m)
  local parent, child, grandchild, free = family(m)
  done(seL4.CNode_Move(ROOT, free, DEPTH, ROOT, parent, DEPTH))
  revoke(free, { free, child, grandchild }, "x..", "its children")
end)

test({ "cdt: Mutate keeps children and parent" }, "mutating an untyped and a CNode", function(m)
  local memory, free = m:object(seL4.UntypedObject, 12), m:slot()
  local cnode, inner = m:slot(), m:slot()
  done(seL4.Untyped_Retype(memory, seL4.CapTableObject, 4, ROOT, 0, 0, cnode, 1))
  local copied = copy(m, cnode)
  done(seL4.CNode_Mutate(ROOT, free, DEPTH, ROOT, cnode, DEPTH, seL4.CNode_CapData_new(5, 3)))
  done(seL4.CNode_Mutate(ROOT, inner, DEPTH, ROOT, memory, DEPTH, 0))
  done(seL4.CNode_Delete(free, 5 << 4 | 1, 7))
  revoke(free, { inner, free, copied }, "xx.", "the CNode's copies")
  revoke(inner, { inner, free }, "x.", "what was made of the memory")
end)

test({ "cdt: Rotate keeps children and parents of both" }, "rotating two families", function(m)
  local memory = { m:object(seL4.UntypedObject, 12), m:object(seL4.UntypedObject, 12) }
  local nodes, copies = {}, {}
  for i = 1, 2 do
    nodes[i] = m:slot()
    done(seL4.Untyped_Retype(memory[i], seL4.CapTableObject, 4, ROOT, 0, 0, nodes[i], 1))
    copies[i] = copy(m, nodes[i])
  end
  local free = m:slot()
  done(seL4.CNode_Rotate(ROOT, free, DEPTH, 0, ROOT, nodes[1], DEPTH, 0, ROOT, nodes[2], DEPTH))
  -- The first is in `free` now, the second where the first was.
  local slots = { free, copies[1], nodes[1], copies[2], nodes[2] }
  revoke(free, slots, "x.xx.", "the first's children")
  revoke(nodes[1], slots, "x.x..", "the second's children")
  revoke(memory[2], slots, "x....", "the second's parent")
  revoke(memory[1], slots, ".....", "the first's parent")
end)

test({ "cdt: Rotate keeps children and parents of both" }, "exchanging parent, child", function(m)
  local memory, cnode = m:object(seL4.UntypedObject, 12), m:slot()
  done(seL4.Untyped_Retype(memory, seL4.CapTableObject, 4, ROOT, 0, 0, cnode, 1))
  done(seL4.CNode_Rotate(ROOT, cnode, DEPTH, 0, ROOT, memory, DEPTH, 0, ROOT, cnode, DEPTH))
  revoke(cnode, { cnode, memory }, "x.", "the memory in the other slot still has its child")
end)

test({ "cdt: deleting a capability gives its children to its parent" }, "deleting the child",
  function(m)
    local parent, child, grandchild = family(m)
    done(seL4.CNode_Delete(ROOT, child, DEPTH))
    is(type_of(grandchild) ~= 0, true, "the grandchild is there")
    revoke(parent, { parent, grandchild }, "x.", "the parent's children")
  end)

test({ "cdt: deleting a capability gives its children to its parent" }, "deleting untyped memory",
  function(m)
    local memory, parent, tcb = m:object(seL4.UntypedObject, 13), m:slot(), m:slot()
    done(seL4.Untyped_Retype(memory, seL4.UntypedObject, 12, ROOT, 0, 0, parent, 1))
    done(seL4.Untyped_Retype(parent, seL4.TCBObject, 0, ROOT, 0, 0, tcb, 1))
    done(seL4.CNode_Delete(ROOT, parent, DEPTH))
    revoke(memory, { memory, tcb }, "x.", "what is left")
  end)

-- --- CNodes and themselves -----------------------------------------------------------------------

-- A thread whose CSpace is a CNode of 2^8 slots made from `memory`, guarded so that a slot's number
-- is its CPtr; slot 1 is the CNode, 2 the memory, 3 an endpoint.
local function thread_with_cspace(m, fn)
  local memory, bare, guarded = m:object(seL4.UntypedObject, 14), m:slot(), m:slot()
  local endpoint = m:object(seL4.EndpointObject)
  done(seL4.Untyped_Retype(memory, seL4.CapTableObject, 8, ROOT, 0, 0, bare, 1))
  done(seL4.CNode_Mint(ROOT, guarded, DEPTH, ROOT, bare, DEPTH, ALL, seL4.CNode_CapData_new(0, 56)))
  for slot, cap in ipairs { guarded, memory, endpoint } do
    if slot == 2 then
      done(seL4.CNode_Move(bare, slot, 8, ROOT, cap, DEPTH))
    else
      done(seL4.CNode_Copy(bare, slot, 8, ROOT, cap, DEPTH, ALL))
    end
  end
  local thread = suite.thread(m, fn, { cspace = guarded })
  return thread, bare, guarded, endpoint
end

test({ "cdt: a CNode can delete the capability that names the call" }, "Delete of slot 1 by slot 1",
  function(m)
    local err, send
    local _, bare = thread_with_cspace(m, function()
      err = seL4.CNode_Delete(1, 1, DEPTH)
      send = seL4.CNode_Copy(1, 9, DEPTH, 1, 3, DEPTH, ALL) -- the capability is gone: an error
    end)
    suite.rest()
    is(err, seL4.NoError, "the deletion")
    is(send, seL4.InvalidCapability, "a call by what was deleted")
    refused(seL4.CNode_Move(bare, 9, 8, bare, 1, 8), "FailedLookup", 1, seL4.MissingCapability, 8)
    done(seL4.CNode_Move(bare, 9, 8, bare, 3, 8))
  end)

test({ "cdt: a thread can revoke the memory of its own CSpace" }, "Revoke of slot 2 by slot 1",
  function(m)
    local has_begun, has_ended
    local thread, bare, guarded, endpoint = thread_with_cspace(m, function()
      has_begun = true
      seL4.CNode_Revoke(1, 2, DEPTH)
      seL4.Send(3, seL4.MessageInfo_new(0, 0, 0, 0)) -- no CSpace, so a fault
      has_ended = true
    end)
    suite.rest()
    is(has_begun, true, "the thread ran")
    is(has_ended, nil, "the thread went on")
    is(type_of(bare) + type_of(guarded), 0, "the CNode's capabilities")
    is(type_of(endpoint) ~= 0 and type_of(thread.tcb) ~= 0, true, "what was not in that memory")
  end)

test({ "cdt: a CNode can hold itself: addresses go round in it" }, "one slot, 64 bits", function(m)
  local cnode, endpoint = m:object(seL4.CapTableObject, 1), m:object(seL4.EndpointObject)
  done(seL4.CNode_Copy(cnode, 1, 1, ROOT, cnode, DEPTH, ALL))
  done(seL4.CNode_Copy(cnode, 0, 1, ROOT, endpoint, DEPTH, ALL))
  for depth = 1, 64 do
    local around = depth == 1 and 0 or (1 << (depth - 1)) - 1 << 1 -- 1...10
    refused(seL4.CNode_Copy(cnode, around, depth, ROOT, endpoint, DEPTH, ALL), "DeleteFirst")
  end
  refused(seL4.CNode_Delete(cnode, 0, 2), "FailedLookup", 0, seL4.DepthMismatch, 1, 0)
end)

-- Whether all the memory is free again: it can be made into one object.
local function is_free(m, memory, bits)
  return seL4.Untyped_Retype(memory, seL4.UntypedObject, bits, ROOT, 0, 0, m:slot(), 1) == 0
end

test({ "cdt: a CNode that holds itself and nobody else holds is left to Revoke" },
  "a CNode in its own slots", function(m)
    for slot = 0, 3 do
      local memory, cnode = m:object(seL4.UntypedObject, 12), m:slot()
      done(seL4.Untyped_Retype(memory, seL4.CapTableObject, 2, ROOT, 0, 0, cnode, 1))
      done(seL4.CNode_Move(cnode, slot, 2, ROOT, cnode, DEPTH))
      is(type_of(cnode), 0, "the slot outside")
      refused(seL4.Untyped_Retype(memory, seL4.UntypedObject, 12, ROOT, 0, 0, cnode, 1),
        "NotEnoughMemory")
      done(seL4.CNode_Revoke(ROOT, memory, DEPTH))
      is(is_free(m, memory, 12), true, "the memory is free")
    end
  end)

test({ "cdt: two CNodes that hold each other are destroyed by revoking their memory" },
  "two CNodes, in each pair of slots", function(m)
    for i = 0, 3 do
      local memory, a, b = m:object(seL4.UntypedObject, 12), m:slot(), m:slot()
      done(seL4.Untyped_Retype(memory, seL4.CapTableObject, 1, ROOT, 0, 0, a, 2))
      done(seL4.CNode_Copy(a, i & 1, 1, ROOT, b, DEPTH, ALL))
      done(seL4.CNode_Copy(b, i >> 1, 1, ROOT, a, DEPTH, ALL))
      done(seL4.CNode_Delete(ROOT, a, DEPTH))
      done(seL4.CNode_Delete(ROOT, b, DEPTH))
      done(seL4.CNode_Revoke(ROOT, memory, DEPTH))
      is(is_free(m, memory, 12), true, "the memory is free")
    end
  end)

test({ "cdt: a chain of CNodes is destroyed whole" }, "forty CNodes, each in the one before",
  function(m)
    local memory, first, free = m:object(seL4.UntypedObject, 14), m:slot(), m:slot()
    done(seL4.Untyped_Retype(memory, seL4.CapTableObject, 2, ROOT, 0, 0, first, 1))
    local last = copy(m, first)
    for i = 1, 40 do
      done(seL4.Untyped_Retype(memory, seL4.CapTableObject, 2, ROOT, 0, 0, free, 1))
      local inner = copy(m, free)
      done(seL4.CNode_Move(last, i % 4, 2, ROOT, free, DEPTH))
      done(seL4.CNode_Delete(ROOT, last, DEPTH))
      last = inner
    end
    local endpoint = m:object(seL4.EndpointObject)
    done(seL4.CNode_Move(last, 0, 2, ROOT, endpoint, DEPTH))
    done(seL4.CNode_Delete(ROOT, last, DEPTH))
    done(seL4.CNode_Delete(ROOT, first, DEPTH))
    done(seL4.CNode_Revoke(ROOT, memory, DEPTH))
    is(is_free(m, memory, 14), true, "the memory is free")
  end)

suite.finish()
