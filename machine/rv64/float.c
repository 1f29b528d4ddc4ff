/* SPDX-License-Identifier: MIT */
/* Floating-point operations other than loads and stores.
 *
 * The registers are the thread's own, in its TCB, so there is nothing to be saved or restored when
 * threads are switched. A thread that may not use them has h->fpu == NULL. A single-precision
 * number is boxed: the upper half of its register is all ones, and a register where that is not so
 * is read as no number. */
#include "machine/rv64/bytes.h"
#include "machine/rv64/decode.h"
#include "machine/rv64/ieee.h"
#include "machine/rv64/ieee_host.h"

enum { ROUNDING_SHIFT = 5, ROUNDING_DYNAMIC = 7 };

#define BOX_HIGH (UINT64_MAX << 32)

/* Which operation an op of family op_arithmetic and so on is: op->imm is its funct7 in the high
   bits, rounding mode and rs2 field in the low ones, as in the instruction. */
static unsigned rounding_field(const struct op *op)
{
    return (unsigned)op->imm & 7;
}

static uint64_t read_float(const struct hart *h, enum ieee_format f, unsigned number)
{
    uint64_t bits = h->fpu[number];

    if (f == IEEE_DOUBLE)
        return bits;
    return bits >= BOX_HIGH ? (uint32_t)bits : IEEE_SINGLE_NAN;
}

static void write_float(struct hart *h, enum ieee_format f, unsigned number, uint64_t bits)
{
    h->fpu[number] = f == IEEE_DOUBLE ? bits : BOX_HIGH | bits;
}

/* The mode that the operation rounds in. False: h is stopped, for there is no such mode, or the
   thread may not use floating point. */
static bool begin(struct hart *h, struct op *op, struct ieee_mode *mode)
{
    unsigned rounding = rounding_field(op);

    if (h->fpu == NULL) {
        op_illegal(h, op);
        return false;
    }
    if (rounding == ROUNDING_DYNAMIC)
        rounding = (unsigned)(h->fpu[FCSR] >> ROUNDING_SHIFT & 7);
    if (rounding >= ROUND_COUNT) {
        op_illegal(h, op);
        return false;
    }
    mode->rounding = (enum ieee_rounding)rounding;
    mode->flags = &h->fpu[FCSR];
    return true;
}

/* --- arithmetic ------------------------------------------------------------------------------- */

/* `host` computes a result of x and y, `function` does what the host cannot (ieee_host.h). */
#define BINARY_OPERATION(name, f, function, number, host_number, is_ordinary, host)                \
    static struct op *name(struct hart *h, struct op *op)                                          \
    {                                                                                              \
        struct ieee_mode mode;                                                                     \
        uint64_t a, b, result;                                                                     \
        number x, y;                                                                               \
                                                                                                   \
        if (!begin(h, op, &mode))                                                                  \
            return NULL;                                                                           \
        a = read_float(h, f, op->rs1);                                                             \
        b = read_float(h, f, op->rs2);                                                             \
        x = host_number(a);                                                                        \
        y = host_number(b);                                                                        \
        if (!host_may_compute(mode) || !is_ordinary(host, &result))                                \
            result = function(f, a, b, mode);                                                      \
        write_float(h, f, op->rd, result);                                                         \
        return next(h, op);                                                                        \
    }

#define SINGLE_OPERATION(name, function, host)                                                     \
    BINARY_OPERATION(name, IEEE_SINGLE, function, float, host_single, host_single_is_ordinary, host)
#define DOUBLE_OPERATION(name, function, host)                                                     \
    BINARY_OPERATION(name, IEEE_DOUBLE, function, double, host_double, host_double_is_ordinary,    \
                     host)

SINGLE_OPERATION(fadd_s, ieee_add, x + y)
SINGLE_OPERATION(fsub_s, ieee_subtract, x - y)
SINGLE_OPERATION(fmul_s, ieee_multiply, x * y)
SINGLE_OPERATION(fdiv_s, ieee_divide, x / y)
DOUBLE_OPERATION(fadd_d, ieee_add, x + y)
DOUBLE_OPERATION(fsub_d, ieee_subtract, x - y)
DOUBLE_OPERATION(fmul_d, ieee_multiply, x * y)
DOUBLE_OPERATION(fdiv_d, ieee_divide, x / y)

#define ROOT_OPERATION(name, f)                                                                    \
    static struct op *name(struct hart *h, struct op *op)                                          \
    {                                                                                              \
        struct ieee_mode mode;                                                                     \
                                                                                                   \
        if (!begin(h, op, &mode))                                                                  \
            return NULL;                                                                           \
        write_float(h, f, op->rd, ieee_square_root(f, read_float(h, f, op->rs1), mode));           \
        return next(h, op);                                                                        \
    }

ROOT_OPERATION(fsqrt_s, IEEE_SINGLE)
ROOT_OPERATION(fsqrt_d, IEEE_DOUBLE)

/* +-(rs1 * rs2) +- rs3. imm: the rounding mode and, above it, rs3. */
#define FUSED_OPERATION(name, f, product_sign, sum_sign)                                           \
    static struct op *name(struct hart *h, struct op *op)                                          \
    {                                                                                              \
        struct ieee_mode mode;                                                                     \
        uint64_t sign = f == IEEE_SINGLE ? UINT64_C(1) << 31 : UINT64_C(1) << 63;                  \
        uint64_t result;                                                                           \
                                                                                                   \
        if (!begin(h, op, &mode))                                                                  \
            return NULL;                                                                           \
        result = ieee_multiply_add(f, read_float(h, f, op->rs1) ^ ((product_sign) ? sign : 0),     \
                                   read_float(h, f, op->rs2),                                      \
                                   read_float(h, f, (unsigned)op->imm >> 3 & 31) ^                 \
                                       ((sum_sign) ? sign : 0),                                    \
                                   mode);                                                          \
        write_float(h, f, op->rd, result);                                                         \
        return next(h, op);                                                                        \
    }

FUSED_OPERATION(fmadd_s, IEEE_SINGLE, false, false)
FUSED_OPERATION(fmsub_s, IEEE_SINGLE, false, true)
FUSED_OPERATION(fnmsub_s, IEEE_SINGLE, true, false)
FUSED_OPERATION(fnmadd_s, IEEE_SINGLE, true, true)
FUSED_OPERATION(fmadd_d, IEEE_DOUBLE, false, false)
FUSED_OPERATION(fmsub_d, IEEE_DOUBLE, false, true)
FUSED_OPERATION(fnmsub_d, IEEE_DOUBLE, true, false)
FUSED_OPERATION(fnmadd_d, IEEE_DOUBLE, true, true)

/* --- what does not round ---------------------------------------------------------------------- */

/* An operation of a and b to a floating-point register; s is the format's sign bit. */
#define BITS_OPERATION(name, f, expression)                                                        \
    static struct op *name(struct hart *h, struct op *op)                                          \
    {                                                                                              \
        uint64_t s = f == IEEE_SINGLE ? UINT64_C(1) << 31 : UINT64_C(1) << 63;                     \
        uint64_t a, b;                                                                             \
                                                                                                   \
        if (h->fpu == NULL)                                                                        \
            return op_illegal(h, op);                                                              \
        a = read_float(h, f, op->rs1);                                                             \
        b = read_float(h, f, op->rs2);                                                             \
        write_float(h, f, op->rd, (expression));                                                   \
        (void)s;                                                                                   \
        return next(h, op);                                                                        \
    }

/* The same to an integer register. */
#define TEST_OPERATION(name, f, expression)                                                        \
    static struct op *name(struct hart *h, struct op *op)                                          \
    {                                                                                              \
        uint64_t a, b;                                                                             \
                                                                                                   \
        if (h->fpu == NULL)                                                                        \
            return op_illegal(h, op);                                                              \
        a = read_float(h, f, op->rs1);                                                             \
        b = read_float(h, f, op->rs2);                                                             \
        h->x[op->rd] = (expression);                                                               \
        (void)b;                                                                                   \
        return next(h, op);                                                                        \
    }

#define FLAGS (&h->fpu[FCSR])

BITS_OPERATION(fsgnj_s, IEEE_SINGLE, (a & ~s) | (b & s))
BITS_OPERATION(fsgnjn_s, IEEE_SINGLE, (a & ~s) | (~b & s))
BITS_OPERATION(fsgnjx_s, IEEE_SINGLE, a ^ (b & s))
BITS_OPERATION(fmin_s, IEEE_SINGLE, ieee_minimum(IEEE_SINGLE, a, b, FLAGS))
BITS_OPERATION(fmax_s, IEEE_SINGLE, ieee_maximum(IEEE_SINGLE, a, b, FLAGS))
BITS_OPERATION(fsgnj_d, IEEE_DOUBLE, (a & ~s) | (b & s))
BITS_OPERATION(fsgnjn_d, IEEE_DOUBLE, (a & ~s) | (~b & s))
BITS_OPERATION(fsgnjx_d, IEEE_DOUBLE, a ^ (b & s))
BITS_OPERATION(fmin_d, IEEE_DOUBLE, ieee_minimum(IEEE_DOUBLE, a, b, FLAGS))
BITS_OPERATION(fmax_d, IEEE_DOUBLE, ieee_maximum(IEEE_DOUBLE, a, b, FLAGS))

TEST_OPERATION(fle_s, IEEE_SINGLE, ieee_less_or_equal(IEEE_SINGLE, a, b, FLAGS))
TEST_OPERATION(flt_s, IEEE_SINGLE, ieee_less(IEEE_SINGLE, a, b, FLAGS))
TEST_OPERATION(feq_s, IEEE_SINGLE, ieee_equal(IEEE_SINGLE, a, b, FLAGS))
TEST_OPERATION(fclass_s, IEEE_SINGLE, ieee_class(IEEE_SINGLE, a))
TEST_OPERATION(fle_d, IEEE_DOUBLE, ieee_less_or_equal(IEEE_DOUBLE, a, b, FLAGS))
TEST_OPERATION(flt_d, IEEE_DOUBLE, ieee_less(IEEE_DOUBLE, a, b, FLAGS))
TEST_OPERATION(feq_d, IEEE_DOUBLE, ieee_equal(IEEE_DOUBLE, a, b, FLAGS))
TEST_OPERATION(fclass_d, IEEE_DOUBLE, ieee_class(IEEE_DOUBLE, a))

/* --- moves and conversions -------------------------------------------------------------------- */

/* A statement about h and op. */
#define MOVE_OPERATION(name, statement)                                                            \
    static struct op *name(struct hart *h, struct op *op)                                          \
    {                                                                                              \
        if (h->fpu == NULL)                                                                        \
            return op_illegal(h, op);                                                              \
        statement;                                                                                 \
        return next(h, op);                                                                        \
    }

MOVE_OPERATION(fmv_x_w, h->x[op->rd] = sign_extend32(h->fpu[op->rs1]))
MOVE_OPERATION(fmv_x_d, h->x[op->rd] = h->fpu[op->rs1])
MOVE_OPERATION(fmv_w_x, h->fpu[op->rd] = BOX_HIGH | h->x[op->rs1])
MOVE_OPERATION(fmv_d_x, h->fpu[op->rd] = h->x[op->rs1])

/* The integer type that the rs2 field names. */
static struct ieee_integer integer_type(const struct op *op)
{
    return (struct ieee_integer){.bits = op->rs2 & 2 ? 64 : 32, .is_signed = !(op->rs2 & 1)};
}

/* A statement with a mode. */
#define CONVERSION(name, statement)                                                                \
    static struct op *name(struct hart *h, struct op *op)                                          \
    {                                                                                              \
        struct ieee_mode mode;                                                                     \
                                                                                                   \
        if (!begin(h, op, &mode))                                                                  \
            return NULL;                                                                           \
        statement;                                                                                 \
        return next(h, op);                                                                        \
    }

#define TO_INTEGER(f)                                                                              \
    h->x[op->rd] = ieee_to_integer(f, read_float(h, f, op->rs1), integer_type(op), mode)
#define OF_INTEGER(f)                                                                              \
    write_float(h, f, op->rd, ieee_of_integer(f, h->x[op->rs1], integer_type(op), mode))
#define CONVERT(from, to)                                                                          \
    write_float(h, to, op->rd, ieee_convert(from, to, read_float(h, from, op->rs1), mode))

CONVERSION(fcvt_x_s, TO_INTEGER(IEEE_SINGLE))
CONVERSION(fcvt_x_d, TO_INTEGER(IEEE_DOUBLE))
CONVERSION(fcvt_s_x, OF_INTEGER(IEEE_SINGLE))
CONVERSION(fcvt_d_x, OF_INTEGER(IEEE_DOUBLE))
CONVERSION(fcvt_s_d, CONVERT(IEEE_DOUBLE, IEEE_SINGLE))
CONVERSION(fcvt_d_s, CONVERT(IEEE_SINGLE, IEEE_DOUBLE))

/* --- recognising ------------------------------------------------------------------------------ */

/* Operations of both formats, by the upper five bits of funct7. */
struct row {
    struct op *(*single)(struct hart *, struct op *);
    struct op *(*dual)(struct hart *, struct op *);
};

static bool set_row(struct op *op, const struct row *row, bool is_double)
{
    op->run = is_double ? row->dual : row->single;
    return op->run != NULL;
}

/* Those with a rounding mode, static or dynamic. */
static bool decode_rounding(uint32_t code, struct op *op, unsigned which, bool is_double)
{
    static const struct row rows[32] = {
        [0x00] = {fadd_s, fadd_d},     [0x01] = {fsub_s, fsub_d},     [0x02] = {fmul_s, fmul_d},
        [0x03] = {fdiv_s, fdiv_d},     [0x0b] = {fsqrt_s, fsqrt_d},   [0x08] = {fcvt_s_d, fcvt_d_s},
        [0x18] = {fcvt_x_s, fcvt_x_d}, [0x1a] = {fcvt_s_x, fcvt_d_x},
    };

    if (funct3(code) == 5 || funct3(code) == 6)
        return false;
    if (which == 0x0b && op->rs2 != 0)
        return false;
    if (which == 0x08 && op->rs2 != (is_double ? 0 : 1))
        return false;
    if ((which == 0x18 || which == 0x1a) && op->rs2 > 3)
        return false;
    if (which == 0x18)
        op->rd = field_rd(code);
    return set_row(op, &rows[which], is_double);
}

/* Those where funct3 says what they do. */
static bool decode_selected(uint32_t code, struct op *op, unsigned which, bool is_double)
{
    static const struct row signs[8] = {
        {fsgnj_s, fsgnj_d}, {fsgnjn_s, fsgnjn_d}, {fsgnjx_s, fsgnjx_d}};
    static const struct row extremes[8] = {{fmin_s, fmin_d}, {fmax_s, fmax_d}};
    static const struct row tests[8] = {{fle_s, fle_d}, {flt_s, flt_d}, {feq_s, feq_d}};
    static const struct row to_integer[8] = {{fmv_x_w, fmv_x_d}, {fclass_s, fclass_d}};
    static const struct row of_integer[8] = {{fmv_w_x, fmv_d_x}};

    switch (which) {
    case 0x04:
        return set_row(op, &signs[funct3(code)], is_double);
    case 0x05:
        return set_row(op, &extremes[funct3(code)], is_double);
    case 0x14:
        op->rd = field_rd(code);
        return set_row(op, &tests[funct3(code)], is_double);
    case 0x1c:
        op->rd = field_rd(code);
        return op->rs2 == 0 && set_row(op, &to_integer[funct3(code)], is_double);
    case 0x1e:
        return op->rs2 == 0 && set_row(op, &of_integer[funct3(code)], is_double);
    default:
        return false;
    }
}

static bool decode_fused(uint32_t code, struct op *op, bool is_double)
{
    static const struct row rows[] = {
        {fmadd_s, fmadd_d}, {fmsub_s, fmsub_d}, {fnmsub_s, fnmsub_d}, {fnmadd_s, fnmadd_d}};

    op->imm |= (int32_t)(field(code, 27, 5) << 3);
    return funct3(code) != 5 && funct3(code) != 6 &&
           set_row(op, &rows[field(code, 2, 2)], is_double);
}

bool decode_float(uint32_t code, struct op *op)
{
    enum { OPCODE_FLOAT = 0x53 };
    unsigned which = field(code, 27, 5);
    bool is_double = field(code, 25, 2) == 1;

    if (field(code, 25, 2) > 1)
        return false;
    op->rd = (uint8_t)field(code, 7, 5);
    op->rs1 = field_rs1(code);
    op->rs2 = field_rs2(code);
    op->imm = (int32_t)funct3(code);
    if (field(code, 0, 7) != OPCODE_FLOAT)
        return decode_fused(code, op, is_double);
    return decode_rounding(code, op, which, is_double) ||
           decode_selected(code, op, which, is_double);
}
