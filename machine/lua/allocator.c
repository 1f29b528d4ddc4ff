/* SPDX-License-Identifier: MIT */
#include "machine/lua/allocator.h"

#include <string.h>

enum {
    HEADER = 8,
    GRAIN = 16,
    BLOCK_MIN = 32,  /* header, two links, and the size at the end */
    FLAG_FREE = 1,
    FLAG_PREVIOUS_FREE = 2,
    FLAGS = 15,
    CLASS_MASK = (1 << ALLOCATOR_CLASS_BITS) - 1,
    SMALL_LIMIT = ALLOCATOR_SMALL_BINS * GRAIN
};

/* What a free block holds behind its header: offsets of its neighbours in the list, 0 for none. */
struct links {
    uint32_t next;
    uint32_t previous;
};

/* --- blocks, by the offset of their header from the allocator ---------------------------------- */

static uint64_t *header_at(struct allocator *a, uint32_t block)
{
    return (uint64_t *)(void *)((uint8_t *)a + block);
}

static struct links *links_at(struct allocator *a, uint32_t block)
{
    return (struct links *)(void *)((uint8_t *)a + block + HEADER);
}

static uint32_t block_size(struct allocator *a, uint32_t block)
{
    return (uint32_t)(*header_at(a, block) & ~(uint64_t)FLAGS);
}

static uint32_t block_of(struct allocator *a, const void *pointer)
{
    return (uint32_t)((const uint8_t *)pointer - (const uint8_t *)a) - HEADER;
}

/* The size of a block for so many bytes of payload; 0 if no heap has room for it. */
static uint32_t block_size_for(size_t size)
{
    uint64_t needed;

    if (size >= UINT64_C(1) << 30)
        return 0;
    needed = align_up((uint64_t)size + HEADER, 4);
    return needed < BLOCK_MIN ? BLOCK_MIN : (uint32_t)needed;
}

/* --- lists --------------------------------------------------------------------------------------- */

/* The list that a free block of this size stands in. */
static uint32_t list_of_size(uint32_t size)
{
    uint32_t power;

    if (size < SMALL_LIMIT)
        return size / GRAIN;
    power = 31 - (uint32_t)__builtin_clz(size);
    return (power - ALLOCATOR_FIRST_POWER + 2) << ALLOCATOR_CLASS_BITS |
           (size >> (power - ALLOCATOR_CLASS_BITS) & CLASS_MASK);
}

static void list_insert(struct allocator *a, uint32_t block)
{
    uint32_t list = list_of_size(block_size(a, block));
    uint32_t row = list >> ALLOCATOR_CLASS_BITS;
    struct links *links = links_at(a, block);

    links->next = a->heads[list];
    links->previous = 0;
    if (links->next != 0)
        links_at(a, links->next)->previous = block;
    a->heads[list] = block;
    a->lists[row] = (uint16_t)(a->lists[row] | 1u << (list & CLASS_MASK));
    a->rows |= 1u << row;
}

static void list_remove(struct allocator *a, uint32_t block)
{
    uint32_t list = list_of_size(block_size(a, block));
    uint32_t row = list >> ALLOCATOR_CLASS_BITS;
    struct links *links = links_at(a, block);

    if (links->next != 0)
        links_at(a, links->next)->previous = links->previous;
    if (links->previous != 0) {
        links_at(a, links->previous)->next = links->next;
        return;
    }
    a->heads[list] = links->next;
    if (a->heads[list] != 0)
        return;
    a->lists[row] = (uint16_t)(a->lists[row] & ~(1u << (list & CLASS_MASK)));
    if (a->lists[row] == 0)
        a->rows &= ~(1u << row);
}

/* The first list from `list` on that is not empty; its head, or 0. */
static uint32_t first_in_lists(struct allocator *a, uint32_t list)
{
    uint32_t row = list >> ALLOCATOR_CLASS_BITS;
    uint32_t lists;
    uint32_t rows;

    if (row >= ALLOCATOR_ROWS)
        return 0;
    lists = a->lists[row] & ~0u << (list & CLASS_MASK);
    if (lists == 0) {
        rows = a->rows & ~0u << (row + 1);
        if (rows == 0)
            return 0;
        row = (uint32_t)__builtin_ctz(rows);
        lists = a->lists[row];
    }
    return a->heads[row << ALLOCATOR_CLASS_BITS | (uint32_t)__builtin_ctz(lists)];
}

/* A free block of at least this size, or 0. All blocks of the list searched first are large enough,
   but for the list that the size itself falls into: there the first one may be. */
static uint32_t find_free(struct allocator *a, uint32_t size)
{
    uint32_t list = list_of_size(size);
    uint32_t head = a->heads[list];

    if (head != 0 && block_size(a, head) >= size)
        return head;
    return first_in_lists(a, list + 1);
}

/* --- making blocks free and used ------------------------------------------------------------------ */

/* Writes a free block of this size; the block before it is in use. */
static void make_free(struct allocator *a, uint32_t block, uint32_t size)
{
    *header_at(a, block) = size | FLAG_FREE;
    *header_at(a, block + size - HEADER) = size;
    *header_at(a, block + size) |= FLAG_PREVIOUS_FREE;
    list_insert(a, block);
}

/* Cuts what is behind the first `size` bytes off a block in use, if that can be a block. */
static void trim(struct allocator *a, uint32_t block, uint32_t size)
{
    uint32_t whole = block_size(a, block);
    uint32_t rest = whole - size;
    uint32_t next = block + whole;

    if (rest == 0)
        return;
    if ((*header_at(a, next) & FLAG_FREE) != 0) {
        list_remove(a, next);
        rest += block_size(a, next);
    } else if (rest < BLOCK_MIN) {
        return;
    }
    *header_at(a, block) = size | (*header_at(a, block) & FLAG_PREVIOUS_FREE);
    make_free(a, block + size, rest);
}

static void count_used(struct allocator *a, uint32_t before, uint32_t now)
{
    a->used = a->used - before + now;
    if (a->used > a->peak)
        a->peak = a->used;
}

/* Joins the free block behind it to a block in use, if both together have `size` bytes. */
static bool grow_in_place(struct allocator *a, uint32_t block, uint32_t size)
{
    uint32_t whole = block_size(a, block);
    uint32_t next = block + whole;

    if ((*header_at(a, next) & FLAG_FREE) == 0 || whole + block_size(a, next) < size)
        return false;
    list_remove(a, next);
    whole += block_size(a, next);
    *header_at(a, block) = whole | (*header_at(a, block) & FLAG_PREVIOUS_FREE);
    *header_at(a, block + whole) &= ~(uint64_t)FLAG_PREVIOUS_FREE;
    return true;
}

/* --- interface ------------------------------------------------------------------------------------ */

struct allocator *allocator_create(void *memory, uint64_t size)
{
    struct allocator *a = memory;
    uint32_t first = (uint32_t)align_up(sizeof(struct allocator), 4) + GRAIN - HEADER;
    uint32_t room;

    kassert(size >= 4096 && size <= UINT64_C(1) << 30);
    memset(a, 0, sizeof(*a));
    room = (uint32_t)align_down(size - first - HEADER, 4);
    a->size = room;
    *header_at(a, first + room) = 0; /* the end mark: a block in use, of no size */
    make_free(a, first, room);
    return a;
}

void *allocator_get(struct allocator *a, size_t size)
{
    uint32_t needed = block_size_for(size);
    uint32_t block;
    uint32_t whole;

    if (needed == 0)
        return NULL;
    block = find_free(a, needed);
    if (block == 0)
        return NULL;
    list_remove(a, block);
    whole = block_size(a, block);
    *header_at(a, block) = whole; /* the block before it is in use: free ones are never neighbours */
    *header_at(a, block + whole) &= ~(uint64_t)FLAG_PREVIOUS_FREE;
    trim(a, block, needed);
    count_used(a, 0, block_size(a, block));
    return (uint8_t *)a + block + HEADER;
}

void allocator_free(struct allocator *a, void *pointer)
{
    uint32_t block;
    uint32_t size;
    uint32_t next;

    if (pointer == NULL)
        return;
    block = block_of(a, pointer);
    size = block_size(a, block);
    next = block + size;
    count_used(a, size, 0);
    if ((*header_at(a, next) & FLAG_FREE) != 0) {
        list_remove(a, next);
        size += block_size(a, next);
    }
    if ((*header_at(a, block) & FLAG_PREVIOUS_FREE) != 0) {
        uint32_t previous_size = (uint32_t)*header_at(a, block - HEADER);

        block -= previous_size;
        list_remove(a, block);
        size += previous_size;
    }
    make_free(a, block, size);
}

void *allocator_resize(struct allocator *a, void *pointer, size_t size)
{
    uint32_t needed = block_size_for(size);
    uint32_t block = block_of(a, pointer);
    uint32_t before = block_size(a, block);
    void *moved;

    if (needed == 0)
        return NULL;
    if (needed <= before || grow_in_place(a, block, needed)) {
        trim(a, block, needed);
        count_used(a, before, block_size(a, block));
        return pointer;
    }
    moved = allocator_get(a, size);
    if (moved == NULL)
        return NULL;
    memcpy(moved, pointer, before - HEADER);
    allocator_free(a, pointer);
    return moved;
}
