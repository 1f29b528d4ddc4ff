-- SPDX-License-Identifier: MIT
--- What the REPL says about itself, about functions, and about capabilities.
--
--   help                         -- how to begin
--   help(seL4.CNode_Mint)        -- how it is called; help "CNode" lists what has that in its name
--   cap(2)   caps()              -- what a capability is to; all of the root CNode

local seL4 = require "seL4"
local show = require "sel4.repl.show"

local help = {}

local TEXT = [[
Type Lua: an expression prints its values, a statement runs in the root task. What is not finished
goes on in the next line. Ctrl-C stops what runs, Ctrl-D or exit ends the session, Tab completes names.

  seL4                  the kernel's interface: seL4.CNode_Copy(...) returns the error number
  object                capabilities as objects
  memory                slots and kernel objects: memory:object(seL4.TCBObject)
  thread, process, rpc, msgpack   the other libraries (sel4.thread and so on)
  cap(n)  caps()        what capability n is; all capabilities of the root CNode
  check(err)            raises an error that says why the kernel has refused
  help(f)  help "text"  how f is called; the functions of seL4 that have the text in their names

Statements run in a thread of their own, 'evaluator'; the root task's first thread reads what you
type. Locals last for one statement, globals for the session.]]

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

local function matching(part)
  local names = {}
  for name, value in pairs(seL4) do
    if type(value) == "function" and name:lower():find(part:lower(), 1, true) then
      names[#names + 1] = show.signature(name)
    end
  end
  table.sort(names)
  return names
end

local function about(value)
  if type(value) == "string" then
    local names = matching(value)
    print(#names > 0 and table.concat(names, "\n")
      or ("no function of seL4 has '%s' in its name"):format(value))
  elseif value == nil then
    print(TEXT)
  else
    print(show.value(value))
  end
end

--- The value of `help`: it prints the text when it is shown, and more when it is called.
function help.topics()
  return setmetatable({}, {
    __tostring = function() return TEXT end,
    __call = function(_, value) about(value) end,
  })
end

return help
