/* SPDX-License-Identifier: MIT */
/* The memory of one Lua heap: two-level segregated free lists, so that getting and giving back a
 * block takes the same short time however full the heap is.
 *
 *     struct allocator | block | block | ... | end mark
 *
 * A block is a header word, its size with two flags, and the payload. A free block repeats its size
 * in its last word, so that the block behind it finds it and both become one when it is freed. No two
 * free blocks are neighbours. Sizes are multiples of 16, payloads 16-byte aligned. */
#ifndef MACHINE_LUA_ALLOCATOR_H
#define MACHINE_LUA_ALLOCATOR_H

#include "kernel/types.h"

enum {
    ALLOCATOR_SMALL_BINS = 32,   /* sizes below 512: one list per multiple of 16 */
    ALLOCATOR_CLASS_BITS = 4,    /* larger: 16 lists per power of two */
    ALLOCATOR_FIRST_POWER = 9,
    ALLOCATOR_POWERS = 22,       /* 2^9 .. 2^30 */
    ALLOCATOR_ROWS = ALLOCATOR_POWERS + 2 /* of 16 lists; the first two are the small ones */
};

struct allocator {
    uint64_t used;  /* bytes in use, headers included */
    uint64_t peak;
    uint64_t size;  /* bytes that can be in use */
    uint32_t rows;  /* bit per row that has a free block */
    uint16_t lists[ALLOCATOR_ROWS]; /* bit per list of the row */
    uint32_t heads[ALLOCATOR_ROWS << ALLOCATOR_CLASS_BITS]; /* offset of the first block; 0: none */
};

/* Takes over `size` bytes at `memory`, 16-byte aligned, with the allocator itself at their start. */
struct allocator *allocator_create(void *memory, uint64_t size);

/* NULL when there is no free block large enough. */
void *allocator_get(struct allocator *a, size_t size);

/* NULL is allowed and has no effect. */
void allocator_free(struct allocator *a, void *pointer);

/* As C's realloc with both not NULL and not zero; where it can the block stays in its place. Making a
   block smaller never fails. */
void *allocator_resize(struct allocator *a, void *pointer, size_t size);

#endif
