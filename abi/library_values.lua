-- SPDX-License-Identifier: MIT
--- The parameters and results of library functions, by name; library.lua refers to them.
--
--   local values = require "abi.library_values"
--   print(values.info.type, values.info.doc)   --> integer  message info: label, counts and length

local values = {}

local function value(name, type_name, doc)
  values[name] = { type = type_name, doc = doc }
end

value("address", "integer", "address")
value("arguments", "integer", "values for registers a0 to a6 and t0; absent ones are 0")
value("badge", "integer", "badge of the sender's capability, or the signalled word")
value("bootinfo", "table", "fields by libsel4's names; a region is { start =, stop = }, its first "
  .. "slot and the one after its last, and untypedList a list of { paddr =, sizeBits =, "
  .. "isDevice = }")
value("bytes", "string", "bytes")
value("cap", "integer", "CPtr of a capability")
value("caps_unwrapped", "integer", "which capabilities were unwrapped: a bit per capability")
value("character", "integer", "code of the character")
value("data", "integer", "data of a CNode capability: guard and guard size")
value("dest", "integer", "CPtr of the capability to send to")
value("entry", "integer", "address that a thread's pc may be set to")
value("extra_caps", "integer", "number of capabilities of the message, 0 to 3")
value("fault", "table", "label =, name =, and the fault's words by libsel4's names")
value("fn", "function", "function that the thread is to run; a0 to a5 become its arguments")
value("grant", "boolean", "right to pass capabilities on")
value("grant_reply", "boolean", "right to call, so that the receiver can answer")
value("guard", "integer", "bits that an address must have at the CNode")
value("guard_size", "integer", "number of those bits, 0 to 63")
value("i", "integer", "index, from 0")
value("info", "integer", "message info: label, counts and length")
value("is_so", "boolean", "whether it is")
value("label", "integer", "what the message is about; 52 bits")
value("length", "integer", "number of message words, 0 to 120; of bytes for memory")
value("m0", "integer", "first message word")
value("m1", "integer", "second message word")
value("m2", "integer", "third message word")
value("m3", "integer", "fourth message word")
value("name", "string", "name; long ones are cut")
value("number", "integer", "number of the capability's type; 0: the slot is empty")
value("call_number", "integer", "number of the system call")
value("read", "boolean", "right to receive, to wait, to read")
value("receive_cnode", "integer", "CPtr of the CNode that the lookup starts from")
value("receive_depth", "integer", "number of bits of the index to translate")
value("receive_index", "integer", "index of the slot for a received capability")
value("registers", "integer", "values of registers a0 to a5 afterwards")
value("reply", "integer", "CPtr of the reply object for the caller")
value("parameter_names", "table?", "list of names")
value("result_names", "table?", "list of names")
value("rights", "integer", "word of rights")
value("src", "integer", "CPtr of the endpoint or notification to receive from")
value("tcb", "integer", "CPtr of a thread")
value("text", "string", "text")
value("text_or_nil", "string?", "text, nil: there is none")
value("user_data", "integer", "word that the kernel does not touch")
value("value", "integer", "the value")
value("vaddr", "integer", "virtual address, translated by the page tables of the caller")
value("word", "integer", "message word")
value("write", "boolean", "right to send, to signal, to write")

return values
