-- SPDX-License-Identifier: MIT
--- Makes the C library's sel4/faults.h: fault messages, read as libsel4 does.
--
--   local make = require "abi.generate_c_faults"
--   io.write(make.text("mcs"))

local c_values = require "abi.c_values"
local faults = require "abi.faults"
local text = require "abi.text"

local make = {}

-- libsel4 names the words of these differently in a fault than in its message.
local FIELD_NAMES = {
  BitsLeft = "MR4", DepthMismatch_BitsFound = "MR5", GuardMismatch_BitsFound = "MR6",
  Data = "data", Consumed = "consumed",
}

local function fault_functions(w, fault)
  w:line("static inline seL4_Bool seL4_is%s_tag(seL4_MessageInfo_t tag)",
    fault.name == "Timeout" and "TimeoutFault" or fault.name)
  w:line("{")
  w:line("    return seL4_MessageInfo_get_label(tag) == seL4_Fault_%s;", fault.name)
  w:line("}")
  w:line()
  for i, word in ipairs(fault.words) do
    w:line("static inline seL4_Word seL4_Fault_%s_get_%s(seL4_Fault_t fault)", fault.name,
      FIELD_NAMES[word] or word)
    w:line("{")
    w:line("    return fault.words[%d];", i)
    w:line("}")
    w:line()
  end
end

local function most_words(list)
  local most = 0
  for _, fault in ipairs(list) do
    most = math.max(most, #fault.words)
  end
  return most
end

local reading = [[
/* The fault that a message of this tag tells of. Read it before the IPC buffer is used again. */
static inline seL4_Fault_t seL4_getFault(seL4_MessageInfo_t tag)
{
    seL4_Fault_t fault = {{0}};
    seL4_Word count = seL4_MessageInfo_get_length(tag);

    fault.words[0] = seL4_MessageInfo_get_label(tag);
    for (seL4_Word i = 0; i < count && i < seL4_FaultWordsMax; i++)
        fault.words[i + 1] = seL4_GetMR((int)i);
    return fault;
}

static inline seL4_Word seL4_Fault_get_seL4_FaultType(seL4_Fault_t fault)
{
    return fault.words[0];
}
]]

-- A Timeout's answer: the registers in the order of its words, which is a UserContext's.
local timeout_reply = [[
/* The answer to a Timeout: whether the thread goes on, with its first `length` registers. */
static inline seL4_MessageInfo_t seL4_TimeoutReply_new(seL4_Bool resume, seL4_UserContext regs,
                                                       seL4_Word length)
{
    const seL4_Word *words = (const seL4_Word *)&regs;

    for (seL4_Word i = 0; i < length && i < seL4_TimeoutReply_Length; i++)
        seL4_SetMR((int)i, words[i]);
    return seL4_MessageInfo_new(!resume, 0, 0, length);
}
]]

--- The header of one configuration.
function make.text(configuration)
  local w = text.writer()
  local list = c_values.rows(faults, configuration)
  text.open_header(w, "SEL4_FAULTS_H", "Fault messages.", { "<sel4/functions.h>" })
  w:line("enum { seL4_FaultWordsMax = %d };", most_words(list))
  w:line()
  w:line("/* A fault: its label, then the words of its message. */")
  w:line("typedef struct seL4_Fault {")
  w:line("    seL4_Word words[seL4_FaultWordsMax + 1];")
  w:line("} seL4_Fault_t;")
  w:line()
  w:line(reading)
  for _, fault in ipairs(list) do
    fault_functions(w, fault)
    if fault.reply then
      w:line(timeout_reply)
    end
  end
  text.close_header(w)
  return w:finish()
end

return make
