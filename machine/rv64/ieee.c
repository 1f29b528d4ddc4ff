/* SPDX-License-Identifier: MIT */
/* Arithmetic: operands are taken apart, the exact result or one with a sticky lowest bit is formed
 * in 64 or 128 bits, and rounded once. */
#include "machine/rv64/ieee.h"

#include "machine/rv64/ieee_parts.h"

/* --- sums ------------------------------------------------------------------------------------- */

/* A finite number for adding: wide * 2^(exponent - 127), the highest bit at most bit 126. */
struct term {
    bool is_negative;
    int exponent;
    struct wide significand;
};

static bool is_zero(struct wide w)
{
    return w.high == 0 && w.low == 0;
}

/* The sum of two terms, rounded. Room for a carry is there; what is shifted out of the lesser one
   leaves a sticky bit, which is exact enough: after a cancellation of more than one bit nothing has
   been shifted out. */
static uint64_t add_terms(enum ieee_format f, struct term a, struct term b, struct ieee_mode mode)
{
    struct wide sum;

    if (is_zero(b.significand) || (!is_zero(a.significand) && a.exponent < b.exponent)) {
        struct term other = a;

        a = b;
        b = other;
    }
    if (is_zero(a.significand)) { /* then it counts nothing where it is */
        a.exponent = b.exponent;
    } else if (!is_zero(b.significand)) {
        b.significand = wide_shift_right_sticky(b.significand, (unsigned)(a.exponent - b.exponent));
    }
    if (a.is_negative == b.is_negative) {
        sum = wide_add(a.significand, b.significand);
    } else if (wide_less(a.significand, b.significand)) {
        sum = wide_subtract(b.significand, a.significand);
        a.is_negative = b.is_negative;
    } else {
        sum = wide_subtract(a.significand, b.significand);
        if (is_zero(sum)) /* of exact opposites */
            a.is_negative = mode.rounding == ROUND_DOWN;
    }
    return ieee_round_wide(f, a.is_negative, a.exponent, sum, mode);
}

static struct term term_of(const struct ieee_parts *p)
{
    struct wide significand = {.high = p->significand};
    struct term t = {.is_negative = p->is_negative};

    if (p->kind == KIND_ZERO)
        return t;
    t.exponent = p->exponent + 1;
    t.significand = wide_shift_right_sticky(significand, 1);
    return t;
}

uint64_t ieee_add(enum ieee_format f, uint64_t a, uint64_t b, struct ieee_mode mode)
{
    struct ieee_parts pa = ieee_unpack(f, a), pb = ieee_unpack(f, b);

    if (is_nan(&pa) || is_nan(&pb))
        return ieee_nan_of(f, &pa, &pb, mode.flags);
    if (pa.kind == KIND_INFINITE && pb.kind == KIND_INFINITE && pa.is_negative != pb.is_negative)
        return ieee_invalid(f, mode.flags);
    if (pa.kind == KIND_INFINITE || pb.kind == KIND_INFINITE)
        return pa.kind == KIND_INFINITE ? a : b;
    return add_terms(f, term_of(&pa), term_of(&pb), mode);
}

uint64_t ieee_subtract(enum ieee_format f, uint64_t a, uint64_t b, struct ieee_mode mode)
{
    return ieee_add(f, a, b ^ sign_bit(f), mode);
}

/* --- products --------------------------------------------------------------------------------- */

uint64_t ieee_multiply(enum ieee_format f, uint64_t a, uint64_t b, struct ieee_mode mode)
{
    struct ieee_parts pa = ieee_unpack(f, a), pb = ieee_unpack(f, b);
    bool is_negative = pa.is_negative != pb.is_negative;

    if (is_nan(&pa) || is_nan(&pb))
        return ieee_nan_of(f, &pa, &pb, mode.flags);
    if (pa.kind == KIND_INFINITE || pb.kind == KIND_INFINITE) {
        if (pa.kind == KIND_ZERO || pb.kind == KIND_ZERO)
            return ieee_invalid(f, mode.flags);
        return ieee_infinity(f, is_negative);
    }
    if (pa.kind == KIND_ZERO || pb.kind == KIND_ZERO)
        return ieee_zero(f, is_negative);
    return ieee_round_wide(f, is_negative, pa.exponent + pb.exponent + 1,
                           wide_multiply(pa.significand, pb.significand), mode);
}

/* The product as a term: exact. */
static struct term product(const struct ieee_parts *a, const struct ieee_parts *b)
{
    struct term t = {.is_negative = a->is_negative != b->is_negative};

    if (a->kind == KIND_ZERO || b->kind == KIND_ZERO)
        return t;
    t.exponent = a->exponent + b->exponent + 2;
    t.significand = wide_shift_right_sticky(wide_multiply(a->significand, b->significand), 1);
    return t;
}

uint64_t ieee_multiply_add(enum ieee_format f, uint64_t a, uint64_t b, uint64_t c,
                           struct ieee_mode mode)
{
    struct ieee_parts pa = ieee_unpack(f, a), pb = ieee_unpack(f, b), pc = ieee_unpack(f, c);
    bool is_negative = pa.is_negative != pb.is_negative;
    bool is_infinite = pa.kind == KIND_INFINITE || pb.kind == KIND_INFINITE;

    /* Invalid even if c is a quiet NaN. */
    if ((pa.kind == KIND_INFINITE && pb.kind == KIND_ZERO) ||
        (pa.kind == KIND_ZERO && pb.kind == KIND_INFINITE))
        return ieee_invalid(f, mode.flags);
    if (is_nan(&pa) || is_nan(&pb) || is_nan(&pc)) {
        (void)ieee_nan_of(f, &pc, &pc, mode.flags);
        return ieee_nan_of(f, &pa, &pb, mode.flags);
    }
    if (is_infinite && pc.kind == KIND_INFINITE && pc.is_negative != is_negative)
        return ieee_invalid(f, mode.flags);
    if (is_infinite)
        return ieee_infinity(f, is_negative);
    if (pc.kind == KIND_INFINITE)
        return c;
    return add_terms(f, product(&pa, &pb), term_of(&pc), mode);
}

/* --- quotients and roots ---------------------------------------------------------------------- */

/* a / b with both significands' highest bits set, 60 bits of it and a sticky one. */
static uint64_t divide_significands(uint64_t a, uint64_t b)
{
    enum { STEP_BITS = 10, STEPS = 6, SPARE_BITS = 11 };
    uint64_t rest = a >> SPARE_BITS, divisor = b >> SPARE_BITS; /* nothing is lost: 53 bits */
    uint64_t quotient = rest / divisor;

    rest %= divisor;
    for (int i = 0; i < STEPS; i++) {
        rest <<= STEP_BITS;
        quotient = quotient << STEP_BITS | rest / divisor;
        rest %= divisor;
    }
    return quotient << 1 | (rest != 0);
}

uint64_t ieee_divide(enum ieee_format f, uint64_t a, uint64_t b, struct ieee_mode mode)
{
    struct ieee_parts pa = ieee_unpack(f, a), pb = ieee_unpack(f, b);
    bool is_negative = pa.is_negative != pb.is_negative;
    struct wide quotient = {0};

    if (is_nan(&pa) || is_nan(&pb))
        return ieee_nan_of(f, &pa, &pb, mode.flags);
    if (pa.kind == pb.kind && pa.kind != KIND_FINITE)
        return ieee_invalid(f, mode.flags); /* 0 / 0, or infinities */
    if (pa.kind == KIND_INFINITE)
        return ieee_infinity(f, is_negative);
    if (pa.kind == KIND_ZERO || pb.kind == KIND_INFINITE)
        return ieee_zero(f, is_negative);
    if (pb.kind == KIND_ZERO) {
        *mode.flags |= FLAG_DIVISION_BY_ZERO;
        return ieee_infinity(f, is_negative);
    }
    quotient.high = divide_significands(pa.significand, pb.significand);
    return ieee_round_wide(f, is_negative, pa.exponent - pb.exponent + 2, quotient, mode);
}

/* The root of a number of 124 bits or less: 62 bits of it and a sticky one. */
static uint64_t root_of(struct wide number)
{
    struct wide rest = {0};
    uint64_t root = 0;

    for (int i = 0; i < 62; i++) {
        struct wide trial = {.high = root >> 62, .low = root << 2 | 1};

        rest = wide_shift_left(rest, 2);
        rest.low |= number.high >> 62;
        number = wide_shift_left(number, 2);
        root <<= 1;
        if (!wide_less(rest, trial)) {
            rest = wide_subtract(rest, trial);
            root |= 1;
        }
    }
    return root << 1 | !is_zero(rest);
}

uint64_t ieee_square_root(enum ieee_format f, uint64_t a, struct ieee_mode mode)
{
    struct ieee_parts p = ieee_unpack(f, a);
    struct wide number = {0};
    struct wide root = {0};

    if (is_nan(&p))
        return ieee_nan_of(f, &p, &p, mode.flags);
    if (p.kind == KIND_ZERO || (p.kind == KIND_INFINITE && !p.is_negative))
        return a;
    if (p.is_negative)
        return ieee_invalid(f, mode.flags);
    number.high = p.exponent & 1 ? p.significand : p.significand >> 1; /* 53 bits: none is lost */
    root.high = root_of(number);
    /* The root's highest bit is bit 62 for numbers from 1 to 4. */
    return ieee_round_wide(f, false, (p.exponent - (p.exponent & 1)) / 2 + 1, root, mode);
}
