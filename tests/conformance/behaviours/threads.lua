-- SPDX-License-Identifier: MIT
--- What threads do and what is done to them: rows of docs/conformance.md.

return {
  "of ready threads the one of highest priority runs",
  "a thread whose priority is raised above the running one's runs at once",
  "a thread that lowers its own priority lets others run",
  "nobody gives a priority above its authority's maximum",
  "a waiting thread whose priority changes keeps its place, or moves to it on MCS",
  "in whatever state a thread is, it can be suspended, and begun anew elsewhere",
  "CopyRegisters begins a thread that has run anew, where its registers say",
  "CopyRegisters takes the registers that a thread has now",
  "a thread can suspend and destroy itself",
  "CopyRegisters copies the frame, the integers, both or none",
  "WriteRegisters of fewer registers leaves the others",
  "CopyRegisters can suspend the source and resume the target",
  "SetTLSBase sets tp",
  "SetFlags answers the flags as they are then",
  "a thread's next call is looked up in its new CSpace",
  "a thread whose CNode is destroyed has no CSpace any more",
}
