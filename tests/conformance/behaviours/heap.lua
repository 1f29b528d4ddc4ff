-- SPDX-License-Identifier: MIT
--- What Lua heaps do: rows of docs/conformance.md.

return {
  "a process runs in its heap, and Stats says how much of it is used",
  "a process that fills its heap has an error, and others do not",
  "when a heap is taken away its process stops",
  "an unbound heap begins empty when it is bound again",
}
