-- SPDX-License-Identifier: MIT
--- What messages do: rows of docs/conformance.md.

return {
  "a message of each length from 0 to 120 words arrives whole",
  "a length beyond 120 counts as 120",
  "label and badge arrive, of which the kernel knows nothing",
  "without an IPC buffer four words pass, and no capabilities",
  "after Send the one of higher priority runs, of equals the one that made the call",
  "a caller waits for the answer, whatever its priority",
  "waiting senders are served in order, by priority on MCS",
  "waiting receivers are served in order, by priority on MCS",
  "NBSend to an endpoint where nobody waits is dropped",
  "NBRecv takes a waiting sender's message, else it gives badge 0",
  "without the right to write Send does nothing, and Call answers InvalidCapability",
  "to call the caller needs the right to grant, or to grant replies",
  "a caller is answered once",
  "ReplyRecv without a caller only receives",
  "clients of a server are answered one after the other",
  { "Reply answers the last caller, and nobody if there is none", only = "classic" },
  "Yield lets threads of equal priority run, and no others",
}
