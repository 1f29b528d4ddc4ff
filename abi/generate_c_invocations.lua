-- SPDX-License-Identifier: MIT
--- Makes the C library's sel4/invocations.h: a function for every method of one configuration.
--
--   local make = require "abi.generate_c_invocations"
--   io.write(make.text("classic"))

local c_values = require "abi.c_values"
local invocations = require "abi.invocations"
local packing = require "abi.packing"
local text = require "abi.text"

local make = {}

local REGISTER_COUNT = 4 -- message words that travel in registers

-- Lists of the parameters with their places (abi/packing.lua), results apart.
local function split(row, configuration)
  local params = invocations.params(row, configuration)
  local layout = packing.layout(params)
  local call = { layout = layout, params = {}, inputs = {}, outputs = {} }
  for i, param in ipairs(params) do
    local value = { param = param, place = layout[i] }
    local is_context = value.place.kind == "USER_CONTEXT"
    if param.dir == "in" or is_context then
      table.insert(call.params, param)
    end
    if param.dir == "in" then
      table.insert(call.inputs, value)
    elseif is_context then
      call.context = value
    else
      table.insert(call.outputs, value)
    end
  end
  return call
end

-- A method with results gives them back in a struct beside the error.
local function result_struct(w, name, call)
  if #call.outputs == 0 then
    return "seL4_Error"
  end
  w:line("typedef struct %s {", name)
  w:line("    int error;")
  for _, value in ipairs(call.outputs) do
    w:line("    %s;", c_values.declaration(value.param))
  end
  w:line("} %s_t;", name)
  w:line()
  return name .. "_t"
end

local function comment(w, row, call)
  local sentence = {}
  for word in row.doc:gmatch "%S+" do
    sentence[#sentence + 1] = word
  end
  w:line("%s", (text.wrap("/* ", sentence, "", ""):gsub("\n  ", "\n *")))
  for _, param in ipairs(call.params) do
    w:line(" *   %s: %s", param.name, param.doc)
  end
  for _, value in ipairs(call.outputs) do
    w:line(" *   result %s: %s", value.param.name, value.param.doc)
  end
  w:line(" */")
end

-- The bits of a parameter in its word.
local function bits_of(value)
  local place, name = value.place, value.param.name
  if value.param.type == "CapRights_t" then
    return name .. ".words[0]"
  elseif place.bits == 64 then
    return name
  end
  local bits = ("((seL4_Word)%s & 0x%xul)"):format(name, (1 << place.bits) - 1)
  return place.shift > 0 and ("%s << %d"):format(bits, place.shift) or bits
end

-- Words of the message: index -> terms. Those of registers of a thread are left out.
local function message_words(call)
  local words = {}
  for _, value in ipairs(call.inputs) do
    local place = value.place
    if place.kind ~= "CAP" and place.kind ~= "USER_CONTEXT" then
      words[place.word] = words[place.word] or {}
      table.insert(words[place.word], bits_of(value))
    end
  end
  return words
end

local function send_context(w, value)
  local first, name = value.place.word, value.param.name
  for i = first, REGISTER_COUNT - 1 do
    w:line("    mr%d = ((const seL4_Word *)%s)[%d];", i, name, i - first)
  end
  local count = REGISTER_COUNT - first
  w:line("    for (int i = %d; i < %d; i++)", count, packing.types.UserContext.words)
  w:line("        seL4_SetMR(i + %d, ((const seL4_Word *)%s)[i]);", first, name)
end

local function send(w, row, call)
  local words = message_words(call)
  for _, value in ipairs(call.inputs) do
    if value.place.kind == "CAP" then
      w:line("    seL4_SetCap(%d, %s);", value.place.word, value.param.name)
    elseif value.place.kind == "USER_CONTEXT" then
      send_context(w, value)
    end
  end
  for i = 0, call.layout.length - 1 do
    if words[i] and i < REGISTER_COUNT then
      w:line("%s", text.wrap(("    mr%d = "):format(i), words[i], " |", ";"))
    elseif words[i] then
      w:line("%s", text.wrap(("    seL4_SetMR(%d, "):format(i), words[i], " |", ");"))
    end
  end
  w:line("    info = seL4_MessageInfo_new(%s, 0, %d, %d);", row.label_name, call.layout.cap_count,
    call.layout.length)
  w:line("    info = seL4_CallWithMRs(_service, info, &mr0, &mr1, &mr2, &mr3);")
end

-- What a refusal says beside its label is where every message's first words are.
local function keep_refusal(w, failure)
  w:line("    if (seL4_MessageInfo_get_label(info) != seL4_NoError) {")
  for i = 0, REGISTER_COUNT - 1 do
    w:line("        seL4_SetMR(%d, mr%d);", i, i)
  end
  w:line("        return %s;", failure)
  w:line("    }")
end

local function receive_context(w, value)
  local name = value.param.name
  for i = 0, REGISTER_COUNT - 1 do
    w:line("    ((seL4_Word *)%s)[%d] = mr%d;", name, i, i)
  end
  w:line("    for (int i = %d; i < %d; i++)", REGISTER_COUNT, packing.types.UserContext.words)
  w:line("        ((seL4_Word *)%s)[i] = seL4_GetMR(i);", name)
end

local function receive(w, call)
  if #call.outputs == 0 then
    keep_refusal(w, "(seL4_Error)seL4_MessageInfo_get_label(info)")
    if call.context then
      receive_context(w, call.context)
    end
    w:line("    return seL4_NoError;")
    return
  end
  w:line("    result.error = (int)seL4_MessageInfo_get_label(info);")
  keep_refusal(w, "result")
  for _, value in ipairs(call.outputs) do
    w:line("    result.%s = mr%d;", value.param.name, value.place.word)
  end
  w:line("    return result;")
end

local function method(w, row, configuration)
  local name = ("seL4_%s_%s"):format(row.object, row.method)
  local call = split(row, configuration)
  local result = result_struct(w, name, call)
  local declarations = { ("seL4_%s _service"):format(row.object) }
  for _, param in ipairs(call.params) do
    declarations[#declarations + 1] = c_values.declaration(param)
  end
  comment(w, row, call)
  w:line("%s", text.wrap(("static inline %s %s("):format(result, name), declarations, ",", ")"))
  w:line("{")
  w:line("    seL4_MessageInfo_t info;")
  w:line("    seL4_Word mr0 = 0, mr1 = 0, mr2 = 0, mr3 = 0;")
  if #call.outputs > 0 then
    w:line("    %s result = {0};", result)
  end
  w:line()
  send(w, row, call)
  receive(w, call)
  w:line("}")
  w:line()
end

--- The header of one configuration.
function make.text(configuration)
  local w = text.writer()
  text.open_header(w, "SEL4_INVOCATIONS_H", "A function for every method of an object.",
    { "<sel4/syscalls.h>", "<sel4/types.h>" })
  for _, row in ipairs(c_values.rows(invocations, configuration)) do
    method(w, row, configuration)
  end
  text.close_header(w)
  return w:finish()
end

return make
