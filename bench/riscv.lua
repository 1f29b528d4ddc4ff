-- SPDX-License-Identifier: MIT
--- Benchmarks of RISC-V code: programs of bench/riscv, compiled when they are first wanted.
--
--   local riscv = require "bench.riscv"
--   riscv.compute("lists", scale)          --> seconds of an instruction
--   riscv.calls(4, scale, is_mcs)          --> seconds of a round trip of four words
--   riscv.is_there()                       --> false without a compiler
--
-- `scale`: how much less is done, 1 or more.

local selvm = require "selvm"

local riscv = {}

local FOLDER = "build/bench"
local COMPILER = "riscv64-unknown-elf-gcc"
local SUPPORT = "tests/rv64/support"
local CALLS = 200000

local PARTS = { "lists", "matrices", "texts", "records", "double" }
local LENGTHS = { 0, 4, 10, 120 }

local compiled = {}

local function must(command)
  local pipe = assert(io.popen(command .. " 2>&1"))
  local output = pipe:read("a")
  if not pipe:close() then
    error(("%s: %s"):format(command, output), 0)
  end
end

--- Whether the programs can be compiled.
function riscv.is_there()
  return os.execute("command -v " .. COMPILER .. " >/dev/null") ~= nil
end

-- The executable of a program, for one of the configurations.
local function executable(name, scale, is_mcs)
  local key = ("%s-%d%s"):format(name, scale, is_mcs and "-mcs" or "")
  if not compiled[key] then
    local sdk = FOLDER .. (is_mcs and "/sdk-mcs" or "/sdk")
    must(("rm -rf %s && mkdir -p %s && build/release/selvm sdk %s%s"):format(sdk, FOLDER,
      is_mcs and "--mcs " or "", sdk))
    compiled[key] = ("%s/%s.elf"):format(FOLDER, key)
    must(("sh %s/cc -O2 -DSCALE=%d -I %s -I bench/riscv bench/riscv/%s.c bench/riscv/gate.c " ..
      "%s/support.c -o %s"):format(sdk, scale, SUPPORT, name, SUPPORT, compiled[key]))
  end
  return compiled[key]
end

-- Lets a program go from gate to gate, up to its part `index`: processor seconds of that one, and
-- how many instructions it took.
local function part(name, index, scale, is_mcs)
  local said = {}
  local machine = selvm.machine { program = executable(name, scale, is_mcs), mcs = is_mcs,
    console = function(text) said[#said + 1] = text end }
  assert(machine:run() == "deadlock", name .. " is not ready")
  local seconds
  for _ = 1, index do
    said = {}
    machine:raise(1)
    local start = os.clock()
    machine:run()
    seconds = os.clock() - start
  end
  local output = table.concat(said)
  local count = tonumber(output:match(": (%d+) instructions"))
  assert(count, ("%s has failed: %s%s"):format(name, output, table.concat(machine:errors())))
  machine:close()
  return seconds, count
end

local function index_of(list, wanted)
  for index, each in ipairs(list) do
    if each == wanted then
      return index
    end
  end
  error("there is no " .. tostring(wanted))
end

--- Seconds that an instruction takes in one of the parts of compute.c.
function riscv.compute(name, scale)
  local seconds, count = part("compute", index_of(PARTS, name), scale)
  return seconds / count
end

--- Seconds of a Call and its ReplyRecv between two VSpaces, of so many words.
function riscv.calls(words, scale, is_mcs)
  return (part("messages", index_of(LENGTHS, words), scale, is_mcs)) / (CALLS // scale)
end

riscv.PARTS, riscv.LENGTHS = PARTS, LENGTHS

return riscv
