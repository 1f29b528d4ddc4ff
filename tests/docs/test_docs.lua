-- SPDX-License-Identifier: MIT
--- Runs what the pages of docs/ show, and compares it with what they say comes out.
---
---   lua5.4 tests/docs/test_docs.lua [FOLDER]      (from the root of the repository)
---
--- FOLDER has the executable and the module, build/release if left out.
---
--- Blocks of a page, in order, by the words behind the three backquotes:
---
---   lua           a program: run as a root task, it must succeed
---   lua NAME      written to a file NAME for the blocks that follow
---   c NAME        a C program, written to a file, too; the page is left out without the compiler
---   lua host      run by lua5.4, where `require "selvm"` finds the module
---   sh            commands behind "$ ", each followed by what it prints on both outputs, if shown;
---                 one must succeed unless `$ echo $?` follows. Other lines are output.
---   text          output of the block before, or of nothing that is run if no block is before it
---
--- In shown output, "..." in a line stands for anything, and a line of "..." for any lines.

package.path = "./?.lua;" .. package.path

local checks = require "tests.abi.checks"
local process = require "tests.host.process"

local folder = arg[1] or "build/release"
local root = assert(io.popen("pwd")):read("l")
local MARK = "%%%%next command%%%%"

-- The fenced blocks of a page: { language, word, text, line }.
local function blocks_of(path)
  local blocks, block, number = {}, nil, 0
  for line in io.lines(path) do
    number = number + 1
    local fence = line:match("^```(.*)$")
    if fence and block then
      block.text = table.concat(block, "\n")
      blocks[#blocks + 1], block = block, nil
    elseif fence then
      block = { language = fence:match("^%S*"), word = fence:match("^%S+%s+(%S+)"), line = number }
    elseif block then
      block[#block + 1] = line
    end
  end
  assert(not block, path .. ": a block does not end")
  return blocks
end

local function escape(text)
  return (text:gsub("%p", "%%%0"))
end

-- Whether an output is as shown, with "..." for what may differ.
local function is_as_shown(output, shown)
  local pattern = {}
  for line in (shown .. "\n"):gmatch("(.-)\n") do
    if line == "..." then
      pattern[#pattern + 1] = ".-"
    else
      pattern[#pattern + 1] = escape(line):gsub("%%%.%%%.%%%.", "[^\n]-") .. "\n"
    end
  end
  return (output:gsub("\n*$", "\n")):find("^" .. table.concat(pattern) .. "$") ~= nil
end

-- A folder where the pages' commands work: the built selvm, and the project's files.
local function make_place()
  local links = { { root .. "/" .. folder .. "/selvm", "selvm" } }
  for _, name in ipairs { "examples", "bench", "build", "tests" } do
    links[#links + 1] = { root .. "/" .. name, name }
  end
  for _, link in ipairs(links) do
    assert(os.execute(("ln -s '%s' '%s/%s'"):format(link[1], process.folder, link[2])))
  end
end

-- Runs a shell command in that place: what it prints, and its status.
local function run(command)
  local script = ("cd '%s' && { %s\n} 2>&1"):format(process.folder, command)
  local result = process.run("sh", "-c", script)
  return result.out, result.status
end

-- The commands of a sh block: { text, shown = { lines } }.
local function commands_of(block)
  local commands = {}
  for _, line in ipairs(block) do
    local command = line:match("^%$ (.*)$")
    if command then
      commands[#commands + 1] = { text = command, shown = {} }
    else
      local last = assert(commands[#commands], "a sh block must begin with '$ '")
      table.insert(last.shown, line)
    end
  end
  return commands
end

-- All commands of a block in one shell, so that $? is the last one's status.
local function check_commands(expect, path, block)
  local commands, script = commands_of(block), { "status=0" }
  for _, command in ipairs(commands) do
    script[#script + 1] = ("echo '%s'; (exit $status); %s\nstatus=$?"):format(MARK, command.text)
    script[#script + 1] = ('echo "%s$status"'):format(MARK)
  end
  local output = run(table.concat(script, "\n"))
  local at = 1
  for i, command in ipairs(commands) do
    local place = ("%s:%d: %s"):format(path, block.line, command.text)
    local _, start = output:find(MARK .. "\n", at, true)
    local stop, last = output:find(MARK, (start or 0) + 1, true)
    expect(start and stop, "%s: the shell has ended: %s", place, output)
    local printed = output:sub(start + 1, stop - 1)
    local status = tonumber(output:match("^%d+", last + 1))
    at = last + 1
    local following = commands[i + 1]
    expect(status == 0 or following and following.text == "echo $?", "%s has status %s:\n%s", place,
      status, printed)
    expect(#command.shown == 0 or is_as_shown(printed, table.concat(command.shown, "\n")),
      "%s prints\n%s\nnot\n%s", place, printed, table.concat(command.shown, "\n"))
  end
end

-- Runs a block of a program and compares with the text block behind it, if there is one.
local function check_program(expect, path, block, following)
  local place = ("%s:%d"):format(path, block.line)
  process.file("block.lua", block.text)
  local command = block.word == "host" and "lua5.4 block.lua" or "./selvm run block.lua"
  local output, status = run(command)
  expect(status == 0, "%s: the program has status %s: %s", place, status, output)
  if following and following.language == "text" then
    expect(is_as_shown(output, following.text), "%s prints\n%s\nnot\n%s", place, output,
      following.text)
  end
end

-- Whether a page can be tested here: one with C programs needs a compiler for them.
local function is_testable(path, blocks)
  local has_compiler = os.execute "command -v riscv64-unknown-elf-gcc >/dev/null"
  for _, block in ipairs(blocks) do
    if block.language == "c" and not has_compiler then
      print(("skipped: %s needs riscv64-unknown-elf-gcc"):format(path))
      return false
    end
  end
  return true
end

-- Runs the blocks of a page in order.
local function check_blocks(expect, path, blocks)
  for i, block in ipairs(blocks) do
    local is_file = block.language == "c" or block.language == "lua" and block.word ~= "host"
    if block.language == "sh" then
      check_commands(expect, path, block)
    elseif is_file and block.word then
      process.file(block.word, block.text .. "\n")
    elseif block.language == "lua" then
      check_program(expect, path, block, blocks[i + 1])
    else
      expect(block.language == "text", "%s:%d: a block of kind '%s'", path, block.line,
        block.language)
    end
  end
end

-- Files that a page links to are there.
local function check_links(expect, path)
  local file = assert(io.open(path))
  local text = file:read("a")
  file:close()
  local base = path:match("^(.*)/") or "."
  for target in text:gmatch("%]%(([^)#]+)[^)]*%)") do
    if not target:find("^%a+:") then
      expect(os.execute(("test -e '%s/%s'"):format(base, target)), "%s links to %s", path, target)
    end
  end
end

make_place()
local pages = { "README.md" }
for path in assert(io.popen("ls docs/*.md")):lines() do
  pages[#pages + 1] = path
end
for _, path in ipairs(pages) do
  checks.group(path, function(expect)
    check_links(expect, path)
    local blocks = blocks_of(path)
    if is_testable(path, blocks) then
      check_blocks(expect, path, blocks)
    end
  end)
end

process.cleanup()
checks.finish()
