/* SPDX-License-Identifier: MIT */
/* Control and status registers that user mode has: those of floating point, and the counters. */
#include "machine/rv64/bytes.h"
#include "machine/rv64/decode.h"
#include "machine/rv64/engine.h"

enum csr {
    CSR_FFLAGS = 0x001,
    CSR_FRM = 0x002,
    CSR_FCSR = 0x003,
    CSR_CYCLE = 0xc00,
    CSR_TIME = 0xc01,
    CSR_INSTRET = 0xc02
};

enum { FLAGS_MASK = 31, ROUNDING_SHIFT = 5, ROUNDING_MASK = 7, FCSR_MASK = 255 };

/* How an instruction changes a register. */
enum change { CHANGE_WRITE = 1, CHANGE_SET = 2, CHANGE_CLEAR = 3, CHANGE_NUMBER = 4 };

static bool is_counter(unsigned number)
{
    return number >= CSR_CYCLE && number <= CSR_INSTRET;
}

static uint64_t read_csr(struct hart *h, const struct op *op, unsigned number)
{
    switch (number) {
    case CSR_FFLAGS:
        return h->fpu[FCSR] & FLAGS_MASK;
    case CSR_FRM:
        return h->fpu[FCSR] >> ROUNDING_SHIFT & ROUNDING_MASK;
    case CSR_FCSR:
        return h->fpu[FCSR];
    case CSR_CYCLE:
        return rv64_cycles(h, instructions_before(h, op));
    case CSR_TIME:
        return rv64_time(h, instructions_before(h, op));
    default:
        return h->retired + instructions_before(h, op);
    }
}

static void write_csr(struct hart *h, unsigned number, uint64_t value)
{
    uint64_t *fcsr = &h->fpu[FCSR];

    if (number == CSR_FFLAGS)
        *fcsr = (*fcsr & ~(uint64_t)FLAGS_MASK) | (value & FLAGS_MASK);
    else if (number == CSR_FRM)
        *fcsr = (*fcsr & FLAGS_MASK) | (value & ROUNDING_MASK) << ROUNDING_SHIFT;
    else
        *fcsr = value & FCSR_MASK;
}

/* rs1 is a register, or the number itself; rs2 the change; imm the register's number. */
static struct op *op_csr(struct hart *h, struct op *op)
{
    unsigned number = (unsigned)op->imm;
    unsigned change = op->rs2 & 3;
    uint64_t operand = op->rs2 & CHANGE_NUMBER ? op->rs1 : h->x[op->rs1];
    bool is_written = change == CHANGE_WRITE || op->rs1 != 0;
    uint64_t old;

    if (!is_counter(number) && h->fpu == NULL)
        return op_illegal(h, op);
    old = read_csr(h, op, number);
    if (is_written && change == CHANGE_WRITE)
        write_csr(h, number, operand);
    else if (is_written)
        write_csr(h, number, change == CHANGE_SET ? old | operand : old & ~operand);
    h->x[op->rd] = old;
    return next(h, op);
}

bool decode_csr(uint32_t code, struct op *op)
{
    unsigned number = field(code, 20, 12);
    unsigned change = funct3(code);
    bool is_written = (change & 3) == CHANGE_WRITE || field_rs1(code) != 0;

    if ((change & 3) == 0)
        return false;
    if (!(number >= CSR_FFLAGS && number <= CSR_FCSR) && !(is_counter(number) && !is_written))
        return false;
    op->rd = field_rd(code);
    op->rs1 = field_rs1(code);
    op->rs2 = (uint8_t)change;
    op->imm = (int32_t)number;
    op->run = op_csr;
    return true;
}
