-- SPDX-License-Identifier: MIT
--- All methods of all objects, in the order of the generated enum.
--
--   local invocations = require "abi.invocations"
--   for _, row in ipairs(invocations) do
--     print(row.object .. "_" .. row.method, row.classic, row.mcs, row.doc)
--   end
--   invocations.params(row, "mcs")   -- the parameters in that configuration
--   invocations.errors(row, "mcs")   -- the reasons to refuse in that configuration
--
-- A row holds: object, method, label_name (libsel4's), classic and mcs (the label, nil: not there),
-- section (of the seL4 manual), doc, params { name, type, dir "in" or "out", doc } in libsel4's
-- order, mcs_params where MCS takes others, and errors { error, tag, when, words, only,
-- undocumented } in the order in which the kernel checks, with `words` the fixed first words of the
-- answer and `tag` where the error alone would not tell which one it is. The invoked capability,
-- libsel4's `_service`, is not among the parameters.

local groups = { "untyped", "tcb", "thread", "cnode", "irq", "domain", "sched", "riscv", "heap" }

local invocations = {}

for _, group in ipairs(groups) do
  for _, row in ipairs(require("abi.invocations_" .. group)) do
    invocations[#invocations + 1] = row
  end
end

local function check(configuration)
  if configuration ~= "classic" and configuration ~= "mcs" then
    error("configuration must be \"classic\" or \"mcs\"", 3)
  end
end

--- The parameters of a row in one configuration.
function invocations.params(row, configuration)
  check(configuration)
  return configuration == "mcs" and row.mcs_params or row.params
end

--- "CNode_Delete(_service, index, depth) -> error": how a row is called in one configuration.
function invocations.signature(row, configuration)
  local inputs, outputs = { "_service" }, { "error" }
  for _, param in ipairs(invocations.params(row, configuration)) do
    local list = param.dir == "in" and inputs or outputs
    list[#list + 1] = param.name
  end
  return ("%s_%s(%s) -> %s"):format(row.object, row.method, table.concat(inputs, ", "),
    table.concat(outputs, ", "))
end

--- The reasons to refuse in one configuration.
function invocations.errors(row, configuration)
  check(configuration)
  local list = {}
  for _, refusal in ipairs(row.errors) do
    if refusal.only == nil or refusal.only == configuration then
      list[#list + 1] = refusal
    end
  end
  return list
end

return invocations
