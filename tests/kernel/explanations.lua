-- SPDX-License-Identifier: MIT
--- By which words the explanation of a documented refusal is known, where the names of parameters
--- in abi/'s sentence do not tell it.
--
--   local says = require "tests.kernel.explanations"
--   says.words("CNode_Copy", refusal)        --> "dest_index) already holds", or nil
--
-- Arguments stand in them by the names that the explanation must have.

local says = {}

-- Sentences of abi/ in all methods that have them.
local everywhere = {
  ["_service names an empty slot, or an object that is being deleted."] =
    "the slot invoked is empty",
  ["_service names an object that does not have this method."] = "this is no method of a",
  ["A depth is not between 1 and 64."] = "depth is no number of bits: ",
  ["The source slot is empty."] = "src_root, src_index and src_depth lead to an empty slot",
  ["The pivot slot is empty."] = "pivot_root, pivot_index and pivot_depth lead to an empty slot",
  ["vspace is not a page table with an ASID."] = "vspace is not the root of a VSpace",
  ["vspace is a mapped page table, not the root of a VSpace."] = "vspace is a table in a VSpace",
  ["The destination slot is in use."] = "(dest_index) already holds a",
  ["The destination slot is in use and is not the source slot."] = "(dest_index) already holds a",
  ["The slot for the new capability already holds one."] = "(index) already holds a",
  ["The source is untyped memory from which objects or capabilities have been made."] =
    "src_index leads to an Untyped",
  ["The source is of a type that cannot be copied, or a page table that is not mapped."] =
    "src_index leads to a PageTable",
  ["A capability given cannot be copied while it has descendants."] = "leads to an Untyped",
  ["The thread would access its own registers."] = "its own registers",
  ["The interrupt line already has a handler capability."] = "irq already has a handler",
  ["root, index and depth lead to no slot."] = "root is not a CNode",
}

local held = "The thread holds the last capability to its CSpace, so that changing it would take "
  .. "long."
local held_long = "holds the last capability to its CSpace"

local by_method = {
  TCB_Configure = { [held] = held_long },
  TCB_SetSpace = { [held] = held_long },
  Untyped_Retype = {
    ["type is no object type of this configuration."] = "type is no number of an object type",
    ["The memory is a device's, and type is neither Untyped nor a frame."] = "memory is a device's",
    ["The objects would be larger than the largest untyped memory."] = "size_bits is too large",
    ["node_offset lies outside the destination CNode."] = "node_offset lies outside",
    ["The slots from node_offset on run past the end of the destination CNode."] =
      "num_objects slots from node_offset on run past",
    ["One of the slots to fill is in use."] = "(from node_offset on) already holds a",
    ["node_index and node_depth lead to a slot without a CNode."] =
      "node_index and node_depth lead to no CNode",
    ["node_index and node_depth lead to no slot."] = "node_index and node_depth lead to no ",
    ["The memory has too few free bytes left from its watermark on."] = "bytes are left; revoke it",
  },
  TCB_BindNotification = {
    ["The thread already has a bound notification."] = "already has a bound notification",
    ["notification is not a notification with the right to read."] = "notification lacks the right",
    ["The notification is bound to a thread, or threads wait on it."] =
      "threads wait on notification, or it is bound",
  },
  TCB_UnbindNotification = {
    ["The thread has no bound notification."] = "no bound notification",
  },
  TCB_SetSchedParams = {
    ["The thread or the scheduling context is already bound to another."] =
      "sched_context is already bound",
    ["The thread is blocked and the scheduling context has no time now."] =
      "sched_context has no time now",
    ["The caller would take away its own scheduling context."] = "its own scheduling context",
  },
  CNode_CancelBadgedSends = {
    ["The slot does not hold an endpoint capability with all rights."] =
      "the slot at index does not hold an endpoint",
  },
  CNode_Rotate = {
    ["The pivot is the same slot as the source or the destination."] =
      "pivot_index leads to the slot",
    ["badge does not suit the source: it has a badge already, or the guard is malformed."] =
      "pivot_badge does not suit the source",
  },
  DomainSet_ScheduleConfigure = {
    ["The system has no such domain."] = "domain is ",
  },
  DomainSet_ScheduleSetStart = {
    ["The entry marks the end of a schedule."] = "the entry at index marks the end",
  },
  RISCV_PageTable_Map = {
    ["The page table is already mapped, or is itself a root."] = "is already mapped or a root",
    ["A page or tables of all levels are already mapped there."] = "are mapped at vaddr already",
  },
  RISCV_PageTable_Unmap = {
    ["Other capabilities to the page table exist."] = "other capabilities to the page table exist",
    ["The page table is the root of a VSpace."] = "is the root of a VSpace",
  },
  RISCV_Page_Map = {
    ["The frame would not lie below UserTop."] = "at vaddr would not lie below UserTop",
    ["The capability is already mapped at another address."] = "at another address than vaddr",
    ["The capability is already mapped in another VSpace."] = "in another VSpace than vspace",
  },
  RISCV_ASIDControl_MakePool = {
    ["All ASID pools that there may be exist already."] = "all ASID pools",
  },
  RISCV_ASIDPool_Assign = {
    ["The pool is not among the kernel's pools any more."] = "the ASID pool is not in use any more",
    ["All ASIDs of the pool are taken."] = "all ASIDs of the pool",
  },
  Lua_Heap_Bind = {
    ["The heap is already bound to a VSpace."] = "the heap is bound to a VSpace already",
    ["The VSpace already has a heap."] = "vspace has a heap already",
  },
  Lua_Heap_Unbind = {
    ["The heap is not bound."] = "the heap is not bound",
  },
  SchedControl_ConfigureFlags = {
    ["budget or period is shorter or longer than the kernel can keep."] =
      "period is too short or too long",
    ["budget is greater than period."] = "budget is above period",
    ["The object has no room for so many refills."] = "extra_refills are more than",
  },
  SchedContext_Bind = {
    ["The scheduling context is already bound."] = "the scheduling context already has a thread",
    ["The thread or notification already has a scheduling context."] =
      "cap is a thread that already has a scheduling context",
    ["The thread is blocked and the scheduling context has no time now."] =
      "cap is a thread that is blocked",
  },
  SchedContext_Unbind = {
    ["It is the caller's own scheduling context."] = "its own scheduling context",
  },
  SchedContext_UnbindObject = {
    ["The object is not bound to this scheduling context."] =
      "cap is a thread that is not bound to this",
    ["It is the caller's own scheduling context."] = "its own scheduling context",
  },
  SchedContext_YieldTo = {
    ["No thread is bound to the scheduling context, or it is the caller."] =
      "no thread is bound to",
    ["Its thread has a priority above the caller's maximum controlled one."] =
      "above the caller's maximum",
    ["The caller is already waiting for another such call."] = "already waits in another",
  },
}

-- What seL4 checks and nothing can bring about, at least in the kernel's tests.
local unreachable = {
  ["RISCV_ASIDPool_Assign: Another pool stands in the pool's place."] =
    "a pool leaves the kernel's table with its last capability",
  ["SchedContext_YieldTo: The caller is already waiting for another such call."] =
    "a thread that waits makes no call, and when it runs again the waiting has ended",
  ["DomainSet_ScheduleConfigure: duration is 0, which marks the end, and domain is not 0."] =
    "there is one domain; tests/conformance/refusals_irq.lua has three",
}

--- Why no call can provoke a row of abi/; nil: one can.
function says.unreachable(method, refusal)
  return unreachable[method .. ": " .. refusal.when]
end

--- What the explanation of a row of abi/ must have; nil: the names of the parameters in its
--- sentence are enough.
function says.words(method, refusal)
  local own = by_method[method]
  if refusal.error == "TruncatedMessage" then
    return " is missing. It has "
  end
  return own and own[refusal.when] or everywhere[refusal.when]
end

return says
