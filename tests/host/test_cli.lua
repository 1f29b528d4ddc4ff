-- SPDX-License-Identifier: MIT
--- Tests the command line: what it prints, and its exit status.
--
--   lua5.4 tests/host/test_cli.lua SELVM      (from the root of the repository)

package.path = "./?.lua;" .. package.path

local checks = require "tests.abi.checks"
local process = require "tests.host.process"

local selvm = arg[1] or "build/release/selvm"

-- Runs a program text with options before it and arguments behind it.
local function run_text(text, options, arguments)
  local path = process.file("p.lua", text)
  local words = { selvm, "run" }
  table.move(options or {}, 1, #(options or {}), #words + 1, words)
  words[#words + 1] = path
  table.move(arguments or {}, 1, #(arguments or {}), #words + 1, words)
  return process.run(table.unpack(words))
end

-- expect() that a result has a status and texts in its output and errors.
local function expect_result(expect, result, status, out, err)
  expect(result.status == status, "exit status %s, not %d: %s%s", result.status, status, result.out,
    result.err)
  expect(result.out:find(out, 1, true), "no %q in the output %q", out, result.out)
  expect(result.err:find(err, 1, true), "no %q in the errors %q", err, result.err)
end

checks.group("a program that ends has status 0", function(expect)
  local result = run_text('print("hello", ...)', nil, { "a", "b c", "--help" })
  expect_result(expect, result, 0, "hello\ta\tb c\t--help\n", "")
  expect(result.err == "", "%s", result.err)
  expect_result(expect, run_text("require('seL4').DebugHalt() print 'no'"), 0, "", "")
end)

checks.group("an uncaught error has status 1 and a traceback", function(expect)
  local result = run_text('local function f()\n  error("boom")\nend\nf()')
  expect_result(expect, result, 1, "", "p.lua:2: boom")
  expect(result.err:find("stack traceback:", 1, true), "no traceback")
  expect(result.err:find("p.lua:4: in main chunk", 1, true), "%s", result.err)
end)

checks.group("a fault that nobody handles has status 1", function(expect)
  local result = run_text('require("seL4").Load64(0x1000)')
  expect_result(expect, result, 1, "VMFault", "selvm: error in thread 'rootserver'")
end)

checks.group("a program that waits for ever has status 3 and a table", function(expect)
  local result = run_text([[
local seL4 = require "seL4"
local info = seL4.GetBootInfo()
local ut
for i, untyped in ipairs(info.untypedList) do
  if not untyped.isDevice and untyped.sizeBits >= 12 then ut = info.untyped.start + i - 1 end
end
assert(seL4.Untyped_Retype(ut, seL4.EndpointObject, 0, seL4.CapInitThreadCNode, 0, 0,
  info.empty.start, 1) == 0)
print "before"
seL4.Recv(info.empty.start)
]])
  expect_result(expect, result, 3, "before\n", "nothing can ever run again")
  expect(result.err:find("rootserver +receiving +endpoint 0x%x+ %(slot %d+%) +%S*p.lua:10"),
    "%s", result.err)
end)

checks.group("options are read", function(expect)
  local text = [[
local info = require("seL4").GetBootInfo()
local bytes = 0
for _, untyped in ipairs(info.untypedList) do
  bytes = bytes + (untyped.isDevice and 0 or 1 << untyped.sizeBits)
end
print(bytes < 4 << 20)]]
  expect_result(expect, run_text(text, { "--memory", "4M", "--heap=1M" }), 0, "true\n", "")
  expect_result(expect, run_text(text), 0, "false\n", "")
  expect_result(expect, run_text(text, { "--" }), 0, "false\n", "")
  local refused = 'require("seL4").CNode_Delete(2, 0x1000, 65)'
  expect(run_text(refused).out == "", "an untraced error is printed")
  expect(run_text(refused, { "--trace-errors" }).out ~= "", "a traced error is not printed")
  expect_result(expect, run_text("", { "--domains", "4" }), 0, "", "")
end)

checks.group("help and version", function(expect)
  expect_result(expect, process.run(selvm, "--help"), 0, "usage: selvm run", "")
  expect_result(expect, process.run(selvm, "run", "--help"), 0, "--memory SIZE", "")
  expect_result(expect, process.run(selvm, "--version"), 0, "selvm ", "")
  expect_result(expect, process.run(selvm, "run", "--version"), 0, "selvm ", "")
end)

checks.group("wrong usage has status 2 and a hint", function(expect)
  local function wrong(message, ...)
    expect_result(expect, process.run(selvm, ...), 2, "", message)
  end
  wrong("usage: selvm run")
  wrong("unknown command 'rnu'; did you mean 'run'?", "rnu")
  wrong("write: selvm run a.lua", "a.lua")
  wrong("no program given", "run")
  wrong("unknown option '--memroy'; did you mean '--memory'?", "run", "--memroy", "1M", "a.lua")
  wrong("option '--memory' needs a value", "run", "--memory")
  wrong("option '--trace-errors' takes no value", "run", "--trace-errors=1", "a.lua")
  wrong("'much' is no size", "run", "--memory", "much", "a.lua")
  wrong("a power of two from 64K to 1G: for 20M choose 32M", "run", "--heap", "20M", "a.lua")
  wrong("a whole number from 1 to 256, not 0", "run", "--domains", "0", "a.lua")
end)

checks.group("a program that cannot be started has status 2", function(expect)
  expect_result(expect, process.run(selvm, "run", "no/such.lua"), 2, "",
    "selvm: cannot read 'no/such.lua': No such file or directory\n")
  expect_result(expect, run_text("x = = 1"), 2, "", "p.lua:1: unexpected symbol near '='")
  expect_result(expect, run_text('require "nowhere"'), 2, "", "p.lua:1: module 'nowhere' not found")
  local result = run_text("", { "--memory", "1M" })
  expect_result(expect, result, 2, "", "1M of memory is too little: the kernel, the program")
  local needed = result.err:match("heap of 16M need (%w+)\n")
  expect_result(expect, run_text("", { "--memory", needed or "?" }), 0, "", "")
end)

checks.group("modules next to the program are found", function(expect)
  process.file("parts/one.lua", "return { name = ... }")
  local text = 'print(require("parts.one") == require "parts.one", pcall(require, "gone"))'
  expect_result(expect, run_text(text), 0, "true\tfalse\t", "")
end)

process.cleanup()
checks.finish()
