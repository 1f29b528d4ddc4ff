-- SPDX-License-Identifier: MIT
--- What notifications do: rows of docs/conformance.md.

return {
  "badges of signals gather until somebody takes them",
  "a signal without a badge wakes too, with the word 0",
  "each signal wakes one, in order, by priority on MCS",
  "who is woken runs at once if its priority is higher",
  "without the right to write a signal does nothing",
  "without the right to read a wait is a fault in the receive phase",
  "when it is destroyed those who wait have a fault",
  "a waiting thread that is destroyed or suspended leaves the queue",
  "bound to a thread, a signal reaches it where it waits for messages",
  "a signal that is there goes before messages that are",
  "bound, it keeps a signal while its thread does something else",
  "bound, only its own thread may wait on it",
  "unbound, a signal does not reach the thread any more",
  "when its thread is destroyed it can be bound to another",
}
