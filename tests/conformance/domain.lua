-- SPDX-License-Identifier: MIT
--- Domains and their schedule; the machine has three. behaviours/domain.lua lists what is shown.

local clocks = require "lib.clock"
local seL4 = require "seL4"
local suite = require "lib.conformance"
local test, is, done = suite.test, suite.is, suite.done

local DOMAIN = seL4.CapDomain
local TURN = suite.is_mcs and 10000 or 5 -- 10 ms: microseconds on MCS, ticks of 2 ms else
local MS = 1000000

-- Sets the schedule to { domain, turns }... and starts it.
local function set_schedule(...)
  local entries = { ... }
  for i, entry in ipairs(entries) do
    done(seL4.DomainSet_ScheduleConfigure(DOMAIN, i - 1, entry[1], entry[2] * TURN))
  end
  done(seL4.DomainSet_ScheduleSetStart(DOMAIN, 0))
  done(seL4.DomainSet_ScheduleConfigure(DOMAIN, #entries, 0, 0)) -- not where it starts
end

-- A thread in a domain that notes the time in `spans`, a list of { first, last } of turns in which
-- it ran without more than 5 ms between.
local function watcher(m, clock, domain, spans)
  local made = suite.thread(m, function()
    while true do
      local now = clock.time()
      local last = spans[#spans]
      if not last or now - last[2] > 5 * MS then
        spans[#spans + 1] = { now, now }
      else
        last[2] = now
      end
    end
  end, { stopped = true, priority = 100 })
  done(seL4.DomainSet_Set(DOMAIN, domain, made.tcb))
  made:start()
  return made
end

-- Lets the others run for so many milliseconds, by an alarm.
local function sleep(clock, milliseconds)
  clock.alarm(clock.time() + milliseconds * MS)
  seL4.Wait(clock.notification)
  clock.quiet()
  done(seL4.IRQHandler_Ack(clock.handler))
end

-- Runs test body(clock) with that schedule, and restores the usual one.
local function with_schedule(m, schedule, body)
  local clock = clocks.open(m)
  set_schedule(table.unpack(schedule))
  local ok, problem = pcall(body, clock)
  set_schedule({ 0, 1000000 })
  if not ok then
    error(problem, 0)
  end
end

test({ "domain: only threads of the domain whose turn it is run", "DomainSet_Set",
  "DomainSet_ScheduleConfigure", "DomainSet_ScheduleSetStart" }, "two domains, one without a turn",
  function(m)
    with_schedule(m, { { 0, 1 }, { 1, 2 } }, function(clock)
      local one, two = {}, {}
      watcher(m, clock, 1, one)
      watcher(m, clock, 2, two)
      sleep(clock, 95)
      is(#one >= 3, true, "turns of domain 1")
      is(#two, 0, "turns of domain 2")
      for i = 2, #one - 1 do
        local length, gap = one[i][2] - one[i][1], one[i][1] - one[i - 1][2]
        is(length > 19 * MS and length <= 20 * MS, true, ("a turn of %d ns"):format(length))
        is(gap > 9 * MS and gap < 11 * MS, true, ("a gap of %d ns"):format(gap))
      end
    end)
  end)

test({ "domain: the schedule begins again at its end, in the order of its entries" },
  "three entries, one domain twice", function(m)
    with_schedule(m, { { 0, 1 }, { 1, 1 }, { 2, 1 }, { 1, 1 } }, function(clock)
      local one, two = {}, {}
      watcher(m, clock, 1, one)
      watcher(m, clock, 2, two)
      sleep(clock, 125)
      is(#one >= 2 * #two - 1 and #two >= 2, true, ("%d and %d turns"):format(#one, #two))
      is(two[1][1] > one[1][1] and two[1][1] < one[2][1], true, "between two turns of domain 1")
    end)
  end)

test({ "domain: SetStart begins the schedule at its entry" }, "the second entry", function(m)
  with_schedule(m, { { 0, 1 }, { 1, 1 }, { 0, 5 } }, function(clock)
    local one = {}
    watcher(m, clock, 1, one)
    done(seL4.DomainSet_ScheduleSetStart(DOMAIN, 2))
    local start = clock.time()
    sleep(clock, 2)
    is(clock.time() - start < 10 * MS, true, "domain 0 has its turn")
    is(#one, 0, "domain 1 not")
    done(seL4.DomainSet_ScheduleSetStart(DOMAIN, 1))
    start = clock.time()
    is(#one > 0 and start - one[1][1] >= 7 * MS, true, "domain 1 has run before the call returns")
  end)
end)

test({ "domain: a thread moved to another domain runs there only" }, "to and fro", function(m)
  with_schedule(m, { { 0, 1 }, { 1, 1 } }, function(clock)
    local spans = {}
    local moved = watcher(m, clock, 2, spans)
    sleep(clock, 45)
    is(#spans, 0, "in a domain without a turn")
    done(seL4.DomainSet_Set(DOMAIN, 1, moved.tcb))
    sleep(clock, 45)
    is(#spans >= 2, true, "in one with turns")
    done(seL4.DomainSet_Set(DOMAIN, 2, moved.tcb))
    local count = #spans
    sleep(clock, 45)
    is(#spans, count, "moved back")
  end)
end)

test({ "domain: messages pass between domains; who receives runs in its own turn" },
  "a signal to domain 1", function(m)
    with_schedule(m, { { 0, 1 }, { 1, 1 } }, function(clock)
      local go, woken = m:object(seL4.NotificationObject), nil
      local receiver = suite.thread(m, function()
        seL4.Wait(go)
        woken = clock.time()
      end, { stopped = true, priority = 254 })
      done(seL4.DomainSet_Set(DOMAIN, 1, receiver.tcb))
      receiver:start()
      sleep(clock, 25)
      done(seL4.DomainSet_ScheduleSetStart(DOMAIN, 0))
      local sent = clock.time()
      seL4.Signal(go)
      suite.rest()
      is(woken, nil, "in the sender's turn")
      sleep(clock, 15)
      is(woken ~= nil and woken - sent > 8 * MS, true, "in its own")
    end)
  end)

suite.finish()
