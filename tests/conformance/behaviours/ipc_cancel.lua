-- SPDX-License-Identifier: MIT
--- What ends a wait for a message: rows of docs/conformance.md.

return {
  "when its endpoint is destroyed a sender's call is made again, in vain",
  "when its endpoint is destroyed a receiver has a fault",
  "while a thread waits the endpoint's capabilities can be moved and deleted",
  "a waiting thread that is destroyed or suspended leaves the queue",
  "a thread that is resumed makes its call again",
  "a caller that is resumed while it waits for the answer calls again",
  { "a caller whose reply object is destroyed stops; resumed, it calls again", only = "mcs" },
  { "a caller whose reply capability is deleted waits; resumed, it calls again", only = "classic" },
  { "a saved reply capability answers once, in any order", only = "classic" },
  "CancelBadgedSends takes out senders of a badge, who call again",
  "CancelBadgedSends does nothing to receivers",
}
