-- SPDX-License-Identifier: MIT
--- Runs suites of tests and adds up what they report.
--
--   lua5.4 tests/run.lua                 all of tests/suites.lua
--   lua5.4 tests/run.lua kernel style    those whose names contain one of the words
--   lua5.4 tests/run.lua --fast [WORD...]        what runs with build/release, with build/fast
--   lua5.4 tests/run.lua --with-fast [WORD...]   both that and all of tests/suites.lua
--
-- Run it from the root of the repository, with everything built (./test does). The last line is
-- "N passed, N failed"; the exit status is 1 if anything failed.

package.path = "./?.lua;" .. package.path

local suites = require "tests.suites"
local how = arg[1] and arg[1]:match "^%-%-(.*)"
if how and how ~= "fast" and how ~= "with-fast" then
  error(("--%s is no option; --fast and --with-fast are"):format(how), 0)
end
local is_wanted = require "tests.wanted"(arg, how and 2 or 1)

-- Runs a command: what it printed, and whether its exit status was 0.
local function run(command)
  local pipe = assert(io.popen(command .. " 2>&1"))
  local output = pipe:read("a")
  return output, pipe:close()
end

-- The counts in the last line; a suite that ends otherwise, or that has tested nothing and does not
-- say "skipped", has failed once.
local function counts_of(output, has_succeeded)
  local passed, failed = output:match("(%d+) passed, (%d+) failed[^\n]*\n*$")
  if not passed then
    return 0, 1
  end
  passed, failed = math.tointeger(tonumber(passed)), math.tointeger(tonumber(failed))
  if passed + failed == 0 and not output:find("skipped", 1, true) then
    return 0, 1
  end
  return passed, failed == 0 and not has_succeeded and 1 or failed
end

-- The sanitizers of the debug build read their own memory map.
local function can_sanitize()
  local file = io.open("/proc/self/maps")
  if file then
    file:close()
  end
  return file ~= nil
end

local total_passed, total_failed = 0, 0
local has_sanitizers = can_sanitize()

local function run_suite(name, command)
  local started = os.time()
  local output, has_succeeded = run(command)
  local passed, failed = counts_of(output, has_succeeded)
  total_passed, total_failed = total_passed + passed, total_failed + failed
  if failed > 0 or passed == 0 then
    io.write(output)
  end
  print(("%-32s %d passed, %d failed (%d s)"):format(name, passed, failed, os.time() - started))
end

-- The builds that a suite runs with; build/fast is another release build.
local function builds_of(suite)
  local builds = {}
  for _, build in ipairs(suite[3] or {}) do
    if how ~= "fast" then
      builds[#builds + 1] = build
    end
    if how and build == "release" and suite[2]:find("$build", 1, true) and
      not suite.needs_assertions then
      builds[#builds + 1] = "fast"
    end
  end
  return builds
end

for _, suite in ipairs(suites) do
  local name, command, has_builds = table.unpack(suite)
  if is_wanted(name) then
    if not has_builds and how ~= "fast" then
      run_suite(name, command)
    end
    for _, build in ipairs(builds_of(suite)) do
      local title = ("%s [%s]"):format(name, build)
      if build == "debug" and not has_sanitizers then
        print(("%-32s skipped: /proc is not mounted, which the sanitizers need"):format(title))
      else
        run_suite(title, (command:gsub("%$build", "build/" .. build)))
      end
    end
  end
end

print(("%d passed, %d failed"):format(total_passed, total_failed))
os.exit(total_failed == 0)
