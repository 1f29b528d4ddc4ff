-- SPDX-License-Identifier: MIT
--- Which lines and branches of kernel/ the test command reaches.
---
---   lua5.4 tests/coverage/measure.lua            (from the root of the repository)
---   lua5.4 tests/coverage/measure.lua --write    writes docs/coverage.md as well
---
--- Builds the preset `coverage`, runs every suite that runs a build once on it, has gcovr count.
--- It prints every line that no test reaches and unreached.lua does not explain, and fails then, or
--- if fewer are reached than LINES_MIN and BRANCHES_MIN. SELVM_SHARED as for the other tests. It
--- takes about ten minutes.

package.path = "./?.lua;" .. package.path

local cjson = require "cjson"
local page = require "tests.coverage.page"
local suites = require "tests.suites"
local unreached = require "tests.coverage.unreached"

local BUILD, PAGE = "build/coverage", "docs/coverage.md"
local LINES_MIN, BRANCHES_MIN = 97, 90 -- per cent

-- Compares what the linker made, which has other symbols here.
local LEFT_OUT = { symbols = true }

local function must(command)
  if not os.execute(command) then
    io.stderr:write("measure: this has failed: ", command, "\n")
    os.exit(2)
  end
end

local function run_suites()
  for _, suite in ipairs(suites) do
    local name, command, builds = table.unpack(suite)
    if builds and builds[1] ~= "lua5.3" and not LEFT_OUT[name] then
      local pipe = assert(io.popen(command:gsub("%$build", BUILD) .. " 2>&1"))
      local output = pipe:read "a"
      pipe:close()
      io.stderr:write(("%-28s %s\n"):format(name, output:match "([^\n]*)\n*$"))
    end
  end
end

-- The files as gcovr has them: { file, lines = { { line_number, count, branches } ... } }. The side
-- of an assertion on which it fails is no branch: nothing may take it.
local function read_counts()
  local report = BUILD .. "/coverage.json"
  must(("gcovr -r . --object-directory %s -j 2 --filter 'kernel/' --exclude-unreachable-branches "
    .. "--exclude-branches-by-pattern '.*kassert\\(.*' --gcov-ignore-parse-errors "
    .. "--json %s %s"):format(BUILD, report, BUILD))
  local file = assert(io.open(report))
  local counts = cjson.decode(file:read "a")
  file:close()
  table.sort(counts.files, function(a, b) return a.file < b.file end)
  return counts.files
end

local function texts_of(path)
  local texts = {}
  for line in io.lines(path) do
    texts[#texts + 1] = line
  end
  return texts
end

-- Sums of a folder, and of all; the lines not reached, each with its text.
local function sum_up(files)
  local sums, missed = { all = page.sum "all" }, {}
  for _, file in ipairs(files) do
    local folder = file.file:match "^(.*)/"
    sums[folder] = sums[folder] or page.sum(folder)
    local texts = texts_of(file.file)
    for _, line in ipairs(file.lines) do
      if not line["gcovr/noncode"] then
        page.add(sums[folder], line)
        page.add(sums.all, line)
        if line.count == 0 then
          missed[#missed + 1] = { path = file.file, number = line.line_number,
            text = texts[line.line_number]:match "^%s*(.-)%s*$" }
        end
      end
    end
  end
  return sums, missed
end

must("rm -rf " .. BUILD .. " && cmake --preset coverage > /dev/null && cmake --build " .. BUILD
  .. " --target tests > /dev/null")
run_suites()
local sums, missed = sum_up(read_counts())
local unexplained = unreached.explain(missed)
for _, line in ipairs(unexplained) do
  print(("%s:%d: not reached: %s"):format(line.path, line.number, line.text))
end
if arg[1] == "--write" then
  local file = assert(io.open(PAGE, "w"))
  file:write(page.text(sums, missed))
  file:close()
end
local lines, branches = page.per_cent(sums.all)
print(("kernel/: lines %.1f %%, branches %.1f %%, %d unexplained lines"):format(lines, branches,
  #unexplained))
os.exit(lines >= LINES_MIN and branches >= BRANCHES_MIN and #unexplained == 0)
