-- SPDX-License-Identifier: MIT
--- CNode operations beyond single calls: behaviours/cnode.lua lists what is shown. The tree of
--- derivation is in cdt.lua.

local seL4 = require "seL4"
local suite = require "lib.conformance"
local test, is, done, refused = suite.test, suite.is, suite.done, suite.refused
local type_of = suite.type_of

local ROOT, DEPTH, ALL = seL4.CapInitThreadCNode, seL4.WordBits, seL4.AllRights

-- The badge that signalling a notification's capability leaves; it takes the signal.
local function badge_of(cap, notification)
  seL4.Signal(cap)
  return (select(2, seL4.Poll(notification)))
end

-- Whether the capability lets a thread send, and receive, on the endpoint.
local function can_send(m, cap, endpoint)
  local received = false
  local thread = suite.thread(m, function()
    if suite.is_mcs then
      seL4.Wait(endpoint)
    else
      seL4.Recv(endpoint)
    end
    received = true
  end)
  suite.rest()
  seL4.NBSend(cap, seL4.MessageInfo_new(0, 0, 0, 0))
  suite.rest()
  seL4.TCB_Suspend(thread.tcb)
  return received
end

local function nb_receive(cap)
  if suite.is_mcs then
    return seL4.NBWait(cap)
  end
  return seL4.NBRecv(cap)
end

-- --- each method, each place ---------------------------------------------------------------------

-- Two slots of the caller's CNode, of a CNode within it, and of one of several levels: { root =,
-- a =, b =, c =, depth =, at = function(slot) -> a CPtr to look with }.
local function places(m)
  local foreign = m:object(seL4.CapTableObject, 4)
  local guarded = m:copy(foreign, ALL, seL4.CNode_CapData_new(3, 6))
  local slots = m:slot()
  m:slot()
  m:slot()
  return {
    { root = ROOT, a = slots, b = slots + 1, c = slots + 2, depth = DEPTH },
    { root = foreign, a = 1, b = 2, c = 3, depth = 4 },
    { root = guarded, a = 3 << 4 | 11, b = 3 << 4 | 12, c = 3 << 4 | 13, depth = 10 },
  }
end

-- What is in a slot of a place: 0, or the badge of the notification's capability in it.
local function content(m, place, index, notification)
  local slot = m:slot()
  local err = seL4.CNode_Copy(ROOT, slot, DEPTH, place.root, index, place.depth, ALL)
  if err == seL4.FailedLookup then
    return 0
  end
  done(err)
  local badge = badge_of(slot, notification)
  done(seL4.CNode_Delete(ROOT, slot, DEPTH))
  return badge
end

test({ "cnode: each method works on slots of the caller's CNode and of a foreign one" },
  "the eight methods between three kinds of places", function(m)
    local notification = m:object(seL4.NotificationObject)
    local badged = m:copy(notification, ALL, 7)
    for _, to in ipairs(places(m)) do
      for _, from in ipairs(places(m)) do
        local function holds(place, index, badge, what)
          is(content(m, place, index, notification), badge, what)
        end
        done(seL4.CNode_Copy(from.root, from.a, from.depth, ROOT, badged, DEPTH, ALL))
        holds(from, from.a, 7, "Copy")
        done(seL4.CNode_Mint(to.root, to.a, to.depth, ROOT, notification, DEPTH, ALL, 8))
        holds(to, to.a, 8, "Mint")
        done(seL4.CNode_Move(to.root, to.b, to.depth, from.root, from.a, from.depth))
        holds(to, to.b, 7, "Move, the destination")
        holds(from, from.a, 0, "Move, the source")
        done(seL4.CNode_Copy(from.root, from.b, from.depth, ROOT, badged, DEPTH, ALL))
        refused(seL4.CNode_Mutate(from.root, from.a, from.depth, to.root, to.a, to.depth, 0),
          "IllegalOperation")
        done(seL4.CNode_Revoke(to.root, to.a, to.depth))
        done(seL4.CNode_Delete(to.root, to.a, to.depth))
        holds(to, to.a, 0, "Delete")
        done(seL4.CNode_Delete(to.root, to.b, to.depth))
        done(seL4.CNode_Delete(from.root, from.b, from.depth))
      end
    end
  end)

test({ "cnode: each method works on slots of the caller's CNode and of a foreign one" },
  "Mutate and Rotate between three kinds of places", function(m)
    local frame = m:object(seL4.RISCV_4K_Page)
    local table_ = m:object(seL4.RISCV_PageTableObject)
    for _, to in ipairs(places(m)) do
      for _, from in ipairs(places(m)) do
        done(seL4.CNode_Move(from.root, from.a, from.depth, ROOT, frame, DEPTH))
        done(seL4.CNode_Mutate(to.root, to.a, to.depth, from.root, from.a, from.depth, 0))
        done(seL4.CNode_Move(from.root, from.b, from.depth, ROOT, table_, DEPTH))
        done(seL4.CNode_Rotate(to.root, to.c, to.depth, 0, to.root, to.a, to.depth, 0, from.root,
          from.b, from.depth))
        done(seL4.CNode_Move(ROOT, frame, DEPTH, to.root, to.c, to.depth))
        done(seL4.CNode_Move(ROOT, table_, DEPTH, to.root, to.a, to.depth))
        is(type_of(frame) ~= 0 and type_of(table_) ~= 0 and type_of(frame) ~= type_of(table_), true,
          "the types")
      end
    end
  end)

-- --- copies --------------------------------------------------------------------------------------

test({ "cnode: a copy is to the same object, with the same badge" }, "copies of copies", function(m)
  local notification = m:object(seL4.NotificationObject)
  local badged = m:copy(notification, ALL, 0x123456789abcdef)
  local copy = m:slot()
  done(seL4.CNode_Copy(ROOT, copy, DEPTH, ROOT, badged, DEPTH, ALL))
  done(seL4.CNode_Copy(ROOT, m:slot(), DEPTH, ROOT, copy, DEPTH, ALL))
  is(badge_of(copy + 1, notification), 0x123456789abcdef, "the badge")
  is(badge_of(m:copy(notification), notification), 0, "the badge of a copy of the original")
end)

test({ "cnode: a copy has the rights that both its source and the call give" },
  "sending and receiving through copies", function(m)
    local endpoint = m:object(seL4.EndpointObject)
    local write, read = m:copy(endpoint, seL4.CanWrite), m:copy(endpoint, seL4.CanRead)
    is(can_send(m, write, endpoint), true, "sending with the right to")
    is(can_send(m, read, endpoint), false, "sending with the right to receive alone")
    is(can_send(m, m:copy(read, ALL), endpoint), false, "sending with a copy of that")
    is(can_send(m, m:copy(write, seL4.NoRights), endpoint), false, "sending without any right")
    is(select(2, nb_receive(read)), 0, "receiving with the right to")
  end)

test({ "cnode: Mint gives a badge to a capability without one, and a guard to a CNode's" },
  "badge and guard", function(m)
    local notification = m:object(seL4.NotificationObject)
    local badged = m:copy(notification, ALL, 5)
    is(badge_of(badged, notification), 5, "the badge")
    refused(seL4.CNode_Mint(ROOT, m:slot(), DEPTH, ROOT, badged, DEPTH, ALL, 6), "IllegalOperation")
    local cnode = m:object(seL4.CapTableObject, 4)
    local guarded = m:copy(cnode, ALL, seL4.CNode_CapData_new(0x2a, 8))
    done(seL4.CNode_Copy(guarded, 0x2a7, 12, ROOT, badged, DEPTH, ALL))
    refused(seL4.CNode_Delete(guarded, 0x2b7, 12), "FailedLookup", 0, seL4.GuardMismatch, 12, 0x2a,
      8)
    refused(seL4.CNode_Copy(cnode, 7, 4, ROOT, badged, DEPTH, ALL), "DeleteFirst")
  end)

test({ "cnode: Mint's badge has no effect on a capability that has none" },
  "minting frames, threads and untyped memory", function(m)
    local objects = {
      m:object(seL4.RISCV_4K_Page), m:object(seL4.TCBObject), m:object(seL4.UntypedObject, 8),
    }
    for _, slot in ipairs(objects) do
      is(type_of(m:copy(slot, ALL, 77)), type_of(slot), "the type of the copy")
    end
  end)

test({ "cnode: a mapped frame's copy is not mapped; a mapped page table's is" },
  "copies of mapped capabilities", function(m)
    local frame, vaddr = m:object(seL4.RISCV_4K_Page), m:window(8192)
    m:map(frame, vaddr)
    local copy = m:copy(frame)
    done(seL4.RISCV_Page_Map(copy, seL4.CapInitThreadVSpace, vaddr + 4096, seL4.ReadWrite, 0))
    local vspace = m:object(seL4.RISCV_PageTableObject)
    done(seL4.RISCV_ASIDPool_Assign(seL4.CapInitThreadASIDPool, vspace))
    local table_ = m:object(seL4.RISCV_PageTableObject)
    done(seL4.RISCV_PageTable_Map(table_, vspace, 0, 0))
    refused(seL4.RISCV_PageTable_Map(m:copy(table_), vspace, 1 << 30, 0), "InvalidCapability", 0)
  end)

test({ "cnode: what cannot be copied can be moved" }, "IRQControl and unmapped page tables",
  function(m)
    local slot = m:slot()
    local table_ = m:object(seL4.RISCV_PageTableObject)
    for _, cap in ipairs { seL4.CapIRQControl, table_ } do
      refused(seL4.CNode_Copy(ROOT, slot, DEPTH, ROOT, cap, DEPTH, ALL), "IllegalOperation")
      refused(seL4.CNode_Mint(ROOT, slot, DEPTH, ROOT, cap, DEPTH, ALL, 0), "IllegalOperation")
      local kind = type_of(cap)
      done(seL4.CNode_Move(ROOT, slot, DEPTH, ROOT, cap, DEPTH))
      is(type_of(slot), kind, "what was moved")
      done(seL4.CNode_Mutate(ROOT, cap, DEPTH, ROOT, slot, DEPTH, 0))
      is(type_of(cap), kind, "what was moved back")
    end
  end)

-- --- moving --------------------------------------------------------------------------------------

test({ "cnode: Move leaves the source empty" }, "moving there and back", function(m)
  local notification, slot = m:object(seL4.NotificationObject), m:slot()
  local badged = m:copy(notification, ALL, 9)
  done(seL4.CNode_Move(ROOT, slot, DEPTH, ROOT, badged, DEPTH))
  is(type_of(badged), 0, "the source")
  is(badge_of(slot, notification), 9, "the destination's badge")
  refused(seL4.CNode_Move(ROOT, slot, DEPTH, ROOT, badged, DEPTH), "DeleteFirst")
  refused(seL4.CNode_Move(ROOT, m:slot(), DEPTH, ROOT, badged, DEPTH), "FailedLookup", 1,
    seL4.MissingCapability, DEPTH)
  refused(seL4.CNode_Move(ROOT, slot, DEPTH, ROOT, slot, DEPTH), "DeleteFirst")
end)

test({ "cnode: Mutate changes a guard and keeps a badge" }, "mutating a CNode and an endpoint",
  function(m)
    local cnode, slot = m:object(seL4.CapTableObject, 4), m:slot()
    local note = m:object(seL4.NotificationObject)
    done(seL4.CNode_Mutate(ROOT, slot, DEPTH, ROOT, cnode, DEPTH, seL4.CNode_CapData_new(1, 4)))
    is(type_of(cnode), 0, "the source")
    done(seL4.CNode_Copy(slot, 0x15, 8, ROOT, note, DEPTH, ALL))
    for _, cap in ipairs { note, m:copy(note, ALL, 4), m:object(seL4.EndpointObject) } do
      for _, badge in ipairs { 0, 4, 5 } do
        refused(seL4.CNode_Mutate(ROOT, cnode, DEPTH, ROOT, cap, DEPTH, badge), "IllegalOperation")
      end
    end
  end)

test({ "cnode: Rotate moves the pivot to the destination and the source to the pivot's slot" },
  "rotating three slots", function(m)
    local destination, pivot = m:slot(), m:object(seL4.RISCV_4K_Page)
    local source = m:object(seL4.TCBObject)
    local types = { type_of(pivot), type_of(source) }
    done(seL4.CNode_Rotate(ROOT, destination, DEPTH, 0, ROOT, pivot, DEPTH, 0, ROOT, source, DEPTH))
    is(type_of(destination), types[1], "the destination")
    is(type_of(pivot), types[2], "the pivot")
    is(type_of(source), 0, "the source")
    refused(seL4.CNode_Rotate(ROOT, source, DEPTH, 0, ROOT, pivot, DEPTH, 0, ROOT, pivot, DEPTH),
      "IllegalOperation")
    refused(seL4.CNode_Rotate(ROOT, pivot, DEPTH, 0, ROOT, pivot, DEPTH, 0, ROOT, destination,
      DEPTH), "IllegalOperation")
  end)

test({ "cnode: Rotate with one slot as source and destination exchanges it with the pivot" },
  "exchanging two slots", function(m)
    local pivot, other = m:object(seL4.RISCV_4K_Page), m:object(seL4.TCBObject)
    local types = { type_of(pivot), type_of(other) }
    done(seL4.CNode_Rotate(ROOT, other, DEPTH, 0, ROOT, pivot, DEPTH, 0, ROOT, other, DEPTH))
    is(type_of(other), types[1], "the slot")
    is(type_of(pivot), types[2], "the pivot")
  end)

test({ "cnode: Rotate changes both guards on the way" }, "rotating two CNodes", function(m)
  local destination = m:slot()
  local pivot, source = m:object(seL4.CapTableObject, 4), m:object(seL4.CapTableObject, 5)
  local endpoint = m:object(seL4.EndpointObject)
  done(seL4.CNode_Rotate(ROOT, destination, DEPTH, seL4.CNode_CapData_new(1, 2), ROOT, pivot, DEPTH,
    seL4.CNode_CapData_new(2, 3), ROOT, source, DEPTH))
  done(seL4.CNode_Copy(destination, 1 << 4 | 15, 6, ROOT, endpoint, DEPTH, ALL))
  done(seL4.CNode_Copy(pivot, 2 << 5 | 31, 8, ROOT, endpoint, DEPTH, ALL))
  refused(seL4.CNode_Delete(pivot, 3 << 5, 8), "FailedLookup", 0, seL4.GuardMismatch, 8, 2, 3)
end)

-- --- deleting ------------------------------------------------------------------------------------

test({ "cnode: deleting an empty slot and revoking one succeed" }, "nothing to delete", function(m)
  local slot = m:slot()
  done(seL4.CNode_Delete(ROOT, slot, DEPTH))
  done(seL4.CNode_Revoke(ROOT, slot, DEPTH))
  done(seL4.CNode_Revoke(ROOT, m:object(seL4.EndpointObject), DEPTH))
end)

-- A thread that takes turns with the root task, and a function that gives it one and tells how many
-- it has had.
local function runner(m)
  local count = 0
  local thread = suite.thread(m, function()
    while true do
      count = count + 1
      seL4.Yield()
    end
  end, { priority = seL4.MaxPrio })
  return thread, function()
    seL4.Yield()
    return count
  end
end

test({ "cnode: deleting a capability that is not the last leaves the object",
  "cnode: deleting the last capability destroys the object" }, "two capabilities to a notification",
  function(m)
    local notification = m:object(seL4.NotificationObject)
    local copy = m:copy(notification)
    local tcb = m:object(seL4.TCBObject)
    done(seL4.TCB_BindNotification(tcb, copy))
    done(seL4.CNode_Delete(ROOT, notification, DEPTH))
    refused(seL4.TCB_BindNotification(tcb, copy), "IllegalOperation")
    done(seL4.CNode_Delete(ROOT, copy, DEPTH))
    refused(seL4.TCB_UnbindNotification(tcb), "IllegalOperation")
  end)

test({ "cnode: deleting a capability that is not the last leaves the object",
  "cnode: deleting the last capability destroys the object" }, "two capabilities to a thread",
  function(m)
    local thread, rounds = runner(m)
    local copy = m:copy(thread.tcb)
    local before = rounds()
    done(seL4.CNode_Delete(ROOT, thread.tcb, DEPTH))
    is(rounds() > before, true, "it runs")
    before = rounds()
    done(seL4.CNode_Delete(ROOT, copy, DEPTH))
    is(rounds(), before, "rounds after the last was deleted")
  end)

test({ "cnode: deleting the last capability to a CNode deletes what is in it" },
  "a thread's last capability in a CNode", function(m)
    local frame = m:object(seL4.RISCV_4K_Page)
    local cnode = m:object(seL4.CapTableObject, 4)
    local copy = m:copy(cnode)
    local thread, rounds = runner(m)
    done(seL4.CNode_Move(cnode, 5, 4, ROOT, thread.tcb, DEPTH))
    done(seL4.CNode_Move(cnode, 6, 4, ROOT, frame, DEPTH))
    local before = rounds()
    done(seL4.CNode_Delete(ROOT, cnode, DEPTH))
    is(rounds() > before, true, "it runs while the CNode is there")
    before = rounds()
    done(seL4.CNode_Delete(ROOT, copy, DEPTH))
    is(rounds(), before, "rounds after the CNode was deleted")
  end)

-- --- CancelBadgedSends and SaveCaller ------------------------------------------------------------

test({ "cnode: CancelBadgedSends cancels the sends of one badge and no others" },
  "four senders of two badges", function(m)
    local endpoint = m:object(seL4.EndpointObject)
    local caps, sent = { m:copy(endpoint, ALL, 1), m:copy(endpoint, ALL, 2) }, {}
    for i = 0, 3 do
      suite.thread(m, function()
        seL4.SendWithMRs(caps[i % 2 + 1], seL4.MessageInfo_new(0, 0, 0, 1), i)
        sent[i] = true
      end, { priority = 100 - i })
    end
    suite.rest()
    done(seL4.CNode_CancelBadgedSends(ROOT, endpoint, DEPTH)) -- badge 0: nothing
    done(seL4.CNode_CancelBadgedSends(ROOT, caps[1], DEPTH))
    -- Those of badge 2 stand in the queue as before; those of badge 1 will make their calls again.
    local order = {}
    for i = 1, 4 do
      local _, badge
      if suite.is_mcs then
        _, badge = seL4.NBWait(endpoint)
      else
        _, badge = seL4.NBRecv(endpoint)
      end
      order[i] = badge
      if i == 2 then
        suite.rest()
      end
    end
    is(table.concat(order, " "), "2 2 1 1", "the badges in the order of arrival")
    suite.rest()
    is(sent[0] and sent[1] and sent[2] and sent[3], true, "all have sent")
  end)

if not suite.is_mcs then
  -- A thread that calls the endpoint; the words that it has been answered.
  local function caller(m, endpoint, word)
    local answers = {}
    suite.thread(m, function()
      local _, answer = seL4.CallWithMRs(endpoint, seL4.MessageInfo_new(0, 0, 0, 1), word)
      answers[#answers + 1] = answer
    end)
    seL4.Recv(endpoint)
    return answers
  end

  test({ "cnode: SaveCaller moves the right to answer into any empty slot" },
    "into the caller's CNode and a foreign one", function(m)
      local endpoint = m:object(seL4.EndpointObject)
      for i, place in ipairs(places(m)) do
        local answers = caller(m, endpoint, i)
        done(seL4.CNode_SaveCaller(place.root, place.a, place.depth))
        local slot = m:slot()
        refused(seL4.CNode_Copy(ROOT, slot, DEPTH, place.root, place.a, place.depth, ALL),
          "IllegalOperation")
        done(seL4.CNode_Move(ROOT, slot, DEPTH, place.root, place.a, place.depth))
        seL4.Reply(seL4.MessageInfo_new(0, 0, 0, 0)) -- to nobody
        seL4.SendWithMRs(slot, seL4.MessageInfo_new(0, 0, 0, 1), 10 * i)
        suite.rest()
        is(answers[1], 10 * i, "the answer")
        is(type_of(slot), 0, "the slot afterwards")
      end
    end)

  test({ "cnode: SaveCaller without a caller leaves the slot empty" }, "nobody calls", function(m)
    local endpoint, slot = m:object(seL4.EndpointObject), m:slot()
    local answers = caller(m, endpoint, 1)
    seL4.ReplyWithMRs(seL4.MessageInfo_new(0, 0, 0, 1), 2)
    suite.rest()
    is(answers[1], 2, "the answer")
    done(seL4.CNode_SaveCaller(ROOT, slot, DEPTH))
    is(type_of(slot), 0, "the slot")
  end)
end

suite.finish()
