-- SPDX-License-Identifier: MIT
--- Counts checks and tells which group of them failed first where.
--
--   local checks = require "tests.abi.checks"
--   checks.group("numbers are small", function(expect)
--     expect(1 < 10, "%d is not small", 1)
--   end)
--   checks.expect(2 < 10, "a check outside of groups; each that fails is told")
--   checks.finish()   -- prints the counts and ends the program

local checks = {}

local passed, failed = 0, 0

--- A check of its own.
function checks.expect(condition, format, ...)
  if condition then
    passed = passed + 1
  else
    failed = failed + 1
    print("FAIL " .. format:format(...))
  end
end

--- Runs a group; body gets expect(condition, format, ...). A group that raises has failed.
function checks.group(name, body)
  local bad, first = 0, nil
  local function expect(condition, format, ...)
    if condition then
      passed = passed + 1
      return
    end
    bad = bad + 1
    first = first or format:format(...)
  end
  local ok, problem = pcall(body, expect)
  if not ok then
    bad = bad + 1
    first = first or tostring(problem)
  end
  failed = failed + bad
  if bad > 0 then
    print(("FAIL %s: %s%s"):format(name, first, bad > 1 and (" (and %d more)"):format(bad - 1) or ""))
  end
end

--- Prints the counts; exit status 1 if anything failed.
function checks.finish()
  print(("%d passed, %d failed"):format(passed, failed))
  os.exit(failed == 0 and 0 or 1)
end

return checks
