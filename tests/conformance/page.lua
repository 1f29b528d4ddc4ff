-- SPDX-License-Identifier: MIT
--- Makes docs/conformance.md of the rows and the tests that show them.
---
---   local page = require "tests.conformance.page"
---   io.write(page.text(lists, shown))    -- both by configuration; test_conformance.lua makes them

local unobservable = require "tests.conformance.unobservable"

local page = {}

local TESTS_MOST = 3 -- that are named in a cell

local opening = [[
# Conformance: what seL4 does, and the tests that show it

Every system call, every method of every object with each error that it documents, every order of
two errors that one call can earn at once, every fault, and what the areas show beyond single calls.
Next to each row stand the tests that show it on each configuration: the name of the program in
`tests/conformance/` and, where it says more than the row, of the test in it. "same" stands for the
tests of the classic configuration, "-" for a row that the configuration does not have.

`A before B`: a call that is wrong in both ways is refused with A. Listed is for each error the next
one that can be told from it; the programs try all pairs. Every refused call is also seen to leave
nothing behind: at the end the same call without mistakes succeeds. The words of each answer are in
the programs.

The programs run as root task and use nothing but libsel4's calls. `selvm run
tests/conformance/cnode.lua` runs one of them, with `--mcs` on the MCS configuration. The page is
made by

    lua5.4 tests/conformance/test_conformance.lua build/release/selvm --write

and the suite fails if a row has no test, or if the page is not what it would write.
]]

-- Whether the test's name tells more than the row does.
local function says_more(name, id)
  return name ~= id and name ~= id:gsub("^[%w_]+: ", "") and not name:find "^[%w_]+ succeeds after"
    and id:sub(1, #name + 8) ~= name .. " before "
end

-- The tests of a row as text; nil: the configuration has no such row.
local function cell(row, shown)
  if not row then
    return nil
  end
  local texts, others = {}, 0
  for _, test in ipairs(shown[row.id] or {}) do
    local text = says_more(test.name, row.id) and ("%s: %s"):format(test.area, test.name)
      or test.area
    if texts[#texts] == text then -- the same refusal seen in several ways
      others = others + 1
    elseif #texts < TESTS_MOST then
      texts[#texts + 1] = text
    else
      others = others + 1
    end
  end
  if others > 0 then
    texts[#texts + 1] = ("%d more"):format(others)
  end
  return #texts > 0 and table.concat(texts, "; ") or "**none**"
end

-- "CNode_Copy/RangeError depth" under a heading of CNode_Copy is "RangeError depth".
local function title_of(row)
  local rest = row.id:match "^[%w_]+/(.*)$" or row.id:match "^%l[%w_]*: (.*)$"
  if rest then
    return rest
  end
  return row.group == "System calls" and row.id or "`" .. row.id .. "`"
end

-- Rows of both configurations in one order: { row, classic =, mcs = }, by group.
local function merge(lists)
  local groups, by_id, by_group = {}, {}, {}
  for _, configuration in ipairs { "classic", "mcs" } do
    for _, row in ipairs(lists[configuration]) do
      local merged = by_id[row.id]
      if not merged then
        merged = { row = row }
        by_id[row.id] = merged
        if not by_group[row.group] then
          by_group[row.group] = { title = row.group }
          groups[#groups + 1] = by_group[row.group]
        end
        table.insert(by_group[row.group], merged)
      end
      merged[configuration] = row
    end
  end
  return groups
end

local function add_group(lines, group, shown)
  lines[#lines + 1] = ("\n## %s\n"):format(group.title)
  lines[#lines + 1] = "| row | classic | MCS |"
  lines[#lines + 1] = "|---|---|---|"
  for _, merged in ipairs(group) do
    local classic = cell(merged.classic, shown.classic)
    local mcs = cell(merged.mcs, shown.mcs)
    lines[#lines + 1] = ("| %s | %s | %s |"):format(title_of(merged.row), classic or "-",
      mcs == nil and "-" or mcs == classic and "same" or mcs)
  end
end

local function add_unobservable(lines)
  lines[#lines + 1] = "\n## What no program can show\n"
  lines[#lines + 1] = "| methods | row | why |"
  lines[#lines + 1] = "|---|---|---|"
  for _, entry in ipairs(unobservable) do
    local row = entry[1] .. (entry[2] and " before " or "") .. table.concat(entry, ", ", 2)
    lines[#lines + 1] = ("| %s | %s%s | %s |"):format(entry.method == ".*" and "all" or
      "`" .. entry.method .. "`", row, entry.only and " (" .. entry.only .. ")" or "", entry.why)
  end
end

--- The page, in Markdown.
function page.text(lists, shown)
  local lines = { "<!-- SPDX-License-Identifier: MIT -->\n" .. opening:gsub("\n$", "") }
  for _, group in ipairs(merge(lists)) do
    add_group(lines, group, shown)
  end
  add_unobservable(lines)
  return table.concat(lines, "\n") .. "\n"
end

return page
