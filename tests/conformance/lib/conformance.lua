-- SPDX-License-Identifier: MIT
--- Tests that run inside the machine and name the rows of docs/conformance.md that they show.
---
---   local suite = require "lib.conformance"
---   local test, is, refused = suite.test, suite.is, suite.refused
---   test({ "cnode: a copy has no rights that its source lacks" }, "copying a copy", function(m)
---     local endpoint = m:object(seL4.EndpointObject)
---     is(seL4.CNode_Delete(seL4.CapInitThreadCNode, endpoint, 64), seL4.NoError, "Delete")
---   end)
---   suite.finish()
---
--- A test gets an allocator of its own (as bootstrap.open's): what it makes is destroyed when it
--- ends, so every test begins with the same empty slots and addresses. A test that raises an error
--- has failed. Each prints a line "ok NAME [ROW] [ROW]..." or "FAIL NAME: why".

local alloc = require "sel4.alloc"
local bootstrap = require "sel4.bootstrap"
local object = require "sel4.object"
local seL4 = require "seL4"
local thread = require "sel4.thread"
local vspace = require "sel4.vspace"

local suite = {}

local ARENA_BITS, INNER_ARENA_BITS = 24, 22
local WINDOW_BITS = 30 -- of addresses for what is outside of a test, and for a test
local ROOT, DEPTH, SELF = seL4.CapInitThreadCNode, seL4.WordBits, seL4.CapInitThreadTCB

--- Whether this is the MCS configuration.
suite.is_mcs = seL4.SchedContextObject ~= nil

local memory = bootstrap.open()
local arena = memory:object(seL4.UntypedObject, ARENA_BITS)
local inner_arena = memory:object(seL4.UntypedObject, INNER_ARENA_BITS)
local passed, failed = 0, 0

-- --- values --------------------------------------------------------------------------------------

local function show(value)
  if math.type(value) == "integer" and (value < 0 or value > 999) then
    return ("0x%x"):format(value)
  end
  return tostring(value)
end

--- Fails the test unless the two are equal; `what` says what was looked at.
function suite.is(got, wanted, what)
  if got ~= wanted then
    error(("%s: %s, not %s"):format(what, show(got), show(wanted)), 2)
  end
end

--- Fails the test unless `err` is 0; passes on what follows it.
function suite.done(err, ...)
  if err ~= seL4.NoError then
    error(("error %d: %s"):format(err, seL4.Explain() or "no explanation"), 2)
  end
  return ...
end

--- Fails the test unless `err` is the error of that name, with those message words if given.
function suite.refused(err, name, ...)
  local wanted = seL4[name] or error("no error has the name " .. tostring(name), 2)
  if err ~= wanted then
    error(("error %s, not %s: %s"):format(show(err), name, seL4.Explain() or ""), 2)
  end
  for i = 1, select("#", ...) do
    local word = select(i, ...)
    if seL4.GetMR(i - 1) ~= word then
      error(("%s: word %d is %s, not %s"):format(name, i - 1, show(seL4.GetMR(i - 1)), show(word)),
        2)
    end
  end
end

--- The type number of the capability in a slot, 0 if it is empty.
function suite.type_of(slot)
  return seL4.DebugCapIdentify(slot)
end

--- The untyped capability of device memory of 2^bits bytes; with `paddr`, that there.
function suite.device_untyped(m, bits, paddr)
  for i, untyped in ipairs(m.info.untypedList) do
    if untyped.isDevice and untyped.sizeBits == bits and untyped.paddr == (paddr or untyped.paddr)
    then
      return m.info.untyped.start + i - 1
    end
  end
  error(("the boot information names no device memory of 2^%d bytes"):format(bits), 2)
end

--- A frame of that device memory, of all of it.
function suite.device_frame(m, frame_type, bits, paddr)
  local slot = m:slot()
  suite.done(seL4.Untyped_Retype(suite.device_untyped(m, bits, paddr), frame_type, 0, ROOT, 0, 0,
    slot, 1))
  return slot
end

-- --- threads -------------------------------------------------------------------------------------

--- Makes and starts a thread that runs `fn`: options of sel4.thread, and `stopped`. Its priority is
--- 254 if left out: it runs when the root task waits or rests.
function suite.thread(m, fn, options)
  local settings = { entry = fn, priority = 254 }
  for key, value in pairs(options or {}) do
    settings[key] = value
  end
  settings.stopped = nil
  local made = thread.new(m, settings)
  if not (options and options.stopped) then
    made:start()
  end
  return made
end

--- Lets all threads above this priority (1 if left out) run until they wait or end.
function suite.rest(priority)
  suite.done(seL4.TCB_SetPriority(SELF, SELF, priority or 1))
  suite.done(seL4.TCB_SetPriority(SELF, SELF, seL4.MaxPrio))
end

-- --- tests ---------------------------------------------------------------------------------------

local Memory = getmetatable(memory)
local first_slot = memory:slot()
local outer -- the allocator in use, while another one is opened within

-- Slots one after the other, for an allocator; none is used twice.
local Slots = {}
Slots.__index = Slots

function Slots:slot()
  self.next = self.next + 1
  return self.next - 1
end

function Slots:free_slot(slot) -- luacheck: ignore self
  suite.done(seL4.CNode_Delete(ROOT, object.cptr(slot), DEPTH))
end

-- An allocator that makes everything in one untyped capability. One that is opened while another
-- is in use takes slots and addresses behind those of that one.
local function open()
  local slot, bits = outer and inner_arena or arena, outer and INNER_ARENA_BITS or ARENA_BITS
  local first = outer and outer.slots.next or first_slot
  local slots = setmetatable({ first = first, next = first, cnode = ROOT, info = memory.info },
    Slots)
  local allocator = alloc.linear(slots)
  allocator.chunks[1] = { slot = slot, bits = bits, used = 0 }
  vspace.own(allocator):reserve((outer and 2 or 1) << WINDOW_BITS)
  return setmetatable({ info = memory.info, allocator = allocator, arena = slot, slots = slots },
    Memory)
end

-- Destroys what it has made; whatever else stands in its slots is deleted.
local function close(m)
  suite.done(seL4.CNode_Revoke(ROOT, m.arena, DEPTH))
  for slot = m.slots.first, m.slots.next - 1 do
    if seL4.DebugCapIdentify(slot) ~= 0 then
      suite.done(seL4.CNode_Delete(ROOT, slot, DEPTH))
    end
  end
end

--- Runs body() as a test that shows these rows: texts as in docs/conformance.md. What it makes is
--- its caller's to destroy.
function suite.check(rows, name, body)
  local ok, problem = pcall(body)
  if not ok then
    failed = failed + 1
    print(("FAIL %s: %s"):format(name, problem))
    return
  end
  passed = passed + 1
  local marks = {}
  for i, row in ipairs(rows) do
    marks[i] = (" [%s]"):format(row)
  end
  print(("ok %s%s"):format(name, table.concat(marks)))
end

--- Calls body(m) with an allocator; what is made with it is destroyed afterwards.
function suite.within(body)
  local m, outside = open(), outer
  outer = m
  local ok, problem = pcall(body, m)
  outer = outside
  seL4.TCB_SetPriority(SELF, SELF, seL4.MaxPrio)
  close(m)
  if not ok then
    error(problem, 0)
  end
end

--- Runs body(m) as a test that shows these rows.
function suite.test(rows, name, body)
  suite.within(function(m)
    suite.check(rows, name, function()
      body(m)
    end)
  end)
end

--- Prints the sum; an error if a test has failed.
function suite.finish()
  print(("%d passed, %d failed"):format(passed, failed))
  if failed > 0 then
    error("tests have failed", 0)
  end
end

return suite
