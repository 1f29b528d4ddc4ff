-- SPDX-License-Identifier: MIT
--- What scheduling contexts and reply objects do: rows of docs/conformance.md.

return {
  "NBSendRecv sends, if somebody waits, and receives",
  "NBSendWait sends, if somebody waits, and waits without a reply object",
  "Wait and NBWait take messages, whose callers nobody can answer",
  "a passive server runs with its caller's context, which comes back with the answer",
  "a context passes through a chain of three passive servers and back",
  "what a server uses is charged to its caller's context",
  "Send gives no context: a passive receiver has the message, and waits for time",
  "NBSendRecv gives its context to a passive receiver",
  "a reply object that is destroyed in a chain leaves the context with the server",
  "a client that is suspended in a chain leaves its context with the server",
  "a reply object is used for one caller at a time",
  "a thread whose context goes stops, and goes on with another",
  "a context that a server has borrowed can be taken away",
  "a notification's context goes to a passive thread that it wakes, until that waits",
  "a thread runs for its budget in each period, and no longer",
  "a used-up budget is a fault if the thread has a timeout handler",
  "without a timeout handler a thread waits for its next budget",
  "a budget that ends in a server is the server's fault, if that has a timeout handler",
  "YieldTo lets the context's thread run before others of its priority",
  "YieldTo to an equal runs it at once, and answers what it has used",
  "a passive fault handler runs with the context of who has the fault",
}
