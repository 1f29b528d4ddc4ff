-- SPDX-License-Identifier: MIT
--- Rows: RISC-V code, if something compiles it: programs of bench/riscv, compiled when they are
--- first wanted.

local machines = require "bench.machines"
local selvm = require "selvm"

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
    seconds = machines.seconds_of(function() machine:run() end)
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

-- A function that measures an instruction in one of the parts of compute.c.
local function compute(name, scale)
  return function()
    local seconds, count = part("compute", index_of(PARTS, name), scale)
    return seconds / count
  end
end

-- A function that measures a Call and its ReplyRecv between two VSpaces, of so many words.
local function calls(words, scale, is_mcs)
  return function()
    return (part("messages", index_of(LENGTHS, words), scale, is_mcs)) / (CALLS // scale)
  end
end

return function(bench)
  local rows = {}
  if not os.execute("command -v " .. COMPILER .. " >/dev/null 2>&1") then
    return rows
  end
  for _, name in ipairs(PARTS) do
    rows[#rows + 1] = { name = ("RISC-V code, %s, per instruction"):format(name), unit = "ns",
      measure = compute(name, bench.scale), floor = bench.floors.loop_iteration }
  end
  for _, words in ipairs(LENGTHS) do
    for _, is_mcs in ipairs { false, true } do
      local ending = is_mcs and ", MCS" or ""
      rows[#rows + 1] = {
        name = ("RISC-V round trip, two processes, %d words%s"):format(words, ending), unit = "us",
        measure = calls(words, bench.scale, is_mcs), floor = bench.floors.two_switches }
    end
  end
  return rows
end
