-- SPDX-License-Identifier: MIT
--- What the system calls for debugging do: rows of docs/conformance.md.

return {
  "the dump of the scheduler lists threads by the names they were given",
  "a snapshot changes nothing",
}
