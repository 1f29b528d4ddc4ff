-- SPDX-License-Identifier: MIT
--- What domains do: rows of docs/conformance.md.

return {
  "only threads of the domain whose turn it is run",
  "the schedule begins again at its end, in the order of its entries",
  "SetStart begins the schedule at its entry",
  "a thread moved to another domain runs there only",
  "messages pass between domains; who receives runs in its own turn",
}
