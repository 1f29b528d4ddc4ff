-- SPDX-License-Identifier: MIT
--- What CNode operations do beyond single calls: rows of docs/conformance.md.

return {
  "a copy has no rights that its source lacks",
}
