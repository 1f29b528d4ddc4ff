-- SPDX-License-Identifier: MIT
--- Lines of kernel/ that no test reaches, with the reason.

local unreached = {}

local EXHAUSTIVE = "the switch names every case; this one cannot come"
local BROKEN = "a state that the checks before it have found already"
local ASKED = "asked by shared code, of the MCS configuration only"
local DEFENCE = "seL4 checks this; nothing can bring it about"
local LATE = "an answer within the last 20 us of a budget, which no test meets"
local PREEMPTED = "the thread that is preempted would have to delete itself or its context as well"

-- { path, what the line contains, why }
local REASONS = {
  { "kernel/cap/untyped.c", "case OBJECT_NONE:", EXHAUSTIVE },
  { "kernel/cap/untyped.c", "break;", EXHAUSTIVE },
  { "kernel/cap/untyped.c", "kassert(!", EXHAUSTIVE },
  { "kernel/classic/syscall.c", "default:", EXHAUSTIVE },
  { "kernel/classic/syscall.c", "kassert(!", EXHAUSTIVE },
  { "kernel/mcs/syscall.c", "default:", EXHAUSTIVE },
  { "kernel/mcs/syscall.c", "kassert(!", EXHAUSTIVE },
  { "kernel/entry/syscall.c", "case CAP_TYPE_COUNT:", EXHAUSTIVE },
  { "kernel/entry/syscall.c", "break;", EXHAUSTIVE },
  { "kernel/entry/syscall.c", "kassert(!", EXHAUSTIVE },
  { "kernel/ipc/fault_message.c", "case FAULT_NONE:", EXHAUSTIVE },
  { "kernel/ipc/fault_message.c", "break;", EXHAUSTIVE },
  { "kernel/entry/boot.c", "kassert(!", "an assertion that always fails, on a way none takes" },
  { "kernel/entry/boot.c", "bits = MAX_UNTYPED_BITS;", "a machine with 2^38 bytes in one piece" },
  { "kernel/check/mcs.c", "return 0;", BROKEN },
  { "kernel/check/queues.c", "a queue is not in order", BROKEN },
  { "kernel/check/queues.c", "before = 0;", BROKEN },
  { "kernel/check/slots.c", "return false;", BROKEN },
  { "kernel/check/vspace.c", "tables and ASIDs differ", BROKEN },
  { "kernel/classic/flavour.c", "static uint64_t take_consumed", ASKED },
  { "kernel/classic/flavour.c", "return 0;", ASKED },
  { "kernel/classic/reply.c", "a thread's own reply master", DEFENCE },
  { "kernel/mcs/sched_context_invoke.c", "already waits in another YieldTo", DEFENCE },
  { "kernel/vspace/asid_invoke.c", "return refuse_capability(inv, 0,", DEFENCE },
  { "kernel/vspace/vspace.c", "return NULL;", DEFENCE },
  { "kernel/vspace/vspace.c", "return;", DEFENCE },
  { "kernel/cap/delete.c", "return DONE;", "a zombie of several slots that holds itself, met in "
    .. "the hidden form; no test brings it about" },
  { "kernel/mcs/budget.c", "else if (sc && context_is_active(sc))", PREEMPTED },
  { "kernel/mcs/budget.c", "budget_charge(k, k->consumed, NEVER_TIME_OUT);", PREEMPTED },
  { "kernel/mcs/budget.c", "k->consumed = 0;", PREEMPTED },
  { "kernel/mcs/reply.c", "timeout_raise(k, caller);", LATE },
  { "kernel/thread/scheduler.c", "scheduler_reschedule(k);", "a thread woken and changed in one "
    .. "kernel entry" },
}

--- Gives each of the lines its reason; the list of those that have none.
function unreached.explain(lines)
  local unexplained = {}
  for _, line in ipairs(lines) do
    for _, entry in ipairs(REASONS) do
      if line.path == entry[1] and line.text:find(entry[2], 1, true) then
        line.reason = entry[3]
      end
    end
    if not line.reason then
      unexplained[#unexplained + 1] = line
    end
  end
  return unexplained
end

return unreached
