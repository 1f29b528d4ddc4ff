/* SPDX-License-Identifier: MIT */
/* The host's own arithmetic, for what it does exactly alike: IEEE formats, rounded to nearest. An
 * ordinary result (a normal number, not the least of them) can have raised no flag but "inexact";
 * where that is set already, the result is all there is to know. Everything else is ieee.c's.
 *
 * The host program must have left rounding as it finds it: nobody in here changes it. */
#ifndef MACHINE_RV64_IEEE_HOST_H
#define MACHINE_RV64_IEEE_HOST_H

#include <float.h>
#include <string.h>

#include "machine/rv64/ieee.h"

/* Whether the host has the formats, and computes in them and not in wider ones. */
static const bool host_is_ieee = FLT_EVAL_METHOD == 0 && FLT_RADIX == 2 && DBL_MANT_DIG == 53 &&
                                 DBL_MAX_EXP == 1024 && FLT_MANT_DIG == 24 && FLT_MAX_EXP == 128;

static inline bool host_may_compute(struct ieee_mode mode)
{
    return host_is_ieee && mode.rounding == ROUND_NEAREST_EVEN && (*mode.flags & FLAG_INEXACT);
}

static inline double host_double(uint64_t bits)
{
    double number;

    memcpy(&number, &bits, sizeof(number));
    return number;
}

static inline float host_single(uint64_t bits)
{
    uint32_t low = (uint32_t)bits;
    float number;

    memcpy(&number, &low, sizeof(number));
    return number;
}

/* Bits of an ordinary result; false: it is none. */
static inline bool host_double_is_ordinary(double number, uint64_t *bits)
{
    uint64_t exponent;

    memcpy(bits, &number, sizeof(*bits));
    exponent = *bits >> 52 & 0x7ff;
    return exponent >= 2 && exponent < 0x7ff;
}

static inline bool host_single_is_ordinary(float number, uint64_t *bits)
{
    uint32_t low;
    uint32_t exponent;

    memcpy(&low, &number, sizeof(low));
    *bits = low;
    exponent = low >> 23 & 0xff;
    return exponent >= 2 && exponent < 0xff;
}

#endif
