/* SPDX-License-Identifier: MIT */
#include "machine/rv64/ieee_parts.h"

#include "kernel/types.h"

enum { TOP_BIT = 63 };

struct ieee_parts ieee_unpack(enum ieee_format f, uint64_t bits)
{
    const struct ieee_layout *l = &ieee_layouts[f];
    uint64_t fraction = bits & mask_bits(l->fraction_bits);
    int exponent = (int)(bits >> l->fraction_bits & mask_bits(l->exponent_bits));
    struct ieee_parts p = {.kind = KIND_FINITE, .is_negative = (bits & sign_bit(f)) != 0};
    int shift;

    if (exponent == (int)mask_bits(l->exponent_bits)) {
        bool is_quiet = fraction >> (l->fraction_bits - 1) != 0;

        p.kind = fraction == 0 ? KIND_INFINITE : is_quiet ? KIND_QUIET_NAN : KIND_SIGNALING_NAN;
        return p;
    }
    if (exponent == 0 && fraction == 0) {
        p.kind = KIND_ZERO;
        return p;
    }
    if (exponent == 0)
        exponent = 1;
    else
        fraction |= UINT64_C(1) << l->fraction_bits;
    shift = __builtin_clzll(fraction);
    p.significand = fraction << shift;
    p.exponent = exponent - l->bias + (TOP_BIT - (int)l->fraction_bits) - shift;
    return p;
}

uint64_t ieee_zero(enum ieee_format f, bool is_negative)
{
    return is_negative ? sign_bit(f) : 0;
}

uint64_t ieee_infinity(enum ieee_format f, bool is_negative)
{
    const struct ieee_layout *l = &ieee_layouts[f];

    return ieee_zero(f, is_negative) | mask_bits(l->exponent_bits) << l->fraction_bits;
}

uint64_t ieee_invalid(enum ieee_format f, uint64_t *flags)
{
    *flags |= FLAG_INVALID;
    return ieee_layouts[f].nan;
}

uint64_t ieee_nan_of(enum ieee_format f, const struct ieee_parts *a, const struct ieee_parts *b,
                     uint64_t *flags)
{
    if (a->kind == KIND_SIGNALING_NAN || b->kind == KIND_SIGNALING_NAN)
        *flags |= FLAG_INVALID;
    return ieee_layouts[f].nan;
}

bool ieee_rounds_up(enum ieee_rounding rounding, bool is_negative, bool is_odd, int half)
{
    if (half < 0)
        return false;
    switch (rounding) {
    case ROUND_NEAREST_EVEN:
        return half > 1 || (half == 1 && is_odd);
    case ROUND_DOWN:
        return is_negative;
    case ROUND_UP:
        return !is_negative;
    case ROUND_NEAREST_AWAY:
        return half >= 1;
    case ROUND_TO_ZERO:
    case ROUND_COUNT:
        break;
    }
    return false;
}

/* What the low bits that are to be dropped are worth, as ieee_rounds_up has it. */
static int half_of(uint64_t significand, unsigned dropped)
{
    uint64_t rest = significand & mask_bits(dropped);
    uint64_t middle = UINT64_C(1) << (dropped - 1);

    if (rest == 0)
        return -1;
    return rest < middle ? 0 : rest == middle ? 1 : 2;
}

/* The significand without its `dropped` lowest bits, rounded. */
static uint64_t rounded(const struct ieee_parts *p, uint64_t significand, unsigned dropped,
                        enum ieee_rounding rounding)
{
    uint64_t kept = significand >> dropped;

    return kept + ieee_rounds_up(rounding, p->is_negative, kept & 1, half_of(significand, dropped));
}

static uint64_t overflow(enum ieee_format f, bool is_negative, struct ieee_mode mode)
{
    uint64_t infinity = ieee_infinity(f, is_negative);

    *mode.flags |= FLAG_OVERFLOW | FLAG_INEXACT;
    if (ieee_rounds_up(mode.rounding, is_negative, true, 2))
        return infinity;
    return infinity - 1; /* the greatest finite number */
}

uint64_t ieee_round(enum ieee_format f, const struct ieee_parts *p, struct ieee_mode mode)
{
    const struct ieee_layout *l = &ieee_layouts[f];
    unsigned dropped = TOP_BIT - l->fraction_bits;
    int exponent = p->exponent + l->bias; /* as it is encoded */
    uint64_t significand = p->significand;
    bool is_tiny = false;
    uint64_t result;

    if (exponent < 1) {
        /* Tiny, unless rounding with more exponents would not make it so. */
        is_tiny = exponent < 0 || rounded(p, significand, dropped, mode.rounding) >>
                                          (l->fraction_bits + 1) == 0;
        significand = shift_right_sticky(significand, (unsigned)(1 - exponent));
        exponent = 1;
    }
    if (half_of(significand, dropped) >= 0)
        *mode.flags |= is_tiny ? FLAG_INEXACT | FLAG_UNDERFLOW : FLAG_INEXACT;
    /* The hidden bit, and a carry out of the significand, add to the exponent. */
    result = ((uint64_t)(exponent - 1) << l->fraction_bits) +
             rounded(p, significand, dropped, mode.rounding);
    if (exponent > (int)mask_bits(l->exponent_bits) ||
        result >= mask_bits(l->exponent_bits) << l->fraction_bits)
        return overflow(f, p->is_negative, mode);
    return result | ieee_zero(f, p->is_negative);
}

uint64_t ieee_round_wide(enum ieee_format f, bool is_negative, int exponent,
                         struct wide significand, struct ieee_mode mode)
{
    struct ieee_parts p = {.kind = KIND_FINITE, .is_negative = is_negative};
    int shift;

    if (significand.high == 0 && significand.low == 0)
        return ieee_zero(f, is_negative);
    shift = significand.high != 0 ? __builtin_clzll(significand.high)
                                  : 64 + __builtin_clzll(significand.low);
    significand = wide_shift_left(significand, (unsigned)shift);
    p.exponent = exponent - shift;
    p.significand = significand.high | (significand.low != 0);
    return ieee_round(f, &p, mode);
}
