-- SPDX-License-Identifier: MIT
--- The functions of module seL4 that are no methods of objects.
--
--   local library = require "abi.library"
--   for _, row in ipairs(library) do
--     print(row.name, library.signature(row, "classic"), row.doc)
--   end
--
-- `params` and `results` are names from library_values.lua, "?" marks one that may be left out.
-- Inputs stand in libsel4's order, results too. `only` names the one configuration that has the
-- function; mcs_params and mcs_results stand where MCS differs. `is_extension`: not in libsel4.

local values = require "abi.library_values"

local library = {}

local group

local function fn(name, params, results, doc, options)
  local row = { group = group, name = name, params = params, results = results, doc = doc }
  for key, value in pairs(options or {}) do
    row[key] = value
  end
  library[#library + 1] = row
end

local words = " m0? m1? m2? m3?"
local answer = "info m0 m1 m2 m3"
local received = "info badge m0 m1 m2 m3"

group = "Packed words"
fn("MessageInfo_new", "label caps_unwrapped extra_caps length", "info", "Makes a message info.")
fn("MessageInfo_get_label", "info", "label",
  "The label: what a message is about, or the error of an answer.")
fn("MessageInfo_get_capsUnwrapped", "info", "caps_unwrapped",
  "Tells which received capabilities came as badges.")
fn("MessageInfo_get_extraCaps", "info", "extra_caps", "The number of capabilities.")
fn("MessageInfo_get_length", "info", "length", "The number of words.")
fn("CapRights_new", "grant_reply grant read write", "rights", "Makes a word of rights.")
fn("CNode_CapData_new", "guard guard_size", "data",
  "Makes the data that CNode_Mint and kin set on a CNode capability.")

group = "IPC buffer"
fn("SetMR", "i word", "", "Sets a message word.")
fn("GetMR", "i", "word", "Reads a message word.")
fn("SetCap", "i cap", "", "Sets a capability to send along.")
fn("GetCap", "i", "cap", "Reads a capability to send along.")
fn("GetBadge", "i", "badge", "The badge of a received capability that was unwrapped.")
fn("SetUserData", "user_data", "", "Sets the word of the IPC buffer that is the program's own.")
fn("GetUserData", "", "user_data", "Reads the word of the IPC buffer that is the program's own.")
fn("SetCapReceivePath", "receive_cnode receive_index receive_depth", "",
  "Says which slot a received capability goes to.")
fn("GetIPCBuffer", "", "address", "The address of the caller's IPC buffer.")

group = "System calls"
fn("Send", "dest info", "", "Sends a message and waits until it has been taken.")
fn("NBSend", "dest info", "", "Sends a message if somebody waits for it, else drops it.")
fn("Call", "dest info", "info", "Sends a message and waits for the answer.")
fn("Recv", "src", "info badge", "Waits for a message.", { mcs_params = "src reply" })
fn("NBRecv", "src", "info badge", "Takes a message if there is one; else the badge is 0.",
  { mcs_params = "src reply" })
fn("Reply", "info", "", "Answers the last caller.", { only = "classic" })
fn("ReplyRecv", "src info", "info badge", "Answers the last caller and waits for a message.",
  { mcs_params = "src info reply" })
fn("Signal", "dest", "", "Signals a notification with the badge of the capability.")
fn("Wait", "src", "badge", "Waits for a signal; MCS: or for a message that is not to be answered.",
  { mcs_results = "info badge" })
fn("Poll", "src", "info badge", "Takes a signal if there is one; else the badge is 0.")
fn("Yield", "", "", "Gives up the rest of the time slice (MCS: of the budget).")
fn("NBSendRecv", "dest info src reply", "info badge",
  "Sends without waiting on one capability, then waits for a message on another.", { only = "mcs" })
fn("NBSendWait", "dest info src", "info badge",
  "Sends without waiting on one capability, then waits on another without a reply object.",
  { only = "mcs" })
fn("NBWait", "src", "info badge",
  "Takes a signal, or a message that is not to be answered, if there is one.", { only = "mcs" })

group = "System calls with message words"
fn("SendWithMRs", "dest info" .. words, "", "As Send, with the first four words.")
fn("NBSendWithMRs", "dest info" .. words, "", "As NBSend, with the first four words.")
fn("CallWithMRs", "dest info" .. words, answer, "As Call, with the first four words.")
fn("RecvWithMRs", "src", received, "As Recv, with the first four words.",
  { mcs_params = "src reply" })
fn("NBRecvWithMRs", "src", received, "As NBRecv, with the first four words.",
  { mcs_params = "src reply", is_extension = true })
fn("ReplyWithMRs", "info" .. words, "", "As Reply, with the first four words.", { only = "classic" })
fn("ReplyRecvWithMRs", "src info" .. words, received, "As ReplyRecv, with the first four words.",
  { mcs_params = "src info" .. words .. " reply" })
fn("NBSendRecvWithMRs", "dest info src" .. words .. " reply", received,
  "As NBSendRecv, with the first four words.", { only = "mcs" })
fn("NBSendWaitWithMRs", "dest info src" .. words, received,
  "As NBSendWait, with the first four words.", { only = "mcs" })
fn("WaitWithMRs", "src", received, "As Wait, with the first four words.", { only = "mcs" })

group = "Faults"
fn("getFault", "info", "fault", "Reads a received fault message.")
for _, fault in ipairs(require "abi.faults") do
  local name = fault.name == "Timeout" and "TimeoutFault" or fault.name
  fn("is" .. name .. "_tag", "info", "is_so",
    ("Whether a message info is that of a %s message."):format(fault.name),
    { only = not fault.classic and "mcs" or nil })
end

group = "Debugging"
fn("DebugPutChar", "character", "", "Prints a character on the kernel's console.")
fn("DebugPutString", "text", "", "Prints a text on the kernel's console.")
fn("DebugDumpScheduler", "", "", "Prints all threads with their states.")
fn("DebugHalt", "", "", "Stops the machine.")
fn("DebugCapIdentify", "cap", "number", "The type of a capability.")
fn("DebugSnapshot", "", "", "Prints the capabilities of all threads.")
fn("DebugNameThread", "tcb name", "", "Gives a thread a name for dumps.")

group = "seLVM"
local ours = { is_extension = true }
fn("Entry", "fn", "entry", "The address of a function, to start a thread there.", ours)
for _, bits in ipairs { 8, 16, 32, 64 } do
  fn("Load" .. bits, "vaddr", "value", ("Reads %d bits of memory, zero-extended."):format(bits), ours)
end
for _, bits in ipairs { 8, 16, 32, 64 } do
  fn("Store" .. bits, "vaddr value", "", ("Writes the lowest %d bits to memory."):format(bits), ours)
end
fn("LoadBytes", "vaddr length", "bytes", "Reads bytes of memory.", ours)
fn("StoreBytes", "vaddr bytes", "", "Writes bytes to memory.", ours)
fn("Explain", "", "text_or_nil",
  "Says why the caller's last refused invocation was refused, or its last lookup failed.", ours)
fn("DebugNameCap", "cap name", "is_so",
  "Gives the object of a capability a name for explanations, dumps and traces; \"\" takes it away. "
  .. "A badge of an endpoint or notification may have one of its own. Tells whether there was an "
  .. "object, and room for the name.", ours)
fn("DebugCapText", "cap", "text_or_nil",
  "What a capability is to, with the object's name; nil: there is no slot of this number.", ours)
fn("Parameters", "name", "parameter_names result_names",
  "The names of a method's parameters, without _service, and those of its results; nil if there is "
  .. "no such method in this configuration.", ours)
fn("DebugFaultText", "tcb", "text_or_nil",
  "Why a thread stands: text and traceback of a Lua error, or the failed lookup of a CapFault.",
  ours)
fn("GetBootInfo", "", "bootinfo", "The boot information of the root task.", ours)
fn("Trap", "call_number arguments", "registers", "Makes a system call by its number.", ours)

-- Expands "src info m0?" to a list of { name, type, doc, optional }.
local function expand(names)
  local list = {}
  for name, mark in names:gmatch("([%w_]+)(%??)") do
    local value = values[name] or error("library.lua: unknown value " .. name)
    list[#list + 1] = { name = name, type = value.type, doc = value.doc, optional = mark == "?" }
  end
  return list
end

--- Parameters and results of a function in one configuration, "classic" or "mcs".
function library.params(row, configuration)
  return expand(configuration == "mcs" and row.mcs_params or row.params)
end

function library.results(row, configuration)
  return expand(configuration == "mcs" and row.mcs_results or row.results)
end

local function names_of(list)
  local names = {}
  for i, value in ipairs(list) do
    names[i] = value.name
  end
  return table.concat(names, ", ")
end

--- "Recv(src) -> info, badge"
function library.signature(row, configuration)
  local results = names_of(library.results(row, configuration))
  return ("%s(%s)%s"):format(row.name, names_of(library.params(row, configuration)),
    results ~= "" and " -> " .. results or "")
end

return library
