-- SPDX-License-Identifier: MIT
--- What address spaces do: rows of docs/conformance.md.

return {
  "a frame needs the tables of all levels above its size",
  "a frame's address is a multiple of its size",
  "where something is mapped nothing else can be",
  "a mapped frame can be mapped anew at its address, with other rights",
  "a mapping has no rights that the capability lacks",
  "a frame is seen at all addresses where it is mapped",
  "an unmapped frame keeps its content, and can be mapped elsewhere",
  "deleting a capability that is mapped unmaps it, deleting another one does not",
  "an unmapped table takes its mappings along, and is empty when it is back",
  "deleting a table unmaps it",
  "frames of a VSpace that has been deleted can be unmapped and mapped elsewhere",
  "a table without an ASID is no VSpace",
  "the threads of a VSpace that is deleted stop",
  "an ASID is free again when its VSpace is deleted",
  "a pool that is deleted takes the ASIDs of its VSpaces along",
  "frames made one after the other have addresses in order",
}
