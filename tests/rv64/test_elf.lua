-- SPDX-License-Identifier: MIT
--- Tests what is said of executables that cannot be loaded, and where right ones are put.
--
--   lua5.4 tests/rv64/test_elf.lua      (from the root of the repository)

package.path = "./?.lua;" .. package.path
package.preload["selvm.elf"] = function() return dofile("user/sel4/elf.lua") end

local checks = require "tests.abi.checks"
local elf = require "selvm.elf"
local executable = require "tests.rv64.executable"

local CODE = "\1\0\1\0\1\0\1\0"

-- What is said, and the fields of the file of which it is said.
local REFUSALS = {
  { "ends within its header", bytes = "\127ELF\2\1" },
  { "does not begin with the mark", bytes = "#!/bin/sh\n" },
  { "it is of 32 bits", class = 1 },
  { "it is big endian", order = 2 },
  { "it is for x86%-64, not for RISC%-V", machine = 62 },
  { "machine number 7", machine = 7 },
  { "an object file, not linked yet", kind = 1 },
  { "position%-independent executable; link it as an executable", kind = 3 },
  { "of unknown type 9", kind = 9 },
  { "it needs registers that this processor has not", flags = 0x8 },
  { "it needs registers that this processor has not", flags = 0x6 },
  { "it has no program headers", segment_count = 0 },
  { "its program headers have 40 bytes each; 56 are right", segment_size = 40 },
  { "its table of program headers lies outside of the file", segments_at = 1 << 20 },
  { "its table of program headers lies outside of the file", segments_at = -8 },
  { "its table of program headers lies outside of the file", segment_count = 60000 },
  { "linked dynamically; link it with %-static", segment_kind = 2 },
  { "linked dynamically; link it with %-static", segment_kind = 3 },
  { "it has no segments to load", segment_kind = 4 },
  { "it has no segments to load", memory_size = 0 },
  { "segment 0 lies outside of the file, which is cut short", file_size = 1 << 20,
    memory_size = 1 << 20 },
  { "segment 0 lies outside of the file", offset = -1 },
  { "segment 0 is larger in the file %(8 bytes%) than in memory %(4%)", memory_size = 4 },
  { "segment 0 is larger in the file", memory_size = -1 },
  { "segment 0, at 0x3fffffffff, does not lie within", vaddr = 0x3fffffffff },
  { "segment 0, at 0xf+000, does not lie within", vaddr = -4096 },
  { "its entry point 0x2000 lies in none of its segments", entry = 0x2000 },
  { "its entry point 0x10001 is odd", entry = 0x10001 },
  { "it has memory at address 0; link it at 0x10000", vaddr = 0x10 },
  { "there is no room for the IPC buffer", vaddr = 0x3fffffe000 },
  { "it spreads over %d+ bytes of addresses", segments = { {}, { vaddr = 0x80000000 } } },
  { "segment 0 and segment 1 overlap at 0x10004", segments = { {}, { vaddr = 0x10004 } } },
}

checks.group("what cannot be loaded is refused with the reason", function(expect)
  for _, row in ipairs(REFUSALS) do
    row.code = CODE
    local image, why = elf.load(row.bytes or executable.write(row))
    expect(image == nil, "loaded in spite of: %s", row[1])
    expect(tostring(why):find(row[1]), "'%s' is not '%s'", tostring(why), row[1])
  end
end)

checks.group("a file cut short anywhere is refused or loaded, never an error", function(expect)
  local whole = executable.write { code = CODE }
  for length = 0, #whole - 1 do
    local image, why = elf.load(whole:sub(1, length))
    expect(image == nil and type(why) == "string", "%d bytes were loaded", length)
  end
end)

checks.group("segments are put where they belong, with zeros between", function(expect)
  local image = elf.load(executable.write { code = CODE, vaddr = 0x11008, entry = 0x1100a,
    memory_size = 5000 })
  expect(image, "refused")
  expect(image.vaddr == 0x11000 and image.entry == 0x1100a, "%x %x", image.vaddr, image.entry)
  expect(image.bytes == ("\0"):rep(8) .. CODE .. ("\0"):rep(5000 - #CODE), "other bytes")
  image = elf.load(executable.write { code = CODE, segments = { { vaddr = 0x13000 }, {} } })
  expect(image.vaddr == 0x10000, "%x", image.vaddr)
  expect(image.bytes == CODE .. ("\0"):rep(0x3000 - #CODE) .. CODE, "the order is not that of " ..
    "addresses")
end)

checks.finish()
