/* SPDX-License-Identifier: MIT */
/* Floating-point numbers taken apart, and the rounding that puts them together again. */
#ifndef MACHINE_RV64_IEEE_PARTS_H
#define MACHINE_RV64_IEEE_PARTS_H

#include "machine/rv64/ieee.h"
#include "machine/rv64/wide.h"

enum ieee_kind { KIND_ZERO, KIND_FINITE, KIND_INFINITE, KIND_QUIET_NAN, KIND_SIGNALING_NAN };

/* KIND_FINITE: significand * 2^(exponent - 63), with bit 63 of the significand set. */
struct ieee_parts {
    enum ieee_kind kind;
    bool is_negative;
    int exponent;
    uint64_t significand;
};

struct ieee_layout {
    unsigned fraction_bits;
    unsigned exponent_bits;
    int bias;
    uint64_t nan;
};

static const struct ieee_layout ieee_layouts[] = {
    [IEEE_SINGLE] = {23, 8, 127, IEEE_SINGLE_NAN},
    [IEEE_DOUBLE] = {52, 11, 1023, IEEE_DOUBLE_NAN},
};

static inline uint64_t sign_bit(enum ieee_format f)
{
    return f == IEEE_SINGLE ? UINT64_C(1) << 31 : UINT64_C(1) << 63;
}

static inline bool is_nan(const struct ieee_parts *p)
{
    return p->kind == KIND_QUIET_NAN || p->kind == KIND_SIGNALING_NAN;
}

struct ieee_parts ieee_unpack(enum ieee_format f, uint64_t bits);

/* The number with the sign, exponent and significand, rounded. The significand's bit 63 is set;
   its lowest bit stands for everything below it. */
uint64_t ieee_round(enum ieee_format f, const struct ieee_parts *p, struct ieee_mode mode);

/* The same with any bit of 128 the highest one; zero becomes the zero with the sign. */
uint64_t ieee_round_wide(enum ieee_format f, bool is_negative, int exponent,
                         struct wide significand, struct ieee_mode mode);

/* The zero and the infinity with the sign. */
uint64_t ieee_zero(enum ieee_format f, bool is_negative);
uint64_t ieee_infinity(enum ieee_format f, bool is_negative);

/* No number, because of the operands or of what is done with them. */
uint64_t ieee_nan_of(enum ieee_format f, const struct ieee_parts *a, const struct ieee_parts *b,
                     uint64_t *flags);
uint64_t ieee_invalid(enum ieee_format f, uint64_t *flags);

/* Whether to round a magnitude up: `half` is 0 below the middle between two numbers, 1 in it, 2
   above; and -1 when it is exact. */
bool ieee_rounds_up(enum ieee_rounding rounding, bool is_negative, bool is_odd, int half);

#endif
