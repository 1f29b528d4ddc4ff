-- SPDX-License-Identifier: MIT
--- What ends a wait for a message: rows of docs/conformance.md.

return {
  "when its endpoint is destroyed a sender's call is made again, and finds nothing",
  "when its endpoint is destroyed a receiver has a fault",
  "a capability to the endpoint can be moved, or another one deleted, while a thread waits",
  "a waiting thread that is destroyed or suspended leaves the queue",
  "a thread that is resumed makes its call again",
  "a caller that is resumed while it waits for the answer calls again",
  { "a caller whose reply object is destroyed stops; resumed, it calls again", only = "mcs" },
  { "a caller whose reply capability is deleted waits; resumed, it calls again", only = "classic" },
  { "a saved reply capability answers once, in any order", only = "classic" },
  "CancelBadgedSends takes the senders of a badge out, who make their calls again",
  "CancelBadgedSends does nothing to receivers",
}
