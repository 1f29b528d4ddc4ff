-- SPDX-License-Identifier: MIT
--- What the REPL says about itself, about functions, and about capabilities.
--
--   help                         -- how to begin
--   help(seL4.CNode_Mint)        -- how it is called; help "CNode" lists what has that in its name
--   cap(2)   caps()              -- what a capability is to; all of the root CNode

local manual = require "sel4.repl.manual"
local seL4 = require "seL4"
local show = require "sel4.repl.show"

local help = {}

local BEFORE = [[
Type Lua: an expression prints its values, a statement runs in the root task. What is not finished
goes on in the next line. Ctrl-C stops what runs, Ctrl-D ends the session, Tab completes names.
]]

local AFTER = [[

Statements run in a thread of their own, 'evaluator'; the root task's first thread reads what you
type. Locals last for one statement, globals for the session.]]

-- The names that a session defines. `source` is the module whose comments tell more; `defined`,
-- what its functions' names begin with there, or the whole name of a single function.
local NAMES = {
  { "seL4", "the kernel's interface: seL4.CNode_Copy(...) returns the error number" },
  { "object", "capabilities as objects", source = "sel4.object", defined = "object." },
  { "memory", "slots and kernel objects: memory:object(seL4.TCBObject)",
    source = "sel4.bootstrap", defined = "Memory:" },
  { "thread", "threads of this process", source = "sel4.thread", defined = "thread." },
  { "process", "processes with a heap of their own", source = "sel4.process",
    defined = "process." },
  { "rpc", "typed calls over an endpoint", source = "sel4.rpc", defined = "rpc." },
  { "msgpack", "values as bytes and back", source = "sel4.msgpack", defined = "msgpack." },
  { "cap", "what capability n is: cap(n)", source = "sel4.repl.help",
    defined = "help.capability" },
  { "caps", "all capabilities of the root CNode: caps()", source = "sel4.repl.help",
    defined = "help.capabilities" },
  { "check", "raises an error that says why the kernel has refused: check(err)",
    source = "sel4.bootstrap", defined = "bootstrap.check" },
  { "show", "a value as the text that is printed: show(value)", source = "sel4.repl.show",
    defined = "show.value" },
  { "help", "this; how f is called: help(f); what has the text in its name: help \"text\"" },
  { "exit", "ends the session: exit()" },
  { "quit", "the same" },
}

local function overview()
  local lines = { BEFORE }
  for i, row in ipairs(NAMES) do
    lines[i + 1] = ("  %-9s %s"):format(row[1], row[2])
  end
  lines[#lines + 1] = AFTER
  return table.concat(lines, "\n")
end

--- Prints what the capability with a CPtr, or an object of sel4.object, is.
function help.capability(value)
  print(show.capability(type(value) == "table" and value.cptr or value))
end

--- Prints all capabilities of the root CNode.
function help.capabilities()
  local info = seL4.GetBootInfo()
  for slot = 1, (1 << info.initThreadCNodeSizeBits) - 1 do
    local text = seL4.DebugCapText(slot)
    if text and text ~= "an empty slot" then
      print(("%6d  %s"):format(slot, text))
    end
  end
end

--- A fault of the evaluator, as seL4.getFault has read it, in words.
function help.fault(fault, tcb)
  if fault.name == "VMFault" then
    return ("VMFault: the page tables do not allow the access of 0x%x"):format(fault.Addr)
  elseif fault.name == "CapFault" or fault.name == "UserException" then
    return ("%s: %s"):format(fault.name, seL4.DebugFaultText(tcb) or "nobody knows why")
  end
  return ("%s of the statement"):format(fault.name)
end

-- --- what can be asked for ----------------------------------------------------------------------

-- An entry is { name =, call = how it is called, doc =, value = what it is about, owner = the name
-- of the entry that lists it }.

local function whole(entry)
  return entry.doc and entry.call .. "\n" .. entry.doc or entry.call
end

local function calls(entries)
  local lines = {}
  for i, entry in ipairs(entries) do
    lines[i] = entry.call
  end
  return table.concat(lines, "\n")
end

-- The entries of a library: what the session names "memory:slot" the source may name "Memory:slot".
-- Methods of what a library makes have no value that the session could find.
local function members(row, source, value)
  local list = {}
  for _, entry in ipairs(source.functions) do
    local is_own = entry.name:sub(1, #row.defined) == row.defined
    local is_shared = row.defined:find "%.$" and not entry.name:find "__"
    if is_own then
      local renamed = row[1] .. row.defined:sub(-1)
      entry.value = type(value) == "table" and value[entry.name:sub(#row.defined + 1)] or nil
      entry.call = renamed .. entry.call:sub(#row.defined + 1)
      entry.name = renamed .. entry.name:sub(#row.defined + 1)
    end
    if is_own or is_shared then
      entry.owner = row[1]
      list[#list + 1] = entry
    end
  end
  return list
end

-- Adds the entries of one of the session's names.
local function add_name(list, row, value)
  local about = { name = row[1], call = ("%s: %s"):format(row[1], row[2]), value = value }
  list[#list + 1] = about
  if not row.source then
    return
  end
  local source = manual.module(row.source)
  if not row.defined:find "[.:]$" then
    for _, entry in ipairs(source.functions) do
      if entry.name == row.defined then
        about.call, about.doc = row[1] .. entry.call:sub(#entry.name + 1), entry.doc
      end
    end
    return
  end
  local functions = members(row, source, value)
  about.doc = source.opening .. "\n\n" .. calls(functions)
  table.move(functions, 1, #functions, #list + 1, list)
end

local function all_entries(environment)
  local list = {}
  for _, row in ipairs(NAMES) do
    add_name(list, row, environment[row[1]])
  end
  local functions = manual.functions()
  list[1].doc = calls(functions)
  return table.move(functions, 1, #functions, #list + 1, list)
end

-- The entry of this name, "seL4." may be left out; nil if there is none.
local function named(text, entries)
  for _, entry in ipairs(entries) do
    if entry.name == text or entry.name == "seL4." .. text then
      return entry
    end
  end
end

-- What is called so is told whole, as is a single one that has the text in its name.
local function about_text(text, entries)
  local exact, found = named(text, entries), {}
  for _, entry in ipairs(entries) do
    local has_text = entry.name:lower():find(text:lower(), 1, true)
    if has_text and entry ~= exact and not (exact and entry.owner == exact.name) then
      found[#found + 1] = entry
    end
  end
  if not exact and #found == 1 then
    exact = table.remove(found)
  end
  if exact then
    print(whole(exact) .. (#found > 0 and "\n" or ""))
  end
  if #found > 0 then
    print(calls(found))
  elseif not exact then
    print(("nothing here has '%s' in its name"):format(text))
  end
end

local function about(value, environment)
  if value == nil then
    print(overview())
    return
  end
  local entries = all_entries(environment)
  if type(value) == "string" then
    return about_text(value, entries)
  end
  for _, entry in ipairs(entries) do
    if rawequal(entry.value, value) then
      print(whole(entry))
      return
    end
  end
  print(show.value(value) .. (type(value) == "function" and ": there is no description" or ""))
end

--- The value of `help`: it prints the text when it is shown, and more when it is called.
function help.topics(environment)
  return setmetatable({}, {
    __tostring = overview,
    __call = function(_, value) about(value, environment) end,
  })
end

return help
