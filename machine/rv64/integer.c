/* SPDX-License-Identifier: MIT */
/* Integer arithmetic between registers and with immediates. */
#include "machine/rv64/bytes.h"
#include "machine/rv64/decode.h"

enum { OPCODE_IMMEDIATE = 0x13, OPCODE_AUIPC = 0x17, OPCODE_IMMEDIATE_32 = 0x1b,
       OPCODE_REGISTER = 0x33, OPCODE_LUI = 0x37, OPCODE_REGISTER_32 = 0x3b };

enum { FUNCT7_OTHER = 0x20 }; /* subtraction rather than addition, arithmetic shift */

/* An operation of a and b, two registers. */
#define REGISTER_OPERATION(name, expression)                                                       \
    static struct op *name(struct hart *h, struct op *op)                                          \
    {                                                                                              \
        uint64_t a = h->x[op->rs1];                                                                \
        uint64_t b = h->x[op->rs2];                                                                \
                                                                                                   \
        h->x[op->rd] = (expression);                                                               \
        return next(h, op);                                                                        \
    }

/* The same of a register and an immediate. */
#define IMMEDIATE_OPERATION(name, expression)                                                      \
    static struct op *name(struct hart *h, struct op *op)                                          \
    {                                                                                              \
        uint64_t a = h->x[op->rs1];                                                                \
        uint64_t b = (uint64_t)(int64_t)op->imm;                                                   \
                                                                                                   \
        h->x[op->rd] = (expression);                                                               \
        return next(h, op);                                                                        \
    }

#define SIGNED_LESS ((int64_t)a < (int64_t)b)
#define SHIFT_RIGHT_ARITHMETIC ((uint64_t)((int64_t)a >> (b & 63)))
#define SHIFT_RIGHT_ARITHMETIC_32 ((uint64_t)(int64_t)((int32_t)(uint32_t)a >> (b & 31)))

REGISTER_OPERATION(op_add, a + b)
REGISTER_OPERATION(op_sub, a - b)
REGISTER_OPERATION(op_sll, a << (b & 63))
REGISTER_OPERATION(op_slt, SIGNED_LESS)
REGISTER_OPERATION(op_sltu, a < b)
REGISTER_OPERATION(op_xor, a ^ b)
REGISTER_OPERATION(op_srl, a >> (b & 63))
REGISTER_OPERATION(op_sra, SHIFT_RIGHT_ARITHMETIC)
REGISTER_OPERATION(op_or, a | b)
REGISTER_OPERATION(op_and, a & b)
REGISTER_OPERATION(op_addw, sign_extend32(a + b))
REGISTER_OPERATION(op_subw, sign_extend32(a - b))
REGISTER_OPERATION(op_sllw, sign_extend32(a << (b & 31)))
REGISTER_OPERATION(op_srlw, sign_extend32((uint32_t)a >> (b & 31)))
REGISTER_OPERATION(op_sraw, SHIFT_RIGHT_ARITHMETIC_32)

IMMEDIATE_OPERATION(op_addi, a + b)
IMMEDIATE_OPERATION(op_slti, SIGNED_LESS)
IMMEDIATE_OPERATION(op_sltiu, a < b)
IMMEDIATE_OPERATION(op_xori, a ^ b)
IMMEDIATE_OPERATION(op_ori, a | b)
IMMEDIATE_OPERATION(op_andi, a & b)
IMMEDIATE_OPERATION(op_slli, a << (b & 63))
IMMEDIATE_OPERATION(op_srli, a >> (b & 63))
IMMEDIATE_OPERATION(op_srai, SHIFT_RIGHT_ARITHMETIC)
IMMEDIATE_OPERATION(op_addiw, sign_extend32(a + b))
IMMEDIATE_OPERATION(op_slliw, sign_extend32(a << (b & 31)))
IMMEDIATE_OPERATION(op_srliw, sign_extend32((uint32_t)a >> (b & 31)))
IMMEDIATE_OPERATION(op_sraiw, SHIFT_RIGHT_ARITHMETIC_32)

/* A move, and a number: the most frequent cases of ADDI. */
static struct op *op_move(struct hart *h, struct op *op)
{
    h->x[op->rd] = h->x[op->rs1];
    return next(h, op);
}

static struct op *op_load_immediate(struct hart *h, struct op *op)
{
    h->x[op->rd] = (uint64_t)(int64_t)op->imm;
    return next(h, op);
}

/* imm counts from the start of the page (decode.c). */
static struct op *op_auipc(struct hart *h, struct op *op)
{
    h->x[op->rd] = h->page_vaddr + (uint64_t)(int64_t)op->imm;
    return next(h, op);
}

struct op *op_nothing(struct hart *h, struct op *op)
{
    return next(h, op);
}

/* --- recognising ------------------------------------------------------------------------------ */

static void set_registers(uint32_t code, struct op *op)
{
    op->rd = field_rd(code);
    op->rs1 = field_rs1(code);
    op->rs2 = field_rs2(code);
    op->imm = 0;
}

static bool decode_registers(uint32_t code, struct op *op)
{
    static struct op *(*const plain[])(struct hart *, struct op *) = {
        op_add, op_sll, op_slt, op_sltu, op_xor, op_srl, op_or, op_and};

    if (funct7(code) == 0)
        op->run = plain[funct3(code)];
    else if (funct7(code) == FUNCT7_OTHER && funct3(code) == 0)
        op->run = op_sub;
    else if (funct7(code) == FUNCT7_OTHER && funct3(code) == 5)
        op->run = op_sra;
    else
        return false;
    return true;
}

static bool decode_registers_32(uint32_t code, struct op *op)
{
    bool is_other = funct7(code) == FUNCT7_OTHER;

    if (funct7(code) != 0 && !is_other)
        return false;
    if (funct3(code) == 0)
        op->run = is_other ? op_subw : op_addw;
    else if (funct3(code) == 1 && !is_other)
        op->run = op_sllw;
    else if (funct3(code) == 5)
        op->run = is_other ? op_sraw : op_srlw;
    else
        return false;
    return true;
}

/* Shifts have six bits of distance, and what is above them tells them apart. */
static bool decode_shift(uint32_t code, struct op *op)
{
    unsigned above = field(code, 26, 6);

    op->imm = (int32_t)field(code, 20, 6);
    if (funct3(code) == 1 && above == 0)
        op->run = op_slli;
    else if (funct3(code) == 5 && above == 0)
        op->run = op_srli;
    else if (funct3(code) == 5 && above == FUNCT7_OTHER >> 1)
        op->run = op_srai;
    else
        return false;
    return true;
}

static bool decode_immediate(uint32_t code, struct op *op)
{
    static struct op *(*const plain[])(struct hart *, struct op *) = {
        op_addi, NULL, op_slti, op_sltiu, op_xori, NULL, op_ori, op_andi};

    if (plain[funct3(code)] == NULL)
        return decode_shift(code, op);
    op->imm = immediate_i(code);
    op->run = plain[funct3(code)];
    if (op->run == op_addi && op->rs1 == 0)
        op->run = op_load_immediate;
    else if (op->run == op_addi && op->imm == 0)
        op->run = op_move;
    return true;
}

static bool decode_immediate_32(uint32_t code, struct op *op)
{
    op->imm = (int32_t)field(code, 20, 5);
    if (funct3(code) == 0) {
        op->imm = immediate_i(code);
        op->run = op_addiw;
    } else if (funct3(code) == 1 && funct7(code) == 0) {
        op->run = op_slliw;
    } else if (funct3(code) == 5 && funct7(code) == 0) {
        op->run = op_srliw;
    } else if (funct3(code) == 5 && funct7(code) == FUNCT7_OTHER) {
        op->run = op_sraiw;
    } else {
        return false;
    }
    return true;
}

bool decode_integer(uint32_t code, struct op *op)
{
    set_registers(code, op);
    switch (field(code, 0, 7)) {
    case OPCODE_IMMEDIATE:
        return decode_immediate(code, op);
    case OPCODE_IMMEDIATE_32:
        return decode_immediate_32(code, op);
    case OPCODE_REGISTER:
        return decode_registers(code, op);
    case OPCODE_REGISTER_32:
        return decode_registers_32(code, op);
    case OPCODE_LUI:
    case OPCODE_AUIPC:
        op->imm = (int32_t)(code & ~0xfffu);
        op->run = field(code, 0, 7) == OPCODE_LUI ? op_load_immediate : op_auipc;
        return true;
    default:
        return false;
    }
}
