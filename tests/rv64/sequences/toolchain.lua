-- SPDX-License-Identifier: MIT
--- Builds programs for RISC-V in tests.
--
--   local toolchain = require "tests.rv64.sequences.toolchain"
--   local gcc = toolchain.find()          -- nil: there is none
--   toolchain.run(("%s -c a.s -o a.o"):format(gcc))

local toolchain = {}

-- What a compiler for this processor is called, on Debian and elsewhere.
local COMPILERS = { "riscv64-unknown-elf-gcc", "riscv64-linux-gnu-gcc" }

toolchain.FLAGS = "-march=rv64imafdc_zicsr_zifencei -mabi=lp64d"
toolchain.COMPILE = "-mcmodel=medany -fno-pie -O2 -Wall -Wextra -Werror -ffreestanding"
toolchain.LINK = "-nostdlib -static -no-pie -Wl,--no-relax -Wl,--build-id=none"

--- Whether a program can be called.
function toolchain.has(name)
  return (os.execute("command -v " .. name .. " >/dev/null 2>&1"))
end

--- The name of a compiler for RISC-V.
function toolchain.find()
  for _, name in ipairs(COMPILERS) do
    if toolchain.has(name) then
      return name
    end
  end
end

--- Runs a command; an error with what it printed if it fails.
function toolchain.run(command)
  local pipe = assert(io.popen(command .. " 2>&1"))
  local output = pipe:read("a")
  if not pipe:close() then
    error(("%s\n%s"):format(command, output), 0)
  end
end

return toolchain
