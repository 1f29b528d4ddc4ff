-- SPDX-License-Identifier: MIT
--- Writes ELF executables for tests, right ones and wrong ones.
--
--   local bytes = executable.write { code = "..." }
--
-- Fields besides code, each with the value of a right file: vaddr, entry, class, order, kind,
-- machine, flags, segment_size, segment_count, segments_at; and for the only segment: segment_kind,
-- segment_flags, offset, file_size, memory_size. `segments` replaces the list of segments by others
-- with those names.

local executable = {}

local HEADER_SIZE, SEGMENT_SIZE = 64, 56
local CLASS_64, LITTLE_ENDIAN, TYPE_EXECUTABLE, MACHINE_RISCV, SEGMENT_LOAD = 2, 1, 2, 243, 1
local ALL_RIGHTS, PAGE_SIZE = 7, 4096

local function segment_header(given, code, offset, vaddr)
  return ("<I4I4i8i8i8i8i8i8"):pack(given.segment_kind or SEGMENT_LOAD,
    given.segment_flags or ALL_RIGHTS, given.offset or offset, given.vaddr or vaddr,
    given.vaddr or vaddr, given.file_size or #code, given.memory_size or #code, PAGE_SIZE)
end

function executable.write(given)
  local vaddr = given.vaddr or 0x10000
  local segments = given.segments or { given }
  local offset = HEADER_SIZE + #segments * SEGMENT_SIZE
  local parts = {
    "\127ELF", ("<BBBI9"):pack(given.class or CLASS_64, given.order or LITTLE_ENDIAN, 1, 0),
    ("<I2I2I4i8i8i8I4I2I2I2I2I2I2"):pack(given.kind or TYPE_EXECUTABLE,
      given.machine or MACHINE_RISCV, 1, given.entry or vaddr, given.segments_at or HEADER_SIZE, 0,
      given.flags or 5, HEADER_SIZE, given.segment_size or SEGMENT_SIZE,
      given.segment_count or #segments, 0, 0, 0),
  }
  for _, segment in ipairs(segments) do
    parts[#parts + 1] = segment_header(segment, given.code, offset, vaddr)
  end
  parts[#parts + 1] = given.code
  return table.concat(parts)
end

return executable
