-- SPDX-License-Identifier: MIT
--- Refusals of scheduling contexts, each row one mistake, in the order in which the kernel looks.

local refusals = require "lib.refusals"
local seL4 = require "seL4"
local suite = require "lib.conformance"
local done, refused = suite.done, suite.refused

local SELF = seL4.CapInitThreadTCB
local LEAST, MOST = 20, 0x333333333333333 -- microseconds of a budget or period

-- --- SchedControl --------------------------------------------------------------------------------

refusals {
  method = "SchedControl_ConfigureFlags", label = "SchedControlConfigureFlags",
  words = "budget period extra_refills badge flags", caps = "schedcontext",
  good = { service = "sched_control", budget = 1000, period = 2000, extra_refills = 0, badge = 0,
    flags = 0, schedcontext = "context" },
  { "InvalidCapability service", { service = "empty" }, 0 },
  { "IllegalOperation method", { service = "tcb" } },
  { "TruncatedMessage", { length = 4 } },
  { "TruncatedMessage", { extra = 0 } },
  { "RangeError budget", { budget = LEAST - 1 }, LEAST, MOST },
  { "RangeError budget", { budget = MOST + 1 }, LEAST, MOST },
  { "RangeError period", { period = LEAST - 1 }, LEAST, MOST },
  { "RangeError period", { period = MOST + 1 }, LEAST, MOST },
  { "RangeError budget and period", { budget = 2001 }, LEAST, 2000 },
  { "InvalidCapability schedcontext", { schedcontext = "tcb" }, 1 },
  { "RangeError extra_refills", { extra_refills = 1 }, 0, 0 },
  pairs = {
    ["RangeError budget before RangeError budget and period"] = { budget = MOST + 1 },
    ["RangeError period before RangeError budget and period"] = { period = LEAST - 1 },
  },
}

-- --- SchedContext --------------------------------------------------------------------------------

-- The two rows that every method begins with, then the table's own.
local function context_method(name, spec)
  table.insert(spec, 1, { "InvalidCapability service", { service = "empty" }, 0 })
  table.insert(spec, 2, { "IllegalOperation method", { service = "tcb" } })
  spec.method, spec.label, spec.words = "SchedContext_" .. name, "SchedContext" .. name, ""
  spec.caps = spec.caps or ""
  refusals(spec)
end

context_method("Bind", {
  caps = "cap", good = { service = "context", cap = "tcb" },
  { "TruncatedMessage", { extra = 0 } },
  { "InvalidCapability cap", { cap = "endpoint" }, 1 },
  { "IllegalOperation bound", { service = "bound_context" } },
  { "IllegalOperation bound", { service = "bound_context", cap = "notification" } },
  { "IllegalOperation has one", { cap = "owner_tcb" } },
  { "IllegalOperation has one", { cap = "owner_notification" } },
  { "IllegalOperation blocked", { service = "empty_context", cap = "waiting_tcb" } },
})

context_method("Unbind", {
  good = { service = "bound_context" },
  { "IllegalOperation own", { service = "own_context" } },
})

context_method("UnbindObject", {
  caps = "cap", good = { service = "bound_context", cap = "context_tcb" },
  { "TruncatedMessage", { extra = 0 } },
  { "InvalidCapability cap", { cap = "endpoint" }, 1 },
  { "IllegalOperation bound", { cap = "tcb" } },
  { "IllegalOperation bound", { cap = "notification" } },
  { "IllegalOperation own", { service = "own_context", cap = "own_tcb" } },
})

context_method("Consumed", { good = { service = "context" }, results = 1 })

context_method("YieldTo", {
  good = { service = "bound_context" }, results = 1,
  { "IllegalOperation thread", { service = "context" } },
  { "IllegalOperation thread", { service = "own_context" } },
})

suite.test({ "SchedContext_YieldTo/IllegalOperation priority" },
  "YieldTo to a priority above the caller's maximum", function(m)
    local b = require("lib.bench").open(m)
    local authority = m:object(seL4.TCBObject) -- to give the maximum back with
    done(seL4.TCB_SetMCPriority(authority, SELF, seL4.MaxPrio))
    done(seL4.TCB_SetPriority(b.context_tcb, SELF, 10))
    done(seL4.TCB_SetMCPriority(SELF, SELF, 9))
    local context = b.bound_context
    local err = seL4.SchedContext_YieldTo(context)
    done(seL4.TCB_SetMCPriority(SELF, authority, seL4.MaxPrio))
    refused(err, "IllegalOperation")
    done(seL4.SchedContext_YieldTo(context))
  end)

suite.finish()
