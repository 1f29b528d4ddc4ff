-- SPDX-License-Identifier: MIT
--- What instructions do where it is easily done otherwise: { name, assembly, sets = ... } each
--- (main.lua has the other fields). Random sequences say the same of much more, beside another
--- machine; these are judged by the specification.

local places = require "places"

local DATA, READ_ONLY = places.DATA, places.READ_ONLY
local LEAST, ONES_HIGH = math.mininteger, 0xffffffff00000000
local SINGLE_NAN = ONES_HIGH | 0x7fc00000

return {
  -- integers
  { "the least number divided by -1", "li t0, 1; slli t0, t0, 63; li t1, -1; div t2, t0, t1; "
    .. "rem t3, t0, t1", sets = { t0 = LEAST, t1 = -1, t2 = LEAST, t3 = 0 } },
  { "division by 0", "li t0, 7; div t1, t0, x0; divu t2, t0, x0; rem t3, t0, x0; remu t4, t0, x0",
    sets = { t0 = 7, t1 = -1, t2 = -1, t3 = 7, t4 = 7 } },
  { "divuw by 0", "li t0, 7; divuw t1, t0, x0; lui t0, 0x80000; remuw t2, t0, x0",
    sets = { t0 = -1 << 31, t1 = -1, t2 = -1 << 31 } },
  { "mulhsu takes its second factor as unsigned", "li t0, -1; mulhsu t1, t0, t0; mulh t2, t0, t0; "
    .. "mulhu t3, t0, t0", sets = { t0 = -1, t1 = -1, t2 = 0, t3 = -2 } },
  { "lui extends its sign", "lui t0, 0x80000", sets = { t0 = -1 << 31 } },
  { "x0 stays 0", "li x0, 5; lw x0, (a0); jal x0, . + 4; amoadd.w x0, x0, (a0); mv t0, x0",
    sets = { t0 = 0 } },
  { "a jump through its link", "auipc t0, 0; jalr t0, 12(t0); li t1, 1; nop",
    sets = { t0 = places.CODE + 8 } },
  -- memory
  { "misaligned over two pages of different rights", "ld t0, -4(a1)", sets = { t0 = 0 } },
  { "a word at a page's end", "li t0, -2; sw t0, -4(a1); lwu t1, -4(a1)",
    sets = { t0 = -2, t1 = 0xfffffffe }, words = { [READ_ONLY - 8] = 0xfffffffe << 32 } },
  { "amomaxu compares words as unsigned", "li t0, -1; sw t0, (a0); li t1, 1; "
    .. "amomaxu.w t2, t1, (a0); amomax.w t3, t1, (a0)",
    sets = { t0 = -1, t1 = 1, t2 = -1, t3 = -1 }, words = { [DATA] = 1 } },
  { "sc without lr fails, and writes nothing", "li t0, 5; sc.w t1, t0, (a0)",
    sets = { t0 = 5, t1 = 1 } },
  { "sc after lr", "lr.w t0, (a0); li t1, 5; sc.w t2, t1, (a0); sc.w t3, t1, (a0)",
    sets = { t0 = 0, t1 = 5, t2 = 0, t3 = 1 }, words = { [DATA] = 5 } },
  { "sc to another address fails", "addi t0, a0, 8; lr.w t1, (a0); sc.w t2, t1, (t0)",
    sets = { t0 = DATA + 8, t1 = 0, t2 = 1 } },
  { "code that has been written is executed, behind a fence",
    "lw t0, (a1); auipc t1, 0; li t2, 0x13; sw t2, 16(t1); fence.i; li t0, 9",
    sets = { t0 = 0, t1 = places.CODE + 4, t2 = 0x13 } },
  { "and at once without one", "lw t0, (a1); auipc t1, 0; li t2, 0x13; sw t2, 12(t1); li t0, 9",
    sets = { t0 = 0, t1 = places.CODE + 4, t2 = 0x13 } },
  -- counters
  { "instret counts each instruction", "rdinstret t0; nop; nop; rdinstret t1; sub t1, t1, t0; "
    .. "li t0, 0", sets = { t0 = 0, t1 = 3 } },
  { "instret counts jumps", "rdinstret t0; j . + 4; nop; j . + 4; rdinstret t1; sub t1, t1, t0; "
    .. "li t0, 0", sets = { t0 = 0, t1 = 4 } },
  { "cycles are instructions", "rdcycle t0; j . + 4; nop; j . + 4; rdcycle t1; sub t1, t1, t0; "
    .. "li t0, 0", sets = { t0 = 0, t1 = 4 } },
  { "instret counts a store into code once", "auipc t1, 0; li t2, 0x13; rdinstret t0; "
    .. "sw t2, 24(t1); rdinstret t2; sub t0, t2, t0; li t1, 9; li t2, 0",
    sets = { t0 = 2, t1 = places.CODE, t2 = 0 } },
  { "time goes on", "rdtime t0; rdtime t1; beq t0, t1, . - 4; sltu t0, t0, t1; li t1, 0",
    sets = { t0 = 1, t1 = 0 } },
  { "cycles go on", "rdcycle t0; rdcycle t1; sltu t0, t0, t1; li t1, 0",
    sets = { t0 = 1, t1 = 0 } },
  -- fcsr
  { "fcsr has eight bits", "li t0, -1; csrw fcsr, t0; frcsr t0; frflags t1; frrm t2; fscsr x0",
    sets = { t0 = 255, t1 = 31, t2 = 7 } },
  { "frm has no influence on flags", "fscsr x0; fsflagsi 21; fsrmi t0, 3; frcsr t1; fscsr x0",
    sets = { t0 = 0, t1 = 3 << 5 | 21 } },
  { "what does not round needs no rounding mode", "fsrmi 7; fmv.w.x f1, x0; fsgnjn.s f1, f1, f1; "
    .. "feq.s t0, f1, f1; fscsr x0", sets = { t0 = 1 } },
  -- floating point
  { "a single that is not boxed is no number", "li t0, 0x3f800000; fmv.d.x f1, t0; fscsr x0; "
    .. "fadd.s f2, f1, f1; fmv.x.d t1, f2; fclass.s t2, f1; frflags t3",
    sets = { t0 = 0x3f800000, t1 = SINGLE_NAN, t2 = 1 << 9, t3 = 0 } },
  { "fmv.x.w and fsw take the bits as they are", "li t0, 0x3f800000; fmv.d.x f1, t0; "
    .. "fmv.x.w t1, f1; fsw f1, (a0)", sets = { t0 = 0x3f800000, t1 = 0x3f800000 },
    words = { [DATA] = 0x3f800000 } },
  { "fmax of a signalling NaN and a number", "lui t0, 0x7f800; addi t0, t0, 1; fmv.w.x f1, t0; "
    .. "fmv.w.x f2, x0; fscsr x0; fmax.s f3, f1, f2; fmv.x.d t0, f3; frflags t1",
    sets = { t0 = ONES_HIGH, t1 = 16 } },
  { "fmin of zeros", "fmv.d.x f1, x0; fneg.d f2, f1; fmin.d f3, f1, f2; fmax.d f4, f2, f1; "
    .. "fmv.x.d t0, f3; fmv.x.d t1, f4", sets = { t0 = LEAST, t1 = 0 } },
  { "infinity times 0 plus a NaN is invalid", "li t0, 0x7ff; slli t0, t0, 52; fmv.d.x f1, t0; "
    .. "fmv.d.x f2, x0; li t0, 0xfff; slli t0, t0, 51; fmv.d.x f3, t0; fscsr x0; "
    .. "fmadd.d f4, f1, f2, f3; fmv.x.d t0, f4; frflags t1",
    sets = { t0 = 0x7ff8000000000000, t1 = 16 } },
  { "a NaN becomes the unsigned maximum, a negative number 0", "fscsr x0; li t0, -1; "
    .. "fcvt.d.l f1, t0; fcvt.wu.d t1, f1; li t0, 0x7ff8; slli t0, t0, 48; fmv.d.x f2, t0; "
    .. "fcvt.wu.d t2, f2; fcvt.l.d t3, f2; frflags t0", sets = { t0 = 16, t1 = 0, t2 = -1,
    t3 = math.maxinteger } },
  -- these three in this order: registers that may not be used for a while keep what they hold
  { "a register is set", "li t0, 1234; fmv.d.x f9, t0; fscsr x0; fsflagsi 9",
    sets = { t0 = 1234 } },
  { "it may not be used", "fmv.x.d t0, f9", no_fpu = true, stop = { number = 2 } },
  { "it has its number still, and so has fcsr", "fmv.x.d t0, f9; frcsr t1; fscsr x0",
    sets = { t0 = 1234, t1 = 9 } },
  -- the least normal number times 1 - 2^-53: seen with more exponents it is less, and exact
  { "tininess is seen after rounding", "li t0, 1; slli t0, t0, 52; fmv.d.x f1, t0; li t1, 0x3ff; "
    .. "slli t1, t1, 52; addi t1, t1, -1; fmv.d.x f2, t1; fscsr x0; fmul.d f3, f1, f2; "
    .. "fmv.x.d t0, f3; frflags t1", sets = { t0 = 1 << 52, t1 = 3 } },
  { "a product that rounding makes normal is not tiny", "li t0, 1; slli t0, t0, 52; "
    .. "addi t1, t0, 1; fmv.d.x f1, t1; li t1, 0x3ff; slli t1, t1, 52; addi t1, t1, -2; "
    .. "fmv.d.x f2, t1; fscsr x0; fmul.d f3, f1, f2; fmv.x.d t0, f3; frflags t1",
    sets = { t0 = 1 << 52, t1 = 1 } },
}
