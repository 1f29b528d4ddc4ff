-- SPDX-License-Identifier: MIT
--- What stops RISC-V threads, and what single instructions do: tables with expectations by hand, in
--- tests/rv64/exceptions. main.lua there runs them inside the machine; here they are assembled.
---
---   lua5.4 tests/rv64/test_exceptions.lua SELVM      (from the root of the repository)

package.path = "./?.lua;./tests/rv64/exceptions/?.lua;" .. package.path

local process = require "tests.host.process"
local toolchain = require "tests.rv64.sequences.toolchain"

local SELVM = arg[1] or "build/release/selvm"
local LINK = toolchain.LINK .. " -Wl,-e0 -Wl,-Ttext=0"
local FOLDER = "tests/rv64/exceptions/"

local gcc = toolchain.find()
if not gcc then
  print "skipped: a gcc for RISC-V is missing"
  print "0 passed, 0 failed"
  os.exit(true)
end

-- Assembly of all rows, one after the other, behind a table of where they end.
local function assembly_of(rows)
  local offsets, texts = {}, {}
  for i, row in ipairs(rows) do
    offsets[i] = ("    .4byte end_%d - start"):format(i)
    texts[i] = (".option norvc\n%s\nend_%d:"):format(row[2], i)
  end
  return table.concat({ ".option norelax", table.concat(offsets, "\n"), "start:",
    table.concat(texts, "\n"), "" }, "\n")
end

-- The machine code of each row.
local function assemble(rows)
  local source = process.file("rows.s", assembly_of(rows))
  local object, binary = process.folder .. "/rows.elf", process.folder .. "/rows.bin"
  toolchain.run(("%s %s %s %s -o %s"):format(gcc, toolchain.FLAGS, LINK, source, object))
  toolchain.run(("%sobjcopy -O binary -j .text %s %s"):format(gcc:match("^(.*)gcc$"), object,
    binary))
  local bytes = assert(io.open(binary, "rb")):read("a")
  local codes, start, at = {}, 4 * #rows, 0
  for i = 1, #rows do
    local stop = ("<I4"):unpack(bytes, 4 * i - 3)
    codes[i] = bytes:sub(start + at + 1, start + stop)
    at = stop
  end
  return codes
end

local rows = {}
for _, name in ipairs { "illegal", "faults", "results" } do
  table.move(require(name), 1, #require(name), #rows + 1, rows)
end

local words = { SELVM, "run", FOLDER .. "main.lua" }
for i, code in ipairs(assemble(rows)) do
  words[3 + i] = code:gsub(".", function(byte)
    return ("%02x"):format(byte:byte())
  end)
end
local result = process.run(table.unpack(words))
io.write(result.err, result.out)
process.cleanup()
os.exit(result.status == 0)
