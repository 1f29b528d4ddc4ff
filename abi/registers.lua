-- SPDX-License-Identifier: MIT
--- The registers of a thread in the order of libsel4's UserContext.
--
--   local registers = require "abi.registers"
--   print(registers[1], registers[32])   --> pc  tp
--   print(registers.frame_count)         --> 16
--
-- The first `frame_count` are what TCB_CopyRegisters calls frame registers, the others the integer
-- registers.

return {
  "pc", "ra", "sp", "gp",
  "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11",
  "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7",
  "t0", "t1", "t2", "t3", "t4", "t5", "t6", "tp",
  frame_count = 16,
}
