-- SPDX-License-Identifier: MIT
--- Many threads of one process at little cost: no IPC buffer, one function for all, objects made
--- 256 at a time.
--
--   local first = crowd.start(memory, { count = 1000, entry = function(i) end })
--
-- Their TCBs are in the slots from `first` on. They run when the caller lets them, by waiting or by
-- its priority.

local bootstrap = require "sel4.bootstrap"
local seL4 = require "seL4"
local tcb = require "sel4.tcb"

local crowd = {}

local BATCH, REGISTER_COUNT = 256, 32

--- So many objects of a type, of 2^bits bytes each; returns the first of their slots, which are in
--- a row.
function crowd.objects(memory, object_type, bits, count)
  local total_bits = bits
  while 1 << total_bits < count << bits do
    total_bits = total_bits + 1
  end
  local untyped = memory:object(seL4.UntypedObject, total_bits)
  local first = memory:slot()
  for i = 1, count - 1 do
    assert(memory:slot() == first + i, "the slots are not in a row")
  end
  for i = 0, count - 1, BATCH do
    bootstrap.check(seL4.Untyped_Retype(untyped, object_type, 0, seL4.CapInitThreadCNode, 0, 0,
      first + i, math.min(BATCH, count - i)))
  end
  return first
end

--- Makes and starts threads. Options: `count`, `entry`, which is given the thread's number from 1
--- on, `priority` (100); MCS: `budget` and `period`, a function of the thread's number.
function crowd.start(memory, options)
  local first = crowd.objects(memory, seL4.TCBObject, seL4.TCBBits, options.count)
  local settings = { cspace = seL4.CapInitThreadCNode, vspace = seL4.CapInitThreadVSpace,
    buffer = 0, frame = seL4.CapNull, priority = options.priority, budget = options.budget }
  local registers = { pc = seL4.Entry(options.entry) }
  for i = 1, options.count do -- without a table for each, which would be garbage in the heap
    settings.period = options.period and options.period(i)
    registers.a0 = i
    tcb.configure(memory, first + i - 1, settings)
    bootstrap.check(seL4.TCB_WriteRegisters(first + i - 1, true, 0, REGISTER_COUNT, registers))
  end
  return first
end

return crowd
