/* SPDX-License-Identifier: MIT */
/* Words of memory, which are little endian whatever the host is. Compilers make one access of each
 * where the host allows it. */
#ifndef MACHINE_RV64_BYTES_H
#define MACHINE_RV64_BYTES_H

#include <stdint.h>

static inline uint16_t bytes_load16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t bytes_load32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t bytes_load64(const uint8_t *p)
{
    return p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
           (uint64_t)p[7] << 56;
}

static inline void bytes_store8(uint8_t *p, uint64_t value)
{
    p[0] = (uint8_t)value;
}

static inline void bytes_store16(uint8_t *p, uint64_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
}

static inline void bytes_store32(uint8_t *p, uint64_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
    p[2] = (uint8_t)(value >> 16);
    p[3] = (uint8_t)(value >> 24);
}

static inline void bytes_store64(uint8_t *p, uint64_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
    p[2] = (uint8_t)(value >> 16);
    p[3] = (uint8_t)(value >> 24);
    p[4] = (uint8_t)(value >> 32);
    p[5] = (uint8_t)(value >> 40);
    p[6] = (uint8_t)(value >> 48);
    p[7] = (uint8_t)(value >> 56);
}

/* Low bits of a value as a signed number. */
static inline uint64_t sign_extend8(uint64_t value)
{
    return (uint64_t)(int64_t)(int8_t)(uint8_t)value;
}

static inline uint64_t sign_extend16(uint64_t value)
{
    return (uint64_t)(int64_t)(int16_t)(uint16_t)value;
}

static inline uint64_t sign_extend32(uint64_t value)
{
    return (uint64_t)(int64_t)(int32_t)(uint32_t)value;
}

#endif
