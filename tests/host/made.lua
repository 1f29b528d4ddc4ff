-- SPDX-License-Identifier: MIT
--- Small machines for tests of the host module.
--
--   local m, output = made.machine("print(1)", { mcs = true })
--   m:run()
--   print(output[1])                                 --> 1
--   print(made.error_of(m.run, m, "soon"))           --> bad argument ...

local selvm = require "selvm"

local made = {}

--- A machine that runs a source text, and its output as a table of one string. Options are those of
--- selvm.machine.
function made.machine(source, given)
  local output = { "" }
  given = given or {}
  given.source = source
  given.memory, given.heap = given.memory or "8M", given.heap or "1M"
  given.console = given.console or function(text) output[1] = output[1] .. text end
  return selvm.machine(given), output
end

--- The text of the error that a call raises.
function made.error_of(f, ...)
  local ok, message = pcall(f, ...)
  return ok and "no error" or tostring(message)
end

return made
