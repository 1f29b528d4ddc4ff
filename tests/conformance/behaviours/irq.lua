-- SPDX-License-Identifier: MIT
--- What interrupts do: rows of docs/conformance.md.

return {
  "an interrupt signals the handler's notification with its capability's badge",
  "until it is acknowledged the line is masked",
  "a handler without a notification takes interrupts and tells nobody",
  "another notification takes the place of the first",
  "a notification that is destroyed is the handler's no more",
  "there is one handler of a line, until it is deleted",
  "an interrupt preempts a thread of lower priority than who waits for it",
  "a long revocation is interrupted, and goes on afterwards",
}
