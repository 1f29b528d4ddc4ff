-- SPDX-License-Identifier: MIT
--- What becomes of a context that was passed on: rows of docs/conformance.md.

return {
  "a context comes back through three servers",
  "where a reply object is destroyed, the way back ends",
  "a caller whose reply object was destroyed calls again when it is resumed",
  "where a thread is suspended, the way back ends before it",
  "where a thread is destroyed, the way back ends before it",
  "a lent context that goes stops the last server; with another it ends its work",
  "a budget that ends is a fault of the server at work, whichever that is",
  "whatever a thread waits for, it goes on with another context",
  "a thread that waits for its next budget goes on at once with another context",
  "a thread can destroy its own context, and stops",
  "a context bound to a notification can be destroyed, and another one bound",
}
