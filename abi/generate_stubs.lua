-- SPDX-License-Identifier: MIT
--- Makes abi/stubs.h: how the arguments of each method travel in a message.
--
--   local make = require "abi.generate_stubs"
--   io.write(make.text())

local invocations = require "abi.invocations"
local methods = require "abi.generate_methods"
local packing = require "abi.packing"
local text = require "abi.text"

local make = {}

local types = [[
/* What a parameter is. */
enum stub_kind {
    STUB_WORD,
    STUB_BOOL,
    STUB_UINT8,
    STUB_CAP,         /* `word` is its number among the extra capabilities */
    STUB_USER_CONTEXT /* USER_REGISTER_COUNT words from `word` on, in register order */
};

/* One parameter: the bits [shift, shift + bits) of message word `word`. */
struct stub_param {
    const char *name;
    uint8_t kind;   /* enum stub_kind */
    uint8_t is_out; /* a result, in the answer's words */
    uint8_t word;
    uint8_t shift;
    uint8_t bits;
};

/* One method; _service is not among its parameters. A method whose parameters differ between the
   configurations has two rows. */
struct stub_method {
    const char *name;
    uint8_t method; /* enum method; its label is in classic.h and mcs.h */
    uint8_t param_count;
    uint8_t length;       /* words sent */
    uint8_t reply_length; /* words of the answer */
    uint8_t cap_count;    /* capabilities sent */
    uint8_t configurations; /* CONFIGURATION_* */
    const struct stub_param *params; /* NULL: none */
};
]]

-- The rows: { row, params, name of the C array or "NULL", configurations }.
local function variants()
  local list = {}
  for _, row in ipairs(invocations) do
    local name = "stub_params_" .. text.upper_snake(row.label_name):lower()
    local bits = (row.classic and 1 or 0) + (row.mcs and 2 or 0)
    if row.mcs_params then
      list[#list + 1] = { row = row, params = row.params, name = name .. "_classic", bits = 1 }
      list[#list + 1] = { row = row, params = row.mcs_params, name = name .. "_mcs", bits = 2 }
    else
      list[#list + 1] = { row = row, params = row.params, name = name, bits = bits }
    end
  end
  return list
end

local function param_array(w, variant, layout)
  if #layout == 0 then
    return
  end
  w:line("__attribute__((unused))")
  w:line("static const struct stub_param %s[] = {", variant.name)
  for _, place in ipairs(layout) do
    w:line("    { %s, STUB_%s, %d, %d, %d, %d },", text.c_string(place.name), place.kind,
      place.is_out and 1 or 0, place.word, place.shift, place.bits)
  end
  w:line("};")
  w:line()
end

--- The header.
function make.text()
  local w = text.writer()
  text.open_header(w, "ABI_STUBS_H", "How the arguments of each method travel in a message.",
    { "<stddef.h>", "<stdint.h>", "\"abi/methods.h\"" })
  w:line(types)
  local list = variants()
  for _, variant in ipairs(list) do
    variant.layout = packing.layout(variant.params)
    param_array(w, variant, variant.layout)
  end
  w:line("enum { STUB_METHOD_COUNT = %d };", #list)
  w:line()
  w:line("__attribute__((unused))")
  w:line("static const struct stub_method stub_methods[STUB_METHOD_COUNT] = {")
  for _, variant in ipairs(list) do
    local layout = variant.layout
    w:line("    { %s, %s,", text.c_string(variant.row.object .. "_" .. variant.row.method),
      methods.method_name(variant.row))
    w:line("      %d, %d, %d, %d, %d, %s },", #layout, layout.length, layout.reply_length,
      layout.cap_count, variant.bits, #layout > 0 and variant.name or "NULL")
  end
  w:line("};")
  w:line()
  text.close_header(w)
  return w:finish()
end

return make
