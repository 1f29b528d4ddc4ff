/* SPDX-License-Identifier: MIT */
/* Multiplication and division. Division by zero and overflow have results, no exceptions. */
#include "machine/rv64/bytes.h"
#include "machine/rv64/decode.h"
#include "machine/rv64/wide.h"

enum { OPCODE_REGISTER = 0x33 };

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

/* The high halves of products; a negative factor counts 2^64 too much. */
static uint64_t high_unsigned(uint64_t a, uint64_t b)
{
    return wide_multiply(a, b).high;
}

static uint64_t high_mixed(uint64_t a, uint64_t b)
{
    return high_unsigned(a, b) - ((int64_t)a < 0 ? b : 0);
}

static uint64_t high_signed(uint64_t a, uint64_t b)
{
    return high_mixed(a, b) - ((int64_t)b < 0 ? a : 0);
}

static uint64_t divide_signed(uint64_t a, uint64_t b)
{
    if (b == 0)
        return UINT64_MAX;
    if (b == UINT64_MAX)
        return 0 - a; /* also where the quotient overflows */
    return (uint64_t)((int64_t)a / (int64_t)b);
}

static uint64_t remainder_signed(uint64_t a, uint64_t b)
{
    if (b == 0)
        return a;
    if (b == UINT64_MAX)
        return 0;
    return (uint64_t)((int64_t)a % (int64_t)b);
}

static uint64_t divide_unsigned(uint64_t a, uint64_t b)
{
    return b == 0 ? UINT64_MAX : a / b;
}

static uint64_t remainder_unsigned(uint64_t a, uint64_t b)
{
    return b == 0 ? a : a % b;
}

REGISTER_OPERATION(op_mul, a *b)
REGISTER_OPERATION(op_mulh, high_signed(a, b))
REGISTER_OPERATION(op_mulhsu, high_mixed(a, b))
REGISTER_OPERATION(op_mulhu, high_unsigned(a, b))
REGISTER_OPERATION(op_div, divide_signed(a, b))
REGISTER_OPERATION(op_divu, divide_unsigned(a, b))
REGISTER_OPERATION(op_rem, remainder_signed(a, b))
REGISTER_OPERATION(op_remu, remainder_unsigned(a, b))
REGISTER_OPERATION(op_mulw, sign_extend32(a *b))
REGISTER_OPERATION(op_divw, sign_extend32(divide_signed(sign_extend32(a), sign_extend32(b))))
REGISTER_OPERATION(op_divuw, sign_extend32(divide_unsigned((uint32_t)a, (uint32_t)b)))
REGISTER_OPERATION(op_remw, sign_extend32(remainder_signed(sign_extend32(a), sign_extend32(b))))
REGISTER_OPERATION(op_remuw, sign_extend32(remainder_unsigned((uint32_t)a, (uint32_t)b)))

bool decode_multiply(uint32_t code, struct op *op)
{
    static struct op *(*const plain[])(struct hart *, struct op *) = {
        op_mul, op_mulh, op_mulhsu, op_mulhu, op_div, op_divu, op_rem, op_remu};
    static struct op *(*const words[])(struct hart *, struct op *) = {
        op_mulw, NULL, NULL, NULL, op_divw, op_divuw, op_remw, op_remuw};

    op->rd = field_rd(code);
    op->rs1 = field_rs1(code);
    op->rs2 = field_rs2(code);
    op->run = field(code, 0, 7) == OPCODE_REGISTER ? plain[funct3(code)] : words[funct3(code)];
    return op->run != NULL;
}
