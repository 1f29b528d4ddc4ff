-- SPDX-License-Identifier: MIT
--- What addresses in CSpaces lead to: rows of docs/conformance.md.

return {
  "one level: guard and index take all 64 bits, or fewer",
  "two and more levels: each takes its guard and its index off the top",
  "a depth that ends at a CNode's slot names that slot, not what is in the CNode",
  "bits of an index above the depth do not count",
  "the last slot of a CNode of each radix is found",
  "GuardMismatch: other bits than the guard's, at the first level or an inner one",
  "GuardMismatch: fewer bits are left than the guard has",
  "DepthMismatch: fewer bits are left than guard and index take",
  "DepthMismatch: bits are left over at what is no CNode",
  "MissingCapability: an empty source, and its depth",
  "InvalidRoot: a root that is no CNode, before depth and address",
  "a CPtr of a system call has 64 bits, through any mixture of levels",
  "random mixtures of guards and radices are resolved as the manual says",
}
