/* SPDX-License-Identifier: MIT */
/* Comparisons, classes and conversions. */
#include "kernel/types.h"
#include "machine/rv64/ieee_parts.h"

/* --- comparisons ------------------------------------------------------------------------------ */

/* Order of two numbers as of integers: less than, equal to or greater than 0. */
static int order(enum ieee_format f, uint64_t a, uint64_t b)
{
    bool is_a_negative = (a & sign_bit(f)) != 0, is_b_negative = (b & sign_bit(f)) != 0;

    if (((a | b) & ~sign_bit(f)) == 0 || a == b)
        return 0;
    if (is_a_negative != is_b_negative)
        return is_a_negative ? -1 : 1;
    return (a < b) != is_a_negative ? -1 : 1;
}

static bool has_nan(enum ieee_format f, uint64_t a, uint64_t b, bool only_signaling,
                    uint64_t *flags)
{
    struct ieee_parts pa = ieee_unpack(f, a), pb = ieee_unpack(f, b);

    if (!is_nan(&pa) && !is_nan(&pb))
        return false;
    if (!only_signaling)
        *flags |= FLAG_INVALID;
    else
        (void)ieee_nan_of(f, &pa, &pb, flags);
    return true;
}

bool ieee_equal(enum ieee_format f, uint64_t a, uint64_t b, uint64_t *flags)
{
    return !has_nan(f, a, b, true, flags) && order(f, a, b) == 0;
}

bool ieee_less(enum ieee_format f, uint64_t a, uint64_t b, uint64_t *flags)
{
    return !has_nan(f, a, b, false, flags) && order(f, a, b) < 0;
}

bool ieee_less_or_equal(enum ieee_format f, uint64_t a, uint64_t b, uint64_t *flags)
{
    return !has_nan(f, a, b, false, flags) && order(f, a, b) <= 0;
}

/* One of the operands, where one or both are none; *is_settled: that is so. */
static uint64_t the_number(enum ieee_format f, uint64_t a, uint64_t b, uint64_t *flags,
                           bool *is_settled)
{
    struct ieee_parts pa = ieee_unpack(f, a), pb = ieee_unpack(f, b);

    *is_settled = is_nan(&pa) || is_nan(&pb);
    if (!*is_settled)
        return 0;
    (void)ieee_nan_of(f, &pa, &pb, flags);
    if (is_nan(&pa) && is_nan(&pb))
        return ieee_layouts[f].nan;
    return is_nan(&pa) ? b : a;
}

/* Zeros compare as equal, but here their signs count. */
static bool is_lesser(enum ieee_format f, uint64_t a, uint64_t b)
{
    int way = order(f, a, b);

    return way < 0 || (way == 0 && (a & sign_bit(f)) != 0);
}

uint64_t ieee_minimum(enum ieee_format f, uint64_t a, uint64_t b, uint64_t *flags)
{
    bool is_settled;
    uint64_t number = the_number(f, a, b, flags, &is_settled);

    return is_settled ? number : is_lesser(f, a, b) ? a : b;
}

uint64_t ieee_maximum(enum ieee_format f, uint64_t a, uint64_t b, uint64_t *flags)
{
    bool is_settled;
    uint64_t number = the_number(f, a, b, flags, &is_settled);

    return is_settled ? number : is_lesser(f, a, b) ? b : a;
}

uint64_t ieee_class(enum ieee_format f, uint64_t a)
{
    enum { SUBNORMAL_STEP = 1, NORMAL = 1, ZERO = 3, QUIET = 9, SIGNALING = 8 };
    struct ieee_parts p = ieee_unpack(f, a);
    unsigned bit = 0; /* of the negative; the positive are in opposite order behind them */

    if (is_nan(&p))
        return UINT64_C(1) << (p.kind == KIND_QUIET_NAN ? QUIET : SIGNALING);
    if (p.kind == KIND_FINITE)
        bit = p.exponent < 1 - ieee_layouts[f].bias ? NORMAL + SUBNORMAL_STEP : NORMAL;
    else if (p.kind == KIND_ZERO)
        bit = ZERO;
    return UINT64_C(1) << (p.is_negative ? bit : 7 - bit);
}

/* --- conversions ------------------------------------------------------------------------------ */

uint64_t ieee_convert(enum ieee_format from, enum ieee_format to, uint64_t a,
                      struct ieee_mode mode)
{
    struct ieee_parts p = ieee_unpack(from, a);

    if (is_nan(&p))
        return ieee_nan_of(to, &p, &p, mode.flags);
    if (p.kind == KIND_ZERO)
        return ieee_zero(to, p.is_negative);
    if (p.kind == KIND_INFINITE)
        return ieee_infinity(to, p.is_negative);
    return ieee_round(to, &p, mode);
}

uint64_t ieee_of_integer(enum ieee_format f, uint64_t a, struct ieee_integer type,
                         struct ieee_mode mode)
{
    bool is_negative = type.is_signed && (a >> (type.bits - 1) & 1) != 0;
    struct wide magnitude = {0};

    if (type.bits == 32)
        a = type.is_signed ? (uint64_t)(int64_t)(int32_t)(uint32_t)a : (uint32_t)a;
    magnitude.high = is_negative ? 0 - a : a;
    return ieee_round_wide(f, is_negative, 63, magnitude, mode);
}

/* The greatest magnitude of either sign that fits. */
static uint64_t limit_of(struct ieee_integer type, bool is_negative)
{
    if (!type.is_signed)
        return is_negative ? 0 : mask_bits(type.bits);
    return is_negative ? UINT64_C(1) << (type.bits - 1) : mask_bits(type.bits - 1);
}

static uint64_t extend(uint64_t value, struct ieee_integer type)
{
    return type.bits == 32 ? (uint64_t)(int64_t)(int32_t)(uint32_t)value : value;
}

static uint64_t saturated(struct ieee_integer type, bool is_negative, uint64_t *flags)
{
    uint64_t limit = limit_of(type, is_negative);

    *flags |= FLAG_INVALID;
    return extend(is_negative ? 0 - limit : limit, type);
}

/* The magnitude as an integer, of a number below 2^64; *is_exact: it was one. */
static uint64_t integer_of(const struct ieee_parts *p, enum ieee_rounding rounding, bool *is_exact)
{
    unsigned shift = p->exponent < -1 ? 65 : (unsigned)(63 - p->exponent);
    struct wide number = wide_shift_right_sticky((struct wide){.high = p->significand}, shift);
    int half = number.low == 0 ? -1 : number.low < sign_bit(IEEE_DOUBLE) ? 0
                                  : number.low == sign_bit(IEEE_DOUBLE)  ? 1
                                                                         : 2;

    *is_exact = half < 0;
    return number.high + ieee_rounds_up(rounding, p->is_negative, number.high & 1, half);
}

uint64_t ieee_to_integer(enum ieee_format f, uint64_t a, struct ieee_integer type,
                         struct ieee_mode mode)
{
    struct ieee_parts p = ieee_unpack(f, a);
    bool is_exact = true;
    uint64_t magnitude = 0;

    if (is_nan(&p))
        return saturated(type, false, mode.flags);
    if (p.kind == KIND_INFINITE || (p.kind == KIND_FINITE && p.exponent > 63))
        return saturated(type, p.is_negative, mode.flags);
    if (p.kind == KIND_FINITE)
        magnitude = integer_of(&p, mode.rounding, &is_exact);
    if (magnitude > limit_of(type, p.is_negative))
        return saturated(type, p.is_negative, mode.flags);
    if (!is_exact)
        *mode.flags |= FLAG_INEXACT;
    return extend(p.is_negative ? 0 - magnitude : magnitude, type);
}
