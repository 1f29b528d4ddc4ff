-- SPDX-License-Identifier: MIT
--- Runs a Lua program in a machine and compares what it prints with what it should.
---
---   programs.check(expect, selvm, "examples/hello.lua", "tests/examples/expected/hello.txt")
---
--- A file of expected output may begin with lines "# status: N" (exit status, 0 if left out),
--- "# stderr: TEXT" (which must be in it) and "# options: WORDS" (of selvm run; behind " -- " the
--- program's own arguments).

local process = require "tests.host.process"

local programs = {}

--- The content of a file, or nil.
function programs.read(path)
  local file = io.open(path, "rb")
  local text = file and file:read("a")
  if file then
    file:close()
  end
  return text
end

-- The expected result in a file's text.
local function parse(text)
  local expected = { status = 0, options = {}, arguments = {} }
  while true do
    local key, value, rest = text:match("^# (%l+): ([^\n]*)\n(.*)$")
    if key == "status" then
      expected.status = math.tointeger(tonumber(value))
    elseif key == "stderr" then
      expected.err = value
    elseif key == "options" then
      local own = value:match("%-%- (.*)$")
      for word in value:gsub("%-%- .*$", ""):gmatch "%S+" do
        table.insert(expected.options, word)
      end
      for word in (own or ""):gmatch "%S+" do
        table.insert(expected.arguments, word)
      end
    else
      expected.out = text
      return expected
    end
    text = rest
  end
end

-- The first line in which two texts differ: its number, both lines.
local function first_difference(a, b)
  local next_a, next_b, number = a:gmatch "([^\n]*)\n?", b:gmatch "([^\n]*)\n?", 0
  repeat
    local line_a, line_b = next_a(), next_b()
    number = number + 1
    if line_a ~= line_b then
      return number, line_a or "(end)", line_b or "(end)"
    end
  until not line_a
  return number, "(end)", "(end)"
end

--- Runs the program at `path` and checks exit status and output.
function programs.check(expect, selvm, path, expected_path)
  local text = programs.read(expected_path)
  expect(text, "there is no %s", expected_path)
  if not text then
    return
  end
  local expected = parse(text)
  local words = { "run" }
  table.move(expected.options, 1, #expected.options, #words + 1, words)
  words[#words + 1] = path
  table.move(expected.arguments, 1, #expected.arguments, #words + 1, words)
  local result = process.run("timeout", "120", selvm, table.unpack(words))
  expect(result.status == expected.status, "exit status %s, not %s: %s", result.status,
    expected.status, result.err)
  if result.out ~= expected.out then
    expect(false, "line %d is %q, not %q", first_difference(result.out, expected.out))
  end
  expect(result.out == expected.out, "it prints\n%s", result.out)
  expect(result.err:find(expected.err or "", 1, true), "no %q in %q", expected.err, result.err)
  if not expected.err then
    expect(result.err == "", "it writes errors: %s", result.err)
  end
end

return programs
