-- SPDX-License-Identifier: MIT
--- Reads the arguments of the command line.
--
--   local given, why = arguments.read { "--memory", "8M", "a.lua", "x" }
--   print(given.memory, given.program, given.args[1])      --> 8M  a.lua  x

local words = require "selvm.words"

local arguments = {}

-- Options of `run` and `repl`: the field they set, and whether a value follows.
arguments.OPTIONS = {
  ["--memory"] = { field = "memory", has_value = true },
  ["--heap"] = { field = "heap", has_value = true },
  ["--domains"] = { field = "domains", has_value = true },
  ["--root-cnode-bits"] = { field = "root_cnode_bits", has_value = true },
  ["--file"] = { field = "paths", has_value = true, is_list = true },
  ["--clock"] = { field = "clock", has_value = true },
  ["--mcs"] = { field = "mcs" },
  ["--trace-errors"] = { field = "trace_errors" },
  ["--help"] = { field = "help" },
  ["-h"] = { field = "help" },
  ["--version"] = { field = "version" },
}
local NAMES = {
  "--memory", "--heap", "--domains", "--root-cnode-bits", "--file", "--clock", "--mcs",
  "--trace-errors", "--help", "--version",
}

--- "; did you mean 'x'?" of the name that is nearest, or "".
function arguments.suggestion(name, names)
  local near = words.nearest(name, names)
  return near and ("; did you mean '%s'?"):format(near) or ""
end

-- Reads one option at list[at] into `given`. Returns the index of what follows; nil, why.
local function read_option(list, at, given)
  local text = list[at]
  local name, value = text:match("^(%-%-[^=]*)=(.*)$")
  name = name or text
  local option = arguments.OPTIONS[name]
  if not option then
    return nil, ("unknown option '%s'%s"):format(name, arguments.suggestion(name, NAMES))
  elseif not option.has_value then
    if value then
      return nil, ("option '%s' takes no value"):format(name)
    end
    given[option.field] = true
    return at + 1
  end
  if not value then
    at = at + 1
    value = list[at]
  end
  if not value or value == "" then
    return nil, ("option '%s' needs a value"):format(name)
  end
  if option.is_list then
    given[option.field] = given[option.field] or {}
    table.insert(given[option.field], value)
  else
    given[option.field] = value
  end
  return at + 1
end

--- The arguments of `run` as options of selvm.machine, plus help and version; nil, why.
function arguments.read(list)
  local given, at = {}, 1
  while list[at] and list[at]:sub(1, 1) == "-" and list[at] ~= "-" do
    if list[at] == "--" then
      at = at + 1
      break
    end
    local after, why = read_option(list, at, given)
    if not after then
      return nil, why
    end
    at = after
  end
  given.program = list[at]
  given.args = table.move(list, at + 1, #list, 1, {})
  for _, field in ipairs { "domains", "root_cnode_bits" } do
    given[field] = math.tointeger(tonumber(given[field])) or given[field]
  end
  return given
end

--- The folder and the options of `sdk`; nil, why.
function arguments.read_sdk(list)
  local given, names = {}, { "--mcs", "--help", "--version" }
  for _, text in ipairs(list) do
    local option = text:sub(1, 1) == "-" and arguments.OPTIONS[text]
    if option and not option.has_value and text ~= "--trace-errors" then
      given[option.field] = true
    elseif text:sub(1, 1) == "-" then
      return nil, ("unknown option '%s'%s"):format(text, arguments.suggestion(text, names))
    elseif given.folder then
      return nil, ("'%s' is too much: one folder is written, '%s'"):format(text, given.folder)
    elseif text ~= "" then
      given.folder = text
    end
  end
  return given
end

return arguments
