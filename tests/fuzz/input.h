/* SPDX-License-Identifier: MIT */
/* Reads numbers from the bytes that libFuzzer makes up. Behind the end all are 0. */
#ifndef TESTS_FUZZ_INPUT_H
#define TESTS_FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>

struct input {
    const uint8_t *bytes;
    size_t left;
};

/* A number of `size` bytes, little endian. */
static inline uint64_t input_number(struct input *in, unsigned size)
{
    uint64_t number = 0;

    for (unsigned i = 0; i < size && in->left > 0; i++) {
        number |= (uint64_t)*in->bytes++ << 8 * i;
        in->left--;
    }
    return number;
}

/* A word in few bytes: a byte says how many follow, or that it is one that often matters. */
static inline uint64_t input_word(struct input *in)
{
    static const uint64_t favourites[] = {
        UINT64_MAX, UINT64_C(1) << 63, UINT64_C(0x3ffffff000), UINT64_C(0x3fffffefff),
        UINT64_C(1) << 38, UINT64_C(1) << 32, UINT64_C(1) << 30, UINT64_C(1) << 21, 4096, 65, 64};
    uint64_t first = input_number(in, 1);

    if (first < 192)
        return first;
    if (first < 248)
        return input_number(in, (unsigned)(first & 7) + 1);
    return favourites[(first - 248 + input_number(in, 1)) % (sizeof(favourites) / 8)];
}

/* What libFuzzer calls; always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif
