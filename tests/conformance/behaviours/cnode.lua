-- SPDX-License-Identifier: MIT
--- What CNode operations do beyond single calls: rows of docs/conformance.md.

return {
  "each method works on slots of the caller's CNode and of a foreign one",
  "a copy is to the same object, with the same badge",
  "a copy has the rights that both its source and the call give",
  "Mint gives a badge to a capability without one, and a guard to a CNode's",
  "Mint's badge has no effect on a capability that has none",
  "a mapped frame's copy is not mapped; a mapped page table's is",
  "what cannot be copied can be moved",
  "Move leaves the source empty",
  "Mutate changes a guard and keeps a badge",
  "Rotate moves the pivot to the destination and the source to the pivot's slot",
  "Rotate with one slot as source and destination exchanges it with the pivot",
  "Rotate changes both guards on the way",
  "deleting an empty slot and revoking one succeed",
  "deleting a capability that is not the last leaves the object",
  "deleting the last capability destroys the object",
  "deleting the last capability to a CNode deletes what is in it",
  "CancelBadgedSends cancels the sends of one badge and no others",
  { "SaveCaller moves the right to answer into any empty slot", only = "classic" },
  { "SaveCaller without a caller leaves the slot empty", only = "classic" },
}
