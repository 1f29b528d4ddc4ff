-- SPDX-License-Identifier: MIT
--- Interrupts, with the machine's clock as the device, and long calls that they interrupt.
--- behaviours/irq.lua lists what is shown.

local clocks = require "lib.clock"
local seL4 = require "seL4"
local suite = require "lib.conformance"
local test, is, done, refused = suite.test, suite.is, suite.done, suite.refused

local ROOT, DEPTH, ALL = seL4.CapInitThreadCNode, seL4.WordBits, seL4.AllRights

test({ "irq: an interrupt signals the handler's notification with its capability's badge",
  "IRQHandler_SetNotification" }, "the clock's alarm", function(m)
    local clock = clocks.open(m)
    is(clock.has_signal(), false, "before")
    local at = clock.time() + 3 * clock.MS
    clock.alarm(at)
    local badge = select(suite.is_mcs and 2 or 1, seL4.Wait(clock.notification))
    is(badge, 1, "the badge")
    is(clock.time() >= at, true, "not before its time")
    is(clock.time() < at + clock.MS, true, "soon after it")
  end)

test({ "irq: until it is acknowledged the line is masked", "IRQHandler_Ack" },
  "the device interrupts again and again", function(m)
    local clock = clocks.open(m)
    clock.alarm(0)
    is(clock.has_signal(), true, "the first")
    is(clock.has_signal(), false, "no second")
    done(seL4.IRQHandler_Ack(clock.handler)) -- the device still interrupts
    is(clock.has_signal(), true, "after the Ack")
    clock.quiet()
    done(seL4.IRQHandler_Ack(clock.handler))
    is(clock.has_signal(), false, "when the device is quiet")
    done(seL4.IRQHandler_Ack(clock.handler)) -- nothing to acknowledge is no error
    clock.alarm(0)
    is(clock.has_signal(), true, "the next")
  end)

test({ "irq: a handler without a notification takes interrupts and tells nobody",
  "IRQHandler_Clear" }, "cleared, set again", function(m)
    local clock = clocks.open(m)
    done(seL4.IRQHandler_Clear(clock.handler))
    done(seL4.IRQHandler_Clear(clock.handler))
    clock.alarm(0)
    is(clock.has_signal(), false, "without one")
    done(seL4.IRQHandler_SetNotification(clock.handler, clock.badged))
    is(clock.has_signal(), false, "the interrupt that nobody heard")
    done(seL4.IRQHandler_Ack(clock.handler))
    is(clock.has_signal(), true, "after the Ack")
  end)

test({ "irq: another notification takes the place of the first" }, "two", function(m)
  local clock, other = clocks.open(m), m:object(seL4.NotificationObject)
  done(seL4.IRQHandler_SetNotification(clock.handler, m:copy(other, ALL, 2)))
  clock.alarm(0)
  is(clock.has_signal(), false, "the first")
  is(select(2, seL4.Poll(other)), 2, "the second")
end)

test({ "irq: a notification that is destroyed is the handler's no more" }, "destroyed", function(m)
  local clock, other = clocks.open(m), m:object(seL4.NotificationObject)
  done(seL4.IRQHandler_SetNotification(clock.handler, other))
  done(seL4.CNode_Delete(ROOT, other, DEPTH))
  clock.alarm(0)
  seL4.Yield()
  clock.quiet()
  done(seL4.IRQHandler_Ack(clock.handler))
  done(seL4.IRQHandler_SetNotification(clock.handler, clock.badged))
  clock.alarm(0)
  is(clock.has_signal(), true, "another one")
end)

test({ "irq: there is one handler of a line, until it is deleted", "IRQControl_Get" },
  "a copy, the last one", function(m)
    local clock, slot = clocks.open(m), m:slot()
    local copy = m:slot()
    done(seL4.CNode_Copy(ROOT, copy, DEPTH, ROOT, clock.handler, DEPTH, ALL))
    refused(seL4.IRQControl_Get(seL4.CapIRQControl, clock.LINE, ROOT, slot, DEPTH), "RevokeFirst")
    done(seL4.CNode_Delete(ROOT, clock.handler, DEPTH))
    refused(seL4.IRQControl_Get(seL4.CapIRQControl, clock.LINE, ROOT, slot, DEPTH), "RevokeFirst")
    clock.alarm(0)
    is(clock.has_signal(), true, "the copy is the handler")
    done(seL4.CNode_Delete(ROOT, copy, DEPTH))
    clock.quiet()
    clock.alarm(0)
    is(clock.has_signal(), false, "without a handler the line is masked")
    done(seL4.IRQControl_Get(seL4.CapIRQControl, clock.LINE, ROOT, slot, DEPTH))
    done(seL4.IRQHandler_SetNotification(slot, clock.badged))
  end)

test({ "irq: an interrupt preempts a thread of lower priority than who waits for it" },
  "a thread that computes", function(m)
    local clock, woken, stop = clocks.open(m), nil, false
    local at = clock.time() + 5 * clock.MS
    suite.thread(m, function()
      seL4.Wait(clock.notification)
      woken, stop = clock.time(), true
    end, { priority = 200 })
    suite.thread(m, function()
      while not stop do end -- luacheck: ignore
    end, { priority = 100 })
    clock.alarm(at)
    suite.rest()
    is(woken ~= nil and woken - at < clock.MS, true, "within a millisecond")
  end)

-- --- long calls ----------------------------------------------------------------------------------

local COPIES = 3000

-- Revokes COPIES copies while an alarm comes; when the alarm's thread ran, and how long all took.
local function revoke_with_alarm(m, offset)
  local clock, original = clocks.open(m), m:object(seL4.NotificationObject)
  local foreign, woken = m:object(seL4.CapTableObject, 12), nil
  for i = 1, COPIES do
    done(seL4.CNode_Mint(foreign, i, 12, ROOT, original, DEPTH, ALL, i))
  end
  suite.thread(m, function()
    seL4.Wait(clock.notification)
    woken = clock.time()
  end, { priority = 200 })
  local started, ended
  suite.thread(m, function()
    started = clock.time()
    clock.alarm(started + offset)
    done(seL4.CNode_Revoke(ROOT, original, DEPTH))
    ended = clock.time()
  end, { priority = 100 })
  suite.rest()
  is(seL4.CNode_Move(foreign, 0, 12, foreign, COPIES, 12), seL4.FailedLookup, "the last copy")
  return woken and woken - started, ended - started
end

test({ "irq: a long revocation is interrupted, and goes on afterwards", "CNode_Revoke" },
  "an alarm in its middle", function()
    local whole
    suite.within(function(m)
      whole = select(2, revoke_with_alarm(m, 10 * 1000000000))
    end)
    suite.within(function(m)
      local woken, all = revoke_with_alarm(m, 1000)
      is(woken < all, true, "the alarm's thread ran before the end of the revocation")
      is(woken < 100000 or woken < whole // 4, true, ("it waited %d ns of %d"):format(woken, whole))
    end)
  end)

suite.finish()
