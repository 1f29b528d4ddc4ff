-- SPDX-License-Identifier: MIT
--- What the derivation tree of capabilities does: rows of docs/conformance.md.

return {
  "revoking an original deletes all copies and badged ones, and not the original",
  "a plain copy has no children: revoking it deletes nothing",
  "a badged copy has its copies as children, and no others",
  "revoking in the middle of four generations deletes those below and no others",
  "revoking untyped memory destroys all that was made from it, in other CNodes too",
  "copies do not depend on those of another object from the same memory",
  "Move keeps children and parent",
  "Mutate keeps children and parent",
  "Rotate keeps children and parents of both",
  "deleting a capability gives its children to its parent",
  "a CNode can delete the capability that names the call",
  "a thread can revoke the memory of its own CSpace",
  "a CNode can hold itself: addresses go round in it",
  "a CNode that holds itself and nobody else holds is left to Revoke",
  "two CNodes that hold each other are destroyed by revoking their memory",
  "a chain of CNodes is destroyed whole",
}
