-- SPDX-License-Identifier: MIT
--- What is no instruction: { name, assembly } each. It is exception 2 where it stands, and changes
--- nothing.

local ILLEGAL_INSTRUCTION = 2

local rows = {
  { "the word 0", ".2byte 0" },
  { "all ones", ".4byte 0xffffffff" },
  -- compressed
  { "c.addi4spn of 0", ".2byte 0x0004" },
  { "compressed quadrant 0, function 4", ".2byte 0x8000" },
  { "c.addiw of x0", ".2byte 0x2005" },
  { "c.lui of 0", ".2byte 0x6081" },
  { "c.addi16sp of 0", ".2byte 0x6101" },
  { "compressed arithmetic, reserved 2", ".2byte 0x9c41" },
  { "compressed arithmetic, reserved 3", ".2byte 0x9c61" },
  { "c.lwsp of x0", ".2byte 0x4012" },
  { "c.ldsp of x0", ".2byte 0x6012" },
  { "c.jr of x0", ".2byte 0x8002" },
  -- integers
  { "slliw by 32", ".4byte 0x0205951b" },
  { "srliw by 32", ".4byte 0x0205d51b" },
  { "sraiw by 32", ".4byte 0x4205d51b" },
  { "slli with a bit above", ".4byte 0x04059513" },
  { "srai with a bit above", ".4byte 0xc005d513" },
  { "immediate word, function 2", ".4byte 0x0005a51b" },
  { "registers, function 2 of 7", ".4byte 0x04b50533" },
  { "sll of the other kind", ".4byte 0x40b51533" },
  { "words, function 2", ".4byte 0x00b5253b" },
  { "mulh of words", ".4byte 0x02b5153b" },
  { "sh1add", ".4byte 0x20b52533" },
  { "andn", ".4byte 0x40b57533" },
  { "clz", ".4byte 0x60051513" },
  { "add.uw", ".4byte 0x08b5053b" },
  { "czero.eqz", ".4byte 0x0eb55533" },
  { "a load of function 7", ".4byte 0x00057503" },
  { "a store of function 4", ".4byte 0x00b54023" },
  { "a branch of function 2", ".4byte 0x00b52063" },
  { "a branch of function 3", ".4byte 0x00b53063" },
  { "jalr of function 1", ".4byte 0x00059567" },
  -- atomics
  { "an atomic byte", ".4byte 0x00b5052f" },
  { "an atomic quad", ".4byte 0x00b5452f" },
  { "an atomic operation of no kind", ".4byte 0x28b5252f" },
  { "lr with a second register", ".4byte 0x1015252f" },
  { "amocas", ".4byte 0x28b5352f" },
  -- system
  { "fence of function 2", ".4byte 0x0000200f" },
  { "wfi", "wfi" },
  { "sret", "sret" },
  { "mret", "mret" },
  { "sfence.vma", "sfence.vma" },
  { "ecall with a register", ".4byte 0x000000f3" },
  { "system, function 4", ".4byte 0x00004073" },
  { "writing the counter of cycles", "csrw cycle, x0" },
  { "setting bits of a counter", "csrs instret, a0" },
  { "setting a bit of a counter", "csrsi time, 1" },
  { "exchanging a counter", "csrrw a5, cycle, a0" },
  { "reading sstatus", "csrr a5, sstatus" },
  { "reading satp", "csrr a5, satp" },
  { "reading mcycle", "csrr a5, mcycle" },
  { "reading no register", "csrr a5, 0x800" },
  { "writing no register", "csrw 4, a0" },
  -- floating point
  { "fadd.h", ".4byte 0x04b57553" },
  { "fadd.q", ".4byte 0x06b57553" },
  { "rounding mode 5", ".4byte 0x00b55553" },
  { "rounding mode 6", ".4byte 0x02b56553" },
  { "rounding mode 5, fused", ".4byte 0x60b55543" },
  { "fmadd.h", ".4byte 0x64b57543" },
  { "fsqrt with a second register", ".4byte 0x58157553" },
  { "fcvt.s.s", ".4byte 0x40057553" },
  { "fcvt.d.d", ".4byte 0x42157553" },
  { "fcvt.s.h", ".4byte 0x40257553" },
  { "fcvt to the integer type 4", ".4byte 0xc0457553" },
  { "fcvt of the integer type 4", ".4byte 0xd0457553" },
  { "fsgnj of function 3", ".4byte 0x20b53553" },
  { "fmin of function 2", ".4byte 0x28b52553" },
  { "a comparison of function 3", ".4byte 0xa0b53553" },
  { "fmv.x.w with a second register", ".4byte 0xe0150553" },
  { "fclass of function 2", ".4byte 0xe0052553" },
  { "fmv.w.x with a second register", ".4byte 0xf0150553" },
  { "floating point, function 6", ".4byte 0x30b57553" },
  { "flh", ".4byte 0x00051507" },
  { "flq", ".4byte 0x00054507" },
  { "vle8.v", ".4byte 0x00050507" },
  { "fsh", ".4byte 0x00051027" },
  -- whole opcodes
  { "vsetvli", ".4byte 0x00057557" },
  { "custom 0", ".4byte 0x0000000b" },
  { "custom 1", ".4byte 0x0000002b" },
  { "custom 2", ".4byte 0x0000005b" },
  { "custom 3", ".4byte 0x0000007b" },
  { "opcode 0x6b", ".4byte 0x0000006b" },
  { "48 bits", ".4byte 0x0000001f" },
  { "64 bits", ".4byte 0x0000003f" },
}

for _, row in ipairs(rows) do
  row.stop = { number = ILLEGAL_INSTRUCTION }
end

return rows
