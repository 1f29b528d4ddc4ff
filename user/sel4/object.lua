-- SPDX-License-Identifier: MIT
--- Capabilities as objects with methods, and refusals as errors that explain themselves.
--
--   local object = require "sel4.object"
--   local worker = object.wrap("TCB", slot, "worker")
--   worker:set_priority(object.self_tcb, 100)       -- raises an error if the kernel refuses
--   local ok, err = pcall(worker.resume, worker)
--   print(err.name, err.call, err)                  -- "IllegalOperation", "TCB_Resume", a sentence
--
-- A method is the libsel4 function of the same name in small letters: TCB_SetPriority of a TCB is
-- :set_priority, RISCV_Page_GetAddress of a Page :get_address. Where a capability is expected, an
-- object or a CPtr may be given. Results come back without the error number.
--
-- Arguments are given in libsel4's order, or in one table by libsel4's names:
--
--   object.cnode:mint { dest_index = 99, src_index = endpoint, badge = 7 }
--
-- Then depths are WordBits, rights AllRights, badges and data words 0, roots the root CNode, attr
-- the default and authority the root task's TCB where they are left out.

local errors = require "sel4.errors"
local seL4 = require "seL4"

local object = {}

-- Kinds of objects and the prefixes of their functions in module seL4.
local PREFIXES = {
  Untyped = "Untyped_", TCB = "TCB_", CNode = "CNode_", IRQControl = "IRQControl_",
  IRQHandler = "IRQHandler_", DomainSet = "DomainSet_", SchedControl = "SchedControl_",
  SchedContext = "SchedContext_", Page = "RISCV_Page_", PageTable = "RISCV_PageTable_",
  ASIDControl = "RISCV_ASIDControl_", ASIDPool = "RISCV_ASIDPool_", Heap = "Lua_Heap_",
  Endpoint = false, Notification = false, Reply = false,
}

local names = {} -- CPtr -> name; the kernel has them, too, but not of slots that are empty now

-- --- errors -------------------------------------------------------------------------------------

local Refusal = {}
Refusal.__index = Refusal
Refusal.__name = "sel4.refusal"

function Refusal:__tostring()
  return ("%s%s: %s"):format(self.place, self.name, self.explanation)
end

-- The kernel's sentence, with the names of capabilities that it knows none of: what was there is
-- gone, or has another name, too.
local function with_names(text)
  if not text then
    return "the kernel does not say why"
  end
  local call, number, rest = text:match("^(.- on capability )(%w+)(:.*)$")
  local name = call and names[tonumber(number)]
  return name and ("%s%s (%s)%s"):format(call, number, name, rest) or text
end

-- Where the call that failed stands, as error() would say it.
local function place_of(level)
  local _, text = pcall(error, "", level + 2)
  return text
end

--- The error object of the call that has just been refused: fields code (the error number), name
--- ("DeleteFirst"), call ("CNode_Copy"), object (what was invoked), explanation (a sentence).
--- `level` as for error(). For who must tidy up, with calls of his own, before he raises it.
function object.refusal(code, call, target, level)
  return setmetatable({
    code = code, name = errors.name(code), call = call,
    object = target, explanation = with_names(seL4.Explain()), place = place_of((level or 1) + 1),
  }, Refusal)
end

--- Raises the error object of a refused call.
function object.refuse(code, call, target, level)
  error(object.refusal(code, call, target, (level or 1) + 1), 0)
end

--- Raises the error object of a call that the kernel has refused; nothing if `err` is NoError. It
--- is blamed on the caller of who calls this, or as `level` says.
function object.check(err, call, level)
  if err ~= seL4.NoError then
    object.refuse(err, call, nil, (level or 2) + 1)
  end
end

--- Raises a caught error once more, for who has tidied up after it: a refusal is blamed on whom
--- `level` says, as for error(); the position of a text stays.
function object.raise(err, level)
  if object.is_refusal(err) then
    err.place = place_of((level or 1) + 1)
  end
  error(err, 0)
end

--- Whether a caught error is a refusal of the kernel; with a name, of that kind.
function object.is_refusal(err, name)
  return getmetatable(err) == Refusal and (not name or err.name == name)
end

-- --- objects ------------------------------------------------------------------------------------

--- What a wrong value is, for the end of a sentence such as "the options must be a table, not".
function object.described(value)
  if value == nil or type(value) == "boolean" or type(value) == "number" then
    return tostring(value)
  end
  return (type(value) == "table" and "this " or "a ") .. type(value)
end

--- The whole number that a value is; nil if it is none. Texts are no numbers.
function object.whole(value)
  return type(value) == "number" and math.tointeger(value) or nil
end

--- The CPtr of an object; a CPtr stays what it is. Anything else is the caller's mistake.
function object.cptr(value, level)
  local cptr = type(value) == "table" and value.cptr or value
  if math.type(cptr) ~= "integer" then
    error(("a capability is needed (an object or a CPtr), not %s"):format(object.described(value)),
      (level or 1) + 1)
  end
  return cptr
end

local function small_name(name)
  return (name:gsub("(%u)(%u%l)", "%1_%2"):gsub("(%l)(%u)", "%1_%2"):lower())
end

-- What an argument is that is left out of a table, by its name.
local function default_of(name)
  if name:find "depth$" then
    return seL4.WordBits
  elseif name == "rights" then
    return seL4.AllRights
  elseif name == "badge" or name:find "_badge$" or name:find "_data$" then
    return 0
  elseif name == "root" or name:find "_root$" and not name:find "space" then
    return seL4.CapInitThreadCNode
  elseif name == "attr" then
    return seL4.RISCV_Default_VMAttributes
  elseif name == "authority" then
    return seL4.CapInitThreadTCB
  end
end

-- The arguments of a method in libsel4's order out of a table by their names.
local function ordered(function_name, given)
  local parameters = seL4.Parameters(function_name)
  local arguments, is_known = { n = #parameters }, {}
  for i, name in ipairs(parameters) do
    is_known[name] = true
    arguments[i] = given[name]
    if arguments[i] == nil then
      arguments[i] = default_of(name)
    end
    if arguments[i] == nil then
      error(("%s: %s is missing; the arguments are: %s"):format(function_name, name,
        table.concat(parameters, ", ")), 4)
    end
  end
  for name in pairs(given) do
    if not is_known[name] then
      error(("%s has no argument '%s'; there are: %s"):format(function_name, tostring(name),
        table.concat(parameters, ", ")), 4)
    end
  end
  return arguments
end

-- The arguments of a method, which may be one table of them, with objects replaced by their CPtrs.
local function plain(function_name, ...)
  local arguments, count = { ... }, select("#", ...)
  for i = 1, count do
    local value = arguments[i]
    if type(value) == "table" then
      if value.cptr then
        arguments[i] = value.cptr
      elseif count == 1 then
        arguments = ordered(function_name, value)
        return plain(function_name, table.unpack(arguments, 1, arguments.n))
      end
    end
  end
  return table.unpack(arguments, 1, count)
end

-- The results behind the error number; or raises the refusal.
local function results_of(name, self, err, ...)
  if err ~= seL4.NoError then
    object.refuse(err, name, self, 2)
  end
  return ...
end

-- The method that makes an invocation and raises its refusal.
local function invocation(name)
  local fn = seL4[name]
  return function(self, ...)
    return results_of(name, self, fn(self.cptr, plain(name, ...)))
  end
end

local classes = {}

local function class_of(kind)
  local class = { __name = "sel4." .. kind }
  class.__index = class
  function class:__tostring()
    return ("%s (capability %d)"):format(names[self.cptr] or self.kind, self.cptr)
  end
  local prefix = PREFIXES[kind]
  for name in pairs(seL4) do
    if prefix and name:sub(1, #prefix) == prefix and type(seL4[name]) == "function" then
      class[small_name(name:sub(#prefix + 1))] = invocation(name)
    end
  end
  return class
end

--- Gives the capability at a CPtr a name; nil forgets it. Its object has the name, too, in the
--- kernel's explanations, dumps and traces, until it is gone. Returns the old one.
function object.name(cptr, name)
  cptr = object.cptr(cptr, 2)
  local old = names[cptr]
  names[cptr] = name
  if name then
    seL4.DebugNameCap(cptr, name)
  end
  return old
end

--- An object for the capability at `cptr`, of a kind: "TCB", "CNode", "Untyped", "Page",
--- "PageTable", "ASIDPool", "ASIDControl", "IRQControl", "IRQHandler", "DomainSet", "Heap",
--- "Endpoint", "Notification"; in MCS also "SchedContext", "SchedControl" and "Reply". A name
--- appears in tostring, and as object.name says.
function object.wrap(kind, cptr, name)
  if PREFIXES[kind] == nil then
    error(("wrap: there is no kind of object '%s'"):format(tostring(kind)), 2)
  end
  classes[kind] = classes[kind] or class_of(kind)
  cptr = object.cptr(cptr, 2)
  if name then
    object.name(cptr, name)
  end
  return setmetatable({ kind = kind, cptr = cptr }, classes[kind])
end


-- --- messages -----------------------------------------------------------------------------------

local WORDS_MAX = 120

-- Puts words where libsel4 takes them from; returns the message info.
local function write(label, words)
  if words.n > WORDS_MAX then
    error(("a message has at most %d words, not %d"):format(WORDS_MAX, words.n), 3)
  end
  for i = 1, words.n do
    seL4.SetMR(i - 1, words[i])
  end
  return seL4.MessageInfo_new(label, 0, 0, words.n)
end

-- label, words... of what has been received.
local function read(info)
  local words, length = {}, seL4.MessageInfo_get_length(info)
  for i = 1, length do
    words[i] = seL4.GetMR(i - 1)
  end
  return seL4.MessageInfo_get_label(info), table.unpack(words, 1, length)
end

-- A reply object's CPtr in MCS; nothing in the classic configuration. The kernel makes a fault of
-- receiving from an endpoint without one, which no pcall would catch; so the error is raised here.
local function reply_of(reply, method)
  if not seL4.ReplyObject then
    return
  elseif reply == nil then
    error(("%s needs a reply object in the MCS configuration: memory:object(seL4.ReplyObject)")
      :format(method), 3)
  end
  local cptr = object.cptr(reply, 3)
  return cptr
end

classes.Endpoint = class_of("Endpoint")
local Endpoint = classes.Endpoint

--- Sends label and words and waits for the answer: its label and words.
function Endpoint:call(label, ...)
  return read(seL4.Call(self.cptr, write(label, table.pack(...))))
end

--- Sends label and words; waits until somebody has taken them.
function Endpoint:send(label, ...)
  seL4.Send(self.cptr, write(label, table.pack(...)))
end

--- The same, if somebody waits for it; else it is lost.
function Endpoint:nb_send(label, ...)
  seL4.NBSend(self.cptr, write(label, table.pack(...)))
end

--- Waits for a message: the badge of the sender's capability, label and words. MCS: `reply` is the
--- reply object through which it can be answered; it must not be left out there.
function Endpoint:recv(reply)
  local info, badge = seL4.Recv(self.cptr, reply_of(reply, "recv"))
  return badge, read(info)
end

--- Answers the last message with label and words, and waits for the next: as recv. MCS: the first
--- argument is the reply object, in the classic configuration nil.
function Endpoint:reply_recv(reply, label, ...)
  local info, badge = seL4.ReplyRecv(self.cptr, write(label, table.pack(...)),
    reply_of(reply, "reply_recv"))
  return badge, read(info)
end

--- Answers the last message with label and words. `reply` as for reply_recv.
function object.reply(reply, label, ...)
  if seL4.ReplyObject then
    seL4.Send(reply_of(reply, "reply"), write(label, table.pack(...)))
  else
    seL4.Reply(write(label, table.pack(...)))
  end
end

classes.Notification = class_of("Notification")
local Notification = classes.Notification

--- Signals the badge of this capability.
function Notification:signal()
  seL4.Signal(self.cptr)
end

--- Waits for a signal: all badges signalled since the last one, or'ed.
function Notification:wait()
  local first, second = seL4.Wait(self.cptr)
  return second or first -- MCS: Wait returns an info first
end

--- Takes a signal if there is one; else 0.
function Notification:poll()
  local _, badge = seL4.Poll(self.cptr)
  return badge
end

-- --- what the root task has from the start ------------------------------------------------------

-- Another task may use this module and have other objects there, so the kernel is told no names: it
-- knows the root task's.
object.self_tcb = object.wrap("TCB", seL4.CapInitThreadTCB)
object.cnode = object.wrap("CNode", seL4.CapInitThreadCNode)
object.vspace = object.wrap("PageTable", seL4.CapInitThreadVSpace)
object.asid_pool = object.wrap("ASIDPool", seL4.CapInitThreadASIDPool)
object.asid_control = object.wrap("ASIDControl", seL4.CapASIDControl)
object.irq_control = object.wrap("IRQControl", seL4.CapIRQControl)
object.domain_set = object.wrap("DomainSet", seL4.CapDomain)

return object
