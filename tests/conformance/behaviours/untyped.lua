-- SPDX-License-Identifier: MIT
--- What Retype does beyond single calls: rows of docs/conformance.md.

return {
  "each type is made, with its size taken from the memory",
  "objects of several sizes are made in each of them",
  "1 and 256 objects are made by one call",
  "a window in a foreign CNode, named by root, index and depth, is filled",
  "a window up to the last slot is filled",
  "objects lie one behind the other from the watermark on, each at a multiple of its size",
  "the watermark is told with NotEnoughMemory",
  "an object as large as the memory is made; a larger one is not",
  "alignment can take the room of the last object",
  "memory comes back when the last child is gone, and not before",
  "memory comes back with Revoke",
  "memory that comes back is cleared",
  "a copy of untyped memory takes all that the original has free",
  "untyped memory within untyped memory is used on its own",
  "device memory is made into untyped memory and frames only",
  "device memory stays device memory in its children, and is not cleared",
  "a refused call takes nothing from the memory",
}
