-- SPDX-License-Identifier: MIT
--- Sums of reached lines and branches, and docs/coverage.md.

local page = {}

function page.sum(name)
  return { name = name, lines = 0, lines_reached = 0, branches = 0, branches_taken = 0 }
end

--- Adds a line as gcovr's JSON has it.
function page.add(sum, line)
  sum.lines = sum.lines + 1
  sum.lines_reached = sum.lines_reached + (line.count > 0 and 1 or 0)
  for _, branch in ipairs(line.branches) do
    if not branch["gcovr/noncode"] then
      sum.branches = sum.branches + 1
      sum.branches_taken = sum.branches_taken + (branch.count > 0 and 1 or 0)
    end
  end
end

--- Per cent of lines and of branches.
function page.per_cent(sum)
  return 100 * sum.lines_reached / sum.lines, 100 * sum.branches_taken / math.max(sum.branches, 1)
end

local function row(sum)
  local lines, branches = page.per_cent(sum)
  return ("| %s | %d | %.1f %% | %d | %.1f %% |"):format(sum.name, sum.lines, lines, sum.branches,
    branches)
end

--- The page. `missed` are the lines not reached, with the reasons that unreached.lua has put there.
function page.text(sums, missed)
  local text = { [[
<!-- SPDX-License-Identifier: MIT -->
# What the tests reach of the kernel

Lines and branches of `kernel/` that the test command's suites reach, counted by gcovr in a build
of their own without optimisation. The side of an assertion on which it fails is no branch: nothing
may take it. This page is written by

    lua5.4 tests/coverage/measure.lua --write

which needs Debian's `gcovr`, and fails if less than 97 % of the lines or 90 % of the branches are
reached, or a line is not that has no reason below.

| folder | lines | reached | branches | taken |
|---|---|---|---|---|]] }
  local names = {}
  for name in pairs(sums) do
    names[#names + 1] = name ~= "all" and name or nil
  end
  table.sort(names)
  for _, name in ipairs(names) do
    sums[name].name = "`" .. name .. "/`"
    text[#text + 1] = row(sums[name])
  end
  text[#text + 1] = row(sums.all)
  text[#text + 1] = "\n## Lines that no test reaches\n"
  for _, line in ipairs(missed) do
    text[#text + 1] = ("- `%s`: `%s`: %s"):format(line.path, line.text, line.reason or "?")
  end
  return table.concat(text, "\n") .. "\n"
end

return page
