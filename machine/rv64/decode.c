/* SPDX-License-Identifier: MIT */
/* By the opcode to its family. */
#include "machine/rv64/decode.h"

enum opcode {
    OPCODE_FENCE = 0x0f,
    OPCODE_AUIPC = 0x17,
    OPCODE_ATOMIC = 0x2f,
    OPCODE_BRANCH = 0x63,
    OPCODE_JALR = 0x67,
    OPCODE_JAL = 0x6f,
    OPCODE_SYSTEM = 0x73
};

enum { SYSTEM_ECALL = 0x00000073, SYSTEM_EBREAK = 0x00100073, FUNCT7_MULTIPLY = 1 };

/* Those that neither jump nor end a block. False: there is no such instruction. */
static bool decode_plain(uint32_t code, struct op *op)
{
    switch (field(code, 0, 7)) {
    case 0x03: case 0x07: case 0x23: case 0x27: /* loads and stores */
        return decode_memory(code, op);
    case 0x33: case 0x3b: /* registers */
        return funct7(code) == FUNCT7_MULTIPLY ? decode_multiply(code, op)
                                               : decode_integer(code, op);
    case OPCODE_ATOMIC:
        return decode_atomic(code, op);
    case 0x43: case 0x47: case 0x4b: case 0x4f: case 0x53:
        return decode_float(code, op);
    case OPCODE_SYSTEM:
        return decode_csr(code, op);
    case OPCODE_FENCE: /* memory is in order as it is */
        op->run = op_nothing;
        return funct3(code) == 0;
    default:
        return decode_integer(code, op);
    }
}

static bool end_illegal(struct op *op)
{
    op->run = op_illegal;
    return true;
}

bool decode(const struct instruction *i, struct op *op)
{
    unsigned opcode = field(i->code, 0, 7);

    *op = (struct op){.run = op_illegal};
    if (opcode == OPCODE_BRANCH)
        return decode_branch(i, op) || end_illegal(op);
    if (opcode == OPCODE_JAL)
        return decode_jal(i, op);
    if (opcode == OPCODE_JALR)
        return decode_jalr(i, op) || end_illegal(op);
    if (opcode == OPCODE_FENCE && funct3(i->code) == 1) {
        decode_fence_i(i, op);
        return true;
    }
    if (i->code == SYSTEM_ECALL || i->code == SYSTEM_EBREAK) {
        op->run = i->code == SYSTEM_ECALL ? op_ecall : op_ebreak;
        return true;
    }
    if (!decode_plain(i->code, op))
        return end_illegal(op);
    if (opcode == OPCODE_AUIPC)
        op->imm |= (int32_t)i->offset; /* so that the result is the page's address + imm */
    return false;
}
