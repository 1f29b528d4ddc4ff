-- SPDX-License-Identifier: MIT
--- Runs every program of examples/ and compares what it prints with what it should.
--
--   lua5.4 tests/examples/test_examples.lua SELVM      (from the root of the repository)
--
-- tests/examples/expected/NAME.txt is the output of examples/NAME.lua. An expected file may begin
-- with lines "# options: OPTION" (of selvm run), "# status: N" (exit status, 0 if left out) and
-- "# stderr: TEXT" (which must be in it).

package.path = "./?.lua;" .. package.path

local checks = require "tests.abi.checks"
local process = require "tests.host.process"

local selvm = arg[1] or "build/release/selvm"
local LINES_MAX = 80

local function read(path)
  local file = io.open(path, "rb")
  local text = file and file:read("a")
  if file then
    file:close()
  end
  return text
end

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
    else
      expected.out = text
      return expected
    end
    text = rest
  end
end

local function check_example(expect, name)
  local source = read("examples/" .. name .. ".lua")
  local _, lines = source:gsub("\n", "")
  expect(lines <= LINES_MAX, "it has %d lines, more than %d", lines, LINES_MAX)
  local path = "tests/examples/expected/" .. name .. ".txt"
  local text = read(path)
  expect(text, "there is no %s", path)
  if not text then
    return
  end
  local expected = parse(text)
  local arguments = { "run", expected.options or "examples/" .. name .. ".lua" }
  if expected.options then
    arguments[3] = "examples/" .. name .. ".lua"
  end
  local result = process.run(selvm, table.unpack(arguments))
  expect(result.status == expected.status, "exit status %s, not %s: %s", result.status,
    expected.status, result.err)
  expect(result.out == expected.out, "it prints\n%s\nnot\n%s", result.out, expected.out)
  expect(result.err:find(expected.err or "", 1, true), "no %q in %q", expected.err, result.err)
  if not expected.err then
    expect(result.err == "", "it writes errors: %s", result.err)
  end
end

local pipe = assert(io.popen("find examples -name '*.lua' | LC_ALL=C sort"))
for path in pipe:lines() do
  local name = path:match("^examples/([^/]+)%.lua$")
  if name then -- what lies deeper are modules of examples
    checks.group("examples/" .. name .. ".lua", function(expect)
      check_example(expect, name)
    end)
  end
end
pipe:close()

process.cleanup()
checks.finish()
