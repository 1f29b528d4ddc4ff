-- SPDX-License-Identifier: MIT
--- The program of `selvm repl`: a root task that reads lines from the serial port and runs them.
--
--   require("sel4.repl").run()            -- does not return before the input has ended
--
-- Two threads share the work. The session, the root task's first thread, reads the port, so it
-- hears Ctrl-C (byte 3) while a statement runs; the evaluator, of less priority, runs statements.
-- To stop one the session suspends the evaluator and starts it anew. A fault of the evaluator comes
-- to the session, which tells it and goes on.
--
-- The terminal's side is told what it needs between the bytes 1 and 2: "P" and the prompt when a
-- line is expected, "C" and words after a line that began with a tabulator, "B" at the end. A line
-- that is only byte 4 ends the session.

local seL4 = require "seL4"
local bootstrap = require "sel4.bootstrap"
local help = require "sel4.repl.help"
local object = require "sel4.object"
local show = require "sel4.repl.show"
local statement = require "sel4.repl.statement"
local thread = require "sel4.thread"

local repl = {}

local UART, UART_LINE = 0x10000000, 10
local REGISTER_DATA, REGISTER_INTERRUPTS, REGISTER_STATUS = 0, 1, 5
local BADGE_INPUT, BADGE_DONE, BADGE_FAULT = 1, 2, 4
local EVALUATOR_PRIORITY = 200
local INTERRUPT, END_OF_INPUT, NEW_LINE = 3, 4, 10
local check = bootstrap.check

local Session = {}
Session.__index = Session

local function tell(kind, text)
  seL4.DebugPutString(("\1%s%s\2"):format(kind, text))
end

-- --- the evaluator ------------------------------------------------------------------------------

-- The values of a call that has succeeded. Who types no more than `exit` wants to leave, too.
local function print_values(session, first, ...)
  local count = select("#", ...)
  if not first then
    print((...))
    return
  elseif count == 1 and rawequal(..., session.exit) then
    session.exit()
  end
  local texts = {}
  for i = 1, count do
    texts[i] = show.value((select(i, ...)))
  end
  if count > 0 then
    print(table.concat(texts, "\t"))
  end
end

-- What the evaluator runs each time that it is started: one statement.
local function evaluate(session)
  local is_shown, why = pcall(print_values, session, pcall(session.statement))
  if not is_shown then
    print("the value cannot be shown: " .. tostring(why))
  end
  session.is_running = false
  seL4.Signal(session.done)
end

local function new_evaluator(session)
  return thread.new(session.memory, { name = "evaluator", priority = EVALUATOR_PRIORITY,
    fault_endpoint = session.fault_endpoint, entry = function() evaluate(session) end })
end

-- Statements can delete any capability, that to the evaluator's TCB, too.
local function stop_evaluator(session)
  session.is_running = false
  if seL4.TCB_Suspend(session.evaluator.tcb) ~= seL4.NoError then
    print "the thread that runs statements is no more; a new one takes its place"
    session.evaluator = new_evaluator(session)
  end
end

-- From the beginning, with whatever it was doing forgotten.
local function start_evaluator(session)
  stop_evaluator(session)
  session.is_running = true
  session.evaluator:start()
end

-- --- the port -----------------------------------------------------------------------------------

local function open_port(session, memory)
  local window = memory:window(1 << seL4.PageBits)
  local handler = memory:slot()
  memory:map(memory:device_frame(UART), window)
  check(seL4.IRQControl_Get(seL4.CapIRQControl, UART_LINE, seL4.CapInitThreadCNode, handler,
    seL4.WordBits))
  check(seL4.IRQHandler_SetNotification(handler,
    memory:copy(session.notification, seL4.AllRights, BADGE_INPUT)))
  seL4.Store8(window + REGISTER_INTERRUPTS, 1)
  session.port, session.handler = window, handler
end

-- Takes what has been typed. Ctrl-C takes effect at once, and what was typed before it is void.
function Session:take_input()
  while seL4.Load8(self.port + REGISTER_STATUS) & 1 ~= 0 do
    local byte = seL4.Load8(self.port + REGISTER_DATA)
    if byte == INTERRUPT then
      self.typed, self.was_interrupted = {}, true
    else
      self.typed[#self.typed + 1] = string.char(byte)
      self.has_line = self.has_line or byte == NEW_LINE
    end
  end
  check(seL4.IRQHandler_Ack(self.handler))
end

-- Waits for one thing to happen: a fault of the evaluator as a text; nil for anything else.
function Session:wait()
  local info, badge = seL4.Recv(self.faults, self.reply)
  if badge & BADGE_FAULT ~= 0 then
    return help.fault(seL4.getFault(info), self.evaluator.tcb)
  elseif badge & BADGE_INPUT ~= 0 then
    self:take_input()
  end
end

-- The next line without its end; nil after Ctrl-C, or when a thread has ended the session.
function Session:read_line()
  self.was_interrupted = false
  while not self.has_line do
    self:wait()
    if self.was_interrupted or self.has_ended then
      return nil
    end
  end
  local text = table.concat(self.typed)
  local line, rest = text:match "^([^\n]*)\n(.*)$"
  self.typed = { rest }
  self.has_line = rest:find("\n", 1, true) ~= nil
  return line
end

-- --- the session --------------------------------------------------------------------------------

-- Runs a statement until it ends, fails or is stopped.
function Session:run(fn)
  self.statement, self.was_interrupted = fn, false
  start_evaluator(self)
  while self.is_running do
    local fault = self:wait()
    if fault then
      stop_evaluator(self)
      print(fault)
    elseif self.was_interrupted then
      print "interrupted"
      stop_evaluator(self)
    elseif self.has_ended then
      stop_evaluator(self)
    end
  end
end

-- Words for the terminal's line editor.
function Session:complete(word)
  tell("C", table.concat(statement.completions(word, self.environment), " "))
end

-- Reads until a statement is whole: a function; nil: nothing is to be done; false: the end.
function Session:read_statement()
  local text
  repeat
    tell("P", text and ">> " or "> ")
    local line = self:read_line()
    while line and line:sub(1, 1) == "\t" do
      self:complete(line:sub(2))
      line = self:read_line()
    end
    if not line then
      return nil
    elseif line:byte() == END_OF_INPUT then
      if text then
        print "the last statement has no end"
      end
      return false
    end
    text = text and text .. "\n" .. line or line
    local fn, why, is_incomplete = statement.compile(text, self.environment)
    if fn then
      return fn
    elseif not is_incomplete then
      print(why)
      return nil
    end
  until false
end

-- What statements find as globals, besides Lua's own.
local function make_environment(session)
  local memory = session.memory
  local environment = setmetatable({}, { __index = _G })
  environment.seL4, environment.object, environment.thread = seL4, object, thread
  environment.process = require "sel4.process"
  environment.rpc = require "sel4.rpc"
  environment.msgpack = require "sel4.msgpack"
  environment.memory, environment.check = memory, check
  environment.show = show.value
  environment.cap = help.capability
  environment.caps = help.capabilities
  environment.exit, environment.quit = session.exit, session.exit
  environment.help = help.topics(environment)
  return environment
end

local function new_session()
  local memory = bootstrap.open()
  local session = setmetatable({ memory = memory, typed = {}, has_line = false }, Session)
  session.notification = memory:object(seL4.NotificationObject)
  session.done = memory:copy(session.notification, seL4.AllRights, BADGE_DONE)
  session.faults = memory:object(seL4.EndpointObject)
  session.reply = seL4.ReplyObject and memory:object(seL4.ReplyObject)
  check(seL4.TCB_BindNotification(seL4.CapInitThreadTCB, session.notification))
  seL4.DebugNameCap(session.notification, "session's events")
  seL4.DebugNameCap(session.faults, "session's faults")
  session.fault_endpoint = memory:copy(session.faults, seL4.AllRights, BADGE_FAULT)
  session.evaluator = new_evaluator(session)
  session.exit = function()
    session.has_ended = true
    seL4.Signal(session.done)
  end
  open_port(session, memory)
  session.environment = make_environment(session)
  return session
end

--- Reads and runs statements until the input ends.
function repl.run()
  local session = new_session()
  local fn
  if seL4.SchedContext_Consumed then -- the first question starts the count: statements may ask
    check(seL4.SchedContext_Consumed(seL4.CapInitThreadSC))
  end
  repeat
    fn = session:read_statement()
    if fn then
      session:run(fn)
    end
  until fn == false or session.has_ended
  tell("B", "")
end

return repl
