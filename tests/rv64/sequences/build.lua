-- SPDX-License-Identifier: MIT
--- Builds programs of random sequences, for both systems that run them.
--
--   local build = require "tests.rv64.sequences.build"
--   local made, paths = build.program { seed = 1, first = 1, count = 100 }   -- as program.make
--   -- paths.linux, paths.sel4: executables

local process = require "tests.host.process"
local program = require "tests.rv64.sequences.program"
local toolchain = require "tests.rv64.sequences.toolchain"

local build = {}

local SOURCES = "tests/rv64/sequences/"
-- The same addresses in both programs.
local LINK = toolchain.LINK .. " -Wl,-Ttext=0x1f8000 -Wl,--section-start=.sequences=0x200000 " ..
  "-Wl,-Tdata=0x800000"

local gcc = toolchain.find()
local is_compiled = false

local function object(name)
  return ("%s/%s.o"):format(process.folder, name)
end

-- What all programs have in common is compiled once.
local function compile_runner()
  for _, file in ipairs { "start.S", "runner.c", "output_linux.c", "output_sel4.c" } do
    toolchain.run(("%s %s %s -I. -c %s%s -o %s"):format(gcc, toolchain.FLAGS, toolchain.COMPILE,
      SOURCES, file, object(file:match("^[^.]+"))))
  end
  is_compiled = true
end

local function link(system)
  local path = process.folder .. "/" .. system
  toolchain.run(("%s %s %s %s %s %s %s -o %s"):format(gcc, toolchain.FLAGS, LINK, object("start"),
    object("runner"), object("sequences"), object("output_" .. system), path))
  return path
end

--- Makes a program (program.make, with its options) and links it for both systems, in the folder of
--- tests.host.process: what has been made, and the paths.
function build.program(options)
  if not is_compiled then
    compile_runner()
  end
  local made = program.make(options)
  local source = process.file("sequences.s", made.assembly)
  toolchain.run(("%s %s -c %s -o %s"):format(gcc, toolchain.FLAGS, source, object("sequences")))
  return made, { linux = link("linux"), sel4 = link("sel4") }
end

return build
