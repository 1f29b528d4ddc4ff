/* SPDX-License-Identifier: MIT */
/* Compressed instructions: each stands for one of 32 bits. */
#include "machine/rv64/decode.h"

enum { NOT_VALID = 0, X_SP = 2, X_RA = 1 };

/* Registers of three bits. */
static uint32_t short_register(unsigned code, unsigned from)
{
    return 8 + field(code, from, 3);
}

/* Bits of the code put where they belong in an immediate. */
static uint32_t place(unsigned code, unsigned from, unsigned bits, unsigned to)
{
    return (uint32_t)field(code, from, bits) << to;
}

/* The 32-bit formats. */
static uint32_t make_i(uint32_t opcode, uint32_t f3, uint32_t rd, uint32_t rs1, uint32_t imm)
{
    return opcode | rd << 7 | f3 << 12 | rs1 << 15 | imm << 20;
}

static uint32_t make_s(uint32_t opcode, uint32_t f3, uint32_t rs1, uint32_t rs2, uint32_t imm)
{
    return opcode | (imm & 31) << 7 | f3 << 12 | rs1 << 15 | rs2 << 20 | imm >> 5 << 25;
}

static uint32_t make_r(uint32_t opcode, uint32_t f3, uint32_t f7, uint32_t rd, uint32_t rs2)
{
    return opcode | rd << 7 | f3 << 12 | rd << 15 | rs2 << 20 | f7 << 25;
}

/* The immediate of six bits, signed. */
static uint32_t immediate6(unsigned code)
{
    uint32_t value = place(code, 12, 1, 5) | place(code, 2, 5, 0);

    return value & 32 ? (value | ~63u) : value;
}

/* --- quadrant 0: accesses through short registers --------------------------------------------- */

static uint32_t quadrant0(unsigned code)
{
    uint32_t rd = short_register(code, 2), rs1 = short_register(code, 7);
    uint32_t word = place(code, 10, 3, 3) | place(code, 6, 1, 2) | place(code, 5, 1, 6);
    uint32_t dword = place(code, 10, 3, 3) | place(code, 5, 2, 6);
    uint32_t stack = place(code, 11, 2, 4) | place(code, 7, 4, 6) | place(code, 6, 1, 2) |
                     place(code, 5, 1, 3);

    switch (field(code, 13, 3)) {
    case 0:
        return stack == 0 ? NOT_VALID : make_i(0x13, 0, rd, X_SP, stack);
    case 1:
        return make_i(0x07, 3, rd, rs1, dword);
    case 2:
        return make_i(0x03, 2, rd, rs1, word);
    case 3:
        return make_i(0x03, 3, rd, rs1, dword);
    case 5:
        return make_s(0x27, 3, rs1, rd, dword);
    case 6:
        return make_s(0x23, 2, rs1, rd, word);
    case 7:
        return make_s(0x23, 3, rs1, rd, dword);
    default:
        return NOT_VALID;
    }
}

/* --- quadrant 1: arithmetic and jumps --------------------------------------------------------- */

static uint32_t jump(unsigned code)
{
    uint32_t imm = place(code, 12, 1, 11) | place(code, 11, 1, 4) | place(code, 9, 2, 8) |
                   place(code, 8, 1, 10) | place(code, 7, 1, 6) | place(code, 6, 1, 7) |
                   place(code, 3, 3, 1) | place(code, 2, 1, 5);
    uint32_t sign = field(code, 12, 1) ? 0x1ffu : 0; /* bits 12 to 20 */

    return 0x6f | (sign & 0xff) << 12 | (imm >> 11 & 1) << 20 | (imm >> 1 & 0x3ff) << 21 |
           (sign >> 8) << 31;
}

static uint32_t branch(unsigned code, uint32_t f3)
{
    uint32_t imm = place(code, 10, 2, 3) | place(code, 5, 2, 6) | place(code, 3, 2, 1) |
                   place(code, 2, 1, 5) | place(code, 12, 1, 8);
    uint32_t sign = field(code, 12, 1) ? 0xfu : 0; /* bits 9 to 12 */

    return 0x63 | (sign >> 2 & 1) << 7 | (imm >> 1 & 15) << 8 | f3 << 12 |
           short_register(code, 7) << 15 | ((imm >> 5 & 15) | (sign & 3) << 4) << 25 |
           (sign >> 3) << 31;
}

static uint32_t lui_or_stack(unsigned code)
{
    uint32_t rd = field(code, 7, 5);
    uint32_t imm;

    if (rd != X_SP) {
        imm = immediate6(code);
        return imm == 0 ? NOT_VALID : 0x37 | rd << 7 | imm << 12;
    }
    imm = place(code, 6, 1, 4) | place(code, 5, 1, 6) | place(code, 3, 2, 7) | place(code, 2, 1, 5);
    if (field(code, 12, 1))
        imm |= ~0x1ffu;
    return imm == 0 ? NOT_VALID : make_i(0x13, 0, X_SP, X_SP, imm);
}

static uint32_t arithmetic(unsigned code)
{
    uint32_t rd = short_register(code, 7), rs2 = short_register(code, 2);
    uint32_t shift = place(code, 12, 1, 5) | place(code, 2, 5, 0);
    static const uint8_t functions[] = {0, 4, 6, 7}; /* SUB, XOR, OR, AND */
    unsigned which = field(code, 5, 2);

    switch (field(code, 10, 2)) {
    case 0:
        return make_i(0x13, 5, rd, rd, shift);
    case 1:
        return make_i(0x13, 5, rd, rd, shift | 0x400);
    case 2:
        return make_i(0x13, 7, rd, rd, immediate6(code));
    default:
        break;
    }
    if (!field(code, 12, 1))
        return make_r(0x33, functions[which], which == 0 ? 0x20 : 0, rd, rs2);
    return which > 1 ? NOT_VALID : make_r(0x3b, 0, which == 0 ? 0x20 : 0, rd, rs2);
}

static uint32_t quadrant1(unsigned code)
{
    uint32_t rd = field(code, 7, 5);

    switch (field(code, 13, 3)) {
    case 0:
        return make_i(0x13, 0, rd, rd, immediate6(code));
    case 1:
        return rd == 0 ? NOT_VALID : make_i(0x1b, 0, rd, rd, immediate6(code));
    case 2:
        return make_i(0x13, 0, rd, 0, immediate6(code));
    case 3:
        return lui_or_stack(code);
    case 4:
        return arithmetic(code);
    case 5:
        return jump(code);
    default:
        return branch(code, field(code, 13, 1));
    }
}

/* --- quadrant 2: accesses of the stack, moves, jumps through registers ------------------------ */

static uint32_t move_or_jump(unsigned code)
{
    uint32_t rd = field(code, 7, 5), rs2 = field(code, 2, 5);

    if (rs2 != 0)
        return make_r(0x33, 0, 0, rd, rs2) & (field(code, 12, 1) ? UINT32_MAX : ~(31u << 15));
    if (rd == 0)
        return field(code, 12, 1) ? 0x00100073 : NOT_VALID;
    return make_i(0x67, 0, field(code, 12, 1) ? X_RA : 0, rd, 0);
}

static uint32_t quadrant2(unsigned code)
{
    uint32_t rd = field(code, 7, 5), rs2 = field(code, 2, 5);
    uint32_t shift = place(code, 12, 1, 5) | place(code, 2, 5, 0);
    uint32_t load_word = place(code, 12, 1, 5) | place(code, 4, 3, 2) | place(code, 2, 2, 6);
    uint32_t load_dword = place(code, 12, 1, 5) | place(code, 5, 2, 3) | place(code, 2, 3, 6);
    uint32_t store_word = place(code, 9, 4, 2) | place(code, 7, 2, 6);
    uint32_t store_dword = place(code, 10, 3, 3) | place(code, 7, 3, 6);

    switch (field(code, 13, 3)) {
    case 0:
        return make_i(0x13, 1, rd, rd, shift);
    case 1:
        return make_i(0x07, 3, rd, X_SP, load_dword);
    case 2:
        return rd == 0 ? NOT_VALID : make_i(0x03, 2, rd, X_SP, load_word);
    case 3:
        return rd == 0 ? NOT_VALID : make_i(0x03, 3, rd, X_SP, load_dword);
    case 4:
        return move_or_jump(code);
    case 5:
        return make_s(0x27, 3, X_SP, rs2, store_dword);
    case 6:
        return make_s(0x23, 2, X_SP, rs2, store_word);
    default:
        return make_s(0x23, 3, X_SP, rs2, store_dword);
    }
}

uint32_t decode_compressed(uint16_t code)
{
    switch (code & 3) {
    case 0:
        return quadrant0(code);
    case 1:
        return quadrant1(code);
    default:
        return quadrant2(code);
    }
}
