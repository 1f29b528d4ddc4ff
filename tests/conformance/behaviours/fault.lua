-- SPDX-License-Identifier: MIT
--- What faults do: rows of docs/conformance.md.

return {
  "a lookup that fails while sending says so",
  "a lookup that fails while receiving says so",
  "ReplyRecv answers before it looks up where to receive",
  "sending to an empty slot is no fault: it is a capability without methods",
  "NBSend that fails to look up is no fault",
  "after the answer to a capability fault the call is made again",
  "an access that the page tables do not allow tells address and cause",
  "a fetch that the page tables do not allow says that it is one",
  "after the answer to a memory fault the access is made again",
  "an unknown system call tells its number and arguments",
  "the answer to an unknown system call sets as many registers as it has words",
  "answered with a label, a thread with an unknown call or an exception stays stopped",
  "what the processor refuses tells number and code, and an answer where to go on",
  "a message with label 0 is no fault",
  "a fault waits until its handler receives",
  "without a handler a thread stops; resumed, it tries again",
  "a handler can have a fault itself, and a handler for that",
  "when its handler is destroyed a thread waits on; resumed, it tries again",
  "when the handler's endpoint is destroyed a thread whose fault waits there stops",
  "a handler's capability needs rights to write, and to grant or grant replies",
  { "the handler is looked up in the thread's CSpace when the fault happens", only = "classic" },
}
