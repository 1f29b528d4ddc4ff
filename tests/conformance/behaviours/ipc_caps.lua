-- SPDX-License-Identifier: MIT
--- What becomes of capabilities in messages: rows of docs/conformance.md.

return {
  "a capability arrives as a child of what was sent",
  "a capability arrives with the rights it was sent with",
  "only a sender with the right to grant sends capabilities",
  "NBSend and Call carry capabilities like Send",
  "a capability to the endpoint itself arrives as its badge",
  "the first capability that is none to the endpoint takes the slot",
  "without an empty slot no capability arrives, but the message does",
  "a slot in another CNode can be named",
  "what cannot be copied does not arrive",
  "of a waiting sender, capabilities that are gone do not arrive",
  { "an answer carries capabilities if the server's endpoint grants",
    only = "classic" },
  { "an answer carries capabilities if the reply's capability grants", only = "mcs" },
}
