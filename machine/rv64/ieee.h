/* SPDX-License-Identifier: MIT */
/* IEEE 754 arithmetic with integers: every rounding mode and flag as RISC-V has them (tininess is
 * detected after rounding; a result that is no number is always the canonical one), whatever the
 * host's floating point does. Numbers are bits in a uint64_t, single precision in the low half.
 * Flags are added to *flags. */
#ifndef MACHINE_RV64_IEEE_H
#define MACHINE_RV64_IEEE_H

#include <stdbool.h>
#include <stdint.h>

enum ieee_format { IEEE_SINGLE, IEEE_DOUBLE };

enum ieee_rounding {
    ROUND_NEAREST_EVEN,
    ROUND_TO_ZERO,
    ROUND_DOWN,
    ROUND_UP,
    ROUND_NEAREST_AWAY,
    ROUND_COUNT
};

enum ieee_flag {
    FLAG_INEXACT = 1,
    FLAG_UNDERFLOW = 2,
    FLAG_OVERFLOW = 4,
    FLAG_DIVISION_BY_ZERO = 8,
    FLAG_INVALID = 16
};

/* The number that stands for none. */
#define IEEE_SINGLE_NAN UINT64_C(0x7fc00000)
#define IEEE_DOUBLE_NAN UINT64_C(0x7ff8000000000000)

/* How to round, and where flags go. */
struct ieee_mode {
    enum ieee_rounding rounding;
    uint64_t *flags;
};

uint64_t ieee_add(enum ieee_format f, uint64_t a, uint64_t b, struct ieee_mode mode);
uint64_t ieee_subtract(enum ieee_format f, uint64_t a, uint64_t b, struct ieee_mode mode);
uint64_t ieee_multiply(enum ieee_format f, uint64_t a, uint64_t b, struct ieee_mode mode);
uint64_t ieee_divide(enum ieee_format f, uint64_t a, uint64_t b, struct ieee_mode mode);
uint64_t ieee_square_root(enum ieee_format f, uint64_t a, struct ieee_mode mode);

/* a * b + c, rounded once. */
uint64_t ieee_multiply_add(enum ieee_format f, uint64_t a, uint64_t b, uint64_t c,
                           struct ieee_mode mode);

/* The lesser or greater; of a number and none, the number; -0 is less than 0. */
uint64_t ieee_minimum(enum ieee_format f, uint64_t a, uint64_t b, uint64_t *flags);
uint64_t ieee_maximum(enum ieee_format f, uint64_t a, uint64_t b, uint64_t *flags);

/* Comparisons; with what is no number they are false. Only for equality that is not invalid, unless
   it signals. */
bool ieee_equal(enum ieee_format f, uint64_t a, uint64_t b, uint64_t *flags);
bool ieee_less(enum ieee_format f, uint64_t a, uint64_t b, uint64_t *flags);
bool ieee_less_or_equal(enum ieee_format f, uint64_t a, uint64_t b, uint64_t *flags);

/* The bit that FCLASS sets. */
uint64_t ieee_class(enum ieee_format f, uint64_t a);

/* From one format to the other. */
uint64_t ieee_convert(enum ieee_format from, enum ieee_format to, uint64_t a,
                      struct ieee_mode mode);

/* Integers of 32 or 64 bits. What does not fit becomes the nearest that does, and is invalid; what
   is no number becomes the greatest. A result of 32 bits is sign-extended, signed or not. */
struct ieee_integer {
    unsigned bits;
    bool is_signed;
};

uint64_t ieee_to_integer(enum ieee_format f, uint64_t a, struct ieee_integer type,
                         struct ieee_mode mode);
uint64_t ieee_of_integer(enum ieee_format f, uint64_t a, struct ieee_integer type,
                         struct ieee_mode mode);

#endif
