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

checks.group("a line is shown even if the program never ends", function(expect)
  local path = process.file("spin.lua", "print 'a line' while true do end")
  expect(process.run("timeout", "1", selvm, "run", path).out == "a line\n", "no line")
end)

checks.group("output that cannot be written has status 1", function(expect)
  for _, count in ipairs { 1, 100000 } do
    local path = process.file("p.lua", ("for i = 1, %d do print(i) end"):format(count))
    local result = process.run("sh", "-c", ("'%s' run '%s' >/dev/full"):format(selvm, path))
    expect_result(expect, result, 1, "", "the program's output could not be written: No space left")
  end
end)

checks.group("an uncaught error has status 1 and a traceback", function(expect)
  local result = run_text('local function f()\n  error("boom")\nend\nf()')
  expect_result(expect, result, 1, "", "p.lua:2: boom")
  expect(result.err:find("stack traceback:", 1, true), "no traceback")
  expect(result.err:find("p.lua:4: in main chunk", 1, true), "%s", result.err)
end)

checks.group("a full heap is an error that says what to do", function(expect)
  local text = "local t = {} for i = 1, 1e9 do t[i] = {} end"
  expect_result(expect, run_text(text, { "--heap", "1M" }), 1, "", "rootserver': not enough memory")
  expect_result(expect, run_text(text, { "--heap", "1M" }), 1, "",
    "selvm: the program's Lua heap of 1M is full; --heap gives it another size\n")
end)

checks.group("an uncaught error of another process is on the console", function(expect)
  local result = run_text([[
local memory = require("sel4.bootstrap").open()
require("sel4.process").new(memory, { name = "child", source = "local x = nil + 1" }):start()]])
  expect_result(expect, result, 0, "thread 'child' stopped: UserException, 0x4c00 " ..
    "(an uncaught Lua error), code 0x0, at pc", "")
  expect(result.out:find(
    "\nchild:1: attempt to perform arithmetic on a nil value\nstack traceback:", 1, true), "%s",
    result.out)
  expect(result.err == "", "%s", result.err)
end)

checks.group("an error object without a text is told by its type", function(expect)
  expect_result(expect, run_text("error({})"), 1, "", "(error object is a table value)")
  expect_result(expect, run_text("error()"), 1, "", "(error object is a nil value)")
  expect_result(expect, run_text("error(false)"), 1, "", "rootserver': false\n")
  expect_result(expect, run_text("error(12)"), 1, "", "rootserver': 12\n")
  expect_result(expect, run_text(
    "error(setmetatable({}, { __tostring = function() return 'mine' end }))"), 1, "", ": mine\n")
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

checks.group("functions that only the other configuration has", function(expect)
  local function told(text, options, what)
    local result = run_text(text, options)
    expect(result.status == 1 and result.err:find(what, 1, true), "%s", result.err)
  end
  told('require("seL4").NBWait(1)', {}, "a nil value (field 'NBWait'): seL4.NBWait belongs to the "
    .. "MCS configuration, and this is the classic one")
  told('local seL4 = require("seL4") seL4.SchedContext_Bind(1, 2)', {}, "belongs to the MCS")
  told('require("seL4").Reply(1)', { "--mcs" }, "seL4.Reply belongs to the classic configuration")
  local result = run_text('require("seL4").Nothing(1)')
  expect(not result.err:find("belongs", 1, true), "%s", result.err)
end)

checks.group("a program as editors and beginners write it", function(expect)
  local marked = "\xef\xbb\xbf#!/usr/bin/env selvm\nprint 'marked'"
  expect_result(expect, run_text(marked), 0, "marked\n", "")
  local result = run_text 'require "Sel4"'
  expect(result.status == 2 and result.err:find("did you mean 'seL4'?", 1, true), "%s", result.err)
end)

checks.group("names of registers", function(expect)
  local text = 'local s = require("seL4") s.TCB_WriteRegisters(1, false, 0, 32, { %s })'
  local result = run_text(text:format "PC = 1")
  expect(result.err:find("there is no register 'PC'; there are pc, ra", 1, true), "%s", result.err)
  result = run_text(text:format "7")
  expect(result.err:find("there is no register '1'", 1, true), "%s", result.err)
end)

checks.group("a domain without a turn", function(expect)
  local text = [[
local seL4 = require "seL4"
local again, starts = ...
if again then
  for domain = 0, 1 do
    assert(seL4.DomainSet_ScheduleConfigure(seL4.CapDomain, domain, domain, 9000) == 0)
  end
end
if starts then
  assert(seL4.DomainSet_ScheduleSetStart(seL4.CapDomain, 0) == 0)
end
seL4.DomainSet_Set(seL4.CapDomain, 1, seL4.CapInitThreadTCB)
print "its turn has come"]]
  for _, mcs in ipairs { false, "--mcs" } do
    local options = { "--domains", "2", mcs or nil }
    for _, args in ipairs { {}, { "again" } } do -- the first turn of domain 0 goes on
      local result = run_text(text, options, args)
      expect(result.status == 3 and result.out == "", "%s%s", result.out, result.err)
      expect(result.err:find("nothing can ever run again", 1, true), "%s", result.err)
    end
    expect_result(expect, run_text(text, options, { "again", "start" }), 0,
      "its turn has come\n", "")
  end
end)

checks.group("the clock is chosen", function(expect)
  local text = [[
local seL4 = require "seL4"
local memory = require("sel4.bootstrap").open()
local thread = require "sel4.thread"
local function work() for i = 1, 300000 do local _ = i // 3 end return "done" end
local a = thread.new(memory, { priority = 9, entry = work, name = "a", monitor = true }):start()
local b = thread.new(memory, { priority = 9, entry = work, name = "b", monitor = true }):start()
print(a:wait())
print(b:wait())]]
  local out = "thread 'a' has ended with done\nthread 'b' has ended with done\n"
  expect_result(expect, run_text(text, { "--clock", "virtual" }), 0, out, "")
  expect_result(expect, run_text(text, { "--clock", "host" }), 0, out, "")
  expect_result(expect, run_text(text, { "--clock=host", "--mcs" }), 0, out, "")
  expect_result(expect, run_text(text, { "--clock", "hots" }), 2, "",
    "selvm: option '--clock' must be 'virtual' or 'host', not 'hots'\nTry 'selvm run --help'.\n")
  expect_result(expect, run_text(text, { "--clok", "host" }), 2, "", "did you mean '--clock'?")
  expect_result(expect, process.run(selvm, "repl", "--clock", "host"), 0, "", "")
  expect_result(expect, process.run(selvm, "repl", "--clock", "x"), 2, "", "'selvm repl --help'")
end)

checks.group("help and version", function(expect)
  expect_result(expect, process.run(selvm, "--help"), 0, "usage: selvm run", "")
  expect_result(expect, process.run(selvm, "-h"), 0, "usage: selvm run", "")
  expect_result(expect, process.run(selvm, "run", "-h"), 0, "--memory SIZE", "")
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
  wrong("no program given", "run", "")
  wrong("no program given", "run", "--")
  wrong("a program is not read from standard input", "run", "-")
  wrong("unknown command 'hello'; write: selvm run FILE.lua", "hello")
  wrong("unknown command '--memory'; options stand behind 'run'", "--memory", "1M", "a.lua")
  wrong("unknown command '--memory=1M'; options stand behind 'run'", "--memory=1M", "a.lua")
  wrong("unknown option '-x'", "run", "-x", "a.lua")
  wrong("option '--memory' needs a value", "run", "--memory=", "a.lua")
  wrong("'64MB' is no size; write for example 64M", "run", "--memory", "64MB", "a.lua")
  wrong("'0' is no size", "run", "--memory", "0", "a.lua")
  wrong("must be a multiple of 4K; 5000 is not", "run", "--memory", "5000", "a.lua")
  wrong("for 3G choose 1G", "run", "--heap", "3G", "a.lua")
  wrong("for 1 choose 64K", "run", "--heap", "1", "a.lua")
  wrong("a whole number from 1 to 256, not 'x'", "run", "--domains", "x", "a.lua")
  wrong("unknown option '--mem'; did you mean '--memory'?", "run", "--mem", "1M", "a.lua")
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
  expect_result(expect, process.run(selvm, "run", process.folder), 2, "",
    "selvm: cannot read '" .. process.folder .. "': Is a directory\n")
  expect_result(expect, run_text("x = = 1"), 2, "", "p.lua:1: unexpected symbol near '='")
  expect_result(expect, run_text('\n\nx = "a'), 2, "", "p.lua:3: unfinished string near")
  expect_result(expect, run_text(string.dump(function() end)), 2, "", "only Lua source can be run")
  expect_result(expect, run_text('\nlocal os = require "os"'), 2, "",
    "p.lua:2: module 'os' does not exist inside the machine")
  if not selvm:find("debug") then -- the sanitizers' allocator ends the process instead
    expect_result(expect, run_text("", { "--memory", "1000G" }), 2, "",
      "the host has no 1000G of memory to give")
  end
  expect_result(expect, run_text('require "nowhere"'), 2, "", "p.lua:1: module 'nowhere' not found")
  local result = run_text("", { "--memory", "1M" })
  expect_result(expect, result, 2, "", "1M of memory is too little: the kernel, the program")
  local needed = result.err:match("heap of 16M need (%w+)\n")
  expect_result(expect, run_text("", { "--memory", needed or "?" }), 0, "", "")
end)

checks.group("--file gives the program bytes, whatever they are", function(expect)
  local all = {}
  for byte = 0, 255 do
    all[byte + 1] = string.char(byte)
  end
  local path = process.file("all", table.concat(all))
  local text = [[
local image = require "sel4.image"
local all, none = image.file "all", image.file "an empty one"
local is_right = #all == 256 and #none == 0
for byte = 0, 255 do is_right = is_right and all:byte(byte + 1) == byte end
print(is_right, select(2, pcall(image.file, "gone")))]]
  local result = run_text(text, { "--file", "all=" .. path, "--file=an empty one=/dev/null" })
  expect_result(expect, result, 0, "true\t", "")
  expect_result(expect, result, 0,
    "there is no file 'gone' in the image; it is given with selvm run --file gone=PATH\n", "")
end)

checks.group("a file that cannot be given has status 2", function(expect)
  local path = process.file("data", "x")
  for _, row in ipairs {
    { "option '--file' needs NAME=PATH, not 'data'", "data" },
    { "option '--file' needs NAME=PATH, not '=data'", "=data" },
    { "option '--file' needs NAME=PATH, not 'data='", "data=" },
    { "selvm: cannot read 'no/such': No such file or directory\n", "data=no/such" },
    { "file 'p.lua' has the name of a module; give it another one", "p.lua=" .. path },
    { "file 'bytecode' begins like bytecode", "bytecode=" .. process.file("b", "\27Lua") },
  } do
    local result = process.run("sh", "-c", ("cd '%s' && '%s' run --file '%s' p.lua"):format(
      process.folder, process.run("readlink", "-f", selvm).out:gsub("\n", ""), row[2]))
    expect_result(expect, result, 2, "", row[1])
  end
  expect_result(expect, run_text("", { "--file", "a=" .. path, "--file", "a=" .. path }), 2, "",
    "two files are named 'a'")
end)

checks.group("modules next to the program are found", function(expect)
  process.file("parts/one.lua", "return { name = ... }")
  local text = 'print(require("parts.one") == require "parts.one", pcall(require, "gone"))'
  expect_result(expect, run_text(text), 0, "true\tfalse\t", "")
end)

process.cleanup()
checks.finish()
