-- SPDX-License-Identifier: MIT
--- The command line: require "selvm.cli" (...) gives the process's exit status.
---   0 the root task has ended or halted, 1 an error has stopped it, 2 wrong usage or no machine
---   can be made, 3 nothing can ever run again and the root task waits

local command_line = require "selvm.arguments"
local linker = require "selvm.linker"
local options = require "selvm.options"
local repl = require "selvm.repl"
local sdk = require "selvm.sdk"
local selvm = require "selvm"
local words = require "selvm.words"

local DONE, FAILED, WRONG_USAGE, DEADLOCK = 0, 1, 2, 3

local HELP = [[
seLVM: the seL4 microkernel with the Lua virtual machine as its hardware.

usage: selvm run [OPTIONS] FILE [ARG...]
       selvm repl [OPTIONS]
       selvm sdk [--mcs] FOLDER
       selvm --help | --version

`selvm run` boots seL4 with a Lua program or a RISC-V executable as its root task.
See 'selvm run --help'.
`selvm repl` boots seL4 with a root task that runs what you type. See 'selvm repl --help'.
`selvm sdk` writes the C library for RISC-V programs to a folder. See 'selvm sdk --help'.
]]

local RUN_HELP = [[
usage: selvm run [OPTIONS] FILE [ARG...]

Boots a machine with FILE as the root task: a Lua program, whose `...` are the ARGs, or a RISC-V
executable.

  --memory SIZE    memory of the machine, such as 64M (default), 512K or 1G
  --heap SIZE      the root task's Lua heap in it: a power of two, 64K to 1G (default 16M)
  --root-cnode-bits N
                   the root task's CNode has 2^N slots, N from 8 to 24 (default 12)
  --file NAME=PATH gives a Lua program the content of a file, by sel4.image.file(NAME)
  --clock CLOCK    virtual (default): computing counts as time, and waiting takes none; or host:
                   the time of this computer
  --mcs            the MCS kernel: processor time by scheduling contexts
  --domains N      number of scheduling domains, 1 (default) to 256
  --trace-errors   explain every refused invocation on the console
  --help           this text
  --version        the version

Exit status: 0 the root task has ended or halted the machine; 1 an uncaught error or a fault has
stopped it; 2 wrong usage, or the program cannot be started; 3 nothing can ever run again while the
root task waits.
]]

local REPL_HELP = [[
usage: selvm repl [OPTIONS]

Boots a machine whose root task reads Lua from the standard input and runs it; type 'help'.

  --memory SIZE, --heap SIZE, --root-cnode-bits N, --file NAME=PATH, --clock CLOCK, --mcs,
  --domains N, --trace-errors   as for 'selvm run'
  --help, --version

Exit status: 0 the input has ended, or the machine was halted; 1 the root task has failed; 2 wrong
usage, or the machine cannot be made.
]]

local SDK_HELP = [[
usage: selvm sdk [--mcs] FOLDER

Writes to FOLDER, which must be new or empty, what C programs for seL4 are made with: libsel4's
interface as headers, start-up code, a small printf, a linker script, and README.md, which says how
to compile and run.

  --mcs            for the MCS kernel; such programs are run with 'selvm run --mcs'
  --help, --version

Exit status: 0 done; 1 the folder cannot be written, and nothing is left there; 2 wrong usage.
]]

local function complain(format, ...)
  io.stdout:flush()
  io.stderr:write("selvm: ", format:format(...), "\n")
end

-- `command`: whose help tells what would be right.
local function wrong_usage(command, format, ...)
  complain(format, ...)
  io.stderr:write(("Try 'selvm %s --help'.\n"):format(command))
  return WRONG_USAGE
end

local function print_version()
  io.write(("selvm %s (%s)\n"):format(selvm.VERSION, _VERSION))
  return DONE
end

-- --- running -------------------------------------------------------------------------------------

local function report_errors(texts, count, heap_bits)
  for _, text in ipairs(texts) do
    complain("error in %s", text)
    if text:find(": not enough memory", 1, true) then
      complain("the program's Lua heap of %s is full; --heap gives it another size",
        words.size_text(1 << heap_bits))
    end
  end
  if count > #texts then
    complain("%d more thread(s) of the root task failed and are gone; the console says how",
      count - #texts)
  end
end

local function report_deadlock(machine)
  complain("nothing can ever run again, and the root task waits:\n%s", machine:thread_table())
end

local function complain_unwritten(problem)
  complain("the program's output could not be written: %s", (problem:gsub("^console: ", "", 1)))
end

-- The machine's console: what cannot be written is an error, which run() then returns.
local function write_output(text)
  local _, why = io.write(text)
  if why then
    error(why, 0)
  end
end

-- Runs until the end: the exit status.
local function run_to_end(machine, heap_bits)
  local why, problem = machine:run()
  local texts, count = machine:errors()
  local _, unwritten = io.stdout:flush()
  if count > 0 then
    report_errors(texts, count, heap_bits)
    return FAILED
  elseif why == "deadlock" then
    report_deadlock(machine)
    return DEADLOCK
  elseif problem or unwritten then
    complain_unwritten(unwritten or problem)
    return FAILED
  end
  return DONE
end

-- The files that --file names, as { name = bytes }; nil and the exit status.
local function read_files(command, paths)
  local files = {}
  for _, value in ipairs(paths or {}) do
    local name, path = value:match("^([^=]+)=(.+)$")
    if not name then
      return nil, wrong_usage(command, "option '--file' needs NAME=PATH, not '%s'", value)
    elseif files[name] then
      return nil, wrong_usage(command, "two files are named '%s'", name)
    end
    local why
    files[name], why = linker.read(path)
    if not files[name] then
      complain("cannot read '%s': %s", path, why)
      return nil, WRONG_USAGE
    end
  end
  return files
end

-- Options of a command that boots a machine; nil and the exit status if that is all.
local function read_command(command, arguments, help)
  local given, why = command_line.read(arguments)
  if not given then
    return nil, wrong_usage(command, "%s", why)
  elseif given.help then
    io.write(help)
    return nil, DONE
  elseif given.version then
    return nil, print_version()
  end
  local status
  given.files, status = read_files(command, given.paths)
  given.paths = nil
  return given.files and given, status
end

-- What is wrong with an option, by the name that it has here.
local function option_of_command(refusal)
  return (refusal:gsub("^option '([%w_]+)'", function(name)
    return ("option '--%s'"):format(name:gsub("_", "-"))
  end))
end

-- The timer for a machine with the host's clock; nil: this build has none, or none is needed.
local function timer_for(clock)
  if clock == "host" then
    local is_there, timer = pcall(require, "selvm_timer")
    return is_there and timer or nil
  end
  return nil
end

-- The machine of a command, and its options checked; nil and the exit status if there is none.
local function boot(command, given, console)
  given.timer = timer_for(given.clock)
  local checked, refusal = options.check(given)
  if not checked then
    return nil, wrong_usage(command, "%s", option_of_command(refusal))
  end
  checked.console = console
  io.stdout:setvbuf "line" -- a console shows its lines even if the program never ends
  local machine, problem = selvm.create(checked)
  if not machine then
    complain("%s", problem)
    return nil, WRONG_USAGE
  end
  return machine, checked
end

local function run(arguments)
  local given, status = read_command("run", arguments, RUN_HELP)
  if not given then
    return status
  elseif not given.program or given.program == "" then
    return wrong_usage("run", "no program given; write: selvm run FILE.lua")
  elseif given.program == "-" then
    return wrong_usage("run",
      "a program is not read from standard input; write: selvm run FILE.lua")
  end
  local machine, checked = boot("run", given, write_output)
  if not machine then
    return checked
  end
  status = run_to_end(machine, checked.heap_bits)
  machine:close()
  return status
end

-- The terminal of the executable. A program that uses this file from elsewhere has none.
local function terminal()
  local is_there, found = pcall(require, "selvm.terminal")
  local function no() return false end
  return is_there and found or
    { is_terminal = no, was_interrupted = no, catch_interrupts = function() end }
end

-- How a session has ended: the exit status.
local function end_session(machine, checked, why, problem)
  local texts, count = machine:errors()
  if problem then
    complain_unwritten(problem)
    return FAILED
  elseif why and count > 0 then
    report_errors(texts, count, checked.heap_bits)
    return FAILED
  elseif why and why ~= "halted" then
    complain("the session's own thread cannot go on:\n%s", machine:thread_table())
    return FAILED
  end
  return DONE
end

local function run_repl(arguments)
  local given, status = read_command("repl", arguments, REPL_HELP)
  if not given then
    return status
  elseif given.program then
    return wrong_usage("repl", "'%s' is too much: a session takes no program; write: selvm run %s",
      given.program, given.program)
  end
  given.source, given.name = repl.SOURCE, "repl"
  local session = repl.session(terminal())
  local machine, checked = boot("repl", given, session:console(write_output))
  if not machine then
    return checked
  end
  status = end_session(machine, checked, session:run(machine))
  machine:close()
  return status
end

local function write_sdk(arguments)
  local given, why = command_line.read_sdk(arguments)
  if not given then
    return wrong_usage("sdk", "%s", why)
  elseif given.help then
    io.write(SDK_HELP)
    return DONE
  elseif given.version then
    return print_version()
  elseif not given.folder then
    return wrong_usage("sdk", "no folder given; write: selvm sdk FOLDER")
  end
  local is_written, problem = sdk.write(given.folder, given.mcs)
  if not is_written then
    complain("%s", problem)
    return FAILED
  end
  io.write(("The C library is in %s; its README.md says how to compile and run.\n"):format(
    given.folder))
  return DONE
end

-- What may have been meant by a command that does not exist.
local function advice(command)
  if command:find("%.lua$") or command:find("%.elf$") then
    return ("; write: selvm run %s"):format(command)
  elseif command_line.OPTIONS[command:match("^[^=]*")] then
    return "; options stand behind 'run': selvm run [OPTIONS] FILE.lua"
  end
  local near = command_line.suggestion(command, { "run", "repl", "sdk", "--help", "--version" })
  return near ~= "" and near or "; write: selvm run FILE.lua"
end

--- The command line as a function of its arguments.
return function(...)
  local arguments = { ... }
  local command = table.remove(arguments, 1)
  if command == "run" then
    return run(arguments)
  elseif command == "repl" then
    return run_repl(arguments)
  elseif command == "sdk" then
    return write_sdk(arguments)
  elseif command == "--help" or command == "help" or command == "-h" then
    io.write(HELP)
    return DONE
  elseif command == "--version" then
    return print_version()
  elseif not command then
    io.stderr:write(HELP)
    return WRONG_USAGE
  end
  complain("unknown command '%s'%s", command, advice(command))
  io.stderr:write("Try 'selvm --help'.\n")
  return WRONG_USAGE
end
