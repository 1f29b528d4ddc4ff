-- SPDX-License-Identifier: MIT
--- Makes the C library's sel4/shared_types.h: the words that pack several fields, the registers of
--- a thread, and the boot information.
--
--   local make = require "abi.generate_c_shared_types"
--   io.write(make.text("classic"))

local bootinfo = require "abi.bootinfo"
local registers = require "abi.registers"
local text = require "abi.text"

local make = {}

-- Types that are one word: their fields, the highest first, with their bits.
local packed = {
  { name = "seL4_MessageInfo", about = "What a message is about, and how long it is.",
    { "label", 52 }, { "capsUnwrapped", 3 }, { "extraCaps", 2 }, { "length", 7 } },
  { name = "seL4_CapRights", about = "What a capability allows.",
    { "capAllowGrantReply", 1 }, { "capAllowGrant", 1 }, { "capAllowRead", 1 },
    { "capAllowWrite", 1 } },
  { name = "seL4_CNode_CapData", about = "The guard of a CNode capability.",
    { "guard", 58 }, { "guardSize", 6 } },
}

local function field_functions(w, type_name, prefix, field, shift)
  local name, mask = field[1], (1 << field[2]) - 1
  w:line("static inline seL4_Word %s_get_%s(%s value)", prefix, name, type_name)
  w:line("{")
  w:line("    return value.words[0] >> %d & 0x%xul;", shift, mask)
  w:line("}")
  w:line()
  w:line("%s", text.wrap(("static inline %s %s_set_%s("):format(type_name, prefix, name),
    { type_name .. " value", "seL4_Word field" }, ",", ")"))
  w:line("{")
  w:line("    value.words[0] &= ~(0x%xul << %d);", mask, shift)
  w:line("    value.words[0] |= (field & 0x%xul) << %d;", mask, shift)
  w:line("    return value;")
  w:line("}")
  w:line()
  w:line("static inline seL4_Word %s_ptr_get_%s(const %s *value)", prefix, name, type_name)
  w:line("{")
  w:line("    return %s_get_%s(*value);", prefix, name)
  w:line("}")
  w:line()
  w:line("static inline void %s_ptr_set_%s(%s *value, seL4_Word field)", prefix, name, type_name)
  w:line("{")
  w:line("    *value = %s_set_%s(*value, field);", prefix, name)
  w:line("}")
  w:line()
end

local function packed_word(w, row)
  local type_name = row.name .. "_t"
  local inputs, shift, sum = {}, 0, {}
  for i = #row, 1, -1 do
    local name, bits = row[i][1], row[i][2]
    inputs[i] = "seL4_Word " .. name
    row[i].shift = shift
    sum[i] = ("(%s & 0x%xul)"):format(name, (1 << bits) - 1)
    sum[i] = shift > 0 and ("%s << %d"):format(sum[i], shift) or sum[i]
    shift = shift + bits
  end
  w:line("/* %s */", row.about)
  w:line("typedef struct %s {", row.name)
  w:line("    seL4_Uint64 words[1];")
  w:line("} %s;", type_name)
  w:line()
  w:line("%s", text.wrap(("static inline %s %s_new("):format(type_name, row.name), inputs, ",",
    ")"))
  w:line("{")
  w:line("    %s value;", type_name)
  w:line()
  w:line("%s", text.wrap("    value.words[0] = ", sum, " |", ";"))
  w:line("    return value;")
  w:line("}")
  w:line()
  for _, field in ipairs(row) do
    field_functions(w, type_name, row.name, field, field.shift)
  end
end

local function user_context(w)
  w:line("/* The registers of a thread. */")
  w:line("typedef struct seL4_UserContext_ {")
  for _, name in ipairs(registers) do
    w:line("    seL4_Word %s;", name)
  end
  w:line("} seL4_UserContext;")
  w:line()
end

-- Types of boot information's fields that are not just words.
local FIELD_TYPES = {
  ipcBuffer = "seL4_IPCBuffer *", nodeID = "seL4_NodeId ", initThreadDomain = "seL4_Domain ",
}

local function boot_information(w, configuration)
  local fields = {}
  for _, field in ipairs(bootinfo.fields) do
    fields[#fields + 1] = field[configuration] and field or nil
  end
  table.sort(fields, function(a, b) return a[configuration] < b[configuration] end)
  w:line("/* What the root task is told at its start. */")
  w:line("typedef struct seL4_BootInfo {")
  for _, field in ipairs(fields) do
    if field.kind == "list" then
      w:line("    seL4_UntypedDesc %s[CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS]; /* %s */", field.name,
        field.doc)
    else
      w:line("    %s%s; /* %s */", field.kind == "region" and "seL4_SlotRegion "
        or FIELD_TYPES[field.name] or "seL4_Word ", field.name, field.doc)
    end
  end
  w:line("} seL4_BootInfo;")
  w:line()
  for _, field in ipairs(fields) do
    w:line("_Static_assert(__builtin_offsetof(seL4_BootInfo, %s) == %d, \"%s has its place\");",
      field.name, field[configuration], field.name)
  end
  w:line()
end

local boot_types = [[
/* The slots from start up to, but not with, end. */
typedef struct seL4_SlotRegion {
    seL4_SlotPos start;
    seL4_SlotPos end;
} seL4_SlotRegion;

/* One capability to untyped memory. */
typedef struct seL4_UntypedDesc {
    seL4_Word paddr;
    seL4_Uint8 sizeBits;
    seL4_Uint8 isDevice;
    seL4_Uint8 padding[6];
} seL4_UntypedDesc;

/* The head of a chunk of extra boot information; len counts it, too. */
typedef struct seL4_BootInfoHeader {
    seL4_Word id;
    seL4_Word len;
} seL4_BootInfoHeader;
]]

local ipc_buffer = [[
/* What of a message does not travel in registers. */
typedef struct __attribute__((aligned(1 << seL4_IPCBufferSizeBits))) seL4_IPCBuffer_ {
    seL4_MessageInfo_t tag;
    seL4_Word msg[seL4_MsgMaxLength];
    seL4_Word userData;
    seL4_Word caps_or_badges[seL4_MsgMaxExtraCaps]; /* sent: CPtrs; received: badges */
    seL4_CPtr receiveCNode;
    seL4_CPtr receiveIndex;
    seL4_Word receiveDepth;
} seL4_IPCBuffer;

_Static_assert(sizeof(seL4_IPCBuffer) == 1 << seL4_IPCBufferSizeBits, "an IPC buffer has its size");
]]

--- The header of one configuration.
function make.text(configuration)
  local w = text.writer()
  text.open_header(w, "SEL4_SHARED_TYPES_H", "Packed words, registers and boot information.",
    { "<sel4/constants.h>", "<sel4/simple_types.h>" })
  for _, row in ipairs(packed) do
    packed_word(w, row)
  end
  w:line(ipc_buffer)
  user_context(w)
  w:line(boot_types)
  boot_information(w, configuration)
  text.close_header(w)
  return w:finish()
end

return make
