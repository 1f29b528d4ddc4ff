-- SPDX-License-Identifier: MIT
--- What stops a thread: { name, assembly, stop = ... } each (main.lua has the other fields).

local places = require "places"

local DATA, READ_ONLY, NOTHING = places.DATA, places.READ_ONLY, places.NOTHING
local BEHIND, FAR, CODE, CODE_END = places.BEHIND, places.FAR, places.CODE, places.CODE_END
local LOAD, STORE, FETCH = 5, 7, 1

local rows = {
  -- exceptions
  { "ebreak", "nop; ebreak", stop = { number = 3, at = 4 } },
  { "c.ebreak", ".option rvc; c.nop; c.ebreak; c.nop", stop = { number = 3, at = 2 } },
  { "behind an instruction that is none", "li t0, 1; .4byte 0; li t0, 2",
    stop = { number = 2, at = 4 }, sets = { t0 = 1 } },
  { "an atomic operation on a misaligned word", "addi a0, a0, 2; amoadd.w t0, t1, (a0)",
    stop = { number = 6, at = 4 }, sets = { a0 = DATA + 2 } },
  { "an atomic operation on a misaligned double word", "addi a0, a0, 4; amoadd.d t0, t1, (a0)",
    stop = { number = 6, at = 4 }, sets = { a0 = DATA + 4 } },
  { "an atomic operation that is misaligned where nothing is",
    "addi a2, a2, 1; amoadd.w t0, t1, (a2)", stop = { number = 6, at = 4 },
    sets = { a2 = NOTHING + 1 } },
  { "lr of a misaligned word", "addi a0, a0, 1; lr.w t0, (a0)", stop = { number = 4, at = 4 },
    sets = { a0 = DATA + 1 } },
  { "lr of a misaligned double word", "addi a0, a0, 4; lr.d t0, (a0)",
    stop = { number = 4, at = 4 }, sets = { a0 = DATA + 4 } },
  -- loads
  { "a load where nothing is", "ld t0, 8(a2)", stop = { addr = NOTHING + 8, cause = LOAD } },
  { "a load over its own base", "nop; lw a2, (a2)",
    stop = { addr = NOTHING, cause = LOAD, at = 4 } },
  { "a load to x0 where nothing is", "lb x0, (a2)", stop = { addr = NOTHING, cause = LOAD } },
  { "a load of floating point where nothing is", "fmv.d.x f3, t0; fld f3, (a2)",
    stop = { addr = NOTHING, cause = LOAD, at = 4 } },
  { "a load from page to nothing", "ld t0, -4(a2)", stop = { addr = NOTHING, cause = LOAD } },
  { "a load from nothing to page", "ld t0, -1(a3)", stop = { addr = BEHIND - 1, cause = LOAD } },
  { "lr where nothing is", "lr.d t0, (a2)", stop = { addr = NOTHING, cause = LOAD } },
  { "a load at 0", "ld t0, 0(x0)", stop = { addr = 0, cause = LOAD } },
  { "a load at the end of all addresses", "lb t0, -1(x0)", stop = { addr = -1, cause = LOAD } },
  { "a load around the end of all addresses", "ld t0, -4(x0)", stop = { addr = -4, cause = LOAD } },
  { "a load above what users have", "li t0, 1; slli t0, t0, 40; add t0, t0, a0; ld t1, (a0); "
    .. "ld t1, (t0)", stop = { addr = FAR + DATA, cause = LOAD, at = 16 },
    sets = { t0 = FAR + DATA, t1 = 0 } },
  { "a load of the kernel's addresses", "li t0, -1; slli t0, t0, 38; ld t1, (t0)",
    stop = { addr = -1 << 38, cause = LOAD, at = 8 }, sets = { t0 = -1 << 38 } },
  -- stores
  { "a store where nothing is", "sd t0, 8(a2)", stop = { addr = NOTHING + 8, cause = STORE } },
  { "a store to what is read only", "sb t0, 1(a1)",
    stop = { addr = READ_ONLY + 1, cause = STORE } },
  { "a store to what has been read", "ld t1, (a1); sd t0, (a1)",
    stop = { addr = READ_ONLY, cause = STORE, at = 4 }, sets = { t1 = 0 } },
  { "a store from page to what is read only, nothing is written", "sd t0, -4(a1)",
    stop = { addr = READ_ONLY, cause = STORE } },
  { "a store from nothing to page, nothing is written", "sw t0, -1(a3)",
    stop = { addr = BEHIND - 1, cause = STORE } },
  { "a store of floating point to what is read only", "fsd f1, (a1)",
    stop = { addr = READ_ONLY, cause = STORE } },
  { "an atomic operation on what is read only", "amoadd.d t0, t1, (a1)",
    stop = { addr = READ_ONLY, cause = STORE } },
  { "an atomic operation where nothing is", "amoswap.w t0, t1, (a2)",
    stop = { addr = NOTHING, cause = STORE } },
  { "sc to what is read only", "lr.w t0, (a1); sc.w t1, t2, (a1)",
    stop = { addr = READ_ONLY, cause = STORE, at = 4 }, sets = { t0 = 0 } },
  { "a store above what users have", "li t0, 1; slli t0, t0, 40; add t0, t0, a0; sd x0, (a0); "
    .. "sd t0, (t0)", stop = { addr = FAR + DATA, cause = STORE, at = 16 },
    sets = { t0 = FAR + DATA } },
  -- fetching
  { "a jump to nothing", "jalr ra, (a2)", sets = { ra = CODE + 4 },
    stop = { addr = NOTHING, pc = NOTHING, cause = FETCH } },
  { "a jump to what is never executed", "jr a3",
    stop = { addr = BEHIND, pc = BEHIND, cause = FETCH } },
  { "a jump to an odd address", "addi a2, a2, 3; jr a2", sets = { a2 = NOTHING + 3 },
    stop = { addr = NOTHING + 2, pc = NOTHING + 2, cause = FETCH } },
  { "a jump above what users have", "li t0, 1; slli t0, t0, 40; add t0, t0, a0; jr t0",
    sets = { t0 = FAR + DATA }, stop = { addr = FAR + DATA, pc = FAR + DATA, cause = FETCH } },
  { "running over a page's end", "nop; li t0, 7", at_end = 8, sets = { t0 = 7 },
    stop = { addr = CODE_END, pc = CODE_END, cause = FETCH } },
  { "an instruction that ends in nothing", ".option rvc; c.li t0, 7; .4byte 0x00000013",
    at_end = 4, sets = { t0 = 7 },
    stop = { addr = CODE_END, pc = CODE_END - 2, cause = FETCH } },
  { "a branch to nothing", "beq x0, x0, . + 12", at_end = 8,
    stop = { addr = CODE_END + 4, pc = CODE_END + 4, cause = FETCH } },
  { "a short instruction before a page's end", ".option rvc; c.li t0, 7; c.j . - 2; c.nop",
    at_end = 2, sets = { t0 = 7 }, stop = { addr = CODE_END, pc = CODE_END, cause = FETCH } },
}

-- Accesses of all sizes fault alike.
for _, name in ipairs { "lb", "lbu", "lh", "lhu", "lw", "lwu", "ld" } do
  rows[#rows + 1] = { name .. " where nothing is", name .. " t0, 16(a2)",
    stop = { addr = NOTHING + 16, cause = LOAD } }
end
for _, name in ipairs { "sb", "sh", "sw", "sd" } do
  rows[#rows + 1] = { name .. " where nothing is", name .. " t0, 16(a2)",
    stop = { addr = NOTHING + 16, cause = STORE } }
end
for _, name in ipairs { "flw", "fld", "fsw", "fsd" } do
  rows[#rows + 1] = { name .. " where nothing is", name .. " f8, 16(a2)",
    stop = { addr = NOTHING + 16, cause = name:sub(2, 2) == "l" and LOAD or STORE } }
end

-- A mode of rounding that there is not, in fcsr: for all that has one, also if nothing is rounded.
for mode = 5, 7 do
  for _, text in ipairs { "fadd.s f1, f2, f3", "fsqrt.d f1, f2", "fmadd.d f1, f2, f3, f4",
    "fcvt.w.d t0, f1", ".4byte 0xd20570d3 # fcvt.d.w f1, a0, dyn",
    ".4byte 0x420170d3 # fcvt.d.s f1, f2, dyn" } do
    rows[#rows + 1] = { ("%s in mode %d"):format(text, mode), ("fsrmi %d; %s"):format(mode, text),
      stop = { number = 2, at = 4 } }
  end
end

-- Without the right to floating point there are no such instructions.
for _, text in ipairs { "fadd.s f1, f2, f3", "fmadd.d f1, f2, f3, f4", "fsqrt.s f1, f2",
  "flw f1, (a0)", "fld f1, (a0)", "fsw f1, (a0)", "fsd f1, (a0)", "fsd f1, (a2)",
  "fmv.x.d t0, f1", "fmv.w.x f1, t0", "feq.d t0, f1, f2", "fclass.s t0, f1", "fmin.s f1, f2, f3",
  "fsgnj.d f1, f2, f3", "fcvt.d.l f1, t0", "frflags t0", "frcsr t0", "fsrmi 0",
  ".option rvc; c.fld f8, (a0)", ".option rvc; c.fsdsp f8, (sp)" } do
  rows[#rows + 1] = { text .. " without floating point", text, no_fpu = true,
    stop = { number = 2, at = 0 } }
end

return rows
