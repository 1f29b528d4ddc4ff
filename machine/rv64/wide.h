/* SPDX-License-Identifier: MIT */
/* Numbers of 128 bits, for products and what is rounded from them. */
#ifndef MACHINE_RV64_WIDE_H
#define MACHINE_RV64_WIDE_H

#include <stdbool.h>
#include <stdint.h>

struct wide {
    uint64_t high;
    uint64_t low;
};

static inline struct wide wide_multiply(uint64_t a, uint64_t b)
{
    uint64_t a_low = (uint32_t)a, a_high = a >> 32;
    uint64_t b_low = (uint32_t)b, b_high = b >> 32;
    uint64_t low = a_low * b_low;
    uint64_t middle = a_high * b_low + (low >> 32);
    uint64_t other = a_low * b_high + (uint32_t)middle;

    return (struct wide){.high = a_high * b_high + (middle >> 32) + (other >> 32),
                         .low = other << 32 | (uint32_t)low};
}

static inline struct wide wide_add(struct wide a, struct wide b)
{
    struct wide sum = {.high = a.high + b.high, .low = a.low + b.low};

    sum.high += sum.low < a.low;
    return sum;
}

static inline struct wide wide_subtract(struct wide a, struct wide b)
{
    return (struct wide){.high = a.high - b.high - (a.low < b.low), .low = a.low - b.low};
}

static inline bool wide_less(struct wide a, struct wide b)
{
    return a.high < b.high || (a.high == b.high && a.low < b.low);
}

static inline struct wide wide_shift_left(struct wide a, unsigned distance)
{
    if (distance == 0)
        return a;
    if (distance >= 64)
        return (struct wide){.high = a.low << (distance - 64), .low = 0};
    return (struct wide){.high = a.high << distance | a.low >> (64 - distance),
                         .low = a.low << distance};
}

/* Shifts right; the lowest bit stays 1 if any bit that is lost was 1. */
static inline uint64_t shift_right_sticky(uint64_t a, unsigned distance)
{
    if (distance == 0)
        return a;
    if (distance >= 64)
        return a != 0;
    return a >> distance | ((a << (64 - distance)) != 0);
}

static inline struct wide wide_shift_right_sticky(struct wide a, unsigned distance)
{
    if (distance == 0)
        return a;
    if (distance >= 128)
        return (struct wide){.high = 0, .low = (a.high | a.low) != 0};
    if (distance >= 64) {
        uint64_t low = shift_right_sticky(a.high, distance - 64);

        return (struct wide){.high = 0, .low = low | (a.low != 0)};
    }
    return (struct wide){.high = a.high >> distance,
                         .low = a.low >> distance | a.high << (64 - distance) |
                                ((a.low << (64 - distance)) != 0)};
}

#endif
