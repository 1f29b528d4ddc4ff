-- SPDX-License-Identifier: MIT
--- Tests `selvm repl`: with lines from a pipe, and at a pseudo-terminal, which the command `script`
--- gives; without that command this part is left out.
--
--   lua5.4 tests/host/test_repl.lua SELVM      (from the root of the repository)

package.path = "./?.lua;" .. package.path

local checks = require "tests.abi.checks"
local process = require "tests.host.process"

local selvm = arg[1] or "build/release/selvm"
local configurations = { classic = "", MCS = "--mcs" }

-- A session of the lines of a text.
local function session(text, options)
  local input = process.file("input", text)
  return process.run("sh", "-c", ("timeout 60 '%s' repl %s <'%s'"):format(selvm, options, input))
end

-- Each pair is what is typed and the pattern of what comes of it.
local function expect_pairs(expect, options, pairs_of_lines)
  local typed, pattern = {}, "^"
  for i = 1, #pairs_of_lines, 2 do
    typed[#typed + 1] = pairs_of_lines[i]
    pattern = pattern .. pairs_of_lines[i + 1]
    local result = session(table.concat(typed, "\n") .. "\n", options)
    expect(result.status == 0 and result.err == "", "%s: status %s, %s", options, result.status,
      result.err)
    expect(result.out:find(pattern .. "$"), "'%s' of '%s': %q does not come of it, but %q",
      typed[#typed], options, pairs_of_lines[i + 1], result.out)
  end
end

for name, options in pairs(configurations) do
  checks.group(name .. ": expressions print their values, statements run", function(expect)
    expect_pairs(expect, options, {
      "1 + 2", "3\n",
      "'a', nil, 70000", "\"a\"\tnil\t70000 %(0x11170%)\n",
      "t = { 1, { 2 }, key = 'v', [4.5] = print }", "",
      "t", "{ 1, { 2 }, %[4%.5%] = function: [%w%s:]+, key = \"v\" }\n",
      "local hidden = 1", "",
      "hidden", "nil\n",
      "", "",
      "for i = 1, 2 do", "the last statement has no end\n",
    })
    expect(session("for i = 1, 2 do\nprint(i)\nend\n", options).out == "1\n2\n", "several lines")
    expect(session("t = {\n", options).out == "the last statement has no end\n", "no end")
    local parts = session("{ 1,\n2 }\n1 +\n2\n'a' ..\n'b', (\n3)\n- 4 )\n5\n", options).out
    expect(parts == "{ 1, 2 }\n3\n\"ab\"\t3\ntyped:1: unexpected symbol near '-'\n5\n", "%q", parts)
  end)

  checks.group(name .. ": capabilities and functions of seL4 are shown", function(expect)
    expect_pairs(expect, options, {
      "seL4.CNode_Delete", "seL4%.CNode_Delete%(_service, index, depth%) %-> error\n",
      "object.cnode", "capability 2: a CNode %(root CNode%)\n",
      "cap(1)", "capability 1: a TCB %(rootserver%)\n",
      "cap(1 << 50)", "capability 1125899906842624: no slot has this number\n",
      "e = memory:object(seL4.EndpointObject) seL4.DebugNameCap(e, 'mine') cap(e)",
      "capability %d+: an Endpoint %(mine%)\n",
      "seL4.Signal", "seL4%.Signal%(dest%)\n",
      "check(seL4.CNode_Delete(2, 1, 65))",
      "RangeError: CNode_Delete on capability 2 %(root CNode%): depth is [^\n]+\n",
    })
    local all = session("caps()\nhelp\n", options).out
    expect(all:find("2  a CNode (root CNode)\n", 1, true) and all:find("an Untyped", 1, true) and
      all:find("Ctrl-D ends", 1, true), "%s", all)
  end)

  checks.group(name .. ": help says how a function is called", function(expect)
    local delete = "seL4%.CNode_Delete%(_service, index, depth%) %-> error\n"
    local recv = name == "MCS" and "src, reply" or "src"
    expect_pairs(expect, options, {
      "help 'Delete'", delete .. "Deletes the capability [^\n]+\n",
      "help(seL4.CNode_Delete)", delete .. "Deletes the capability [^\n]+\n",
      "help(seL4.Recv)", ("seL4%%.Recv%%(%s%%) %%-> info, badge\nWaits [^\n]+\n"):format(recv),
      "help 'DebugDump'", "seL4%.DebugDumpScheduler%(%)\nPrints [^\n]+\n",
      "help 'Load16'", "seL4%.Load16%(vaddr%) %-> value\nReads [^\n]+\n",
      "help 'load'", ("seL4%.Load%d+%(vaddr%) %-> value\n"):rep(4)
        .. "seL4%.LoadBytes%(vaddr, length%) %-> bytes\n",
      "help(memory.object)",
      "memory:object%(object_type, size_bits%)\nMakes an object[^~]+others%.\n",
      "help 'memory:slot'", "memory:slot%(%)\nA slot of[^\n]+\n",
      "help(cap)", "cap%(value%)\nPrints [^\n]+\n",
      "help 'Thread:start'", "Thread:start%(%)\nLets the thread[^\n]+\n",
      "help(print)", "function: [%w:]+: there is no description\n",
      "help 'no such'", "nothing here has 'no such' in its name\n",
    })
    local out = session("help 'memory'\nprint '--'\nhelp(memory)\n", options).out
    local by_name, by_value = out:match "^(.*)%-%-\n(.*)$"
    expect(by_name == by_value and by_name:find "^memory: slots" and
      by_name:find("\nmemory:map(frame, vaddr, root, rights)\n", 1, true), "%s", out)
  end)

  checks.group(name .. ": help knows every name of the session", function(expect)
    local known = session([[
      for key, value in pairs(_ENV) do
        help(key)
        help(value)
      end]], options).out
    expect(not known:find "there is no description" and not known:find "nothing here" and
      not known:find "capability %d", "%s", known)
    known = session([[
      for _, library in ipairs { seL4, object, thread, process, rpc, msgpack,
        getmetatable(memory).__index } do
        for key, value in pairs(library) do
          if type(value) == "function" and key ~= "__tostring" then
            print("# " .. key)
            help(value)
          end
        end
      end]], options).out
    local count = 0
    for key, call, doc in known:gmatch "# ([^\n]+)\n([^\n]*)\n([^\n]*)" do
      count = count + 1
      expect(call:find("[.:]" .. key .. "%(.*%)") and doc ~= "" and not doc:find "^#", "%s: %s, %s",
        key, call, doc)
    end
    local _, asked = known:gsub("%f[^\n\0]# ", "")
    expect(count > 120 and count == asked, "%d functions, %d of them told", asked, count)
  end)

  checks.group(name .. ": after an error or a fault the session goes on", function(expect)
    expect_pairs(expect, options, {
      "error 'no'", "typed:1: no\n",
      "error { 1 }", "table: [^\n]+\n",
      "x = = 1", "typed:1: unexpected symbol near '='\n",
      "seL4.Load64(0x99000)", "VMFault: the page tables do not allow the access of 0x99000\n",
      "seL4.Signal(1 << 40)", "CapFault: sending to capability 0x1+0+: no slot[^\n]+\n",
      "coroutine.resume(coroutine.create(function() error 'inner' end))",
      "false\t\"typed:1: inner\"\n",
      "setmetatable({}, { __tostring = function() error 'deep' end })",
      "the value cannot be shown: typed:1: deep\n",
      "1", "1\n",
    })
    local out = session("seL4.Wait(memory:object(seL4.NotificationObject))\n5\n", options).out
    expect(out:find("nothing can ever run again:\n", 1, true) and out:find("evaluator +waiting") and
      out:find("interrupted\n5\n$"), "%s", out)
    expect(session("seL4.DebugHalt()\n1\n", options).out == "", "a machine that is halted")
  end)

  checks.group(name .. ": exit and quit end the session", function(expect)
    for _, typed in ipairs { "exit", "quit", "exit()", "quit()", "if true then exit() end" } do
      local result = session(("1\n%s\n2\n"):format(typed), options)
      expect(result.status == 0 and result.out == "1\n" and result.err == "", "'%s': %s, %s%s",
        typed, result.status, result.out, result.err)
    end
    local out = session("exit() print 'still here'\n", options).out
    expect(out == "", "what follows exit() is not to run: %s", out)
    out = session("t = thread.new(memory, { entry = exit }):start()\n1\n", options).out
    expect(out == "", "a thread may end it at the prompt: %s", out)
    out = session("thread.new(memory, { entry = exit }):start() "
      .. "seL4.Wait(memory:object(seL4.NotificationObject))\n1\n", options).out
    expect(out == "", "or while a statement waits: %s", out)
  end)

  checks.group(name .. ": who deletes the evaluator gets another", function(expect)
    local find = [[
      for slot = 1, 4095 do
        if (seL4.DebugCapText(slot) or ""):find "evaluator" then own = slot end
      end
      x = 1]]
    local lost = "the thread that runs statements is no more; a new one takes its place\n"
    local typed = find:gsub("\n", " ")
    local out = session(typed .. "\nseL4.CNode_Delete(2, own, 64)\nx + 1\n" .. typed
      .. "\nseL4.CNode_Delete(2, own, 64)\nx + 2\nerror 'no'\nseL4.Signal(1 << 40)\n",
      options).out
    local stopped = "nothing can ever run again:\n[^\n]*\n[^\n]*\ninterrupted\n" .. lost
    expect(out:find("^" .. stopped .. "2\n" .. stopped .. "3\ntyped:1: no\nCapFault: [^\n]*\n$"),
      "%s", out)
    out = session(typed .. [[

      thread.new(memory, { entry = function() seL4.CNode_Delete(2, own, 64) end }):start() x = 5
      x
    ]], options).out
    expect(out == lost .. "5\n", "deleted between two statements: %s", out)
  end)

  checks.group(name .. ": the libraries can be used", function(expect)
    expect_pairs(expect, options, {
      "thread.new(memory, { name = 'w', entry = function() print 'from a thread' end }):start()",
      "thread 'w' of TCB %d+\nfrom a thread\n",
      "#msgpack.encode { 1, 2 }", "3\n",
      "p = process.new(memory, { name = 'child', source = 'print(7)', heap_bits = 18 })", "",
      "p:start()", "process 'child' of TCB %d+\n7\n",
    })
  end)
end

checks.group("lines longer than the port's queue arrive", function(expect)
  local long = ("x"):rep(2000)
  expect(session(("#'%s'\n"):format(long), "").out == "2000\n", "a long line")
end)

checks.group("an interrupt stops the statement, not the session", function(expect)
  local result = process.run("sh", "-c", ([[
    { echo 'while true do end'; sleep 1.5; echo '6 * 7'; } |
      timeout --foreground -s INT 1 '%s' repl]]):format(selvm))
  expect(result.out:find("\ninterrupted\n42\n$"), "%s%s", result.out, result.err)
end)

checks.group("a session that cannot go on ends", function(expect)
  local result = session("seL4.TCB_Suspend(1)\n1\n", "")
  expect(result.status == 1 and result.err:find("session's own thread cannot go on", 1, true),
    "status %s: %s", result.status, result.err)
  result = process.run("sh", "-c", ("echo 1 | timeout 20 '%s' repl >/dev/full"):format(selvm))
  expect(result.status == 1 and result.err:find("could not be written", 1, true), "status %s: %s",
    result.status, result.err)
end)

checks.group("wrong usage is told", function(expect)
  local result = process.run(selvm, "repl", "a.lua")
  expect(result.status == 2 and result.err:find("write: selvm run a.lua", 1, true), "%s",
    result.err)
  result = process.run(selvm, "repl", "--memry")
  expect(result.status == 2 and result.err:find("did you mean '--memory'?", 1, true), "%s",
    result.err)
  expect(process.run(selvm, "repl", "--help").out:find("usage: selvm repl", 1, true), "help")
  expect(process.run(selvm, "repl", "--memory", "8M").status == 2, "too little memory")
end)

-- What a terminal shows when keys are pressed, each group of them half a second after the last.
-- `script` runs its command by a shell; `exec` leaves none between that would answer Ctrl-C too.
local function at_terminal(options, ...)
  local keys = {}
  for i, group in ipairs { ... } do
    keys[i] = ("sleep 0.6; printf '%s'"):format(group)
  end
  return process.run("sh", "-c", ("{ %s; sleep 0.6; } | TERM=xterm timeout 60 script -qec "
    .. "'exec %s repl %s' /dev/null"):format(table.concat(keys, "; "), selvm, options))
end

if os.execute "command -v script >/dev/null 2>&1" then
  for name, options in pairs(configurations) do
    checks.group(name .. ": a terminal has prompts, Ctrl-C and Ctrl-D", function(expect)
      local result = at_terminal(options, "1 + 1\\r", "while true do end\\r", "\\003", "6 * 7\\r",
        "\\004")
      expect(result.status == 0, "status %s: %s", result.status, result.out)
      expect(result.out:find("> 1 + 1\r\n2\r\n> ", 1, true), "%q", result.out)
      expect(result.out:find("interrupted\r\n> 6 * 7\r\n42\r\n> ", 1, true), "%q", result.out)
    end)
  end
  local first = at_terminal("", "seL4.CNode_Rev\\t\\r", "\\033[A\\r", "\\004")
  if first.out:find("CNode_Revoke", 1, true) then
    checks.group("a line editor completes names and remembers lines", function(expect)
      local _, count = first.out:gsub("seL4%.CNode_Revoke%(_service, index, depth%) %-> error", "")
      expect(count == 2, "%q", first.out)
    end)
  else
    print "completion and history are skipped: this build has no line editor"
  end
else
  print "the terminal is skipped: there is no command 'script' (Debian's bsdutils)"
end

process.cleanup()
checks.finish()
