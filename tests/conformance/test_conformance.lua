-- SPDX-License-Identifier: MIT
--- Runs the programs of tests/conformance/ on both configurations and holds what they show against
--- the rows that there are: each needs a test, and docs/conformance.md must say so.
---
---   lua5.4 tests/conformance/test_conformance.lua SELVM             (from the root)
---   lua5.4 tests/conformance/test_conformance.lua SELVM --write     writes the page instead
---
--- The last line is "N passed, N failed"; every test counts, and every row.

package.path = "./?.lua;" .. package.path

local areas = require "tests.conformance.areas"
local checks = require "tests.abi.checks"
local page = require "tests.conformance.page"
local process = require "tests.host.process"
local programs = require "tests.host.programs"
local rows = require "tests.conformance.rows"

local PAGE = "docs/conformance.md"
local count = checks.expect
local selvm, option = arg[1] or "build/release/selvm", arg[2]

-- --- running -------------------------------------------------------------------------------------

-- Reads "ok NAME [ROW]...": adds the program and the test to each row's list.
local function note_test(shown, area, line)
  local name, marks = line:match "^ok (.-)(%s%[.*)$"
  name = name or line:match "^ok (.*)$"
  for row in (marks or ""):gmatch "%[(.-)%]" do
    shown[row] = shown[row] or {}
    table.insert(shown[row], { area = area[1], name = name })
  end
end

-- Whether a program ended as it should: with its sum, and without threads that died but those that
-- it means to lose.
local function has_ended_well(area, configuration, result)
  local expected = type(area.lost) == "table" and area.lost[configuration] or area.lost or 0
  local wrong = result.out:match "\n%d+ passed, (%d+) failed\n"
  local lost = result.err:match "^selvm: (%d+) more thread%(s%)[^\n]*\n$"
  return wrong == "0" and (lost or "0") == tostring(expected)
    and result.status == (lost and 1 or 0)
end

local function run_area(shown, area, configuration)
  local path = ("tests/conformance/%s.lua"):format(area[1])
  local words = table.move(area.options or {}, 1, #(area.options or {}), 1, {})
  words[#words + 1] = configuration == "mcs" and "--mcs" or nil
  words[#words + 1] = path
  local result = process.run(selvm, "run", table.unpack(words))
  count(has_ended_well(area, configuration, result), "%s [%s] has status %d: %s", path,
    configuration, result.status, result.err .. result.out:sub(-500))
  for line in result.out:gmatch "[^\n]+" do
    if line:find "^ok " then
      count(true)
      note_test(shown, area, line)
    elseif line:find "^FAIL " then
      count(false, "%s [%s] %s", path, configuration, line:sub(6))
    end
  end
end

-- Which tests show which row: shown[row] = { { area =, name = }... }.
local function run_all(configuration)
  local shown = {}
  for _, area in ipairs(areas) do
    if not area.only or area.only == configuration then
      run_area(shown, area, configuration)
    end
  end
  return shown
end

-- --- judging -------------------------------------------------------------------------------------

-- Pairs that are not adjacent are shown along with those that are.
local function is_known_pair(positions, id)
  local method, first, second = id:match "^([%w_]+)/(.-) before (.+)$"
  local of_method = positions[method]
  return of_method and of_method[first] and of_method[second]
    and of_method[first] < of_method[second]
end

-- Calls verdict(is_right, format, ...) for each row, and for what is shown that is none.
local function judge(configuration, list, shown, verdict)
  local is_row, positions = {}, rows.positions(configuration)
  for _, row in ipairs(list) do
    is_row[row.id] = true
    verdict(shown[row.id], "%s: no test shows [%s]", configuration, row.id)
  end
  for id, tests in pairs(shown) do
    if not is_row[id] then
      verdict(is_known_pair(positions, id), "%s: %s shows [%s], which is no row", configuration,
        tests[1].area, id)
    end
  end
end

-- A row that nothing shows must be noticed, and a test that shows no row.
local function judge_the_judge(configuration, list, shown)
  local complaints = {}
  local function note(is_right, format, ...)
    complaints[#complaints + 1] = not is_right and format:format(...) or nil
  end
  local longer = table.move(list, 1, #list, 1, {})
  longer[#longer + 1] = { id = "CNode_Copy/NoSuchError" }
  judge(configuration, longer, shown, note)
  count(#complaints == 1 and complaints[1]:find "no test shows %[CNode_Copy/NoSuchError%]",
    "%s: a row without a test is not noticed", configuration)
  table.remove(longer)
  local dropped = table.remove(longer)
  judge(configuration, longer, shown, note)
  count(#complaints == 2 and complaints[2]:find(dropped.id, 1, true),
    "%s: a test without a row is not noticed", configuration)
end

local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

local lists, shown = {}, {}
for _, configuration in ipairs { "classic", "mcs" } do
  lists[configuration] = rows.of(configuration)
  shown[configuration] = run_all(configuration)
  judge(configuration, lists[configuration], shown[configuration], count)
  judge_the_judge(configuration, lists[configuration], shown[configuration])
end
for _, entry in ipairs(require "tests.conformance.unobservable") do
  for i = 2, math.max(2, #entry) do
    count(entry.used and (entry.used[i] or #entry == 1), "unobservable.lua: %s %s %s is not needed",
      entry.method, entry[1], entry[i] or "")
  end
end
local text = page.text(lists, shown)
if option == "--write" then
  write(PAGE, text)
else
  count(programs.read(PAGE) == text, "%s is not what the suite shows; write it with --write", PAGE)
end
process.cleanup()
checks.finish()
