-- SPDX-License-Identifier: MIT
--- Runs every program of examples/ and compares what it prints with what it should.
--
--   lua5.4 tests/examples/test_examples.lua SELVM      (from the root of the repository)
--
-- tests/examples/expected/NAME.txt is the output of examples/NAME.lua or of examples/NAME/main.lua;
-- NAME_mcs.txt, if there is one, that under --mcs. An expected file may begin with lines
-- "# options: OPTION" (of selvm run), "# status: N" (exit status, 0 if left out), "# stderr: TEXT"
-- (which must be in it) and "# order: any" (the same lines, but who comes first may differ).

package.path = "./?.lua;" .. package.path

local checks = require "tests.abi.checks"
local process = require "tests.host.process"
local read = require("tests.host.programs").read

local selvm = arg[1] or "build/release/selvm"
local LINES_MAX = 80

-- The expected result in a file's text.
local function parse(text)
  local expected = { status = 0 }
  while true do
    local key, value, rest = text:match("^# (%l+): ([^\n]*)\n(.*)$")
    if key == "status" then
      expected.status = math.tointeger(tonumber(value))
    elseif key == "stderr" then
      expected.err = value
    elseif key == "options" then
      expected.options = value
    elseif key == "order" then
      expected.has_any_order = value == "any"
    else
      expected.out = text
      return expected
    end
    text = rest
  end
end

local function sorted_lines(text)
  local lines = {}
  for line in text:gmatch "[^\n]+" do
    lines[#lines + 1] = line
  end
  table.sort(lines)
  return table.concat(lines, "\n")
end

-- Runs a program and compares with the text of an expected file.
local function check_output(expect, program, text)
  local expected = parse(text)
  local arguments = { "run", expected.options or program, expected.options and program }
  local result = process.run(selvm, table.unpack(arguments))
  expect(result.status == expected.status, "exit status %s, not %s: %s", result.status,
    expected.status, result.err)
  local is_same = result.out == expected.out
    or expected.has_any_order and sorted_lines(result.out) == sorted_lines(expected.out)
  expect(is_same, "it prints\n%s\nnot\n%s", result.out, expected.out)
  expect(result.err:find(expected.err or "", 1, true), "no %q in %q", expected.err, result.err)
  if not expected.err then
    expect(result.err == "", "it writes errors: %s", result.err)
  end
end

local function check_example(expect, name, program)
  local _, lines = read(program):gsub("\n", "")
  expect(lines <= LINES_MAX, "it has %d lines, more than %d", lines, LINES_MAX)
  local path = ("tests/examples/expected/%s.txt"):format(name)
  local text = read(path)
  expect(text, "there is no %s", path)
  if text then
    check_output(expect, program, text)
  end
  local text_of_mcs = read(("tests/examples/expected/%s_mcs.txt"):format(name))
  if text_of_mcs then
    check_output(expect, program, text_of_mcs)
  end
end

-- Examples with programs in C are tested by tests/rv64/test_mixed.lua, which compiles them.
local WITH_C = { mixed = true }

local pipe = assert(io.popen("find examples -name '*.lua' | LC_ALL=C sort"))
for path in pipe:lines() do
  local name = path:match("^examples/([^/]+)%.lua$") or path:match("^examples/([^/]+)/main%.lua$")
  if name and not WITH_C[name] then -- what lies deeper are modules of examples
    checks.group(path, function(expect)
      check_example(expect, name, path)
    end)
  end
end
pipe:close()

process.cleanup()
checks.finish()
