-- SPDX-License-Identifier: MIT
--- The terminal's side of `selvm repl`: reads lines, types them at the serial port of a machine
--- whose root task is sel4.repl, and shows what that prints.
--
--   local session = repl.session(terminal)
--   local machine = selvm.machine { source = repl.SOURCE, console = session:console(io.write) }
--   session:run(machine)                         -- until the input ends
--
-- The root task says between the bytes 1 and 2 what it needs; user/sel4/repl/init.lua says how.
-- While a statement runs the machine runs in short turns, so that Ctrl-C is heard between two.

local repl = {}

local TURN_US, IDLE_US = 10000, 20000
local INTERRUPT, END_OF_INPUT = "\3", "\4"

--- The program that such a machine runs, for option `source`.
repl.SOURCE = 'require("sel4.repl").run()'

local Session = {}
Session.__index = Session

-- --- what the machine prints --------------------------------------------------------------------

local function heard(session, kind, text)
  if kind == "P" then
    session.prompt = text
  elseif kind == "C" then
    session.words = {}
    for word in text:gmatch "%S+" do
      table.insert(session.words, word)
    end
  elseif kind == "B" then
    session.has_ended = true
  end
end

--- The machine's console: writes what is for people, and hears what is not. What is between the
--- marks may come in several parts.
function Session:console(write)
  local waiting = ""
  return function(text)
    waiting = waiting .. text
    while true do
      local before, kind, message, rest = waiting:match "^([^\1]*)\1(.)([^\2]*)\2(.*)$"
      if not before then
        break
      end
      write(before)
      heard(self, kind, message)
      waiting = rest
    end
    if not waiting:find("\1", 1, true) then
      write(waiting)
      waiting = ""
    end
  end
end

-- --- running ------------------------------------------------------------------------------------

-- Types a text; the port's queue is short, so the machine runs in between.
local function type_text(session, text)
  while text ~= "" do
    text = text:sub(session.machine:input(text) + 1)
    if text ~= "" then
      session.machine:run(TURN_US)
    end
  end
end

-- Nothing can run, and no line is asked for: what the statement waits for will never come. False:
-- it has been interrupted already, so the session itself is stuck.
local function report_stuck(session)
  if session.is_stuck then
    return false
  end
  session.is_stuck = true
  io.write("nothing can ever run again:\n", session.machine:thread_table(), "\n")
  type_text(session, INTERRUPT)
  return true
end

-- Runs until `is_done` says so, or the machine has stopped for good. Returns why it stopped then,
-- and what was wrong if it was the console.
local function run_until(session, is_done)
  session.is_stuck = false
  while not is_done() and not session.has_ended do
    local why, problem = session.machine:run(TURN_US)
    if session.has_ended then
      return nil, problem
    elseif why == "halted" or why == "idle" or problem then
      return why, problem
    elseif session.terminal.was_interrupted() then
      io.write "\n"
      type_text(session, INTERRUPT)
    elseif why == "deadlock" and not is_done() and not report_stuck(session) then
      return why
    end
  end
end

-- The words that the line editor offers. Only the root task knows its names.
local function complete(session, word)
  session.words = nil
  type_text(session, ("\t%s\n"):format(word))
  run_until(session, function() return session.words end)
  return session.words
end

-- --- reading ------------------------------------------------------------------------------------

-- A line; nil at the end of the input, false after Ctrl-C.
local function read_line(session, prompt)
  local terminal = session.terminal
  local line
  if terminal.read_line and terminal.is_terminal() then
    line = terminal.read_line(prompt, function(word) return complete(session, word) end)
  else
    if terminal.is_terminal() then
      io.write(prompt)
    end
    io.stdout:flush()
    line = io.read "l"
  end
  if terminal.was_interrupted() then
    return false
  end
  return line
end

-- One line for the root task, which has asked for it.
local function answer(session)
  local line = read_line(session, session.prompt)
  session.prompt = nil
  if line == false then
    io.write "\n"
    type_text(session, INTERRUPT)
  elseif line == nil then
    if session.terminal.is_terminal() then
      io.write "\n"
    end
    type_text(session, END_OF_INPUT .. "\n")
  else
    -- Control characters mean something to the root task; nobody types them on purpose.
    type_text(session, line:gsub("%c", " ") .. "\n")
  end
end

--- A session that is not yet run; its machine is set when that is made (its console needs the
--- session). `terminal` is selvm.terminal's table.
function repl.session(terminal)
  return setmetatable({ terminal = terminal }, Session)
end

--- Runs a session until the input ends, the machine halts, or its root task cannot go on. Returns
--- nil after the end of the input, else why the machine stopped ("halted", "idle", "deadlock"), and
--- what was wrong if its output could not be written.
function Session:run(machine)
  self.machine = machine
  self.terminal.catch_interrupts(true)
  local why, problem
  repeat
    why, problem = run_until(self, function() return self.prompt end)
    if self.prompt and not why and not self.has_ended then
      machine:run(IDLE_US) -- threads of the program's own go on a little
      if not self.has_ended then
        answer(self)
      end
    end
  until why or self.has_ended
  self.terminal.catch_interrupts(false)
  local _, unwritten = io.stdout:flush()
  return why, problem or unwritten
end

return repl
