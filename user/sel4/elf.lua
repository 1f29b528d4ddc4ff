-- SPDX-License-Identifier: MIT
--- Reads RISC-V executables: what seL4's boot loader would make of an ELF file. The host loads root
--- tasks with it, and sel4.process processes.
--
--   local image, why = elf.load(bytes)
--   -- image.bytes    what lies at image.vaddr, whole pages up to the end of the last segment
--   -- image.entry    the first program counter

local elf = {}

local PAGE_SIZE = 4096
local USER_TOP = 0x3ffffff000
local HEADER_SIZE, SEGMENT_SIZE = 64, 56
local CLASS_64, LITTLE_ENDIAN = 2, 1
local TYPE_EXECUTABLE, MACHINE_RISCV = 2, 243
local SEGMENT_LOAD, SEGMENT_DYNAMIC, SEGMENT_INTERPRETER = 1, 2, 3
local FLAG_QUAD, FLAG_EMBEDDED = 0x6, 0x8 -- a float ABI of four, sixteen registers
local IMAGE_MAX = 1 << 30

local TYPES = { [0] = "nothing", "an object file, not linked yet", "an executable",
  "a shared or position-independent executable", "a core dump" }
local MACHINES = { [3] = "x86", [8] = "MIPS", [20] = "PowerPC", [21] = "64-bit PowerPC",
  [40] = "ARM", [62] = "x86-64", [183] = "AArch64" }

-- Raises a table, which elf.load turns into its second result.
local function refuse(format, ...)
  error({ refusal = format:format(...) })
end

--- Whether a text looks like an ELF file at all.
function elf.is_elf(bytes)
  return bytes:sub(1, 4) == "\127ELF"
end

local function check_kind(bytes)
  if not elf.is_elf(bytes) then
    refuse("it does not begin with the mark of an ELF file")
  elseif #bytes < HEADER_SIZE then
    refuse("it ends within its header, after %d bytes", #bytes)
  end
  local class, order = bytes:byte(5, 6)
  if class ~= CLASS_64 then
    refuse("it is of 32 bits; a root task has 64 (compile with -march=rv64imafdc)")
  elseif order ~= LITTLE_ENDIAN then
    refuse("it is big endian; RISC-V programs are little endian")
  end
end

local function read_header(bytes)
  local kind, machine, _, entry, segments, _, flags, _, segment_size, count =
    ("<I2I2I4I8I8I8I4I2I2I2"):unpack(bytes, 17)
  if machine ~= MACHINE_RISCV then
    refuse("it is for %s, not for RISC-V", MACHINES[machine] or "machine number " .. machine)
  elseif kind ~= TYPE_EXECUTABLE then
    refuse("it is %s; link it as an executable (-static -no-pie)",
      TYPES[kind] or "of unknown type " .. kind)
  elseif flags & FLAG_QUAD == FLAG_QUAD or flags & FLAG_EMBEDDED ~= 0 then
    refuse("it needs registers that this processor has not; compile with -march=rv64imafdc " ..
      "and -mabi=lp64d or lp64")
  elseif count == 0 then
    refuse("it has no program headers, so there is nothing to load")
  elseif segment_size ~= SEGMENT_SIZE then
    refuse("its program headers have %d bytes each; %d are right", segment_size, SEGMENT_SIZE)
  elseif segments < 0 or segments > #bytes or count * SEGMENT_SIZE > #bytes - segments then
    refuse("its table of program headers lies outside of the file")
  end
  return { entry = entry, segments = segments, count = count }
end

-- One program header; nil: nothing of it is to be loaded.
local function read_segment(bytes, header, index)
  local kind, flags, offset, vaddr, _, file_size, memory_size =
    ("<I4I4I8I8I8I8I8"):unpack(bytes, header.segments + index * SEGMENT_SIZE + 1)
  if kind == SEGMENT_INTERPRETER or kind == SEGMENT_DYNAMIC then
    refuse("it is linked dynamically; link it with -static")
  elseif kind ~= SEGMENT_LOAD or memory_size == 0 then
    return nil
  end
  local name = ("segment %d"):format(index)
  if offset < 0 or file_size < 0 or offset > #bytes or file_size > #bytes - offset then
    refuse("%s lies outside of the file, which is cut short or damaged", name)
  elseif memory_size < file_size then -- also if it is negative
    refuse("%s is larger in the file (%d bytes) than in memory (%d)", name, file_size, memory_size)
  elseif vaddr < 0 or memory_size > USER_TOP or vaddr > USER_TOP - memory_size then
    refuse("%s, at 0x%x, does not lie within the addresses that users may have", name, vaddr)
  end
  return { offset = offset, vaddr = vaddr, file_size = file_size, memory_size = memory_size,
    is_executable = flags & 1 ~= 0, name = name }
end

local function read_segments(bytes, header)
  local segments = {}
  for index = 0, header.count - 1 do
    segments[#segments + 1] = read_segment(bytes, header, index)
  end
  if #segments == 0 then
    refuse("it has no segments to load")
  end
  table.sort(segments, function(a, b) return a.vaddr < b.vaddr end)
  for i = 2, #segments do
    local before, after = segments[i - 1], segments[i]
    if before.vaddr + before.memory_size > after.vaddr then
      refuse("%s and %s overlap at 0x%x", before.name, after.name, after.vaddr)
    end
  end
  return segments
end

local function check_entry(entry, segments)
  for _, segment in ipairs(segments) do
    if entry >= segment.vaddr and entry < segment.vaddr + segment.memory_size then
      if entry % 2 ~= 0 then
        refuse("its entry point 0x%x is odd", entry)
      end
      return
    end
  end
  refuse("its entry point 0x%x lies in none of its segments", entry)
end

-- The segments as one piece of memory, with zeros in between.
local function flatten(bytes, segments)
  local first, last = segments[1], segments[#segments]
  local vaddr = first.vaddr - first.vaddr % PAGE_SIZE
  local size = last.vaddr + last.memory_size - vaddr
  if vaddr == 0 then
    refuse("it has memory at address 0; link it at 0x10000 or above")
  elseif size > IMAGE_MAX then
    refuse("it spreads over %d bytes of addresses, from 0x%x on; at most 1G is loaded", size, vaddr)
  elseif vaddr + size + (1 << 20) > USER_TOP then
    refuse("there is no room for the IPC buffer behind it, at 0x%x", vaddr + size)
  end
  local parts, at = {}, vaddr
  for _, segment in ipairs(segments) do
    parts[#parts + 1] = ("\0"):rep(segment.vaddr - at)
    parts[#parts + 1] = bytes:sub(segment.offset + 1, segment.offset + segment.file_size)
    parts[#parts + 1] = ("\0"):rep(segment.memory_size - segment.file_size)
    at = segment.vaddr + segment.memory_size
  end
  return vaddr, table.concat(parts)
end

--- What is to be loaded of an ELF file: { bytes, vaddr, entry }; nil and what is wrong with it, as
--- a phrase about the file.
function elf.load(bytes)
  local is_right, result = pcall(function()
    check_kind(bytes)
    local header = read_header(bytes)
    local segments = read_segments(bytes, header)
    check_entry(header.entry, segments)
    local vaddr, image = flatten(bytes, segments)
    return { bytes = image, vaddr = vaddr, entry = header.entry }
  end)
  if is_right then
    return result
  elseif type(result) == "table" and result.refusal then
    return nil, result.refusal
  end
  error(result, 0)
end

return elf
